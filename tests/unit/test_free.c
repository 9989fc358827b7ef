/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must let go of a function before it can go, in which order, and what is never stopped. */
#include <errno.h>
#include <string.h>

#include "check.h"

#include "base/str.h"
#include "model/holder.h"
#include "plan/bind.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define OTHER "0000:02:00.0"
#define NIC "0000:04:00.0"

static const struct row rows[] = {
    {GPU, 0x030000, "10de:2204", 1, "nvidia", "?"},
    {SOUND, 0x040300, "10de:1aef", 1, "snd_hda_intel", "?"},
    {OTHER, 0x030000, "10de:2204", 2, "nvidia", "?"},
    {NIC, 0x020000, "8086:10d3", 4, "e1000e", "?"},
};

struct seen {
	struct arena mem;
	struct host h;
	struct holder items[4];
	struct holders holders;
	struct unit_fact units[8];
	struct kernel_module modules[1];
	struct plan plan;
	struct err e;
};

static void open_host(struct seen *s)
{
	*s = (struct seen){.modules = {{.name = "vfio_pci", .exists = true}}, .holders = {.items = s->items, .is_complete = true}};
	s->h = host_of(&s->mem, rows, ARRAY_LEN(rows));
	s->h.holders = &s->holders;
	s->h.units = s->units;
	s->h.modules = s->modules;
	s->h.n_modules = 1;
}

static struct holder *held_by(struct seen *s, const char *function, const char *unit, const char *file)
{
	struct holder *holder = &s->items[s->holders.n++];

	*holder = (struct holder){.kind = HOLDER_PROCESS, .addr = addr_of(function), .pid = 812, .start = 99, .command = "Xorg",
	    .unit = unit, .file = file};
	return holder;
}

static void active(struct seen *s, const char *unit)
{
	s->units[s->h.n_units++] = (struct unit_fact){unit, true};
}

static int plan(struct seen *s, const char *function, struct bind_wish wish)
{
	struct pci_addr addr = addr_of(function);

	wish.targets = &addr;
	wish.n_targets = 1;
	s->e = (struct err){0};
	s->plan = (struct plan){0};
	return plan_bind(&s->mem, &s->h, &wish, &s->plan, &s->e);
}

/* Position of a step, -1: there is none. */
static int at(const struct seen *s, enum kind kind, const char *target)
{
	for (size_t i = 0; i < s->plan.n_steps; i++)
		if (s->plan.steps[i].kind == kind && str_eq(s->plan.steps[i].target, target))
			return (int)i;
	return -1;
}

static size_t count(const struct seen *s, enum kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < s->plan.n_steps; i++)
		n += s->plan.steps[i].kind == kind;
	return n;
}

static const struct bind_wish stop = {.stop_holders = true}, end_them = {.kill_holders = true},
			      both = {.stop_holders = true, .kill_holders = true};

static void what_somebody_uses_is_refused_and_he_is_named(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	(void)held_by(&s, GPU, "gdm.service", "/dev/dri/card0");
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), -EBUSY);
	assert_non_null(strstr(s.e.what, "812 (Xorg"));
	assert_non_null(strstr(s.e.what, "/dev/dri/card0"));
	assert_non_null(strstr(s.e.hint, "--stop-holders"));
	assert_int_equal(plan(&s, OTHER, (struct bind_wish){0}), 0);
	arena_done(&s.mem);
}

static void nobody_may_use_it_directly_before_it_moves(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_in_range(at(&s, KIND_UNUSED, GPU), at(&s, KIND_MODULE, "vfio_pci") + 1, at(&s, KIND_BINDING, SOUND) - 1);
	assert_in_range(at(&s, KIND_UNUSED, SOUND), at(&s, KIND_MODULE, "vfio_pci") + 1, at(&s, KIND_BINDING, SOUND) - 1);
	assert_int_equal(s.plan.steps[at(&s, KIND_UNUSED, GPU)].type, STEP_REQUIRE);
	arena_done(&s.mem);
}

static void a_service_is_stopped_first_and_waited_for(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	(void)held_by(&s, GPU, "ollama.service", "/dev/nvidia0");
	(void)held_by(&s, SOUND, "ollama.service", "/dev/snd/controlC1");
	active(&s, "ollama.service");
	assert_int_equal(plan(&s, GPU, stop), 0);
	assert_int_equal(count(&s, KIND_UNIT), 1);
	assert_true(at(&s, KIND_UNIT, "ollama.service") < at(&s, KIND_MODULE, "vfio_pci"));
	assert_int_equal(s.plan.steps[at(&s, KIND_UNUSED, GPU)].type, STEP_AWAIT);
	arena_done(&s.mem);
}

static void the_socket_of_a_service_goes_before_it(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	held_by(&s, SOUND, "pipewire.service", "/dev/snd/controlC1")->is_user_unit = true;
	s.items[0].unit_user = 1000;
	active(&s, "1000/pipewire.service");
	active(&s, "1000/pipewire.socket");
	assert_int_equal(plan(&s, GPU, stop), 0);
	assert_int_equal(at(&s, KIND_UNIT, "1000/pipewire.socket") + 1, at(&s, KIND_UNIT, "1000/pipewire.service"));
	arena_done(&s.mem);
}

static void what_a_session_draws_with_ends_with_the_display_manager(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	(void)held_by(&s, GPU, "session-2.scope", "/dev/dri/card0");
	(void)held_by(&s, GPU, "systemd-logind.service", "/dev/dri/card0");
	active(&s, "systemd-logind.service");
	assert_int_equal(plan(&s, GPU, stop), -EBUSY);
	active(&s, "gdm.service");
	s.h.display_manager = "gdm.service";
	assert_int_equal(plan(&s, GPU, stop), 0);
	assert_int_equal(count(&s, KIND_UNIT), 1);
	assert_true(at(&s, KIND_UNIT, "gdm.service") >= 0);
	arena_done(&s.mem);
}

static void a_session_is_never_stopped(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	(void)held_by(&s, SOUND, "session-2.scope", "/dev/snd/controlC1");
	active(&s, "session-2.scope");
	s.h.display_manager = "gdm.service";
	assert_int_equal(plan(&s, GPU, stop), -EBUSY);
	assert_non_null(strstr(s.e.hint, "--kill-holders"));
	assert_int_equal(plan(&s, GPU, both), 0);
	assert_true(at(&s, KIND_PROCESS, SOUND "/812@99") >= 0);
	assert_int_equal(s.plan.steps[at(&s, KIND_PROCESS, SOUND "/812@99")].back, BACK_NONE);
	arena_done(&s.mem);
}

static void kill_alone_stops_no_unit(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	(void)held_by(&s, GPU, "ollama.service", "/dev/nvidia0");
	active(&s, "ollama.service");
	assert_int_equal(plan(&s, GPU, end_them), 0);
	assert_int_equal(count(&s, KIND_UNIT), 0);
	assert_int_equal(count(&s, KIND_PROCESS), 1);
	arena_done(&s.mem);
}

static void an_interface_goes_down_and_a_kept_module_is_refused(void **state)
{
	struct seen s;

	(void)state;
	open_host(&s);
	*held_by(&s, NIC, NULL, "/sys/class/net/eth1") = (struct holder){.kind = HOLDER_INTERFACE, .addr = addr_of(NIC),
	    .command = "eth1", .file = "/sys/class/net/eth1"};
	assert_int_equal(plan(&s, NIC, (struct bind_wish){0}), -EBUSY);
	assert_int_equal(plan(&s, NIC, stop), 0);
	assert_true(at(&s, KIND_INTERFACE, "eth1") >= 0);
	s.items[0] = (struct holder){.kind = HOLDER_MODULE, .addr = addr_of(GPU), .command = "nvidia", .file = "/sys/module/nvidia/refcnt"};
	assert_int_equal(plan(&s, GPU, both), -EBUSY);
	assert_non_null(strstr(s.e.hint, "nvidia-smi -pm 0"));
	arena_done(&s.mem);
}

static void who_cannot_be_seen_may_use_it(void **state)
{
	struct allowance unknown = {.id = "unknown", .is_of_all = true};
	struct seen s;

	(void)state;
	open_host(&s);
	s.holders.is_complete = false;
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), -EPERM);
	assert_non_null(strstr(s.e.hint, "--allow=unknown"));
	assert_int_equal(plan(&s, GPU, (struct bind_wish){.allowed = &unknown, .n_allowed = 1}), 0);
	assert_int_equal(count(&s, KIND_UNUSED), 0);
	arena_done(&s.mem);
}

/* ---- modules and consoles ---- */

static void dependants_go_in_order_only_with_all_of_the_driver(void **state)
{
	const char *dependants[] = {"nvidia_uvm", "nvidia_drm", "nvidia_modeset"};
	struct module_stack stack = {.driver = "nvidia", .module = "nvidia", .dependants = dependants, .n_dependants = 3};
	struct pci_addr both_cards[] = {addr_of(GPU), addr_of(OTHER)};
	struct bind_wish wish = {.targets = both_cards, .n_targets = 2};
	struct seen s;

	(void)state;
	open_host(&s);
	s.h.stacks = &stack;
	s.h.n_stacks = 1;
	/* The other card of the driver stays: per function, unless the driver has all of them open. */
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_int_equal(count(&s, KIND_DEPENDANT), 0);
	stack.holds_all = true;
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), -EBUSY);
	s.plan = (struct plan){0};
	assert_int_equal(plan_bind(&s.mem, &s.h, &wish, &s.plan, &s.e), 0);
	assert_int_equal(count(&s, KIND_DEPENDANT), 3);
	assert_int_equal(at(&s, KIND_DEPENDANT, "nvidia_uvm") + 1, at(&s, KIND_DEPENDANT, "nvidia_drm"));
	assert_int_equal(at(&s, KIND_DEPENDANT, "nvidia_drm") + 1, at(&s, KIND_DEPENDANT, "nvidia_modeset"));
	assert_true(at(&s, KIND_UNUSED, OTHER) < at(&s, KIND_DEPENDANT, "nvidia_uvm"));
	assert_true(at(&s, KIND_DEPENDANT, "nvidia_modeset") < at(&s, KIND_BINDING, GPU));
	arena_done(&s.mem);
}

static void the_console_leaves_the_card_it_is_drawn_on(void **state)
{
	struct text_console console = {"vtcon1", true};
	struct framebuffer framebuffers[] = {{"fb0", -1, NULL}, {"fb1", -1, "efi-framebuffer.0"}};
	struct use boot = {USE_BOOT_DISPLAY, 0, GPU, "/sys/…/boot_vga"};
	struct seen s;

	(void)state;
	open_host(&s);
	framebuffers[0].function = index_of(&s.h, GPU);
	s.h.consoles = &console;
	s.h.framebuffers = framebuffers;
	s.h.n_consoles = s.h.n_framebuffers = 1;
	assert_int_equal(plan(&s, OTHER, (struct bind_wish){0}), 0);
	assert_int_equal(count(&s, KIND_CONSOLE), 0);
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_true(at(&s, KIND_CONSOLE, "vtcon1") >= 0 && at(&s, KIND_CONSOLE, "vtcon1") < at(&s, KIND_BINDING, SOUND));
	/* Another picture stays, so the kernel does what is to be done. */
	s.h.n_framebuffers = 2;
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_int_equal(count(&s, KIND_CONSOLE), 0);
	/* The firmware's own is on this very card: it goes, and does not come back. */
	s.h.uses = &boot;
	s.h.n_uses = 1;
	boot.function = index_of(&s.h, GPU);
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_int_equal(count(&s, KIND_CONSOLE), 1);
	assert_int_equal(s.plan.steps[at(&s, KIND_FRAMEBUFFER, "efi-framebuffer.0")].back, BACK_NONE);
	console.is_bound = false;
	assert_int_equal(plan(&s, GPU, (struct bind_wish){0}), 0);
	assert_int_equal(count(&s, KIND_CONSOLE), 0);
	arena_done(&s.mem);
}

static void giving_back_goes_driver_modules_console_units(void **state)
{
	const struct value on = {.flag = true}, off = {.flag = false};
	struct value native = {.driver = "nvidia"}, vfio = {.driver = "vfio-pci", .driver_override = "vfio-pci"};
	struct seen s;
	struct plan taken = {0};

	(void)state;
	open_host(&s);
	plan_add_move(&s.mem, &taken, KIND_UNIT, "gdm.service", on, off);
	plan_add_move_back(&s.mem, &taken, KIND_PROCESS, GPU "/812@99", on, off, BACK_NONE);
	plan_add_move_back(&s.mem, &taken, KIND_INTERFACE, "eth1", on, off, BACK_BEST_EFFORT);
	plan_add_move_back(&s.mem, &taken, KIND_CONSOLE, "vtcon1", on, off, BACK_BEST_EFFORT);
	plan_add_move(&s.mem, &taken, KIND_DEPENDANT, "nvidia_drm", on, off);
	plan_add_move(&s.mem, &taken, KIND_BINDING, GPU, native, vfio);
	s.h.functions[index_of(&s.h, GPU)].driver = "vfio-pci";
	s.h.functions[index_of(&s.h, GPU)].driver_override = "vfio-pci";
	assert_int_equal(plan_release(&s.mem, &s.h, &taken, &s.plan, &s.e), 0);
	assert_true(at(&s, KIND_BINDING, GPU) < at(&s, KIND_DEPENDANT, "nvidia_drm"));
	assert_true(at(&s, KIND_DEPENDANT, "nvidia_drm") < at(&s, KIND_CONSOLE, "vtcon1"));
	assert_true(at(&s, KIND_CONSOLE, "vtcon1") < at(&s, KIND_UNIT, "gdm.service"));
	assert_true(s.plan.steps[at(&s, KIND_UNIT, "gdm.service")].want.flag);
	assert_int_equal(count(&s, KIND_PROCESS) + count(&s, KIND_INTERFACE), 0);
	arena_done(&s.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_somebody_uses_is_refused_and_he_is_named),
	    T(nobody_may_use_it_directly_before_it_moves),
	    T(a_service_is_stopped_first_and_waited_for),
	    T(the_socket_of_a_service_goes_before_it),
	    T(what_a_session_draws_with_ends_with_the_display_manager),
	    T(a_session_is_never_stopped),
	    T(kill_alone_stops_no_unit),
	    T(an_interface_goes_down_and_a_kept_module_is_refused),
	    T(who_cannot_be_seen_may_use_it),
	    T(dependants_go_in_order_only_with_all_of_the_driver),
	    T(the_console_leaves_the_card_it_is_drawn_on),
	    T(giving_back_goes_driver_modules_console_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
