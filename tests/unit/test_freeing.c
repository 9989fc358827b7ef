/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is built on a driver and drawn on a card, read from recorded hosts; and a console as something to move. */
#include "check.h"

#include "apply/kinds.h"
#include "base/str.h"
#include "sys/read_freeing.h"
#include "tree.h"

#define GPU "0000:01:00.0"
#define BELOW "pci0000:00/0000:00:01.0/" GPU

static void open_gpu(struct tree *t)
{
	tree_open(t);
	tree_function(t, "0000:00:01.0", 0x060400, "8086:1901", "pcieport");
	tree_function(t, "0000:00:01.0/" GPU, 0x030000, "10de:2204", "nvidia");
	tree_link(t, "sys/bus/pci/drivers/nvidia/module", "../../../../module/nvidia");
}

static void used_by(struct tree *t, const char *module, const char *user)
{
	tree_link(t, arena_printf(&t->mem, "sys/module/%s/holders/%s", module, user),
	    arena_printf(&t->mem, "../../%s", user));
}

static void framebuffer(struct tree *t, const char *name, const char *below)
{
	tree_folder(t, arena_printf(&t->mem, "sys/devices/%s/graphics/%s", below, name));
	tree_link(t, arena_printf(&t->mem, "sys/class/graphics/%s", name),
	    arena_printf(&t->mem, "../../devices/%s/graphics/%s", below, name));
}

static void console(struct tree *t, const char *vtcon, const char *name, const char *bind)
{
	tree_file(t, arena_printf(&t->mem, "sys/class/vtconsole/%s/name", vtcon), name);
	tree_file(t, arena_printf(&t->mem, "sys/class/vtconsole/%s/bind", vtcon), bind);
}

static void read_gpu(struct tree *t, struct host *h)
{
	int gpu;

	tree_read(t, h);
	gpu = index_of(h, GPU);
	read_freeing(&t->real.sys, &t->mem, h, &gpu, 1);
}

/* Where it stands in the order of unloading. */
static size_t place(const struct module_stack *stack, const char *module)
{
	for (size_t i = 0; i < stack->n_dependants; i++)
		if (str_eq(stack->dependants[i], module))
			return i;
	fail_msg("%s is not there", module);
	return 0;
}

static void what_uses_a_module_is_unloaded_before_it(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_gpu(&t);
	used_by(&t, "nvidia", "nvidia_modeset");
	used_by(&t, "nvidia", "nvidia_drm");
	used_by(&t, "nvidia", "nvidia_uvm");
	used_by(&t, "nvidia_modeset", "nvidia_drm");
	tree_file(&t, "sys/module/nvidia_drm/parameters/modeset", "Y\n");
	read_gpu(&t, &h);
	assert_int_equal(h.n_stacks, 1);
	assert_string_equal(h.stacks[0].driver, "nvidia");
	assert_int_equal(h.stacks[0].n_dependants, 3);
	assert_true(place(&h.stacks[0], "nvidia_drm") < place(&h.stacks[0], "nvidia_modeset"));
	(void)place(&h.stacks[0], "nvidia_uvm");
	assert_true(h.stacks[0].holds_all);
	tree_file(&t, "sys/module/nvidia_drm/parameters/modeset", "N\n");
	read_gpu(&t, &h);
	assert_false(h.stacks[0].holds_all);
	tree_done(&t);
}

/* No kernel shows that; a recorded host may. */
static void modules_in_a_circle_end(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_gpu(&t);
	used_by(&t, "nvidia", "a");
	used_by(&t, "a", "b");
	used_by(&t, "b", "a");
	used_by(&t, "b", "b");
	for (int i = 0; i < 200; i++)
		used_by(&t, "b", arena_printf(&t.mem, "m%d", i));
	read_gpu(&t, &h);
	assert_int_equal(h.n_stacks, 1);
	assert_true(place(&h.stacks[0], "b") < place(&h.stacks[0], "a"));
	assert_int_equal(h.stacks[0].n_dependants, 64);
	tree_done(&t);
}

static void a_framebuffer_has_a_number(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_gpu(&t);
	framebuffer(&t, "fb0", BELOW);
	framebuffer(&t, "fb1", "platform/efi-framebuffer.0");
	/* The console's own entry, which stands beside them on every host. */
	tree_folder(&t, "sys/devices/virtual/graphics/fbcon");
	tree_link(&t, "sys/class/graphics/fbcon", "../../devices/virtual/graphics/fbcon");
	read_gpu(&t, &h);
	assert_int_equal(h.n_framebuffers, 2);
	for (size_t i = 0; i < h.n_framebuffers; i++) {
		bool is_firmware = str_eq(h.framebuffers[i].name, "fb1");

		assert_int_equal(h.framebuffers[i].function, is_firmware ? -1 : index_of(&h, GPU));
		assert_true(str_eq(h.framebuffers[i].platform, is_firmware ? "efi-framebuffer.0" : NULL));
	}
	tree_done(&t);
}

static void consoles_are_those_drawn_on_framebuffers(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_gpu(&t);
	console(&t, "vtcon0", "(S) dummy device\n", "0\n");
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	read_gpu(&t, &h);
	assert_int_equal(h.n_consoles, 1);
	assert_string_equal(h.consoles[0].name, "vtcon1");
	assert_true(h.consoles[0].is_bound);
	tree_done(&t);
}

static void a_console_that_went_with_its_framebuffer_is_unbound(void **state)
{
	struct step step = {.type = STEP_MOVE, .kind = KIND_CONSOLE, .target = "vtcon1", .have = {.flag = true}};
	struct value now = {0};
	struct err e = {0};
	struct tree t;

	(void)state;
	open_gpu(&t);
	console(&t, "vtcon1", "(M) frame buffer device\n", "1\n");
	assert_int_equal(move_state(&t.real.sys, &t.mem, &step, &now, &e), STATE_HAVE);
	tree_file(&t, "sys/class/vtconsole/vtcon1/bind", "0\n");
	assert_int_equal(move_state(&t.real.sys, &t.mem, &step, &now, &e), STATE_WANT);
	step.target = "vtcon2";
	assert_int_equal(move_state(&t.real.sys, &t.mem, &step, &now, &e), STATE_WANT);
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_uses_a_module_is_unloaded_before_it),
	    T(modules_in_a_circle_end),
	    T(a_framebuffer_has_a_number),
	    T(consoles_are_those_drawn_on_framebuffers),
	    T(a_console_that_went_with_its_framebuffer_is_unbound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
