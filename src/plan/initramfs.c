/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/initramfs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

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

/* Optional: a left-over of this file must not make noise when the rules are gone. Both work with hostonly and without. */
static const char *text_of_dracut(struct arena *mem, const char *modules, bool has_rules)
{
	return arena_printf(mem, HEAD "%s%s%s%s", *modules ? "add_drivers+=\" " : "", modules, *modules ? " \"\n" : "",
	    has_rules ? "install_optional_items+=\" /" INITRAMFS_RULES " \"\n" : "");
}

/* Files go where they lie on the host, and udevd of both kinds of image (hooks udev and systemd) reads them there. */
static const char *text_of_mkinitcpio(struct arena *mem, const char *modules, bool has_rules)
{
	return arena_printf(mem, HEAD "%s%s%s%s", *modules ? "MODULES+=(" : "", modules, *modules ? ")\n" : "",
	    has_rules ? "FILES+=(/" INITRAMFS_RULES ")\n" : "");
}

static void compose_hook(struct arena *mem, const struct initramfs_facts *f, const char *modules, struct initramfs_plan *p)
{
	static const char *const command[INITRAMFS_ARGV] = {"update-initramfs", "-u", "-k", "all", NULL};

	p->path = "etc/initramfs-tools/hooks/passthru";
	p->is_executable = true;
	if (*modules)
		p->text = text_of_hook(mem, modules);
	p->command = command;
	if (f->may_update == TRI_NO)
		p->printed = "/etc/initramfs-tools/update-initramfs.conf has update_initramfs=no: update-initramfs -u does nothing, and "
			     "succeeds; set it to yes";
}

static void compose_dracut(struct arena *mem, const struct initramfs_facts *f, const char *modules, struct initramfs_plan *p)
{
	static const char *const command[INITRAMFS_ARGV] = {"dracut", "-f", "--regenerate-all", NULL};

	(void)f;
	p->path = "etc/dracut.conf.d/90-passthru.conf";
	if (*modules || p->rules)
		p->text = text_of_dracut(mem, modules, p->rules != NULL);
	p->command = command;
}

static const char *lines_of_mkinitcpio(struct arena *mem, const char *modules, bool has_rules)
{
	return arena_printf(mem, "%s%s%s%s%s", *modules ? "MODULES+=(" : "", modules, *modules ? ")" : "",
	    *modules && has_rules ? " and " : "", has_rules ? "FILES+=(/" INITRAMFS_RULES ")" : "");
}

static void compose_mkinitcpio(struct arena *mem, const struct initramfs_facts *f, const char *modules, struct initramfs_plan *p)
{
	static const char *const command[INITRAMFS_ARGV] = {"mkinitcpio", "-P", NULL};
	const char *lines = lines_of_mkinitcpio(mem, modules, p->rules != NULL);

	p->command = command;
	if (f->reads_drop_ins == TRI_YES && !f->own_config) {
		p->path = "etc/mkinitcpio.conf.d/90-passthru.conf";
		if (*lines)
			p->text = text_of_mkinitcpio(mem, modules, p->rules != NULL);
		return;
	}
	/* What a person has written there the images do not have before they are made; so nothing is run for it. */
	p->command = NULL;
	if (!*lines)
		lines = "nothing of passthru's";
	if (f->own_config)
		p->printed = arena_printf(mem, "/%s line %u names a configuration of its own, with which /etc/mkinitcpio.conf.d is not "
					       "read: put %s at the end of that one, then run mkinitcpio -P", f->own_config, f->own_line, lines);
	else
		p->printed = arena_printf(mem, "this mkinitcpio %s /etc/mkinitcpio.conf.d (36 and later do): put %s at the end of "
					       "/etc/mkinitcpio.conf, then run mkinitcpio -P",
		    f->reads_drop_ins == TRI_NO ? "does not read" : "may not read", lines);
}

static void compose_booster(struct arena *mem, const struct initramfs_facts *f, const char *modules, struct initramfs_plan *p)
{
	(void)mem;
	(void)f;
	(void)modules;
	p->printed = "booster's image has no udev: nothing is bound in there. Keep native drivers of claimed devices out of it "
		     "(modules, modules_force_load in /etc/booster.yaml), then run /usr/lib/booster/regenerate_images";
}

static int check_drivers(const char *const *drivers, size_t n, struct err *e)
{
	if (n > INITRAMFS_DRIVERS)
		return err_set(e, -E2BIG, "%zu drivers are too many for an early image", n);
	for (size_t i = 0; i < n; i++)
		/* They become words of shells: no blank, no dot. */
		if (!str_is_driver_name(drivers[i]) || strpbrk(drivers[i], " ."))
			return err_set(e, -EINVAL, "a driver's name cannot be written into a shell's file");
	return 0;
}

static void add_wants(const char *const *drivers, size_t n, struct initramfs_plan *p)
{
	size_t keep = p->rules ? strlen(p->rules) + 1 : 1;

	/* Of the same name, /etc masks /lib; initramfs-tools puts all rules into the latter. */
	p->wants[p->n_wants++] = (struct image_want){.path = INITRAMFS_RULES, .keep_bytes = keep};
	p->wants[p->n_wants++] = (struct image_want){.path = "lib/udev/rules.d/10-passthru.rules", .keep_bytes = keep};
	for (size_t i = 0; i < n; i++)
		p->wants[p->n_wants++] = (struct image_want){.module = drivers[i]};
}

int plan_initramfs(struct arena *mem, const struct initramfs_facts *f, const char *const *drivers, size_t n_drivers,
    const char *rules, struct initramfs_plan *ret, struct err *e)
{
	static const struct {
		const char *generator;
		void (*compose)(struct arena *mem, const struct initramfs_facts *f, const char *modules, struct initramfs_plan *p);
		bool has_wants;
	} rows[] = {
	    {"initramfs-tools", compose_hook, true},
	    {"dracut", compose_dracut, true},
	    {"mkinitcpio", compose_mkinitcpio, true},
	    {"booster", compose_booster, false},
	};
	int r = check_drivers(drivers, n_drivers, e);

	if (r < 0)
		return r;
	*ret = (struct initramfs_plan){.rules = rules};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!str_eq(rows[i].generator, f->generator))
			continue;
		rows[i].compose(mem, f, module_list(mem, drivers, n_drivers), ret);
		if (rows[i].has_wants)
			add_wants(drivers, n_drivers, ret);
		return 0;
	}
	ret->printed = "which program makes the early images here cannot be told: they must have /" INITRAMFS_RULES
		       " and the VFIO drivers in them";
	return 0;
}

/* ---- what came of it ---- */

static enum tri say(const char **ret_reason, enum tri answer, const char *reason)
{
	*ret_reason = reason;
	return answer;
}

/* The one that udev reads: of the same name, /etc masks /lib. */
static enum tri rules_are_right(
    struct arena *mem, const struct initramfs_plan *p, const char *path, const struct image_answer *a, const char **ret_reason)
{
	const struct image_found *f = a->found[0].is_there == TRI_NO ? &a->found[1] : &a->found[0];

	if (f->is_there == TRI_UNKNOWN)
		return say(ret_reason, TRI_UNKNOWN, arena_printf(mem, "/%s: %s", path, a->trouble ? a->trouble : "it cannot be told"));
	if (!p->rules)
		return f->is_there == TRI_NO ? TRI_YES
					     : say(ret_reason, TRI_NO, arena_printf(mem, "/%s still has rules of passthru in it (%s)", path, f->path));
	if (f->is_there == TRI_NO)
		return say(ret_reason, TRI_NO, arena_printf(mem, "/%s has no rules of passthru in it", path));
	if (!f->text)
		return say(ret_reason, TRI_UNKNOWN, arena_printf(mem, "/%s: what %s in it says cannot be told%s%s", path, f->path,
							a->trouble ? ": " : "", a->trouble ? a->trouble : ""));
	if (f->is_cut || !str_eq(f->text, p->rules))
		return say(ret_reason, TRI_NO, arena_printf(mem, "/%s has other rules of passthru in it than the host (%s)", path, f->path));
	return TRI_YES;
}

enum tri initramfs_is_right(
    struct arena *mem, const struct initramfs_plan *p, const char *path, const struct image_answer *a, const char **ret_reason)
{
	enum tri answer = TRI_YES;

	*ret_reason = NULL;
	if (p->n_wants == 0)
		return TRI_YES;
	assert(a->n == p->n_wants);
	answer = rules_are_right(mem, p, path, a, ret_reason);
	for (size_t i = 2; i < a->n && answer != TRI_NO; i++) {
		if (a->found[i].is_there == TRI_YES)
			continue;
		if (a->found[i].is_there == TRI_NO)
			return say(ret_reason, TRI_NO, arena_printf(mem, "/%s does not have %s in it", path, p->wants[i].module));
		if (answer == TRI_YES)
			answer = say(ret_reason, TRI_UNKNOWN, arena_printf(mem, "/%s: %s", path, a->trouble ? a->trouble : "it cannot be told"));
	}
	return answer;
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
