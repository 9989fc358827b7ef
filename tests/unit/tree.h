/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded host made on the spot, below a temporary directory: for tests of the readers. */
#pragma once

#include "check.h"
#include "model/host.h"
#include "sys/real.h"

struct tree {
	struct sys_real real;
	struct arena mem;
	char root[64];
};

/* Makes the directory and opens it as a recorded host. */
void tree_open(struct tree *t);
void tree_done(struct tree *t);

/* Parents are made. Paths as the readers have them, "proc/swaps"; text as the kernel prints it. */
void tree_file(struct tree *t, const char *path, const char *text);
void tree_bytes(struct tree *t, const char *path, const void *bytes, size_t n);
void tree_link(struct tree *t, const char *path, const char *target);
void tree_folder(struct tree *t, const char *path);

/* A PCI function on a root bus, or below a bridge ("0000:00:01.0/0000:01:00.0"): its directory, uevent and the link in
 * sys/bus/pci/devices. class_code as in host.h, driver NULL: none. */
void tree_function(struct tree *t, const char *below, unsigned class_code, const char *ids, const char *driver);

/* Opens it and makes what these lines say (check_samples.h), but for what delta's lines have otherwise. */
void tree_lines(struct tree *t, const char *lines, const char *delta);

/* read_host over what was made, with the uses of all functions. */
void tree_read(struct tree *t, struct host *ret);

/* How many uses of this kind hang on the function; subject NULL: any. */
size_t tree_uses(const struct host *h, enum use_kind kind, const char *function, const char *subject);
