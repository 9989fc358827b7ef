/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_uses.h"

#include <string.h>

#include "base/str.h"

void uses_add(struct use_reading *r, enum use_kind kind, int function, const char *subject, const char *evidence)
{
	for (size_t i = 0; i < r->n_uses; i++)
		if (r->uses[i].kind == kind && r->uses[i].function == function && str_eq(r->uses[i].subject, subject))
			return;
	*ARENA_PUSH(r->mem, r->uses, r->n_uses) = (struct use){kind, function, arena_strdup(r->mem, subject),
	    arena_printf(r->mem, "/%s", evidence)};
}

void uses_blind(struct use_reading *r, enum use_area area, const char *reason, const char *evidence)
{
	for (size_t i = 0; i < r->n_blind; i++)
		if (r->blind[i].area == area && str_eq(r->blind[i].reason, reason))
			return;
	*ARENA_PUSH(r->mem, r->blind, r->n_blind) =
	    (struct blind_spot){area, arena_strdup(r->mem, reason), arena_printf(r->mem, "/%s", evidence)};
}

int uses_function_in(const struct use_reading *r, const char *device_path)
{
	int found = -1;

	for (const char *part = device_path; part; part = strchr(part, '/')) {
		const struct pci_function *f;
		char name[PCI_ADDR_TEXT];
		struct pci_addr addr;
		size_t length;

		part += *part == '/';
		length = strcspn(part, "/");
		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, part, length);
		name[length] = '\0';
		f = pci_addr_parse(name, &addr) ? host_find(r->h, addr) : NULL;
		if (f)
			found = host_index(r->h, f);
	}
	return found;
}

int uses_function_of(struct use_reading *r, const char *path)
{
	char link[SYS_PATH];

	return r->s->ops->link(r->s, path, link, sizeof(link)) < 0 ? -1 : uses_function_in(r, link);
}

/* Mounts, routes and sessions of a container are not the host's (include/linux/proc_ns.h has the number of the first
 * process namespace; systemd's container interface has the file). */
static void look_for_container(struct use_reading *r, unsigned areas)
{
	char own[SYS_PATH];
	const char *evidence = NULL;

	if (!r->s->is_live)
		return;
	if (r->s->ops->link(r->s, "proc/self/ns/pid", own, sizeof(own)) == 0 && !str_eq(own, "pid:[4026531836]"))
		evidence = "proc/self/ns/pid";
	else if (r->s->ops->exists(r->s, "run/systemd/container") == 1)
		evidence = "run/systemd/container";
	for (int i = 0; evidence && i < AREAS; i++)
		if (areas & 1u << i)
			uses_blind(r, (enum use_area)i, "from inside a container the host's uses cannot be seen", evidence);
}

void read_uses(struct sys *s, struct arena *mem, struct host *h, const struct uses_request *q)
{
	static void (*const readers[])(struct use_reading *) = {
	    [AREA_STORAGE] = read_storage_uses,
	    [AREA_NETWORK] = read_network_uses,
	    [AREA_DISPLAY] = read_display_uses,
	    [AREA_INPUT] = read_input_uses,
	    [AREA_MACHINES] = read_machine_uses,
	};
	static_assert(ARRAY_LEN(readers) == AREAS, "every area has its reader");
	struct use_reading r = {.s = s, .mem = mem, .h = h, .wanted = q->wanted, .may_try = q->may_try,
	    .machines = q->machines};

	look_for_container(&r, q->areas);
	for (int i = 0; i < AREAS; i++)
		if (q->areas & 1u << i)
			readers[i](&r);
	h->uses = r.uses;
	h->n_uses = r.n_uses;
	h->blind = r.blind;
	h->n_blind = r.n_blind;
	h->seen_areas = q->areas;
}
