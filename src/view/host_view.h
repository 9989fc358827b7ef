/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a host's functions, groups and verdicts look: a field said once gives table and JSON. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/host.h"
#include "model/verdict.h"

struct json_object;

/* One column of `list`: key in JSON, heading in the table. */
struct function_field {
	const char *key;
	const char *heading;
	const char *help;
	bool is_default;  /* shown without --output */
	bool is_number;	  /* in JSON */
	bool may_be_cut;  /* on a narrow terminal */
	bool needs_name;  /* FACET_NAMES */
	int attribute;	  /* ATTR_… that must be read, -1: none */
	const char *(*get)(struct arena *mem, const struct pci_function *f); /* NULL: absent, or the attribute */
	bool needs_claims; /* flow_mark_claims */
};

extern const struct function_field function_fields[];
extern const size_t n_function_fields;

/* The columns of one listing. */
struct function_columns {
	const struct function_field *items[32];
	size_t n;
};

/* "address,driver", "+slot,serial" (behind the default ones), by key or heading, any case; NULL: the default
 * ones. On false *ret_bad is the word that is no column. */
bool view_parse_columns(struct arena *mem, const char *text, struct function_columns *ret, const char **ret_bad);

/* What must be read for them. */
unsigned view_columns_attributes(const struct function_columns *c);
bool view_columns_need_names(const struct function_columns *c);
bool view_columns_need_claims(const struct function_columns *c);

struct list_style {
	unsigned width;	 /* of the terminal, 0: not cut */
	bool has_colour;
	bool is_tree;	 /* functions below their bridges */
};
int view_functions_table(
    FILE *out, struct arena *mem, const struct host *h, const struct function_columns *c, const struct list_style *style);
struct json_object *view_functions_json(struct arena *mem, const struct host *h, const struct function_columns *c);

/* The default columns of one function. */
struct json_object *view_function_json(struct arena *mem, const struct pci_function *f);

struct json_object *view_verdict_json(struct arena *mem, const struct host *h, const struct verdict *v);
struct reset_view {
	const char *methods, *used; /* NULL: not known, none */
};

/* {"methods":[…],"used":…}; null where nothing is known. */
struct json_object *view_reset_json(const struct reset_view *r);

/* One function with its verdict, for reading. */
void view_function(FILE *out, struct arena *mem, const struct host *h, const struct pci_function *f,
    const struct reset_view *reset, const struct verdict *v);
/* One group with its verdict, for reading. */
void view_group(FILE *out, struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v);
struct json_object *view_group_json(
    struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v);

/* Prints the object on a line of its own kind (indented) and puts it. */
void view_json(FILE *out, struct json_object *o);
