/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place where a sysfs attribute is written. Unbinding waits for the driver's remove routine in
 * the context of the writer, without limit and without a way to stop it (drivers/base/dd.c,
 * __device_release_driver; nvidia, snd and vfio wait for open files). So a child writes, with every
 * other descriptor closed, and the parent waits with a limit and can walk away.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "sys/real.h"

/* A child takes every open descriptor with it until it closes them, and a lock lives as long as the last of them: so
 * while one thread has a busy lock in hand no other may fork. */
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;

static const char *busy_path(char buf[SYS_PATH], const char *busy)
{
	return sys_path(buf, "run/passthru/busy/%s", busy);
}

int sys_writer_is_busy(struct sys *s, const char *busy)
{
	struct flock whole = {.l_type = F_WRLCK};
	char path[SYS_PATH];
	cleanup_close int fd = -1;

	if (!s->is_live)
		return 0;
	fd = sys_real_openat((struct sys_real *)s, busy_path(path, busy), O_RDONLY | O_NOFOLLOW);
	if (fd < 0)
		return fd == -ENOENT || fd == -EACCES ? 0 : fd;
	/* Asked without taking it, or two who ask at once would find each other. */
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0)
		return -errno;
	return whole.l_type != F_UNLCK;
}

/* The descriptor is inherited by the child and closed by us, so the lock lives as long as the write. */
int sys_writer_lock(struct sys *s, const char *busy)
{
	struct sys_real *real = (struct sys_real *)s;
	struct flock whole = {.l_type = F_WRLCK};
	char path[SYS_PATH];
	cleanup_close int fd = -1;

	fd = openat(real->root, busy_path(path, busy), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
		return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	return TAKE(fd, -1);
}

/* Runs in the child; answers by the pipe. Nothing here may touch stdio or the heap. */
_Noreturn static void write_and_exit(int target, int busy, int answer, const char *value, size_t length)
{
	int32_t code = 0;

	/* Should our parent die, this one write still ends as the kernel ends it, and holds the busy lock
	 * meanwhile, which recover waits for. There is never a second write to go astray.
	 *
	 * Keep three descriptors and nothing else, so that no pipe to tee or ssh waits for a stuck child. */
	if (dup2(target, 0) < 0 || dup2(answer, 1) < 0 || dup2(busy, 2) < 0)
		_exit(1);
	(void)close_range(3, ~0U, 0);
	if (write(0, value, length) < 0)
		code = -errno;
	if (write(1, &code, sizeof(code)) != (ssize_t)sizeof(code))
		_exit(1);
	_exit(0);
}

/* Waits for the child's answer; -ETIME when it does not come within the limit. */
static int await_answer(struct sys *s, int answer, const char *path, unsigned limit_ms)
{
	int64_t start = s->ops->now_ms(s);
	int32_t code;

	for (;;) {
		struct pollfd p = {.fd = answer, .events = POLLIN};
		int64_t waited = s->ops->now_ms(s) - start;
		int64_t rest = (int64_t)limit_ms - waited;

		/* Looked for before the clock is: whoever was stopped for a minute finds the answer lying there. */
		if (poll(&p, 1, rest <= 0 ? 0 : rest < 1000 ? (int)rest : 1000) > 0) {
			if (read(answer, &code, sizeof(code)) != (ssize_t)sizeof(code))
				return -EIO; /* killed from outside */
			return code;
		}
		if (rest <= 0)
			return -ETIME;
		if (waited >= 2000 && s->waiting)
			s->waiting(s->waiting_data, path, (unsigned)(waited / 1000), limit_ms / 1000);
	}
}

/* Starts the child; *ret_answer is the pipe it answers by. */
static int start_writing(struct sys *s, const char *name, const char *path, const char *value, pid_t *ret_child, int *ret_answer)
{
	cleanup_close int busy = sys_writer_lock(s, name);
	cleanup_close int target = -1, from_child = -1, to_parent = -1;
	sigset_t all, before;
	int pipes[2];

	if (busy < 0)
		return busy;
	target = sys_real_openat((struct sys_real *)s, path, O_WRONLY);
	if (target < 0)
		return target;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	from_child = pipes[0];
	to_parent = pipes[1];
	/* A signal that ends the child in the middle of a store makes its wait unkillable (fact KF-09):
	 * it keeps every signal blocked, the parent's handlers see them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	*ret_child = fork();
	if (*ret_child == 0)
		write_and_exit(target, busy, to_parent, value, strlen(value));
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (*ret_child < 0)
		return -errno;
	*ret_answer = TAKE(from_child, -1);
	return 0;
}

int sys_writer_poke(struct sys *s, const char *busy, const char *path, const char *value, unsigned limit_ms)
{
	cleanup_close int answer = -1;
	pid_t child = -1;
	int r;

	(void)pthread_mutex_lock(&forking);
	r = start_writing(s, busy, path, value, &child, &answer);
	(void)pthread_mutex_unlock(&forking);
	if (r < 0)
		return r;
	r = await_answer(s, answer, path, limit_ms);
	/* A stuck child is left to init; a finished one is collected. */
	while (r != -ETIME && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}
