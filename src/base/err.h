/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: why something could not be found out or done, and the way out where we know one.
 *
 * A struct err lives on the caller's stack, so it is usable when memory is gone and there is nothing
 * to free. Every layer may put half a sentence in front (err_add); only cli prints.
 */
#pragma once

struct err {
	int code;	/* negative errno, 0: no error */
	char what[512]; /* one sentence, no newline, no full stop */
	char hint[256]; /* what to do about it, may be empty */
};

/* Set the sentence; answers code, so that `return err_set(…)` reads well. e may be NULL. */
int err_set(struct err *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " in front of the sentence; answers the code that is there. */
int err_add(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Say what to do about it; answers the code that is there. */
int err_hint(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name of an errno, of either sign: "EBUSY". */
const char *err_name(int code);
