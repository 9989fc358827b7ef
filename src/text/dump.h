/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host out of what somebody pasted: listings of IOMMU groups in any of their forms (one line a function, headers with
 * lines below, find, ls, tree), lspci (-nn, -nnk, -v, -mm, -vmm, -x), pvesh and passthru (table and JSON), the kernel's
 * log and command line; with prose, prompts, markup, terminal colours and other encodings around and in between.
 *
 * What a line says is told line by line, never by the file, for pastes mix. A line that cannot be told says nothing.
 * Facts that contradict each other are unknown, with the reason in the function's trouble; so is what no line says.
 *
 * Memory is bounded however long the text is: what is kept is facts about at most DUMP_FUNCTIONS functions.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/host.h"

enum {
	DUMP_LINE = 8 * 1024,	    /* characters of a line; what stands behind is passed over */
	DUMP_FUNCTIONS = 64 * 1024, /* a host with more is none */
	DUMP_OTHERS = 1024,	    /* members of groups that are no PCI functions */
};

struct dump;

struct dump *dump_new(struct arena *mem);

/* Another text begins: nothing goes over from the one before but facts. name: as the file is called (its last
 * component), for a kernel command line says of itself that it is one only by its name ("cmdline.txt"). */
void dump_begin(struct dump *d, const char *name);

/* The next bytes, cut anywhere. UTF-8, UTF-16 with or without a mark, Latin-1. */
void dump_feed(struct dump *d, const void *bytes, size_t n);

/* The text ends. */
void dump_end(struct dump *d);

/* All that was said, as sys/read_host fills it with FACET_TOPOLOGY and FACET_GROUPS; attributes are those that listings
 * have. -ENODATA: nothing in it says anything about a PCI function or a group; -E2BIG: more functions than DUMP_FUNCTIONS. */
int dump_host(struct dump *d, struct host *ret, struct err *e);
