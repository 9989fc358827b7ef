/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of the host's owner (update-grub, dracut, grubby): found in the system's own folders, with nothing of ours
 * but its arguments, in a session of its own, so that what is typed at the terminal does not reach it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/str.h"
#include "sys/real.h"

enum { GRACE_MS = 5000 }; /* from SIGTERM to SIGKILL */

int sys_tool_find(struct sys *s, const char *name, char *buf, size_t size)
{
	static const char *const folders[] = {"usr/sbin", "usr/bin", "sbin", "bin"};

	bool is_there = false;

	if (!s->is_live)
		return -EXDEV;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct stat st;
		int n = *name == '/' ? snprintf(buf, size, "%s", name) : snprintf(buf, size, "/%s/%s", folders[i], name);

		if (n <= 0 || (size_t)n >= size || stat(buf, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
			continue;
		/* Whoever else may write to it would be root by us. */
		if (st.st_uid == 0 && (st.st_mode & 022) == 0)
			return 0;
		is_there = true;
	}
	return is_there ? -EPERM : -ENOENT;
}

/* What is open in the program: nothing to read, the pipe of its output, the lock, which lives as long as it does. */
enum { LOCK_FD = 3, FAILED_FD = 4 };

static int use_descriptors(int output, int lock, int failed)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* They may lie where they are to go, so all are moved up first. */
	nothing = fcntl(nothing, F_DUPFD_CLOEXEC, 10);
	output = fcntl(output, F_DUPFD_CLOEXEC, 10);
	lock = fcntl(lock, F_DUPFD_CLOEXEC, 10);
	failed = fcntl(failed, F_DUPFD_CLOEXEC, 10);
	if (nothing < 0 || output < 0 || lock < 0 || failed < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0 || dup2(lock, LOCK_FD) < 0 || dup2(failed, FAILED_FD) < 0 ||
	    fcntl(FAILED_FD, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return sys_close_from(FAILED_FD + 1);
}

_Noreturn static void execute(const char *path, char *const *argv, int output, int lock, int failed)
{
	char path_variable[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/root";
	char terminal[] = "TERM=dumb", debconf[] = "DEBIAN_FRONTEND=noninteractive";
	char *const environment[] = {path_variable, locale, home, terminal, debconf, NULL};
	sigset_t none;
	int code = 0;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)umask(022);
	if (setsid() < 0 || chdir("/") < 0)
		code = -errno;
	if (code == 0) {
		code = use_descriptors(output, lock, failed);
		failed = code == 0 ? FAILED_FD : failed;
	}
	if (code == 0) {
		(void)execve(path, argv, environment);
		code = -errno;
	}
	(void)!write(failed, &code, sizeof(code));
	_exit(126);
}

/* Keeps the end of what is said: that is where the reason stands. */
struct tail {
	char *text;
	size_t size, length;
};

static bool take_output(struct tail *t, int fd)
{
	char part[4096];
	ssize_t n = read(fd, part, sizeof(part));
	size_t room = t->size - 1, length = n > 0 ? (size_t)n : 0, keep;

	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	if (length > room) {
		memmove(part, part + length - room, room);
		length = room;
	}
	keep = t->length + length > room ? room - length : t->length;
	memmove(t->text, t->text + t->length - keep, keep);
	memcpy(t->text + keep, part, length);
	t->length = keep + length;
	t->text[t->length] = '\0';
	return true;
}

struct running {
	pid_t pid;
	int process, output; /* descriptors; output -1: closed */
	struct tail tail;
};

/* Until it has ended; -ETIMEDOUT. What it leaves in the background keeps nobody waiting. */
static int await_end(struct sys *s, struct running *t, const char *name, unsigned limit_ms)
{
	int64_t start = s->ops->now_ms(s), told = 0;

	for (;;) {
		struct pollfd p[2] = {{.fd = t->process, .events = POLLIN}, {.fd = t->output, .events = POLLIN}};
		int64_t waited = s->ops->now_ms(s) - start;

		if (waited >= (int64_t)limit_ms)
			return -ETIMEDOUT;
		if (poll(p, 2, 500) < 0 && errno != EINTR)
			return -errno;
		if (p[1].revents && !take_output(&t->tail, t->output)) {
			(void)close(t->output);
			t->output = -1;
		}
		if (p[0].revents)
			break;
		if (waited >= 2000 && waited / 1000 != told && s->waiting) {
			told = waited / 1000;
			s->waiting(s->waiting_data, name, (unsigned)told, limit_ms / 1000);
		}
	}
	if (t->output >= 0) {
		(void)fcntl(t->output, F_SETFL, O_NONBLOCK);
		for (int i = 0; i < 64; i++) {
			struct pollfd p = {.fd = t->output, .events = POLLIN};

			if (poll(&p, 1, 0) <= 0 || !take_output(&t->tail, t->output))
				break;
		}
	}
	return 0;
}

/* With its process group. What has left that has the lock, and the next one waits for it. */
static void kill_group(const struct running *t)
{
	struct pollfd p = {.fd = t->process, .events = POLLIN};

	(void)kill(-t->pid, SIGTERM);
	(void)poll(&p, 1, GRACE_MS);
	(void)kill(-t->pid, SIGKILL);
	(void)poll(&p, 1, GRACE_MS);
}

static int start(const char *path, char *const *argv, int lock, struct running *ret)
{
	cleanup_close int output = -1, to_output = -1, failed = -1, to_failed = -1;
	int pipes[2], code;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	output = pipes[0];
	to_output = pipes[1];
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	failed = pipes[0];
	to_failed = pipes[1];
	ret->pid = fork();
	if (ret->pid < 0)
		return -errno;
	if (ret->pid == 0)
		execute(path, argv, to_output, lock, to_failed);
	(void)close(TAKE(to_output, -1));
	(void)close(TAKE(to_failed, -1));
	if (read(failed, &code, sizeof(code)) == (ssize_t)sizeof(code)) {
		(void)waitpid(ret->pid, NULL, 0);
		return code;
	}
	ret->process = (int)syscall(SYS_pidfd_open, ret->pid, 0);
	if (ret->process < 0) {
		code = -errno;
		(void)kill(-ret->pid, SIGKILL);
		(void)waitpid(ret->pid, NULL, 0);
		return code;
	}
	ret->output = TAKE(output, -1);
	return 0;
}

/* One at a time: what a killed passthru started goes on, and may write over what is made after it. -EBUSY: it still
 * does after limit_ms. */
static int await_lock(struct sys *s, unsigned limit_ms)
{
	int64_t start = s->ops->now_ms(s), told = 0;

	for (;;) {
		int lock = sys_writer_lock(s, "tool");
		int64_t waited = s->ops->now_ms(s) - start;

		if (lock != -EBUSY || waited >= (int64_t)limit_ms)
			return lock;
		if (waited >= 2000 && waited / 1000 != told && s->waiting) {
			told = waited / 1000;
			s->waiting(s->waiting_data, "a program that was started before to end", (unsigned)told, limit_ms / 1000);
		}
		(void)s->ops->sleep_ms(s, 200);
	}
}

int sys_tool_run(struct sys *s, char *const *argv, unsigned limit_ms, char *output, size_t size, int *ret_status)
{
	struct running t = {.process = -1, .output = -1, .tail = {.text = output, .size = size}};
	char path[SYS_PATH];
	int status = 0, r = sys_tool_find(s, argv[0], path, sizeof(path));
	cleanup_close int lock = -1;

	output[0] = '\0';
	if (r < 0)
		return r;
	lock = await_lock(s, limit_ms);
	if (lock < 0)
		return lock;
	/* Inherited as ignored, it would let the kernel reap the program behind our back. */
	(void)signal(SIGCHLD, SIG_DFL);
	r = start(path, argv, lock, &t);
	if (r < 0)
		return r;
	(void)close(TAKE(lock, -1));
	r = await_end(s, &t, argv[0], limit_ms);
	if (r < 0)
		kill_group(&t);
	if (waitpid(t.pid, &status, r < 0 ? WNOHANG : 0) < 0 && r == 0)
		r = -errno;
	(void)close(t.process);
	if (t.output >= 0)
		(void)close(t.output);
	*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return r;
}
