/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian's GRUB: files, and the program that makes grub.cfg of them. */
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

int sim_run_tool(struct sim *sim, char *const *argv, char *output, size_t size, int *ret_status)
{
	enum sim_maker maker = sim->maker;

	/* There is no early image here: what is in one is tests/unit/test_image.c's. */
	if (strcmp(argv[0], "update-initramfs") == 0)
		return 0;
	if (strcmp(argv[0], "update-grub") != 0)
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
