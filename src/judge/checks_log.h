/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the log of the running boot says of this host: rows of the catalogue whose sign is a line of it. The lines are
 * matched as explain does (judge/explain.h); here stands which of them are findings about a host, and what the files of
 * now say to them. A file wins: it says what is, the log what was.
 */
#pragma once

#include "judge/checks.h"
#include "judge/explain.h"

enum log_flags {
	LOG_DEVICE = 1 << 0,   /* of the function that the line names; else of the host */
	LOG_LASTS = 1 << 1,    /* found when the kernel booted, and so until it ends: a blocker decides. What happened once does not */
	LOG_GOOD = 1 << 2,     /* a good sign, or harmless: ok */
	LOG_PROGRAMS = 1 << 3, /* hypervisors say it; whoever passes for one could, so never with LOG_LASTS */
	LOG_LINK = 1 << 4,     /* with LOG_DEVICE: of the port above it as well */
	LOG_ABSENT = 1 << 5,   /* files that say nothing are no answer: old kernels have them not, or it was done by hand */
};

struct log_context {
	const struct check_facts *all;
	const struct finding *finding;
	const struct pci_function *f; /* NULL: none, or not here */
};

struct log_check {
	const char *id; /* of the catalogue, with a row in explain_patterns */
	unsigned flags;
	unsigned least; /* fewer lines mean nothing; 0: one will do */
	bool (*is_over)(const struct log_context *c); /* files of now speak against it; NULL: none can */
};
extern const struct log_check log_checks[];
extern const size_t n_log_checks;
const struct log_check *log_check_find(const char *id); /* NULL: no line is a sign of it */

/* The lines, one at a time, in any number; what is kept is bounded. */
struct log_reader;
struct log_reader *log_reader_new(struct arena *mem, const struct host *h, const struct check_wish *wish);
/* file: where it is kept, a pointer for all lines of it. is_kernel: the kernel said it, and nobody else could have. */
void log_reader_line(struct log_reader *r, const char *line, size_t length, const char *file, bool is_kernel);

/* What one kind of speaker said. */
struct log_voice {
	struct explanation said;
	struct log_part {
		const char *file;
		size_t first_line; /* from 1 */
	} *parts;
	size_t n_parts;
};

struct checked_log {
	const char *file;   /* where it is kept, or begins; NULL: none was read */
	const char *unread; /* a clause: why none was */
	struct log_voice kernel, programs;
	bool *is_elsewhere; /* one a row of log_checks: a function that nobody asked for has it */
};
struct checked_log log_reader_end(struct log_reader *r);

/* Adds to the report what the log says beyond the files' own answers in it. */
void check_log(struct arena *mem, const struct check_facts *facts, const struct check_wish *wish, struct check_report *ret);
