/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card that the host draws on: Xorg's files, the choice of one, what else decides. */
#include "tree.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/display.h"
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

static struct asked use(struct tree *t, const char *address)
{
	struct change_options options = {.is_dry_run = true, .wish = "display use"};
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	struct asked a = {0};

	a.outcome = flow_display_use(&f, addr_of(address), &options, &a.change, &a.e);
	return a;
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
	    T(cards_of_virtual_machines_and_no_cards_are_refused),
	    T(what_contradicts_is_named_and_foreign_files_stay),
	    T(prime_select_is_told_what_keeps_the_other_card_on_the_bus),
	    T(sessions_are_told_with_their_type),
	    T(files_of_xorg_are_read_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
