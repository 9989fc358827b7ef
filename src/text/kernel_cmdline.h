/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's command line, taken apart as the kernel does it (lib/cmdline.c, next_arg; kernel/params.c, parse_args):
 * blanks separate words, a quotation mark protects blanks and is dropped where it begins a word or a value, the first
 * "=" ends the key, dashes and underscores of a key are alike, and behind "--" all is init's.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum {
	KERNEL_CMDLINE_BYTES = 64 * 1024, /* longer is none: the longest COMMAND_LINE_SIZE is 4096 */
	KERNEL_WORDS = 4096,
};

struct kernel_word {
	const char *raw;    /* as it is written, quotes and all */
	const char *key;    /* without quotes */
	const char *value;  /* NULL: no "=" */
	size_t start, end;  /* where it stands in the text */
};

struct kernel_cmdline {
	struct kernel_word *words; /* the kernel's: those ahead of "--" */
	size_t n_words;
	bool has_init;	   /* there is a "--" */
	size_t init_start; /* where it stands */
	bool is_open;	   /* a quotation mark is not closed: all behind it is one word */
};

/* false: it is too long to be one. */
bool kernel_cmdline_parse(struct arena *mem, const char *text, struct kernel_cmdline *ret);

/* The last word of that key; NULL: there is none. */
const struct kernel_word *kernel_cmdline_last(const struct kernel_cmdline *c, const char *key);

/* Whoever reads a file that is the words takes all of its lines, or the first, or all that are no comment: only where that
 * comes to the same is it clear where a word goes. */
bool kernel_cmdline_is_one_line(const char *text);

bool kernel_word_eq(const struct kernel_word *a, const struct kernel_word *b);

/* Is exactly this key with this value among them? */
bool kernel_cmdline_has(const struct kernel_cmdline *c, const struct kernel_word *w);

/* How often a text (NULL: none) has exactly this word, "iommu=pt". 0 as well where it is too long, or the word is not one. */
size_t kernel_cmdline_count(struct arena *mem, const char *text, const char *word);

/*
 * The text with words added (at the end, ahead of "--" and of blanks there) and removed; all else stays byte for byte,
 * and what was added last is removed without a trace. A word that is there already is not added, one that is not there
 * not removed. NULL: a word is not safe (model/boot_word.h), the text has an open quotation mark, or is too long.
 */
const char *kernel_cmdline_edit(
    struct arena *mem, const char *text, const char *const *add, size_t n_add, const char *const *remove, size_t n_remove);
