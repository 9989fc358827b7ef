/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and numbers, without surprises: whole input or nothing, no locale, no errno. */
#pragma once

#include "base/base.h"

/* Equal, where NULL equals only NULL. */
bool str_eq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);

/* The part behind the last slash, or all of it. */
const char *str_base(const char *path);

/* All of s as a number of the given base (10 or 16, no prefix, no sign, no blanks), at most max. */
bool str_number(const char *s, unsigned base, uint64_t max, uint64_t *ret);

/* As str_number, over a part of a string that may lack its NUL. */
bool str_number_n(const char *s, size_t length, unsigned base, uint64_t max, uint64_t *ret);

/* As str_number, with an optional "0x" in front as sysfs prints it. */
bool str_sysfs_hex(const char *s, uint64_t max, uint64_t *ret);

/* Is a word, of this length, one of those in a blank-separated list? */
bool str_has_word(const char *list, const char *word, size_t length);

/* Cut one trailing newline, in place. */
void str_chomp(char *s);

/* Letters, digits, "_", "-", and inside it "." and blank, at most 63, first a letter or digit: what a
 * kernel driver may be called ("Serial driver" has a blank). "." and ".." never pass, for names become
 * path components. */
bool str_is_driver_name(const char *s);

/* Equal when dashes and underscores are the same, as module names are (kernel/params.c). */
bool str_same_module(const char *a, const char *b);
