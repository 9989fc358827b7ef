/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that a shell sources for their assignments: /etc/default/grub and its like, os-release, dracut.conf, presets of
 * mkinitcpio. Nothing is run: only literal assignments are understood ('…', "…", bare words, a "\" before a newline,
 * and $NAME where that is known). Whatever comes out of a command, stands in an `if`, or follows a file that is sourced
 * "cannot be told", and the line says why.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum {
	SHELL_TEXT_BYTES = 256 * 1024,
	SHELL_VARS = 512,
	SHELL_ASSIGNMENTS = 2048,
	SHELL_VALUE_BYTES = 8 * 1024,
};

struct shell_var {
	const char *name;
	const char *value;	   /* NULL: it cannot be told */
	const char *file;	   /* where the last assignment stands */
	unsigned line;
	const char *reason;	   /* why it cannot be told */
	const char *lost_file;	   /* an earlier file whose value the last one dropped, NULL: none */
	bool is_literal;	   /* the last assignment is one pair of quotes, or one bare word */
	size_t start, end;	   /* what it assigns, quotes and all, in the text of its file */
};

struct shell_vars {
	struct shell_var *vars;
	size_t n_vars;
	const char *doubt_file; /* from here on nothing is sure: it was sourced, eval'ed, or is too long */
	unsigned doubt_line;
	bool has_append; /* += is known (bash: dracut, mkinitcpio), set by the caller */
};

/* Adds what a file assigns to what those before it did; may be called for one file after another. `file` is only kept
 * as a name. */
void shell_vars_read(struct arena *mem, struct shell_vars *v, const char *file, const char *text);

/* NULL: it is never assigned. One that was read ahead of a doubt has value NULL too. */
const struct shell_var *shell_vars_find(const struct shell_vars *v, const char *name);

/* Its value; NULL where it is not set or cannot be told. */
const char *shell_vars_value(const struct shell_vars *v, const char *name);

/* The text of one file with kernel words added to and removed from what `name` is assigned; a line is added at the end
 * where it never is. All else stays byte for byte. NULL: its last assignment is none that can be edited, or
 * kernel_cmdline_edit refuses. */
const char *shell_vars_edit_words(struct arena *mem, const char *text, const char *name, const char *const *add,
    size_t n_add, const char *const *remove, size_t n_remove);
