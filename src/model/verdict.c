/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/verdict.h"

const char *answer_name(enum answer a)
{
	static const char *const names[] = {
	    [ANSWER_READY] = "ready",
	    [ANSWER_READY_WITH_COMPANIONS] = "ready-with-companions",
	    [ANSWER_BLOCKED] = "blocked",
	    [ANSWER_CANNOT_TELL] = "cannot-tell",
	};
	static_assert(ARRAY_LEN(names) == ANSWERS, "every answer has a name");

	return names[a];
}

const char *block_reason_name(enum block_reason r)
{
	static const char *const names[] = {
	    [BLOCK_STRANGER] = "stranger",
	    [BLOCK_OTHER] = "not-pci",
	    [BLOCK_NO_IOMMU] = "no-iommu",
	    [BLOCK_NO_GROUP] = "no-group",
	    [BLOCK_NOIOMMU_MODE] = "noiommu-mode",
	    [BLOCK_BRIDGE] = "bridge",
	    [BLOCK_NOT_ISOLATED] = "not-isolated",
    [BLOCK_DIRECT_REGION] = "direct-region",
	};
	static_assert(ARRAY_LEN(names) == BLOCK_REASONS, "every reason has a name");

	return names[r];
}
