/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <string.h>

bool str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

size_t str_hex_length(const char *s)
{
	size_t n = 0;

	while (char_is_hex(s[n]))
		n++;
	return n;
}

bool str_same_n(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (char_lower(a[i]) != char_lower(b[i]))
			return false;
	return true;
}

const char *str_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int digit_value(char c)
{
	if (char_is_digit(c))
		return c - '0';
	return char_is_hex(c) ? char_lower(c) - 'a' + 10 : -1;
}

bool str_number_n(const char *s, size_t length, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		int digit = digit_value(s[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		if (value > (max - (uint64_t)digit) / base || (uint64_t)digit > max)
			return false;
		value = value * base + (uint64_t)digit;
	}
	*ret = value;
	return true;
}

bool str_number(const char *s, unsigned base, uint64_t max, uint64_t *ret)
{
	return str_number_n(s, strlen(s), base, max, ret);
}

bool str_sysfs_hex(const char *s, uint64_t max, uint64_t *ret)
{
	if (str_starts(s, "0x"))
		s += 2;
	return str_number(s, 16, max, ret);
}

void str_chomp(char *s)
{
	size_t length = strlen(s);

	if (length > 0 && s[length - 1] == '\n')
		s[length - 1] = '\0';
}

bool str_is_driver_name(const char *s)
{
	size_t length = strlen(s);

	if (length == 0 || length > 63 || !char_is_alnum(s[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!char_is_alnum(s[i]) && !strchr("_-. ", s[i]))
			return false;
	return s[length - 1] != ' ';
}

bool str_same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a == '-' ? '_' : *a;
		char y = *b == '-' ? '_' : *b;

		if (x != y)
			return false;
	}
	return *a == *b;
}

bool str_has_word(const char *list, const char *word, size_t length)
{
	for (; *list; list += strcspn(list, " "), list += strspn(list, " "))
		if (length > 0 && strcspn(list, " ") == length && memcmp(list, word, length) == 0)
			return true;
	return false;
}
