/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libsmartcols, loaded when the first table is made: most commands make none. */
#pragma once

#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>

/* The functions tables are made with, under their own names without "scols_". */
struct scols {
	__typeof__(scols_new_table) *new_table;
	__typeof__(scols_unref_table) *unref_table;
	__typeof__(scols_table_new_column) *table_new_column;
	__typeof__(scols_table_new_line) *table_new_line;
	__typeof__(scols_line_set_data) *line_set_data;
	__typeof__(scols_line_set_color) *line_set_color;
	__typeof__(scols_table_set_stream) *table_set_stream;
	__typeof__(scols_table_enable_colors) *table_enable_colors;
	__typeof__(scols_table_enable_noencoding) *table_enable_noencoding;
	__typeof__(scols_table_set_termforce) *table_set_termforce;
	__typeof__(scols_table_set_termwidth) *table_set_termwidth;
	__typeof__(scols_print_table) *print_table;
};

/* NULL: the library is not there. */
const struct scols *scols_load(void);

/* Prints a table cut to WIDTH columns (0: never cut), its cells clean. */
int view_table_print(const struct scols *scols, struct libscols_table *table, FILE *out, unsigned width, bool has_colour);

/* A plain table for reading, never cut: NULL, scols may be as well, where it cannot be made. Cells are clean; NULL:
 * empty. */
struct libscols_table *view_table_new(const struct scols *scols, FILE *out, const char *const *headings, size_t n);
int view_table_add(const struct scols *scols, struct libscols_table *table, const char *const *cells, size_t n);
