/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: port paths, the file, which function one means, what a plan writes. */
#include "check.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "apply/journal.h"
#include "base/str.h"
#include "judge/claims.h"
#include "model/plan.h"
#include "plan/claim.h"
#include "text/claim_file.h"

/* ---- port paths ---- */

static struct port_path path_of(const char *text)
{
	struct port_path p = {0};

	if (!port_path_parse(text, &p))
		fail_msg("\"%s\" is no path", text);
	return p;
}

static void a_path_is_read_as_it_is_written(void **state)
{
	static const char *const good[] = {"0000:00/02.0", "0000:00/01.0/00.1", "10000:e0/06.0/00.0", "ffffffff:ff/1f.7/1f.7"};
	static const char *const bad[] = {"", "0000:00", "0000:00/", "0000:00/1.0", "0000:00/01.8", "0000:00/20.0", "0000:0/01.0",
	    "000:00/01.0", "00000:00/01.0", "0000:00/01.0/", "0000:00/0A.0", "0000:00//01.0", "0000:00/01.0x", "0000:00/../01.0",
	    " 0000:00/01.0", "0000:00-01.0", "100000000:00/01.0", "0000:100/01.0"};
	char buf[PORT_PATH_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct port_path p = path_of(good[i]);

		assert_string_equal(port_path_format(&p, buf), good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct port_path p = {.n = 7};

		if (port_path_parse(bad[i], &p))
			fail_msg("\"%s\" passes", bad[i]);
		assert_int_equal(p.n, 7);
	}
}

static void a_path_is_the_way_of_the_sysfs_link(void **state)
{
	static const struct {
		const char *link, *want; /* NULL: none */
	} cases[] = {
	    {"../../../devices/pci0000:00/0000:00:02.0", "0000:00/02.0"},
	    {"../../../devices/pci0000:00/0000:00:01.0/0000:01:00.1", "0000:00/01.0/00.1"},
	    /* VMD: its root bus hangs below a function, which does not count */
	    {"../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0", "10000:e0/06.0/00.0"},
	    {"../../../devices/platform/soc/40000000.pcie/pci0001:00/0001:00:00.0/0001:01:00.0", "0001:00/00.0/00.0"},
	    {"../../../devices/platform/foo", NULL},
	    {"../../../devices/pci0000:00", NULL},
	    {"../../../devices/pci0000:00/virtio3/0000:00:01.0", NULL},
	    {"../../../devices/pci0000:00/0001:00:01.0", NULL}, /* another domain's */
	    {"", NULL},
	};
	struct port_path p;
	char buf[PORT_PATH_TEXT], deep[1024] = "pci0000:00";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool is_path = port_path_from_link(cases[i].link, &p);

		assert_int_equal(is_path, cases[i].want != NULL);
		if (is_path)
			assert_string_equal(port_path_format(&p, buf), cases[i].want);
	}
	for (int i = 0; i < PORT_PATH_DEPTH; i++)
		strcat(deep, "/0000:00:1f.7");
	assert_true(port_path_from_link(deep, &p));
	assert_int_equal(strlen(port_path_format(&p, buf)), 7 + PORT_PATH_DEPTH * 5);
	strcat(deep, "/0000:00:1f.7");
	assert_false(port_path_from_link(deep, &p));
}

/* ---- the file ---- */

#define CARD \
	"path = 0000:00/01.0/00.0\nvendor = 10de\ndevice = 2204\nsubsystem = 1043:87e2\nclass = 030000\n" \
	"serial = 48-b0-2d-ff-ff-00-00-01\nslot = PCIe 4\naddress = 0000:01:00.0\ncard = 0000:00/01.0/00.0\nfor = win11\n" \
	"claimed = 2026-11-20T18:00:01Z\nwish = claim 01:00.0 --for win11\n"

static struct claim parse(struct arena *mem, const char *text)
{
	struct claim c = {0};
	struct err e = {0};

	if (claim_file_parse(mem, text, &c, &e) < 0)
		fail_msg("%s", e.what);
	return c;
}

static void what_is_written_is_read_back_byte_for_byte(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim c = parse(&mem, CARD);
	const char *text = claim_file_text(&mem, &c);

	(void)state;
	assert_int_equal(c.vendor, 0x10de);
	assert_int_equal(c.subdevice, 0x87e2);
	assert_int_equal(c.class_code, 0x030000);
	assert_string_equal(c.slot, "PCIe 4");
	assert_int_equal(c.time_s, 1795197601);
	assert_string_equal(strstr(text, "path"), CARD);
	c = parse(&mem, text);
	assert_string_equal(claim_file_text(&mem, &c), text);
	/* What may be absent is left out. */
	c.subvendor = c.subdevice = 0;
	c.serial = c.slot = c.vm = NULL;
	text = claim_file_text(&mem, &c);
	assert_null(strstr(text, "serial"));
	assert_null(strstr(text, "subsystem"));
	c = parse(&mem, text);
	assert_null(c.vm);
	assert_string_equal(claim_file_text(&mem, &c), text);
}

static void a_person_may_order_and_comment_it(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim c = parse(&mem,
	    "wish=by hand\n\n  # the good one\nclass =030000\nvendor=   10de   \ndevice = 2204\naddress = 0000:01:00.0\n"
	    "card = 0000:00/01.0/00.0\nclaimed = 2024-02-29T23:59:59Z\npath = 0000:00/01.0/00.0");

	(void)state;
	assert_int_equal(c.vendor, 0x10de);
	assert_string_equal(c.wish, "by hand");
	assert_non_null(strstr(claim_file_text(&mem, &c), "claimed = 2024-02-29T23:59:59Z\n"));
}

/* `from` in CARD becomes `to`; the message must hold `says`. */
static void check_refused(const char *from, const char *to, const char *says)
{
	cleanup_arena struct arena mem = {0};
	const char *at = strstr(CARD, from);
	struct claim c;
	struct err e = {0};
	const char *text;

	assert_non_null(at);
	text = arena_printf(&mem, "%.*s%s%s", (int)(at - CARD), CARD, to, at + strlen(from));
	if (claim_file_parse(&mem, text, &c, &e) == 0)
		fail_msg("\"%s\" passes", to);
	assert_int_equal(e.code, -EINVAL);
	if (!strstr(e.what, says))
		fail_msg("\"%s\" does not hold \"%s\"", e.what, says);
}

static void what_is_not_understood_is_refused_with_its_line(void **state)
{
	(void)state;
	check_refused("slot = PCIe 4", "colour = red", "line 7: there is no key colour");
	check_refused("device = 2204", "device 2204", "line 3 is not of the form");
	check_refused("device = 2204", "vendor = 2204", "line 3: vendor stands there twice");
	check_refused("vendor = 10de", "vendor = 10DE", "line 2: vendor cannot be 10DE");
	check_refused("vendor = 10de", "vendor = 0x10de", "line 2");
	check_refused("vendor = 10de", "vendor =", "line 2");
	check_refused("subsystem = 1043:87e2", "subsystem = 0000:0000", "line 4");
	check_refused("class = 030000", "class = 0300", "line 5: class cannot be 0300");
	check_refused("path = 0000:00/01.0/00.0", "path = ../../etc", "line 1: path");
	check_refused("path = 0000:00/01.0/00.0", "path = 0000:00/1.0", "line 1: path");
	check_refused("address = 0000:01:00.0", "address = 01:00.0", "line 8: address");
	check_refused("for = win11", "for = a/b", "line 10: for");
	check_refused("for = win11", "for = $(reboot)", "line 10: for");
	check_refused("slot = PCIe 4", "slot = PCIe\t4", "line 7: slot");
	check_refused("slot = PCIe 4", "slot = PCIe 4\r", "line 7: slot");
	check_refused("serial = 48", "serial = zz", "line 6: serial");
	check_refused("2026-11-20T18", "2026-02-30T18", "line 11: claimed");
	check_refused("2026-11-20T18", "2026/11/20 18", "line 11: claimed");
	check_refused("2026-11-20T18", "1969-11-20T18", "line 11: claimed");
	check_refused("2026-11-20T18", "2026-11-20T24", "line 11: claimed");
}

static void what_is_missing_is_named_and_size_is_limited(void **state)
{
	cleanup_arena struct arena mem = {0};
	char *large = arena_alloc(&mem, LARGEST_CLAIM_FILE + 16);
	struct claim c;
	struct err e = {0};

	(void)state;
	check_refused("vendor = 10de\n", "", "the key vendor is missing");
	check_refused("card = 0000:00/01.0/00.0\n", "", "the key card is missing");
	assert_int_equal(claim_file_parse(&mem, "", &c, &e), -EINVAL);
	memset(large, '#', LARGEST_CLAIM_FILE + 1);
	assert_int_equal(claim_file_parse(&mem, large, &c, &e), -EINVAL);
	assert_non_null(strstr(e.what, "larger"));
}

static void what_was_typed_cannot_break_the_lines(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim c = parse(&mem, CARD);
	char large[2 * LONGEST_CLAIM_TEXT] = "";

	(void)state;
	c.wish = " claim x\nfor = evil\tä ";
	c.slot = "\n";
	c.serial = "no serial";
	assert_non_null(strstr(claim_file_text(&mem, &c), "wish = claim x?for = evil???\n"));
	c = parse(&mem, claim_file_text(&mem, &c));
	assert_string_equal(c.vm, "win11");
	assert_string_equal(c.slot, "?");
	assert_null(c.serial);
	memset(large, 'x', sizeof(large) - 1);
	c.wish = large;
	c = parse(&mem, claim_file_text(&mem, &c));
	assert_int_equal(strlen(c.wish), LONGEST_CLAIM_TEXT);
}

static void a_machines_name_is_no_path_and_no_option(void **state)
{
	static const char *const good[] = {"win11", "a", "vm-1.example:2", "VM_9+x"};
	static const char *const bad[] = {"", "-f", ".", "..", "a b", "a/b", "a\n", "ä", "a=b", "#a",
	    "0123456789012345678901234567890123456789012345678901234567890123456"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(is_vm_name(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(is_vm_name(bad[i]));
}

/* ---- which function it means ---- */

/* Gives each function its path, "ADDRESS PATH" pairs, NULL at the end. */
static void place(struct arena *mem, struct host *h, const char *const *pairs)
{
	for (; *pairs; pairs += 2) {
		struct port_path *p = arena_alloc(mem, sizeof(*p));

		*p = path_of(pairs[1]);
		h->functions[index_of(h, pairs[0])].path = p;
	}
}

static void set_serial(struct arena *mem, struct host *h, const char *function, const char *serial)
{
	struct pci_function *f = &h->functions[index_of(h, function)];

	f->attributes = arena_alloc(mem, ATTRIBUTES * sizeof(*f->attributes));
	f->attributes[ATTR_SERIAL] = serial;
}

static void add_saved(struct arena *mem, struct claims *c, const char *path, uint16_t device, const char *serial)
{
	struct saved_claim s = {.claim = {.vendor = 0x10de, .device = device, .class_code = 0x030000, .serial = serial,
				    .path = path_of(path), .card = path_of(path), .addr = addr_of("0000:01:00.0"), .wish = "x"},
	    .is_plain = true};

	s.name = claim_name(mem, &s.claim.path);
	s.file = claim_file(mem, s.name);
	s.text = claim_file_text(mem, &s.claim);
	*ARENA_PUSH(mem, c->items, c->n) = s;
}

static void check_verdict(
    const struct host *h, const struct claim_verdict *v, enum claim_state state, const char *function, const char *says)
{
	assert_string_equal(claim_state_name(v->state), claim_state_name(state));
	if (!function)
		assert_int_equal(v->function, -1);
	else
		assert_string_equal(h->functions[v->function].name, function);
	if (!says)
		assert_null(v->text);
	else if (!v->text || !strstr(v->text, says))
		fail_msg("\"%s\" does not hold \"%s\"", v->text ? v->text : "", says);
}

#define FIRST "0000:00/01.0/00.0"
#define SECOND "0000:00/02.0/00.0"

static struct host twins(struct arena *mem)
{
	struct host h = HOST(mem, {"0000:01:00.0", 0x030000, "10de:2204", 1, "nouveau", NULL, NULL, false, NULL, NULL},
	    {"0000:02:00.0", 0x030000, "10de:2204", 2, "nouveau", NULL, NULL, false, NULL, NULL});

	place(mem, &h, (const char *const[]){"0000:01:00.0", FIRST, "0000:02:00.0", SECOND, NULL});
	return h;
}

static void of_two_alike_exactly_the_one_on_the_path(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = twins(&mem);
	struct claims c = {0};
	struct claim_verdict *v;

	(void)state;
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_HERE, "0000:01:00.0", NULL);
	c = (struct claims){0};
	add_saved(&mem, &c, SECOND, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_HERE, "0000:02:00.0", "its address was 0000:01:00.0");
}

static void a_card_whose_bus_numbers_moved_is_followed(void **state)
{
	cleanup_arena struct arena mem = {0};
	/* What was 01:00.0 is 03:00.0 now, and its twin has the old address. */
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 1, NULL, NULL, NULL, false, NULL, NULL},
	    {"0000:03:00.0", 0x030000, "10de:2204", 2, NULL, NULL, NULL, false, NULL, NULL});
	struct claims c = {0};
	struct claim_verdict *v;

	(void)state;
	place(&mem, &h, (const char *const[]){"0000:01:00.0", SECOND, "0000:03:00.0", FIRST, NULL});
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_HERE, "0000:03:00.0", "its address was 0000:01:00.0");
}

static void a_card_in_another_slot_is_not_followed_but_named(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 1, NULL, NULL, NULL, false, NULL, NULL});
	struct claims c = {0};
	struct claim_verdict *v;

	(void)state;
	place(&mem, &h, (const char *const[]){"0000:01:00.0", SECOND, NULL});
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_MOVED, "0000:01:00.0", "nothing sits where it was; of its kind there is, in another place, 0000:01:00.0");
	/* Its serial number makes it certain; another one rules it out. */
	c = (struct claims){0};
	add_saved(&mem, &c, FIRST, 0x2204, "aa-01");
	set_serial(&mem, &h, "0000:01:00.0", "aa-01");
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_MOVED, "0000:01:00.0", "it is at 0000:01:00.0 now, in another place");
	set_serial(&mem, &h, "0000:01:00.0", "aa-02");
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_GONE, NULL, "nothing sits where it was");
}

static void a_claimed_twin_is_not_where_the_other_went(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:02:00.0", 0x030000, "10de:2204", 2, NULL, NULL, NULL, false, NULL, NULL});
	struct claims c = {0};
	struct claim_verdict *v;

	(void)state;
	place(&mem, &h, (const char *const[]){"0000:02:00.0", SECOND, NULL});
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	add_saved(&mem, &c, SECOND, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_GONE, NULL, "nothing sits where it was");
	check_verdict(&h, &v[1], CLAIM_HERE, "0000:02:00.0", "its address was");
}

static void another_card_in_its_place_is_left_alone(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x010802, "144d:a80a", 1, "nvme", NULL, NULL, false, NULL, NULL});
	struct claims c = {0};
	struct claim_verdict *v;

	(void)state;
	place(&mem, &h, (const char *const[]){"0000:01:00.0", FIRST, NULL});
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	v = judge_claims(&mem, &h, &c);
	check_verdict(&h, &v[0], CLAIM_REPLACED, NULL, "0000:01:00.0, where it was, is 144d:a80a class 010802");
}

static void each_of_its_ids_tells_it_from_another(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = twins(&mem);
	struct claims c = {0};

	(void)state;
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	for (int i = 0; i < 5; i++) {
		struct claim saved = c.items[0].claim, *now = &c.items[0].claim;

		now->vendor ^= i == 0;
		now->device ^= i == 1;
		now->subvendor ^= i == 2;
		now->subdevice ^= i == 3;
		now->class_code ^= i == 4;
		check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_REPLACED, NULL, "where it was, is 10de:2204");
		*now = saved;
	}
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_HERE, "0000:01:00.0", NULL);
}

static void twins_that_changed_places_are_told_by_their_serial_numbers(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = twins(&mem);
	struct claims c = {0};

	(void)state;
	add_saved(&mem, &c, FIRST, 0x2204, "aa-01");
	set_serial(&mem, &h, "0000:01:00.0", "aa-02");
	set_serial(&mem, &h, "0000:02:00.0", "aa-01");
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_MOVED, "0000:02:00.0",
	    "0000:01:00.0, where it was, is another of its kind: its serial number is aa-02; it is at 0000:02:00.0 now");
	/* One that cannot be read (no root) says nothing against it. */
	set_serial(&mem, &h, "0000:01:00.0", NULL);
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_HERE, "0000:01:00.0", NULL);
}

static void what_cannot_be_told_is_unknown(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = twins(&mem);
	struct claims c = {0};

	(void)state;
	add_saved(&mem, &c, FIRST, 0x2204, NULL);
	h.functions[1].path = NULL;
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_UNKNOWN, NULL, "where 0000:02:00.0 sits cannot be told");
	/* Virtual functions of one card on two buses below one bridge. */
	h.functions[1].path = h.functions[0].path;
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_UNKNOWN, NULL, "0000:01:00.0 and 0000:02:00.0 are alike");
	h = twins(&mem);
	h.functions[0].has_ids = false;
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_UNKNOWN, NULL, "what 0000:01:00.0 is cannot be read");
	h = twins(&mem);
	h.functions[0].is_subsystem_unread = true;
	check_verdict(&h, judge_claims(&mem, &h, &c), CLAIM_UNKNOWN, NULL, "what 0000:01:00.0 is cannot be read");
}

/* ---- plans ---- */

static struct host card_with(struct arena *mem, int network_group)
{
	struct host h = HOST(mem, {"0000:00:01.0", 0x060400, "8086:1901", 3, "pcieport", NULL, NULL, false, NULL, NULL},
	    {"0000:01:00.0", 0x030000, "10de:2204", 1, "nouveau", "0000:00:01.0", NULL, false, NULL, NULL},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 1, "snd_hda_intel", "0000:00:01.0", NULL, false, NULL, NULL},
	    {"0000:02:00.0", 0x020000, "8086:10d3", network_group, "e1000e", "0000:00:01.0", NULL, false, NULL, NULL});

	place(mem, &h,
	    (const char *const[]){"0000:01:00.0", FIRST, "0000:01:00.1", "0000:00/01.0/00.1", "0000:02:00.0", SECOND, NULL});
	return h;
}

static struct host card(struct arena *mem)
{
	return card_with(mem, 2);
}

static int plan_one(struct arena *mem, const struct host *h, const struct claims *c, const char *target, const char *vm,
    const char *allow, struct plan *ret, struct err *e)
{
	struct pci_addr addr = addr_of(target);
	struct allowance allowed = {0};
	struct claim_wish wish = {
	    .bind = {.verb = VERB_CLAIM, .targets = &addr, .n_targets = 1}, .vm = vm, .time_s = 1795197600, .typed = "claim it"};
	int *functions;
	size_t n;

	if (allow) {
		assert_true(allowance_parse(mem, allow, &allowed));
		wish.bind.allowed = &allowed;
		wish.bind.n_allowed = 1;
	}
	*ret = (struct plan){0};
	*e = (struct err){0};
	return plan_claim(mem, h, c, &wish, ret, &functions, &n, e);
}

static void a_card_is_claimed_with_its_companions(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = card(&mem);
	struct claims none = {0};
	struct claim first, second;
	struct plan p;
	struct err e;

	(void)state;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.1", "win11", NULL, &p, &e), 0);
	assert_int_equal(p.n_steps, 4);
	assert_int_equal(p.steps[0].kind, KIND_IDENTITY);
	assert_int_equal(p.steps[1].kind, KIND_IDENTITY);
	assert_string_equal(p.steps[2].target, "/etc/passthru/claims.d/0000-00-01.0-00.0.conf");
	assert_null(p.steps[2].have.text);
	first = parse(&mem, p.steps[2].want.text);
	second = parse(&mem, p.steps[3].want.text);
	assert_int_equal(first.device, 0x2204);
	assert_int_equal(second.device, 0x1aef);
	assert_string_equal(first.vm, "win11");
	/* Both say which function they were claimed by. */
	assert_true(port_path_equal(&first.card, &second.path));
	assert_true(port_path_equal(&second.card, &second.path));
	assert_true(plan_is_lasting(&p));
}

/* The claims that a plan writes, as they are read afterwards. */
static struct claims written(struct arena *mem, const struct plan *p)
{
	struct claims c = {0};

	for (size_t i = 0; i < p->n_steps; i++) {
		struct saved_claim s = {.text = p->steps[i].want.text, .file = p->steps[i].target, .is_plain = true};

		if (p->steps[i].kind != KIND_FILE)
			continue;
		s.claim = parse(mem, s.text);
		s.name = claim_name(mem, &s.claim.path);
		*ARENA_PUSH(mem, c.items, c.n) = s;
	}
	return c;
}

static void what_is_claimed_so_already_is_no_step(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = card(&mem);
	struct claims none = {0}, c;
	struct plan p;
	struct err e;

	(void)state;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.0", NULL, NULL, &p, &e), 0);
	c = written(&mem, &p);
	assert_int_equal(plan_one(&mem, &h, &c, "0000:01:00.0", NULL, NULL, &p, &e), 0);
	assert_int_equal(p.n_steps, 0);
	/* For a machine it was not for: the old content is what going back restores. */
	assert_int_equal(plan_one(&mem, &h, &c, "0000:01:00.0", "win11", NULL, &p, &e), 0);
	assert_int_equal(plan_count_moves(&p), 2);
	assert_string_equal(p.steps[2].have.text, c.items[0].text);
	/* A file whose mode somebody changed is not overwritten. */
	c.items[0].is_plain = false;
	assert_int_equal(plan_one(&mem, &h, &c, "0000:01:00.0", "win11", NULL, &p, &e), -EEXIST);
	assert_non_null(strstr(e.hint, "chmod 0644 /etc/passthru/claims.d/0000-00-01.0-00.0.conf"));
	assert_int_equal(plan_unclaim(&mem, &c, (const int[]){0}, 1, &p, &e), -EEXIST);
	assert_int_equal(plan_unclaim(&mem, &c, (const int[]){1}, 1, &p, &e), 0);
	assert_string_equal(p.steps[0].have.text, c.items[1].text);
	assert_null(p.steps[0].want.text);
}

static void a_claim_is_refused_as_a_bind_would_be(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = card(&mem);
	struct use use = {USE_ROUTE, 3, "eth0", "/proc/net/route"};
	struct claims none = {0};
	struct plan p;
	struct err e;

	(void)state;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:09:00.0", NULL, NULL, &p, &e), -ENODEV);
	assert_int_equal(plan_one(&mem, &h, &none, "0000:00:01.0", NULL, NULL, &p, &e), -EPERM);
	/* A guard, and what overrides it. */
	h.uses = &use;
	h.n_uses = 1;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:02:00.0", NULL, NULL, &p, &e), -EPERM);
	assert_non_null(strstr(e.hint, "--allow=network:0000:02:00.0"));
	assert_int_equal(plan_one(&mem, &h, &none, "0000:02:00.0", NULL, "network", &p, &e), 0);
	assert_int_equal(plan_count_moves(&p), 1);
	/* A stranger: at boot nothing would park it. */
	h = card_with(&mem, 1);
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.0", NULL, "stranger", &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "0000:02:00.0"));
	assert_non_null(strstr(e.hint, "name it too"));
}

static void what_would_not_be_found_again_is_not_claimed(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = card(&mem);
	struct claim_trouble trouble = {.file = "/etc/passthru/claims.d/0000-00-01.0-00.1.conf", .text = "line 1: no"};
	struct claims none = {0}, bad = {.troubles = &trouble, .n_troubles = 1};
	struct plan p;
	struct err e;

	(void)state;
	h.functions[2].path = NULL;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.0", NULL, NULL, &p, &e), -EIO);
	h = card(&mem);
	h.functions[2].is_subsystem_unread = true;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.0", NULL, NULL, &p, &e), -EIO);
	h = card(&mem);
	h.functions[3].is_vf = TRI_YES;
	assert_int_equal(plan_one(&mem, &h, &none, "0000:02:00.0", NULL, NULL, &p, &e), -EOPNOTSUPP);
	/* Whether the sound goes along is not known, so it is not left out. */
	h = card(&mem);
	h.functions[2].trouble = "its group cannot be read";
	assert_int_equal(plan_one(&mem, &h, &none, "0000:01:00.0", NULL, NULL, &p, &e), -EIO);
	h = card(&mem);
	assert_int_equal(plan_one(&mem, &h, &bad, "0000:01:00.0", NULL, NULL, &p, &e), -EEXIST);
	assert_non_null(strstr(e.what, "line 1: no"));
}

/* ---- files as moves ---- */

static int plan_again(struct arena *mem, const char *json, struct plan *ret)
{
	struct json_object *o = json_tokener_parse(json);
	struct err e = {0};
	int r = plan_from_json(mem, o, ret, &e);

	(void)json_object_put(o);
	return r;
}

#define STEP_JSON(target, have, want) \
	"{\"steps\":[{\"step\":\"move\",\"kind\":\"file\",\"target\":\"" target "\",\"have\":" have ",\"want\":" want ",\"back\":\"exact\"}]}"
#define GOOD_FILE "/etc/passthru/claims.d/0000-00-01.0-00.0.conf"

static void a_files_bytes_survive_the_journal(void **state)
{
	cleanup_arena struct arena mem = {0};
	/* Every byte a text may have, what is no UTF-8 too. */
	char bytes[256];
	struct plan p = {0}, again;
	struct json_object *o;
	struct err e = {0};

	(void)state;
	for (int i = 1; i < 256; i++)
		bytes[i - 1] = (char)i;
	bytes[255] = '\0';
	plan_add_move(&mem, &p, KIND_FILE, GOOD_FILE, (struct value){0}, (struct value){.text = bytes});
	plan_add_move(&mem, &p, KIND_FILE, GOOD_FILE, (struct value){.text = ""}, (struct value){0});
	o = plan_to_json(&p);
	assert_int_equal(plan_again(&mem, json_object_to_json_string(o), &again), 0);
	(void)json_object_put(o);
	assert_true(plan_equal(&p, &again));
	assert_string_equal(again.steps[0].want.text, bytes);
	/* An empty file is not an absent one. */
	assert_int_equal(plan_count_moves(&again), 2);
	(void)e;
}

static void a_file_elsewhere_is_no_target(void **state)
{
	static const char *const bad[] = {STEP_JSON("/etc/passwd", "null", "null"),
	    STEP_JSON("/etc/passthru/claims.d/../../passwd.conf", "null", "null"),
	    STEP_JSON("/etc/passthru/claims.d/a/b.conf", "null", "null"), STEP_JSON("/etc/passthru/claims.d/.conf", "null", "null"),
	    STEP_JSON("/etc/passthru/claims.d/.a.conf", "null", "null"), STEP_JSON("/etc/passthru/claims.d/a..b.conf", "null", "null"),
	    STEP_JSON("/etc/passthru/claims.d/A.conf", "null", "null"), STEP_JSON("/etc/passthru/claims.d/a", "null", "null"),
	    STEP_JSON("etc/passthru/claims.d/a.conf", "null", "null"), STEP_JSON("//etc/passthru/claims.d/a.conf", "null", "null"),
	    STEP_JSON(GOOD_FILE, "null", "\"text\""), STEP_JSON(GOOD_FILE, "null", "{\"content\":\"x\"}"),
	    STEP_JSON(GOOD_FILE, "null", "{\"content\":\"x\",\"mode\":\"4755\",\"owner\":\"root\"}"),
	    STEP_JSON(GOOD_FILE, "null", "{\"content\":\"x\",\"mode\":\"0644\",\"owner\":\"me\"}"),
	    STEP_JSON(GOOD_FILE, "null", "{\"content\":\"x\\u0000y\",\"mode\":\"0644\",\"owner\":\"root\"}")};
	cleanup_arena struct arena mem = {0};
	struct plan p;

	(void)state;
	assert_int_equal(plan_again(&mem, STEP_JSON(GOOD_FILE, "null", "{\"content\":\"x\",\"mode\":\"0644\",\"owner\":\"root\"}"), &p), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (plan_again(&mem, bad[i], &p) == 0)
			fail_msg("%s passes", bad[i]);
}

static void the_numbers_of_lasting_changes_are_their_own(void **state)
{
	static const char *const bad[] = {"", "L", "0", "L0", "l-1", "LL1", "1L", "L1 ", "1000000001"};
	char text[CHANGE_ID_TEXT];
	bool is_lasting;
	unsigned id;

	(void)state;
	assert_true(change_id_parse("L12", &id, &is_lasting));
	assert_true(is_lasting);
	assert_int_equal(id, 12);
	assert_string_equal(change_id_format(id, is_lasting, text), "L12");
	assert_true(change_id_parse("12", &id, &is_lasting));
	assert_false(is_lasting);
	assert_string_equal(change_id_format(id, is_lasting, text), "12");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (change_id_parse(bad[i], &id, &is_lasting))
			fail_msg("\"%s\" passes", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_path_is_read_as_it_is_written),
	    T(a_path_is_the_way_of_the_sysfs_link),
	    T(what_is_written_is_read_back_byte_for_byte),
	    T(a_person_may_order_and_comment_it),
	    T(what_is_not_understood_is_refused_with_its_line),
	    T(what_is_missing_is_named_and_size_is_limited),
	    T(what_was_typed_cannot_break_the_lines),
	    T(a_machines_name_is_no_path_and_no_option),
	    T(of_two_alike_exactly_the_one_on_the_path),
	    T(a_card_whose_bus_numbers_moved_is_followed),
	    T(a_card_in_another_slot_is_not_followed_but_named),
	    T(a_claimed_twin_is_not_where_the_other_went),
	    T(another_card_in_its_place_is_left_alone),
	    T(each_of_its_ids_tells_it_from_another),
	    T(twins_that_changed_places_are_told_by_their_serial_numbers),
	    T(what_cannot_be_told_is_unknown),
	    T(a_card_is_claimed_with_its_companions),
	    T(what_is_claimed_so_already_is_no_step),
	    T(a_claim_is_refused_as_a_bind_would_be),
	    T(what_would_not_be_found_again_is_not_claimed),
	    T(a_files_bytes_survive_the_journal),
	    T(a_file_elsewhere_is_no_target),
	    T(the_numbers_of_lasting_changes_are_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
