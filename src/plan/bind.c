/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/bind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/guards.h"
#include "judge/verdict.h"
#include "model/access.h"
#include "plan/free.h"
#include "plan/set.h"

/* devtmpfs makes the node inside the bind call (fact KF-10); the limit is for a slow udev in between. */
enum { NODE_LIMIT_MS = 5000 };

/* No driver is called so; as driver_override it keeps every driver away (driverctl's word for it too). */
static const char parked_override[] = "none";

/* ---- who goes ---- */

/* Nothing stands in the way of moving the function by itself, and all that must be known of it is: what is not
 * known must not be taken for no. */
static int check_movable(const struct pci_function *f, struct err *e)
{
	if (f->is_busy) {
		(void)err_set(e, -EBUSY, "an earlier write for %s is still stuck in the kernel", f->name);
		return err_hint(e, "it ends when the driver lets go, else with a reboot; other functions keep working");
	}
	/* What the journal could not say again, going back could not restore. */
	if ((f->driver_override && !str_is_driver_name(f->driver_override)) || (f->driver && !str_is_driver_name(f->driver))) {
		(void)err_set(e, -EINVAL, "%s has a driver or driver_override whose name no driver can have", f->name);
		return err_hint(e, "look at /sys/bus/pci/devices/%s/driver_override; writing a newline there clears it", f->name);
	}
	if (f->attributes && f->attributes[ATTR_VFS]) {
		(void)err_set(e, -EBUSY, "%s has %s virtual functions, which would go with its driver", f->name,
		    f->attributes[ATTR_VFS]);
		return err_hint(e, "write 0 to /sys/bus/pci/devices/%s/sriov_numvfs once no guest uses them", f->name);
	}
	if (f->has_driver == TRI_UNKNOWN)
		return err_set(e, -EIO, "cannot tell which driver %s is bound to%s%s", f->name, f->trouble ? ": " : "",
		    f->trouble ? f->trouble : "");
	if (f->driver && judge_is_vfio_driver(f->driver) && f->group < 0)
		return err_set(e, -EIO, "cannot tell the IOMMU group of %s, so a guest may have it open", f->name);
	return 0;
}

static int find_target(const struct host *h, struct pci_addr addr, const struct pci_function **ret, struct err *e)
{
	char name[PCI_ADDR_TEXT];

	*ret = host_find(h, addr);
	if (!*ret) {
		(void)err_set(e, -ENODEV, "there is no PCI function %s", pci_addr_format(addr, name));
		return err_hint(e, "passthru list shows those there are");
	}
	return check_movable(*ret, e);
}

/* Names the first strangers and the exact words that park them. */
static int refuse_strangers(struct arena *mem, const struct host *h, const struct bind_wish *wish,
    const struct pci_function *f, const struct blocker *strangers, size_t n, struct err *e)
{
	enum { SHOWN = 3 };
	const char *who = "", *allow = "";

	for (size_t i = 0; i < n && i < SHOWN; i++) {
		const struct pci_function *other = &h->functions[strangers[i].index];

		who = arena_printf(mem, "%s%s%s (%s)", who, i > 0 ? ", " : "", other->name,
		    other->driver ? other->driver : "no driver");
		allow = arena_printf(mem, "%s%s--allow=stranger:%s", allow, i > 0 ? " " : "", other->name);
	}
	if (n > SHOWN) {
		who = arena_printf(mem, "%s and %zu more", who, n - SHOWN);
		allow = "--allow=stranger";
	}
	(void)err_set(e, -EPERM, "%s cannot go alone: its IOMMU group %d also holds %s", f->name, f->group, who);
	/* Nothing parks a stranger at boot. */
	if (wish->verb == VERB_CLAIM)
		return err_hint(e, "name %s too, so that all of the group is claimed; or move the card to another slot",
		    n == 1 ? "it" : "them");
	return err_hint(e, "%s takes the host's driver off %s and parks %s without one; or move the card to another slot",
	    allow, n == 1 ? "it" : "them", n == 1 ? "it" : "them");
}

static const char *note_text(const struct verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_notes; i++)
		if (str_eq(v->notes[i].id, id))
			return v->notes[i].text;
	return "";
}

/* What blocks and is not parked; strangers that may be parked go to `parked`. */
static int check_blockers(struct arena *mem, const struct host *h, const struct bind_wish *wish,
    const struct pci_function *f, const struct verdict *v, const struct set *taken, struct set *parked, struct err *e)
{
	struct blocker *strangers = NULL;
	size_t n = 0;

	for (size_t i = 0; i < v->n_blockers; i++) {
		const struct blocker *b = &v->blockers[i];

		if (b->reason == BLOCK_OTHER)
			return err_set(e, -EPERM, "%s cannot be handed over: its IOMMU group %d also holds %s, which is no PCI function",
			    f->name, f->group, b->name);
		if (b->reason != BLOCK_STRANGER)
			return err_set(e, -EPERM, "%s cannot be handed over: %s", f->name,
			    note_text(v, block_reason_name(b->reason)));
		if (set_has(taken, b->index))
			continue; /* two cards of one group named together are no strangers to each other */
		if (wish->verb != VERB_CLAIM && wish_allows(wish, "stranger", h->functions[b->index].addr))
			set_add(mem, parked, b->index);
		else
			*ARENA_PUSH(mem, strangers, n) = *b;
	}
	return n == 0 ? 0 : refuse_strangers(mem, h, wish, f, strangers, n, e);
}

/* Bridges stay, but not with any driver: one that does its own DMA keeps VFIO out of the group. */
static int check_bridge(const struct host *h, const struct pci_function *bridge, const struct pci_function *f, struct err *e)
{
	if (judge_member_viable(h, bridge) != TRI_NO)
		return 0;
	(void)err_set(e, -EPERM, "%s cannot be handed over: bridge %s in its IOMMU group is on driver %s", f->name, bridge->name,
	    bridge->driver);
	return err_hint(e, "the kernel gives VFIO no group with such a driver in it; pcieport or none would do");
}

/* Why a target cannot go, all that is taken being known. */
static int check_target(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct pci_function *f,
    const struct verdict *v, const struct set *taken, struct set *parked, struct err *e)
{
	int r = check_blockers(mem, h, wish, f, v, taken, parked, e);

	for (size_t i = 0; r == 0 && i < v->n_bridges; i++)
		r = check_bridge(h, &h->functions[v->bridges[i]], f, e);
	if (r < 0 || v->answer != ANSWER_CANNOT_TELL)
		return r;
	(void)err_set(e, -EPERM, "cannot tell whether %s can be handed over: %s", f->name,
	    v->n_notes > 0 ? v->notes[0].text : "facts are missing");
	return err_hint(e, "passthru show %s says what is known", f->name);
}

/* ---- what the host would lose ---- */

/* Giving a driverless function to the host costs it nothing; one that is with VFIO has no guards anyhow. */
static bool is_taken_from_host(const struct bind_wish *wish, const struct pci_function *f)
{
	return f->driver || !wish->driver || judge_is_vfio_driver(wish->driver);
}

/* What stands against taking functions: the gravest guard that is not allowed, and the words for all of them. */
struct refusal {
	const struct guard *first; /* NULL: none */
	bool may_all_be_allowed;
	const char *words;	 /* "--allow=vm:0000:01:00.0 --allow=vm:0000:01:00.1" */
	const char *short_words; /* "--allow=vm" */
};

static int refuse_guard(const struct host *h, const struct refusal *r, struct err *e)
{
	enum { MOST_WORDS = sizeof(e->hint) - sizeof(" overrides this; --reason=TEXT goes on record") };
	const struct guard *first = r->first;
	const char *name = h->functions[first->function].name;

	(void)err_set(e, -EPERM, "%s stays with the host: %.300s%s%s%s", name, first->text, first->evidence ? " (see " : "",
	    first->evidence ? first->evidence : "", first->evidence ? ")" : "");
	if (r->may_all_be_allowed)
		return err_hint(e, "%s overrides this; --reason=TEXT goes on record",
		    strlen(r->words) <= MOST_WORDS ? r->words : r->short_words);
	if (first->id == GUARD_VFS)
		return err_hint(e, "write 0 to /sys/bus/pci/devices/%s/sriov_numvfs once no guest uses them", name);
	return err_hint(e, "this is never overridden; choose another device");
}

/* Once each: several blind spots are one word. */
static const char *add_word(struct arena *mem, const char *words, const char *word)
{
	if (str_has_word(words, word, strlen(word)))
		return words;
	return arena_printf(mem, "%s%s%s", words, *words ? " " : "", word);
}

static void judge_one(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    const struct pci_function *f, struct refusal *r)
{
	struct guard *guards;
	size_t n = judge_guards(mem, h, f, going->items, going->n, &guards);

	for (size_t i = 0; i < n; i++) {
		const char *id = guard_id_name(guards[i].id);
		bool may = guard_may_be_allowed(guards[i].id);

		if (may && wish_allows(wish, id, f->addr))
			continue;
		if (!r->first || (r->may_all_be_allowed && !may))
			r->first = &guards[i];
		r->may_all_be_allowed &= may;
		r->words = add_word(mem, r->words, arena_printf(mem, "--allow=%s:%s", id, f->name));
		r->short_words = add_word(mem, r->short_words, arena_printf(mem, "--allow=%s", id));
	}
}

static int check_all_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    const struct set *s, struct err *e)
{
	struct refusal r = {.may_all_be_allowed = true, .words = "", .short_words = ""};

	for (size_t i = 0; i < s->n; i++)
		if (is_taken_from_host(wish, &h->functions[s->items[i]]))
			judge_one(mem, h, wish, going, &h->functions[s->items[i]], &r);
	return r.first ? refuse_guard(h, &r, e) : 0;
}

int plan_check_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, int *functions, size_t n,
    struct err *e)
{
	const struct set s = {functions, n};

	return check_all_guards(mem, h, wish, &s, &s, e);
}

size_t plan_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, const int *functions, size_t n,
    struct guard **ret)
{
	size_t n_all = 0;

	*ret = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *f = &h->functions[functions[i]];
		struct guard *guards;
		size_t n_guards = is_taken_from_host(wish, f) ? judge_guards(mem, h, f, functions, n, &guards) : 0;

		for (size_t k = 0; k < n_guards; k++)
			*ARENA_PUSH(mem, *ret, n_all) = guards[k];
	}
	return n_all;
}

size_t plan_allowed_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct plan *p,
    struct guard **ret)
{
	int *functions;
	size_t n = plan_functions(mem, h, p, &functions);

	return plan_guards(mem, h, wish, functions, n, ret);
}

/* ---- steps ---- */

/* Mounts, routes and the like must be those that were seen, none or those that are allowed: looked at again before
 * the first write. Nothing such hangs on a graphics card or its sound. */
static void require_uses(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *s,
    struct plan *p)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct pci_function *f = &h->functions[s->items[i]];

		if (is_taken_from_host(wish, f) && f->driver && use_areas_of(f) & (1u << AREA_STORAGE | 1u << AREA_NETWORK))
			plan_add_require(mem, p, KIND_USES, f->name, (struct value){.text = function_uses(mem, h, s->items[i])});
	}
}

static void require_identity(struct arena *mem, const struct host *h, const struct set *s, struct plan *p)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct pci_function *f = &h->functions[s->items[i]];

		plan_add_require(mem, p, KIND_IDENTITY, f->name, (struct value){.text = function_identity(mem, f)});
	}
}

/* Read and write for the user and the group, nothing for others. */
enum { NODE_MODE = 0660 };

/* VFIO lets anyone who may open the node hand the kernel addresses to write to; only the remapping keeps a device from
 * writing where interrupts are taken from. The kernel refuses VFIO without it, unless it was told not to mind. */
static int check_user(const struct host *h, const struct bind_wish *wish, struct err *e)
{
	if (!wish->user)
		return 0;
	if (wish->driver || wish->verb == VERB_UNBIND)
		return err_set(e, -EINVAL, "--user goes with a card that is handed over to VFIO, not with a driver by name");
	if (wish->uid == 0) {
		(void)err_set(e, -EINVAL, "--user=%s is root, who may open every node as it is", wish->user);
		return err_hint(e, "leave --user out");
	}
	if (h->has_irq_remapping != TRI_NO)
		return 0;
	(void)err_set(e, -EPERM, "%s gets no device: interrupts are not remapped here, so a guest could make its device send any "
	    "interrupt to the host, and with it take the host over", wish->user);
	return err_hint(e, "switch VT-d or AMD-Vi with interrupt remapping on in the firmware (x2APIC too, where it is there), "
			   "without intremap=off on the kernel command line; run as root, without --user, this is not refused");
}

static const char *access_now(const struct host *h, const char *node)
{
	for (size_t i = 0; i < h->n_accesses; i++)
		if (str_eq(h->accesses[i].node, node))
			return h->accesses[i].text;
	return "";
}

/* The node of each group goes to the user last, when all that was to be checked has held; so it is taken from him
 * first, before the functions go. */
static void give_access(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *s,
    struct plan *p)
{
	const char *want = access_format(mem, &(struct access){wish->uid, wish->gid, NODE_MODE});
	struct set groups = {0};

	for (size_t i = 0; wish->user && i < s->n; i++)
		set_add(mem, &groups, h->functions[s->items[i]].group);
	set_sort(&groups);
	for (size_t i = 0; i < groups.n; i++) {
		const char *node = arena_printf(mem, "/dev/vfio/%d", groups.items[i]), *have = access_now(h, node);

		plan_add_move(mem, p, KIND_ACCESS, node, (struct value){.text = have}, (struct value){.text = want});
	}
}

static struct value binding_now(const struct pci_function *f)
{
	return (struct value){.driver = f->driver, .driver_override = f->driver_override};
}

static void move_binding(struct arena *mem, struct plan *p, const struct pci_function *f, struct value want)
{
	plan_add_move(mem, p, KIND_BINDING, f->name, binding_now(f), want);
}

/* To the VFIO driver that fits it best. */
static struct value to_vfio(const struct pci_function *f)
{
	const char *driver = f->vfio_driver ? f->vfio_driver : "vfio-pci";

	return (struct value){.driver = driver, .driver_override = driver};
}

/* Sound, USB and the rest first, the display last; going back, the inverse order brings it first. want NULL:
 * each to its VFIO driver. */
static void move_set(struct arena *mem, const struct host *h, const struct set *s, const struct value *want, struct plan *p)
{
	for (int display = 0; display <= 1; display++)
		for (size_t i = 0; i < s->n; i++) {
			const struct pci_function *f = &h->functions[s->items[i]];

			if (function_is_display(f) == (display == 1))
				move_binding(mem, p, f, want ? *want : to_vfio(f));
		}
}

/* --set-reset: the targets named, not what goes along with them. */
static int set_reset(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct plan *p, struct err *e)
{
	for (size_t i = 0; wish->reset_method && i < wish->n_targets; i++) {
		const struct pci_function *f = host_find(h, wish->targets[i]);
		const char *methods = f && f->attributes ? f->attributes[ATTR_RESET_METHOD] : NULL;

		if (!methods || !str_has_word(methods, wish->reset_method, strlen(wish->reset_method))) {
			(void)err_set(e, -EINVAL, "%s cannot be reset by %s", f ? f->name : "it", wish->reset_method);
			return err_hint(e, "its methods: %s", methods && *methods ? methods : "none");
		}
		plan_add_move(
		    mem, p, KIND_RESET, f->name, (struct value){.text = methods}, (struct value){.text = wish->reset_method});
	}
	return 0;
}

static void load_modules(struct arena *mem, const struct host *h, struct plan *p)
{
	for (size_t i = 0; i < h->n_modules; i++)
		plan_add_move(mem, p, KIND_MODULE, h->modules[i].name, (struct value){.flag = h->modules[i].is_loaded},
		    (struct value){.flag = true});
}

/* A function on a VFIO driver may be a running guest's: its node must be held by nobody. */
static void require_unheld(struct arena *mem, const struct host *h, const struct set *s, struct plan *p)
{
	struct set groups = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct pci_function *f = &h->functions[s->items[i]];
		const char *node = f->vfio_node;

		/* The node is there when any member is with VFIO: a guest may have the group, and before 5.19 a
		 * host driver bound to another member of it crashed the kernel (fact KF-GROUP). */
		if (f->group < 0 || (!judge_is_vfio_driver(f->driver) && !f->vfio_node) || set_has(&groups, f->group))
			continue;
		/* That /dev/vfio could not be listed does not mean that nobody has the node. */
		if (!node)
			node = arena_printf(mem, "%d", f->group);
		set_add(mem, &groups, f->group);
		plan_add_require(mem, p, KIND_UNHELD, arena_printf(mem, "/dev/vfio/%s", node), (struct value){.flag = true});
	}
}

static void check_groups(struct arena *mem, const struct host *h, const struct set *s, struct plan *p)
{
	struct set groups = {0};

	for (size_t i = 0; i < s->n; i++)
		set_add(mem, &groups, h->functions[s->items[i]].group);
	set_sort(&groups);
	for (size_t i = 0; i < groups.n; i++)
		plan_add_await(mem, p, KIND_NODE, arena_printf(mem, "/dev/vfio/%d", groups.items[i]),
		    (struct value){.flag = true}, NODE_LIMIT_MS);
	for (size_t i = 0; i < groups.n; i++)
		plan_add_require(
		    mem, p, KIND_VIABLE, arena_printf(mem, "%d", groups.items[i]), (struct value){.flag = true});
}

/* ---- the wishes ---- */

/* What is taken and what is parked for it, each by address. */
static int find_usable_set(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct set *taken,
    struct set *parked, struct err *e)
{
	const struct pci_function **targets = arena_alloc(mem, (wish->n_targets + 1) * sizeof(struct pci_function *));
	struct verdict *verdicts = arena_alloc(mem, (wish->n_targets + 1) * sizeof(*verdicts));
	int r = 0;

	for (size_t i = 0; i < wish->n_targets; i++) {
		r = find_target(h, wish->targets[i], &targets[i], e);
		if (r < 0)
			return r;
		verdicts[i] = judge_function(mem, h, targets[i]);
		set_add(mem, taken, host_index(h, targets[i]));
		for (size_t k = 0; k < verdicts[i].n_companions; k++)
			set_add(mem, taken, verdicts[i].companions[k]);
	}
	for (size_t i = 0; r == 0 && i < wish->n_targets; i++)
		r = check_target(mem, h, wish, targets[i], &verdicts[i], taken, parked, e);
	set_sort(taken);
	set_sort(parked);
	return r;
}

int plan_usable_set(struct arena *mem, const struct host *h, const struct bind_wish *wish, int **ret, size_t *n_ret,
    struct err *e)
{
	struct set taken = {0}, parked = {0};
	int r = find_usable_set(mem, h, wish, &taken, &parked, e);

	*ret = taken.items;
	*n_ret = taken.n;
	return r;
}

static int plan_hand_over(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct plan *ret, struct err *e)
{
	struct set taken = {0}, parked = {0}, missing = {0}, going = {0}, reset = {0};
	struct plan p = {0};
	int r = check_user(h, wish, e);

	if (r == 0)
		r = find_usable_set(mem, h, wish, &taken, &parked, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < parked.n; i++)
		if (check_movable(&h->functions[parked.items[i]], e) < 0)
			return e->code;
	for (size_t i = 0; i < taken.n; i++) {
		const struct pci_function *f = &h->functions[taken.items[i]];

		if (find_target(h, f->addr, &f, e) < 0)
			return e->code; /* a companion that is stuck */
		/* A function with a VFIO driver stays as it is, override or not: a variant driver is as good
		 * as vfio-pci. */
		if (!judge_is_vfio_driver(f->driver))
			set_add(mem, &missing, taken.items[i]);
	}
	for (size_t i = 0; i < missing.n; i++)
		set_add(mem, &going, missing.items[i]);
	for (size_t i = 0; i < parked.n; i++)
		set_add(mem, &going, parked.items[i]);
	if (check_all_guards(mem, h, wish, &going, &going, e) < 0)
		return e->code;
	/* Who gets the node gets all of the group. */
	require_identity(mem, h, wish->user ? &taken : &missing, &p);
	require_identity(mem, h, &parked, &p);
	require_uses(mem, h, wish, &going, &p);
	/* One that is with VFIO already may be a guest's. */
	require_unheld(mem, h, &parked, &p);
	if (wish->user)
		require_unheld(mem, h, &taken, &p);
	if (plan_stop_holders(mem, h, wish, &going, &p, e) < 0)
		return e->code;
	if (going.n > 0)
		load_modules(mem, h, &p);
	if (plan_let_go(mem, h, wish, &going, &p, e) < 0)
		return e->code;
	/* How a function is reset matters to a guest that has it. */
	for (size_t i = 0; wish->reset_method && i < wish->n_targets; i++)
		set_add(mem, &reset, host_index(h, host_find(h, wish->targets[i])));
	require_unheld(mem, h, &reset, &p);
	r = set_reset(mem, h, wish, &p, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < parked.n; i++)
		move_binding(mem, &p, &h->functions[parked.items[i]], (struct value){.driver_override = parked_override});
	move_set(mem, h, &missing, NULL, &p);
	check_groups(mem, h, &taken, &p);
	give_access(mem, h, wish, &taken, &p);
	*ret = plan_count_moves(&p) > 0 ? p : (struct plan){0};
	return 0;
}

static int plan_exactly(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct plan *ret, struct err *e)
{
	struct value want = {.driver = wish->driver};
	struct set targets = {0};
	struct plan p = {0};
	int r = check_user(h, wish, e);

	if (r < 0)
		return r;

	/* Drivers that bind only what names them keep their override; the host's own find the function by
	 * its ids and need none. */
	if (wish->driver && judge_driver_leaves_dma(wish->driver))
		want.driver_override = wish->driver;
	for (size_t i = 0; i < wish->n_targets; i++) {
		const struct pci_function *f;

		r = find_target(h, wish->targets[i], &f, e);
		if (r < 0)
			return r;
		if (judge_is_vfio_driver(wish->driver) && f->group == GROUP_NONE)
			return err_set(e, -EPERM, "%s is in no IOMMU group: a VFIO driver would refuse it", f->name);
		if (function_is_bridge(f)) {
			(void)err_set(e, -EPERM, "%s is a bridge: what hangs below would go with it", f->name);
			return err_hint(e, "name the device below the bridge; bridges stay with the host");
		}
		set_add(mem, &targets, host_index(h, f));
	}
	if (check_all_guards(mem, h, wish, &targets, &targets, e) < 0)
		return e->code;
	require_identity(mem, h, &targets, &p);
	require_uses(mem, h, wish, &targets, &p);
	require_unheld(mem, h, &targets, &p);
	if (plan_stop_holders(mem, h, wish, &targets, &p, e) < 0)
		return e->code;
	load_modules(mem, h, &p);
	if (plan_let_go(mem, h, wish, &targets, &p, e) < 0)
		return e->code;
	r = set_reset(mem, h, wish, &p, e);
	if (r < 0)
		return r;
	move_set(mem, h, &targets, &want, &p);
	*ret = plan_count_moves(&p) > 0 ? p : (struct plan){0};
	return 0;
}

int plan_bind(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct plan *ret, struct err *e)
{
	if (wish->driver || wish->verb == VERB_UNBIND)
		return plan_exactly(mem, h, wish, ret, e);
	return plan_hand_over(mem, h, wish, ret, e);
}

/* ---- giving back ---- */

size_t plan_functions(struct arena *mem, const struct host *h, const struct plan *p, int **ret)
{
	struct set s = {0};

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct pci_function *f = NULL;
		struct pci_addr addr;

		if (plan_concerns(p, &p->steps[i]) && pci_addr_parse(p->steps[i].target, &addr))
			f = host_find(h, addr);
		if (f)
			set_add(mem, &s, host_index(h, f));
	}
	*ret = s.items;
	return s.n;
}

static bool is_moved(const struct plan *p, const char *function)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (kind_is_of_function(p->steps[i].kind) && str_eq(p->steps[i].target, function))
			return true;
	return false;
}

/* By a function that `taken` did not bring there: its inverse leaves it with VFIO. */
static bool vfio_is_used_by_others(const struct host *h, const struct plan *taken)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (judge_is_vfio_driver(h->functions[i].driver) && !is_moved(taken, h->functions[i].name))
			return true;
	return false;
}

/* One binding move of the inverse, made to fit what the function is now. */
static int add_back_move(struct arena *mem, const struct host *h, const struct step *back, struct plan *p, struct err *e)
{
	const struct pci_function *f = NULL;
	struct pci_addr addr;
	struct value now;

	if (pci_addr_parse(back->target, &addr))
		f = host_find(h, addr);
	if (!f)
		return 0; /* pulled out: there is nothing to give back */
	now = binding_now(f);
	if (now.driver && !str_eq(now.driver, back->have.driver) && !str_eq(now.driver, back->want.driver)) {
		(void)err_set(e, -ESTALE, "%s was taken from %s, but somebody has bound it to %s since", f->name,
		    value_describe(mem, KIND_BINDING, &back->want), value_describe(mem, KIND_BINDING, &now));
		return err_hint(e, "passthru bind --driver=NAME %s puts it where you want it; then release again", f->name);
	}
	plan_add_move(mem, p, KIND_BINDING, f->name, now, back->want);
	return 0;
}

/* Somebody else's later choice is left alone. */
static int add_back_reset(struct arena *mem, const struct host *h, const struct step *back, struct plan *p, struct err *e)
{
	const struct pci_function *f = NULL;
	struct pci_addr addr;

	if (pci_addr_parse(back->target, &addr))
		f = host_find(h, addr);
	if (!f)
		return 0;
	if (!f->attributes || !f->attributes[ATTR_RESET_METHOD])
		return err_set(e, -EIO, "cannot read how %s is reset", f->name);
	if (str_eq(f->attributes[ATTR_RESET_METHOD], back->have.text))
		plan_add_move(mem, p, KIND_RESET, f->name, back->have, back->want);
	return 0;
}

/* A process that was ended stays so; an interface that comes back with its driver is set up by what set it up. */
static bool is_given_back(const struct step *back)
{
	return back->back != BACK_NONE && back->kind != KIND_INTERFACE;
}

int plan_release(struct arena *mem, const struct host *h, const struct plan *taken, struct plan *ret, struct err *e)
{
	struct plan inverse = plan_inverse(mem, taken);
	struct set ours = {0};
	struct plan p = {0};
	bool keep_modules;

	ours.n = plan_functions(mem, h, taken, &ours.items);
	for (size_t i = 0; i < ours.n; i++)
		if (check_movable(&h->functions[ours.items[i]], e) < 0)
			return e->code;
	keep_modules = vfio_is_used_by_others(h, taken);
	require_identity(mem, h, &ours, &p);
	require_unheld(mem, h, &ours, &p);
	/* Native drivers that were unloaded meanwhile come first. */
	load_modules(mem, h, &p);
	for (size_t i = 0; i < inverse.n_steps; i++) {
		const struct step *back = &inverse.steps[i];
		int r = 0;

		if (back->kind == KIND_BINDING)
			r = add_back_move(mem, h, back, &p, e);
		else if (back->kind == KIND_RESET)
			r = add_back_reset(mem, h, back, &p, e);
		else if (is_given_back(back) && (back->kind != KIND_MODULE || !keep_modules))
			plan_add_move_back(mem, &p, back->kind, back->target, back->have, back->want, back->back);
		if (r < 0)
			return r;
	}
	*ret = p;
	return 0;
}

size_t plan_groups_no_longer_viable(struct arena *mem, const struct host *h, const struct plan *p, int **ret)
{
	struct set groups = {0};

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];
		const struct pci_function *f = NULL;
		struct pci_addr addr;

		if (s->kind == KIND_BINDING && pci_addr_parse(s->target, &addr))
			f = host_find(h, addr);
		if (f && f->group >= 0 && s->want.driver && !judge_driver_leaves_dma(s->want.driver) &&
		    judge_driver_leaves_dma(f->driver))
			set_add(mem, &groups, f->group);
	}
	*ret = groups.items;
	return groups.n;
}
