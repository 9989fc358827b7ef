/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bridge says of itself, where a card would have a group of its own, and the tree of a host with its pictures. */
#include "tree.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/slots.h"
#include "judge/topology.h"
#include "judge/verdict.h"
#include "sys/read_host.h"
#include "text/pci_config.h"
#include "view/text.h"
#include "view/topology_view.h"

/* ---- configuration space ---- */

struct space {
	unsigned char bytes[PCI_CONFIG_SIZE];
	size_t size; /* what may be read */
};

static int get(void *data, unsigned at, unsigned char *buf, size_t size)
{
	const struct space *s = data;
	size_t n = at >= s->size ? 0 : s->size - at < size ? s->size - at : size;

	memcpy(buf, s->bytes + at, n);
	return (int)n;
}

static void put_16(struct space *s, unsigned at, unsigned value)
{
	s->bytes[at] = (unsigned char)value;
	s->bytes[at + 1] = (unsigned char)(value >> 8);
}

enum { AT_EXPRESS = 0x58, AT_ACS = 0x220 };

/* A port of that type (PCI_EXP_TYPE_…) with bus 3 below it; power management first in both lists. */
static struct space port(unsigned type, unsigned acs_can, unsigned acs_does)
{
	struct space s = {.size = PCI_CONFIG_SIZE};

	put_16(&s, 0x00, 0x8086);
	put_16(&s, 0x06, 0x0010);
	s.bytes[0x0e] = 0x81; /* a bridge, of several functions */
	s.bytes[0x19] = 3;
	s.bytes[0x34] = 0x40;
	put_16(&s, 0x40, AT_EXPRESS << 8 | 0x01);
	put_16(&s, AT_EXPRESS, 0x10);
	put_16(&s, AT_EXPRESS + 2, type << 4 | 2);
	put_16(&s, 0x100, 0x0001); /* errors */
	put_16(&s, 0x102, AT_ACS << 4 | 1);
	put_16(&s, AT_ACS, 0x000d);
	put_16(&s, AT_ACS + 2, 1);
	put_16(&s, AT_ACS + 4, acs_can);
	put_16(&s, AT_ACS + 6, acs_does);
	return s;
}

static enum acs_state acs_of(unsigned can, unsigned does)
{
	struct space s = port(4, can, does);

	return pci_config_parse(get, &s).acs;
}

static void a_port_says_which_end_it_is(void **state)
{
	static const enum port_kind kinds[16] = {
	    [4] = PORT_ROOT, [5] = PORT_UPSTREAM, [6] = PORT_DOWNSTREAM, [7] = PORT_CONVENTIONAL, [8] = PORT_CONVENTIONAL};

	(void)state;
	for (unsigned type = 0; type < 16; type++) {
		struct space s = port(type, 0x1f, 0x1d);
		struct pci_config c = pci_config_parse(get, &s);

		assert_int_equal(c.kind, kinds[type]);
		assert_int_equal(c.secondary_bus, 3);
	}
}

/* drivers/pci/pci.c, pci_acs_flags_enabled: what a port cannot control counts as on. */
static void acs_is_on_where_all_it_can_of_the_four_is(void **state)
{
	(void)state;
	assert_int_equal(acs_of(0x1f, 0x1d), ACS_ON); /* translation blocking is not asked for */
	assert_int_equal(acs_of(0x7f, 0x1f), ACS_ON);
	assert_int_equal(acs_of(0x1f, 0x00), ACS_OFF);
	for (unsigned bit = 0; bit < 5; bit++)
		assert_int_equal(acs_of(0x1f, 0x1fu & ~(1u << bit)), bit == 1 ? ACS_ON : ACS_OFF);
	assert_int_equal(acs_of(0x05, 0x05), ACS_ON);
	assert_int_equal(acs_of(0x00, 0x00), ACS_ON);
}

static void a_port_without_the_capability_has_none(void **state)
{
	struct space s = port(4, 0x1f, 0x1f), head = s;

	(void)state;
	put_16(&s, 0x102, 1); /* the list ends before it */
	assert_int_equal(pci_config_parse(get, &s).acs, ACS_NONE);
	/* No extended space at all. */
	head.size = PCI_CONFIG_HEAD;
	assert_int_equal(pci_config_parse(get, &head).acs, ACS_NONE);
}

static void what_may_not_be_read_is_not_known(void **state)
{
	struct space s = port(4, 0x1f, 0x1f), cut = s, off = s;
	struct pci_config c;

	(void)state;
	s.size = 64; /* all that others than root may read */
	c = pci_config_parse(get, &s);
	assert_int_equal(c.kind, PORT_UNKNOWN);
	assert_int_equal(c.acs, ACS_UNKNOWN);
	assert_int_equal(c.has_slot, TRI_UNKNOWN);
	assert_int_equal(c.secondary_bus, 3);
	cut.size = AT_ACS + 6;
	assert_int_equal(pci_config_parse(get, &cut).acs, ACS_UNKNOWN);
	memset(off.bytes, 0xff, sizeof(off.bytes));
	c = pci_config_parse(get, &off);
	assert_int_equal(c.secondary_bus, -1);
	assert_int_equal(c.acs, ACS_UNKNOWN);
	off = port(4, 0x1f, 0x1f);
	memset(off.bytes + 0x100, 0xff, 4);
	assert_int_equal(pci_config_parse(get, &off).acs, ACS_UNKNOWN);
}

static void lists_that_bite_their_tail_end(void **state)
{
	struct space s = port(4, 0x1f, 0x1f), extended = s;

	(void)state;
	put_16(&s, 0x40, 0x4001);
	assert_int_equal(pci_config_parse(get, &s).kind, PORT_CONVENTIONAL);
	put_16(&extended, 0x102, 0x100 << 4 | 1);
	assert_int_equal(pci_config_parse(get, &extended).acs, ACS_UNKNOWN);
}

static void a_port_says_whether_it_has_a_connector(void **state)
{
	struct space with = port(4, 0, 0), without = with;

	(void)state;
	put_16(&with, AT_EXPRESS + 2, 0x0142);
	assert_int_equal(pci_config_parse(get, &with).has_slot, TRI_YES);
	assert_int_equal(pci_config_parse(get, &without).has_slot, TRI_NO);
}

static void write_config(struct tree *t, const char *function, const struct space *s)
{
	FILE *f = fopen(arena_printf(&t->mem, "%s/sys/devices/pci0000:00/%s/config", t->root, function), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(s->bytes, 1, s->size, f), s->size);
	assert_int_equal(fclose(f), 0);
}

static void ports_are_read_unless_they_sleep(void **state)
{
	struct read_request request = {.facets = FACET_CONFIG, .attributes = 1u << ATTR_SLOT_BELOW};
	struct space s = port(4, 0x1f, 0x1f);
	struct err e = {0};
	struct tree t;
	struct host h;

	(void)state;
	tree_open(&t);
	tree_function(&t, "0000:00:01.0", 0x060400, "8086:1901", "pcieport");
	tree_function(&t, "0000:00:02.0", 0x060400, "8086:1901", "pcieport");
	write_config(&t, "0000:00:01.0", &s);
	write_config(&t, "0000:00:02.0", &s);
	tree_file(&t, "sys/devices/pci0000:00/0000:00:01.0/power_state", "D0\n");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:02.0/power_state", "D3cold\n");
	tree_file(&t, "sys/bus/pci/slots/PCIE1/address", "0000:03:00\n");
	tree_file(&t, "sys/bus/pci/slots/PCIE2/address", "0000:30:00\n");
	assert_int_equal(read_host(&t.real.sys, &t.mem, &request, &h, &e), 0);
	assert_int_equal(function_of(&h, "00:01.0")->config->acs, ACS_ON);
	assert_string_equal(function_of(&h, "00:01.0")->attributes[ATTR_SLOT_BELOW], "PCIE1");
	assert_null(function_of(&h, "00:02.0")->config);
	assert_null(function_of(&h, "00:02.0")->attributes[ATTR_SLOT_BELOW]);
	tree_done(&t);
}

/* ---- free slots ---- */

#define CARD {"0000:01:00.0", 0x030000, "10de:2204", 1, "nouveau", "0000:00:01.0"}, \
	{"0000:02:00.0", 0x020000, "8086:10d3", 1, "e1000e", "0000:00:02.0"}
#define PORTS {"0000:00:01.0", 0x060400, "8086:0001", 1, "pcieport"}, {"0000:00:02.0", 0x060400, "8086:0001", 1, "pcieport"}

static void a_free_port_alone_in_its_group_is_a_better_slot(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORTS, {"0000:00:1c.0", 0x060400, "8086:0002", 7, "pcieport"}, CARD);
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(t.n_slots, 1);
	assert_string_equal(h.functions[t.slots[0].port].name, "0000:00:1c.0");
	assert_int_equal(t.n_crowded, 1);
	assert_string_equal(h.functions[t.crowded[0]].name, "0000:01:00.0");
}

static void ports_that_share_a_group_or_are_used_are_none(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct free_slot *slots;
	struct host shared = HOST(&mem, PORTS, {"0000:00:1c.0", 0x060400, "8086:0002", 7, "pcieport"},
	    {"0000:00:1c.1", 0x060400, "8086:0002", 7, "pcieport"}, CARD);
	struct host used = HOST(&mem, PORTS, {"0000:00:1c.0", 0x060400, "8086:0002", 7, "pcieport"}, CARD,
	    {"0000:03:00.0", 0x010802, "144d:a808", 8, "nvme", "0000:00:1c.0"});
	struct host ungrouped = HOST(&mem, {"0000:00:1c.0", 0x060400, "8086:0002", GROUP_NONE, "pcieport"});

	(void)state;
	assert_int_equal(judge_free_slots(&mem, &shared, &slots), 0);
	assert_int_equal(judge_free_slots(&mem, &used, &slots), 0);
	assert_int_equal(judge_free_slots(&mem, &ungrouped, &slots), 0);
}

static void what_is_no_root_port_or_has_no_connector_is_none(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct free_slot *slots;
	struct host h = HOST(&mem, PORTS, {"0000:00:1c.0", 0x060400, "8086:0002", 7, "pcieport"},
	    {"0000:00:1e.0", 0x060401, "8086:244e", 8}, {"0000:00:1f.0", 0x060100, "8086:0003", 9}, CARD);
	struct pci_config config = {.kind = PORT_ROOT, .has_slot = TRI_NO};

	(void)state;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 1);
	h.functions[slots[0].port].config = &config;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 0);
	config.has_slot = TRI_YES;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 1);
	config.kind = PORT_CONVENTIONAL;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 0);
}

static void nothing_is_free_where_a_place_is_not_known(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct free_slot *slots;
	struct host h = HOST(&mem, {"0000:00:1c.0", 0x060400, "8086:0002", 7, "pcieport"},
	    {"0000:05:00.0", 0x020000, "8086:10d3", 9, "e1000e", "?"}, {"0001:00:01.0", 0x060400, "8086:0002", 12, "pcieport"});

	(void)state;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 1);
	assert_string_equal(h.functions[slots[0].port].name, "0001:00:01.0");
}

static void the_wider_slot_comes_first_and_one_with_a_label_before(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *narrow[ATTRIBUTES] = {[ATTR_MAX_LINK_WIDTH] = "4"}, *wide[ATTRIBUTES] = {[ATTR_MAX_LINK_WIDTH] = "16"};
	const char *labelled[ATTRIBUTES] = {[ATTR_MAX_LINK_WIDTH] = "1", [ATTR_SLOT_BELOW] = "7"};
	struct free_slot *slots;
	struct host h = HOST(&mem, {"0000:00:1c.0", 0x060400, "8086:0002", 7}, {"0000:00:1c.1", 0x060400, "8086:0002", 8},
	    {"0000:00:1c.2", 0x060400, "8086:0002", 9});

	(void)state;
	h.functions[0].attributes = narrow;
	h.functions[1].attributes = wide;
	h.functions[2].attributes = labelled;
	assert_int_equal(judge_free_slots(&mem, &h, &slots), 3);
	assert_int_equal(slots[0].port, 2);
	assert_int_equal(slots[1].port, 1);
	assert_int_equal(slots[1].lanes, 16);
	assert_int_equal(slots[2].port, 0);
}

/* A processor's own graphics go nowhere. */
static void no_slot_helps_what_is_part_of_the_processor(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:02.0", 0x030000, "8086:3e92", 1}, {"0000:00:08.1", 0x060400, "1022:1635", 3},
	    {"0000:00:14.0", 0x0c0330, "8086:a36d", 1}, {"0000:06:00.0", 0x030000, "1002:1636", 3, NULL, "0000:00:08.1"},
	    {"0000:06:00.2", 0x108000, "1022:15df", 3, NULL, "0000:00:08.1"},
	    {"0000:07:00.0", 0x010601, "1022:7901", 3, NULL, "0000:00:08.1"});
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(t.n_crowded, 0);
}

static void no_slot_helps_a_card_of_conventional_pci(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct pci_config config = {.kind = PORT_CONVENTIONAL};
	struct host h = HOST(&mem, PORTS, CARD);

	(void)state;
	assert_int_equal(judge_topology(&mem, &h, NULL, 0).n_crowded, 1);
	h.functions[0].config = &config;
	assert_int_equal(judge_topology(&mem, &h, NULL, 0).n_crowded, 0);
}

/* ---- the tree ---- */

static bool is_shown(const struct host *h, const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].function == index_of(h, name))
			return true;
	return false;
}

static struct topology_node node_of(const struct host *h, const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].function == index_of(h, name))
			return t->nodes[i];
	fail_msg("%s is not shown", name);
	return (struct topology_node){0};
}

static void each_node_stands_behind_the_one_above_it(void **state)
{
	cleanup_arena struct arena mem = {0};
	/* Bus numbers that say nothing of the order. */
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:0001", 1}, {"0000:00:02.0", 0x060400, "8086:0001", 2},
	    {"0000:01:00.0", 0x060400, "1002:1478", 3, NULL, "0000:05:00.0"},
	    {"0000:02:00.0", 0x030000, "1002:73bf", 4, NULL, "0000:01:00.0"},
	    {"0000:03:00.0", 0x010802, "144d:a808", 5, NULL, "0000:00:02.0"},
	    {"0000:05:00.0", 0x060400, "1002:1478", 3, NULL, "0000:00:01.0"});
	static const char *const order[] = {"00:01.0", "05:00.0", "01:00.0", "02:00.0", "00:02.0", "03:00.0"};
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(t.n_nodes, ARRAY_LEN(order));
	for (size_t i = 0; i < t.n_nodes; i++) {
		assert_int_equal(t.nodes[i].function, index_of(&h, order[i]));
		assert_true(t.nodes[i].parent < (int)i);
	}
	assert_int_equal(t.nodes[3].depth, 3);
	assert_int_equal(t.nodes[5].depth, 1);
	/* By their places alone: a switch is two bridges below a root port. */
	assert_int_equal(t.nodes[0].kind, PORT_ROOT);
	assert_int_equal(t.nodes[1].kind, PORT_UPSTREAM);
	assert_int_equal(t.nodes[2].kind, PORT_DOWNSTREAM);
	assert_int_equal(t.nodes[3].kind, PORT_NONE);
}

static void a_bridge_with_no_bridge_below_may_be_of_any_sort(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct pci_config config = {.kind = PORT_CONVENTIONAL};
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:0001", 1}, {"0000:01:00.0", 0x060400, "1b21:1080", 1, NULL, "0000:00:01.0"},
	    {"0000:02:00.0", 0x040100, "1102:0004", 1, NULL, "0000:01:00.0"});
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(node_of(&h, &t, "01:00.0").kind, PORT_UNKNOWN);
	h.functions[1].config = &config;
	t = judge_topology(&mem, &h, NULL, 0);
	assert_int_equal(node_of(&h, &t, "01:00.0").kind, PORT_CONVENTIONAL);
}

static void strangers_are_those_that_block_a_display_or_a_target(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORTS, CARD, {"0000:03:00.0", 0x010802, "144d:a808", 5});
	int network = index_of(&h, "02:00.0");
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(node_of(&h, &t, "02:00.0").stranger_of, index_of(&h, "01:00.0"));
	assert_int_equal(node_of(&h, &t, "01:00.0").stranger_of, -1);
	assert_true(node_of(&h, &t, "01:00.0").is_target);
	assert_int_equal(node_of(&h, &t, "03:00.0").stranger_of, -1);
	t = judge_topology(&mem, &h, &network, 1);
	assert_int_equal(node_of(&h, &t, "01:00.0").stranger_of, network);
	assert_int_equal(node_of(&h, &t, "02:00.0").stranger_of, -1);
}

static void with_targets_only_their_group_and_their_way_up_are_shown(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORTS, {"0000:00:1c.0", 0x060400, "8086:0002", 7}, CARD,
	    {"0000:03:00.0", 0x010802, "144d:a808", 8, "nvme", "0000:00:1c.0"});
	int card = index_of(&h, "01:00.0"), disk = index_of(&h, "03:00.0");
	struct topology t = judge_topology(&mem, &h, &card, 1);

	(void)state;
	assert_int_equal(t.n_nodes, 4);
	assert_false(is_shown(&h, &t, "03:00.0"));
	t = judge_topology(&mem, &h, &disk, 1);
	assert_int_equal(t.n_nodes, 2);
	assert_int_equal(t.nodes[0].function, index_of(&h, "00:1c.0"));
}

/* A recorded tree may say anything. */
static void a_ring_of_bridges_ends_and_all_are_shown(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x060400, "8086:0001", 1, NULL, "0000:02:00.0"},
	    {"0000:02:00.0", 0x060400, "8086:0001", 1, NULL, "0000:01:00.0"},
	    {"0000:03:00.0", 0x030000, "10de:2204", 1, NULL, "0000:02:00.0"},
	    {"0000:04:00.0", 0x060400, "8086:0001", 1, NULL, "0000:04:00.0"});
	int card = 2;
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	assert_int_equal(t.n_nodes, 4);
	for (size_t i = 0; i < t.n_nodes; i++)
		assert_true(t.nodes[i].parent < (int)i);
	t = judge_topology(&mem, &h, &card, 1);
	assert_int_equal(t.n_nodes, 4);
}

/* ---- pictures ---- */

#define HOSTILE "\"]; x [label=<b>&lt;\\N\\"

static struct host hostile_host(struct arena *mem, const char **attributes)
{
	struct host h = HOST(mem, PORTS, CARD);
	static const struct group_other other = {.name = HOSTILE};

	attributes[ATTR_SLOT] = HOSTILE "\033[31m";
	attributes[ATTR_LINK_SPEED] = HOSTILE;
	for (size_t i = 0; i < h.n_functions; i++) {
		h.functions[i].description = "</text><script>alert('" HOSTILE "')</script>\xff\xef\xbf\xbf";
		h.functions[i].driver = HOSTILE;
		h.functions[i].attributes = attributes;
	}
	group_of(&h, 1)->others = &other;
	group_of(&h, 1)->n_others = 1;
	return h;
}

static char *drawn(struct arena *mem, const struct host *h, void (*view)(FILE *, struct arena *, const struct host *, const struct topology *))
{
	struct topology t = judge_topology(mem, h, NULL, 0);
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	view(f, mem, h, &t);
	assert_int_equal(fclose(f), 0);
	copy = arena_strdup(mem, text);
	free(text);
	return copy;
}

/* Walks the text as Graphviz reads it: what stands outside of quotes must be our own words. */
static void names_never_leave_the_quotes_of_dot(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *attributes[ATTRIBUTES] = {0};
	struct host h = hostile_host(&mem, attributes);
	char *text = drawn(&mem, &h, view_topology_dot), *outside = arena_alloc(&mem, strlen(text) + 1);
	bool is_quoted = false;
	size_t n = 0;

	(void)state;
	for (char *p = text; *p; p++) {
		if (is_quoted && *p == '\\')
			p++;
		else if (*p == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted)
			outside[n++] = *p;
	}
	assert_false(is_quoted);
	assert_null(strstr(outside, "x ["));
	assert_null(strchr(outside, '<'));
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "\\\"]; x [label=<b>&amp;lt;\\\\N\\\\"));
}

static void names_never_become_tags_of_svg(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *attributes[ATTRIBUTES] = {0};
	struct host h = hostile_host(&mem, attributes);
	char *text = drawn(&mem, &h, view_topology_svg);

	(void)state;
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<b>"));
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\xff'));
	assert_null(strstr(text, "\xef\xbf\xbf"));
	assert_null(strstr(text, "&lt;b&gt;&lt;"));
	assert_non_null(strstr(text, "&quot;]; x [label=&lt;b&gt;&amp;lt;\\N\\"));
	assert_non_null(strstr(text, "&lt;/text&gt;&lt;script&gt;alert(&#39;"));
}

static void the_table_and_the_json_are_clean(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *attributes[ATTRIBUTES] = {0};
	struct host h = hostile_host(&mem, attributes);
	struct topology t = judge_topology(&mem, &h, NULL, 0);
	struct json_object *o = view_topology_json(&mem, &h, &t), *again;
	const struct list_style style = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(view_topology(f, &mem, &h, &t, &style), 0);
	assert_int_equal(fclose(f), 0);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\xff'));
	free(text);
	again = json_tokener_parse(json_object_to_json_string(o));
	assert_non_null(again);
	assert_null(strchr(json_object_to_json_string(o), '\xff'));
	json_object_put(again);
	json_object_put(o);
}

/* What is not known is left out; what nobody has makes no column. */
static void colours_come_only_where_they_are_wanted(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORTS, CARD);
	struct topology t = judge_topology(&mem, &h, NULL, 0);

	(void)state;
	for (int has_colour = 0; has_colour < 2; has_colour++) {
		const struct list_style style = {.has_colour = has_colour == 1, .width = has_colour == 1 ? 200 : 0};
		char *text = NULL;
		size_t size = 0;
		FILE *f = open_memstream(&text, &size);

		assert_int_equal(view_topology(f, &mem, &h, &t, &style), 0);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(strchr(text, '\033') != NULL, has_colour);
		assert_null(strstr(text, "ACS"));
		assert_null(strstr(text, "SLOT"));
		assert_non_null(strstr(text, "blocked, stranger to 0000:01:00.0"));
		assert_non_null(strstr(text, "better slot for 0000:01:00.0: none"));
		free(text);
	}
}

static void long_names_are_cut_between_letters(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(view_cut(&mem, "abcd", 4), "abcd");
	assert_string_equal(view_cut(&mem, "abcde", 4), "abc…");
	assert_string_equal(view_cut(&mem, "äöüßé", 4), "äöü…");
	assert_string_equal(view_cut(&mem, "äöüß", 4), "äöüß");
	assert_string_equal(view_cut(&mem, "ab", 1), "…");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_port_says_which_end_it_is),
	    T(acs_is_on_where_all_it_can_of_the_four_is),
	    T(a_port_without_the_capability_has_none),
	    T(what_may_not_be_read_is_not_known),
	    T(lists_that_bite_their_tail_end),
	    T(a_port_says_whether_it_has_a_connector),
	    T(ports_are_read_unless_they_sleep),
	    T(a_free_port_alone_in_its_group_is_a_better_slot),
	    T(ports_that_share_a_group_or_are_used_are_none),
	    T(what_is_no_root_port_or_has_no_connector_is_none),
	    T(nothing_is_free_where_a_place_is_not_known),
	    T(the_wider_slot_comes_first_and_one_with_a_label_before),
	    T(no_slot_helps_what_is_part_of_the_processor),
	    T(no_slot_helps_a_card_of_conventional_pci),
	    T(each_node_stands_behind_the_one_above_it),
	    T(a_bridge_with_no_bridge_below_may_be_of_any_sort),
	    T(strangers_are_those_that_block_a_display_or_a_target),
	    T(with_targets_only_their_group_and_their_way_up_are_shown),
	    T(a_ring_of_bridges_ends_and_all_are_shown),
	    T(names_never_leave_the_quotes_of_dot),
	    T(names_never_become_tags_of_svg),
	    T(the_table_and_the_json_are_clean),
	    T(colours_come_only_where_they_are_wanted),
	    T(long_names_are_cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
