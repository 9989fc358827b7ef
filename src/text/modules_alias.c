/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/modules_alias.h"

#include <string.h>

bool alias_matches(const char *pattern, size_t length, const char *text)
{
	size_t p = 0, star = length;
	const char *retry = NULL;

	/* Greedy with one point to come back to: linear for patterns of one star, and never exponential. */
	while (*text) {
		if (p < length && pattern[p] == '*') {
			star = p++;
			retry = text;
		} else if (p < length && pattern[p] == *text) {
			p++;
			text++;
		} else if (retry) {
			p = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (p < length && pattern[p] == '*')
		p++;
	return p == length;
}

struct best {
	const char *modalias;
	const char *module;
	size_t module_length;
	size_t literals;
};

static void consider(struct best *best, const char *pattern, size_t length, const char *module, size_t module_length)
{
	size_t literals = 0;

	if (length < 9 || memcmp(pattern, "vfio_pci:", 9) != 0 || module_length == 0)
		return;
	for (size_t i = 0; i < length; i++)
		literals += pattern[i] != '*';
	if (literals <= best->literals || !alias_matches(pattern, length, best->modalias))
		return;
	best->module = module;
	best->module_length = module_length;
	best->literals = literals;
}

/* "alias vfio_pci:… mlx5_vfio_pci" */
static void consider_line(struct best *best, const char *line, size_t length)
{
	const char *pattern = line + 6, *end = line + length;
	const char *blank;

	if (length < 7 || memcmp(line, "alias ", 6) != 0)
		return;
	blank = memchr(pattern, ' ', (size_t)(end - pattern));
	if (blank)
		consider(best, pattern, (size_t)(blank - pattern), blank + 1, (size_t)(end - blank) - 1);
}

/* "mlx5_vfio_pci.alias=vfio_pci:…" */
static void consider_builtin(struct best *best, const char *entry, size_t length)
{
	static const char key[] = ".alias=";
	const char *dot = memmem(entry, length, key, sizeof(key) - 1);

	if (dot)
		consider(best, dot + sizeof(key) - 1, length - (size_t)(dot - entry) - (sizeof(key) - 1), entry,
		    (size_t)(dot - entry));
}

const char *modules_alias_best(struct arena *mem, const char *text, size_t length, const char *modalias)
{
	struct best best = {.modalias = modalias};
	const char *end = text + length;
	char separator = memchr(text, '\0', length) ? '\0' : '\n';

	while (text < end) {
		const char *stop = memchr(text, separator, (size_t)(end - text));
		size_t n = stop ? (size_t)(stop - text) : (size_t)(end - text);

		if (separator == '\n')
			consider_line(&best, text, n);
		else
			consider_builtin(&best, text, n);
		text += n + 1;
	}
	return best.module ? arena_strndup(mem, best.module, best.module_length) : NULL;
}
