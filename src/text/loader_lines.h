/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loader files a person edits by hand, line by line: where the kernel's words stand in a line of extlinux.conf,
 * refind_linux.conf, limine.conf, and what the line must become. Nothing is written so: it is told.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum loader_file {
	LOADER_EXTLINUX, /* append WORDS */
	LOADER_REFIND,	 /* "Label" "WORDS"; the first is the default, and all that is changed */
	LOADER_LIMINE,	 /* cmdline: WORDS */
	LOADER_CMDLINE,	 /* the first line is the words */
	LOADER_FILES
};

/* One line that is to be another. */
struct line_change {
	unsigned line; /* from 1 */
	const char *before, *after;
};

/* The lines that lack one of these words, with them; lines for repairs (single, rescue …) are left out. *ret_n_all:
 * all that have words at all. false: a line cannot be edited safely. */
bool loader_line_changes(struct arena *mem, enum loader_file kind, const char *text, const char *const *words, size_t n_words,
    struct line_change **ret, size_t *ret_n, size_t *ret_n_all);

/* The lines of before that are others in after, which has as many lines, or one more at its end (then line is 0 and
 * before NULL). */
size_t text_line_changes(struct arena *mem, const char *before, const char *after, struct line_change **ret);
