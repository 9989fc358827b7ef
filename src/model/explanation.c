/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/explanation.h"

#include "base/str.h"

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

const char *finding_specific(const struct finding *f, const char *name)
{
	for (size_t i = 0; i < f->n_specifics; i++)
		if (str_eq(f->specifics[i].name, name))
			return f->specifics[i].text;
	return NULL;
}
