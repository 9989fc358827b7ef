/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/initramfs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/derived.h"
#include "model/our_file.h"

#define HEAD "# Made by passthru from the claims in /etc/passthru/claims.d, and made anew with them: do not edit.\n"

/* Loading vfio asks for it by a softdep alone. A module that an image has loaded without it is not loaded a second time
 * by udev, and then nobody asks again. */
static const char companion[] = "vfio_iommu_type1";

/* dracut 059 turns the first dash of a whole list into an underscore; so there are none. */
static const char *with_underscores(struct arena *mem, const char *name)
{
	char *copy = arena_strdup(mem, name);

	for (char *c = copy; *c; c++)
		if (*c == '-')
			*c = '_';
	return copy;
}

/* dracut 059 ends its whole list, those of other files too, at the first module that a kernel lacks, and succeeds: what
 * every kernel has comes first, variants of some devices last. */
static const char *module_list(struct arena *mem, const char *const *drivers, size_t n)
{
	const char *first = "", *last = "";

	for (size_t i = 0; i < n; i++) {
		const char *name = with_underscores(mem, drivers[i]);

		if (str_eq(name, "vfio_pci"))
			first = "vfio_pci ";
		else if (!str_eq(name, companion))
			last = arena_printf(mem, "%s %s", last, name);
	}
	return n == 0 ? "" : arena_printf(mem, "%s%s%s", first, companion, last);
}

/* The rules need no word: hooks/udev copies what lies in /etc/udev/rules.d. A hook that fails ends the making of the
 * whole image, and a kernel without one of the drivers is no reason for that. */
static const char *text_of_hook(struct arena *mem, const char *modules)
{
	return arena_printf(mem,
	    "#!/bin/sh\n" HEAD
	    "case \"$1\" in\n"
	    "prereqs)\n"
	    "\techo \"\"\n"
	    "\texit 0\n"
	    "\t;;\n"
	    "esac\n"
	    "\n"
	    ". /usr/share/initramfs-tools/hook-functions\n"
	    "manual_add_modules %s\n"
	    "exit 0\n",
	    modules);
}

/* The files with a blank between, for a shell. */
static const char *file_list(struct arena *mem, const struct initramfs_needs *n)
{
	const char *list = "";

	for (size_t i = 0; i < n->n_files; i++)
		list = arena_printf(mem, "%s%s%s", list, i > 0 ? " " : "", n->files[i]);
	return list;
}

/* Optional: a left-over of this file must not make noise when the others are gone. Both work with hostonly and without. */
static const char *text_of_dracut(struct arena *mem, const char *modules, const char *files)
{
	return arena_printf(mem, HEAD "%s%s%s%s%s%s", *modules ? "add_drivers+=\" " : "", modules, *modules ? " \"\n" : "",
	    *files ? "install_optional_items+=\" " : "", files, *files ? " \"\n" : "");
}

/* Files go where they lie on the host, and udevd of both kinds of image (hooks udev and systemd) reads them there.
 * between: the two lines, as a file has them or a sentence. */
static const char *text_of_mkinitcpio(struct arena *mem, const char *modules, const char *files, const char *between)
{
	const char *first = *modules ? arena_printf(mem, "MODULES+=(%s)", modules) : "";
	const char *second = *files ? arena_printf(mem, "FILES+=(%s)", files) : "";

	return arena_printf(mem, "%s%s%s", first, *modules && *files ? between : "", second);
}

struct composing {
	struct arena *mem;
	const struct initramfs_facts *facts;
	const char *modules, *files; /* lists; "" */
	struct initramfs_plan *ret;
};

static void compose_hook(const struct composing *c)
{
	c->ret->file = INITRAMFS_TOOLS_HOOK_FILE;
	if (*c->modules)
		c->ret->text = text_of_hook(c->mem, c->modules);
	c->ret->command = DERIVED_UPDATE_INITRAMFS;
	if (c->facts->may_update == TRI_NO)
		c->ret->printed = "/etc/initramfs-tools/update-initramfs.conf has update_initramfs=no: update-initramfs -u does nothing, "
				  "and succeeds; set it to yes";
}

static void compose_dracut(const struct composing *c)
{
	c->ret->file = DRACUT_FILE;
	if (*c->modules || *c->files)
		c->ret->text = text_of_dracut(c->mem, c->modules, c->files);
	c->ret->command = DERIVED_DRACUT;
}

static void compose_mkinitcpio(const struct composing *c)
{
	const char *lines = text_of_mkinitcpio(c->mem, c->modules, c->files, " and ");

	if (c->facts->reads_drop_ins == TRI_YES && !c->facts->own_config) {
		c->ret->command = DERIVED_MKINITCPIO;
		c->ret->file = MKINITCPIO_FILE;
		if (*lines)
			c->ret->text = arena_printf(c->mem, HEAD "%s\n", text_of_mkinitcpio(c->mem, c->modules, c->files, "\n"));
		return;
	}
	/* What a person has written there the images do not have before they are made; so nothing is run for it. */
	if (!*lines)
		lines = "nothing of passthru's";
	if (c->facts->own_config)
		c->ret->printed = arena_printf(c->mem, "/%s line %u names a configuration of its own, with which /etc/mkinitcpio.conf.d is "
						       "not read: put %s at the end of that one, then run mkinitcpio -P",
		    c->facts->own_config, c->facts->own_line, lines);
	else
		c->ret->printed = arena_printf(c->mem, "this mkinitcpio %s /etc/mkinitcpio.conf.d (36 and later do): put %s at the end of "
						       "/etc/mkinitcpio.conf, then run mkinitcpio -P",
		    c->facts->reads_drop_ins == TRI_NO ? "does not read" : "may not read", lines);
}

static void compose_booster(const struct composing *c)
{
	c->ret->printed = "booster's image has no udev: nothing is bound in there. Keep native drivers of claimed devices out of it "
			  "(modules, modules_force_load in /etc/booster.yaml), then run /usr/lib/booster/regenerate_images";
}

static int check_needs(const struct initramfs_needs *n, struct err *e)
{
	if (n->n_drivers > INITRAMFS_DRIVERS)
		return err_set(e, -E2BIG, "%zu drivers are too many for an early image", n->n_drivers);
	for (size_t i = 0; i < n->n_drivers; i++)
		/* They become words of shells: no blank, no dot. */
		if (!str_is_driver_name(n->drivers[i]) || strpbrk(n->drivers[i], " ."))
			return err_set(e, -EINVAL, "a driver's name cannot be written into a shell's file");
	for (size_t i = 0; i < n->n_files; i++)
		if (!is_our_file(n->files[i]))
			return err_set(e, -EINVAL, "%s is no file of passthru's", n->files[i]);
	return 0;
}

int plan_initramfs(struct arena *mem, const struct initramfs_facts *f, const struct initramfs_needs *needs,
    struct initramfs_plan *ret, struct err *e)
{
	static const struct {
		const char *generator;
		void (*compose)(const struct composing *c);
	} rows[] = {
	    {"initramfs-tools", compose_hook},
	    {"dracut", compose_dracut},
	    {"mkinitcpio", compose_mkinitcpio},
	    {"booster", compose_booster},
	};
	int r = check_needs(needs, e);

	*ret = (struct initramfs_plan){0};
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!str_eq(rows[i].generator, f->generator))
			continue;
		rows[i].compose(&(struct composing){.mem = mem,
		    .facts = f,
		    .modules = module_list(mem, needs->drivers, needs->n_drivers),
		    .files = file_list(mem, needs),
		    .ret = ret});
		return 0;
	}
	if (needs->n_files + needs->n_drivers > 0)
		ret->printed = arena_printf(mem, "which program makes the early images here cannot be told; if there are any they must be "
						 "made anew, with %s%s%s in them", file_list(mem, needs),
		    needs->n_files > 0 && needs->n_drivers > 0 ? " and " : "", module_list(mem, needs->drivers, needs->n_drivers));
	return 0;
}

const struct image_early *initramfs_takes_first(const struct image_answer *a, const char *const *natives, size_t n_natives)
{
	const struct image_early *found = NULL;

	for (size_t i = 0; i < a->n_early; i++)
		for (size_t k = 0; k < n_natives; k++)
			if (a->early[i].when != WHEN_AFTER && str_same_module(a->early[i].module, natives[k]) &&
			    (!found || found->when == WHEN_RACES))
				found = &a->early[i];
	return found;
}

const char *initramfs_early_text(struct arena *mem, const struct image_early *early, const char *file, unsigned line)
{
	const char *where = file && line > 0
	    ? arena_printf(mem, "/%s line %u", file, line)
	    : arena_printf(mem, "%s line %u in the image", early->file, early->line);

	return arena_printf(mem, "%s is loaded early by %s: it %s the card before the claim does", early->module, where,
	    early->when == WHEN_BEFORE ? "takes" : "may take");
}
