/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/explanation.h"

const char *likelihood_name(enum likelihood l)
{
	static const char *const names[] = {
	    [LIKELIHOOD_CERTAIN] = "certain",
	    [LIKELIHOOD_LIKELY] = "likely",
	    [LIKELIHOOD_POSSIBLE] = "possible",
	    [LIKELIHOOD_UNLIKELY] = "unlikely",
	};
	static_assert(ARRAY_LEN(names) == LIKELIHOODS, "every likelihood has a name");

	return names[l];
}
