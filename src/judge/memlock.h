/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this process pin all of a guest's memory? VFIO does, before the guest's first instruction, and counts it against
 * RLIMIT_MEMLOCK of who maps it, unless that has CAP_IPC_LOCK (fact KF-18; drivers/vfio/vfio_iommu_type1.c,
 * vfio_lock_acct). Huge pages count as others do. With a vIOMMU each device has a container of its own, and each pins
 * everything once more.
 */
#pragma once

#include "base/arena.h"
#include "model/memlock.h"

struct memlock_question {
	uint64_t guest_bytes;
	struct memlock limit; /* of who will start the guest */
	unsigned n_containers; /* 0 counts as 1 */
	const char *user; /* whose limit is to be raised, NULL: not known */
};

struct memlock_answer {
	enum tri is_enough; /* UNKNOWN: it may just do, or the limit is not known */
	uint64_t needed_bytes; /* what is on the safe side: the guest and 1 GiB (ROMs, video memory, devices) each */
	const char *text; /* a sentence */
	const char *mends[5]; /* what helps, the nearest first */
	size_t n_mends;
};

struct memlock_answer judge_memlock(struct arena *mem, const struct memlock_question *q);
