/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/topology_view.h"

#include <string.h>

#include "view/text.h"
#include "view/topology_text.h"

/* All in pixels. Letters are taken for so wide on average; what is longer is cut, and whole in the tooltip. */
enum {
	WIDTH = 1120,
	MARGIN = 16,
	LEGEND = 44,
	INDENT = 26,
	INDENTS = 16, /* deeper ones stand below each other: a recorded tree may be of any depth */
	ROW = 46,
	BOX = 38,
	GAP = 8, /* between two groups */
	LABEL = 96,
	LETTER_TENTHS = 70,
	LINE = 18,
	LINE_LETTERS = 150,
};

struct drawing {
	FILE *out;
	struct arena *mem;
	const struct host *h;
	const struct topology *t;
	int *top; /* of each node's row */
	int height;
};

static int left_of(const struct topology_node *n)
{
	return 2 * MARGIN + (int)(n->depth < INDENTS ? n->depth : INDENTS) * INDENT;
}

static int group_of(const struct drawing *d, size_t node)
{
	return d->h->functions[d->t->nodes[node].function].group;
}

/* Nodes of one group that stand below each other share a band. */
static bool starts_band(const struct drawing *d, size_t node)
{
	return node == 0 || group_of(d, node) < 0 || group_of(d, node) != group_of(d, node - 1);
}

static void place_nodes(struct drawing *d)
{
	int y = MARGIN + LEGEND;

	d->top = arena_alloc(d->mem, (d->t->n_nodes + 1) * sizeof(*d->top));
	for (size_t i = 0; i < d->t->n_nodes; i++) {
		if (i > 0 && starts_band(d, i))
			y += GAP;
		d->top[i] = y;
		y += ROW;
	}
	d->height = y + GAP;
}

static const char *xml(const struct drawing *d, const char *text)
{
	return view_xml(d->mem, text);
}

static void draw_legend(const struct drawing *d)
{
	int x = MARGIN;

	for (int i = 0; i < LOOKS; i++) {
		(void)fprintf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" rx=\"3\" fill=\"%s\" stroke=\"%s\"/>\n", x,
		    MARGIN, look_rows[i].fill, look_rows[i].border);
		(void)fprintf(d->out, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n", x + 20, MARGIN + 11, look_rows[i].meaning);
		x += 20 + (int)view_letters(look_rows[i].meaning) * LETTER_TENTHS * 9 / 100 + 24;
	}
}

static void draw_bands(const struct drawing *d)
{
	const int *node_of = topology_node_of(d->mem, d->h, d->t);

	for (size_t i = 0; i < d->t->n_nodes;) {
		const struct iommu_group *g = host_group(d->h, group_of(d, i));
		size_t end = i + 1;

		while (end < d->t->n_nodes && !starts_band(d, end))
			end++;
		if (g) {
			bool is_crowded = topology_is_crowded(d->t, g, node_of);
			int height = (int)(end - i) * ROW;

			(void)fprintf(d->out,
			    "<rect class=\"group\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" stroke=\"%s\"%s/>\n", MARGIN,
			    d->top[i], WIDTH - 2 * MARGIN, height, is_crowded ? look_rows[LOOK_STRANGER].border : "#c9d2dc",
			    is_crowded ? " stroke-width=\"2\"" : "");
			(void)fprintf(d->out, "<text class=\"number\" x=\"%d\" y=\"%d\">group %d</text>\n", WIDTH - MARGIN - 12,
			    d->top[i] + height / 2 + 4, group_of(d, i));
		}
		i = end;
	}
}

static void draw_ways(const struct drawing *d)
{
	for (size_t i = 0; i < d->t->n_nodes; i++) {
		const struct topology_node *n = &d->t->nodes[i];
		int x;

		if (n->parent < 0)
			continue;
		x = left_of(&d->t->nodes[n->parent]) + INDENT / 2;
		(void)fprintf(d->out, "<path class=\"way\" d=\"M%d %dV%dH%d\"/>\n", x, d->top[n->parent] + ROW - 4,
		    d->top[i] + ROW / 2, left_of(n));
	}
}

static void draw_node(const struct drawing *d, size_t i)
{
	const struct topology_node *n = &d->t->nodes[i];
	const struct pci_function *f = &d->h->functions[n->function];
	const struct look_row *look = &look_rows[node_look(n)];
	const char *facts = node_facts(d->mem, d->h, d->t, n);
	const char *description = f->description ? view_clean(d->mem, f->description) : "";
	int x = left_of(n), y = d->top[i] + (ROW - BOX) / 2, width = WIDTH - MARGIN - LABEL - x;
	size_t letters = (size_t)(width - 20) * 10 / LETTER_TENTHS;

	(void)fprintf(d->out, "<g class=\"node\"><title>%s %s\n%s</title>\n", f->name, xml(d, description), xml(d, facts));
	(void)fprintf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"%s\" stroke=\"%s\"%s/>\n", x, y,
	    width, BOX, look->fill, look->border, n->is_target ? " stroke-width=\"2.5\"" : "");
	(void)fprintf(d->out, "<text x=\"%d\" y=\"%d\"><tspan class=\"address\">%s</tspan> %s</text>\n", x + 10, y + 16, f->name,
	    xml(d, view_cut(d->mem, description, letters > 16 ? letters - 16 : 1)));
	(void)fprintf(d->out, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text></g>\n", x + 10, y + 31,
	    xml(d, view_cut(d->mem, facts, letters * 10 / 9)));
}

/* Cut into lines at blanks where there are any. */
static size_t break_lines(struct arena *mem, const char *text, const char ***lines, size_t n)
{
	while (*text) {
		const char *line = view_cut(mem, text, LINE_LETTERS);
		size_t length = strlen(line);

		if (line != text) {
			/* The mark that it is cut goes. */
			length -= strlen("…");
			for (size_t i = length; i > length / 2; i--)
				if (text[i] == ' ') {
					length = i;
					break;
				}
		}
		*ARENA_PUSH(mem, *lines, n) = arena_strndup(mem, text, length);
		text += length;
		text += strspn(text, " ");
	}
	return n;
}

void view_topology_svg(FILE *out, struct arena *mem, const struct host *h, const struct topology *t)
{
	struct drawing d = {.out = out, .mem = mem, .h = h, .t = t};
	const char **said, **lines = NULL;
	size_t n_said = topology_lines(mem, h, t, &said), n_lines = 0;
	int height;

	place_nodes(&d);
	for (size_t i = 0; i < n_said; i++)
		n_lines = break_lines(mem, said[i], &lines, n_lines);
	height = d.height + (int)n_lines * LINE + MARGIN;
	(void)fprintf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-label=\"PCI functions and IOMMU groups\">\n",
	    WIDTH, height, WIDTH, height);
	(void)fputs("<style>text{font:13px sans-serif;fill:#1f2933}.small{font-size:11.5px;fill:#46525e}"
		    ".address{font-family:monospace;font-weight:bold}.number{text-anchor:end;fill:#46525e}"
		    ".group{fill:#f7f9fb}.way{fill:none;stroke:#8496a9;stroke-width:1.5}</style>\n"
		    "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
	    out);
	draw_legend(&d);
	draw_bands(&d);
	draw_ways(&d);
	for (size_t i = 0; i < t->n_nodes; i++)
		draw_node(&d, i);
	for (size_t i = 0; i < n_lines; i++)
		(void)fprintf(out, "<text x=\"%d\" y=\"%d\">%s</text>\n", MARGIN, d.height + (int)(i + 1) * LINE, xml(&d, lines[i]));
	(void)fputs("</svg>\n", out);
}
