/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/explain_causes.h"

#include <string.h>

#include "base/str.h"

static const char *mend_text(struct arena *mem, const struct diagnosis *d)
{
	const char *text = d->mends[0];

	for (size_t i = 1; i < DIAGNOSIS_MENDS && d->mends[i]; i++)
		text = arena_printf(mem, "%s; %s", text, d->mends[i]);
	return text;
}

static struct cause cause_of(struct arena *mem, const struct diagnosis *d, enum likelihood l)
{
	return (struct cause){d->cause, l, mend_text(mem, d), d};
}

void explain_add_causes(struct arena *mem, struct finding *f)
{
	*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, f->row, LIKELIHOOD_LIKELY);
	for (size_t i = 0; i < n_explain_also; i++)
		for (size_t k = 0; str_eq(explain_also[i].id, f->row->id) && k < ARRAY_LEN(explain_also[i].others); k++) {
			const struct diagnosis *d = explain_also[i].others[k] ? catalogue_find(explain_also[i].others[k]) : NULL;

			if (d)
				*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, d, LIKELIHOOD_POSSIBLE);
		}
}
