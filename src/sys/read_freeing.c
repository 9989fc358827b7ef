/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_freeing.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/plan.h"
#include "model/unit.h"
#include "sys/read_uses.h"

enum { MOST_DEPENDANTS = 64, MOST_CONSOLES = 64 };

struct reading {
	struct sys *s;
	struct arena *mem;
	struct host *h;
	struct module_stack *stacks;
	struct text_console *consoles;
	struct framebuffer *framebuffers;
};

/* ---- modules ---- */

struct stack_walk {
	struct reading *r;
	struct module_stack *stack;
	const char *seen[MOST_DEPENDANTS]; /* looked into, or about to be: a recorded host may have them in a circle */
	size_t n_seen;
};

static bool is_among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return true;
	return false;
}

/* Links below /sys/module/M/holders: what uses M, each behind what uses it in turn, so that the list is in the order
 * of unloading (kernel/module/main.c, add_usage_links). */
static int walk_holders(void *data, const char *name)
{
	struct stack_walk *walk = data;
	struct reading *r = walk->r;
	char path[SYS_PATH];

	if (!str_is_driver_name(name) || strpbrk(name, ". ") || walk->n_seen >= MOST_DEPENDANTS ||
	    is_among(walk->seen, walk->n_seen, name))
		return 0;
	name = walk->seen[walk->n_seen++] = arena_strdup(r->mem, name);
	(void)r->s->ops->list(r->s, sys_path(path, "sys/module/%s/holders", name), walk_holders, walk);
	*ARENA_PUSH(r->mem, walk->stack->dependants, walk->stack->n_dependants) = name;
	return 0;
}

static void read_stack(struct reading *r, const char *driver)
{
	struct module_stack stack = {.driver = driver};
	struct stack_walk walk = {.r = r, .stack = &stack};
	char path[SYS_PATH];

	for (size_t i = 0; i < r->h->n_stacks; i++)
		if (str_eq(r->stacks[i].driver, driver))
			return;
	stack.module = sys_link_base(r->s, r->mem, sys_path(path, "sys/bus/pci/drivers/%s/module", driver));
	if (!stack.module || !str_is_driver_name(stack.module))
		return;
	(void)r->s->ops->list(r->s, sys_path(path, "sys/module/%s/holders", stack.module), walk_holders, &walk);
	if (is_among(stack.dependants, stack.n_dependants, "nvidia_drm")) {
		const char *modeset = sys_text(r->s, r->mem, "sys/module/nvidia_drm/parameters/modeset", NULL);

		stack.holds_all = modeset && str_eq(modeset, "Y");
	}
	if (stack.n_dependants > 0)
		*ARENA_PUSH(r->mem, r->stacks, r->h->n_stacks) = stack;
}

/* ---- consoles ---- */

static int add_console(void *data, const char *name)
{
	struct reading *r = data;
	char path[SYS_PATH];
	uint64_t number;
	const char *kind, *bound;

	if (!str_starts(name, "vtcon") || !str_number(name + strlen("vtcon"), 10, INT32_MAX, &number) ||
	    r->h->n_consoles >= MOST_CONSOLES)
		return 0;
	kind = sys_text(r->s, r->mem, sys_path(path, "sys/class/vtconsole/%s/name", name), NULL);
	bound = sys_text(r->s, r->mem, sys_path(path, "sys/class/vtconsole/%s/bind", name), NULL);
	if (kind && strstr(kind, "frame buffer device"))
		*ARENA_PUSH(r->mem, r->consoles, r->h->n_consoles) =
		    (struct text_console){arena_strdup(r->mem, name), bound && str_eq(bound, "1")};
	return 0;
}

/* ".../0000:01:00.0/graphics/fb0", ".../0000:01:00.0/drm/card0/…"; of the firmware ".../platform/efi-framebuffer.0/…", since
 * Linux 6.9 ".../0000:01:00.0/efi-framebuffer.0/…" (drivers/firmware/sysfb.c, sysfb_parent_dev). */
static const char *platform_device_in(struct arena *mem, const char *link)
{
	const char *platform = strstr(link, "/platform/");
	const char *part = platform ? platform + strlen("/platform/") : link;

	for (size_t length; *part; part += length + (part[length] == '/')) {
		const char *name;

		length = strcspn(part, "/");
		name = arena_strndup(mem, part, length);
		if (platform || is_firmware_framebuffer(name))
			return name;
	}
	return NULL;
}

static int add_framebuffer(void *data, const char *name)
{
	struct reading *r = data;
	struct use_reading uses = {.s = r->s, .mem = r->mem, .h = r->h};
	struct framebuffer fb = {.name = arena_strdup(r->mem, name)};
	char path[SYS_PATH], link[SYS_PATH];
	uint64_t number;

	/* "fbcon" stands there as well, and is none. */
	if (!str_starts(name, "fb") || !str_number(name + strlen("fb"), 10, INT32_MAX, &number) ||
	    r->h->n_framebuffers >= MOST_CONSOLES ||
	    r->s->ops->link(r->s, sys_path(path, "sys/class/graphics/%s", name), link, sizeof(link)) < 0)
		return 0;
	fb.function = uses_function_in(&uses, link);
	fb.platform = platform_device_in(r->mem, link);
	*ARENA_PUSH(r->mem, r->framebuffers, r->h->n_framebuffers) = fb;
	return 0;
}

void read_freeing(struct sys *s, struct arena *mem, struct host *h, const int *functions, size_t n)
{
	struct reading r = {.s = s, .mem = mem, .h = h};
	bool is_display = false;

	h->n_stacks = h->n_consoles = h->n_framebuffers = 0;
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *f = &h->functions[functions[i]];

		is_display |= function_is_display(f);
		if (f->driver && str_is_driver_name(f->driver))
			read_stack(&r, f->driver);
	}
	if (is_display) {
		(void)s->ops->list(s, "sys/class/vtconsole", add_console, &r);
		(void)s->ops->list(s, "sys/class/graphics", add_framebuffer, &r);
	}
	h->stacks = r.stacks;
	h->consoles = r.consoles;
	h->framebuffers = r.framebuffers;
}

const char *read_display_manager(struct sys *s, struct arena *mem)
{
	const char *name = sys_link_base(s, mem, "etc/systemd/system/display-manager.service");

	return name && unit_name_is_valid(name) ? name : NULL;
}
