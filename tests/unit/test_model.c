/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model/: addresses, plans, and plans as JSON. */
#include "check.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/plan.h"
#include "model/unit.h"
#include "model/wish.h"

/* ---- addresses ---- */

static void check_addr(const char *text, const char *want)
{
	struct pci_addr addr;
	char buf[PCI_ADDR_TEXT];

	assert_true(pci_addr_parse(text, &addr));
	assert_string_equal(pci_addr_format(addr, buf), want);
}

static void addresses_have_a_short_and_a_long_form(void **state)
{
	(void)state;
	check_addr("0000:01:00.0", "0000:01:00.0");
	check_addr("01:00.0", "0000:01:00.0");
	check_addr("0000:ff:1f.7", "0000:ff:1f.7");
	check_addr("0000:AB:0C.1", "0000:ab:0c.1");
	check_addr("abCD:eF:1F.7", "abcd:ef:1f.7");
}

static void domains_may_have_more_than_four_digits(void **state)
{
	(void)state;
	check_addr("10000:e1:00.0", "10000:e1:00.0");
	check_addr("ffffffff:ff:1f.7", "ffffffff:ff:1f.7");
	check_addr("00010000:e1:00.0", "10000:e1:00.0");
}

static void junk_is_no_address(void **state)
{
	static const char *const junk[] = {"", ":", "::", "01:00", "01:00.", "01:00.8", "01:20.0", "1:00.0", "001:00.0",
	    "000:01:00.0", "100000000:01:00.0", "0000:01:00.0 ", " 0000:01:00.0", "0000:01:00.0\n", "0000:01:00.00",
	    "0000:0g:00.0", "0000:01:00:0", "0000-01-00.0", "0000:01:00.x", "0000:01:00.0/..", "../../etc", "0000::01:00.0",
	    "0x00:01:00.0", "+000:01:00.0", "01.00.0", "01:00.0:01:00.0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		struct pci_addr addr = {.bus = 0x55};

		if (pci_addr_parse(junk[i], &addr))
			fail_msg("\"%s\" passes", junk[i]);
		assert_int_equal(addr.bus, 0x55);
	}
}

static void addresses_are_ordered_as_they_are_listed(void **state)
{
	static const char *const sorted[] = {"0000:00:00.0", "0000:00:00.7", "0000:00:01.0", "0000:01:00.0", "0001:00:00.0",
	    "10000:00:00.0", "ffffffff:00:00.0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
			int order = pci_addr_cmp(addr_of(sorted[i]), addr_of(sorted[k]));

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
}

static void functions_of_a_slot_differ_in_the_function_only(void **state)
{
	(void)state;
	assert_true(pci_addr_same_slot(addr_of("01:00.0"), addr_of("01:00.7")));
	assert_false(pci_addr_same_slot(addr_of("01:00.0"), addr_of("01:01.0")));
	assert_false(pci_addr_same_slot(addr_of("01:00.0"), addr_of("02:00.0")));
	assert_false(pci_addr_same_slot(addr_of("01:00.0"), addr_of("0001:01:00.0")));
}

/* ---- plans ---- */

static struct value binding(const char *driver, const char *driver_override)
{
	return (struct value){.driver = driver, .driver_override = driver_override};
}

/* One of each. */
static struct plan sample(struct arena *mem)
{
	struct plan p = {0};

	plan_add_require(mem, &p, KIND_IDENTITY, "0000:01:00.0", (struct value){.text = "10de:2204 class 030000"});
	plan_add_require(mem, &p, KIND_UNHELD, "/dev/vfio/5", (struct value){.flag = true});
	plan_add_move(mem, &p, KIND_MODULE, "vfio_pci", (struct value){.flag = false}, (struct value){.flag = true});
	plan_add_move(mem, &p, KIND_BINDING, "0000:01:00.1", binding("snd_hda_intel", NULL), binding("vfio-pci", "vfio-pci"));
	plan_add_move(mem, &p, KIND_BINDING, "10000:01:00.0", binding(NULL, "none"), binding("Serial driver", NULL));
	plan_add_move(mem, &p, KIND_UNIT, "gdm.service", (struct value){.flag = true}, (struct value){.flag = false});
	plan_add_move(mem, &p, KIND_UNIT, "1000/pipewire.socket", (struct value){.flag = true}, (struct value){.flag = false});
	plan_add_await(mem, &p, KIND_NODE, "/dev/vfio/noiommu-0", (struct value){.flag = true}, 5000);
	plan_add_require(mem, &p, KIND_VIABLE, "5", (struct value){.flag = true});
	plan_add_require(mem, &p, KIND_UNUSED, "0000:01:00.0", (struct value){.flag = true});
	plan_add_await(mem, &p, KIND_UNUSED, "0000:01:00.1", (struct value){.flag = true}, 20000);
	return p;
}

static void what_is_as_wanted_is_no_move(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = {0};

	(void)state;
	plan_add_move(&mem, &p, KIND_BINDING, "0000:01:00.0", binding("a", "b"), binding("a", "b"));
	plan_add_move(&mem, &p, KIND_BINDING, "0000:01:00.0", binding(NULL, NULL), binding(NULL, NULL));
	plan_add_move(&mem, &p, KIND_MODULE, "m", (struct value){.flag = true}, (struct value){.flag = true});
	assert_int_equal(p.n_steps, 0);
	plan_add_move(&mem, &p, KIND_BINDING, "0000:01:00.0", binding("a", "b"), binding("a", NULL));
	plan_add_move(&mem, &p, KIND_BINDING, "0000:01:00.0", binding("a", "b"), binding(NULL, "b"));
	assert_int_equal(p.n_steps, 2);
}

static void assert_same_step(const struct step *a, const struct step *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->back, b->back);
	assert_string_equal(a->target, b->target);
	assert_true(value_equal(a->kind, &a->have, &b->have));
	assert_true(value_equal(a->kind, &a->want, &b->want));
	assert_int_equal(a->limit_ms, b->limit_ms);
}

static void the_inverse_runs_backwards_and_has_no_conditions(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = sample(&mem), inverse = plan_inverse(&mem, &p);

	(void)state;
	assert_int_equal(inverse.n_steps, 5);
	assert_string_equal(inverse.steps[0].target, "1000/pipewire.socket");
	assert_true(inverse.steps[0].want.flag);
	assert_string_equal(inverse.steps[1].target, "gdm.service");
	assert_string_equal(inverse.steps[2].target, "10000:01:00.0");
	assert_string_equal(inverse.steps[2].want.driver_override, "none");
	assert_null(inverse.steps[2].want.driver);
	assert_string_equal(inverse.steps[3].want.driver, "snd_hda_intel");
	assert_null(inverse.steps[3].want.driver_override);
	assert_string_equal(inverse.steps[4].target, "vfio_pci");
	assert_false(inverse.steps[4].want.flag);
	assert_int_equal(plan_count_moves(&p), 5);
}

static void the_inverse_of_the_inverse_is_the_moves_again(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = sample(&mem), once = plan_inverse(&mem, &p), twice = plan_inverse(&mem, &once);
	size_t k = 0;

	(void)state;
	for (size_t i = 0; i < p.n_steps; i++)
		if (p.steps[i].type == STEP_MOVE)
			assert_same_step(&p.steps[i], &twice.steps[k++]);
	assert_int_equal(k, twice.n_steps);
}

static void values_are_said_in_words(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct value yes = {.flag = true}, no = {.flag = false}, none = {0}, parked = binding(NULL, "none");

	(void)state;
	assert_string_equal(value_describe(&mem, KIND_BINDING, &none), "no driver");
	assert_string_equal(value_describe(&mem, KIND_BINDING, &parked), "no driver (driver_override none)");
	assert_string_equal(value_describe(&mem, KIND_MODULE, &yes), "loaded");
	for (int kind = KIND_MODULE; kind < KINDS; kind++)
		if (kind_value_type((enum kind)kind) == VALUE_FLAG)
			assert_string_not_equal(value_describe(&mem, (enum kind)kind, &yes), value_describe(&mem, (enum kind)kind, &no));
}

static void fewer_uses_are_within_those_seen_and_others_are_not(void **state)
{
	static const char seen[] = "mount: /data on nvme0n1p1; mount: /srv on nvme0n1p2";

	(void)state;
	assert_true(uses_are_within(seen, seen));
	assert_true(uses_are_within("", seen));
	assert_true(uses_are_within("", ""));
	assert_true(uses_are_within("mount: /srv on nvme0n1p2", seen));
	assert_false(uses_are_within("mount: /srv", seen));
	assert_false(uses_are_within("mount: /srv on nvme0n1p2 too", seen));
	assert_false(uses_are_within("mount: /srv on nvme0n1p2; mount: /home on nvme0n1p3", seen));
	assert_false(uses_are_within("mount: /srv on nvme0n1p2", ""));
}

/* ---- JSON ---- */

static int parse_plan(struct arena *mem, const char *text, struct plan *ret)
{
	struct json_object *o = json_tokener_parse(text);
	struct err e = {0};
	int r = plan_from_json(mem, o, ret, &e);

	if (r < 0)
		assert_int_not_equal(e.what[0], '\0');
	(void)json_object_put(o);
	return r;
}

static void a_plan_survives_json(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = sample(&mem), q = {0};
	struct json_object *o = plan_to_json(&p);

	(void)state;
	assert_int_equal(parse_plan(&mem, json_object_to_json_string(o), &q), 0);
	(void)json_object_put(o);
	assert_int_equal(q.n_steps, p.n_steps);
	for (size_t i = 0; i < p.n_steps; i++)
		assert_same_step(&p.steps[i], &q.steps[i]);
}

static void an_empty_plan_survives_json(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan q = {0};

	(void)state;
	assert_int_equal(parse_plan(&mem, "{\"steps\":[],\"derived\":[]}", &q), 0);
	assert_int_equal(q.n_steps, 0);
}

#define MOVE(kind, target, have, want)                                                                                 \
	"{\"step\":\"move\",\"kind\":\"" kind "\",\"target\":\"" target "\",\"have\":" have ",\"want\":" want             \
	",\"back\":\"exact\"}"
#define PAGES(n, short_by) "{\"pages\":" n ",\"short_by\":" short_by "}"
#define UNBOUND "{\"driver\":null,\"driver_override\":null}"
#define BOUND(d, o) "{\"driver\":" d ",\"driver_override\":" o "}"
#define AWAIT(target, limit)                                                                                           \
	"{\"step\":\"await\",\"kind\":\"node\",\"target\":\"" target "\",\"have\":null,\"want\":true,\"back\":null,"     \
	"\"limit_ms\":" limit "}"
#define REQUIRE(kind, target, want)                                                                                    \
	"{\"step\":\"require\",\"kind\":\"" kind "\",\"target\":\"" target "\",\"have\":null,\"want\":" want ",\"back\":null}"

static int parse_step(const char *step)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = {0};

	return parse_plan(&mem, arena_printf(&mem, "{\"steps\":[%s],\"derived\":[]}", step), &p);
}

static void steps_as_we_write_them_pass(void **state)
{
	static const char *const good[] = {
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"vfio-pci\"", "\"vfio-pci\"")),
	    MOVE("module", "vfio_pci", "false", "true"),
	    MOVE("reset", "0000:01:00.0", "\"flr pm\"", "\"pm\""),
	    MOVE("unit", "gdm.service", "true", "false"),
	    MOVE("unit", "1000/pipewire.socket", "true", "false"),
	    MOVE("unit", "0/nvidia\\\\x2dpersistenced@a:b.service", "false", "true"),
	    MOVE("hugepages", "node0/2048kB", PAGES("0", "0"), PAGES("8", "3")),
	    MOVE("hugepages", "2048kB", PAGES("8", "0"), PAGES("0", "0")),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 660\""),
	    MOVE("access", "/dev/vfio/5", "\"4294967294:0 0\"", "\"0:0 7777\""),
	    AWAIT("/dev/vfio/5", "5000"),
	    AWAIT("/dev/vfio/noiommu-0", "0"),
	    REQUIRE("identity", "0000:01:00.0", "\"10de:2204 class 030000\""),
	    REQUIRE("unheld", "/dev/vfio/5", "true"),
	    REQUIRE("viable", "5", "true"),
	    REQUIRE("unused", "0000:01:00.0", "true"),
	    "{\"step\":\"await\",\"kind\":\"unused\",\"target\":\"0000:01:00.0\",\"want\":true,\"limit_ms\":20000}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (parse_step(good[i]) != 0)
			fail_msg("refused: %s", good[i]);
}

static void steps_we_would_not_write_are_refused(void **state)
{
	static const char *const bad[] = {
	    "null", "1", "\"x\"", "[]", "{}",
	    MOVE("file", "/etc/passwd", "null", "null"),
	    MOVE("", "0000:01:00.0", UNBOUND, UNBOUND),
	    MOVE("Binding", "0000:01:00.0", UNBOUND, UNBOUND),
	    /* the wrong type of step */
	    REQUIRE("binding", "0000:01:00.0", UNBOUND),
	    REQUIRE("node", "/dev/vfio/5", "true"),
	    MOVE("viable", "5", "true", "true"),
	    MOVE("node", "/dev/vfio/5", "true", "true"),
	    /* targets outside their grammar */
	    MOVE("binding", "../../etc", UNBOUND, UNBOUND),
	    MOVE("binding", "01:00.0", UNBOUND, UNBOUND),
	    MOVE("binding", "0000:01:00.A", UNBOUND, UNBOUND),
	    MOVE("binding", "0000:0A:00.0", UNBOUND, UNBOUND),
	    MOVE("binding", "00000001:00:00.0", UNBOUND, UNBOUND),
	    MOVE("binding", "0000:01:00.0/../x", UNBOUND, UNBOUND),
	    MOVE("binding", "", UNBOUND, UNBOUND),
	    MOVE("binding", "0000:01:00.0\\u0000", UNBOUND, UNBOUND),
	    MOVE("module", "../vfio", "false", "true"),
	    MOVE("hugepages", "../2048kB", PAGES("0", "0"), PAGES("8", "0")),
	    MOVE("hugepages", "node0/../2048kB", PAGES("0", "0"), PAGES("8", "0")),
	    MOVE("hugepages", "node0/2048kB", PAGES("0", "0"), PAGES("-1", "0")),
	    MOVE("hugepages", "node0/2048kB", PAGES("0", "0"), PAGES("8", "9")),
	    MOVE("hugepages", "node0/2048kB", PAGES("0", "0"), PAGES("99999999999", "0")),
	    MOVE("hugepages", "node0/2048kB", PAGES("0", "0"), "8"),
	    MOVE("module", "vfio.ko", "false", "true"),
	    MOVE("module", "vfio pci", "false", "true"),
	    MOVE("module", "", "false", "true"),
	    REQUIRE("unheld", "/dev/mem", "true"),
	    REQUIRE("unheld", "/dev/vfio/../mem", "true"),
	    REQUIRE("unheld", "/dev/vfio/", "true"),
	    REQUIRE("unheld", "/dev/vfio/vfio", "true"),
	    REQUIRE("unheld", "dev/vfio/5", "true"),
	    REQUIRE("unused", "/dev/dri/card0", "true"),
	    REQUIRE("unused", "01:00.0", "true"),
	    MOVE("unused", "0000:01:00.0", "false", "true"),
	    "{\"step\":\"await\",\"kind\":\"viable\",\"target\":\"5\",\"want\":true,\"limit_ms\":5}",
	    "{\"step\":\"await\",\"kind\":\"unused\",\"target\":\"0000:01:00.0\",\"want\":true}",
	    REQUIRE("viable", "-1", "true"),
	    REQUIRE("viable", "../5", "true"),
	    REQUIRE("viable", "99999999999", "true"),
	    AWAIT("/dev/vfio/5x", "5000"),
	    MOVE("unit", "../gdm.service", "true", "false"),
	    MOVE("unit", "1000/../gdm.service", "true", "false"),
	    MOVE("unit", "gdm", "true", "false"),
	    MOVE("unit", "gdm.service", "null", "false"),
	    REQUIRE("unit", "gdm.service", "true"),
	    /* values outside theirs */
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"a/b\"", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"..\"", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"\"", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"a\\u0000b\"", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("\"a\\nb\"", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("1", "null")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, BOUND("null", "\"a/b\"")),
	    MOVE("binding", "0000:01:00.0", UNBOUND, "{\"driver\":null}"),
	    MOVE("binding", "0000:01:00.0", UNBOUND, "null"),
	    MOVE("binding", "0000:01:00.0", "null", UNBOUND),
	    MOVE("binding", "0000:01:00.0", "true", "true"),
	    MOVE("module", "vfio", "0", "1"),
	    MOVE("module", "vfio", "null", "true"),
	    REQUIRE("identity", "0000:01:00.0", "true"),
	    REQUIRE("identity", "0000:01:00.0", "null"),
	    REQUIRE("viable", "5", "\"yes\""),
	    MOVE("reset", "0000:01:00.0", "null", "\"pm\""),
	    MOVE("reset", "0000:01:00.0", "\"flr\"", "\"pm\\n\""),
	    MOVE("reset", "0000:01:00.0", "\"flr\"", "\"../x\""),
	    MOVE("reset", "../../etc", "\"flr\"", "\"pm\""),
	    MOVE("access", "/dev/vfio/vfio", "\"\"", "\"1000:108 660\""),
	    MOVE("access", "/dev/vfio/../mem", "\"\"", "\"1000:108 660\""),
	    MOVE("access", "/dev/vfio/5", "null", "\"1000:108 660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "true"),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000 660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 \""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 0660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 680\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 10000\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"01000:108 660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"-1:108 660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"4294967295:108 660\""),
	    MOVE("access", "/dev/vfio/5", "\"\"", "\"1000:108 660 \""),
	    REQUIRE("access", "/dev/vfio/5", "\"1000:108 660\""),
	    /* limits */
	    AWAIT("/dev/vfio/5", "-1"),
	    AWAIT("/dev/vfio/5", "1.5"),
	    AWAIT("/dev/vfio/5", "\"5\""),
	    AWAIT("/dev/vfio/5", "99999999999"),
	    "{\"step\":\"await\",\"kind\":\"node\",\"target\":\"/dev/vfio/5\",\"want\":true}",
	    /* the way back */
	    "{\"step\":\"move\",\"kind\":\"module\",\"target\":\"vfio\",\"have\":false,\"want\":true}",
	    "{\"step\":\"move\",\"kind\":\"module\",\"target\":\"vfio\",\"have\":false,\"want\":true,\"back\":\"maybe\"}",
	    "{\"step\":\"move\",\"kind\":\"module\",\"target\":\"vfio\",\"want\":true,\"back\":\"exact\"}",
	    "{\"step\":\"move\",\"kind\":\"module\",\"target\":5,\"have\":false,\"want\":true,\"back\":\"exact\"}",
	    "{\"step\":\"move\",\"kind\":5,\"target\":\"vfio\",\"have\":false,\"want\":true,\"back\":\"exact\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (parse_step(bad[i]) != -EINVAL)
			fail_msg("passes: %s", bad[i]);
}

static void what_holds_no_steps_is_refused(void **state)
{
	static const char *const bad[] = {"null", "[]", "1", "{}", "{\"steps\":null}", "{\"steps\":{}}", "{\"steps\":\"x\"}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cleanup_arena struct arena mem = {0};
		struct plan p = {0};

		assert_int_equal(parse_plan(&mem, bad[i], &p), -EINVAL);
	}
}

static int parse_many(int n)
{
	cleanup_arena struct arena mem = {0};
	struct json_object *o = json_object_new_object(), *steps = json_object_new_array();
	struct plan p = {0};
	struct err e = {0};
	int r;

	for (int i = 0; i < n; i++)
		(void)json_object_array_add(steps, json_tokener_parse(MOVE("module", "vfio", "false", "true")));
	(void)json_object_object_add(o, "steps", steps);
	r = plan_from_json(&mem, o, &p, &e);
	(void)json_object_put(o);
	return r;
}

static void unit_names_have_a_strict_grammar(void **state)
{
	static const char *const good[] = {
	    "gdm.service", "a.b.service", "user@1000.service", "dev-disk-by\\x2did.socket", "graphical.target",
	    "A:b_c.timer", "x.path",
	};
	static const char *const bad[] = {
	    "", ".", ".service", "gdm", "gdm.", "gdm.servic", "gdm.services", "gdm.service ", " gdm.service",
	    "gdm.service\n", "a b.service", "a/b.service", "/a.service", "..service", "a..service", "a$b.service",
	    "a%b.service", "\xc3\xa4.service", "getty@.service", "@a.service", "a.mount", "session-2.scope", "a.slice",
	    "dev-sda.device", "--root=x",
	};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!unit_name_is_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (unit_name_is_valid(bad[i]))
			fail_msg("passed: %s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + UNIT_NAME_MAX - 8, ".service", 9);
	assert_true(unit_name_is_valid(longest));
	longest[UNIT_NAME_MAX - 8] = 'a';
	memcpy(longest + UNIT_NAME_MAX - 7, ".service", 9);
	assert_false(unit_name_is_valid(longest));
}

static void a_users_unit_is_told_from_the_systems(void **state)
{
	static const char *const bad[] = {
	    "/a.service", "01/a.service", "00/a.service", "-1/a.service", "+1/a.service", "1000/", "1000//a.service",
	    "1000/1000/a.service", "root/a.service", "4294967295/a.service", "65535/a.service", "4294968296/a.service",
	    "99999999999999999999/a.service", "1000/a", "1000/../a.service",
	};
	const char *name = NULL;
	char longest[300];
	bool is_user = true;
	unsigned uid = 7;

	(void)state;
	assert_true(unit_target_parse("gdm.service", &name, &is_user, &uid));
	assert_string_equal(name, "gdm.service");
	assert_false(is_user);
	assert_true(unit_target_parse("1000/pipewire.socket", &name, &is_user, &uid));
	assert_string_equal(name, "pipewire.socket");
	assert_true(is_user);
	assert_int_equal(uid, 1000);
	assert_true(unit_target_parse("0/a.service", &name, &is_user, &uid));
	assert_true(is_user);
	assert_int_equal(uid, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (unit_target_parse(bad[i], &name, &is_user, &uid))
			fail_msg("passed: %s", bad[i]);
	/* As long as the journal can hold, and one more. */
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "1000/", 5);
	memcpy(longest + UNIT_NAME_MAX - 8, ".service", 9);
	assert_true(unit_target_parse(longest, &name, &is_user, &uid));
	longest[UNIT_NAME_MAX - 8] = 'a';
	memcpy(longest + UNIT_NAME_MAX - 7, ".service", 9);
	assert_false(unit_target_parse(longest, &name, &is_user, &uid));
}

static void the_longest_unit_survives_json(void **state)
{
	cleanup_arena struct arena mem = {0};
	char longest[UNIT_NAME_MAX + 1];
	struct plan p = {0}, q = {0};
	struct json_object *o;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "1000/", 5);
	memcpy(longest + UNIT_NAME_MAX - 8, ".service", 9);
	plan_add_move(&mem, &p, KIND_UNIT, longest, (struct value){.flag = true}, (struct value){0});
	o = plan_to_json(&p);
	assert_int_equal(parse_plan(&mem, json_object_to_json_string(o), &q), 0);
	(void)json_object_put(o);
	assert_true(plan_equal(&p, &q));
}

static void more_than_4096_steps_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_many(4096), 0);
	assert_int_equal(parse_many(4097), -EINVAL);
}

static void a_target_of_a_thousand_letters_is_refused(void **state)
{
	char step[2000], name[1001];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(step, sizeof(step),
	    "{\"step\":\"require\",\"kind\":\"identity\",\"target\":\"0000:01:00.0\",\"want\":\"%s\"}", name);
	assert_int_equal(parse_step(step), -EINVAL);
}

/* ---- wishes ---- */

static int parse_wish(struct arena *mem, const char *text, struct bind_wish *ret)
{
	struct json_object *o = json_tokener_parse(text);
	struct err e = {0};
	int r = wish_from_json(mem, o, ret, &e);

	(void)json_object_put(o);
	return r;
}

static void a_wish_survives_json(void **state)
{
	struct pci_addr targets[] = {addr_of("01:00.0"), addr_of("10000:e1:00.0")}, parked[] = {addr_of("02:00.0")};
	struct allowance allowed[] = {{.id = "stranger", .addr = parked[0]}, {.id = "display", .is_of_all = true}};
	struct bind_wish wish = {.verb = VERB_BIND, .targets = targets, .n_targets = 2, .driver = "pci-stub", .allowed = allowed,
	    .n_allowed = 2, .reset_method = "flr", .user = "ann:108", .uid = 7, .gid = 8};
	struct json_object *o = wish_to_json(&wish);
	cleanup_arena struct arena mem = {0};
	struct bind_wish back = {0};

	(void)state;
	assert_int_equal(parse_wish(&mem, json_object_to_json_string(o), &back), 0);
	(void)json_object_put(o);
	assert_int_equal(back.verb, VERB_BIND);
	assert_int_equal(back.n_targets, 2);
	assert_int_equal(pci_addr_cmp(back.targets[1], targets[1]), 0);
	assert_string_equal(back.driver, "pci-stub");
	assert_int_equal(back.n_allowed, 2);
	assert_true(wish_allows(&back, "stranger", parked[0]));
	assert_false(wish_allows(&back, "stranger", targets[0]));
	assert_true(wish_allows(&back, "display", targets[0]));
	assert_false(wish_allows(&back, "network", targets[0]));
	assert_string_equal(back.reset_method, "flr");
	assert_string_equal(back.user, "ann:108");
	assert_int_equal(back.uid + back.gid, 0);
}

#define WISH(verb, targets, driver, allow, reset)                                                                      \
	"{\"verb\":" verb ",\"targets\":" targets ",\"driver\":" driver ",\"allow\":" allow ",\"stop_holders\":false,\"kill_holders\":false,\"server_type\":null,\"reset_method\":" reset ",\"user\":null}"
#define WISH_OF(user)                                                                                                  \
	"{\"verb\":\"bind\",\"targets\":[\"01:00.0\"],\"driver\":null,\"allow\":[],\"stop_holders\":false,\"kill_holders\":false,"  \
	"\"server_type\":null,\"reset_method\":null,\"user\":" user "}"

static void a_wish_we_would_not_write_is_refused(void **state)
{
	static const char *const bad[] = {
	    "null", "[]", "{}", "1",
	    WISH("\"destroy\"", "[\"01:00.0\"]", "null", "[]", "null"),
	    WISH("null", "[\"01:00.0\"]", "null", "[]", "null"),
	    WISH("1", "[\"01:00.0\"]", "null", "[]", "null"),
	    WISH("\"bind\"", "[]", "null", "[]", "null"),
	    WISH("\"bind\"", "null", "null", "[]", "null"),
	    WISH("\"bind\"", "[1]", "null", "[]", "null"),
	    WISH("\"bind\"", "[null]", "null", "[]", "null"),
	    WISH("\"bind\"", "[\"../../etc\"]", "null", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "\"a/b\"", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "1", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "null", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "[\"everything\"]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "[\"stranger:x\"]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "[]", "\"hammer\""),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "[]", "1"),
	    WISH_OF("1"), WISH_OF("\"\""), WISH_OF("\":kvm\""), WISH_OF("\"ann:\""), WISH_OF("\"ann:kvm:x\""), WISH_OF("\"-ann\""),
	    WISH_OF("\"a b\""), WISH_OF("\"a/b\""), WISH_OF("\"a\\nb\""), WISH_OF("\"ann\\u0000x\""),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cleanup_arena struct arena mem = {0};
		struct bind_wish wish = {0};

		if (parse_wish(&mem, bad[i], &wish) != -EINVAL)
			fail_msg("passes: %s", bad[i]);
	}
}

/* A NUL cuts the string C sees; what is behind it would pass unseen. Not so yet: text_at and
 * get_text_or_null of model/wish.c look at the C string only. */
static void a_nul_in_a_wish_is_refused(void **state)
{
	static const char *const bad[] = {
	    WISH("\"bind\\u0000x\"", "[\"01:00.0\"]", "null", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\\u0000x\"]", "null", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "\"pci-stub\\u0000x\"", "[]", "null"),
	    WISH("\"bind\"", "[\"01:00.0\"]", "null", "[\"stranger\\u0000x\"]", "null"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cleanup_arena struct arena mem = {0};
		struct bind_wish wish = {0};

		if (parse_wish(&mem, bad[i], &wish) != -EINVAL)
			fail_msg("passes: %s", bad[i]);
	}
}

static void plans_are_equal_only_in_every_step(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct plan p = sample(&mem), q = sample(&mem);

	(void)state;
	assert_true(plan_equal(&p, &q));
	for (size_t i = 0; i < p.n_steps; i++) {
		struct step kept = q.steps[i];

		q.steps[i].target = "0000:7f:00.0";
		assert_false(plan_equal(&p, &q));
		q.steps[i].target = kept.target;
		q.steps[i].type = kept.type == STEP_AWAIT ? STEP_REQUIRE : STEP_AWAIT;
		assert_false(plan_equal(&p, &q));
		q.steps[i] = kept;
	}
	q.steps[2].have.flag = true;
	assert_false(plan_equal(&p, &q));
	q = sample(&mem);
	q.n_steps--;
	assert_false(plan_equal(&p, &q));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(fewer_uses_are_within_those_seen_and_others_are_not),
	    T(addresses_have_a_short_and_a_long_form),
	    T(domains_may_have_more_than_four_digits),
	    T(junk_is_no_address),
	    T(addresses_are_ordered_as_they_are_listed),
	    T(functions_of_a_slot_differ_in_the_function_only),
	    T(what_is_as_wanted_is_no_move),
	    T(the_inverse_runs_backwards_and_has_no_conditions),
	    T(the_inverse_of_the_inverse_is_the_moves_again),
	    T(values_are_said_in_words),
	    T(a_plan_survives_json),
	    T(an_empty_plan_survives_json),
	    T(steps_as_we_write_them_pass),
	    T(steps_we_would_not_write_are_refused),
	    T(what_holds_no_steps_is_refused),
	    T(unit_names_have_a_strict_grammar),
	    T(a_users_unit_is_told_from_the_systems),
	    T(the_longest_unit_survives_json),
	    T(more_than_4096_steps_are_refused),
	    T(a_target_of_a_thousand_letters_is_refused),
	    T(a_wish_survives_json),
	    T(a_wish_we_would_not_write_is_refused),
	    T(a_nul_in_a_wish_is_refused),
	    T(plans_are_equal_only_in_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
