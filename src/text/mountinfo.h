/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of /proc/PID/mountinfo (proc(5); fs/proc_namespace.c, show_mountinfo). */
#pragma once

#include "base/base.h"

struct mountinfo {
	unsigned major, minor; /* major 0: no block device's, as btrfs and ZFS have them too */
	const char *point;     /* "/boot/efi" */
	const char *type;      /* "ext4"; "" where the line ends too early */
	const char *source;    /* "/dev/nvme0n1p2", "rpool/ROOT/debian", "tmpfs"; "" as type */
	const char *flags;     /* of this mount: "ro,relatime" */
	const char *options;   /* of the file system, escapes as they are: "rw,addr=192.0.2.1"; "" as type */
};

/* Takes the line apart in place, escapes undone; the answer points into it. false: it is no such line. One that
 * was cut behind its mount point still tells where and what is mounted. */
bool mountinfo_parse(char *line, struct mountinfo *ret);

/* Undoes \ooo in place, as mangle() and seq_file_path() of the kernel write blanks and backslashes. */
void mountinfo_unescape(char *s);
