/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/hugepages.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { KEPT_FOR_HOST_KB = 64 * 1024 }; /* the kernel refuses before it takes the last of a node anyway */

uint64_t huge_pool_count(const struct huge_pool *p)
{
	/* Two files, read one after the other: they may not fit for a moment. */
	return p->pages > p->surplus ? p->pages - p->surplus : 0;
}

uint64_t huge_pool_room(const struct huge_pool *p)
{
	uint64_t kb = p->free_kb + p->cache_kb;

	if (!p->has_memory)
		return UINT64_MAX;
	return kb > KEPT_FOR_HOST_KB ? (kb - KEPT_FOR_HOST_KB) / p->page_kb : 0;
}

/* ---- names ---- */

void huge_target_format(int node, uint64_t page_kb, char ret[HUGE_TARGET_TEXT])
{
	if (node == NODE_ANY)
		(void)snprintf(ret, HUGE_TARGET_TEXT, "%llukB", (unsigned long long)page_kb);
	else
		(void)snprintf(ret, HUGE_TARGET_TEXT, "node%d/%llukB", node, (unsigned long long)page_kb);
}

bool huge_target_parse(const char *text, int *ret_node, uint64_t *ret_page_kb)
{
	const char *slash = strchr(text, '/'), *size = text;
	char again[HUGE_TARGET_TEXT];
	uint64_t node = 0, page_kb;
	size_t length;
	int found = NODE_ANY;

	if (slash) {
		if (!str_starts(text, "node") ||
		    !str_number_n(text + 4, (size_t)(slash - text) - 4, 10, MOST_NODES - 1, &node))
			return false;
		found = (int)node;
		size = slash + 1;
	}
	length = strlen(size);
	if (length < 3 || !str_eq(size + length - 2, "kB") || !str_number_n(size, length - 2, 10, MOST_HUGE_KB, &page_kb) ||
	    page_kb == 0)
		return false;
	/* As the kernel spells it: no zeros in front. */
	huge_target_format(found, page_kb, again);
	if (!str_eq(again, text))
		return false;
	*ret_node = found;
	*ret_page_kb = page_kb;
	return true;
}

bool huge_size_parse(const char *text, uint64_t *ret_page_kb)
{
	static const struct {
		char letters[3];
		uint64_t kb;
	} units[] = {{"kK", 1}, {"mM", 1024}, {"gG", 1024 * 1024}};
	size_t digits = strspn(text, "0123456789");
	uint64_t number;

	if (!str_number_n(text, digits, 10, MOST_HUGE_KB, &number) || number == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		const char *unit = text + digits;

		if (*unit == '\0' || !strchr(units[i].letters, *unit) || (unit[1] != '\0' && !str_eq(unit + 1, "iB")) ||
		    number > MOST_HUGE_KB / units[i].kb)
			continue;
		*ret_page_kb = number * units[i].kb;
		return true;
	}
	return false;
}

const char *size_words(struct arena *mem, uint64_t kb)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	uint64_t tenths = kb > UINT64_MAX / 10 ? UINT64_MAX : kb * 10;
	size_t unit = 0;

	for (; tenths >= 10240 && unit + 1 < ARRAY_LEN(units); unit++)
		tenths = tenths / 1024;
	if (tenths % 10 == 0)
		return arena_printf(mem, "%llu %s", (unsigned long long)tenths / 10, units[unit]);
	return arena_printf(
	    mem, "%llu.%llu %s", (unsigned long long)tenths / 10, (unsigned long long)tenths % 10, units[unit]);
}

/* ---- the ledger ---- */

bool huge_ledger_parse(const char *text, const char *boot_id, struct huge_ledger *ret)
{
	uint64_t numbers[3];
	size_t n = 0, length = strcspn(text, " ");
	bool is_of_this_boot = length == strlen(boot_id) && memcmp(text, boot_id, length) == 0;

	if (length == 0)
		return false;
	for (text += length; *text == ' '; text += length) {
		text++;
		length = strcspn(text, " ");
		if (n == ARRAY_LEN(numbers) || !str_number_n(text, length, 10, MOST_HUGE_PAGES, &numbers[n]))
			return false;
		n++;
	}
	if (*text != '\0' || (n != 1 && n != 3))
		return false;
	*ret = (struct huge_ledger){0};
	if (!is_of_this_boot)
		return true;
	ret->ours = numbers[0];
	ret->is_open = n == 3;
	if (ret->is_open) {
		ret->want = numbers[1];
		ret->from = numbers[2];
	}
	return true;
}

const char *huge_ledger_text(struct arena *mem, const char *boot_id, const struct huge_ledger *l)
{
	if (!l->is_open)
		return arena_printf(mem, "%s %llu\n", boot_id, (unsigned long long)l->ours);
	return arena_printf(mem, "%s %llu %llu %llu\n", boot_id, (unsigned long long)l->ours, (unsigned long long)l->want,
	    (unsigned long long)l->from);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t huge_ledger_ours(const struct huge_ledger *l, uint64_t now)
{
	uint64_t ours = l->ours;

	if (l->is_open && l->want > l->ours)
		ours += lesser(now > l->from ? now - l->from : 0, l->want - l->ours);
	else if (l->is_open)
		ours -= lesser(l->from > now ? l->from - now : 0, l->ours - l->want);
	return lesser(ours, now);
}
