/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/explain_causes.h"

#include <string.h>

#include "base/str.h"

/* The device that the message names, where a command of ours stands with ADDRESS. */
static const char *with_device(struct arena *mem, const char *text, const struct finding *f)
{
	static const char word[] = " ADDRESS";
	const char *at = strstr(text, word), *device = NULL;

	for (size_t i = 0; i < f->n_specifics; i++)
		if (str_eq(f->specifics[i].name, "device"))
			device = f->specifics[i].text;
	if (!at || !device)
		return text;
	return arena_printf(mem, "%.*s %s%s", (int)(at - text), text, device, at + sizeof(word) - 1);
}

static const char *mend_text(struct arena *mem, const struct diagnosis *d, const struct finding *f)
{
	const char *text = with_device(mem, d->mends[0], f);

	for (size_t i = 1; i < DIAGNOSIS_MENDS && d->mends[i]; i++)
		text = arena_printf(mem, "%s; %s", text, with_device(mem, d->mends[i], f));
	return text;
}

static struct cause cause_of(struct arena *mem, const struct diagnosis *d, enum likelihood l, const struct finding *f)
{
	return (struct cause){d->cause, l, mend_text(mem, d, f), d};
}

void explain_add_causes(struct arena *mem, struct finding *f)
{
	*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, f->row, LIKELIHOOD_LIKELY, f);
	for (size_t i = 0; i < n_explain_also; i++)
		for (size_t k = 0; str_eq(explain_also[i].id, f->row->id) && k < ARRAY_LEN(explain_also[i].others); k++) {
			const struct diagnosis *d = explain_also[i].others[k] ? catalogue_find(explain_also[i].others[k]) : NULL;

			if (d)
				*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, d, LIKELIHOOD_POSSIBLE, f);
		}
}
