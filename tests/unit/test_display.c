/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shows on a card, and whether somebody looks at it: recorded hosts with one thing changed each. */
#include "check.h"

#include "base/str.h"
#include "tree.h"

#define BOOT "0000:01:00.0"
#define SECOND "0000:02:00.0"
#define DEVICES "sys/bus/pci/devices"

/* Two cards below two ports, the first the firmware's (or neither: boot_vga 0). */
static void two_cards(struct tree *t, const char *boot_vga)
{
	tree_open(t);
	tree_function(t, "0000:00:01.0", 0x060400, "8086:1901", "pcieport");
	tree_function(t, "0000:00:02.0", 0x060400, "8086:1905", "pcieport");
	tree_function(t, "0000:00:01.0/" BOOT, 0x030000, "1234:1111", "bochs-drm");
	tree_function(t, "0000:00:02.0/" SECOND, 0x030000, "1234:1111", "bochs-drm");
	tree_file(t, "sys/devices/pci0000:00/0000:00:01.0/" BOOT "/boot_vga", boot_vga);
	tree_file(t, "sys/devices/pci0000:00/0000:00:02.0/" SECOND "/boot_vga", "0\n");
}

static void framebuffer(struct tree *t, const char *name, const char *below, const char *driver)
{
	const char *folder = arena_printf(&t->mem, "sys/devices/%s/graphics/%s", below, name);

	tree_file(t, arena_printf(&t->mem, "%s/name", folder), driver);
	tree_link(t, arena_printf(&t->mem, "sys/class/graphics/%s", name),
	    arena_printf(&t->mem, "../../devices/%s/graphics/%s", below, name));
}

static void console(struct tree *t, const char *vtcon, const char *name, const char *bind)
{
	tree_file(t, arena_printf(&t->mem, "sys/class/vtconsole/%s/name", vtcon), name);
	tree_file(t, arena_printf(&t->mem, "sys/class/vtconsole/%s/bind", vtcon), bind);
}

static void connector(struct tree *t, const char *name, const char *below, const char *status, const char *enabled)
{
	const char *folder = arena_printf(&t->mem, "sys/devices/%s/drm/%.5s/%s", below, name, name);

	tree_file(t, arena_printf(&t->mem, "%s/status", folder), status);
	tree_file(t, arena_printf(&t->mem, "%s/enabled", folder), enabled);
	tree_link(t, arena_printf(&t->mem, "sys/class/drm/%s", name),
	    arena_printf(&t->mem, "../../devices/%s/drm/%.5s/%s", below, name, name));
}

#define CARD1 "pci0000:00/0000:00:01.0/" BOOT
#define CARD2 "pci0000:00/0000:00:02.0/" SECOND

static size_t blind_display(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_blind; i++)
		n += h->blind[i].area == AREA_DISPLAY;
	return n;
}

/* ---- the firmware's console ---- */

static void the_function_with_boot_vga_is_the_boot_display(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 1);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, SECOND, NULL), 0);
	assert_int_equal(blind_display(&h), 0);
	assert_string_equal(h.uses[0].evidence, "/" DEVICES "/" BOOT "/boot_vga");
	tree_done(&t);
}

static void without_boot_vga_it_is_the_card_whose_memory_has_the_framebuffer(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem",
	    "c0000000-cfffffff : PCI Bus 0000:00\n"
	    "  c0000000-c0ffffff : " BOOT "\n"
	    "  c1000000-c1ffffff : " SECOND "\n"
	    "    c1000000-c12fffff : BOOTFB\n"
	    "      c1000000-c12fffff : simplefb\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, SECOND, NULL), 1);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 0);
	assert_int_equal(blind_display(&h), 0);
	tree_done(&t);
}

static void zeroed_addresses_tell_it_as_well(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem",
	    "00000000-00000000 : PCI Bus 0000:00\n  00000000-00000000 : " BOOT "\n    00000000-00000000 : efifb\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 1);
	tree_done(&t);
}

static void a_framebuffer_behind_a_bar_is_not_in_it(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem", "  c0000000-c0ffffff : " BOOT "\n  c1000000-c12fffff : efifb\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 0);
	tree_done(&t);
}

static void framebuffers_in_two_cards_tell_nothing(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem",
	    "c0000000-c0ffffff : " BOOT "\n  c0000000-c01fffff : efifb\n"
	    "c1000000-c1ffffff : " SECOND "\n  c1000000-c12fffff : BOOTFB\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL) + tree_uses(&h, USE_BOOT_DISPLAY, SECOND, NULL), 0);
	assert_int_equal(blind_display(&h), 1);
	tree_done(&t);
}

static void with_several_cards_and_nothing_to_tell_them_apart_it_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_read(&t, &h);
	assert_int_equal(blind_display(&h), 1);
	tree_done(&t);

	/* Readable, and no framebuffer anywhere: known. */
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem", "c0000000-c0ffffff : " BOOT "\n");
	tree_read(&t, &h);
	assert_int_equal(blind_display(&h), 0);
	tree_done(&t);
}

static void the_only_card_has_the_firmwares_framebuffer(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	tree_open(&t);
	tree_function(&t, BOOT, 0x038000, "1002:15bf", NULL);
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 0);
	assert_int_equal(blind_display(&h), 0);
	framebuffer(&t, "fb0", "platform/efi-framebuffer.0", "EFI VGA\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_BOOT_DISPLAY, BOOT, NULL), 1);
	tree_done(&t);
}

/* ---- monitors ---- */

static void a_lit_connector_is_a_use_and_a_dark_or_virtual_one_none(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	connector(&t, "card0-HDMI-A-1", CARD1, "connected\n", "enabled\n");
	connector(&t, "card0-DP-1", CARD1, "connected\n", "disabled\n");
	connector(&t, "card0-DP-2", CARD1, "disconnected\n", "enabled\n");
	connector(&t, "card0-Writeback-1", CARD1, "connected\n", "enabled\n");
	connector(&t, "card2-Virtual-1", "platform/vkms", "connected\n", "enabled\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONNECTOR, BOOT, NULL), 1);
	assert_int_equal(tree_uses(&h, USE_CONNECTOR, BOOT, "card0-HDMI-A-1"), 1);
	assert_int_equal(tree_uses(&h, USE_CONNECTOR, SECOND, NULL), 0);
	assert_int_equal(tree_uses(&h, USE_CONNECTOR, NULL, NULL), 0);
	tree_done(&t);
}

static void the_connector_of_the_firmwares_framebuffer_is_the_boot_displays(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	connector(&t, "card0-Unknown-1", "platform/simple-framebuffer.0", "connected\n", "enabled\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONNECTOR, BOOT, "card0-Unknown-1"), 1);
	tree_done(&t);
}

static void a_connector_that_cannot_be_read_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	tree_link(&t, "sys/class/drm/card0-DP-1", "../../devices/" CARD1 "/drm/card0/card0-DP-1");
	tree_read(&t, &h);
	assert_int_equal(blind_display(&h), 1);
	tree_done(&t);
}

/* ---- consoles ---- */

static void the_console_is_on_the_first_framebuffer_alone(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	framebuffer(&t, "fb0", CARD1, "bochs-drmdrmfb\n");
	framebuffer(&t, "fb1", CARD2, "bochs-drmdrmfb\n");
	console(&t, "vtcon0", "(S) dummy device\n", "0\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, "text console by fb0"), 1);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, SECOND, NULL), 0);
	tree_done(&t);
}

static void the_boot_displays_framebuffer_may_have_it_when_it_is_not_the_first(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	framebuffer(&t, "fb1", CARD1, "bochs-drmdrmfb\n");
	framebuffer(&t, "fb0", CARD2, "bochs-drmdrmfb\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, NULL), 1);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, SECOND, NULL), 1);
	tree_done(&t);
}

static void the_kernel_command_line_may_put_consoles_elsewhere(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	framebuffer(&t, "fb0", CARD1, "bochs-drmdrmfb\n");
	framebuffer(&t, "fb1", CARD2, "bochs-drmdrmfb\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	tree_file(&t, "proc/cmdline", "quiet fbcon=scrollback:64k,map:1 root=/dev/vda1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, SECOND, "text console by fb1"), 1);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, NULL), 0);
	tree_done(&t);
}

static void an_unbound_console_is_drawn_nowhere(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	framebuffer(&t, "fb0", CARD1, "bochs-drmdrmfb\n");
	console(&t, "vtcon0", "(S) VGA+\n", "0\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "0\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, NULL), 0);
	tree_done(&t);
}

static void vga_text_mode_and_the_firmwares_framebuffer_are_on_the_boot_display(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "1\n");
	console(&t, "vtcon0", "(S) VGA+\n", "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, "text console in VGA text mode"), 1);
	tree_done(&t);

	two_cards(&t, "1\n");
	framebuffer(&t, "fb0", "platform/simple-framebuffer.0", "simpledrmdrmfb\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, "text console by fb0"), 1);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, NULL, NULL), 0);
	tree_done(&t);
}

static void a_firmware_console_on_an_unknown_card_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	two_cards(&t, "0\n");
	tree_file(&t, "proc/iomem", "c0000000-c0ffffff : " BOOT "\n");
	framebuffer(&t, "fb0", "platform/efi-framebuffer.0", "EFI VGA\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_CONSOLE, BOOT, NULL) + tree_uses(&h, USE_CONSOLE, SECOND, NULL), 0);
	assert_int_equal(blind_display(&h), 2);
	tree_done(&t);
}

/* ---- what kind of machine ---- */

struct thing {
	const char *path, *text, *link; /* a file or a link */
};

static void is_type(enum server_type want, const char *evidence, const struct thing *things, size_t n)
{
	struct tree t;
	struct host h;

	two_cards(&t, "1\n");
	for (size_t i = 0; i < n; i++)
		if (things[i].link)
			tree_link(&t, things[i].path, things[i].link);
		else
			tree_file(&t, things[i].path, things[i].text);
	tree_read(&t, &h);
	assert_string_equal(server_type_name(h.server_type), server_type_name(want));
	if (evidence)
		assert_string_equal(h.server_evidence, evidence);
	else
		assert_null(h.server_evidence);
	tree_done(&t);
}
#define IS(type, evidence, ...)                                                                                        \
	is_type((type), (evidence), (const struct thing[]){__VA_ARGS__}, ARRAY_LEN(((const struct thing[]){__VA_ARGS__})))

#define CHASSIS(n) {"sys/class/dmi/id/chassis_type", n "\n", NULL}
#define TARGET(name) {"etc/systemd/system/default.target", NULL, "/lib/systemd/system/" name}
#define GDM {"usr/lib/systemd/system/gdm.service", "[Unit]\n", NULL}, \
	{"etc/systemd/system/display-manager.service", NULL, "/usr/lib/systemd/system/gdm.service"}
#define SESSION(type, remote, seat, more) {"run/systemd/sessions/2", "UID=1000\nREMOTE=" remote "\nTYPE=" type "\n" more seat "\n", NULL}
#define DARK {"sys/devices/" CARD1 "/drm/card0/card0-DP-1/status", "disconnected\n", NULL}, \
	{"sys/class/drm/card0-DP-1", NULL, "../../devices/" CARD1 "/drm/card0/card0-DP-1"}, \
	{"sys/devices/" CARD2 "/drm/card1/card1-DP-1/status", "disconnected\n", NULL}, \
	{"sys/class/drm/card1-DP-1", NULL, "../../devices/" CARD2 "/drm/card1/card1-DP-1"}

static void a_portable_case_or_a_battery_of_its_own_makes_a_laptop(void **state)
{
	(void)state;
	IS(SERVER_LAPTOP, "/sys/class/dmi/id/chassis_type", CHASSIS("10"), TARGET("multi-user.target"));
	IS(SERVER_LAPTOP, "/sys/class/power_supply/BAT0/type", {"sys/class/power_supply/BAT0/type", "Battery\n", NULL});
	/* A mouse's battery, a UPS, a rack's own, a desktop's case. */
	IS(SERVER_UNKNOWN, NULL, {"sys/class/power_supply/hid-1/type", "Battery\n", NULL},
	    {"sys/class/power_supply/hid-1/scope", "Device\n", NULL});
	IS(SERVER_UNKNOWN, NULL, {"sys/class/power_supply/ups/type", "UPS\n", NULL});
	IS(SERVER_HEADLESS, "/sys/class/dmi/id/chassis_type", {"sys/class/power_supply/BAT0/type", "Battery\n", NULL}, CHASSIS("23"));
	IS(SERVER_UNKNOWN, NULL, CHASSIS("3"));
}

static void a_display_manager_that_boot_starts_makes_a_desktop(void **state)
{
	(void)state;
	IS(SERVER_DESKTOP, "/etc/systemd/system/display-manager.service", GDM, TARGET("graphical.target"), CHASSIS("3"));
	IS(SERVER_DESKTOP, "/etc/systemd/system/display-manager.service", GDM);
	/* A server with a desktop on it shows its login screen all the same. */
	IS(SERVER_DESKTOP, "/etc/systemd/system/display-manager.service", GDM, TARGET("graphical.target"), CHASSIS("23"));
	/* Shipped by the distribution as a unit, or told by a file where there is no systemd. */
	IS(SERVER_DESKTOP, "/usr/lib/systemd/system/display-manager.service",
	    {"usr/lib/systemd/system/display-manager.service", "[Unit]\n", NULL});
	IS(SERVER_DESKTOP, "/etc/X11/default-display-manager", {"etc/X11/default-display-manager", "/usr/sbin/lightdm\n", NULL},
	    {"usr/sbin/lightdm", "", NULL});
	/* The package went, or was masked. */
	IS(SERVER_UNKNOWN, NULL, {"etc/X11/default-display-manager", "/usr/sbin/lightdm\n", NULL});
	IS(SERVER_UNKNOWN, NULL, {"etc/systemd/system/display-manager.service", NULL, "/lib/systemd/system/gdm.service"});
	IS(SERVER_UNKNOWN, NULL, {"etc/systemd/system/display-manager.service", NULL, "/dev/null"}, {"dev/null", "", NULL},
	    {"usr/lib/systemd/system/display-manager.service", "[Unit]\n", NULL});
}

static void an_installed_desktop_that_is_not_started_makes_none(void **state)
{
	(void)state;
	IS(SERVER_HEADLESS, "/etc/systemd/system/default.target", GDM, TARGET("multi-user.target"));
}

static void a_local_graphical_session_makes_a_desktop(void **state)
{
	(void)state;
	IS(SERVER_DESKTOP, "/run/systemd/sessions/2", SESSION("wayland", "0", "SEAT=seat0", ""), TARGET("multi-user.target"));
	IS(SERVER_DESKTOP, "/run/systemd/sessions/2", SESSION("x11", "0", "SEAT=seat0", "CLASS=greeter\n"), CHASSIS("23"));
	IS(SERVER_UNKNOWN, NULL, SESSION("x11", "1", "SEAT=seat0", ""));
	IS(SERVER_UNKNOWN, NULL, SESSION("x11", "0", "SEAT=", ""));
	IS(SERVER_UNKNOWN, NULL, SESSION("x11", "0", "SEAT=seat0", "STATE=closing\n"));
	IS(SERVER_HEADLESS, "/etc/systemd/system/default.target", SESSION("tty", "1", "SEAT=", ""), TARGET("multi-user.target"));
}

static void somebody_at_the_text_console_leaves_it_open(void **state)
{
	(void)state;
	IS(SERVER_UNKNOWN, "/run/systemd/sessions/2", SESSION("tty", "0", "SEAT=seat0", ""), TARGET("multi-user.target"));
	IS(SERVER_DESKTOP, "/etc/systemd/system/display-manager.service", SESSION("tty", "0", "SEAT=seat0", ""), GDM);
}

/* Debian, Ubuntu's server and Proxmox have graphical.target as default without any display manager. */
static void the_graphical_target_alone_says_nothing(void **state)
{
	(void)state;
	IS(SERVER_UNKNOWN, NULL, {"lib/systemd/system/default.target", NULL, "graphical.target"});
	IS(SERVER_HEADLESS, "/sys/class/dmi/id/chassis_type", {"lib/systemd/system/default.target", NULL, "graphical.target"}, CHASSIS("17"));
	IS(SERVER_HEADLESS, "/sys/class/drm", {"lib/systemd/system/default.target", NULL, "graphical.target"}, CHASSIS("3"), DARK);
	/* The administrator's word comes before the distribution's. */
	IS(SERVER_HEADLESS, "/etc/systemd/system/default.target", TARGET("multi-user.target"),
	    {"lib/systemd/system/default.target", NULL, "graphical.target"});
}

static void no_monitor_counts_only_where_every_connector_says_so(void **state)
{
	(void)state;
	IS(SERVER_HEADLESS, "/sys/class/drm", DARK);
	IS(SERVER_UNKNOWN, NULL, DARK, {"sys/devices/" CARD1 "/drm/card0/card0-VGA-1/status", "unknown\n", NULL},
	    {"sys/class/drm/card0-VGA-1", NULL, "../../devices/" CARD1 "/drm/card0/card0-VGA-1"});
	IS(SERVER_UNKNOWN, NULL, DARK, {"sys/devices/platform/efi-framebuffer.0/graphics/fb0/name", "EFI VGA\n", NULL},
	    {"sys/class/graphics/fb0", NULL, "../../devices/platform/efi-framebuffer.0/graphics/fb0"});
	/* The second card has a driver and no connectors: NVIDIA's, without its DRM part. */
	IS(SERVER_UNKNOWN, NULL, {"sys/devices/" CARD1 "/drm/card0/card0-DP-1/status", "disconnected\n", NULL},
	    {"sys/class/drm/card0-DP-1", NULL, "../../devices/" CARD1 "/drm/card0/card0-DP-1"});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_function_with_boot_vga_is_the_boot_display),
	    T(without_boot_vga_it_is_the_card_whose_memory_has_the_framebuffer),
	    T(zeroed_addresses_tell_it_as_well),
	    T(a_framebuffer_behind_a_bar_is_not_in_it),
	    T(framebuffers_in_two_cards_tell_nothing),
	    T(with_several_cards_and_nothing_to_tell_them_apart_it_is_unknown),
	    T(the_only_card_has_the_firmwares_framebuffer),
	    T(a_lit_connector_is_a_use_and_a_dark_or_virtual_one_none),
	    T(the_connector_of_the_firmwares_framebuffer_is_the_boot_displays),
	    T(a_connector_that_cannot_be_read_is_unknown),
	    T(the_console_is_on_the_first_framebuffer_alone),
	    T(the_boot_displays_framebuffer_may_have_it_when_it_is_not_the_first),
	    T(the_kernel_command_line_may_put_consoles_elsewhere),
	    T(an_unbound_console_is_drawn_nowhere),
	    T(vga_text_mode_and_the_firmwares_framebuffer_are_on_the_boot_display),
	    T(a_firmware_console_on_an_unknown_card_is_unknown),
	    T(a_portable_case_or_a_battery_of_its_own_makes_a_laptop),
	    T(a_display_manager_that_boot_starts_makes_a_desktop),
	    T(an_installed_desktop_that_is_not_started_makes_none),
	    T(a_local_graphical_session_makes_a_desktop),
	    T(somebody_at_the_text_console_leaves_it_open),
	    T(the_graphical_target_alone_says_nothing),
	    T(no_monitor_counts_only_where_every_connector_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
