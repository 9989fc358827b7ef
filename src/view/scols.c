/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/scols.h"

#include "base/library.h"

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
