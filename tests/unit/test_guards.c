/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host would lose: each guard trips on what it is for, and not on what only looks like it. */
#include <errno.h>
#include <string.h>

#include "check.h"

#include "base/str.h"
#include "judge/guards.h"
#include "plan/bind.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define OTHER "0000:02:00.0"
#define NVME "0000:03:00.0"
#define NIC "0000:04:00.0"
#define USB "0000:05:00.0"
#define USB2 "0000:06:00.0"

static const struct row rows[] = {
    {"0000:00:1f.3", 0x0c0500, "8086:a323", 9, "i801_smbus"},
    {GPU, 0x030000, "10de:2204", 1, "nouveau", "?"},
    {SOUND, 0x040300, "10de:1aef", 1, "snd_hda_intel", "?"},
    {OTHER, 0x030000, "1002:73bf", 2, "amdgpu", "?"},
    {NVME, 0x010802, "144d:a808", 3, "nvme", "?"},
    {NIC, 0x020000, "8086:10d3", 4, "e1000e", "?"},
    {USB, 0x0c0330, "1912:0014", 5, "xhci_hcd", "?"},
    {USB2, 0x0c0330, "1912:0014", 6, "xhci_hcd", "?"},
};

struct seen {
	struct arena mem;
	struct host h;
	struct use uses[8];
	struct blind_spot blind[2];
};

static void open_host(struct seen *s)
{
	*s = (struct seen){0};
	s->h = host_of(&s->mem, rows, ARRAY_LEN(rows));
	s->h.server_type = SERVER_DESKTOP;
	s->h.uses = s->uses;
	s->h.blind = s->blind;
}

static void use(struct seen *s, enum use_kind kind, const char *function, const char *subject)
{
	s->uses[s->h.n_uses++] = (struct use){kind, function ? index_of(&s->h, function) : -1, subject, "/proc/evidence"};
}

/* The guards of one function that goes alone, "storage unknown". */
static const char *guards_of(struct seen *s, const char *function)
{
	struct guard *guards;
	size_t n = judge_guards(&s->mem, &s->h, function_of(&s->h, function), NULL, 0, &guards);
	const char *text = "";

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(guards[i].function, index_of(&s->h, function));
		assert_string_not_equal(guards[i].text, "");
		text = arena_printf(&s->mem, "%s%s%s", text, *text ? " " : "", guard_id_name(guards[i].id));
	}
	return text;
}

static void trips(enum use_kind kind, const char *function, const char *want)
{
	struct seen s;

	open_host(&s);
	assert_string_equal(guards_of(&s, function), "");
	use(&s, kind, function, "something");
	assert_string_equal(guards_of(&s, function), want);
	arena_done(&s.mem);
}

static void every_use_trips_its_guard(void **state)
{
	(void)state;
	trips(USE_SYSTEM_DISK, NVME, "system-disk");
	trips(USE_MOUNT, NVME, "storage");
	trips(USE_DISK_CLAIM, NVME, "storage");
	trips(USE_SIGNATURE, NVME, "disk-contents");
	trips(USE_ROUTE, NIC, "network");
	trips(USE_NET_STORAGE, NIC, "network");
	trips(USE_SESSION, NIC, "session");
	trips(USE_BOOT_DISPLAY, GPU, "display");
	trips(USE_CONNECTOR, GPU, "display");
	trips(USE_CONSOLE, GPU, "display");
	trips(USE_KEYBOARD, USB, "keyboard");
	trips(USE_MACHINE, GPU, "vm");
}

static void a_use_of_another_function_is_no_guard(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	use(&s, USE_SYSTEM_DISK, NVME, "/ on nvme0n1p2");
	use(&s, USE_ROUTE, NIC, "default route by eth0");
	assert_string_equal(guards_of(&s, GPU), "");
	assert_string_equal(guards_of(&s, USB), "");
	arena_done(&s.mem);
}

static void a_guard_names_what_would_be_lost_and_where_it_was_seen(void **state)
{
	struct guard *guards;
	struct seen s;

	(void)state;
	open_host(&s);
	use(&s, USE_SYSTEM_DISK, NVME, "/ on nvme0n1p2");
	use(&s, USE_SYSTEM_DISK, NVME, "swap on nvme0n1p3");
	assert_int_equal(judge_guards(&s.mem, &s.h, function_of(&s.h, NVME), NULL, 0, &guards), 1);
	assert_non_null(strstr(guards[0].text, "/ on nvme0n1p2, swap on nvme0n1p3"));
	assert_string_equal(guards[0].evidence, "/proc/evidence");
	arena_done(&s.mem);
}

static void a_headless_server_gives_its_only_display_unless_a_monitor_is_lit(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	s.h.server_type = SERVER_HEADLESS;
	use(&s, USE_BOOT_DISPLAY, GPU, GPU);
	use(&s, USE_CONSOLE, GPU, "text console by fb0");
	assert_string_equal(guards_of(&s, GPU), "");
	use(&s, USE_CONNECTOR, GPU, "card0-HDMI-A-1");
	assert_string_equal(guards_of(&s, GPU), "display");
	arena_done(&s.mem);
}

static void the_only_display_stays_unless_the_machine_is_headless(void **state)
{
	struct seen s;
	int both[2];

	(void)state;
	open_host(&s);
	assert_string_equal(guards_of(&s, GPU), "");
	/* The other one goes as well, or is a guest's already, or is none that a monitor could hang on. */
	both[0] = index_of(&s.h, GPU);
	both[1] = index_of(&s.h, OTHER);
	{
		struct guard *guards;

		assert_int_equal(judge_guards(&s.mem, &s.h, function_of(&s.h, GPU), both, 2, &guards), 1);
		assert_int_equal(guards[0].id, GUARD_DISPLAY);
	}
	s.h.functions[both[1]].driver = "vfio-pci";
	assert_string_equal(guards_of(&s, GPU), "display");
	s.h.functions[both[1]].driver = "nvidia";
	s.h.functions[both[1]].class_code = 0x030200;
	assert_string_equal(guards_of(&s, GPU), "display");
	assert_string_equal(guards_of(&s, OTHER), "");
	s.h.server_type = SERVER_UNKNOWN;
	assert_string_equal(guards_of(&s, GPU), "display");
	s.h.server_type = SERVER_HEADLESS;
	assert_string_equal(guards_of(&s, GPU), "");
	arena_done(&s.mem);
}

static void a_second_keyboard_elsewhere_is_enough_unless_it_goes_too(void **state)
{
	struct guard *guards;
	struct seen s;
	int both[2];

	(void)state;
	open_host(&s);
	use(&s, USE_KEYBOARD, USB, "Keyboard A");
	use(&s, USE_KEYBOARD, USB2, "Keyboard B");
	assert_string_equal(guards_of(&s, USB), "");
	both[0] = index_of(&s.h, USB);
	both[1] = index_of(&s.h, USB2);
	assert_int_equal(judge_guards(&s.mem, &s.h, function_of(&s.h, USB), both, 2, &guards), 1);
	assert_int_equal(guards[0].id, GUARD_KEYBOARD);
	use(&s, USE_KEYBOARD, NULL, "AT keyboard");
	assert_int_equal(judge_guards(&s.mem, &s.h, function_of(&s.h, USB), both, 2, &guards), 0);
	arena_done(&s.mem);
}

static bool is_platform(uint32_t class_code, const char *ids, bool is_on_root_bus)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:1f.0", class_code, ids, 1, NULL, is_on_root_bus ? NULL : "?"});

	return judge_is_platform(&h.functions[0]);
}

static void parts_of_the_mainboard_stay(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	assert_string_equal(guards_of(&s, "0000:00:1f.3"), "platform");
	arena_done(&s.mem);
	assert_true(is_platform(0x060100, "8086:a305", true));
	assert_true(is_platform(0x080600, "1022:1481", true));
	assert_true(is_platform(0x050000, "8086:a36f", true));
	assert_true(is_platform(0x078000, "8086:a360", true));
	assert_true(is_platform(0x0c8000, "8086:a324", true));
	assert_true(is_platform(0x108000, "1022:1486", false));
	assert_true(is_platform(0x130000, "1022:1485", false));
	/* An NVSwitch, a serial card, an SD host, a crypto card, a SATA controller, a USB controller of the chipset. */
	assert_false(is_platform(0x068000, "10de:22a3", false));
	assert_false(is_platform(0x070002, "1415:c158", false));
	assert_false(is_platform(0x080501, "8086:02f5", true));
	assert_false(is_platform(0x108000, "8086:4940", false));
	assert_false(is_platform(0x010601, "8086:a352", true));
	assert_false(is_platform(0x0c0330, "8086:a36d", true));
	assert_false(is_platform(0x0c8000, "10de:1ad7", false));
}

static void what_cannot_be_seen_is_unknown_where_it_matters(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	s.blind[s.h.n_blind++] = (struct blind_spot){AREA_STORAGE, "only root can see it", "/dev/sda"};
	assert_string_equal(guards_of(&s, NVME), "unknown");
	assert_string_equal(guards_of(&s, USB), "unknown");
	assert_string_equal(guards_of(&s, GPU), "");
	assert_string_equal(guards_of(&s, NIC), "");
	s.h.functions[index_of(&s.h, NVME)].driver = NULL;
	s.h.functions[index_of(&s.h, NVME)].has_driver = TRI_NO;
	assert_string_equal(guards_of(&s, NVME), "");
	s.blind[s.h.n_blind++] = (struct blind_spot){AREA_DISPLAY, "the console's card cannot be told", "/proc/iomem"};
	assert_string_equal(guards_of(&s, GPU), "unknown");
	assert_string_equal(guards_of(&s, NIC), "");
	s.h.server_type = SERVER_HEADLESS;
	assert_string_equal(guards_of(&s, GPU), "");
	arena_done(&s.mem);
}

static void virtual_functions_hold_their_physical_one(void **state)
{
	const char *attributes[ATTRIBUTES] = {[ATTR_VFS] = "4"};
	struct seen s;

	(void)state;
	open_host(&s);
	s.h.functions[index_of(&s.h, NIC)].attributes = attributes;
	assert_string_equal(guards_of(&s, NIC), "vfs");
	arena_done(&s.mem);
}

/* ---- what plans make of them ---- */

static int plan(struct seen *s, const char *function, struct bind_wish wish, struct plan *ret, struct err *e)
{
	struct pci_addr addr = addr_of(function);

	wish.targets = &addr;
	wish.n_targets = 1;
	*e = (struct err){0};
	*ret = (struct plan){0};
	return plan_bind(&s->mem, &s->h, &wish, ret, e);
}

static void a_guard_refuses_and_says_the_words_that_override_it(void **state)
{
	struct allowance wrong = {.id = "storage", .is_of_all = true}, right = {.id = "network", .addr = addr_of(NIC)};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	use(&s, USE_ROUTE, NIC, "default route by eth0");
	assert_int_equal(plan(&s, NIC, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "default route by eth0"));
	assert_non_null(strstr(e.what, "/proc/evidence"));
	assert_non_null(strstr(e.hint, "--allow=network:" NIC));
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.allowed = &wrong, .n_allowed = 1}, &p, &e), -EPERM);
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.driver = "pci-stub"}, &p, &e), -EPERM);
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.verb = VERB_UNBIND}, &p, &e), -EPERM);
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.allowed = &right, .n_allowed = 1}, &p, &e), 0);
	assert_true(plan_count_moves(&p) > 0);
	arena_done(&s.mem);
}

static void the_disk_the_host_runs_from_never_goes(void **state)
{
	struct allowance all[] = {{.id = "storage", .is_of_all = true}, {.id = "disk-contents", .is_of_all = true},
	    {.id = "unknown", .is_of_all = true}};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	use(&s, USE_MOUNT, NVME, "/data on nvme0n1p3");
	use(&s, USE_SYSTEM_DISK, NVME, "/ on nvme0n1p2");
	assert_int_equal(plan(&s, NVME, (struct bind_wish){.allowed = all, .n_allowed = 3}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "/ on nvme0n1p2"));
	assert_null(strstr(e.hint, "--allow"));
	arena_done(&s.mem);
}

static void two_guards_are_overridden_by_two_words(void **state)
{
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	use(&s, USE_ROUTE, NIC, "default route by eth0");
	use(&s, USE_SESSION, NIC, "this ssh session from 192.0.2.7 by eth0");
	assert_int_equal(plan(&s, NIC, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.hint, "--allow=network:" NIC));
	assert_non_null(strstr(e.hint, "--allow=session:" NIC));
	arena_done(&s.mem);
}

/* All of a card goes together, so all of its words are said at once. */
static void the_words_of_a_whole_card_are_said_together(void **state)
{
	struct allowance display = {.id = "display", .addr = addr_of(GPU)};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	use(&s, USE_MACHINE, GPU, "libvirt machine win11");
	use(&s, USE_MACHINE, SOUND, "libvirt machine win11");
	use(&s, USE_CONNECTOR, GPU, "card0-HDMI-A-1");
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.hint, "--allow=vm:" GPU " --allow=display:" GPU " --allow=vm:" SOUND " overrides"));
	assert_int_equal(plan(&s, GPU, (struct bind_wish){.allowed = &display, .n_allowed = 1}, &p, &e), -EPERM);
	assert_non_null(strstr(e.hint, "--allow=vm:" GPU " --allow=vm:" SOUND " overrides"));
	arena_done(&s.mem);
}

static void words_that_do_not_fit_are_said_without_addresses(void **state)
{
	static const enum use_kind kinds[] = {USE_MOUNT, USE_SIGNATURE, USE_ROUTE, USE_SESSION};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		use(&s, kinds[i], GPU, "something");
		use(&s, kinds[i], SOUND, "something");
	}
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(
	    strstr(e.hint, "--allow=storage --allow=session --allow=network --allow=disk-contents overrides this"));
	arena_done(&s.mem);
}

static void a_stranger_that_is_parked_is_guarded_as_well(void **state)
{
	struct allowance stranger = {.id = "stranger", .is_of_all = true};
	struct row shared[] = {{GPU, 0x030000, "10de:2204", 1, "nouveau", "?"}, {OTHER, 0x010802, "144d:a808", 1, "nvme", "?"}};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	s.h = host_of(&s.mem, shared, 2);
	s.h.uses = s.uses;
	assert_int_equal(plan(&s, GPU, (struct bind_wish){.allowed = &stranger, .n_allowed = 1}, &p, &e), 0);
	use(&s, USE_SYSTEM_DISK, OTHER, "/ on nvme0n1p2");
	assert_int_equal(plan(&s, GPU, (struct bind_wish){.allowed = &stranger, .n_allowed = 1}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, OTHER));
	arena_done(&s.mem);
}

static void what_a_guest_has_already_costs_the_host_nothing(void **state)
{
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	use(&s, USE_MACHINE, NIC, "libvirt machine win11");
	s.h.functions[index_of(&s.h, NIC)].driver = "vfio-pci";
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.driver = "e1000e"}, &p, &e), 0);
	s.h.functions[index_of(&s.h, NIC)].driver = NULL;
	s.h.functions[index_of(&s.h, NIC)].has_driver = TRI_NO;
	assert_int_equal(plan(&s, NIC, (struct bind_wish){.driver = "e1000e"}, &p, &e), 0);
	assert_int_equal(plan(&s, NIC, (struct bind_wish){0}, &p, &e), -EPERM);
	arena_done(&s.mem);
}

/* What the plan requires a function's uses to be, NULL: nothing. */
static const char *required_uses(const struct plan *p, const char *function)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_USES && str_eq(p->steps[i].target, function))
			return p->steps[i].want.text;
	return NULL;
}

static void uses_that_are_allowed_must_still_be_the_same_when_it_is_done(void **state)
{
	struct allowance all = {.id = "storage", .is_of_all = true};
	struct seen s;
	struct plan p;
	struct err e;

	(void)state;
	open_host(&s);
	assert_int_equal(plan(&s, NVME, (struct bind_wish){0}, &p, &e), 0);
	assert_string_equal(required_uses(&p, NVME), "");
	use(&s, USE_MOUNT, NVME, "/data on nvme0n1p3");
	assert_int_equal(plan(&s, NVME, (struct bind_wish){.allowed = &all, .n_allowed = 1}, &p, &e), 0);
	assert_string_equal(required_uses(&p, NVME), "mount: /data on nvme0n1p3");
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}, &p, &e), 0);
	assert_null(required_uses(&p, GPU));
	arena_done(&s.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(every_use_trips_its_guard),
	    T(a_use_of_another_function_is_no_guard),
	    T(a_guard_names_what_would_be_lost_and_where_it_was_seen),
	    T(a_headless_server_gives_its_only_display_unless_a_monitor_is_lit),
	    T(the_only_display_stays_unless_the_machine_is_headless),
	    T(a_second_keyboard_elsewhere_is_enough_unless_it_goes_too),
	    T(parts_of_the_mainboard_stay),
	    T(what_cannot_be_seen_is_unknown_where_it_matters),
	    T(virtual_functions_hold_their_physical_one),
	    T(a_guard_refuses_and_says_the_words_that_override_it),
	    T(the_disk_the_host_runs_from_never_goes),
	    T(two_guards_are_overridden_by_two_words),
	    T(the_words_of_a_whole_card_are_said_together),
	    T(words_that_do_not_fit_are_said_without_addresses),
	    T(a_stranger_that_is_parked_is_guarded_as_well),
	    T(what_a_guest_has_already_costs_the_host_nothing),
	    T(uses_that_are_allowed_must_still_be_the_same_when_it_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
