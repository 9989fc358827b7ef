/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an error message means: what of the catalogue it is, why, and what to do. */
#pragma once

#include "model/diagnosis.h"

enum {
	EXPLAIN_FINDINGS = 64, /* more are not collected */
	EXPLAIN_UNKNOWN = 64,
	EXPLAIN_DEVICES = 16,  /* of one kind, where each device has a finding */
	EXPLAIN_CHOSEN = 1024, /* more are not collected, where a caller chose what to look for */
};

/* What a message says of this very case: "device" is an address as sysfs spells it, "group" a number. */
struct specific {
	const char *name, *text;
};

enum likelihood {
	LIKELIHOOD_CERTAIN, /* this host shows it */
	LIKELIHOOD_LIKELY,
	LIKELIHOOD_POSSIBLE,
	LIKELIHOOD_UNLIKELY, /* this host speaks against it */
	LIKELIHOODS
};
const char *likelihood_name(enum likelihood l);

struct cause {
	const char *text; /* a sentence */
	enum likelihood likelihood;
	const char *mend; /* what to do, steps with "; " between them; NULL: nothing */
	const struct diagnosis *row; /* NULL: of this host alone */
};

struct finding {
	const struct diagnosis *row;
	size_t line_number; /* of the first such line, from 1 */
	size_t column;	    /* in that line, from 0 */
	const char *line;   /* as it was read, made plain */
	size_t n_times;
	struct specific *specifics;
	size_t n_specifics;
	struct cause *causes; /* by likelihood */
	size_t n_causes;
	const char *proof; /* how one sees that it is mended; NULL: the catalogue does not say */
	const struct diagnosis *follows; /* from another finding; NULL: from none */
	const char *host; /* what this host says to it, or that it cannot tell; NULL: it was of no use to ask */
};

/* What the message says of it; NULL: nothing. */
const char *finding_specific(const struct finding *f, const char *name);

struct explanation {
	struct finding *findings; /* root cause first, faults before what is harmless */
	size_t n_findings;
	const char **unknown; /* lines that speak of it and that no pattern fits */
	size_t n_unknown;
	size_t n_unknown_lines; /* with those that are not kept */
	size_t n_lines;
	bool is_cut; /* there was more to find */
};
