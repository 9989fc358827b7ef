/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/claim.h"
#include "sys/read_host.h"
#include "view/host_view.h"

/* What could not be read is said, but the rest is shown all the same. */
static void warn_of_trouble(const struct host *h)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].trouble)
			(void)fprintf(stderr, "passthru: %s\n", h->functions[i].trouble);
}

static bool parse_vendor(const char *word, struct function_filter *ret)
{
	static const struct {
		const char *word;
		uint16_t id;
	} known[] = {{"nvidia", 0x10de}, {"amd", 0x1002}, {"intel", 0x8086}};
	uint64_t number;

	ret->has_vendor = true;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcasecmp(known[i].word, word) == 0) {
			ret->vendor = known[i].id;
			return true;
		}
	if (strlen(word) != 4 || !str_number(word, 16, 0xffff, &number))
		return false;
	ret->vendor = (uint16_t)number;
	return true;
}

static int parse_filter(const struct cli *c, struct function_filter *ret)
{
	uint64_t number;

	ret->driver = c->driver;
	if (c->class_word && !function_filter_class(c->class_word, ret))
		return cli_usage(c, function_filter_class_words, "%s is no class", c->class_word);
	if (c->vendor && !parse_vendor(c->vendor, ret))
		return cli_usage(c, "four hex digits, or nvidia, amd, intel", "%s is no vendor", c->vendor);
	if (!c->group)
		return EXIT_OK;
	if (!str_number(c->group, 10, INT32_MAX, &number))
		return cli_usage(c, NULL, "%s is no number of an IOMMU group", c->group);
	ret->has_group = true;
	ret->group = (int)number;
	return EXIT_OK;
}

static int usage_columns(const struct cli *c, const char *bad)
{
	const char *known = "";

	for (size_t i = 0; i < n_function_fields; i++)
		known = arena_printf(c->mem, "%s%s%s", known, i > 0 ? ", " : "", function_fields[i].key);
	return cli_usage(c, arena_printf(c->mem, "known: %s", known), "there is no column %s", bad);
}

static int show_list(struct cli *c, const struct host *h, const struct function_columns *columns)
{
	struct list_style style = {.width = cli_width(), .has_colour = cli_has_colour(), .is_tree = c->is_tree};

	if (c->is_json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "version", json_object_new_int(1));
		json_object_object_add(o, "functions", view_functions_json(c->mem, h, columns));
		view_json(stdout, o);
		return EXIT_OK;
	}
	return cli_table(view_functions_table(stdout, c->mem, h, columns, &style));
}

static int run_list(struct cli *c)
{
	struct function_filter filter = {0};
	struct read_request request = {.filter = &filter};
	struct function_columns columns;
	struct err e = {0};
	struct claims claims = {0};
	bool needs_claims;
	const char *bad;
	struct flow f;
	struct host h;
	struct sys *s;
	int code = parse_filter(c, &filter);

	if (code != EXIT_OK)
		return code;
	if (!view_parse_columns(c->mem, c->output, &columns, &bad))
		return usage_columns(c, bad);
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	request.attributes = view_columns_attributes(&columns);
	needs_claims = view_columns_need_claims(&columns);
	request.facets = (needs_claims ? FACET_PATH : 0u) | (view_columns_need_names(&columns) ? FACET_NAMES : 0u) | (c->is_tree ? FACET_PARENTS : 0u);
	if (flow_look(&f, &request, &h, &e) < 0 || (needs_claims && flow_mark_claims(&f, &h, &claims, &e) < 0)) {
		code = cli_fail(c, &e, EXIT_FAILED);
	} else {
		code = show_list(c, &h, &columns);
		warn_of_trouble(&h);
		cli_warn_of_claims(c, &claims);
	}
	flow_close(s);
	return code;
}

const struct cmd cmd_list = {
    .name = "list",
    .args = "",
    .summary = "PCI functions with their IOMMU group, VFIO group and driver",
    .description = "One line a function. VFIO GROUP is filled where the group's node is there under /dev/vfio,\n"
		   "that is, once a function of the group is with a VFIO driver. Needs no root.",
    .examples =
	(const char *const[]){
	    "passthru list", "what is in this machine",
	    "passthru list --class gpu -o +slot,numa_node,link_width,max_link_width", "where the GPUs sit, and how fast",
	    "passthru list --tree", "functions below their bridges",
	    "passthru list --driver vfio-pci --json", "what is handed over, for a program",
	    "passthru --root ./recorded list", "what was in a recorded machine",
	    "passthru --dump paste.txt list", "what is in the machine of a forum post",
	    NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_DUMP) | HAS(OPT_JSON) | HAS(OPT_OUTPUT) | HAS(OPT_TREE) | HAS(OPT_CLASS) |
	HAS(OPT_ONLY_DRIVER) | HAS(OPT_GROUP) | HAS(OPT_VENDOR),
    .run = run_list,
};
