/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/scols.h"

#include <errno.h>

#include "base/library.h"
#include "view/text.h"

static struct scols sc;

const struct scols *scols_load(void)
{
	static const struct library_symbol symbols[] = {
	    {"scols_new_table", (void **)&sc.new_table},
	    {"scols_unref_table", (void **)&sc.unref_table},
	    {"scols_table_new_column", (void **)&sc.table_new_column},
	    {"scols_table_new_line", (void **)&sc.table_new_line},
	    {"scols_line_set_data", (void **)&sc.line_set_data},
	    {"scols_line_set_color", (void **)&sc.line_set_color},
	    {"scols_table_set_stream", (void **)&sc.table_set_stream},
	    {"scols_table_enable_colors", (void **)&sc.table_enable_colors},
	    {"scols_table_enable_noencoding", (void **)&sc.table_enable_noencoding},
	    {"scols_table_set_termforce", (void **)&sc.table_set_termforce},
	    {"scols_table_set_termwidth", (void **)&sc.table_set_termwidth},
	    {"scols_print_table", (void **)&sc.print_table},
	};

	return sc.new_table || library_load("libsmartcols.so.1", symbols, ARRAY_LEN(symbols)) ? &sc : NULL;
}

int view_table_print(const struct scols *scols, struct libscols_table *table, FILE *out, unsigned width, bool has_colour)
{
	(void)scols->table_set_stream(table, out);
	(void)scols->table_enable_noencoding(table, 1);
	(void)scols->table_enable_colors(table, has_colour);
	(void)scols->table_set_termforce(table, width > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (width > 0)
		(void)scols->table_set_termwidth(table, width);
	return scols->print_table(table);
}

struct libscols_table *view_table_new(const struct scols *scols, FILE *out, const char *const *headings, size_t n)
{
	struct libscols_table *table = scols ? scols->new_table() : NULL;

	for (size_t i = 0; table && i < n; i++)
		if (!scols->table_new_column(table, headings[i], 0, 0)) {
			scols->unref_table(table);
			return NULL;
		}
	if (table) {
		(void)scols->table_set_stream(table, out);
		(void)scols->table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	}
	return table;
}

int view_table_add(const struct scols *scols, struct libscols_table *table, const char *const *cells, size_t n)
{
	struct libscols_line *line = scols->table_new_line(table, NULL);

	if (!line)
		return -ENOMEM;
	view_need_locale();
	for (size_t i = 0; i < n; i++)
		if (cells[i] && scols->line_set_data(line, i, cells[i]) < 0)
			return -ENOMEM;
	return 0;
}
