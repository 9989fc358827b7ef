/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kill_at - run a command, and have it die or fail at one chosen system call.
 *
 *	kill_at list COMMAND…		its points, one line each, on descriptor 3: NUMBER WHO CALL WHAT
 *	kill_at K HOW COMMAND…		at point K:
 *		parent			SIGKILL to the command itself; a child that was calling goes on
 *		caller			SIGKILL to the process that calls, be it the command or its child
 *		both			SIGKILL to the command and every child, at this same moment
 *		held			as parent, and the child stands still while `passthru recover` runs
 *		EIO, EBUSY, ENOSPC…	the call is not made and fails with this
 *	kill_at +MS parent|both COMMAND…	SIGKILL after so many milliseconds, wherever it is then
 *
 * A point is a system call that changes something, before it is made: seccomp stops the process on its way
 * in, and one that is killed there does not make the call any more. (After call K is before call K+1.)
 * Points are counted over the command and all its children together, in the order they happen. strace
 * counts its `when=` in every process anew, so the second of six children that make one write each cannot
 * be named there.
 *
 * Exit status: the command's, 128 + signal when it was killed; with `held` that of recover; 98 when point K
 * was never reached, 99 when kill_at itself failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers here are those of x86-64, as is the lab"
#endif

enum { NOT_REACHED = 98, BROKEN = 99, MOST_TRACEES = 64 };

struct event {
	pid_t pid;
	int status;
};

enum how { LIST, KILL_PARENT, KILL_CALLER, KILL_BOTH, HOLD_CHILD, FAIL };

enum text { NO_TEXT, PATH_1ST, PATH_2ND, DESCRIPTOR };

static const struct call {
	long number;
	const char *name;
	enum text text;
	int argument; /* a filter on this argument, -1 for none */
	unsigned mask;
	bool is_when_set; /* a point when (argument & mask) is set, or when it is not */
} calls[] = {
    {SYS_write, "write", DESCRIPTOR, -1, 0, false},
    {SYS_pwrite64, "pwrite64", DESCRIPTOR, -1, 0, false},
    {SYS_openat, "openat", PATH_2ND, 2, O_CREAT | O_WRONLY, true}, /* creates, or is about to be written */
    {SYS_rename, "rename", PATH_1ST, -1, 0, false},
    {SYS_renameat, "renameat", PATH_2ND, -1, 0, false},
    {SYS_renameat2, "renameat2", PATH_2ND, -1, 0, false},
    {SYS_unlink, "unlink", PATH_1ST, -1, 0, false},
    {SYS_unlinkat, "unlinkat", PATH_2ND, -1, 0, false},
    {SYS_fsync, "fsync", DESCRIPTOR, -1, 0, false},
    {SYS_mkdir, "mkdir", PATH_1ST, -1, 0, false},
    {SYS_mkdirat, "mkdirat", PATH_2ND, -1, 0, false},
    {SYS_ftruncate, "ftruncate", DESCRIPTOR, -1, 0, false},
    {SYS_fchown, "fchown", DESCRIPTOR, -1, 0, false},
    {SYS_fchmod, "fchmod", DESCRIPTOR, -1, 0, false},
    {SYS_fcntl, "fcntl", DESCRIPTOR, 1, 0x20, true}, /* F_OFD_SETLK, and the look at a lock */
    {SYS_init_module, "init_module", NO_TEXT, -1, 0, false},
    {SYS_finit_module, "finit_module", DESCRIPTOR, -1, 0, false},
    {SYS_delete_module, "delete_module", PATH_1ST, -1, 0, false},
    {SYS_fork, "fork", NO_TEXT, -1, 0, false},
    {SYS_vfork, "vfork", NO_TEXT, -1, 0, false},
    {SYS_clone, "clone", NO_TEXT, 0, CLONE_THREAD, false},
};

enum { N_CALLS = sizeof(calls) / sizeof(calls[0]) };

static struct {
	enum how how;
	int error;
	unsigned long point;   /* the one that is meant */
	unsigned long counted; /* points seen so far */
	pid_t root;
	struct tracee {
		pid_t pid, process; /* a thread, and what it is a thread of */
	} tracees[MOST_TRACEES];
	int n_tracees;
	struct event events[MOST_TRACEES]; /* that came while somebody else was waited for */
	int n_events;
	int status; /* of the root */
	int recovered;
	FILE *list;
} at = {.recovered = BROKEN, .status = -1};

_Noreturn __attribute__((format(printf, 1, 2))) static void die(const char *format, ...)
{
	int code = errno;
	va_list args;

	va_start(args, format);
	(void)fprintf(stderr, "kill_at: ");
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, ": %s\n", strerror(code));
	va_end(args);
	exit(BROKEN);
}

/* ---- the command ---- */

/* Stops the process on its way into the calls of the table, and nowhere else: that is what makes it fast. */
static void install_filter(void)
{
	struct sock_filter code[2 + N_CALLS * 6], *p = code;
	struct sock_fprog program = {.filter = code};

	*p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < N_CALLS; i++) {
		const struct call *c = &calls[i];
		unsigned trace = SECCOMP_RET_TRACE | (unsigned)i;

		if (c->argument < 0) {
			*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)c->number, 0, 1);
			*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, trace);
			continue;
		}
		*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)c->number, 0, 4);
		*p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    (unsigned)offsetof(struct seccomp_data, args) + 8 * (unsigned)c->argument);
		*p++ = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JSET | BPF_K, c->mask, c->is_when_set ? 0 : 1, c->is_when_set ? 1 : 0);
		*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, trace);
		*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = (unsigned short)(p - code);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		die("seccomp");
}

static void start(char **argv, bool is_traced)
{
	at.root = fork();
	if (at.root < 0)
		die("fork");
	if (at.root > 0)
		return;
	(void)setpgid(0, 0);
	if (at.list)
		(void)close(3);
	if (is_traced) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			die("ptrace");
		(void)raise(SIGSTOP);
		install_filter();
	}
	(void)execvp(argv[0], argv);
	die("%s", argv[0]);
}

/* ---- what stands where ---- */

static int find(pid_t pid)
{
	for (int i = 0; i < at.n_tracees; i++)
		if (at.tracees[i].pid == pid)
			return i;
	return -1;
}

static pid_t process_of(pid_t pid)
{
	char path[64], line[128];
	FILE *status;
	int process = pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "Tgid: %d", &process) == 1)
			break;
	if (status)
		(void)fclose(status);
	return process;
}

/* True when it was not known yet: then this is its first stop, with a SIGSTOP that nobody sent. */
static bool remember(pid_t pid)
{
	if (find(pid) >= 0)
		return false;
	if (at.n_tracees == MOST_TRACEES) {
		errno = E2BIG;
		die("processes");
	}
	at.tracees[at.n_tracees++] = (struct tracee){pid, process_of(pid)};
	return true;
}

static void forget(pid_t pid)
{
	int i = find(pid);

	if (i >= 0)
		at.tracees[i] = at.tracees[--at.n_tracees];
}

static void go_on(pid_t pid, int sig)
{
	if (ptrace(PTRACE_CONT, pid, NULL, (void *)(long)sig) < 0 && errno != ESRCH)
		die("continue");
}

static void read_text(pid_t pid, unsigned long address, char *buf, size_t size)
{
	size_t used = 0;

	/* Word by word, so as not to run into the end of a mapping. */
	while (used + sizeof(long) < size) {
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, (void *)(address + used), NULL);
		if (errno != 0)
			break;
		memcpy(buf + used, &word, sizeof(word));
		if (memchr(&word, '\0', sizeof(word)))
			return;
		used += sizeof(word);
	}
	buf[used] = '\0';
}

static void list_point(pid_t pid, const struct call *call, const struct user_regs_struct *regs)
{
	char text[256] = "", link[64];
	ssize_t n;

	if (call->text == PATH_1ST)
		read_text(pid, regs->rdi, text, sizeof(text));
	if (call->text == PATH_2ND)
		read_text(pid, regs->rsi, text, sizeof(text));
	if (call->text == DESCRIPTOR) {
		(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, (int)regs->rdi);
		n = readlink(link, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
	}
	(void)fprintf(
	    at.list, "%lu %s %s %s\n", at.counted, process_of(pid) == at.root ? "parent" : "child", call->name, text);
}

/* True when it tells of an end. */
static bool note_end(const struct event *event)
{
	if (!WIFEXITED(event->status) && !WIFSIGNALED(event->status))
		return false;
	forget(event->pid);
	if (event->pid == at.root)
		at.status = event->status;
	return true;
}

/* ---- the moment ---- */

/* Gone when this returns, locks and all. Its first thread ends when every other was waited for, so all that comes
 * is taken; what is not of this process is dealt with later. */
static void kill_and_collect(pid_t process)
{
	bool is_gone = find(process) < 0;

	(void)kill(process, SIGKILL);
	while (!is_gone) {
		struct event event;

		event.pid = waitpid(-1, &event.status, __WALL);
		if (event.pid < 0)
			die("wait for %d", process);
		if (note_end(&event))
			is_gone = event.pid == process;
		else if (at.n_events < MOST_TRACEES)
			at.events[at.n_events++] = event;
	}
}

static void run_recover(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execlp("passthru", "passthru", "recover", NULL);
		_exit(BROKEN);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("recover");
	at.recovered = WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

static void strike(pid_t pid, struct user_regs_struct *regs)
{
	pid_t process = process_of(pid);

	switch (at.how) {
	case LIST:
		break;
	case FAIL:
		/* A number that is no call is not made, and what stands in rax is its answer. */
		regs->orig_rax = (unsigned long long)-1;
		regs->rax = (unsigned long long)-at.error;
		if (ptrace(PTRACE_SETREGS, pid, NULL, regs) < 0)
			die("set registers");
		break;
	case KILL_CALLER:
		kill_and_collect(process);
		return;
	case KILL_BOTH:
		while (at.n_tracees > 0)
			kill_and_collect(at.tracees[at.n_tracees - 1].process);
		return;
	case KILL_PARENT:
	case HOLD_CHILD:
		kill_and_collect(at.root);
		if (process == at.root)
			return;
		if (at.how == HOLD_CHILD)
			run_recover();
		break;
	}
	go_on(pid, 0);
}

static void at_call(pid_t pid)
{
	struct user_regs_struct regs;
	unsigned long index;

	if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &index) < 0 || ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		die("ask about %d", pid);
	at.counted++;
	if (at.list)
		list_point(pid, &calls[index], &regs);
	if (at.counted == at.point)
		strike(pid, &regs);
	else
		go_on(pid, 0);
}

static bool next_event(struct event *ret)
{
	if (at.n_events > 0) {
		*ret = at.events[--at.n_events];
		return true;
	}
	ret->pid = waitpid(-1, &ret->status, __WALL);
	return ret->pid > 0;
}

static void follow(void)
{
	static const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct event event;

	if (waitpid(at.root, &event.status, 0) != at.root || !WIFSTOPPED(event.status) ||
	    ptrace(PTRACE_SETOPTIONS, at.root, NULL, (void *)options) < 0)
		die("start");
	(void)remember(at.root);
	go_on(at.root, 0);
	while (at.n_tracees > 0 && next_event(&event)) {
		int kind = event.status >> 16, sig = WSTOPSIG(event.status);

		if (note_end(&event))
			continue;
		if (kind == PTRACE_EVENT_SECCOMP) {
			(void)remember(event.pid);
			at_call(event.pid);
		} else if (kind != 0 || (remember(event.pid) && sig == SIGSTOP)) {
			go_on(event.pid, 0);
		} else {
			go_on(event.pid, sig);
		}
	}
}

/* No tracing: wherever the clock finds it, in the middle of the kernel too. */
static void kill_after(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&t, NULL);
	(void)kill(at.how == KILL_BOTH ? -at.root : at.root, SIGKILL);
	if (waitpid(at.root, &at.status, 0) != at.root)
		die("wait");
}

static void parse_how(const char *word)
{
	static const char *const names[] = {
	    [LIST] = "list",
	    [KILL_PARENT] = "parent",
	    [KILL_CALLER] = "caller",
	    [KILL_BOTH] = "both",
	    [HOLD_CHILD] = "held",
	};

	for (int i = 0; i < FAIL; i++)
		if (strcmp(word, names[i]) == 0) {
			at.how = (enum how)i;
			return;
		}
	at.how = FAIL;
	for (at.error = 1; at.error < 134; at.error++) {
		const char *name = strerrorname_np(at.error);

		if (name && strcmp(word, name) == 0)
			return;
	}
	errno = EINVAL;
	die("%s", word);
}

int main(int argc, char **argv)
{
	bool is_list = argc > 2 && strcmp(argv[1], "list") == 0;

	if (argc < 3 || (!is_list && argc < 4)) {
		(void)fprintf(stderr, "usage: kill_at list COMMAND… | kill_at K|+MS HOW COMMAND…\n");
		return BROKEN;
	}
	if (is_list) {
		at.list = fdopen(3, "w");
		if (!at.list)
			die("descriptor 3");
	} else {
		parse_how(argv[2]);
		at.point = strtoul(argv[1], NULL, 10);
	}
	start(argv + (is_list ? 2 : 3), argv[1][0] != '+');
	if (argv[1][0] == '+')
		kill_after((long)at.point);
	else
		follow();
	if (!is_list && argv[1][0] != '+' && at.counted < at.point)
		return NOT_REACHED;
	if (at.how == HOLD_CHILD && at.recovered != BROKEN)
		return at.recovered;
	return WIFSIGNALED(at.status) ? 128 + WTERMSIG(at.status) : WEXITSTATUS(at.status);
}
