/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/explain_causes.h"

#include <string.h>

#include "base/str.h"
#include "judge/pattern.h"

/* Lines are foreign, and this goes into commands: an address must be one, a number have digits alone. */
static const char *number_of(const struct finding *f, const char *name)
{
	const char *text = finding_specific(f, name);

	return text && *text && text[strspn(text, "0123456789")] == '\0' ? text : NULL;
}

const char *explain_fill(struct arena *mem, const char *text, const struct finding *f)
{
	const char *device = finding_specific(f, "device");
	struct pci_addr addr;
	const struct filling with[] = {
	    {"ADDRESS", device && pci_addr_parse(device, &addr) ? device : NULL},
	    {"NUMBER", number_of(f, "group")},
	    {"VMID", number_of(f, "vm")},
	    {"IOAPIC_ID", number_of(f, "ioapic")},
	};

	return catalogue_fill(mem, text, with, ARRAY_LEN(with));
}

static const char *mend_text(struct arena *mem, const struct diagnosis *d, const struct finding *f)
{
	const char *text = d->mends[0];

	for (size_t i = 1; i < DIAGNOSIS_MENDS && d->mends[i]; i++)
		text = arena_printf(mem, "%s; %s", text, d->mends[i]);
	return explain_fill(mem, text, f);
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

	f->proof = f->row->proofs[0] ? explain_fill(mem, f->row->proofs[0], f) : NULL;
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
