/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generators of early images are told, byte for byte; which images there are; whether one turned out right. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/derived.h"
#include "model/image_needs.h"
#include "model/our_file.h"
#include "plan/initramfs.h"
#include "sys/read_boot.h"
#include "sys/read_image.h"
#include "text/image_text.h"
#include "tree.h"

#define HEAD "# Made by passthru from the claims in /etc/passthru/claims.d, and made anew with them: do not edit.\n"
#define KERNEL "6.1.0-9-amd64"

static const char *const drivers[] = {"vfio-pci", "mlx5_vfio_pci"};
static const char hook[] =
    "#!/bin/sh\n" HEAD
    "case \"$1\" in\n"
    "prereqs)\n"
    "\techo \"\"\n"
    "\texit 0\n"
    "\t;;\n"
    "esac\n"
    "\n"
    ". /usr/share/initramfs-tools/hook-functions\n"
    "manual_add_modules vfio_pci vfio_iommu_type1 mlx5_vfio_pci\n"
    "exit 0\n";

/* With the rules, and so many drivers. */
static struct initramfs_plan plan_of(struct arena *mem, const struct initramfs_facts *f, size_t n, const char *rules)
{
	static const char *const files[] = {UDEV_RULES_FILE};
	const struct initramfs_needs needs = {.drivers = drivers, .n_drivers = n, .files = files, .n_files = rules ? 1 : 0};
	struct initramfs_plan p;
	struct err e = {0};

	assert_int_equal(plan_initramfs(mem, f, &needs, &p, &e), 0);
	return p;
}

/* command NULL: none. text NULL: the file is to be absent. */
static void plan_is(const struct initramfs_facts *f, size_t n, const char *rules, const char *path, const char *text, const char *command)
{
	struct arena mem = {0};
	struct initramfs_plan p = plan_of(&mem, f, n, rules);

	assert_true(str_eq(p.file, path));
	if (text)
		assert_string_equal(p.text, text);
	else
		assert_null(p.text);
	assert_true(str_eq(p.command, command));
	assert_true(!command || is_derived(command));
	arena_done(&mem);
}

static void initramfs_tools_gets_a_hook(void **state)
{
	const struct initramfs_facts f = {.generator = "initramfs-tools"};
	const char *path = "/etc/initramfs-tools/hooks/passthru", *command = "update-initramfs -u -k all";
	struct arena mem = {0};

	(void)state;
	plan_is(&f, 2, "rules\n", path, hook, command);
	/* Rules alone it copies by itself. */
	plan_is(&f, 0, "rules\n", path, NULL, command);
	plan_is(&f, 0, NULL, path, NULL, command);
	assert_int_equal(our_file_mode(path), 0755);
	arena_done(&mem);
}

static void what_every_kernel_has_comes_ahead_of_variants(void **state)
{
	static const char *const mixed[] = {"nvgrace-gpu-vfio-pci", "vfio_iommu_type1", "vfio-pci"};
	const struct initramfs_facts f = {.generator = "dracut"};
	struct arena mem = {0};
	struct initramfs_plan p;
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_initramfs(&mem, &f, &(struct initramfs_needs){.drivers = mixed, .n_drivers = 3}, &p, &e), 0);
	assert_string_equal(p.text, HEAD "add_drivers+=\" vfio_pci vfio_iommu_type1 nvgrace_gpu_vfio_pci \"\n");
	arena_done(&mem);
}

static void an_update_that_is_switched_off_is_said(void **state)
{
	struct initramfs_facts f = {.generator = "initramfs-tools", .may_update = TRI_NO};
	struct arena mem = {0};

	(void)state;
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, "update_initramfs=no"));
	f.may_update = TRI_YES;
	assert_null(plan_of(&mem, &f, 1, "x").printed);
	arena_done(&mem);
}

static void dracut_gets_drivers_and_rules(void **state)
{
	const struct initramfs_facts f = {.generator = "dracut"};
	const char *path = "/etc/dracut.conf.d/90-passthru.conf", *command = "dracut --force --regenerate-all";
	struct arena mem = {0};

	(void)state;
	/* Blanks inside the quotation marks: += joins without them. */
	plan_is(&f, 2, "rules\n", path,
	    HEAD "add_drivers+=\" vfio_pci vfio_iommu_type1 mlx5_vfio_pci \"\n"
		 "install_optional_items+=\" /etc/udev/rules.d/10-passthru.rules \"\n",
	    command);
	plan_is(&f, 1, NULL, path, HEAD "add_drivers+=\" vfio_pci vfio_iommu_type1 \"\n", command);
	plan_is(&f, 0, NULL, path, NULL, command);
	assert_int_equal(our_file_mode(path), 0644);
	arena_done(&mem);
}

static void mkinitcpio_gets_modules_and_files(void **state)
{
	const struct initramfs_facts f = {.generator = "mkinitcpio", .reads_drop_ins = TRI_YES};
	const char *path = "/etc/mkinitcpio.conf.d/90-passthru.conf", *command = "mkinitcpio -P";

	(void)state;
	plan_is(&f, 2, "rules\n", path,
	    HEAD "MODULES+=(vfio_pci vfio_iommu_type1 mlx5_vfio_pci)\n"
		 "FILES+=(/etc/udev/rules.d/10-passthru.rules)\n",
	    command);
	plan_is(&f, 0, NULL, path, NULL, command);
}

static void where_mkinitcpio_reads_no_drop_ins_the_lines_are_printed(void **state)
{
	struct initramfs_facts f = {.generator = "mkinitcpio", .reads_drop_ins = TRI_NO};
	const char *lines = "MODULES+=(vfio_pci vfio_iommu_type1) and FILES+=(/etc/udev/rules.d/10-passthru.rules) at the end of";
	struct arena mem = {0};

	(void)state;
	plan_is(&f, 1, "rules\n", NULL, NULL, NULL);
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, lines));
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, "does not read"));
	f.reads_drop_ins = TRI_UNKNOWN;
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, "may not read"));
	f = (struct initramfs_facts){
	    .generator = "mkinitcpio", .reads_drop_ins = TRI_YES, .own_config = "etc/mkinitcpio.d/linux.preset", .own_line = 3};
	plan_is(&f, 1, "rules\n", NULL, NULL, NULL);
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, "/etc/mkinitcpio.d/linux.preset line 3 names"));
	arena_done(&mem);
}

static void booster_and_the_unknown_get_words(void **state)
{
	struct initramfs_facts f = {.generator = "booster"};
	struct arena mem = {0};

	(void)state;
	plan_is(&f, 2, "rules\n", NULL, NULL, NULL);
	assert_non_null(strstr(plan_of(&mem, &f, 1, "x").printed, "no udev"));
	f.generator = NULL;
	plan_is(&f, 2, "rules\n", NULL, NULL, NULL);
	assert_non_null(plan_of(&mem, &f, 1, "x").printed);
	arena_done(&mem);
}

static void names_that_a_shell_would_obey_are_refused(void **state)
{
	static const char *const bad[] = {"vfio pci", "$(reboot)", "a;b", "", "..", "a.b", "a\nb", "a\"b", "a)b", "-u/x"};
	const struct initramfs_facts f = {.generator = "dracut"};
	struct arena mem = {0};
	struct initramfs_plan p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		struct initramfs_needs as_driver = {.drivers = &bad[i], .n_drivers = 1}, as_file = {.files = &bad[i], .n_files = 1};

		assert_int_equal(plan_initramfs(&mem, &f, &as_driver, &p, &e), -EINVAL);
		assert_int_equal(plan_initramfs(&mem, &f, &as_file, &p, &e), -EINVAL);
	}
	arena_done(&mem);
}

/* ---- the hook by a shell ---- */

/* Around the path of the hook. */
static int run_hook(struct tree *t, const char *before, const char *behind)
{
	return system(arena_printf(&t->mem, "%s %s/passthru %s", before, t->root, behind));
}

static void the_hook_is_good_sh(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "passthru", hook);
	assert_int_equal(run_hook(&t, "sh -n", ""), 0);
	assert_int_equal(run_hook(&t, "test \"$(sh", "prereqs)\" = ''"), 0);
	/* The functions are not on every host. */
	assert_int_equal(run_hook(&t, "! command -v shellcheck >/dev/null || shellcheck -e SC1091", ""), 0);
	tree_done(&t);
}

/* ---- did it come out right ---- */

struct case_of {
	enum tri in_etc, in_lib, module;
	const char *text, *trouble;
	enum tri want;
};

static void what_an_image_lacks_is_said(void **state)
{
	static const struct case_of cases[] = {
	    {TRI_YES, TRI_NO, TRI_YES, "rules\n", NULL, TRI_YES},
	    {TRI_NO, TRI_YES, TRI_YES, "rules\n", NULL, TRI_YES},
	    {TRI_YES, TRI_YES, TRI_YES, "other\n", NULL, TRI_NO},
	    {TRI_NO, TRI_NO, TRI_YES, NULL, NULL, TRI_NO},
	    {TRI_YES, TRI_NO, TRI_NO, "rules\n", NULL, TRI_NO},
	    {TRI_YES, TRI_NO, TRI_YES, NULL, NULL, TRI_UNKNOWN},
	    {TRI_UNKNOWN, TRI_UNKNOWN, TRI_YES, NULL, "why", TRI_UNKNOWN},
	    {TRI_YES, TRI_NO, TRI_UNKNOWN, "rules\n", "why", TRI_UNKNOWN},
	};
	static const char *const now[] = {"rules\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct case_of *c = &cases[i];
		struct arena mem = {0};
		struct image_needs n;
		struct image_found found[] = {{c->in_etc, false, "etc/x", c->text, false}, {c->in_lib, false, "lib/x", c->text, false},
		    {c->module, false, "vfio-pci.ko", NULL, false}};
		const struct image_answer a = {.found = found, .n = 3, .trouble = c->trouble};
		const char *reason;

		assert_true(image_needs_parse(&mem, "/boot/x " UDEV_RULES_FILE " vfio-pci", &n));
		assert_int_equal(image_needs_are_met(&mem, &n, &a, now, &reason), c->want);
		assert_true((reason == NULL) == (c->want == TRI_YES));
		arena_done(&mem);
	}
}

static void rules_that_stay_when_claims_are_gone_are_said(void **state)
{
	static const char *const now[] = {NULL};
	struct image_found found[] = {{TRI_NO}, {TRI_YES, false, "lib/x", "rules\n", false}};
	struct image_answer a = {.found = found, .n = 2};
	struct arena mem = {0};
	struct image_needs n;
	const char *reason;

	(void)state;
	assert_true(image_needs_parse(&mem, "/boot/x " UDEV_RULES_FILE, &n));
	assert_int_equal(image_needs_are_met(&mem, &n, &a, now, &reason), TRI_NO);
	assert_non_null(strstr(reason, "still has"));
	found[1].is_there = TRI_NO;
	assert_int_equal(image_needs_are_met(&mem, &n, &a, now, &reason), TRI_YES);
	arena_done(&mem);
}

static void needs_of_an_image_have_one_spelling(void **state)
{
	static const char *const bad[] = {"/boot/x", "/boot/x ", "/boot/x  vfio-pci", "/etc/x vfio-pci", "/boot/../x vfio-pci",
	    ("/boot/x vfio-pci " UDEV_RULES_FILE), "/boot/x /etc/passwd", "/boot/x vfio.pci", "/boot/x\n vfio-pci", ""};
	struct arena mem = {0};
	struct image_needs n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(image_needs_parse(&mem, bad[i], &n));
	assert_true(image_needs_parse(&mem, "/boot/efi/a/6.1/initrd.img " UDEV_RULES_FILE " vfio-pci mlx5_vfio_pci", &n));
	assert_int_equal(n.n_files, 1);
	assert_int_equal(n.n_modules, 2);
	arena_done(&mem);
}

static void a_driver_that_comes_first_is_said(void **state)
{
	static const char *const natives[] = {"snd_hda_intel", "nouveau"};
	struct image_early early[] = {{"nouveau", "conf/modules", 3, WHEN_AFTER}, {"xe", "config", 1, WHEN_BEFORE},
	    {"snd-hda-intel", "etc/modules-load.d/x.conf", 1, WHEN_RACES}, {"nouveau", "etc/cmdline.d/20-force_drivers.conf", 2, WHEN_BEFORE}};
	struct image_answer a = {.early = early, .n_early = 4};
	struct arena mem = {0};

	(void)state;
	assert_ptr_equal(initramfs_takes_first(&a, natives, 2), &early[3]);
	assert_string_equal(initramfs_early_text(&mem, &early[3], "etc/dracut.conf.d/gpu.conf", 5),
	    "nouveau is loaded early by /etc/dracut.conf.d/gpu.conf line 5: it takes the card before the claim does");
	assert_string_equal(initramfs_early_text(&mem, &early[2], NULL, 0),
	    "snd-hda-intel is loaded early by etc/modules-load.d/x.conf line 1 in the image: it may take the card before the claim does");
	a.n_early = 3;
	assert_ptr_equal(initramfs_takes_first(&a, natives, 2), &early[2]);
	a.n_early = 2;
	assert_null(initramfs_takes_first(&a, natives, 2));
	arena_done(&mem);
}

/* ---- which images there are ---- */

static struct image_list list_of(struct tree *t)
{
	struct image_list list;
	struct boot b;

	read_boot(&t->real.sys, &t->mem, &b);
	read_images(&t->real.sys, &t->mem, &b, &list);
	return list;
}

static const char *paths_of(struct tree *t, const struct image_list *list)
{
	const char *paths = "";

	for (size_t i = 0; i < list->n; i++) {
		const struct image_file *f = &list->items[i];

		paths = arena_printf(&t->mem, "%s%s%s%s%s%s\n", paths, f->path, f->kernel ? " " : "", f->kernel ? f->kernel : "",
		    f->is_unified ? " unified" : "", f->is_rescue ? " rescue" : "");
	}
	return paths;
}

static void images_are_found_by_their_names(void **state)
{
	struct image_list list;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_folder(&t, "lib/modules/" KERNEL);
	tree_folder(&t, "lib/modules/6.12.0");
	tree_file(&t, "boot/vmlinuz-6.12.0", "");
	tree_file(&t, "boot/initrd.img-" KERNEL, "");
	tree_file(&t, "boot/initrd.img-" KERNEL ".old-dkms", "");
	tree_file(&t, "boot/initrd.img-" KERNEL ".dpkg-bak", "");
	tree_file(&t, "boot/initramfs-5.14.0-427.el9.x86_64.img", "");
	tree_file(&t, "boot/initramfs-5.14.0-427.el9.x86_64kdump.img", "");
	tree_file(&t, "boot/initramfs-0-rescue-0123456789abcdef.img", "");
	tree_file(&t, "boot/initrd-6.4.0-default", "");
	tree_file(&t, "boot/initrd", "");
	list = list_of(&t);
	assert_string_equal(paths_of(&t, &list),
	    "boot/initramfs-0-rescue-0123456789abcdef.img rescue\n"
	    "boot/initramfs-5.14.0-427.el9.x86_64.img 5.14.0-427.el9.x86_64\n"
	    "boot/initrd-6.4.0-default 6.4.0-default\n"
	    "boot/initrd.img-" KERNEL " " KERNEL "\n");
	assert_null(list.trouble);
	assert_int_equal(list.n_bare, 1);
	assert_string_equal(list.bare[0], "6.12.0");
	tree_done(&t);
}

static void images_of_presets_and_entries_are_found(void **state)
{
	struct image_list list;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_folder(&t, "lib/modules/6.9.1-arch1-1");
	tree_file(&t, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	tree_file(&t, "etc/mkinitcpio.d/linux.preset",
	    "ALL_kver=\"/boot/vmlinuz-linux\"\nPRESETS=('default' 'fallback')\n"
	    "default_image=\"/boot/initramfs-linux.img\"\n#fallback_image=\"/boot/no.img\"\n"
	    "fallback_image=\"/srv/fallback.img\"\ndefault_uki=\"/efi/EFI/Linux/arch.efi\"\nabsent_image=/boot/absent.img\n");
	tree_file(&t, "boot/initramfs-linux.img", "");
	tree_file(&t, "srv/fallback.img", "");
	tree_file(&t, "efi/EFI/Linux/arch.efi", "");
	tree_file(&t, "efi/0123456789abcdef0123456789abcdef/6.9.1-arch1-1/initrd", "");
	list = list_of(&t);
	assert_string_equal(paths_of(&t, &list),
	    "boot/initramfs-linux.img\n"
	    "efi/0123456789abcdef0123456789abcdef/6.9.1-arch1-1/initrd 6.9.1-arch1-1\n"
	    "efi/EFI/Linux/arch.efi unified\n"
	    "srv/fallback.img\n");
	assert_string_equal(list.items[0].said_by, "etc/mkinitcpio.d/linux.preset");
	assert_int_equal(list.n_bare, 0);
	tree_done(&t);
}

static void what_the_generator_reads_is_known(void **state)
{
	struct initramfs_facts f;
	struct tree t;

	(void)state;
	tree_open(&t);
	read_initramfs(&t.real.sys, &t.mem, "mkinitcpio", &f);
	assert_int_equal(f.reads_drop_ins, TRI_UNKNOWN);
	tree_file(&t, "usr/bin/mkinitcpio", "#!/bin/bash\n_f_config=mkinitcpio.conf\n");
	read_initramfs(&t.real.sys, &t.mem, "mkinitcpio", &f);
	assert_int_equal(f.reads_drop_ins, TRI_NO);
	tree_file(&t, "usr/bin/mkinitcpio", "#!/bin/bash\n_d_config=/etc/mkinitcpio.conf.d\n");
	tree_file(&t, "etc/mkinitcpio.d/a.preset", "#ALL_config=\"/etc/mkinitcpio.conf\"\n");
	read_initramfs(&t.real.sys, &t.mem, "mkinitcpio", &f);
	assert_int_equal(f.reads_drop_ins, TRI_YES);
	assert_null(f.own_config);
	tree_file(&t, "etc/mkinitcpio.d/b.preset", "ALL_kver=x\nALL_config=\"/etc/mkinitcpio.conf\"\n");
	read_initramfs(&t.real.sys, &t.mem, "mkinitcpio", &f);
	assert_string_equal(f.own_config, "etc/mkinitcpio.d/b.preset");
	assert_int_equal(f.own_line, 2);
	tree_file(&t, "etc/initramfs-tools/update-initramfs.conf", "# comment\nupdate_initramfs=no\n");
	read_initramfs(&t.real.sys, &t.mem, "initramfs-tools", &f);
	assert_int_equal(f.may_update, TRI_NO);
	tree_done(&t);
}

static void the_line_that_loads_a_driver_is_found(void **state)
{
	const char *file = NULL;
	unsigned line = 0;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "etc/dracut.conf.d/a.conf", "# nouveau\nforce_drivers+=\" nouveau_x nvidia-drm \"\n");
	tree_file(&t, "etc/dracut.conf.d/b.conf", "x=1\nforce_drivers+=\" nouveau \"\n");
	assert_true(read_early_source(&t.real.sys, &t.mem, "dracut", "nouveau", &file, &line));
	assert_string_equal(file, "etc/dracut.conf.d/b.conf");
	assert_int_equal(line, 2);
	assert_true(read_early_source(&t.real.sys, &t.mem, "dracut", "nvidia_drm", &file, &line));
	assert_string_equal(file, "etc/dracut.conf.d/a.conf");
	assert_false(read_early_source(&t.real.sys, &t.mem, "dracut", "xe", &file, &line));
	assert_false(read_early_source(&t.real.sys, &t.mem, "mkinitcpio", "nouveau", &file, &line));
	tree_file(&t, "etc/initramfs-tools/modules", "# examples\n\nnouveau modeset=1\n");
	assert_true(read_early_source(&t.real.sys, &t.mem, "initramfs-tools", "nouveau", &file, &line));
	assert_int_equal(line, 3);
	tree_done(&t);
}

static void a_path_is_a_module_or_not(void **state)
{
	static const struct {
		const char *path, *module;
	} rows[] = {
	    {"lib/modules/6.1/kernel/a/vfio-pci.ko", "vfio-pci"},
	    {"usr/lib/modules/6.1/updates/x.ko.zst", "x"},
	    {"lib/modules/6.1/x.ko.gz", "x"},
	    {"lib/modules/../x.ko", NULL},
	    {"lib/modules/6.1 /x.ko", NULL},
	    {"lib/modules/x.ko", NULL},
	    {"lib/modules/6.1/.ko", NULL},
	    {"lib/modules/6.1/x.ko.old", NULL},
	    {"usr/local/lib/modules/6.1/x.ko", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char module[64];
		const char *release;
		size_t length;
		bool is_one = image_module_of(rows[i].path, module, &release, &length);

		assert_true(is_one == (rows[i].module != NULL));
		if (is_one)
			assert_string_equal(module, rows[i].module);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(initramfs_tools_gets_a_hook),
	    T(what_every_kernel_has_comes_ahead_of_variants),
	    T(an_update_that_is_switched_off_is_said),
	    T(dracut_gets_drivers_and_rules),
	    T(mkinitcpio_gets_modules_and_files),
	    T(where_mkinitcpio_reads_no_drop_ins_the_lines_are_printed),
	    T(booster_and_the_unknown_get_words),
	    T(names_that_a_shell_would_obey_are_refused),
	    T(the_hook_is_good_sh),
	    T(what_an_image_lacks_is_said),
	    T(rules_that_stay_when_claims_are_gone_are_said),
	    T(needs_of_an_image_have_one_spelling),
	    T(a_driver_that_comes_first_is_said),
	    T(images_are_found_by_their_names),
	    T(images_of_presets_and_entries_are_found),
	    T(what_the_generator_reads_is_known),
	    T(the_line_that_loads_a_driver_is_found),
	    T(a_path_is_a_module_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
