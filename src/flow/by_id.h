/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what plan/by_id goes by. For flow only. */
#pragma once

#include "flow/flow.h"
#include "plan/by_id.h"
#include "sys/read_modprobe.h"

/* Modules that would take a function, by what the kernel has. */
void flow_read_native(struct flow *f, const struct pci_function *function, const struct kernel_files *files,
    struct native_modules *ret);

/* All but what is native; that is read of the functions of h that are in `of` (indices), and of none where n is 0. */
int flow_read_by_id(struct flow *f, const struct host *h, const int *of, size_t n, struct by_id_facts *ret, struct err *e);

/* Appends to the targets what has the ids of these functions or of one in the same slot, so that its uses are read as
 * well. */
int flow_add_twins(struct flow *f, const struct pci_addr *targets, size_t n, const struct pci_addr **ret, size_t *n_ret,
    struct err *e);

/* Adds the move of the file of ids to what these claims make of it. */
int flow_add_ids_file(struct flow *f, const struct claims *claims, struct plan *p, struct err *e);
