/*
 * lab-supervise - the first process of a virtual host once its file systems stand.
 *
 *	lab-supervise SHARE STDOUT STDERR
 *
 * Runs the command that lab/run was given, carries its output to the two virtio ports STDOUT and
 * STDERR, leaves its exit status in SHARE/status, and switches the machine off. SHARE/begun is there as soon as the
 * command may have started.
 *
 * SHARE holds three files whose entries end with a NUL each, so that every byte of an argument
 * arrives: `directory` (one entry), `environment` (NAME=VALUE) and `arguments`.
 *
 * The command writes into pipes, not into the ports: a port can be opened only once, so a script
 * that opens /dev/stderr would fail on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

__attribute__((format(printf, 1, 2))) static _Noreturn void die(const char *format, ...)
{
	FILE *console = fopen("/dev/console", "we");
	va_list ap;

	if (console) {
		va_start(ap, format);
		fputs("lab: ", console);
		vfprintf(console, format, ap);
		fprintf(console, ": %s\n", strerror(errno));
		va_end(ap);
		fclose(console);
	}
	power_off();
}

/* The whole of DIR/NAME, with one NUL more at the end than is in the file. */
static char *read_file(const char *dir, const char *name, size_t *ret_size)
{
	char path[4096], *text;
	struct stat st;
	size_t got = 0;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		die("%s", path);
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text)
		die("%s", path);
	while (got < (size_t)st.st_size && n > 0) {
		n = read(fd, text + got, (size_t)st.st_size - got);
		if (n < 0)
			die("%s", path);
		got += (size_t)n;
	}
	close(fd);
	*ret_size = got;
	return text;
}

/* The entries of DIR/NAME as an argument vector. */
static char **read_vector(const char *dir, const char *name)
{
	size_t size, n = 0;
	char *text = read_file(dir, name, &size);
	char **vector;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\0';
	vector = calloc(n + 1, sizeof(*vector));
	if (!vector)
		die("%s", name);
	for (size_t i = 0; i < n; i++) {
		vector[i] = text;
		text += strlen(text) + 1;
	}
	return vector;
}

static _Noreturn void run_command(const char *share, int out, int err)
{
	char **directory = read_vector(share, "directory");
	char **environment = read_vector(share, "environment");
	char **arguments = read_vector(share, "arguments");
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	environ = environment;
	if (chdir(directory[0]) < 0) {
		fprintf(stderr, "lab: %s: %s\n", directory[0], strerror(errno));
		_exit(126);
	}
	execvp(arguments[0], arguments);
	fprintf(stderr, "lab: %s: %s\n", arguments[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Carries what there is; false when nothing will come any more. */
static bool carry(int from, int to)
{
	char text[65536];
	ssize_t got = read(from, text, sizeof(text));

	for (ssize_t done = 0, n; done < got; done += n) {
		n = write(to, text + done, (size_t)(got - done));
		if (n < 0)
			die("the output is lost");
	}
	return got > 0;
}

/* As first process we inherit every orphan. True when PID itself has ended. */
static bool reap(pid_t pid, int *ret_status)
{
	bool ended = false;
	pid_t who;
	int status;

	while ((who = waitpid(-1, &status, WNOHANG)) > 0) {
		if (who != pid)
			continue;
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		ended = true;
	}
	return ended;
}

/*
 * Carries output until PID has ended and the pipes are empty, and answers its exit status. Does
 * not wait for the pipes to close: a process left in the background may hold them open for ever.
 */
static int attend(pid_t pid, int signals, const int from[2], const int to[2])
{
	struct pollfd p[] = {
	    {.fd = from[0], .events = POLLIN},
	    {.fd = from[1], .events = POLLIN},
	    {.fd = signals, .events = POLLIN},
	};
	struct signalfd_siginfo info;
	bool ended = false;
	int status = 0;

	for (;;) {
		int n = poll(p, 3, ended ? 0 : -1);

		if (n == 0 && ended)
			return status;
		for (int i = 0; i < 2; i++)
			if (n > 0 && p[i].revents && !carry(p[i].fd, to[i]))
				p[i].fd = -1;
		if (n > 0 && p[2].revents && read(signals, &info, sizeof(info)) > 0)
			ended = reap(pid, &status) || ended;
	}
}

static void write_number(const char *share, const char *name, int number)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", share, name);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%d\n", number) < 0 || fclose(f) != 0)
		die("%s", path);
}

int main(int argc, char *argv[])
{
	int out[2], err[2], ports[2], signals;
	sigset_t chld;
	pid_t pid;

	if (argc != 4) {
		fputs("usage: lab-supervise SHARE STDOUT STDERR\n", stderr);
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		ports[i] = open(argv[2 + i], O_WRONLY | O_CLOEXEC);
		if (ports[i] < 0)
			die("%s", argv[2 + i]);
	}
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signals = signalfd(-1, &chld, SFD_CLOEXEC);
	if (signals < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipes");
	write_number(argv[1], "begun", 1);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		run_command(argv[1], out[1], err[1]);
	close(out[1]);
	close(err[1]);
	write_number(argv[1], "status",
	    attend(pid, signals, (const int[]){out[0], err[0]}, ports));
	power_off();
}
