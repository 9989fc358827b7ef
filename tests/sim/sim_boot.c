/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of the host's owner: Debian's GRUB, files and what makes grub.cfg of them; prime-select of a laptop; systemctl. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_ops.h"
#include "text/shell_vars.h"

#define RELEASE "6.1.0-18-amd64"
#define DROP_IN "etc/default/grub.d/90-passthru.cfg"

static const char *text_of(struct sim *sim, const char *path)
{
	const struct node *n = tree_find(&sim->tree, path);

	return n ? n->text : NULL;
}

static void make_grub_cfg(struct sim *sim, bool forgets_one)
{
	cleanup_arena struct arena mem = {0};
	struct shell_vars v = {0};
	const char *words;

	shell_vars_read(&mem, &v, "grub", text_of(sim, "etc/default/grub"));
	words = shell_vars_value(&v, "GRUB_CMDLINE_LINUX_DEFAULT");
	if (text_of(sim, DROP_IN)) {
		shell_vars_read(&mem, &v, DROP_IN, text_of(sim, DROP_IN));
		words = shell_vars_value(&v, "GRUB_CMDLINE_LINUX_DEFAULT");
	}
	tree_file(&sim->tree, "boot/grub/grub.cfg", arena_printf(&mem,
	    "set default=\"0\"\n"
	    "menuentry 'Debian GNU/Linux' $menuentry_id_option 'gnulinux-simple-1' {\n"
	    "\tlinux /boot/vmlinuz-" RELEASE " root=UUID=1 ro %s\n}\n"
	    "submenu 'Advanced' $menuentry_id_option 'gnulinux-advanced-1' {\n"
	    "menuentry 'Debian, with Linux 6.1' $menuentry_id_option 'gnulinux-" RELEASE "-advanced-1' {\n"
	    "\tlinux /boot/vmlinuz-" RELEASE " root=UUID=1 ro %s\n}\n"
	    "menuentry 'Debian (recovery mode)' $menuentry_id_option 'gnulinux-" RELEASE "-recovery-1' {\n"
	    "\tlinux /boot/vmlinuz-" RELEASE " root=UUID=1 ro single\n}\n}\n"
	    "menuentry 'By hand' {\n\tlinux /boot/other root=UUID=2\n}\n"
	    "menuentry 'Another (on /dev/sdb1)' $menuentry_id_option 'osprober-gnulinux-simple-2' {\n\tlinux /boot/third root=UUID=3\n}\n",
	    words, forgets_one ? "quiet" : words));
}

/* As nvidia-prime answers; its file says whether NVIDIA's card is on. */
static void run_prime(struct sim *sim, const char *word, char *output, size_t size, int *ret_status)
{
	static const char *const words[][2] = {{"nvidia", "on\n"}, {"intel", "off\n"}, {"on-demand", "on-demand\n"}};
	bool is_query = strcmp(word, "query") == 0;

	*ret_status = !is_query;
	if (is_query)
		(void)snprintf(output, size, "unknown\n");
	for (size_t i = 0; i < 3; i++) {
		if (is_query && strcmp(text_of(sim, "etc/prime-discrete"), words[i][1]) == 0)
			(void)snprintf(output, size, "a warning of some library's\n%s\n",
			    i == 1 && sim->says_integrated ? "integrated" : words[i][0]);
		else if (is_query || strcmp(word, words[i][0]) != 0)
			continue;
		if (!is_query && sim->maker == MAKER_FAILS)
			return;
		if (!is_query && sim->maker == MAKER_WORKS)
			tree_file(&sim->tree, "etc/prime-discrete", words[i][1]);
		*ret_status = 0;
	}
	sim->maker_runs += !is_query;
}

int sim_run_tool(struct sim *sim, char *const *argv, char *output, size_t size, int *ret_status)
{
	enum sim_maker maker = sim->maker;

	/* There is no early image here: what is in one is tests/unit/test_image.c's. */
	if (strcmp(argv[0], "update-initramfs") == 0)
		return 0;
	if (strcmp(argv[0], "prime-select") == 0 && sim_exists(sim, "usr/bin/prime-select")) {
		run_prime(sim, argv[1], output, size, ret_status);
		return 0;
	}
	if (strcmp(argv[0], "systemctl") == 0) {
		sim->has_gone_to_setup = strcmp(argv[1], "reboot") == 0 && strcmp(argv[2], "--firmware-setup") == 0 && !argv[3];
		return 0;
	}
	if (strcmp(argv[0], "update-grub") != 0 && strcmp(argv[0], "grub-mkconfig") != 0)
		return -ENOENT;
	sim->maker_runs++;
	if (sim->maker_times > 0 && --sim->maker_times == 0)
		sim->maker = MAKER_WORKS;
	*ret_status = maker == MAKER_FAILS;
	if (maker == MAKER_FAILS)
		(void)snprintf(output, size, "Syntax errors are detected in generated GRUB config file.\n");
	if (maker == MAKER_WORKS || maker == MAKER_FORGETS_ONE)
		make_grub_cfg(sim, maker == MAKER_FORGETS_ONE);
	return 0;
}

void sim_host_grub(struct sim *sim)
{
	struct tree *t = &sim->tree;

	sim_host_clean(sim);
	tree_file(t, "etc/os-release", "ID=debian\n");
	tree_file(t, "etc/kernel/postinst.d/initramfs-tools", "#!/bin/sh\n");
	tree_file(t, "usr/sbin/grub-mkconfig", "for x in ${sysconfdir}/default/grub.d/*.cfg ; do\n");
	tree_file(t, "etc/default/grub", "GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n");
	tree_file(t, "proc/sys/kernel/osrelease", RELEASE "\n");
	tree_file(t, "proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-" RELEASE " root=UUID=1 ro quiet\n");
	make_grub_cfg(sim, false);
}

/* With the picture on the integrated card, for which NVIDIA's draws. */
void sim_host_laptop(struct sim *sim)
{
	struct tree *t = &sim->tree;

	sim_init(sim);
	(void)sim_add_function(sim, "0000:00:01.0", 0x060400, "8086:1901", 4, "pcieport", NULL);
	(void)sim_add_function(sim, "0000:01:00.0", 0x030000, "10de:1c20", 5, "bochs-drm", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:02:00.0", 0x020000, "8086:10d3", 6, "e1000e", NULL);
	(void)sim_add_function(sim, "0000:05:00.0", 0x030000, "8086:3e9b", 8, NULL, NULL);
	tree_file_at(t, "1\n", "%s/boot_vga", sim_find_function(sim, "0000:05:00.0")->folder);
	tree_file(t, "sys/class/dmi/id/chassis_type", "10\n");
	tree_file(t, "usr/bin/prime-select", "#!/usr/bin/python3\n");
	tree_file(t, "etc/prime-discrete", "on\n");
}
