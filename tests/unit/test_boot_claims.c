/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims at boot: the rules of udev, the words that switch them off, boots that are counted, what was allowed. */
#include "tree.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/claim.h"
#include "flow/boot_files.h"
#include "flow/rules.h"
#include "judge/boots.h"
#include "plan/claim.h"
#include "text/boots_file.h"
#include "text/claim_file.h"
#include "text/claims_words.h"
#include "text/session_text.h"
#include "text/udev_rules.h"

/* ---- rules ---- */

static struct claim_rule rule(const char *path, const char *address, const char *place)
{
	struct claim_rule r = {.vendor = 0x10de, .device = 0x2204, .subvendor = 0x1043, .subdevice = 0x87e2,
	    .class_code = 0x030000, .driver = "vfio-pci", .place = place, .addr = addr_of(address)};

	assert_true(port_path_parse(path, &r.path));
	return r;
}

static const char head[] =
    "# Made by passthru from the claims in /etc/passthru/claims.d: edits are lost, passthru claim makes it anew.\n"
    "# The words of the kernel below keep it from acting for one boot.\n"
    "ACTION!=\"add\", GOTO=\"passthru_end\"\n"
    "SUBSYSTEM!=\"pci\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"passthru.claims\"\n"
    "ENV{passthru.claims}==\"off\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"single\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"recovery\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"rescue\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"emergency\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"1\"\n"
    "ENV{1}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"s\"\n"
    "ENV{s}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"S\"\n"
    "ENV{S}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"-s\"\n"
    "ENV{-s}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"-b\"\n"
    "ENV{-b}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"systemd.unit\"\n"
    "ENV{systemd.unit}==\"rescue.target|emergency.target\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"rd.rescue\"\n"
    "ENV{rd.rescue}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"rd.emergency\"\n"
    "ENV{rd.emergency}==\"1\", GOTO=\"passthru_end\"\n"
    "IMPORT{cmdline}=\"rd.systemd.unit\"\n"
    "ENV{rd.systemd.unit}==\"rescue.target|emergency.target\", GOTO=\"passthru_end\"\n";
static const char end[] = "\nLABEL=\"passthru_end\"\n";

#define IDS "ATTR{vendor}==\"0x10de\", ATTR{device}==\"0x2204\", ATTR{subsystem_vendor}==\"0x1043\", " \
	    "ATTR{subsystem_device}==\"0x87e2\", ATTR{class}==\"0x030000\", "
#define OWN(glob) "DEVPATH==\"" glob "\", " IDS "ATTR{driver_override}=\"vfio-pci\", RUN{builtin}+=\"kmod load vfio-pci\"\n"

static void assert_rules(struct arena *mem, const struct claim_rule *r, const char *trigger, const char *want)
{
	assert_string_equal(udev_rules_text(mem, r, 1, trigger), arena_printf(mem, "%s%s%s", head, want, end));
}

static void a_claimed_function_has_the_line_of_the_first_and_its_own(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim_rule r = rule("0000:00/01.0/00.0", "0000:02:00.0", "/sys/devices/pci0000:00/0000:00:01.0/0000:02:00.0");

	(void)state;
	assert_rules(&mem, &r, "0000:00:00.0",
	    "\n# claim 0000-00-01.0-00.0, now at 0000:02:00.0\n"
	    "KERNEL==\"0000:00:00.0\", TEST==\"/sys/devices/pci0000:00/0000:00:01.0/0000:02:00.0\", "
	    "ATTR{[pci/0000:02:00.0]vendor}==\"0x10de\", ATTR{[pci/0000:02:00.0]device}==\"0x2204\", "
	    "ATTR{[pci/0000:02:00.0]subsystem_vendor}==\"0x1043\", ATTR{[pci/0000:02:00.0]subsystem_device}==\"0x87e2\", "
	    "ATTR{[pci/0000:02:00.0]class}==\"0x030000\", ATTR{[pci/0000:02:00.0]driver_override}=\"vfio-pci\"\n"
	    OWN("*/pci0000:00/0000:00:01.0/0000:?\?:00.0"));
	assert_string_equal(udev_rules_text(&mem, NULL, 0, NULL), arena_printf(&mem, "%s%s", head, end));
}

static void bus_numbers_below_the_root_are_left_open(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim_rule r = rule("0000:40/03.1/00.0/01.0/00.1", "0000:44:00.1", NULL);

	(void)state;
	assert_non_null(strstr(udev_rules_text(&mem, &r, 1, "0000:00:00.0"),
	    OWN("*/pci0000:40/0000:40:03.1/0000:?\?:00.0/0000:?\?:01.0/0000:?\?:00.1")));
	/* On the root bus itself nothing is open. */
	r = rule("0000:00/1f.3", "0000:00:1f.3", NULL);
	assert_non_null(strstr(udev_rules_text(&mem, &r, 1, "0000:00:00.0"), OWN("*/pci0000:00/0000:00:1f.3")));
}

static void roots_elsewhere_in_sysfs_are_as_good(void **state)
{
	static const struct {
		const char *path, *address, *place, *own;
	} rows[] = {
	    {"10000:e0/06.0/00.0", "10000:e1:00.0", "/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0",
		OWN("*/pci10000:e0/10000:e0:06.0/10000:?\?:00.0")},
	    {"0000:00/01.0/00.0", "0000:01:00.0", "/sys/devices/platform/soc@0/4010000000.pcie/pci0000:00/0000:00:01.0/0000:01:00.0",
		OWN("*/pci0000:00/0000:00:01.0/0000:?\?:00.0")},
	};
	cleanup_arena struct arena mem = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct claim_rule r = rule(rows[i].path, rows[i].address, rows[i].place);
		const char *text = udev_rules_text(&mem, &r, 1, "0000:00:00.0");

		assert_non_null(strstr(text, arena_printf(&mem, ", TEST==\"%s\", ", rows[i].place)));
		assert_non_null(strstr(text, rows[i].own));
	}
}

static void a_place_that_cannot_be_written_costs_the_one_line_and_is_said(void **state)
{
	static const char *const bad[] = {"/sys/devices/pci0000:00/0000:00:01.0/a\"b/0000:02:00.0",
	    "/sys/devices/pci0000:00/*/0000:02:00.0", "/sys/devices/pci0000:00/0000:02:00.0\n", "/etc/0000:02:00.0",
	    "/sys/devices/pci0000:00/0000:03:00.0", "/sys/devices/../devices/pci0000:00/0000:02:00.0", "", NULL};
	cleanup_arena struct arena mem = {0};
	struct claim_rule r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		r = rule("0000:00/01.0/00.0", "0000:02:00.0", bad[i]);
		assert_rules(&mem, &r, "0000:00:00.0",
		    "\n# claim 0000-00-01.0-00.0, now at 0000:02:00.0\n"
		    "# No line for the host's first function: where it is in sysfs cannot be written here.\n"
		    OWN("*/pci0000:00/0000:00:01.0/0000:?\?:00.0"));
	}
	r = rule("0000:00/01.0/00.0", "0000:02:00.0", "/sys/devices/pci0000:00/0000:00:01.0/0000:02:00.0");
	assert_rules(&mem, &r, "0000:00:00.0\", RUN+=\"x",
	    "\n# claim 0000-00-01.0-00.0, now at 0000:02:00.0\n"
	    "# No line for the host's first function: which that is, is not known.\n"
	    OWN("*/pci0000:00/0000:00:01.0/0000:?\?:00.0"));
}

static void a_drivers_name_that_is_none_is_never_written(void **state)
{
	static const char *const bad[] = {"vfio-pci\", RUN+=\"x", "-r vfio-pci", "-r", "vfio pci", "", NULL, "a/b"};
	cleanup_arena struct arena mem = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct claim_rule r = rule("0000:00/01.0/00.0", "0000:02:00.0", NULL);

		r.driver = bad[i];
		assert_rules(&mem, &r, "0000:00:00.0",
		    "\n# claim 0000-00-01.0-00.0, now at 0000:02:00.0\n"
		    "# No line: what its driver is called is no name of a driver.\n");
	}
}

static void storage_is_never_in_the_rules(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim_rule r = rule("0000:00/01.0/00.0", "0000:02:00.0", NULL);

	(void)state;
	r.class_code = 0x010802;
	assert_rules(&mem, &r, "0000:00:00.0", "");
	assert_false(udev_rules_take(0x010802));
	assert_true(udev_rules_take(0x0c0330));
}

static void the_rules_are_of_the_host_as_it_is(void **state)
{
	struct tree t;
	struct flow f;
	struct claims all;
	struct saved_claim saved[2] = {{.name = "x"}, {.name = "y"}};
	struct boot_rules rules;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	tree_function(&t, "0000:00:00.0", 0x060000, "8086:29C0", NULL);
	tree_function(&t, "0000:00:01.0", 0x060400, "8086:29C1", NULL);
	tree_function(&t, "0000:00:01.0/0000:05:00.0", 0x030000, "10DE:2204", NULL);
	saved[0].claim = (struct claim){.vendor = 0x10de, .device = 0x2204, .class_code = 0x030000, .addr = addr_of("0000:01:00.0")};
	saved[1].claim = saved[0].claim;
	assert_true(port_path_parse("0000:00/01.0/00.0", &saved[0].claim.path));
	assert_true(port_path_parse("0000:00/02.0/00.0", &saved[1].claim.path));
	all = (struct claims){.items = saved, .n = 2};
	assert_int_equal(flow_udev_rules(&f, NULL, &all, &rules, &e), 0);
	assert_non_null(strstr(rules.text,
	    "KERNEL==\"0000:00:00.0\", TEST==\"/sys/devices/pci0000:00/0000:00:01.0/0000:05:00.0\", ATTR{[pci/0000:05:00.0]vendor}"));
	/* One that is not here may come back. */
	assert_non_null(strstr(rules.text, "# claim 0000-00-02.0-00.0, now at 0000:01:00.0\n# No line for the host's first"));
	assert_non_null(strstr(rules.text, "DEVPATH==\"*/pci0000:00/0000:00:02.0/0000:?\?:00.0\""));
	saved[0].claim.class_code = saved[1].claim.class_code = 0x010802;
	assert_int_equal(flow_udev_rules(&f, NULL, &all, &rules, &e), 0);
	assert_null(rules.text);
	tree_done(&t);
}

static void images_that_another_program_keeps_are_told(void **state)
{
	struct saved_claim saved = {.name = "x"};
	struct claims all = {.items = &saved, .n = 1};
	struct change change = {0};
	bool is_told = false;
	struct err e = {0};
	struct tree t;
	struct flow f;

	(void)state;
	tree_open(&t);
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	tree_function(&t, "0000:00:02.0", 0x030000, "10DE:2204", NULL);
	saved.claim = (struct claim){.vendor = 0x10de, .device = 0x2204, .class_code = 0x030000, .addr = addr_of("0000:00:02.0")};
	assert_true(port_path_parse("0000:00/02.0", &saved.claim.path));
	tree_file(&t, "usr/bin/dracut", "");
	tree_file(&t, "usr/bin/sdbootutil", "");
	tree_file(&t, "etc/sysconfig/bootloader", "LOADER_TYPE=\"grub2-bls\"\n");
	tree_file(&t, "boot/efi/loader/entries/x.conf", "linux /linux\noptions root=x\n");
	assert_int_equal(flow_add_boot_files(&f, NULL, &all, &change, &e), 0);
	for (size_t i = 0; i < change.n_notes; i++)
		is_told = is_told || strstr(change.notes[i], "sdbootutil mkinitrd");
	assert_true(is_told);
	assert_int_equal(change.plan.n_derived, 0);
	for (size_t i = 0; i < change.plan.n_steps; i++)
		assert_int_equal(change.plan.steps[i].kind, KIND_FILE);
	tree_done(&t);
}

/* ---- words ---- */

static void the_words_switch_off_as_udev_reads_them(void **state)
{
	static const char *const off[] = {"passthru.claims=off", "quiet passthru.claims=off splash", "single", "a recovery nomodeset",
	    "rescue", "emergency", "systemd.unit=rescue.target", "systemd.unit=emergency.target", "single=x", "a -- single",
	    "passthru.claims=on passthru.claims=off", "passthru.claims=off passthru.claims", "\"passthru.claims=off\"",
	    "a -- b -- passthru.claims=off\n", "1", "quiet s", "S splash", "-s", "-b", "a -- S", "1=1", "rd.rescue", "rd.emergency",
	    "rd.systemd.unit=emergency.target"};
	static const char *const on[] = {"", "quiet", "passthru.claims", "passthru.claims=on", "passthru.claims=off passthru.claims=on",
	    "passthru_claims=off", "passthru.claims=of", "passthru.claims=offf", "passthru.claims=", "singles", "rd.single",
	    "systemd.unit=multi-user.target", "systemd.unit=rescue.target|emergency.target", "\"a single\"", "11", "1=0", "s=2", "S=", "b",
	    "-sx", "x-s", "3", "5", "rd.1", "rd.rescue=0", "a=1", "console=S", "rd.systemd.unit=initrd.target", NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		if (!claims_are_off(off[i]))
			fail_msg("\"%s\" does not switch off", off[i]);
	for (size_t i = 0; i < ARRAY_LEN(on); i++)
		if (claims_are_off(on[i]))
			fail_msg("\"%s\" switches off", on[i]);
}

/* ---- boots ---- */

static void two_boots_that_were_not_confirmed_end_the_serving_until_one_is(void **state)
{
	struct boots b = {0};

	(void)state;
	b = boots_begin(&b, "a", 7);
	assert_int_equal(b.unconfirmed, 1);
	assert_false(b.is_released);
	/* The same boot is counted once. */
	b = boots_begin(&b, "a", 7);
	assert_int_equal(b.unconfirmed, 1);
	b = boots_begin(&b, "b", 7);
	assert_int_equal(b.unconfirmed, 2);
	assert_false(b.is_released);
	b = boots_begin(&b, "c", 7);
	assert_true(b.is_released);
	b = boots_begin(&b, "d", 7);
	assert_true(b.is_released);
	assert_int_equal(b.unconfirmed, 2);
	b = boots_confirm(&b, "d");
	assert_int_equal(b.unconfirmed, 0);
	/* In that boot, too, claims are served again. */
	b = boots_begin(&b, "d", 7);
	assert_false(b.is_released);
	b = boots_begin(&b, "e", 7);
	assert_int_equal(b.unconfirmed, 1);
}

static void other_claims_are_counted_anew(void **state)
{
	struct saved_claim one[] = {{.text = "a"}, {.text = "b"}}, other[] = {{.text = "ab"}, {.text = ""}};
	struct boots b = {.unconfirmed = 2, .boot_id = "a", .claims = 7};

	(void)state;
	b = boots_begin(&b, "b", 8);
	assert_int_equal(b.unconfirmed, 1);
	assert_false(b.is_released);
	assert_true(boots_claims(&(struct claims){.items = one, .n = 2}) != boots_claims(&(struct claims){.items = other, .n = 2}));
	assert_true(boots_claims(&(struct claims){.items = one, .n = 2}) != boots_claims(&(struct claims){.items = one, .n = 1}));
}

static void the_count_is_read_as_it_is_written_and_nothing_else(void **state)
{
	static const char *const bad[] = {"", "unconfirmed = 1\n",
	    "unconfirmed = 01\nboot = x\nreleased = no\nclaims = 0000000000000007\n",
	    "unconfirmed = 1\nboot = x\nreleased = maybe\nclaims = 0000000000000007\n",
	    "unconfirmed = 1\nboot = 0a1b2c3d-0000-4000-8000-0000000000011\nreleased = no\nclaims = 0000000000000007\n",
	    "unconfirmed = 1\nboot = x\nreleased = no\nclaims = 0000000000000007\nmore\n"};
	cleanup_arena struct arena mem = {0};
	struct boots b = {.unconfirmed = 2, .boot_id = "0a1b2c3d-0000-4000-8000-000000000001", .is_released = true, .claims = 7}, read;

	(void)state;
	assert_true(boots_file_parse(boots_file_text(&mem, &b), &read));
	assert_string_equal(boots_file_text(&mem, &read),
	    "unconfirmed = 2\nboot = 0a1b2c3d-0000-4000-8000-000000000001\nreleased = yes\nclaims = 0000000000000007\n");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(boots_file_parse(bad[i], &read));
}

static void a_login_screen_is_nobodys_login(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct login_session s;

	(void)state;
	login_session_parse(&mem, "UID=1000\nCLASS=user\nSTATE=active\n", &s);
	assert_true(s.is_of_person);
	login_session_parse(&mem, "CLASS=user-early\n", &s);
	assert_true(s.is_of_person);
	login_session_parse(&mem, "CLASS=greeter\nDESKTOP=user\n", &s);
	assert_false(s.is_of_person);
	login_session_parse(&mem, "UID=0\n", &s);
	assert_false(s.is_of_person);
}

/* ---- what was allowed ---- */

#define CARD                                                                                                           \
	"path = 0000:00/01.0\nvendor = 10de\ndevice = 2204\nclass = 030000\naddress = 0000:00:01.0\n"                  \
	"card = 0000:00/01.0\nclaimed = 2026-11-20T18:00:01Z\nwish = x\n"

static void what_was_allowed_is_kept_in_the_claim(void **state)
{
	static const char *const bad[] = {"nothing", "display:0000:01:00.0", "stranger", "display  unknown", "display,unknown"};
	cleanup_arena struct arena mem = {0};
	struct claim c;
	struct err e = {0};

	(void)state;
	assert_int_equal(claim_file_parse(&mem, CARD, &c, &e), 0);
	assert_null(c.allow);
	assert_null(strstr(claim_file_text(&mem, &c), "allow"));
	assert_int_equal(claim_file_parse(&mem, CARD "allow = display unknown\n", &c, &e), 0);
	assert_string_equal(c.allow, "display unknown");
	assert_non_null(strstr(claim_file_text(&mem, &c), "\nallow = display unknown\nclaimed = "));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_not_equal(claim_file_parse(&mem, arena_printf(&mem, CARD "allow = %s\n", bad[i]), &c, &e), 0);
}

static const char *plan_allowed(struct arena *mem, const char *allow, const char *saved_text)
{
	struct host h = HOST(mem, {"0000:00:01.0", 0x030000, "10de:2204", 1, "nouveau"});
	struct saved_claim saved = {.name = "0000-00-01.0", .file = "/etc/passthru/claims.d/0000-00-01.0.conf", .text = saved_text, .is_plain = true};
	struct claims all = {.items = &saved, .n = saved_text ? 1 : 0};
	struct port_path path;
	struct allowance allowed[8] = {0};
	struct pci_addr target = addr_of("0000:00:01.0");
	struct claim_wish wish = {.bind = {.verb = VERB_CLAIM, .targets = &target, .n_targets = 1, .allowed = allowed}, .typed = "x"};
	char *rest = arena_strdup(mem, allow);
	struct plan p;
	int *functions;
	size_t n;
	struct err e = {0};

	for (char *word; *rest && (word = strsep(&rest, " "));) {
		assert_true(allowance_parse(mem, word, &allowed[wish.bind.n_allowed++]));
		if (!rest)
			break;
	}
	assert_true(port_path_parse("0000:00/01.0", &path));
	h.functions[0].path = &path;
	h.functions[0].is_vf = TRI_NO;
	if (saved_text)
		assert_int_equal(claim_file_parse(mem, saved_text, &saved.claim, &e), 0);
	if (plan_claim(mem, &h, &all, &wish, &p, &functions, &n, &e) < 0)
		fail_msg("%s", e.what);
	return p.n_steps > 0 ? p.steps[p.n_steps - 1].want.text : NULL;
}

static void a_claim_keeps_what_was_allowed_of_its_function(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_non_null(strstr(plan_allowed(&mem, "display unknown:00:01.0 network:00:02.0 display stranger", NULL),
	    "\nallow = display unknown\n"));
	assert_null(strstr(plan_allowed(&mem, "network:00:02.0", NULL), "allow"));
}

static void claimed_again_it_allows_more_and_never_less(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *text;

	(void)state;
	assert_null(plan_allowed(&mem, "", CARD "allow = display\n"));
	assert_null(plan_allowed(&mem, "display", CARD "allow = display\n"));
	text = plan_allowed(&mem, "unknown", CARD "allow = display\nfor = win11\n");
	assert_non_null(strstr(text, "\nallow = display unknown\n"));
	assert_non_null(strstr(text, "\nfor = win11\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_claimed_function_has_the_line_of_the_first_and_its_own),
	    T(bus_numbers_below_the_root_are_left_open),
	    T(roots_elsewhere_in_sysfs_are_as_good),
	    T(a_place_that_cannot_be_written_costs_the_one_line_and_is_said),
	    T(a_drivers_name_that_is_none_is_never_written),
	    T(storage_is_never_in_the_rules),
	    T(the_rules_are_of_the_host_as_it_is),
	    T(images_that_another_program_keeps_are_told),
	    T(the_words_switch_off_as_udev_reads_them),
	    T(two_boots_that_were_not_confirmed_end_the_serving_until_one_is),
	    T(other_claims_are_counted_anew),
	    T(the_count_is_read_as_it_is_written_and_nothing_else),
	    T(a_login_screen_is_nobodys_login),
	    T(what_was_allowed_is_kept_in_the_claim),
	    T(a_claim_keeps_what_was_allowed_of_its_function),
	    T(claimed_again_it_allows_more_and_never_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
