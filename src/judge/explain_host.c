/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host says to a message. It may be another one than the message comes from: where a device or its group is not
 * what the message says, nothing is concluded.
 */
#include <string.h>

#include "base/str.h"
#include "judge/boot.h"
#include "judge/explain.h"
#include "judge/explain_causes.h"
#include "judge/verdict.h"

struct asking {
	struct arena *mem;
	const struct explain_facts *facts;
	struct finding *f;
	const char *device_text;	   /* NULL: the message names none */
	const struct pci_function *device; /* NULL: none, or not here */
	const struct iommu_group *group;
};

/* In front of all others; the same cause from the catalogue is then said already. */
static void add_certain(struct asking *a, const char *id, const char *text, const char *mend)
{
	const struct diagnosis *row = id ? catalogue_find(id) : NULL;
	struct finding *f = a->f;
	size_t n = 0;

	for (size_t i = 0; i < f->n_causes; i++)
		if (!row || f->causes[i].row != row) {
			f->causes[n] = f->causes[i];
			n++;
		} else if (!mend) {
			mend = f->causes[i].mend;
		}
	f->n_causes = n;
	(void)ARENA_PUSH(a->mem, f->causes, f->n_causes);
	memmove(f->causes + 1, f->causes, (f->n_causes - 1) * sizeof(*f->causes));
	f->causes[0] = (struct cause){text, LIKELIHOOD_CERTAIN, mend ? mend : row ? explain_fill(a->mem, row->mends[0], f) : NULL, row};
}

static void set_all(struct asking *a, enum likelihood l)
{
	for (size_t i = 0; i < a->f->n_causes; i++)
		a->f->causes[i].likelihood = l;
}

/* ---- groups and drivers ---- */

static const char *foreign_members(struct asking *a)
{
	const struct host *h = a->facts->host;
	const char *text = NULL;

	for (size_t i = 0; i < a->group->n_functions; i++) {
		const struct pci_function *m = &h->functions[a->group->functions[i]];

		if (judge_member_viable(h, m) == TRI_NO)
			text = arena_printf(a->mem, "%s%s%s (%s)", text ? text : "", text ? ", " : "", m->name, m->driver ? m->driver : "?");
	}
	for (size_t i = 0; i < a->group->n_others; i++)
		if (a->group->others[i].has_driver == TRI_YES)
			text = arena_printf(a->mem, "%s%s%s (%s)", text ? text : "", text ? ", " : "", a->group->others[i].name,
			    a->group->others[i].driver ? a->group->others[i].driver : "?");
	return text;
}

static const char *bind_mend(struct asking *a)
{
	const struct pci_function *one = a->device ? a->device : &a->facts->host->functions[a->group->functions[0]];
	struct verdict v = a->device ? judge_function(a->mem, a->facts->host, one) : judge_group(a->mem, a->facts->host, a->group);

	if (v.answer == ANSWER_BLOCKED)
		return arena_printf(a->mem, "passthru show %s says what else is in its group: hand that over as well, or move the card to another slot",
		    one->name);
	return arena_printf(a->mem, "passthru bind %s hands over everything that must go along", one->name);
}

static void ask_group(struct asking *a)
{
	const char *members;

	if (!a->group || a->group->n_functions == 0) {
		a->f->host = a->device ? "it is in no IOMMU group on this host" : "cannot tell: the message does not say which group";
		return;
	}
	members = foreign_members(a);
	if (members)
		add_certain(a, NULL, arena_printf(a->mem, "On this host group %d has members on host drivers: %s.", a->group->number, members),
		    bind_mend(a));
	else
		a->f->host = arena_printf(a->mem, "all of group %d leaves it to VFIO now, so what the message says is over",
		    a->group->number);
}

static void ask_driver(struct asking *a)
{
	if (a->facts->has_vfio_pci == TRI_NO)
		add_certain(a, "vfio-pci-not-loaded", "On this host vfio-pci is not loaded.",
		    a->device ? bind_mend(a) : "modprobe vfio-pci, then hand the device over: passthru bind ADDRESS");
	else if (a->device && a->device->has_driver == TRI_YES && !judge_is_vfio_driver(a->device->driver))
		add_certain(a, "wrong-driver-bound", arena_printf(a->mem, "On this host %s is on %s.", a->device->name, a->device->driver),
		    bind_mend(a));
	else if (a->device && a->device->has_driver == TRI_NO)
		add_certain(a, "wrong-driver-bound", arena_printf(a->mem, "On this host %s has no driver.", a->device->name), bind_mend(a));
	else if (a->device && a->device->has_driver == TRI_YES)
		a->f->host = arena_printf(a->mem, "%s is on %s now", a->device->name, a->device->driver);
	else
		a->f->host = "cannot tell: the message names no device";
}

/* QEMU's message of a missing node names the group alone; whoever is in it is meant. */
static void ask_node(struct asking *a)
{
	if (!a->device && a->group && a->group->n_functions > 0)
		for (size_t i = 0; i < a->group->n_functions && !a->device; i++) {
			const struct pci_function *m = &a->facts->host->functions[a->group->functions[i]];

			a->device = function_is_bridge(m) ? NULL : m;
		}
	ask_driver(a);
}

/* ---- IOMMU ---- */

static void ask_iommu(struct asking *a)
{
	const struct boot_answer *b = a->facts->boot_answer;

	if (!b || b->iommu == IOMMU_UNKNOWN) {
		a->f->host = "cannot tell whether the IOMMU is in use here";
	} else if (b->iommu != IOMMU_IN_USE) {
		add_certain(a, iommu_state_name(b->iommu), arena_printf(a->mem, "On this host: %s.", b->iommu_text), NULL);
	} else if (a->device && a->device->group == GROUP_NONE) {
		add_certain(a, "device-without-group",
		    arena_printf(a->mem, "On this host the IOMMU is in use, but %s is in no group.", a->device->name), NULL);
	} else {
		a->f->host = "the IOMMU is in use here, so what the message says is over, or it is of another host";
		set_all(a, LIKELIHOOD_UNLIKELY);
	}
}

static void ask_remapping(struct asking *a)
{
	const struct boot *b = a->facts->boot;
	enum tri is = b ? b->iommu.is_remapped : TRI_UNKNOWN;

	if (is == TRI_UNKNOWN) {
		a->f->host = "cannot tell whether interrupts are remapped here";
	} else if (is == TRI_NO) {
		add_certain(a, a->f->row->id, "On this host interrupts are not remapped.", NULL);
	} else {
		a->f->host = "interrupts are remapped here";
		set_all(a, LIKELIHOOD_UNLIKELY);
	}
}

static void ask_probe(struct asking *a)
{
	if (a->device && function_is_bridge(a->device))
		add_certain(a, "bridge-bind-einval", arena_printf(a->mem, "%s is a bridge here: it stays with the host.", a->device->name), NULL);
	else
		ask_iommu(a);
}

/* The three refusals behind one message. */
static void ask_container(struct asking *a)
{
	const char *members = a->group && a->group->n_functions > 0 ? foreign_members(a) : NULL;
	const struct boot *b = a->facts->boot;

	if (members)
		add_certain(a, "group-not-viable", arena_printf(a->mem, "On this host group %d has members on host drivers: %s.", a->group->number, members),
		    bind_mend(a));
	if (b && b->iommu.is_remapped == TRI_NO)
		add_certain(a, "no-interrupt-remapping", "On this host interrupts are not remapped.", NULL);
	if (a->group && a->group->has_direct_region == TRI_YES)
		add_certain(a, "rmrr-direct-mapping",
		    arena_printf(a->mem, "On this host the firmware insists on a 1:1 mapped region for group %d.", a->group->number), NULL);
	if (a->f->causes[0].likelihood != LIKELIHOOD_CERTAIN)
		a->f->host = "cannot tell: neither the group nor the interrupts show why";
}

/* ---- memory, display, reset ---- */

static const char *amount(struct arena *mem, uint64_t bytes)
{
	if (bytes >= UINT64_C(1) << 30)
		return arena_printf(mem, "%.1f GiB", (double)bytes / (double)(UINT64_C(1) << 30));
	if (bytes >= UINT64_C(1) << 20)
		return arena_printf(mem, "%.1f MiB", (double)bytes / (double)(UINT64_C(1) << 20));
	return arena_printf(mem, "%llu KiB", (unsigned long long)(bytes >> 10));
}

static void ask_memlock(struct asking *a)
{
	const struct memlock *m = &a->facts->memlock;
	const char *limit = finding_specific(a->f, "limit_bytes");
	uint64_t bytes;

	if (limit && str_number(limit, 10, UINT64_MAX, &bytes))
		add_certain(a, a->f->row->id,
		    arena_printf(a->mem, "The process may lock %s, which is less than the guest has: all of its memory is locked for DMA.",
			amount(a->mem, bytes)),
		    NULL);
	if (!m->has_limits && m->is_privileged == TRI_UNKNOWN)
		a->f->host = "cannot tell what the process may lock";
	else if (m->is_privileged == TRI_YES || m->soft_bytes == MEMLOCK_UNLIMITED)
		a->f->host = "this session may lock as much as it likes; a service, a container and another user have limits of their own";
	else
		a->f->host = arena_printf(a->mem, "this session may lock %s; a guest that is started from it cannot have more",
		    amount(a->mem, m->soft_bytes));
}

static const char *attribute_of(const struct pci_function *f, enum attribute a)
{
	return f && f->attributes ? f->attributes[a] : NULL;
}

static void ask_display(struct asking *a)
{
	if (!a->device)
		a->f->host = "cannot tell: the message names no device";
	else if (str_eq(attribute_of(a->device, ATTR_BOOT_VGA), "1"))
		add_certain(a, "boot-vga-target",
		    arena_printf(a->mem, "On this host %s is the display that the firmware started with.", a->device->name), NULL);
	else
		a->f->host = arena_printf(a->mem, "%s is not the display that this host started with", a->device->name);
}

static void ask_reset(struct asking *a)
{
	const char *methods = attribute_of(a->device, ATTR_RESET_METHOD);

	if (!a->device)
		a->f->host = "cannot tell: the message names no device";
	else if (methods && *methods)
		a->f->host = arena_printf(a->mem, "%s can be reset here by: %s", a->device->name, methods);
	else
		a->f->host = arena_printf(a->mem, "the kernel names no way to reset %s here", a->device->name);
}

static void ask_address(struct asking *a)
{
	if (a->device)
		a->f->host = arena_printf(a->mem, "%s is there now", a->device->name);
	else if (a->device_text)
		add_certain(a, a->f->row->id, arena_printf(a->mem, "This host has no %s.", a->device_text), NULL);
}

/* ---- who asks what ---- */

static const struct question {
	const char *id;
	void (*ask)(struct asking *a);
	bool is_of_device; /* of no use where the device of the message is not here */
} questions[] = {
    {"group-not-viable", ask_group, true},
    {"qemu-multiple-address-spaces", ask_group, true},
    {"get-device-enodev", ask_driver, true},
    {"vfio-pci-not-loaded", ask_node, true},
    {"libvirt-unmanaged", ask_driver, true},
    {"no-iommu-groups", ask_iommu, true},
    {"proxmox-iommu-absent", ask_iommu, true},
    {"libvirt-no-passthrough", ask_iommu, true},
    {"vfio-probe-einval", ask_probe, true},
    {"qemu-set-container-eperm", ask_container, true},
    {"no-interrupt-remapping", ask_remapping, true},
    {"memlock-too-low", ask_memlock, false},
    {"framebuffer-holds-bar", ask_display, true},
    {"rom-invalid", ask_display, true},
    {"no-reset-method", ask_reset, true},
    {"libvirt-reset-failed", ask_reset, true},
    {"qemu-device-missing", ask_address, false},
};

static void find_names(struct asking *a)
{
	const struct host *h = a->facts->host;
	const char *group = finding_specific(a->f, "group");
	struct pci_addr addr;
	uint64_t number;

	a->device_text = finding_specific(a->f, "device");
	if (a->device_text && h && pci_addr_parse(a->device_text, &addr))
		a->device = host_find(h, addr);
	if (a->device && a->device->group >= 0)
		a->group = host_group(h, a->device->group);
	else if (!a->device_text && h && group && str_number(group, 10, INT32_MAX, &number))
		a->group = host_group(h, (int)number);
}

/* The same address in another group: another machine, or another boot. */
static bool is_elsewhere(const struct asking *a)
{
	const char *group = finding_specific(a->f, "group");
	uint64_t number;

	return a->device && a->device->group >= 0 && group && str_number(group, 10, INT32_MAX, &number) &&
	    (int)number != a->device->group;
}

static void ask(struct asking *a, const struct question *q)
{
	find_names(a);
	if (!a->facts->host && q->is_of_device)
		a->f->host = "cannot tell: there is no host to ask";
	else if (q->is_of_device && a->device_text && !a->device)
		a->f->host = arena_printf(a->mem, "cannot tell: this host has no %s", a->device_text);
	else if (q->is_of_device && is_elsewhere(a))
		a->f->host = arena_printf(a->mem, "cannot tell: %s is in group %d here, so the message is of another host or of an earlier boot",
		    a->device->name, a->device->group);
	else
		q->ask(a);
}

void explain_ask_host(struct arena *mem, const struct explain_facts *facts, struct explanation *e)
{
	for (size_t i = 0; i < e->n_findings; i++)
		for (size_t k = 0; k < ARRAY_LEN(questions); k++)
			if (str_eq(questions[k].id, e->findings[i].row->id)) {
				struct asking a = {.mem = mem, .facts = facts, .f = &e->findings[i]};

				ask(&a, &questions[k]);
			}
}
