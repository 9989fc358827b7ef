/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's own command, which `with` runs: started, waited for, and everything it leaves behind
 * collected, for QEMU's -daemonize goes into the background and is then our child (subreaper). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/str.h"
#include "model/memlock.h"
#include "sys/real.h"

/* Is it a file we may run? */
static int check_runnable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

int sys_command_find(struct sys *s, const char *name, char *buf, size_t size)
{
	const char *path = getenv("PATH");
	int worst = -ENOENT;

	(void)s;
	if (strchr(name, '/')) {
		if (snprintf(buf, size, "%s", name) >= (int)size)
			return -ENAMETOOLONG;
		return check_runnable(buf);
	}
	for (const char *part = path ? path : "/usr/sbin:/usr/bin:/sbin:/bin"; *name && part; ) {
		const char *colon = strchr(part, ':');
		size_t length = colon ? (size_t)(colon - part) : strlen(part);
		int r = -ENOENT;

		if (snprintf(buf, size, "%.*s/%s", (int)length, length > 0 ? part : ".", name) < (int)size)
			r = check_runnable(buf);
		if (r == 0)
			return 0;
		if (r == -EACCES)
			worst = r;
		part = colon ? colon + 1 : NULL;
	}
	return worst;
}

static void watched_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGQUIT); /* the terminal's too: left to the command */
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGCHLD);
}

/* ---- as somebody else ---- */

static bool is_about_user(const char *variable)
{
	return str_starts(variable, "HOME=") || str_starts(variable, "USER=") || str_starts(variable, "LOGNAME=") ||
	    str_starts(variable, "SHELL=");
}

/* Ours, with what says who somebody is changed. */
static char **environment_of(struct arena *mem, const struct sys_user *u)
{
	char **all = NULL;
	size_t n = 0;

	for (char **variable = environ; variable && *variable; variable++)
		if (!is_about_user(*variable))
			*ARENA_PUSH(mem, all, n) = *variable;
	*ARENA_PUSH(mem, all, n) = arena_printf(mem, "HOME=%s", u->home);
	*ARENA_PUSH(mem, all, n) = arena_printf(mem, "USER=%s", u->name);
	*ARENA_PUSH(mem, all, n) = arena_printf(mem, "LOGNAME=%s", u->name);
	*ARENA_PUSH(mem, all, n) = arena_printf(mem, "SHELL=%s", u->shell);
	*ARENA_PUSH(mem, all, n) = NULL;
	return all;
}

/* As far as we may: whether it does was judged before, and the command says when it does not. */
static void raise_memlock(uint64_t bytes)
{
	rlim_t wanted = bytes == MEMLOCK_UNLIMITED ? RLIM_INFINITY : (rlim_t)bytes;
	struct rlimit l;

	if (getrlimit(RLIMIT_MEMLOCK, &l) < 0 || l.rlim_cur >= wanted)
		return;
	if (l.rlim_max < wanted && setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){wanted, wanted}) == 0)
		return;
	l.rlim_cur = l.rlim_max < wanted ? l.rlim_max : wanted;
	(void)setrlimit(RLIMIT_MEMLOCK, &l);
}

int sys_close_from(int first)
{
	enum { MOST = 1 << 20 };

	if (close_range((unsigned)first, ~0U, 0) == 0)
		return 0;
	for (long fd = first, end = sysconf(_SC_OPEN_MAX); fd < end && fd < MOST; fd++)
		(void)close((int)fd);
	return 0;
}

/* All descriptors but 0 to 2, and the pipe, which exec closes. */
static int close_others(int *failed)
{
	enum { PIPE = 3 };

	if (*failed != PIPE && dup2(*failed, PIPE) < 0)
		return -errno;
	*failed = PIPE;
	if (fcntl(PIPE, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return sys_close_from(PIPE + 1);
}

/* Groups before the user, for after him nothing more can be dropped; and it is made sure that there is no way back. */
static int become(const struct sys_credentials *as)
{
	const struct sys_user *u = as->user;
	uid_t real, effective, saved;

	raise_memlock(as->memlock_bytes);
	if (setgroups(u->n_groups, u->groups) < 0 || setresgid(u->gid, u->gid, u->gid) < 0 ||
	    setresuid(u->uid, u->uid, u->uid) < 0)
		return -errno;
	if (getresuid(&real, &effective, &saved) < 0 || real != u->uid || effective != u->uid || saved != u->uid ||
	    setuid(0) == 0)
		return -EPERM;
	/* Root's keys stay root's (keyrings(7)); a kernel without them has none to keep. */
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return 0;
}

/* In the child: exec, or tell why not by the pipe. */
_Noreturn static void execute(const char *path, char **argv, char **environment, const struct sys_credentials *as, int failed)
{
	sigset_t none;
	int code = as ? close_others(&failed) : 0;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (as && code == 0)
		code = become(as);
	if (code == 0) {
		(void)execve(path, argv, environment);
		code = -errno;
	}
	(void)!write(failed, &code, sizeof(code));
	_exit(126);
}

static int start(const char *path, char **argv, const struct sys_credentials *as, pid_t *ret)
{
	cleanup_arena struct arena mem = {0};
	char **environment = as ? environment_of(&mem, as->user) : environ;
	cleanup_close int from_child = -1, to_parent = -1;
	int pipes[2], code;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	from_child = pipes[0];
	to_parent = pipes[1];
	*ret = fork();
	if (*ret < 0)
		return -errno;
	if (*ret == 0)
		execute(path, argv, environment, as, to_parent);
	(void)close(TAKE(to_parent, -1));
	if (read(from_child, &code, sizeof(code)) != (ssize_t)sizeof(code))
		return 0;
	(void)waitpid(*ret, NULL, 0);
	return code;
}

/* Collects children that ended; true when `child` was among them. */
static bool collect(pid_t child, int *ret_status)
{
	bool found = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		found = true;
		*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	return found || (child > 0 && pid < 0 && errno == ECHILD);
}

/* Takes one signal off the descriptor: SIGTERM and SIGHUP are passed on. SIGINT comes from the terminal,
 * which sent it to the command as well. */
static void pass_signal(int signals, const int *pids, size_t n)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGTERM && info.ssi_signo != SIGHUP)
		return;
	for (size_t i = 0; i < n; i++)
		(void)kill(pids[i], (int)info.ssi_signo);
}

int sys_command_run(struct sys *s, const char *path, char **argv, const struct sys_credentials *as, int *ret_status)
{
	cleanup_close int signals = -1;
	sigset_t watched, before;
	pid_t child = -1;
	int r;

	(void)s;
	/* Inherited as ignored, it would let the kernel reap the command behind our back. */
	(void)signal(SIGCHLD, SIG_DFL);
	watched_signals(&watched);
	(void)sigprocmask(SIG_BLOCK, &watched, &before);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	signals = signalfd(-1, &watched, SFD_CLOEXEC);
	r = signals < 0 ? -errno : start(path, argv, as, &child);
	while (r == 0 && !collect(child, ret_status))
		pass_signal(signals, &child, 1);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int sys_command_linger(struct sys *s, const int *pids, size_t n, unsigned ms)
{
	cleanup_close int signals = -1, process = -1;
	struct pollfd p[2] = {{.events = POLLIN}, {.events = POLLIN}};
	sigset_t watched, before;
	int status;

	(void)s;
	watched_signals(&watched);
	(void)sigprocmask(SIG_BLOCK, &watched, &before);
	signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	process = n > 0 ? (int)syscall(SYS_pidfd_open, pids[0], 0) : -1;
	p[0].fd = signals;
	p[1].fd = process;
	(void)poll(p, 2, (int)ms);
	if (p[0].revents & POLLIN)
		pass_signal(signals, pids, n);
	(void)collect(-1, &status);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}

int sys_command_signal(struct sys *s, int pid, uint64_t start, int signal)
{
	cleanup_close int process = (int)syscall(SYS_pidfd_open, pid, 0);
	cleanup_arena struct arena mem = {0};

	if (process < 0)
		return -errno;
	/* The descriptor is of whoever has the pid now; that it is the one that was meant is seen afterwards. */
	if (process_start(s, &mem, pid) != start)
		return -ESRCH;
	return syscall(SYS_pidfd_send_signal, process, signal, NULL, 0) < 0 ? -errno : 0;
}
