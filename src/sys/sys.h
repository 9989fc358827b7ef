/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only door to the machine. Everything passthru reads or writes goes through this table of
 * operations, so that tests can bring a simulated kernel that refuses, blocks, fails and dies at any
 * call. Paths are relative to the root, without a leading slash ("sys/bus/pci/devices").
 *
 * Operations answer 0 (or a count) or a negative errno; the wrappers below add the sentence.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "model/access.h"
#include "model/host.h"
#include "model/pci_addr.h"
#include "model/route.h"

struct sys;
struct log_field;

/* Called for each name of a directory, each module of a chain; non-zero stops and is answered. */
typedef int sys_each(void *data, const char *name);

/* What a chain of modules is made of: deps first. */
struct sys_module {
	const char *name;
	bool is_builtin;
};
typedef int sys_each_module(void *data, const struct sys_module *m);
typedef int sys_each_route(void *data, const struct route *r);

/* What stands in the log. */
struct sys_logged {
	const char *text; /* one line, seldom several with newlines between them */
	const char *file; /* where it is kept: "/dev/kmsg", "/var/log/journal" */
	bool is_kernel;	  /* the kernel said it; else a program, or whoever passes for one */
};
typedef int sys_each_entry(void *data, const struct sys_logged *l);

enum {
	SYS_PATH = 512, /* the paths we build are short */
	SYS_TEXT = 4096, /* one page: what a sysfs attribute holds at most */
};

/*
 * What a PCI function is, its driver and its IOMMU group. Of a recorded host that is uevent, which has the driver as
 * well. Of the running one it is modalias and the link: kernels that take the function's lock to show uevent (seen in
 * 6.1.192) let every reader of it hang while an unbind is stuck, whoever made it.
 */
struct sys_peek {
	int text_length;  /* or a negative errno */
	int driver_error; /* 0 or a negative errno; live only */
	int group_error;  /* 0 or a negative errno */
	char text[SYS_TEXT + 1];
	char driver[SYS_PATH], group[SYS_PATH]; /* targets of the links */
};

struct sys_file {
	bool is_trusted; /* it and all folders above are root's, nobody else may write, it has one link; of a recorded host always */
	unsigned mode;	 /* permission bits */
};

struct sys_space {
	uint64_t size_bytes; /* of the file itself */
	uint64_t free_bytes; /* on the file system that holds it, for us */
};

struct sys_device {
	bool is_block;
	unsigned major, minor;
};

/* A unit of systemd: of the system's manager, or of a user's. The name is checked (model/unit.h). */
struct sys_unit {
	const char *name;
	bool is_user;
	unsigned uid;
};

/* A service of our own, run by the system's manager, beside whatever session it was asked for in. */
struct sys_transient {
	const char *name;	 /* "passthru-12.service"; while it runs no second one of that name starts */
	const char *description; /* one line for `systemctl status`; NULL: the name */
	char **argv;		 /* argv[0] an absolute path; UTF-8, else -EINVAL; arrives as it is, "$" and "%" too */
	char **stop_argv;	 /* run when it has ended, however it ended, kill -9 too; without "$"; NULL: nothing */
	char **environment;	 /* "NAME=VALUE"…, besides systemd's own few; NULL: none */
	const char *directory;	 /* absolute; NULL: the root */
};

/* An account of this host, or a number that has none. */
struct sys_user {
	unsigned uid, gid; /* gid: the group that was named, else the account's own */
	const char *name, *home, *shell;
	const unsigned *groups; /* all the groups it is in, gid too */
	size_t n_groups;
};

/* Whom a command is run as. */
struct sys_credentials {
	const struct sys_user *user;
	uint64_t memlock_bytes; /* so much it must be able to lock; MEMLOCK_UNLIMITED */
};

struct sys_ops {
	/* NULL, or how large something is, and how much room there is beside it. */
	int (*space)(struct sys *s, const char *path, struct sys_space *ret);
	/* NULL, or when the content of a file was changed last, in seconds since 1970; links are followed. -ENODATA: there
	 * is nothing in it, as in the stead of a file that was not recorded. */
	int (*changed)(struct sys *s, const char *path, int64_t *ret);
	/* Regular files only, at most size - 1 bytes (-EFBIG where it is longer); a NUL is put behind.
	 * Answers the number of bytes. */
	int (*read)(struct sys *s, const char *path, char *buf, size_t size);
	/* NULL, or the short way to what `list` reads of every function: one walk to its directory for both.
	 * Must be safe in several threads at once, as read and link are. */
	void (*peek)(struct sys *s, const char *function, struct sys_peek *ret);
	/* As read, and -EPERM unless it is ours alone: owned by us, no one else may write, one link. */
	int (*read_own)(struct sys *s, const char *path, char *buf, size_t size);
	/* NULL, or each line of a text file of any length; a line longer than SYS_TEXT is cut. What each answers ends
	 * it, as with list. Use sys_lines, which does without. */
	int (*lines)(struct sys *s, const char *path, sys_each *each, void *data);
	/* NULL, or so many bytes of a regular file from there on: how many were there. */
	int (*read_part)(struct sys *s, const char *path, uint64_t offset, char *buf, size_t size);
	/* NULL, or which device node a path leads to, links followed, those of /proc/PID/fd too: 1, 0 where it is
	 * none. */
	int (*device)(struct sys *s, const char *path, struct sys_device *ret);
	/* NULL, or each route of all tables of the running host, IPv4 and IPv6, a row each next hop; -EOPNOTSUPP on a
	 * recorded one. A negative errno of each ends it. Full tables have a million rows: keep what matters. */
	int (*routes)(struct sys *s, sys_each_route *each, void *data);
	/* Target of a symbolic link, NUL-terminated; -EINVAL where it is none. */
	int (*link)(struct sys *s, const char *path, char *buf, size_t size);
	/* Names but "." and "..", in no order. */
	int (*list)(struct sys *s, const char *path, sys_each *each, void *data);
	/* 1 or 0; a negative errno where it cannot be seen. */
	int (*exists)(struct sys *s, const char *path);

	/* One write(2) of value to a sysfs attribute, made by a child process, for it can block for ever. It holds
	 * the lock `busy` meanwhile: the address of the function, or the name of what else is written to ("vtcon1").
	 * -ETIME: it did not come back within the limit and still runs; whoever sees that must never write a second
	 * time. */
	int (*poke)(struct sys *s, const char *busy, const char *path, const char *value, unsigned limit_ms);
	/* Is a child still writing for this? Then nothing of it may be read that takes its lock in the kernel. */
	int (*is_busy)(struct sys *s, const char *busy);

	/* NULL, or whether somebody holds a block device ("dev/nvme0n1p1") for himself alone, as a mount, dm, md, ZFS
	 * and libvirt do: 1, 0 (a drive without a medium too). Never asked of a recorded host. */
	int (*is_claimed)(struct sys *s, const char *node);
	/* NULL, or what a block device carries, by a look at its first and last blocks: 1 and "ext4" or "gpt partition
	 * table", 0: nothing known; -ENOSYS: there is no libblkid. Never asked of a recorded host. */
	int (*signature)(struct sys *s, const char *node, char *buf, size_t size);

	/* VFIO_GROUP_GET_STATUS of a node ("dev/vfio/28"): 1 viable, 0 not; -EBUSY: somebody has it open. */
	int (*group_viable)(struct sys *s, const char *node);

	/* Our own state: a file whole or not at all (temporary name, fsync, rename, fsync of the folder). */
	int (*put)(struct sys *s, const char *path, const char *text);
	int (*rename)(struct sys *s, const char *from, const char *to);
	int (*remove)(struct sys *s, const char *path);
	int (*make_dir)(struct sys *s, const char *path); /* 0700, with its parents; there already: 0 */

	/* NULL, or lasting files that others may read (claims). No component of path may be a link; -ENOTDIR, -ELOOP.
	 * file_get: as read; *ret says whom it belongs to. -EINVAL: it is no regular file.
	 * file_put: whole or not at all, with that mode, and the folders above it where they are missing, 0755. -EPERM:
	 * one of those is not root's alone.
	 * file_edit: another content for a file of somebody else, whole or not at all; owner, mode and extended
	 * attributes stay. -ENOENT; -EPERM as above, or it has several links.
	 * file_remove: -ENOENT: there is none. file_tidy: removes what a file_put that was killed left beside it. */
	int (*file_get)(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret);
	int (*file_put)(struct sys *s, const char *path, const char *text, unsigned mode);
	int (*file_edit)(struct sys *s, const char *path, const char *text);
	int (*file_remove)(struct sys *s, const char *path);
	int (*file_tidy)(struct sys *s, const char *path);

	/* A lock the kernel drops when its holder dies. Answers a handle; -EWOULDBLOCK: somebody has it,
	 * whose text is then in holder. */
	int (*lock)(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size);
	void (*unlock)(struct sys *s, int handle);
	/* NULL, or whether such a lock, or a busy lock, is held, without taking it: 1 and its text in holder, 0.
	 * -EACCES: not without root; -EXDEV: a recorded host. */
	int (*is_locked)(struct sys *s, const char *path, char *holder, size_t holder_size);

	/* The modules `name` needs and itself, in the order of loading; -ENOENT: no such module. */
	int (*module_chain)(struct sys *s, const char *name, sys_each_module *each, void *data);
	/* The modules that a function's alias asks for, comma-separated; -ENOENT: none. */
	int (*module_for)(struct sys *s, const char *modalias, char *buf, size_t size);
	int (*module_load)(struct sys *s, const char *name);
	int (*module_unload)(struct sys *s, const char *name);

	/* A command of the user's, for `with`. find: where argv[0] is on the PATH; -ENOENT, -EACCES. run: starts
	 * it as somebody (NULL: as we are; else with no descriptor but 0 to 2) and waits for its end; SIGINT is left to it, SIGTERM and SIGHUP are passed on; *ret_status as
	 * env(1) counts it; a negative errno where it could not be started. linger: waits up to ms for one of
	 * the processes to end, passing the same signals on to them, and collects orphaned children. */
	int (*find_command)(struct sys *s, const char *name, char *buf, size_t size);
	int (*run)(struct sys *s, const char *path, char **argv, const struct sys_credentials *as, int *ret_status);
	int (*linger)(struct sys *s, const int *pids, size_t n, unsigned ms);

	/* NULL, or a program of the host's owner (update-grub, grubby): from the system's own folders, argv and nothing else
	 * of ours, away from the terminal, one at a time. find: -ENOENT: there is none; -EPERM: it is not root's alone;
	 * -EXDEV: a recorded host. run: *ret_status as env(1) counts it, the end of what it said in output; -ETIMEDOUT:
	 * it was killed; -EBUSY: one that was started before still runs; s->waiting is told. */
	int (*find_tool)(struct sys *s, const char *name, char *buf, size_t size);
	int (*run_tool)(struct sys *s, char *const *argv, unsigned limit_ms, char *output, size_t size, int *ret_status);

	/* NULL, or units. All: -ENOTCONN: systemd does not run here; -ENODEV: that user's manager does not, for the
	 * user is not logged in; -EINVAL: no name of a unit we touch; -EACCES: not without root; -EPERM: what listens
	 * for the user is not the user's, or the unit may only be started by others; -EXDEV: a recorded host.
	 *
	 * active: 1 active, reloading or activating; 0 not, or on the way down; -ENOENT: no such unit.
	 * set: starts or stops it, and waits until that is done; s->waiting is told. -ETIMEDOUT: still on the way after
	 * limit_ms, and it goes on; -EIO: it ended elsewhere (failed to start, was started again); -ENOENT; -ENOEXEC:
	 * its file is bad; -ERFKILL: it is masked; -EDEADLK: the machine is shutting down.
	 * A stop asked for cannot be taken back: a start then comes after it. */
	int (*unit_active)(struct sys *s, const struct sys_unit *u);
	int (*unit_set)(struct sys *s, const struct sys_unit *u, bool active, unsigned limit_ms);

	/* NULL, or what systemd says of the whole: "starting", "running", "degraded", "maintenance", "stopping"; errors
	 * as above. */
	int (*system_state)(struct sys *s, char *buf, size_t size);

	/* NULL, or a service of our own. run: answers once the program runs (or has ended already). Its output goes to
	 * the system's journal, a stop of it has ten minutes, the end of a session and `systemctl isolate` pass it by.
	 * -ENOEXEC: it could not be started; -EEXIST: one of that name runs; -ETIMEDOUT.
	 * ended: 1 and its status as env(1) counts it, 0 while it or its stop_argv runs. */
	int (*run_transient)(struct sys *s, const struct sys_transient *t, unsigned limit_ms);
	int (*transient_ended)(struct sys *s, const char *name, int *ret_status);

	/* NULL, or: a signal for the process of that pid and start (field 22 of /proc/PID/stat), by pidfd, so that a
	 * successor of the same pid never gets it; -ESRCH: it has ended. */
	int (*signal_process)(struct sys *s, int pid, uint64_t start, int signal);
	/* NULL, or: a network interface up or down. */
	int (*set_interface)(struct sys *s, const char *name, bool up);

	/* NULL, or who NAME[:GROUP] is on the running host, each a name or a number. -ENOENT: no such user; -ESRCH: no
	 * such group; -ENODATA: a number without an account, so without a group of its own; -EXDEV: a recorded host. */
	int (*find_user)(struct sys *s, struct arena *mem, const char *text, struct sys_user *ret);
	/* NULL, or who may open a character device, and its number; no link is followed. -ENOENT: there is none;
	 * -ENOTTY: it is no character device; -EXDEV: a recorded host. set: owner first, then mode. */
	int (*access_get)(struct sys *s, const char *node, struct access *ret, struct sys_device *ret_device);
	int (*access_set)(struct sys *s, const char *node, const struct access *want);
	/* NULL, or one entry for the system's log (text/log_entry.h), without waiting; -ENOENT: there is no journald. */
	int (*log)(struct sys *s, const struct log_field *fields, size_t n);
	/* NULL, or what the kernel, hypervisors and what manages them logged since this boot, oldest first, at most 16 MiB of
	 * the newest. What each answers ends it. -EACCES: not without root. Of a recorded host: what the kernel logged in
	 * the boot that was recorded, from its dev/kmsg or var/log/dmesg; -EXDEV: it has none. */
	int (*each_logged)(struct sys *s, sys_each_entry *each, void *data);
	/* NULL, or: gives up root for good, and every way back to it. Nothing of the machine can be read or written after
	 * that but what is open. 0 without root as well. */
	int (*become_nobody)(struct sys *s);

	int64_t (*now_ms)(struct sys *s);  /* monotonic */
	int64_t (*clock_s)(struct sys *s); /* since 1970 */
	int (*sleep_ms)(struct sys *s, unsigned ms);
};

/* Told when something takes longer than two seconds, about once a second. */
typedef void sys_waiting(void *data, const char *what, unsigned seconds, unsigned limit_seconds);

/* Told what a program of the owner's said that failed; foreign text of many lines. */
typedef void sys_said(void *data, const char *program, const char *text);

struct sys {
	const struct sys_ops *ops;
	bool is_live;	/* the running host; recorded ones are only read */
	bool may_write; /* live, and we are root */
	bool is_parallel; /* read, link, exists and poke may be called from several threads at once */
	int pid;	/* our own */
	unsigned write_limit_ms;
	unsigned unit_limit_ms; /* for a unit to start or stop */
	sys_waiting *waiting; /* may be NULL, as said */
	sys_said *said;
	void *waiting_data;
};

/* A unit: systemd itself kills what has not stopped after 90 s, and waits for the killed. */
enum { SYS_WRITE_LIMIT_MS = 30 * 1000, SYS_UNIT_LIMIT_MS = 120 * 1000 };

/* The attribute that sys_peek reads. */
const char *sys_peek_file(const struct sys *s);

/* By the short way, or by read and link. */
void sys_peek(struct sys *s, const char *function, struct sys_peek *ret);

/* The whole of a small file with its last newline cut, in mem; NULL where it cannot be read (then
 * *ret_code, if not NULL, has the negative errno). A text with a NUL inside is -EILSEQ. */
char *sys_text(struct sys *s, struct arena *mem, const char *path, int *ret_code);

/* Each line of a text file, without its newline, by the operation of that name or by one read of at most 64 KiB. */
int sys_lines(struct sys *s, const char *path, sys_each *each, void *data);

/* Field 22 of /proc/PID/stat, 0 where there is no such process. */
uint64_t process_start(struct sys *s, struct arena *mem, int pid);

/* The last component of a symbolic link, in mem; NULL where there is none. */
char *sys_link_base(struct sys *s, struct arena *mem, const char *path);

/* printf into a path buffer; "" where it does not fit, which no operation finds. */
const char *sys_path(char buf[SYS_PATH], const char *format, ...) __attribute__((format(printf, 2, 3)));
