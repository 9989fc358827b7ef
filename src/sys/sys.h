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
#include "model/host.h"
#include "model/pci_addr.h"
#include "model/route.h"

struct sys;

/* Called for each name of a directory, each module of a chain; non-zero stops and is answered. */
typedef int sys_each(void *data, const char *name);

/* What a chain of modules is made of: deps first. */
struct sys_module {
	const char *name;
	bool is_builtin;
};
typedef int sys_each_module(void *data, const struct sys_module *m);
typedef int sys_each_route(void *data, const struct route *r);

enum {
	SYS_PATH = 512, /* the paths we build are short */
	SYS_TEXT = 4096, /* one page: what a sysfs attribute holds at most */
};

/* uevent and the IOMMU group's link of a PCI function. */
struct sys_peek {
	int uevent_length; /* or a negative errno */
	int group_error;   /* 0 or a negative errno */
	char uevent[SYS_TEXT + 1];
	char group[SYS_PATH]; /* target of the link */
};

struct sys_device {
	bool is_block;
	unsigned major, minor;
};

struct sys_ops {
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

	/* One write(2) of value to a sysfs attribute, made by a child process, for it can block for ever.
	 * Holds the busy lock of addr meanwhile. -ETIME: it did not come back within the limit and still
	 * runs; whoever sees that must never write a second time. */
	int (*poke)(struct sys *s, struct pci_addr addr, const char *path, const char *value, unsigned limit_ms);
	/* Is a child still writing for this function? Then nothing of it may be read that takes its lock. */
	int (*is_busy)(struct sys *s, struct pci_addr addr);

	/* VFIO_GROUP_GET_STATUS of a node ("dev/vfio/28"): 1 viable, 0 not; -EBUSY: somebody has it open. */
	int (*group_viable)(struct sys *s, const char *node);

	/* Our own state: a file whole or not at all (temporary name, fsync, rename, fsync of the folder). */
	int (*put)(struct sys *s, const char *path, const char *text);
	int (*rename)(struct sys *s, const char *from, const char *to);
	int (*remove)(struct sys *s, const char *path);
	int (*make_dir)(struct sys *s, const char *path); /* 0700, with its parents; there already: 0 */

	/* A lock the kernel drops when its holder dies. Answers a handle; -EWOULDBLOCK: somebody has it,
	 * whose text is then in holder. */
	int (*lock)(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size);
	void (*unlock)(struct sys *s, int handle);

	/* The modules `name` needs and itself, in the order of loading; -ENOENT: no such module. */
	int (*module_chain)(struct sys *s, const char *name, sys_each_module *each, void *data);
	/* The modules that a function's alias asks for, comma-separated; -ENOENT: none. */
	int (*module_for)(struct sys *s, const char *modalias, char *buf, size_t size);
	int (*module_load)(struct sys *s, const char *name);
	int (*module_unload)(struct sys *s, const char *name);

	/* A command of the user's, for `with`. find: where argv[0] is on the PATH; -ENOENT, -EACCES. run: starts
	 * it and waits for its end; SIGINT is left to it, SIGTERM and SIGHUP are passed on; *ret_status as
	 * env(1) counts it; a negative errno where it could not be started. linger: waits up to ms for one of
	 * the processes to end, passing the same signals on to them, and collects orphaned children. */
	int (*find_command)(struct sys *s, const char *name, char *buf, size_t size);
	int (*run)(struct sys *s, const char *path, char **argv, int *ret_status);
	int (*linger)(struct sys *s, const int *pids, size_t n, unsigned ms);

	int64_t (*now_ms)(struct sys *s);  /* monotonic */
	int64_t (*clock_s)(struct sys *s); /* since 1970 */
	int (*sleep_ms)(struct sys *s, unsigned ms);
};

/* Told when something takes longer than two seconds, about once a second. */
typedef void sys_waiting(void *data, const char *what, unsigned seconds, unsigned limit_seconds);

struct sys {
	const struct sys_ops *ops;
	bool is_live;	/* the running host; recorded ones are only read */
	bool may_write; /* live, and we are root */
	bool is_parallel; /* read, link, exists and poke may be called from several threads at once */
	int pid;	/* our own */
	unsigned write_limit_ms;
	sys_waiting *waiting; /* may be NULL */
	void *waiting_data;
};

enum { SYS_WRITE_LIMIT_MS = 30 * 1000 };

/* By the short way, or by read and link. */
void sys_peek(struct sys *s, const char *function, struct sys_peek *ret);

/* The whole of a small file with its last newline cut, in mem; NULL where it cannot be read (then
 * *ret_code, if not NULL, has the negative errno). A text with a NUL inside is -EILSEQ. */
char *sys_text(struct sys *s, struct arena *mem, const char *path, int *ret_code);

/* Each line of a text file, without its newline, by the operation of that name or by one read of at most 64 KiB. */
int sys_lines(struct sys *s, const char *path, sys_each *each, void *data);

/* The last component of a symbolic link, in mem; NULL where there is none. */
char *sys_link_base(struct sys *s, struct arena *mem, const char *path);

/* printf into a path buffer; "" where it does not fit, which no operation finds. */
const char *sys_path(char buf[SYS_PATH], const char *format, ...) __attribute__((format(printf, 2, 3)));
