/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides which modules are loaded for a device: modprobe's configuration, and the modules that this kernel has. */
#pragma once

#include "model/host.h"
#include "sys/sys.h"
#include "text/modprobe_conf.h"

/* All files that modprobe reads (libkmod.c, get_default_paths, kmod_config_new): *.conf of /etc, /run, /usr/local/lib,
 * /usr/lib and /lib, the first of a name hides the others, in the order of their names. Files are named by their
 * absolute paths. What cannot be read is among the unread. */
void read_modprobe(struct sys *s, struct arena *mem, struct modprobe_conf *ret);

/* A module of the running kernel. */
struct kernel_file {
	const char *name; /* with underscores */
	bool is_builtin;
	const char *needs; /* paths of the modules it is built on, as modules.dep has them */
};

struct kernel_files {
	const char *release;
	bool is_known; /* modules.dep was read */
	struct kernel_file *items;
	size_t n;
};

/* modules.dep and modules.builtin. */
void read_kernel_files(struct sys *s, struct arena *mem, struct kernel_files *ret);

const struct kernel_file *kernel_files_find(const struct kernel_files *k, const char *name);

/* Does loading this module load that one as well? */
bool kernel_file_needs(const struct kernel_file *k, const char *name);

/* Which modules would be loaded for a function, and the one that drives it now first; VFIO's are left out. */
struct function_modules {
	const char **names; /* with underscores */
	size_t n;
	const char *bound;  /* of the driver that has it, NULL: none, or it is no module */
	bool is_unknown;    /* what would be loaded cannot be told */
};
void read_function_modules(struct sys *s, struct arena *mem, const struct pci_function *f, struct function_modules *ret);
