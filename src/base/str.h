/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and numbers, without surprises: whole input or nothing, no locale, no errno. */
#pragma once

#include "base/base.h"

/* Characters of ASCII; all others are none of these. */
static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool char_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool char_is_alnum(char c)
{
	return char_is_digit(c) || char_is_letter(c);
}

static inline bool char_is_hex(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline char char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How many hexadecimal digits s begins with. */
size_t str_hex_length(const char *s);

/* Do a and b begin with the same n characters, whatever their capitals? */
bool str_same_n(const char *a, const char *b, size_t n);

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
