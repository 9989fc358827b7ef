/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/claims.h"

#include "base/str.h"

const char *claim_state_name(enum claim_state s)
{
	static const char *const names[] = {
	    [CLAIM_HERE] = "here",
	    [CLAIM_MOVED] = "moved",
	    [CLAIM_REPLACED] = "replaced",
	    [CLAIM_GONE] = "gone",
	    [CLAIM_UNKNOWN] = "unknown",
	};
	static_assert(ARRAY_LEN(names) == CLAIM_STATES, "every state has a name");

	return names[s];
}

static const char *serial_of(const struct pci_function *f)
{
	return f->attributes ? f->attributes[ATTR_SERIAL] : NULL;
}

/* A serial number that could not be read tells nothing. */
static enum tri is_same_serial(const struct claim *c, const struct pci_function *f)
{
	const char *serial = serial_of(f);

	return c->serial && serial ? tri_from(str_eq(c->serial, serial)) : TRI_UNKNOWN;
}

static bool is_on_path(const struct claim *c, const struct pci_function *f)
{
	return f->path && port_path_equal(f->path, &c->path);
}

static bool is_meant(const struct claim *c, const struct pci_function *f)
{
	return is_on_path(c, f) && claim_fits_ids(c, f) && is_same_serial(c, f) != TRI_NO;
}

/* What keeps it from being told. The virtual functions of one card may fill several buses below one bridge, and so
 * share a path. */
static const char *find_doubt(struct arena *mem, const struct host *h, const struct claim *c)
{
	const struct pci_function *first = NULL;

	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (is_on_path(c, f) && (!f->has_ids || !f->has_class || f->is_subsystem_unread))
			return arena_printf(mem, "what %s is cannot be read", f->name);
		if (!f->path && claim_fits_ids(c, f))
			return arena_printf(mem, "where %s sits cannot be told", f->name);
		if (!is_meant(c, f))
			continue;
		if (first)
			return arena_printf(mem, "%s and %s are alike and sit on the same path", first->name, f->name);
		first = f;
	}
	return NULL;
}

static void judge_here(struct arena *mem, const struct host *h, const struct claim *c, struct claim_verdict *v)
{
	const char *doubt = find_doubt(mem, h, c);
	char name[PCI_ADDR_TEXT];

	*v = (struct claim_verdict){.state = CLAIM_GONE, .function = -1};
	if (doubt) {
		v->state = CLAIM_UNKNOWN;
		v->text = doubt;
		return;
	}
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (!is_meant(c, f))
			continue;
		v->state = CLAIM_HERE;
		v->function = (int)i;
		if (pci_addr_cmp(f->addr, c->addr) != 0)
			v->text = arena_printf(mem, "its address was %s", pci_addr_format(c->addr, name));
	}
}

/* ---- where it is not ---- */

static const struct pci_function *find_occupant(const struct host *h, const struct claim *c)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (is_on_path(c, &h->functions[i]))
			return &h->functions[i];
	return NULL;
}

static const char *describe_occupant(struct arena *mem, const struct claim *c, const struct pci_function *f)
{
	if (!f)
		return "nothing sits where it was";
	if (claim_fits_ids(c, f))
		return arena_printf(mem, "%s, where it was, is another of its kind: its serial number is %s", f->name, serial_of(f));
	return arena_printf(mem, "%s, where it was, is %04x:%04x class %06x", f->name, f->vendor, f->device, f->class_code);
}

/* A function that another claim means is that one's. */
static bool is_taken(const struct claim_verdict *all, size_t n, int function)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].state == CLAIM_HERE && all[i].function == function)
			return true;
	return false;
}

static void judge_absent(struct arena *mem, const struct host *h, const struct claim *c, const struct claim_verdict *all,
    size_t n, struct claim_verdict *v)
{
	const struct pci_function *occupant = find_occupant(h, c);
	const char *what = describe_occupant(mem, c, occupant);
	const char *alike = "";
	size_t n_alike = 0;

	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (!claim_fits_ids(c, f) || is_on_path(c, f) || is_taken(all, n, (int)i) || is_same_serial(c, f) == TRI_NO)
			continue;
		v->state = CLAIM_MOVED;
		v->function = n_alike == 0 ? (int)i : -1;
		if (is_same_serial(c, f) == TRI_YES) {
			v->function = (int)i;
			v->text = arena_printf(mem, "%s; it is at %s now, in another place: claim it there", what, f->name);
			return;
		}
		if (n_alike++ < 3)
			alike = arena_printf(mem, "%s%s%s", alike, *alike ? ", " : "", f->name);
	}
	if (n_alike > 0)
		v->text = arena_printf(mem, "%s; of its kind there is, in another place, %s%s: if it went there, claim it there", what,
		    alike, n_alike > 3 ? ", …" : "");
	else
		v->text = what;
	if (n_alike == 0 && occupant)
		v->state = CLAIM_REPLACED;
}

struct claim_verdict *judge_claims(struct arena *mem, const struct host *h, const struct claims *c)
{
	struct claim_verdict *all = arena_alloc(mem, (c->n + 1) * sizeof(*all));

	for (size_t i = 0; i < c->n; i++)
		judge_here(mem, h, &c->items[i].claim, &all[i]);
	for (size_t i = 0; i < c->n; i++)
		if (all[i].state == CLAIM_GONE)
			judge_absent(mem, h, &c->items[i].claim, all, c->n, &all[i]);
	return all;
}
