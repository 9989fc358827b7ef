/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claims that vfio-pci takes by ids: MODPROBE_IDS_FILE is composed from all of them, and from what else the machine says
 * of vfio-pci's ids, because of several values the kernel keeps the last one alone.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/claim.h"
#include "model/host.h"
#include "model/plan.h"
#include "text/modprobe_conf.h"
#include "text/vfio_ids.h"

/* The modules that would take a function; sys/read_modprobe. */
struct native_modules {
	const char **names;
	size_t n;
	const char **builtin; /* those of them that are part of the kernel: nothing can be loaded ahead of them */
	size_t n_builtin;
	bool is_unknown;
};

/* What the machine has, as far as it concerns ids. */
struct by_id_facts {
	struct modprobe_conf conf;	/* with our own file among it */
	const char *cmdline_ids;	/* vfio-pci.ids= of the kernel that runs, NULL: none */
	const char *ours;		/* what is in MODPROBE_IDS_FILE, NULL: there is none */
	bool is_odd;			/* it is there, but no file as passthru writes it */
	bool is_vfio_builtin;		/* vfio-pci is part of the kernel, which reads no files */
	const struct native_modules *native; /* one a function of the host; NULL: nothing is claimed now */
};

/* What a claim of f says: "nouveau,nvidia", "none". */
const char *by_id_modules(struct arena *mem, const struct native_modules *m);

/* Refuses (-EOPNOTSUPP) what must not be taken by ids: storage, which is bound later, when it can be seen what is on it;
 * and everything where vfio-pci is built in. */
int check_by_id(const struct by_id_facts *facts, const struct pci_function *f, struct err *e);

/* Functions besides these that have the ids of one of them: vfio-pci takes them as well. Indices into h. */
size_t by_id_twins(struct arena *mem, const struct host *h, const int *functions, size_t n, int **ret);

/* Adds the move of MODPROBE_IDS_FILE to what these claims together make of it, none where it is so already.
 * -EEXIST: the file is there, and not as passthru writes it; -EBUSY: somebody else's ids would win over them; -EINVAL:
 * somebody else's ids, which must be written again, are not understood; -EIO: a file could not be read; -E2BIG. */
int plan_by_id_file(struct arena *mem, const struct by_id_facts *facts, const struct claim *claims, size_t n, struct plan *p,
    struct err *e);

/* What the person should know of it: a sentence each. functions: those claimed now. */
size_t by_id_notes(struct arena *mem, const struct by_id_facts *facts, const struct host *h, const struct claims *c,
    const int *functions, size_t n, const char ***ret);
