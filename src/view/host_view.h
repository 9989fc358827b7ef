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
	bool is_number;	  /* in JSON */
	bool may_be_cut;  /* on a narrow terminal */
	const char *(*get)(struct arena *mem, const struct pci_function *f); /* NULL: absent */
};

extern const struct function_field function_fields[];
extern const size_t n_function_fields;

/* The table of `list`; cut to width columns, 0: not cut. */
int view_functions_table(FILE *out, struct arena *mem, const struct host *h, unsigned width);
struct json_object *view_function_json(struct arena *mem, const struct pci_function *f);
struct json_object *view_functions_json(struct arena *mem, const struct host *h);

struct json_object *view_verdict_json(struct arena *mem, const struct host *h, const struct verdict *v);
/* One function with its verdict, for reading. */
void view_function(FILE *out, struct arena *mem, const struct host *h, const struct pci_function *f, const struct verdict *v);
/* One group with its verdict, for reading. */
void view_group(FILE *out, struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v);
struct json_object *view_group_json(
    struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v);

/* Prints the object on a line of its own kind (indented) and puts it. */
void view_json(FILE *out, struct json_object *o);
