/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What judge says of a function or group: structural, the same on a live and on a recorded host. */
#pragma once

#include "base/base.h"
#include "model/host.h"

enum answer {
	ANSWER_READY,
	ANSWER_READY_WITH_COMPANIONS,
	ANSWER_BLOCKED,
	ANSWER_CANNOT_TELL,
	ANSWERS
};

/* Why something blocks; also the id of the note that explains it. */
enum block_reason {
	BLOCK_STRANGER,	 /* an endpoint in the group that is not part of the card */
	BLOCK_OTHER,	 /* a member of the group that is no PCI function */
	BLOCK_NO_IOMMU,	 /* the IOMMU is off or absent */
	BLOCK_NO_GROUP,	 /* the IOMMU is on, this function is in no group */
	BLOCK_NOIOMMU_MODE, /* vfio's unsafe no-IOMMU mode: a group that isolates nothing */
	BLOCK_BRIDGE,	 /* it is a bridge itself */
	BLOCK_NOT_ISOLATED, /* strict view: a bridge shares the group */
	BLOCK_DIRECT_REGION, /* the firmware insists on a 1:1 mapped region */
	BLOCK_REASONS
};

struct blocker {
	const char *name; /* address, or the name of a member that is no PCI function */
	int index;	  /* in host.functions, -1: no PCI function */
	enum block_reason reason;
};

struct note {
	const char *id;
	const char *text;
	const char *evidence; /* the file that shows it, as an absolute path; NULL: none */
};

struct verdict {
	enum answer answer;
	enum tri viable_now; /* would the kernel let VFIO have the group with the drivers bound as they are */
	const int *companions; /* indices into host.functions: what goes along */
	size_t n_companions;
	const int *bridges; /* of the group: they stay */
	size_t n_bridges;
	const struct blocker *blockers;
	size_t n_blockers;
	const struct note *notes;
	size_t n_notes;
};

const char *answer_name(enum answer a);	       /* "ready-with-companions" */
const char *block_reason_name(enum block_reason r); /* "stranger" */
