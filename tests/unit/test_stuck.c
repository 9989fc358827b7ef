/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a write that does not come back: the kernel's stack in words, and what /proc tells of it. */
#include "tree.h"

#include <stdio.h>
#include <string.h>

#include "sys/read_stuck.h"
#include "text/kernel_stack.h"

#define GPU "0000:01:00.0"

/* As the lab's kernel (6.1) printed it. */
static const char seen[] = "[<0>] edu_remove+0x10f/0x153 [passthru_edu]\n"
			   "[<0>] pci_device_remove+0x39/0xa0\n"
			   "[<0>] device_release_driver_internal+0x1b2/0x230\n"
			   "[<0>] unbind_store+0xe0/0x110\n"
			   "[<0>] do_syscall_64+0x5d/0xb0\n";

static void the_innermost_frames_are_told_in_one_line(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(kernel_stack_top(&mem, seen),
	    "edu_remove [passthru_edu] < pci_device_remove < device_release_driver_internal");
	assert_string_equal(kernel_stack_top(&mem, "[<0>] a.part.0+0x1/0x2\n"), "a.part.0");
	assert_string_equal(kernel_stack_top(&mem, "[<ffffffff81000000>] old_remove+0x1/0x2 [m]"), "old_remove [m]");
}

static void a_line_that_is_no_frame_is_passed_over(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(kernel_stack_top(&mem, "garbage\n\n[<0>] \n[<0>] +0x1\n[<0>] one two\n[<0>] wait+0x1/0x2\n"), "wait");
	assert_null(kernel_stack_top(&mem, ""));
	assert_null(kernel_stack_top(&mem, "\n\n"));
	assert_null(kernel_stack_top(&mem, "[<0>"));
	/* The module of the next line is none of this one's. */
	assert_string_equal(kernel_stack_top(&mem, "[<0>] a+0x1/0x2\nb [c]\n"), "a");
	assert_string_equal(kernel_stack_top(&mem, "[<0>] a+0x1/0x2 [\x1b]\n"), "a");
}

static void a_stack_of_any_size_gives_a_short_line(void **state)
{
	cleanup_arena struct arena mem = {0};
	char name[1000] = {0}, text[8000] = {0};

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	for (int i = 0; i < 3; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "[<0>] %s+0x1/0x2 [%s]\n", name, name);
	assert_true(strlen(kernel_stack_top(&mem, text)) <= 255);
}

static void open_host(struct tree *t)
{
	tree_open(t);
	tree_function(t, GPU, 0x030000, "10de:2204", "nvidia");
	tree_file(t, "proc/1/comm", "init\n");
	tree_link(t, "proc/1/fd/2", "/dev/null");
	tree_file(t, "proc/77/comm", "passthru\n");
	tree_link(t, "proc/77/fd/0", "/sys/bus/pci/drivers/nvidia/unbind");
	tree_link(t, "proc/77/fd/2", "/run/passthru/busy/" GPU);
}

static void the_child_is_found_by_the_lock_that_it_holds(void **state)
{
	struct tree t;
	struct stuck stuck;

	(void)state;
	open_host(&t);
	tree_file(&t, "proc/77/stack", seen);
	stuck = read_stuck(&t.real.sys, &t.mem, GPU);
	assert_int_equal(stuck.pid, 77);
	assert_string_equal(stuck.path, "/sys/bus/pci/drivers/nvidia/unbind");
	assert_string_equal(stuck.where, "edu_remove [passthru_edu] < pci_device_remove < device_release_driver_internal");
	assert_int_equal(stuck.holder, 0);
	/* The lock of another function is another's. */
	assert_int_equal(read_stuck(&t.real.sys, &t.mem, "0000:01:00.1").pid, 0);
	tree_done(&t);
}

static void where_the_stack_is_not_shown_the_one_function_is(void **state)
{
	struct tree t;

	(void)state;
	open_host(&t);
	assert_null(read_stuck(&t.real.sys, &t.mem, GPU).where);
	tree_file(&t, "proc/77/wchan", "0");
	assert_null(read_stuck(&t.real.sys, &t.mem, GPU).where);
	tree_file(&t, "proc/77/wchan", "nv_pci_remove");
	assert_string_equal(read_stuck(&t.real.sys, &t.mem, GPU).where, "nv_pci_remove");
	tree_done(&t);
}

/* subsystem: the folder below the function's, and the link of the same name. */
static void add_device(struct tree *t, const char *below, const char *subsystem)
{
	char path[512], link[128];

	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/" GPU "/%s/dev", below);
	tree_file(t, path, "226:0\n");
	(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/" GPU "/%s/subsystem", below);
	(void)snprintf(link, sizeof(link), "../../../../class/%s", subsystem);
	tree_link(t, path, link);
}

static void check_holder(const char *below, const char *subsystem, const char *node)
{
	struct tree t;
	struct stuck stuck;

	open_host(&t);
	add_device(&t, below, subsystem);
	tree_file(&t, "proc/4242/comm", "Xorg\n");
	tree_link(&t, "proc/4242/fd/9", node);
	stuck = read_stuck(&t.real.sys, &t.mem, GPU);
	assert_int_equal(stuck.holder, 4242);
	assert_string_equal(stuck.holder_command, "Xorg");
	tree_done(&t);
}

static void who_has_a_node_of_the_function_open_is_named(void **state)
{
	(void)state;
	check_holder("drm/card0", "drm", "/dev/dri/card0");
	check_holder("sound/card1/pcmC1D0p", "sound", "/dev/snd/pcmC1D0p");
	check_holder("nvme/nvme0/nvme0n1/nvme0n1p1", "block", "/dev/nvme0n1p1");
	check_holder("misc/passthru_edu0", "misc", "/dev/passthru_edu0");
}

static void a_tree_of_devices_below_a_function_ends_the_search(void **state)
{
	struct tree t;
	char path[512];

	(void)state;
	open_host(&t);
	for (int i = 0; i < 400; i++) {
		(void)snprintf(path, sizeof(path), "sys/bus/pci/devices/" GPU "/usb1/1-%d/dev", i);
		tree_file(&t, path, "189:0\n");
	}
	assert_int_equal(read_stuck(&t.real.sys, &t.mem, GPU).pid, 77);
	tree_done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_innermost_frames_are_told_in_one_line),
	    cmocka_unit_test(a_line_that_is_no_frame_is_passed_over),
	    cmocka_unit_test(a_stack_of_any_size_gives_a_short_line),
	    cmocka_unit_test(the_child_is_found_by_the_lock_that_it_holds),
	    cmocka_unit_test(where_the_stack_is_not_shown_the_one_function_is),
	    cmocka_unit_test(who_has_a_node_of_the_function_open_is_named),
	    cmocka_unit_test(a_tree_of_devices_below_a_function_ends_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
