/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a loader would hand to each kernel it can start, and what a person is told to change where passthru does not
 * write: values shared by sys, plan and view. */
#pragma once

#include "base/base.h"

struct boot_entry {
	const char *file;   /* relative to the root */
	unsigned line;	    /* 0: of no matter */
	const char *title;  /* NULL: it has none */
	const char *version; /* of its kernel, NULL: not said */
	const char *words;  /* NULL: cannot be told */
	bool is_rescue;	    /* for repairs: it does without our words, as a way out */
};

struct boot_entries {
	const char *place;  /* file or folder, relative to the root; NULL: there is none to be looked at */
	struct boot_entry *items;
	size_t n;
	const char *reason; /* why they cannot be told, NULL: they can */
};

/* One thing to do by hand. */
struct boot_advice {
	const char *file;   /* absolute; NULL: none */
	unsigned line;	    /* from 1; 0: a new line at its end, or a file to be made */
	const char *before; /* the line; NULL: there is none */
	const char *after;  /* what it must be; NULL: there is only the command */
	const char *command; /* to be run then; NULL: none */
};

/* A word that the host needs, or was asked for. */
struct boot_need {
	const char *word, *reason;
};
