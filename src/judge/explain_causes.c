/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/explain_causes.h"

#include <string.h>

#include "base/str.h"
#include "judge/pattern.h"

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

static const struct explain_also *also_of(const struct finding *f)
{
	struct pattern_match m;

	for (size_t i = 0; i < n_explain_also; i++)
		if (str_eq(explain_also[i].id, f->row->id) && (!explain_also[i].when || pattern_find(explain_also[i].when, f->line, &m)))
			return &explain_also[i];
	return NULL;
}

void explain_add_causes(struct arena *mem, struct finding *f)
{
	const struct explain_also *also = also_of(f);

	*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, f->row, LIKELIHOOD_LIKELY, f);
	for (size_t i = 0; also && i < ARRAY_LEN(also->others) && also->others[i]; i++) {
		const struct diagnosis *d = catalogue_find(also->others[i]);

		if (d)
			*ARENA_PUSH(mem, f->causes, f->n_causes) = cause_of(mem, d, LIKELIHOOD_POSSIBLE, f);
	}
	/* Where the message was told apart by its words, the first of them is meant. */
	if (also && also->when && f->n_causes > 1) {
		struct cause general = f->causes[0];

		f->causes[0] = f->causes[1];
		f->causes[0].likelihood = LIKELIHOOD_LIKELY;
		f->causes[1] = general;
		f->causes[1].likelihood = LIKELIHOOD_POSSIBLE;
	}
}
