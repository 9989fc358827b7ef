/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which function a keyboard hangs on. */
#include "check.h"

#include "tree.h"

#define USB "0000:00:14.0"
#define BELOW_USB "pci0000:00/" USB "/usb1/1-2/1-2:1.0/0003:046D:C31C.0001/input"

/* As the kernel tells them: KEY_MAX downwards, 64 keys a word. */
static const char full[] = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n";
static const char power_button[] = "10000000000000 0\n";
static const char mouse[] = "1f0000 0 0 0 0\n";
static const char lacks_one_letter[] = "ff9f207ac14057ff febeffdfffefffff fffffffffffbfffe\n"; /* KEY_R (19) */

static void open_host(struct tree *t)
{
	tree_open(t);
	tree_function(t, USB, 0x0c0330, "8086:a36d", "xhci_hcd");
	tree_function(t, "0000:00:1f.0", 0x060100, "8086:a305", NULL);
}

static void input(struct tree *t, const char *number, const char *below, const char *keys, const char *name, const char *bus)
{
	const char *folder = arena_printf(&t->mem, "sys/devices/%s/input%s", below, number);

	tree_file(t, arena_printf(&t->mem, "%s/capabilities/key", folder), keys);
	tree_file(t, arena_printf(&t->mem, "%s/name", folder), name);
	tree_file(t, arena_printf(&t->mem, "%s/id/bustype", folder), bus);
	tree_link(t, arena_printf(&t->mem, "sys/class/input/input%s", number),
	    arena_printf(&t->mem, "../../devices/%s/input%s", below, number));
}

static size_t all_keyboards(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_uses; i++)
		n += h->uses[i].kind == USE_KEYBOARD;
	return n;
}

static void a_usb_keyboard_hangs_on_its_controller(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	input(&t, "5", BELOW_USB, full, "Logitech USB Keyboard\n", "0003\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_KEYBOARD, USB, "Logitech USB Keyboard"), 1);
	assert_int_equal(all_keyboards(&h), 1);
	assert_string_equal(h.uses[0].evidence, "/sys/class/input/input5/name");
	tree_done(&t);
}

static void a_keyboard_on_ps2_hangs_on_no_function(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	input(&t, "3", "platform/i8042/serio0/input", full, "AT Translated Set 2 keyboard\n", "0011\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_KEYBOARD, NULL, "AT Translated Set 2 keyboard"), 1);
	assert_int_equal(all_keyboards(&h), 1);
	tree_done(&t);
}

static void what_has_no_letters_is_no_keyboard(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	input(&t, "0", "LNXSYSTM:00/LNXPWRBN:00/input", power_button, "Power Button\n", "0019\n");
	input(&t, "1", BELOW_USB, mouse, "Mouse\n", "0003\n");
	input(&t, "2", BELOW_USB, lacks_one_letter, "Macro pad\n", "0003\n");
	input(&t, "4", BELOW_USB, "nonsense\n", "Nonsense\n", "0003\n");
	tree_read(&t, &h);
	assert_int_equal(all_keyboards(&h), 0);
	tree_done(&t);
}

static void what_programs_and_remote_controls_make_is_no_keyboard(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	input(&t, "7", "virtual/input", full, "ydotoold virtual device\n", "0003\n");
	input(&t, "8", "pci0000:00/" USB "/usb1/1-4/rc/rc0", full, "RC for HDMI CEC\n", "001e\n");
	tree_read(&t, &h);
	assert_int_equal(all_keyboards(&h), 0);
	tree_done(&t);
}

static void a_bluetooth_keyboard_hangs_on_its_adapters_controller(void **state)
{
	const char *adapter = "pci0000:00/" USB "/usb1/1-14/1-14:1.0/bluetooth/hci0";
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	input(&t, "9", arena_printf(&t.mem, "%s/hci0:256/0005:046D:B342.0003/input", adapter), full, "K380\n", "0005\n");
	/* Low energy: made through uhid, below no device. */
	input(&t, "10", "virtual/misc/uhid/0005:046D:B35B.0004/input", full, "MX Keys\n", "0005\n");
	input(&t, "11", "virtual/misc/uhid/0003:046D:B35B.0005/input", full, "Emulated\n", "0003\n");
	tree_folder(&t, arena_printf(&t.mem, "sys/devices/%s", adapter));
	tree_link(&t, "sys/class/bluetooth/hci0", arena_printf(&t.mem, "../../devices/%s", adapter));
	tree_link(&t, "sys/class/bluetooth/hci0:256", "../../devices/platform/nowhere");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_KEYBOARD, USB, "K380"), 1);
	assert_int_equal(tree_uses(&h, USE_KEYBOARD, USB, "MX Keys"), 1);
	assert_int_equal(all_keyboards(&h), 2);
	tree_done(&t);
}

static void keys_that_cannot_be_read_are_unknown(void **state)
{
	struct tree t;
	struct host h;
	size_t n = 0;

	(void)state;
	open_host(&t);
	tree_folder(&t, "sys/class/input/input5");
	tree_folder(&t, "sys/class/input/mouse0");
	tree_read(&t, &h);
	for (size_t i = 0; i < h.n_blind; i++)
		n += h.blind[i].area == AREA_INPUT;
	assert_int_equal(n, 1);
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_usb_keyboard_hangs_on_its_controller),
	    T(a_keyboard_on_ps2_hangs_on_no_function),
	    T(what_has_no_letters_is_no_keyboard),
	    T(what_programs_and_remote_controls_make_is_no_keyboard),
	    T(a_bluetooth_keyboard_hangs_on_its_adapters_controller),
	    T(keys_that_cannot_be_read_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
