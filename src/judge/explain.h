/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an error message means: lines of QEMU, libvirt, Cloud Hypervisor, LXD, Proxmox and the kernel against the
 * catalogue. Lines come one at a time, in any number; what is kept of them is bounded. A line that no pattern fits gets
 * no answer: that it speaks of VFIO or the IOMMU makes it unknown, nothing else.
 */
#pragma once

#include "base/arena.h"
#include "judge/catalogue.h"
#include "model/boot.h"
#include "model/explanation.h"
#include "model/host.h"
#include "model/memlock.h"

struct explainer;
struct explainer *explain_new(struct arena *mem);

/* How findings of a kind are collected. */
enum explain_how {
	EXPLAIN_NOT,
	EXPLAIN_AS_ONE,	   /* whatever device they name */
	EXPLAIN_BY_DEVICE, /* a finding each device; of one kind at most EXPLAIN_DEVICES */
};
/* device: as sysfs spells it, NULL: the message names none. */
typedef enum explain_how explain_choice(void *data, const struct diagnosis *row, const char *device);

/* Collects what a caller chooses, at most EXPLAIN_CHOSEN findings. The lines are whole, as a log has them: none goes on in the
 * next one, and what is unknown is not collected. */
struct explainer *explain_new_for(struct arena *mem, explain_choice *choose, void *data);

/* One line, without its newline; more than LOG_LINE bytes of it are not looked at. Does it mean something, or speak of it? */
bool explain_line(struct explainer *x, const char *raw, size_t length);

/* What all of it means; causes as they are without looking at any host. */
struct explanation explain_end(struct explainer *x);

/* A host that the messages may come from. */
struct explain_facts {
	const struct host *host; /* with FACET_TOPOLOGY and FACET_GROUPS; NULL: there is none to ask */
	const struct boot *boot;
	const struct boot_answer *boot_answer; /* NULL as above */
	struct memlock memlock; /* of this session; all unknown: not asked */
	enum tri has_vfio_pci;	/* the driver is there */
};

/* Asks it: moves the causes that it shows or rules out, and says what it cannot tell. */
void explain_ask_host(struct arena *mem, const struct explain_facts *facts, struct explanation *e);

/* ---- the rows, for judge/explain*.c and their test ---- */

struct explain_pattern {
	const char *id;	     /* of the catalogue; NULL: such a line speaks of it, and is unknown unless another row fits;
			      * "": it is of something else, and no other row is meant */
	const char *pattern; /* judge/pattern.h */
	const char *needs;   /* a pattern that must fit somewhere in the text as well, behind "!" that must not; NULL: none */
};
/* In the order of preference: where two fit the same words of a line, the first is meant. */
extern const struct explain_pattern explain_patterns[];
extern const size_t n_explain_patterns;

/* What else a message may come from, the likeliest first; ids of the catalogue. */
struct explain_also {
	const char *id, *others[6];
	const char *when; /* pattern of the line that this row is for; NULL: any. The first row that fits counts */
};
extern const struct explain_also explain_also[];
extern const size_t n_explain_also;

/* Where both are found, the second comes of the first. */
struct explain_follows {
	const char *cause, *effect;
};
extern const struct explain_follows explain_follows[];
extern const size_t n_explain_follows;
