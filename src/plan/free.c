/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/free.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "model/holder.h"
#include "model/unit.h"

/* A desktop needs some seconds to end; systemd kills what does not after 90. */
enum { UNUSED_LIMIT_MS = 100 * 1000 };

/* ---- who is stopped, and how ---- */

static bool unit_is_active(const struct host *h, const char *target)
{
	for (size_t i = 0; i < h->n_units; i++)
		if (str_eq(h->units[i].target, target))
			return h->units[i].is_active;
	return false;
}

/* Stopping one of these takes more down than a device: logind holds devices for sessions and lets go with them. */
static bool is_of_the_system(const char *unit)
{
	return str_starts(unit, "systemd-") || str_eq(unit, "dbus.service") || str_eq(unit, "dbus-broker.service");
}

/* A picture on a card belongs to a graphical session, and that to the display manager: with it, all of them end in
 * order, and come back by it. */
static bool belongs_to_display_manager(const struct host *h, const struct holder *holder)
{
	bool is_session = !holder->unit || holder->is_user_unit || is_of_the_system(holder->unit) ||
	    strstr(holder->unit, ".scope") != NULL;

	return h->display_manager && is_session && str_starts(holder->file, "/dev/dri/");
}

/* The target of the unit to stop, NULL: there is none that may be. */
static const char *unit_of(struct arena *mem, const struct host *h, const struct holder *holder)
{
	const char *target, *name;
	bool is_user;
	unsigned uid;

	if (belongs_to_display_manager(h, holder))
		return h->display_manager;
	if (!holder->unit || is_of_the_system(holder->unit))
		return NULL;
	target = holder->is_user_unit ? arena_printf(mem, "%u/%s", holder->unit_user, holder->unit) : holder->unit;
	return unit_target_parse(target, &name, &is_user, &uid) && unit_is_active(h, target) ? target : NULL;
}

static bool has_move(const struct plan *p, enum kind kind, const char *target)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == kind && str_eq(p->steps[i].target, target))
			return true;
	return false;
}

static void add_once(struct arena *mem, struct plan *p, enum kind kind, const char *target, enum way_back back)
{
	if (!has_move(p, kind, target))
		plan_add_move_back(
		    mem, p, kind, target, (struct value){.flag = true}, (struct value){.flag = false}, back);
}

/* A socket would start its service again with the next client. */
static void stop_unit(struct arena *mem, const struct host *h, const char *target, struct plan *p)
{
	const char *dot = strrchr(target, '.');
	const char *socket = arena_printf(mem, "%.*s.socket", (int)(dot - target), target);

	if (unit_is_active(h, socket))
		add_once(mem, p, KIND_UNIT, socket, BACK_EXACT);
	add_once(mem, p, KIND_UNIT, target, BACK_EXACT);
}

static int refuse_holder(struct arena *mem, const struct bind_wish *wish, const struct holder *holder, struct err *e)
{
	char name[PCI_ADDR_TEXT];

	(void)err_set(e, -EBUSY, "%s is used by %.300s", pci_addr_format(holder->addr, name), holder_describe(mem, holder));
	if (holder->kind == HOLDER_MODULE)
		return err_hint(e, "nvidia-smi -pm 0 ends persistence mode; stop nvidia-persistenced.service if it runs");
	if (holder->kind == HOLDER_INTERFACE)
		return err_hint(e, "ip link set %.64s down, or --stop-holders, takes it down", holder->command);
	if (wish->stop_holders)
		return err_hint(e, "it belongs to no service that can be stopped: end it, or let --kill-holders end it");
	return err_hint(e, "passthru holders %s lists all; --stop-holders stops the services that own them", name);
}

static int free_one(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct holder *holder,
    struct plan *p, struct err *e)
{
	char name[PCI_ADDR_TEXT];
	const char *unit;

	if (holder->kind == HOLDER_MODULE || (!wish->stop_holders && !wish->kill_holders))
		return refuse_holder(mem, wish, holder, e);
	if (holder->kind == HOLDER_INTERFACE) {
		add_once(mem, p, KIND_INTERFACE, holder->command, BACK_BEST_EFFORT);
		return 0;
	}
	unit = wish->stop_holders ? unit_of(mem, h, holder) : NULL;
	if (unit)
		stop_unit(mem, h, unit, p);
	else if (wish->kill_holders)
		add_once(mem, p, KIND_PROCESS,
		    arena_printf(mem, "%s/%d@%llu", pci_addr_format(holder->addr, name), holder->pid,
			(unsigned long long)holder->start), BACK_NONE);
	else
		return refuse_holder(mem, wish, holder, e);
	return 0;
}

static bool is_among(const struct host *h, const struct set *going, struct pci_addr addr)
{
	for (size_t i = 0; i < going->n; i++)
		if (pci_addr_cmp(h->functions[going->items[i]].addr, addr) == 0)
			return true;
	return false;
}

/* Has a driver of the host, so that somebody may use it. */
static bool may_be_used(const struct pci_function *f)
{
	return f->driver && !judge_is_vfio_driver(f->driver);
}

static bool all_is_seen_or_allowed(const struct host *h, const struct bind_wish *wish, const struct set *going)
{
	if (h->holders->is_complete)
		return true;
	for (size_t i = 0; i < going->n; i++)
		if (may_be_used(&h->functions[going->items[i]]) &&
		    !wish_allows(wish, "unknown", h->functions[going->items[i]].addr))
			return false;
	return true;
}

int plan_stop_holders(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    struct plan *p, struct err *e)
{
	int r = 0;

	if (!h->holders)
		return 0;
	for (size_t i = 0; r == 0 && i < h->holders->n; i++)
		if (is_among(h, going, h->holders->items[i].addr))
			r = free_one(mem, h, wish, &h->holders->items[i], p, e);
	if (r == 0 && !all_is_seen_or_allowed(h, wish, going)) {
		(void)err_set(e, -EPERM, "not every process can be seen, so somebody may use %s",
		    going->n > 0 ? h->functions[going->items[0]].name : "it");
		return err_hint(e, "run it as root and outside containers; or --allow=unknown");
	}
	return r;
}

/* ---- what is built on a driver, and drawn on it ---- */

static const struct module_stack *stack_of(const struct host *h, const char *driver)
{
	for (size_t i = 0; i < h->n_stacks; i++)
		if (str_eq(h->stacks[i].driver, driver))
			return &h->stacks[i];
	return NULL;
}

static bool goes_whole(const struct host *h, const struct set *going, const char *driver)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (str_eq(h->functions[i].driver, driver) && !set_has(going, (int)i))
			return false;
	return true;
}

/* nvidia_modeset keeps every card of the driver open while nvidia_drm shows a picture on any: unbinding one then
 * waits for ever in the kernel. */
static int check_single(const struct module_stack *stack, const struct pci_function *f, struct err *e)
{
	if (!str_eq(stack->module, "nvidia") || !stack->holds_all)
		return 0;
	(void)err_set(e, -EBUSY, "%s cannot be taken from nvidia alone: nvidia_drm has every card of the driver open", f->name);
	return err_hint(e, "take all cards of the driver, or set nvidia_drm.modeset=0 and reboot");
}

static int unload_dependants(struct arena *mem, const struct host *h, const struct set *going, struct plan *p, struct err *e)
{
	for (size_t i = 0; i < going->n; i++) {
		const struct pci_function *f = &h->functions[going->items[i]];
		const struct module_stack *stack = f->driver ? stack_of(h, f->driver) : NULL;

		if (!stack)
			continue;
		if (!goes_whole(h, going, f->driver)) {
			if (check_single(stack, f, e) < 0)
				return e->code;
			continue;
		}
		for (size_t k = 0; k < stack->n_dependants; k++)
			add_once(mem, p, KIND_DEPENDANT, stack->dependants[k], BACK_EXACT);
	}
	return 0;
}

/* The firmware's picture has no PCI function of its own: it is on the display the firmware started with. */
static bool is_drawn_on(const struct host *h, const struct set *going, const struct framebuffer *fb)
{
	if (fb->function >= 0)
		return set_has(going, fb->function);
	for (size_t i = 0; fb->platform && is_firmware_framebuffer(fb->platform) && i < h->n_uses; i++)
		if (h->uses[i].kind == USE_BOOT_DISPLAY && set_has(going, h->uses[i].function))
			return true;
	return false;
}

/* Where another picture stays the kernel lets the console go by itself and keeps it for that one: it is drawn there when
 * it is bound again, which nobody does before the card comes back (fbcon_fb_unbind, seen on 6.1). It keeps the module that
 * draws its picture, so it goes before that is unloaded. */
static void take_consoles(struct arena *mem, const struct host *h, const struct set *going, struct plan *p)
{
	bool is_any = false, is_all = true;

	for (size_t i = 0; i < h->n_framebuffers; i++) {
		bool is = is_drawn_on(h, going, &h->framebuffers[i]);

		is_any |= is;
		is_all &= is;
	}
	for (size_t i = 0; is_any && is_all && i < h->n_consoles; i++)
		if (h->consoles[i].is_bound)
			add_once(mem, p, KIND_CONSOLE, h->consoles[i].name, BACK_BEST_EFFORT);
}

/* Last, for there is no way back. */
static void end_firmware_picture(struct arena *mem, const struct host *h, const struct set *going, struct plan *p)
{
	for (size_t i = 0; i < h->n_framebuffers; i++) {
		const struct framebuffer *fb = &h->framebuffers[i];

		if (fb->platform && is_firmware_framebuffer(fb->platform) && is_drawn_on(h, going, fb))
			add_once(mem, p, KIND_FRAMEBUFFER, fb->platform, BACK_NONE);
	}
}

static bool stops_something(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_UNIT || p->steps[i].kind == KIND_PROCESS || p->steps[i].kind == KIND_INTERFACE)
			return true;
	return false;
}

int plan_let_go(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    struct plan *p, struct err *e)
{
	bool waits = stops_something(p);
	int r;

	for (size_t i = 0; h->holders && i < going->n; i++) {
		const struct pci_function *f = &h->functions[going->items[i]];

		if (!may_be_used(f) || (!h->holders->is_complete && wish_allows(wish, "unknown", f->addr)))
			continue;
		if (waits)
			plan_add_await(mem, p, KIND_UNUSED, f->name, (struct value){.flag = true}, UNUSED_LIMIT_MS);
		else
			plan_add_require(mem, p, KIND_UNUSED, f->name, (struct value){.flag = true});
	}
	take_consoles(mem, h, going, p);
	r = unload_dependants(mem, h, going, p, e);
	if (r == 0)
		end_firmware_picture(mem, h, going, p);
	return r;
}
