/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From words that a host needs to a lasting plan, or to what a person must do: a wrong edit bricks a machine, a printed
 * line does not. Three tiers by the loader (judge/boot.h): files of ours and words in files of others; settings of the
 * program that owns the words; lines told with their place. What is made from files is made anew, and every entry of
 * the result is required to have the words; those for repairs are left as they are, a way out.
 */
#pragma once

#include "base/err.h"
#include "judge/boot_needs.h"
#include "model/boot.h"
#include "model/boot_entries.h"
#include "model/plan.h"

enum boot_how {
	HOW_OWN_FILE, /* a whole file of ours */
	HOW_WORD,     /* in a file of others */
	HOW_SETTING,  /* by the program that owns them */
	HOW_TOLD,     /* by a person */
};

struct boot_way {
	enum boot_how how;
	const char *file;	/* absolute, of HOW_OWN_FILE and HOW_WORD */
	const char *variable;	/* in it, NULL: the file is the words */
	const char *program;	/* of HOW_SETTING */
	const char **derived;	/* what carries it into effect */
	size_t n_derived;
	bool installs_kernels;	/* kernel-install for each kernel: its commands are added by who can see the kernels */
	const char **places;	/* what is looked at then, relative to the root */
	size_t n_places;
	const char *unseen;	/* why nothing is; NULL: it is */
};

/* What the plan must see of the files of that way. */
struct boot_files {
	const char *text;	/* of way->file, NULL: there is none */
	const struct boot_entries *entries; /* one a place */
	size_t n_entries;
	const char **settings;	/* HOW_SETTING: what each needed word is now, SETTING_… */
};

/* -EINVAL: the loader cannot be told; -EOPNOTSUPP: it can, and what is there cannot be changed safely. */
int plan_boot_way(struct arena *mem, const struct boot *b, const struct boot_loader *loader, struct boot_way *ret, struct err *e);

/* What it takes for all words of needs to be in every entry, and for the one that is gone to be in none; without a step and a command: they are. -EEXIST: a file
 * in place of ours is none of ours, or a program would drop a word of others; -EINVAL: a file cannot be edited safely;
 * -ENODATA: the words that run cannot be told, so the file that lists all of them cannot be made. */
int plan_boot_enable(struct arena *mem, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    const struct boot_files *files, struct plan *ret, struct err *e);

/* The words in a file of ours; false: it is none as passthru writes them. */
bool boot_own_words(struct arena *mem, const char *file, const char *text, const char ***ret, size_t *ret_n);

/* Such a file with these words; NULL where there are none: there is to be no file. */
const char *boot_own_text(struct arena *mem, const char *file, const char *const *words, size_t n);

/* ---- told ---- */

enum told_form {
	TOLD_ENTRY,	/* a loader entry, its options lines */
	TOLD_VARIABLE,	/* assigned in a file that a shell reads */
	TOLD_REFIND,
	TOLD_LIMINE,
	TOLD_EXTLINUX,
	TOLD_LINE,	/* the first line of the file */
	TOLD_AS_IT_IS,	/* nothing of it is looked at */
};
struct boot_told {
	enum told_form form;
	const char *file;     /* relative to the root, NULL: none */
	const char *variable;
	const char *text;     /* filled in by who can read it, NULL: it cannot be read */
};

/* The files whose lines must be changed by hand. entries: those of the loader, where they are files. */
size_t plan_boot_told(struct arena *mem, const struct boot *b, const struct boot_loader *loader, const struct boot_entries *entries,
    struct boot_told **ret);

/* What to do; nothing where all words are there. */
size_t plan_boot_advice(struct arena *mem, const struct boot *b, const struct boot_loader *loader, const struct boot_needs *needs,
    const struct boot_told *told, size_t n_told, struct boot_advice **ret);
