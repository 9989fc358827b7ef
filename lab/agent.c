/*
 * lab-agent - commands for a virtual host that boots by itself (lab/full.sh), over one virtio port.
 *
 *	lab-agent serve NAME			inside: attend to the port NAME until told the last command
 *	lab-agent do [-i] BASE LIMIT ARGUMENT…	outside: run a command inside; -i: it gets our standard input
 *	lab-agent last BASE LIMIT ARGUMENT…	outside: the same, but nobody answers after it (reboot and the like)
 *	lab-agent hello BASE LIMIT [BOOT]	outside: print the boot id of the host, once it is another than BOOT
 *
 * BASE.in and BASE.out are the FIFOs of QEMU's pipe device, LIMIT is in seconds. Exit status of the three outside: the
 * command's; 124 when time is over, 125 when the host is down, 126 and 127 as in a shell.
 *
 * What goes over the port is frames: a head and up to FRAME_MAX bytes. A frame fits into PIPE_BUF, so a client that is
 * killed leaves a whole one behind. Each client begins with SYNC and a token of its own, which ends what an earlier one
 * had started, and skips everything up to the answer that has its token. QEMU keeps what nobody inside has read yet:
 * who asks before the agent runs gets the answer when it does.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	FRAME_MAX = 4000,
	TOKEN_SIZE = 16,
	BOOT_SIZE = 36,
	STARTED_MAX = 128 * 1024,	/* of arguments */
	ASK_AGAIN_MS = 5000,
	START_TRIES = 60,		/* 50 ms each */
	OUT_OF_TIME = 124,
	HOST_DOWN = 125,
};

enum frame_type {
	FRAME_SYNC = 1,		/* a token; answered by HELLO */
	FRAME_HELLO,		/* the token and the boot id */
	FRAME_ARGUMENTS,	/* a piece of the arguments, each ends with a NUL */
	FRAME_RUN,		/* run them; one byte: whether input follows */
	FRAME_LAST,		/* answer 0, close the port, become the command */
	FRAME_INPUT,		/* of no bytes: the end */
	FRAME_OUT,
	FRAME_ERR,
	FRAME_STATUS,		/* an int32_t; the command has ended */
};

struct frame {
	uint32_t magic, type, size;
	char bytes[FRAME_MAX];
};
#define FRAME_MAGIC 0x2062616cu
#define FRAME_HEAD offsetof(struct frame, bytes)
_Static_assert(sizeof(struct frame) <= PIPE_BUF, "a frame is written at once");

static _Noreturn void leave(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("lab-agent: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(status);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All of it, whatever the kernel takes at once; false when nobody will read it. */
static bool write_all(int fd, const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd wait = {.fd = fd, .events = POLLOUT};

			poll(&wait, 1, 1000);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static void fill_frame(struct frame *f, enum frame_type type, const void *bytes, size_t size)
{
	f->magic = FRAME_MAGIC;
	f->type = type;
	f->size = (uint32_t)size;
	if (size > 0)
		memcpy(f->bytes, bytes, size);
}

static bool send_frame(int fd, enum frame_type type, const void *bytes, size_t size)
{
	struct frame f;

	fill_frame(&f, type, bytes, size);
	return write_all(fd, &f, FRAME_HEAD + size);
}

/* What has come and is not a whole frame yet. */
struct inbox {
	char bytes[sizeof(struct frame) * 4];
	size_t size;
};

/* False at the end of what there is to read for ever. */
static bool inbox_read(struct inbox *in, int fd)
{
	ssize_t n = read(fd, in->bytes + in->size, sizeof(in->bytes) - in->size);

	if (n > 0)
		in->size += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/*
 * The next whole frame. What is none (the rest of one whose beginning another client has read) is skipped byte by byte
 * to the next magic; whoever synchronizes does not mind what he takes for a frame meanwhile.
 */
static bool inbox_take(struct inbox *in, struct frame *ret)
{
	size_t skip = 0;
	bool found = false;

	while (!found && in->size - skip >= FRAME_HEAD) {
		memcpy(ret, in->bytes + skip, FRAME_HEAD);
		if (ret->magic != FRAME_MAGIC || ret->size > FRAME_MAX) {
			skip++;
			continue;
		}
		if (in->size - skip < FRAME_HEAD + ret->size)
			break;
		memcpy(ret->bytes, in->bytes + skip + FRAME_HEAD, ret->size);
		skip += FRAME_HEAD + ret->size;
		found = true;
	}
	memmove(in->bytes, in->bytes + skip, in->size - skip);
	in->size -= skip;
	return found;
}

/* ---- inside ---- */

struct agent {
	int port, signals;
	struct inbox in;
	char arguments[STARTED_MAX];
	size_t size;
	pid_t pid;			/* of the command, 0 when none runs */
	bool ended;
	int32_t status;
	int from[2], to;		/* its output and input, -1 when closed */
	struct frame input;		/* what it has not taken yet, from `done` on */
	size_t done;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void read_boot_id(char *ret)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, ret, BOOT_SIZE) != BOOT_SIZE)
		leave(1, "the boot id cannot be read");
	close(fd);
}

static int open_named_port(const char *name)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	char path[PATH_MAX], found[256] = "";
	struct dirent *e;
	int fd = -1;

	while (dir && fd < 0 && (e = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(found, sizeof(found), f))
			found[strcspn(found, "\n")] = '\0';
		fclose(f);
		if (strcmp(found, name) != 0)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* Its name comes a moment after its driver. */
static int open_port(const char *name)
{
	for (int i = 0; i < 300; i++) {
		int fd = open_named_port(name);

		if (fd >= 0)
			return fd;
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	leave(1, "there is no port %s", name);
}

/* The arguments as a vector; NULL when there are none. */
static char **vector_of(char *bytes, size_t size)
{
	size_t n = 0;
	char **vector;

	for (size_t i = 0; i < size; i++)
		n += bytes[i] == '\0';
	if (n == 0 || bytes[size - 1] != '\0')
		return NULL;
	vector = calloc(n + 1, sizeof(*vector));
	for (size_t i = 0; vector && i < n; i++) {
		vector[i] = bytes;
		bytes += strlen(bytes) + 1;
	}
	return vector;
}

static _Noreturn void become(char **vector)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(vector[0], vector);
	fprintf(stderr, "lab-agent: %s: %s\n", vector[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void end_command(struct agent *a)
{
	close_fd(&a->from[0]);
	close_fd(&a->from[1]);
	close_fd(&a->to);
	a->pid = 0;
	a->done = a->input.size = 0;
}

static void start_command(struct agent *a, bool has_input)
{
	char **vector = vector_of(a->arguments, a->size);
	int out[2], err[2], input[2];

	a->size = 0;
	if (!vector || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 || pipe2(input, O_CLOEXEC) < 0)
		leave(1, "a command cannot be started");
	a->pid = fork();
	if (a->pid == 0) {
		setsid();
		dup2(input[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		signal(SIGPIPE, SIG_DFL);
		become(vector);
	}
	free(vector);
	close(out[1]);
	close(err[1]);
	close(input[0]);
	a->from[0] = out[0];
	a->from[1] = err[0];
	a->to = input[1];
	a->ended = false;
	fcntl(a->to, F_SETFL, O_NONBLOCK);
	if (a->pid < 0)
		leave(1, "fork: %s", strerror(errno));
	if (!has_input)
		close_fd(&a->to);
}

static void last_command(struct agent *a)
{
	char **vector = vector_of(a->arguments, a->size);
	int32_t status = 0;

	if (!vector)
		leave(1, "the last command has no arguments");
	send_frame(a->port, FRAME_STATUS, &status, sizeof(status));
	/* Who asks from now on is answered by the next boot. */
	close(a->port);
	become(vector);
}

static void say_hello(struct agent *a, const struct frame *f)
{
	char text[TOKEN_SIZE + BOOT_SIZE] = {0};

	if (f->size != TOKEN_SIZE)
		return;
	if (a->pid > 0)
		kill(-a->pid, SIGKILL);
	end_command(a);
	a->size = 0;
	memcpy(text, f->bytes, TOKEN_SIZE);
	read_boot_id(text + TOKEN_SIZE);
	send_frame(a->port, FRAME_HELLO, text, sizeof(text));
}

static void handle(struct agent *a, const struct frame *f)
{
	switch ((enum frame_type)f->type) {
	case FRAME_SYNC:
		say_hello(a, f);
		break;
	case FRAME_ARGUMENTS:
		if (a->size + f->size > sizeof(a->arguments))
			leave(1, "too many arguments");
		memcpy(a->arguments + a->size, f->bytes, f->size);
		a->size += f->size;
		break;
	case FRAME_RUN:
		start_command(a, f->size == 1 && f->bytes[0]);
		break;
	case FRAME_LAST:
		last_command(a);
		break;
	case FRAME_INPUT:
		if (f->size == 0)
			close_fd(&a->to);
		if (a->to >= 0) {
			a->input = *f;
			a->done = 0;
		}
		break;
	case FRAME_HELLO:
	case FRAME_OUT:
	case FRAME_ERR:
	case FRAME_STATUS:
		break;
	}
}

/* Carries what the command says; false when it will say nothing more. */
static bool carry(struct agent *a, int i)
{
	char text[FRAME_MAX];
	ssize_t n = read(a->from[i], text, sizeof(text));

	if (n > 0)
		send_frame(a->port, i == 0 ? FRAME_OUT : FRAME_ERR, text, (size_t)n);
	return n > 0;
}

static void feed(struct agent *a)
{
	ssize_t n = write(a->to, a->input.bytes + a->done, a->input.size - a->done);

	if (n > 0)
		a->done += (size_t)n;
	else if (errno != EAGAIN)
		close_fd(&a->to);
	if (a->to < 0 || a->done == a->input.size)
		a->done = a->input.size = 0;
}

static void reap(struct agent *a)
{
	struct signalfd_siginfo info;
	pid_t who;
	int status;

	(void)!read(a->signals, &info, sizeof(info));
	while ((who = waitpid(-1, &status, WNOHANG)) > 0) {
		if (who != a->pid)
			continue;
		a->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		a->ended = true;
	}
}

/*
 * One turn. While the command has not taken its input no more frames are read; the end of the command is told when its
 * pipes are empty, not when they are closed: what it left in the background may hold them open for ever.
 */
static void attend(struct agent *a)
{
	bool is_full = a->input.size > 0;
	struct frame f;
	struct pollfd p[] = {
	    {.fd = is_full ? -1 : a->port, .events = POLLIN},
	    {.fd = a->signals, .events = POLLIN},
	    {.fd = a->from[0], .events = POLLIN},
	    {.fd = a->from[1], .events = POLLIN},
	    {.fd = is_full ? a->to : -1, .events = POLLOUT},
	};
	int n = poll(p, 5, a->pid > 0 && a->ended ? 0 : -1);

	if (n == 0) {
		send_frame(a->port, FRAME_STATUS, &a->status, sizeof(a->status));
		end_command(a);
		return;
	}
	for (int i = 0; i < 2; i++)
		if (p[2 + i].revents && !carry(a, i))
			close_fd(&a->from[i]);
	if (p[1].revents)
		reap(a);
	if (p[4].revents)
		feed(a);
	if (p[0].revents && !inbox_read(&a->in, a->port))
		leave(1, "the port has gone");
	while (a->input.size == 0 && inbox_take(&a->in, &f))
		handle(a, &f);
}

static _Noreturn void serve(const char *name)
{
	static struct agent a = {.from = {-1, -1}, .to = -1};
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGPIPE, SIG_IGN);
	a.signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	a.port = open_port(name);
	for (;;)
		attend(&a);
}

/* ---- outside ---- */

struct client {
	int to, from;
	int64_t deadline;
	struct inbox in;
	char boot[BOOT_SIZE + 1];
};

static int open_fifo(const char *base, const char *suffix, int flags)
{
	char path[PATH_MAX];
	int fd = -1;

	snprintf(path, sizeof(path), "%s%s", base, suffix);
	/* For writing this fails when QEMU does not hold the other end; it may have been started just now. */
	for (int i = 0; fd < 0 && i < START_TRIES; i++) {
		if (i > 0)
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd < 0)
		leave(HOST_DOWN, "%s: the virtual host is down", path);
	return fd;
}

/* Waits for either or both; ends the program when time is over or QEMU has gone. False after wait_ms. */
static bool await(struct client *c, struct pollfd *p, nfds_t n, int64_t wait_ms)
{
	int64_t left = c->deadline - now_ms();
	int got;

	if (left <= 0)
		leave(OUT_OF_TIME, "the virtual host has not answered in time");
	if (wait_ms >= 0 && wait_ms < left)
		left = wait_ms;
	got = poll(p, n, (int)left);
	for (nfds_t i = 0; i < n; i++)
		if ((p[i].fd == c->from || p[i].fd == c->to) && (p[i].revents & (POLLHUP | POLLERR)) &&
		    !(p[i].revents & POLLIN))
			leave(HOST_DOWN, "the virtual host went down");
	return got > 0;
}

static void client_send(struct client *c, enum frame_type type, const void *bytes, size_t size)
{
	struct frame f;

	fill_frame(&f, type, bytes, size);
	/* At most PIPE_BUF: all or EAGAIN. */
	while (write(c->to, &f, FRAME_HEAD + size) < 0) {
		struct pollfd p = {.fd = c->to, .events = POLLOUT};

		if (errno != EAGAIN && errno != EINTR)
			leave(HOST_DOWN, "the virtual host went down");
		await(c, &p, 1, -1);
	}
}

/* False when nothing whole came for wait_ms (-1: no such limit). */
static bool client_receive(struct client *c, struct frame *ret, int64_t wait_ms)
{
	while (!inbox_take(&c->in, ret)) {
		struct pollfd p = {.fd = c->from, .events = POLLIN};

		if (!await(c, &p, 1, wait_ms))
			return false;
		if (!inbox_read(&c->in, c->from))
			leave(HOST_DOWN, "the virtual host went down");
	}
	return true;
}

/*
 * A question may get lost: read by an agent that was stopped before it answered. It is asked again then. An answer of
 * the boot that was named counts for nothing, that host is still going down.
 */
static void synchronize(struct client *c, const char *other_than)
{
	char token[TOKEN_SIZE];
	int64_t asked = 0;
	struct frame f;

	if (getrandom(token, sizeof(token), 0) != sizeof(token))
		leave(1, "no random bytes");
	for (;;) {
		if (now_ms() - asked >= ASK_AGAIN_MS) {
			client_send(c, FRAME_SYNC, token, sizeof(token));
			asked = now_ms();
		}
		if (!client_receive(c, &f, ASK_AGAIN_MS))
			continue;
		if (f.type != FRAME_HELLO || f.size != TOKEN_SIZE + BOOT_SIZE || memcmp(f.bytes, token, TOKEN_SIZE) != 0)
			continue;
		memcpy(c->boot, f.bytes + TOKEN_SIZE, BOOT_SIZE);
		if (!other_than || strcmp(c->boot, other_than) != 0)
			return;
	}
}

static void client_open(struct client *c, const char *base, const char *limit)
{
	char *end;
	long seconds = strtol(limit, &end, 10);

	if (*end || seconds <= 0)
		leave(2, "%s is no number of seconds", limit);
	signal(SIGPIPE, SIG_IGN);
	c->deadline = now_ms() + (int64_t)seconds * 1000;
	c->to = open_fifo(base, ".in", O_WRONLY);
	c->from = open_fifo(base, ".out", O_RDONLY);
}

static void send_arguments(struct client *c, char **argv)
{
	for (; *argv; argv++) {
		size_t size = strlen(*argv) + 1;

		for (size_t done = 0; done < size;) {
			size_t n = size - done < FRAME_MAX ? size - done : FRAME_MAX;

			client_send(c, FRAME_ARGUMENTS, *argv + done, n);
			done += n;
		}
	}
}

/* What comes, until the status; true when that is there. */
static bool client_show(const struct frame *f, int *ret_status)
{
	int32_t status;

	if (f->type == FRAME_OUT && !write_all(STDOUT_FILENO, f->bytes, f->size))
		exit(141);
	if (f->type == FRAME_ERR && !write_all(STDERR_FILENO, f->bytes, f->size))
		exit(141);
	if (f->type != FRAME_STATUS || f->size != sizeof(status))
		return false;
	memcpy(&status, f->bytes, sizeof(status));
	*ret_status = status;
	return true;
}

/* One piece of our standard input; false after its end. */
static bool client_feed(struct client *c)
{
	char text[FRAME_MAX];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	if (n < 0 && errno == EINTR)
		return true;
	client_send(c, FRAME_INPUT, text, n > 0 ? (size_t)n : 0);
	return n > 0;
}

static int run(struct client *c, bool has_input, char **argv)
{
	char flag = has_input;
	int status = 0;

	synchronize(c, NULL);
	send_arguments(c, argv);
	client_send(c, FRAME_RUN, &flag, 1);
	for (;;) {
		struct pollfd p[] = {
		    {.fd = c->from, .events = POLLIN},
		    {.fd = has_input ? c->to : -1, .events = POLLOUT},
		};
		struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
		struct frame f;

		await(c, p, 2, has_input ? 50 : -1);
		if ((p[0].revents & POLLIN) && !inbox_read(&c->in, c->from))
			leave(HOST_DOWN, "the virtual host went down");
		while (inbox_take(&c->in, &f))
			if (client_show(&f, &status))
				return status;
		if (has_input && (p[1].revents & POLLOUT) && poll(&input, 1, p[0].revents ? 0 : 50) > 0)
			has_input = client_feed(c);
	}
}

static int last(struct client *c, char **argv)
{
	struct frame f;
	int status = 0;

	synchronize(c, NULL);
	send_arguments(c, argv);
	client_send(c, FRAME_LAST, NULL, 0);
	while (!client_receive(c, &f, -1) || !client_show(&f, &status))
		;
	return status;
}

int main(int argc, char *argv[])
{
	static struct client c;
	const char *verb = argc > 1 ? argv[1] : "";
	bool has_input = argc > 2 && strcmp(argv[2], "-i") == 0;
	char **rest = argv + 2 + has_input;

	if (strcmp(verb, "serve") == 0 && argc == 3)
		serve(argv[2]);
	if (argc - has_input < (strcmp(verb, "hello") == 0 ? 4 : 5))
		leave(2, "wrong call");
	client_open(&c, rest[0], rest[1]);
	if (strcmp(verb, "do") == 0)
		return run(&c, has_input, rest + 2);
	if (strcmp(verb, "last") == 0)
		return last(&c, rest + 2);
	if (strcmp(verb, "hello") == 0) {
		synchronize(&c, rest[2]);
		puts(c.boot);
		return 0;
	}
	leave(2, "wrong call");
}
