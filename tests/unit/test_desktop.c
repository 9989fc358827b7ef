/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card that the host draws on: Xorg's files, the choice of one, what else decides. */
#include "tree.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/display.h"
#include "judge/display.h"
#include "model/our_file.h"
#include "sys/read_desktop.h"
#include "text/xorg_conf.h"

static struct xorg_conf parse(struct arena *mem, const char *text)
{
	struct xorg_conf c = {0};

	xorg_conf_add(mem, &c, "/etc/X11/xorg.conf", text);
	return c;
}

static void sections_that_name_cards_are_found(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct xorg_conf c = parse(&mem,
	    "# Section \"Device\"\n"
	    "Section \"Monitor\"\n\tIdentifier \"m\"\nEndSection\n"
	    "section\t\"DEVICE\" # mine\n\tIdentifier \"a # b\"\n\tDriver \"intel\"\n\tBus_ID \"PCI:0:2:0\"\n"
	    "\tOption \"TearFree\" \"true\"\n\tScreen 0\nEndSection\n"
	    "Section \"OutputClass\"\n\tIdentifier \"nvidia\"\n\tOption \"Primary GPU\" \"yes\"\nEndSection\n"
	    "Section \"OutputClass\" Option \"PrimaryGPU\" \"no\" EndSection Section \"Device\" BusID \"usb:1\"");

	(void)state;
	assert_int_equal(c.n, 4);
	assert_int_equal(c.items[0].line, 5);
	assert_false(c.items[0].is_class);
	assert_string_equal(c.items[0].identifier, "a # b");
	assert_string_equal(c.items[0].driver, "intel");
	assert_true(c.items[0].has_addr);
	assert_int_equal(pci_addr_cmp(c.items[0].addr, addr_of("0000:00:02.0")), 0);
	assert_true(c.items[1].is_class && c.items[1].is_primary);
	assert_false(c.items[2].is_primary);
	assert_string_equal(c.items[3].bus_id, "usb:1");
	assert_false(c.items[3].has_addr);
}

static void bus_ids_are_decimal(void **state)
{
	static const struct {
		const char *text, *address;
	} rows[] = {
	    {"PCI:1:0:0", "0000:01:00.0"},
	    {"PCI:10:0:0", "0000:0a:00.0"},
	    {"pci:101@2:31:7", "0002:65:1f.7"},
	    {"PCI:1@65536:0:0", "10000:01:00.0"},
	    {"PCI:257:0:0", "0001:01:00.0"},
	    {"agp:1:0", "0000:01:00.0"},
	    {"1:0:0", "0000:01:00.0"},
	};
	static const char *const bad[] = {"PCI:0a:0:0", "PCI:1", "PCI:1:32:0", "PCI:1:0:8", "PCI:1:0:0:0", "PCI:", "", "PCI:1:0:0 ",
	    "0000:01:00.0", "PCI:-1:0:0", "PCI:1@:0:0", "PCX:1:0:0", "P"};
	struct pci_addr addr;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cleanup_arena struct arena mem = {0};

		assert_true(xorg_bus_id_parse(rows[i].text, &addr));
		assert_int_equal(pci_addr_cmp(addr, addr_of(rows[i].address)), 0);
		assert_true(xorg_bus_id_parse(xorg_bus_id(&mem, addr), &addr));
		assert_int_equal(pci_addr_cmp(addr, addr_of(rows[i].address)), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(xorg_bus_id_parse(bad[i], &addr));
}

static void our_file_is_written_to_the_letter_and_known_again(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *text = xorg_display_text(&mem, addr_of("10000:0a:1f.1"), "modesetting", true);

	(void)state;
	assert_string_equal(text,
	    "# Made by passthru display use; changed by hand it is left alone and said.\n"
	    "Section \"Device\"\n"
	    "\tIdentifier \"passthru-display\"\n"
	    "\tDriver \"modesetting\"\n"
	    "\tBusID \"PCI:10@65536:31:1\"\n"
	    "EndSection\n"
	    "\n"
	    "Section \"ServerFlags\"\n"
	    "\tOption \"AutoAddGPU\" \"off\"\n"
	    "EndSection\n");
	assert_true(xorg_display_is_ours(&mem, text));
	assert_true(xorg_display_is_ours(&mem, xorg_display_text(&mem, addr_of("0000:00:02.0"), NULL, false)));
	assert_false(xorg_display_is_ours(&mem, arena_printf(&mem, "%s\n", text)));
	assert_false(xorg_display_is_ours(&mem, ""));
}

/* ---- on a host ---- */

struct asked {
	struct change change;
	enum outcome outcome;
	struct err e;
};

static struct asked use_with(struct tree *t, const char *address, bool wants_setup)
{
	struct change_options options = {.is_dry_run = true, .wish = "display use"};
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	struct asked a = {0};

	a.outcome = flow_display_use(&f, &(struct display_wish){.card = addr_of(address), .wants_setup = wants_setup}, &options, &a.change, &a.e);
	return a;
}

static struct asked use(struct tree *t, const char *address)
{
	return use_with(t, address, false);
}

static bool has_note(const struct change *c, const char *part)
{
	for (size_t i = 0; i < c->n_notes; i++)
		if (strstr(c->notes[i], part))
			return true;
	return false;
}

/* A laptop: the integrated card and NVIDIA's, which the firmware draws on. */
static void make_laptop(struct tree *t)
{
	tree_function(t, "0000:00:02.0", 0x030000, "8086:3E9B", "i915");
	tree_function(t, "0000:00:01.0", 0x060400, "8086:1901", "pcieport");
	tree_function(t, "0000:00:01.0/0000:01:00.0", 0x030000, "10DE:1C20", "nouveau");
	tree_function(t, "0000:00:1f.0", 0x060100, "8086:A30D", NULL);
	tree_file(t, "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/boot_vga", "1\n");
	tree_file(t, "sys/devices/pci0000:00/0000:00:02.0/boot_vga", "0\n");
}

static void the_card_of_the_host_is_written_and_nothing_else_opened(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	a = use(&t, "0000:00:02.0");
	assert_string_equal(a.e.what, "");
	assert_int_equal(a.change.plan.n_steps, 2);
	assert_int_equal(a.change.plan.steps[0].kind, KIND_IDENTITY);
	assert_string_equal(a.change.plan.steps[1].target, XORG_FILE);
	assert_string_equal(a.change.plan.steps[1].want.text, xorg_display_text(&t.mem, addr_of("0000:00:02.0"), "modesetting", true));
	assert_true(has_note(&a.change, "the firmware draws on another card: choose 0000:00:02.0"));
	assert_false(has_note(&a.change, "--firmware-setup"));
	assert_false(has_note(&a.change, "look for"));
	assert_true(has_note(&a.change, "Wayland does not read this"));
	assert_false(has_note(&a.change, "prime-select"));
	/* The same again is nothing. */
	tree_file(&t, "etc/X11/xorg.conf.d/10-passthru-display.conf", a.change.plan.steps[1].want.text);
	a = use(&t, "0000:00:02.0");
	assert_int_equal(a.outcome, OUTCOME_NOTHING);
	/* The firmware's own card needs no other choice in its setup. */
	a = use(&t, "0000:01:00.0");
	assert_false(has_note(&a.change, "the firmware draws"));
	tree_done(&t);
}

static void where_the_firmware_chooses_is_said(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "sys/class/dmi/id/board_vendor", "ASRock\n");
	tree_folder(&t, "sys/firmware/efi");
	a = use(&t, "0000:00:02.0");
	assert_true(has_note(&a.change, "Primary Graphics Adapter"));
	assert_true(has_note(&a.change, "systemctl reboot --firmware-setup"));
	tree_done(&t);
}

#define INDICATIONS "sys/firmware/efi/efivars/OsIndicationsSupported-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static void write_indications(struct tree *t, unsigned char bits, size_t size)
{
	unsigned char data[12] = {6, 0, 0, 0, bits};
	FILE *file;

	tree_file(t, INDICATIONS, "");
	file = fopen(arena_printf(&t->mem, "%s/" INDICATIONS, t->root), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void only_a_firmware_that_can_be_asked_is(void **state)
{
	struct err e = {0};
	struct desktop d;
	struct asked a;
	struct flow f;
	struct tree t;

	(void)state;
	tree_open(&t);
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	make_laptop(&t);
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_UNKNOWN);
	assert_int_equal(flow_check_firmware_setup(&f, &e), -EOPNOTSUPP);
	assert_non_null(strstr(e.what, "cannot be read"));
	write_indications(&t, 0x41, 12);
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_YES);
	assert_int_equal(flow_check_firmware_setup(&f, &e), 0);
	a = use(&t, "0000:00:02.0");
	assert_true(has_note(&a.change, "and --firmware does it from here"));
	a = use_with(&t, "0000:00:02.0", true);
	assert_true(has_note(&a.change, "systemctl reboot --firmware-setup comes last"));
	/* Asked for where nothing need be set. */
	a = use_with(&t, "0000:01:00.0", true);
	assert_true(has_note(&a.change, "draws on 0000:01:00.0 already"));
	assert_true(has_note(&a.change, "comes last"));
	write_indications(&t, 0x3e, 12);
	assert_int_equal(flow_check_firmware_setup(&f, &e), -EOPNOTSUPP);
	assert_non_null(strstr(e.what, "cannot be asked for its setup"));
	a = use(&t, "0000:00:02.0");
	assert_false(has_note(&a.change, "systemctl"));
	assert_true(has_note(&a.change, "press its key"));
	write_indications(&t, 1, 5);
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_UNKNOWN);
	tree_done(&t);
	/* A machine without EFI, and one with other variables alone. */
	tree_open(&t);
	tree_folder(&t, "sys/firmware");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_NO);
	tree_folder(&t, "sys/firmware/efi");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_UNKNOWN);
	tree_file(&t, "sys/firmware/efi/efivars/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c", "x");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.has_setup, TRI_NO);
	tree_done(&t);
}

static void cards_of_virtual_machines_and_no_cards_are_refused(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	a = use(&t, "0000:00:1f.0");
	assert_int_equal(a.e.code, -EINVAL);
	a = use(&t, "0000:07:00.0");
	assert_int_equal(a.e.code, -ENODEV);
	tree_file(&t, "etc/passthru/claims.d/0000-00-01.0-00.0.conf",
	    "path = 0000:00/01.0/00.0\nvendor = 10de\ndevice = 1c20\nclass = 030000\naddress = 0000:01:00.0\n"
	    "card = 0000:00/01.0/00.0\nclaimed = 2026-11-20T18:00:01Z\nwish = x\n");
	a = use(&t, "0000:01:00.0");
	assert_int_equal(a.e.code, -EPERM);
	assert_non_null(strstr(a.e.what, "is claimed"));
	tree_function(&t, "0000:00:03.0", 0x030000, "1002:1638", "vfio-pci");
	a = use(&t, "0000:00:03.0");
	assert_int_equal(a.e.code, -EPERM);
	assert_non_null(strstr(a.e.what, "is handed over"));
	tree_done(&t);
}

static void what_contradicts_is_named_and_foreign_files_stay(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "etc/X11/xorg.conf", "Section \"Device\"\n BusID \"PCI:1:0:0\"\nEndSection\n");
	tree_file(&t, "etc/X11/xorg.conf.d/20-intel.conf", "Section \"Device\"\n BusID \"PCI:0:2:0\"\nEndSection\n");
	tree_file(&t, "usr/share/X11/xorg.conf.d/10-nvidia.conf", "Section \"OutputClass\"\n Option \"PrimaryGPU\" \"yes\"\nEndSection\n");
	a = use(&t, "0000:00:02.0");
	assert_true(has_note(&a.change, "/etc/X11/xorg.conf line 1 draws on 0000:01:00.0"));
	assert_false(has_note(&a.change, "20-intel.conf"));
	assert_true(has_note(&a.change, "10-nvidia.conf line 1 makes every card of its class the first one"));
	tree_file(&t, "etc/X11/xorg.conf.d/10-passthru-display.conf", "# mine\n");
	a = use(&t, "0000:00:02.0");
	assert_int_equal(a.e.code, -EEXIST);
	tree_done(&t);
}

static const struct step *setting_of(const struct change *c)
{
	for (size_t i = 0; i < c->plan.n_steps; i++)
		if (c->plan.steps[i].kind == KIND_SETTING)
			return &c->plan.steps[i];
	return NULL;
}

static void assert_setting(const struct change *c, const char *target, const char *have, const char *want)
{
	const struct step *s = setting_of(c);

	if (!s) {
		fail_msg("%s is not told", target);
		return;
	}
	assert_string_equal(s->target, target);
	assert_string_equal(s->have.text, have);
	assert_string_equal(s->want.text, want);
	assert_int_equal(s->back, BACK_EXACT);
	assert_true(c->needs_reboot);
	assert_true(has_note(c, " is run, and is in force after a reboot"));
}

static void a_laptop_s_prime_select_is_told_where_it_is_at_the_other_card(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "sys/class/dmi/id/chassis_type", "10\n");
	tree_file(&t, "usr/bin/prime-select", "");
	tree_file(&t, "etc/prime-discrete", "on\n");
	a = use(&t, "0000:00:02.0");
	assert_setting(&a.change, "prime-select", "nvidia", "on-demand");
	/* The file first: the program may take minutes. */
	assert_int_equal(a.change.plan.steps[a.change.plan.n_steps - 1].kind, KIND_SETTING);
	assert_int_equal(a.change.plan.steps[0].kind, KIND_IDENTITY);
	a = use(&t, "0000:01:00.0");
	assert_null(setting_of(&a.change));
	tree_file(&t, "etc/prime-discrete", "on-demand\n");
	a = use(&t, "0000:01:00.0");
	assert_setting(&a.change, "prime-select", "on-demand", "nvidia");
	tree_file(&t, "etc/prime-discrete", "off\n");
	a = use(&t, "0000:00:02.0");
	assert_null(setting_of(&a.change));
	assert_false(a.change.needs_reboot);
	a = use(&t, "0000:01:00.0");
	assert_setting(&a.change, "prime-select", "intel", "nvidia");
	/* What cannot be gone back to is left to its owner. */
	tree_file(&t, "etc/prime-discrete", "; rm -rf /\n");
	a = use(&t, "0000:01:00.0");
	assert_null(setting_of(&a.change));
	assert_true(has_note(&a.change, "prime-select nvidia, reboot"));
	tree_done(&t);
}

static void machines_that_prime_select_is_not_for_are_left_to_their_owner(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	/* A desktop. */
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "sys/class/dmi/id/chassis_type", "3\n");
	tree_file(&t, "usr/bin/prime-select", "");
	tree_file(&t, "etc/prime-discrete", "on\n");
	a = use(&t, "0000:00:02.0");
	assert_null(setting_of(&a.change));
	assert_true(has_note(&a.change, "prime-select on-demand, reboot"));
	tree_done(&t);
	/* A laptop with NVIDIA's card alone, the other one off in its setup. */
	tree_open(&t);
	tree_function(&t, "0000:01:00.0", 0x030000, "10DE:1C20", "nvidia");
	tree_file(&t, "sys/class/dmi/id/chassis_type", "10\n");
	tree_file(&t, "usr/bin/prime-select", "");
	tree_file(&t, "etc/prime-discrete", "on-demand\n");
	a = use(&t, "0000:01:00.0");
	assert_null(setting_of(&a.change));
	tree_done(&t);
}

static void suse_s_service_is_told_and_its_waiting_process_is_not_started(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "sys/class/dmi/id/chassis_type", "10\n");
	tree_file(&t, "usr/sbin/prime-select", "");
	tree_file(&t, "etc/prime/current_type", "nvidia\n");
	a = use(&t, "0000:00:02.0");
	assert_null(setting_of(&a.change));
	assert_true(has_note(&a.change, "prime-select intel, which switches when you log out"));
	tree_file(&t, "etc/systemd/system/multi-user.target.wants/prime-select.service", "");
	a = use(&t, "0000:00:02.0");
	assert_setting(&a.change, "prime-select boot", "last", "intel");
	tree_file(&t, "etc/prime/boot", "nvidia\n");
	a = use(&t, "0000:00:02.0");
	assert_setting(&a.change, "prime-select boot", "nvidia", "intel");
	tree_file(&t, "etc/prime/boot", "intel2\n");
	a = use(&t, "0000:00:02.0");
	assert_null(setting_of(&a.change));
	/* What it is at now, and not at boot. */
	tree_file(&t, "etc/prime/current_type", "intel\n");
	tree_file(&t, "etc/prime/boot", "nvidia\n");
	a = use(&t, "0000:00:02.0");
	assert_setting(&a.change, "prime-select boot", "nvidia", "intel");
	tree_function(&t, "0000:00:03.0", 0x030000, "1002:1638", "amdgpu");
	a = use(&t, "0000:00:03.0");
	assert_setting(&a.change, "prime-select boot", "nvidia", "amd");
	tree_done(&t);
}

static void a_record_holds_nothing_but_words_of_prime_select(void **state)
{
	static const struct {
		const char *target, *word;
		bool is_good;
	} rows[] = {
	    {"prime-select", "on-demand", true}, {"prime-select", "intel", true}, {"prime-select", "amd", false},
	    {"prime-select", "last", false}, {"prime-select", "set", false}, {"prime-select", "query", false},
	    {"prime-select boot", "amd", true}, {"prime-select boot", "last", true}, {"prime-select boot", "on-demand", false},
	    {"prime-select next-boot", "intel", false}, {"grubby iommu=pt", "intel", false},
	};
	cleanup_arena struct arena mem = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan p = {0}, back;
		struct json_object *json;
		struct err e = {0};

		plan_add_move(&mem, &p, KIND_SETTING, rows[i].target, (struct value){.text = "nvidia"}, (struct value){.text = rows[i].word});
		if (str_eq(rows[i].target, "grubby iommu=pt"))
			p.steps[0].have.text = "set";
		json = plan_to_json(&p);
		assert_int_equal(plan_from_json(&mem, json, &back, &e) == 0, rows[i].is_good);
		json_object_put(json);
	}
}

/* ---- afterwards ---- */

static struct display_progress judge(struct tree *t, const struct display_chosen *chosen)
{
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	struct display_progress p;
	struct desktop d;
	struct err e = {0};
	struct host h;

	assert_int_equal(flow_display_status(&f, &h, &d, &p, &e), 0);
	judge_display(&t->mem, &h, &d, chosen, &p);
	return p;
}

static void what_came_of_it_is_seen_by_driver_power_and_screens(void **state)
{
	struct display_chosen chosen = {.is_any = true, .card = addr_of("0000:00:02.0"), .is_new = true};
	struct display_progress p;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "usr/bin/prime-select", "");
	tree_file(&t, "etc/prime-discrete", "on-demand\n");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/power/runtime_status", "suspended\n");
	p = judge(&t, &(struct display_chosen){0});
	assert_int_equal(p.stage, DISPLAY_NOT_CHOSEN);
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NEEDS_SERVER);
	chosen.prime_target = PRIME_TARGET;
	chosen.prime_word = "on-demand";
	chosen.is_prime_new = true;
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NEEDS_REBOOT);
	assert_string_equal(p.command, "prime-select on-demand");
	/* After the reboot, with the firmware still at the other one. */
	chosen.is_new = chosen.is_prime_new = false;
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NOT_TAKEN);
	assert_non_null(strstr(p.next, "passthru display use 0000:00:02.0 --firmware"));
	assert_int_equal(p.n_others, 1);
	assert_string_equal(p.others[0], "0000:01:00.0: driver nouveau, suspended, shows nothing");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/boot_vga", "0\n");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:02.0/boot_vga", "1\n");
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_TAKEN);
	assert_non_null(strstr(p.next, "passthru bind 0000:01:00.0"));
	/* Somebody chose the other one since. */
	tree_file(&t, "etc/prime-discrete", "on\n");
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NOT_TAKEN);
	assert_non_null(strstr(p.text, "is at nvidia, and not at on-demand"));
	/* NVIDIA's draws, though the panel hangs on the other. */
	chosen = (struct display_chosen){.is_any = true, .card = addr_of("0000:01:00.0"), .prime_target = PRIME_TARGET, .prime_word = "nvidia"};
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NOT_TAKEN);
	tree_done(&t);
	tree_open(&t);
	tree_function(&t, "0000:00:02.0", 0x030000, "8086:3E9B", "i915");
	tree_function(&t, "0000:01:00.0", 0x030000, "10DE:1C20", "nvidia");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:02.0/boot_vga", "1\n");
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_TAKEN);
	/* Taken off the bus. */
	chosen.card = addr_of("0000:07:00.0");
	p = judge(&t, &chosen);
	assert_int_equal(p.stage, DISPLAY_NOT_TAKEN);
	assert_non_null(strstr(p.text, "is not there"));
	tree_done(&t);
}

static void prime_select_is_told_what_keeps_the_other_card_on_the_bus(void **state)
{
	struct desktop d;
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_laptop(&t);
	tree_file(&t, "usr/bin/prime-select", "");
	tree_file(&t, "etc/prime-discrete", "on\n");
	a = use(&t, "0000:00:02.0");
	assert_true(has_note(&a.change, "is at nvidia: prime-select on-demand, reboot"));
	a = use(&t, "0000:01:00.0");
	assert_false(has_note(&a.change, "prime-select"));
	tree_file(&t, "etc/prime-discrete", "on-demand\n");
	a = use(&t, "0000:00:02.0");
	assert_false(has_note(&a.change, "prime-select"));
	a = use(&t, "0000:01:00.0");
	assert_true(has_note(&a.change, "is at on-demand: prime-select nvidia, reboot"));
	tree_file(&t, "etc/prime-discrete", "off\n");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.prime, PRIME_UBUNTU);
	assert_string_equal(d.prime_choice, "intel");
	tree_file(&t, "etc/prime/current_type", "amd\n");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.prime, PRIME_SUSE);
	assert_string_equal(d.prime_choice, "amd");
	tree_done(&t);
}

static void sessions_are_told_with_their_type(void **state)
{
	struct desktop d;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "run/systemd/sessions/c1", "ACTIVE=1\nTYPE=x11\nCLASS=greeter\nSEAT=seat0\n");
	tree_file(&t, "run/systemd/sessions/3", "MYTYPE=no\nACTIVE=0\nTYPE=wayland\n");
	tree_file(&t, "run/systemd/sessions/3.ref", "TYPE=x11\n");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.n_sessions, 2);
	assert_string_equal(d.sessions[0].type, "wayland");
	assert_false(d.sessions[0].is_active);
	assert_null(d.sessions[0].seat);
	assert_string_equal(d.sessions[1].class_word, "greeter");
	assert_true(d.sessions[1].is_active);
	tree_done(&t);
}

static void files_of_xorg_are_read_in_its_order(void **state)
{
	struct desktop d;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "etc/X11/xorg.conf", "Section \"Device\"\nEndSection\n");
	tree_file(&t, "etc/X11/xorg.conf.d/20-b.conf", "Section \"Device\"\nEndSection\n");
	tree_file(&t, "etc/X11/xorg.conf.d/100-a.conf", "Section \"Device\"\nEndSection\n");
	tree_file(&t, "etc/X11/xorg.conf.d/30-off.conf.bak", "Section \"Device\"\nEndSection\n");
	tree_file(&t, "usr/share/X11/xorg.conf.d/z.conf", "Section \"Device\"\nEndSection\n");
	read_desktop(&t.real.sys, &t.mem, &d);
	assert_int_equal(d.xorg.n, 4);
	assert_string_equal(d.xorg.items[0].file, "/usr/share/X11/xorg.conf.d/z.conf");
	assert_string_equal(d.xorg.items[1].file, "/etc/X11/xorg.conf.d/100-a.conf");
	assert_string_equal(d.xorg.items[2].file, "/etc/X11/xorg.conf.d/20-b.conf");
	assert_string_equal(d.xorg.items[3].file, "/etc/X11/xorg.conf");
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(sections_that_name_cards_are_found),
	    T(bus_ids_are_decimal),
	    T(our_file_is_written_to_the_letter_and_known_again),
	    T(the_card_of_the_host_is_written_and_nothing_else_opened),
	    T(where_the_firmware_chooses_is_said),
	    T(only_a_firmware_that_can_be_asked_is),
	    T(cards_of_virtual_machines_and_no_cards_are_refused),
	    T(what_contradicts_is_named_and_foreign_files_stay),
	    T(a_laptop_s_prime_select_is_told_where_it_is_at_the_other_card),
	    T(machines_that_prime_select_is_not_for_are_left_to_their_owner),
	    T(suse_s_service_is_told_and_its_waiting_process_is_not_started),
	    T(a_record_holds_nothing_but_words_of_prime_select),
	    T(what_came_of_it_is_seen_by_driver_power_and_screens),
	    T(prime_select_is_told_what_keeps_the_other_card_on_the_bus),
	    T(sessions_are_told_with_their_type),
	    T(files_of_xorg_are_read_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
