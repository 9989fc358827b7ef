/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/topology_view.h"

#include "view/text.h"
#include "view/topology_text.h"

static void draw_node(FILE *out, struct arena *mem, const struct host *h, const struct topology *t, const struct topology_node *n)
{
	const struct pci_function *f = &h->functions[n->function];
	const struct look_row *look = &look_rows[node_look(n)];

	(void)fprintf(out, "\t\t\"%s\" [label=\"%s\\n", f->name, f->name);
	if (f->description)
		(void)fprintf(out, "%s\\n", view_dot(mem, view_clean(mem, f->description)));
	(void)fprintf(out, "%s\", fillcolor=\"%s\", color=\"%s\"%s];\n", view_dot(mem, node_facts(mem, h, t, n)), look->fill,
	    look->border, n->is_target ? ", penwidth=2.5" : "");
}

static void draw_group(FILE *out, struct arena *mem, const struct host *h, const struct topology *t, const struct iommu_group *g,
    const int *node_of)
{
	bool is_crowded = topology_is_crowded(t, g, node_of);

	(void)fprintf(out, "\tsubgraph \"cluster_%d\" {\n\t\tlabel=\"IOMMU group %d\"; color=\"%s\";\n", g->number, g->number,
	    is_crowded ? look_rows[LOOK_STRANGER].border : look_rows[LOOK_BRIDGE].border);
	for (size_t i = 0; i < g->n_functions; i++)
		if (node_of[g->functions[i]] >= 0)
			draw_node(out, mem, h, t, &t->nodes[node_of[g->functions[i]]]);
	for (size_t i = 0; i < g->n_others; i++)
		(void)fprintf(out, "\t\t\"other %d %zu\" [label=\"%s\\nno PCI function\", style=\"rounded,dashed\"];\n", g->number, i,
		    view_dot(mem, view_clean(mem, g->others[i].name)));
	(void)fputs("\t}\n", out);
}

void view_topology_dot(FILE *out, struct arena *mem, const struct host *h, const struct topology *t)
{
	const int *node_of = topology_node_of(mem, h, t);
	const char **said;
	size_t n_said = topology_lines(mem, h, t, &said);

	(void)fputs("digraph passthru {\n\tcharset=\"UTF-8\"; rankdir=LR; fontname=\"sans-serif\"; labelloc=b; labeljust=l;\n"
		    "\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n"
		    "\tedge [dir=none, color=\"#8496a9\"];\n", out);
	if (n_said > 0) {
		(void)fputs("\tlabel=\"", out);
		for (size_t i = 0; i < n_said; i++)
			(void)fprintf(out, "%s\\l", view_dot(mem, said[i]));
		(void)fputs("\";\n", out);
	}
	for (size_t i = 0; i < h->n_groups; i++)
		if (topology_shows_group(&h->groups[i], node_of))
			draw_group(out, mem, h, t, &h->groups[i], node_of);
	for (size_t i = 0; i < t->n_nodes; i++)
		if (!host_group(h, h->functions[t->nodes[i].function].group))
			draw_node(out, mem, h, t, &t->nodes[i]);
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].parent >= 0)
			(void)fprintf(out, "\t\"%s\" -> \"%s\";\n", h->functions[t->nodes[t->nodes[i].parent].function].name,
			    h->functions[t->nodes[i].function].name);
	(void)fputs("}\n", out);
}
