/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which words of the kernel's command line this host needs to hand devices over, and no others: none where the IOMMU
 * works without (AMD, kernels with VT-d on by default). What a person asks for besides is checked: a word may also do
 * nothing, or harm.
 */
#pragma once

#include "base/err.h"
#include "model/boot.h"
#include "model/boot_entries.h"

/* What claims add to it. */
struct boot_claimed {
	bool has_intel_display;	 /* the processor's own display (8086, class 03, bus 0) is claimed */
	bool is_display_covered; /* and the IOMMU translates for it now */
	const char *ids;	 /* "10de:2204,10de:1aef" of those that only vfio-pci.ids= gets: their driver and vfio-pci are
				  * both part of the kernel, so both are there before any rule; NULL: none */
	const char **ids_notes;	 /* what is not in it, and what else would be taken: sentences */
	size_t n_ids_notes;
	const char *own_ids;	 /* the word of passthru's that is configured, "vfio-pci.ids=10de:2204"; NULL: none */
};

struct boot_words_wish {
	bool wants_passthrough;	 /* --iommu=pt */
	char *const *words;	 /* as typed */
	size_t n_words;
};

struct boot_needs {
	struct boot_need *items; /* each word once */
	size_t n;
	const char *gone;	 /* a word of passthru's that one of them takes the place of, NULL: none */
	const char **notes;	 /* what is not added, and why; sentences */
	size_t n_notes;
};

/* -EINVAL: a word that is not safe, or has nothing to do with devices; -EPERM: one that would switch the IOMMU off;
 * -EEXIST: there is a list of others under the key of a word, of which the kernel would take one alone. */
int judge_boot_needs(struct arena *mem, const struct boot *b, const struct boot_answer *a, const struct boot_claimed *claimed,
    const struct boot_words_wish *wish, struct boot_needs *ret, struct err *e);
