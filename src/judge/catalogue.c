/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/catalogue.h"

#include <string.h>

#include "base/str.h"
#include "judge/catalogue_rows.h"

static const struct part {
	const struct diagnosis *rows;
	const size_t *n;
} parts[] = {
    {catalogue_iommu, &n_catalogue_iommu},
    {catalogue_driver, &n_catalogue_driver},
    {catalogue_host, &n_catalogue_host},
    {catalogue_device, &n_catalogue_device},
    {catalogue_rights, &n_catalogue_rights},
    {catalogue_machine, &n_catalogue_machine},
    {catalogue_guest, &n_catalogue_guest},
};

size_t catalogue_size(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += *parts[i].n;
	return n;
}

const struct diagnosis *catalogue_at(size_t i)
{
	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		if (i < *parts[p].n)
			return &parts[p].rows[i];
		i -= *parts[p].n;
	}
	return NULL;
}

const struct diagnosis *catalogue_find(const char *id)
{
	for (size_t p = 0; p < ARRAY_LEN(parts); p++)
		for (size_t i = 0; i < *parts[p].n; i++)
			if (str_eq(parts[p].rows[i].id, id))
				return &parts[p].rows[i];
	return NULL;
}

/* The word of this filling stands here, and is no part of another. */
static bool is_at(const char *text, const char *at, const char *word)
{
	return str_starts(at, word) && !(at > text && char_is_alnum(at[-1])) && !char_is_alnum(at[strlen(word)]);
}

const char *catalogue_fill(struct arena *mem, const char *text, const struct filling *with, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const char *at = text; with[i].text && *at; at++)
			if (is_at(text, at, with[i].word)) {
				size_t before = (size_t)(at - text), length = strlen(with[i].text);

				text = arena_printf(mem, "%.*s%s%s", (int)before, text, with[i].text, at + strlen(with[i].word));
				at = text + before + length - (length > 0);
			}
	return text;
}
