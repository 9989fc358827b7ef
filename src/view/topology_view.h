/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the tree of a host looks: as a table, as JSON, for Graphviz, and as a picture. */
#pragma once

#include "view/host_view.h"
#include "model/topology.h"

struct json_object;

/* Columns of which no function has anything are left out. As view_functions_table. */
int view_topology(FILE *out, struct arena *mem, const struct host *h, const struct topology *t, const struct list_style *style);

/* {"version":1,"nodes":[{"address","parent","parent_known","kind",…}],"groups":[{"group","functions","others"}],
 * "want_slot":[…],"free_slots":[{"port","slot","lanes"}]} */
struct json_object *view_topology_json(struct arena *mem, const struct host *h, const struct topology *t);

/* The DOT language of Graphviz: groups are clusters. */
void view_topology_dot(FILE *out, struct arena *mem, const struct host *h, const struct topology *t);

/* SVG 1.1, needs nothing: a box each function below its bridge, a band around those that share a group. */
void view_topology_svg(FILE *out, struct arena *mem, const struct host *h, const struct topology *t);
