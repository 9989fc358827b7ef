/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of modprobe (modprobe.d(5)), taken apart as libkmod does it (libkmod-config.c, kmod_config_parse;
 * libkmod-util.c, getline_wrapped): "#" comments only as a line's first letter, a backslash ahead of the end of a line
 * joins the next one, elsewhere it vanishes and the letter behind it stays; blanks and tabs separate; "-" and "_" of a
 * module's name are alike. A line that is not understood is passed over.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum {
	LARGEST_MODPROBE_FILE = 256 * 1024,
	MOST_MODPROBE_LINES = 16 * 1024, /* of all files */
	LONGEST_MODULE_NAME = 63,
};

enum modprobe_verb {
	MODPROBE_ALIAS,	    /* name: what is looked for, rest: the module */
	MODPROBE_BLACKLIST,
	MODPROBE_OPTIONS,   /* rest: as typed, blank-separated, quotes and all */
	MODPROBE_INSTALL,   /* rest: a shell command */
	MODPROBE_REMOVE,
	MODPROBE_SOFTDEP,   /* rest: "pre: a b post: c" */
	MODPROBE_VERBS
};

struct modprobe_line {
	enum modprobe_verb verb;
	const char *file; /* as given */
	unsigned number;  /* where the line begins */
	const char *name; /* with underscores */
	const char *rest; /* "" for a blacklist line */
};

/* A file that could not be read; there may be anything in it. */
struct modprobe_unread {
	const char *file, *text;
};

struct modprobe_conf {
	struct modprobe_line *lines; /* in the order modprobe reads them */
	size_t n_lines;
	struct modprobe_unread *unread; /* sys/read_modprobe */
	size_t n_unread;
};

/* Adds what a file says. Nothing is refused: modprobe goes on as well. */
void modprobe_conf_add(struct arena *mem, struct modprobe_conf *c, const char *file, const char *text);

/* The value that a parameter has by the words of an `options` line, the last one; NULL: it is not among them. */
const char *modprobe_option(struct arena *mem, const char *options, const char *key);

/* Is the module to be loaded ahead of that one, by this softdep line's rest? */
bool modprobe_softdep_has_pre(struct arena *mem, const char *rest, const char *module);

/* Letters, digits, "_" and "-", at most LONGEST_MODULE_NAME, no dash in front: what may be written into these files. */
bool is_module_name(const char *name);

/* The name with underscores, as modprobe compares it. */
const char *module_name(struct arena *mem, const char *name);

/* ---- the two files that are passthru's ---- */

/* Options and softdeps of those ids and modules; NULL where there are no ids. ids: "10de:2204", checked by the caller. */
const char *modprobe_ids_text(
    struct arena *mem, const char *const *ids, size_t n_ids, const char *const *modules, size_t n_modules);

/* The lines of modules that are never loaded for a device; NULL where there are none. */
const char *modprobe_blacklist_text(struct arena *mem, const char *const *modules, size_t n);

/* Are these as the functions above write them, to the last letter? *ret are the modules then, in their order. */
bool modprobe_ids_is_ours(struct arena *mem, const char *text);
bool modprobe_blacklist_parse(struct arena *mem, const char *text, const char ***ret, size_t *n_ret);
