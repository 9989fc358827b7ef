/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks answer: for each row of the catalogue that files can decide, whether it is so on this host. */
#pragma once

#include "model/diagnosis.h"
#include "model/use.h"

enum check_answer {
	CHECK_UNKNOWN, /* could not be read */
	CHECK_OK,
	CHECK_BAD,
	CHECK_ANSWERS
};
const char *check_answer_name(enum check_answer a); /* "ok" */

struct check_result {
	enum check_answer answer;
	const char *text;  /* a clause: what is so, or why it cannot be told; NULL: what the row says */
	const char *file;  /* the evidence, as an absolute path; NULL: none */
	const char *value; /* what it says, NULL: nothing, or it was too long */
	const char *mend;  /* for this host; NULL: the catalogue's */
};

struct check_finding {
	const struct diagnosis *row;
	enum severity severity; /* of the row, unless it is a mere note here */
	int function; /* index into host.functions, -1: of the host */
	struct check_result result;
	size_t order; /* in which they were asked */
	bool depends; /* on the guest, so that it does not decide whether this host is ready */
	bool may_be_over; /* it happened in this boot; that it still is so nothing says, so it does not decide either */
	size_t n_lines;	  /* of the log that say it; 0: a file does */
};

struct check_report {
	struct check_finding *findings; /* worst first */
	size_t n;
	enum tri is_ready;
	const char *why;  /* a clause: what stands in the way, or cannot be told; NULL where it is ready */
	const char *next; /* what to do now; NULL: nothing */
	enum server_type scenario;
	const char *scenario_text, *scenario_file; /* what it changes; NULL: not known */
	const char *log_file;	/* of the log of this boot, NULL: none was read */
	const char *log_unread; /* a clause: why none was; NULL: it was, or nobody asked */
};
