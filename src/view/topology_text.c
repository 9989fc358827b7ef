/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/topology_text.h"

#include <string.h>

#include "base/str.h"
#include "view/text.h"

const struct look_row look_rows[LOOKS] = {
    [LOOK_READY] = {"can be handed over", "\033[32m", "#e4f4e6", "#2e7d32"},
    [LOOK_BLOCKED] = {"blocked", "\033[31m", "#fbe3e4", "#c62828"},
    [LOOK_STRANGER] = {"stranger: shares a group with a card it is no part of", "\033[33m", "#fff0d6", "#e07000"},
    [LOOK_UNKNOWN] = {"cannot tell", "\033[35m", "#f1e6f6", "#7b3f98"},
    [LOOK_BRIDGE] = {"bridge: stays with the host", "\033[2m", "#eef1f5", "#8496a9"},
};

enum node_look node_look(const struct topology_node *n)
{
	if (n->is_bridge)
		return LOOK_BRIDGE;
	/* A card that is asked about is first of all blocked itself. */
	if (n->stranger_of >= 0 && !n->is_target)
		return LOOK_STRANGER;
	if (n->answer == ANSWER_CANNOT_TELL)
		return LOOK_UNKNOWN;
	return n->answer == ANSWER_BLOCKED ? LOOK_BLOCKED : LOOK_READY;
}

const char *node_kind(const struct topology_node *n)
{
	static const char *const words[] = {
	    [PORT_UNKNOWN] = "bridge",
	    [PORT_NONE] = NULL,
	    [PORT_HOST_BRIDGE] = "host bridge",
	    [PORT_ROOT] = "root port",
	    [PORT_UPSTREAM] = "switch, up",
	    [PORT_DOWNSTREAM] = "switch, down",
	    [PORT_CONVENTIONAL] = "PCI bridge",
	};
	static_assert(ARRAY_LEN(words) == PORT_KINDS, "every kind has its words");

	return words[n->kind];
}

const char *node_verdict(struct arena *mem, const struct host *h, const struct topology_node *n)
{
	if (n->is_bridge)
		return NULL;
	if (n->stranger_of < 0)
		return answer_name(n->answer);
	return arena_printf(mem, "%s, stranger to %s", answer_name(n->answer), h->functions[n->stranger_of].name);
}

const char *node_acs(const struct host *h, const struct topology_node *n)
{
	const struct pci_config *config = h->functions[n->function].config;

	if (n->kind != PORT_ROOT && n->kind != PORT_DOWNSTREAM)
		return NULL;
	return config ? acs_state_name(config->acs) : NULL;
}

const char *node_attribute(struct arena *mem, const struct pci_function *f, enum attribute a)
{
	return f->attributes ? view_clean(mem, f->attributes[a]) : NULL;
}

/* "8.0 GT/s PCIe" is "8.0 GT/s". */
static const char *speed_words(struct arena *mem, const struct pci_function *f, enum attribute speed, enum attribute width)
{
	const char *fast = node_attribute(mem, f, speed), *wide = node_attribute(mem, f, width);
	const char *end = fast ? strstr(fast, " PCIe") : NULL;

	if (end)
		fast = arena_strndup(mem, fast, (size_t)(end - fast));
	if (!fast && !wide)
		return NULL;
	return arena_printf(mem, "%s%s%s%s", fast ? fast : "", fast && wide ? " " : "", wide ? "x" : "", wide ? wide : "");
}

const char *node_link(struct arena *mem, const struct pci_function *f)
{
	const char *now = speed_words(mem, f, ATTR_LINK_SPEED, ATTR_LINK_WIDTH);
	const char *most = speed_words(mem, f, ATTR_MAX_LINK_SPEED, ATTR_MAX_LINK_WIDTH);

	if (!now)
		return most ? arena_printf(mem, "down, up to %s", most) : NULL;
	return !most || str_eq(now, most) ? now : arena_printf(mem, "%s of %s", now, most);
}

const char *node_slot(struct arena *mem, const struct host *h, const struct topology_node *n)
{
	const struct pci_function *f = &h->functions[n->function];
	const char *slot = node_attribute(mem, f, ATTR_SLOT);

	return slot ? slot : node_attribute(mem, f, ATTR_SLOT_BELOW);
}

bool node_is_free(const struct topology *t, const struct topology_node *n)
{
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i].port == n->function)
			return true;
	return false;
}

static const char *join(struct arena *mem, const char *text, const char *label, const char *word)
{
	if (!word)
		return text;
	return arena_printf(mem, "%s%s%s%s", text, *text ? " · " : "", label, word);
}

const char *node_facts(struct arena *mem, const struct host *h, const struct topology *t, const struct topology_node *n)
{
	const struct pci_function *f = &h->functions[n->function];
	const char *text = "";

	text = join(mem, text, "", node_kind(n));
	text = join(mem, text, "", node_is_free(t, n) ? "free" : NULL);
	if (n->kind == PORT_ROOT || n->kind == PORT_DOWNSTREAM)
		text = join(mem, text, "ACS ", node_acs(h, n) ? node_acs(h, n) : "unknown");
	text = join(mem, text, "", node_verdict(mem, h, n));
	text = join(mem, text, "driver ", n->is_bridge ? NULL : view_clean(mem, f->driver));
	text = join(mem, text, "", node_link(mem, f));
	text = join(mem, text, "NUMA node ", node_attribute(mem, f, ATTR_NUMA_NODE));
	return join(mem, text, "slot ", node_slot(mem, h, n));
}

int *topology_node_of(struct arena *mem, const struct host *h, const struct topology *t)
{
	int *node_of = arena_alloc(mem, (h->n_functions + 1) * sizeof(*node_of));

	for (size_t i = 0; i < h->n_functions; i++)
		node_of[i] = -1;
	for (size_t i = 0; i < t->n_nodes; i++)
		node_of[t->nodes[i].function] = (int)i;
	return node_of;
}

bool topology_shows_group(const struct iommu_group *g, const int *node_of)
{
	for (size_t i = 0; i < g->n_functions; i++)
		if (node_of[g->functions[i]] >= 0)
			return true;
	return false;
}

bool topology_is_crowded(const struct topology *t, const struct iommu_group *g, const int *node_of)
{
	for (size_t i = 0; i < g->n_functions; i++)
		if (node_of[g->functions[i]] >= 0 && t->nodes[node_of[g->functions[i]]].stranger_of >= 0)
			return true;
	return false;
}

static const char *better_slot(struct arena *mem, const struct host *h, const struct topology *t)
{
	enum { NAMED = 3 };
	const char *cards = "", *ports = "";

	for (size_t i = 0; i < t->n_crowded; i++)
		cards = arena_printf(mem, "%s%s%s", cards, i > 0 ? ", " : "", h->functions[t->crowded[i]].name);
	for (size_t i = 0; i < t->n_slots && i < NAMED; i++)
		ports = arena_printf(mem, "%s%s%s", ports, i > 0 ? ", or " : "", view_clean(mem, free_slot_words(mem, h, &t->slots[i])));
	if (t->n_slots == 0)
		return arena_printf(mem, "better slot for %s: none that is known to be free and has a group of its own", cards);
	return arena_printf(mem,
	    "better slot for %s: below root port %s; nothing is there, and its IOMMU group holds nothing else", cards, ports);
}

size_t topology_lines(struct arena *mem, const struct host *h, const struct topology *t, const char ***ret)
{
	const int *node_of = topology_node_of(mem, h, t);
	const char **lines = NULL;
	size_t n = 0;

	for (size_t i = 0; i < h->n_groups; i++) {
		const struct iommu_group *g = &h->groups[i];

		for (size_t k = 0; k < g->n_others && topology_shows_group(g, node_of); k++)
			*ARENA_PUSH(mem, lines, n) = arena_printf(
			    mem, "group %d also holds %s, which is no PCI function", g->number, view_clean(mem, g->others[k].name));
	}
	if (t->n_crowded > 0)
		*ARENA_PUSH(mem, lines, n) = better_slot(mem, h, t);
	*ret = lines;
	return n;
}
