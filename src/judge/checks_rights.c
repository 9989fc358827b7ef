/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: memory, rights, what locks the kernel down, hypervisors that are installed. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/memlock.h"
#include "judge/verdict.h"
#include "model/access.h"

/* ---- memory ---- */

/* The guest is not known. One of 1 GiB is as small as any that gets a device. */
static struct check_result ask_memlock(const struct check_context *c)
{
	static const char file[] = "/proc/self/limits";
	struct memlock_question q = {.guest_bytes = UINT64_C(1) << 30, .n_containers = 1};
	struct memlock_answer a;
	struct check_result r;

	if (c->facts)
		q.limit = c->facts->memlock;
	if (!q.limit.has_limits && q.limit.is_privileged != TRI_YES)
		return check_unread(c, file);
	a = judge_memlock(c->mem, &q);
	if (a.is_enough == TRI_YES)
		return check_ok(file, q.limit.is_privileged == TRI_YES ? "CAP_IPC_LOCK" : q.limit.soft_bytes == MEMLOCK_UNLIMITED ? "unlimited"
			    : arena_printf(c->mem, "%llu bytes", (unsigned long long)q.limit.soft_bytes));
	if (a.is_enough == TRI_UNKNOWN)
		return check_unknown(a.text, file);
	r = check_bad(arena_printf(c->mem, "who asks may lock %llu KiB of memory, and a guest with a device has all of its memory locked", (unsigned long long)(q.limit.soft_bytes >> 10)),
	    file, arena_printf(c->mem, "Max locked memory %llu", (unsigned long long)q.limit.soft_bytes));
	r.mend = a.n_mends > 0 ? a.mends[0] : NULL;
	return r;
}

static struct check_result ask_entry_limit(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_DMA_ENTRY_LIMIT);
	uint64_t n;

	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!f->text || !str_number(f->text, 10, UINT64_MAX, &n))
		return check_unread(c, f->file);
	return n < 65535 ? check_bad("fewer mappings than usual are allowed: guests with small pages run out of them", f->file, f->text) : check_ok(f->file, f->text);
}

/* ---- who may open what ---- */

static bool is_in_group(const struct facts *f, unsigned gid)
{
	for (size_t i = 0; i < f->n_groups; i++)
		if (f->groups[i] == gid)
			return true;
	return false;
}

static bool may_open(const struct facts *f, const struct access *a)
{
	unsigned bits = a->uid == f->uid ? a->mode >> 6 : is_in_group(f, a->gid) ? a->mode >> 3 : a->mode;

	return (bits & 6) == 6;
}

static const char *node_of(const struct check_context *c)
{
	return c->f->vfio_node ? arena_printf(c->mem, "/dev/vfio/%s", c->f->vfio_node) : NULL;
}

static const char *access_of(const struct check_context *c, const char *node)
{
	for (size_t i = 0; node && i < c->all->h->n_accesses; i++)
		if (str_eq(c->all->h->accesses[i].node, node))
			return c->all->h->accesses[i].text;
	return NULL;
}

static struct check_result ask_group_node(const struct check_context *c)
{
	const char *node = node_of(c), *text = access_of(c, node);
	struct check_result r;
	struct access a;

	if (!node)
		return check_ok("/dev/vfio", "its node comes with vfio-pci");
	if (!c->facts || c->facts->is_root == TRI_UNKNOWN)
		return check_unread(c, "/proc/self/status");
	if (c->facts->is_root == TRI_YES)
		return check_ok(node, text);
	if (!text || !access_parse(text, &a))
		return check_unread(c, node);
	if (may_open(c->facts, &a))
		return check_ok(node, text);
	r = check_bad("who asks may not open its node", node, access_describe(c->mem, text));
	r.mend = arena_printf(c->mem, "passthru bind %s --user=NAME lets a user at it", c->f->name);
	return r;
}

/* Only for who asks for iommufd; the node of the group does without both. */
static struct check_result ask_own_node(const struct check_context *c)
{
	const char *nodes[] = {c->d && c->d->cdev ? arena_printf(c->mem, "/dev/vfio/devices/%s", c->d->cdev) : NULL, "/dev/iommu"};
	struct check_result r;
	struct access a;

	if (!c->d || !c->facts || c->facts->is_root == TRI_UNKNOWN)
		return check_unread(c, c->d ? "/proc/self/status" : check_file(c, "vfio-dev"));
	if (!nodes[0] || c->d->has_cdev_node == TRI_NO || c->facts->is_root == TRI_YES)
		return check_ok("/dev/vfio/devices", nodes[0]);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		const char *text = access_of(c, nodes[i]);

		if (!text || !access_parse(text, &a))
			return check_unread(c, nodes[i]);
		if (may_open(c->facts, &a))
			continue;
		r = check_bad(arena_printf(c->mem, "who asks may not open %s, which goes with iommufd", nodes[i]), nodes[i], access_describe(c->mem, text));
		r.mend = arena_printf(c->mem, "leave iommufd out, which takes the node of the group instead, or by a rule of udev: SUBSYSTEM==\"vfio-dev\" and KERNEL==\"iommu\", GROUP=\"kvm\", MODE=\"0660\"");
		return r;
	}
	return check_ok(nodes[0], access_of(c, nodes[0]));
}

static struct check_result ask_container_node(const struct check_context *c)
{
	static const char node[] = "/dev/vfio/vfio";
	const char *text = NULL;
	struct access a;

	for (size_t i = 0; c->all->h && i < c->all->h->n_accesses; i++)
		if (str_eq(c->all->h->accesses[i].node, node))
			text = c->all->h->accesses[i].text;
	if (!c->facts || c->facts->is_root == TRI_UNKNOWN)
		return check_unread(c, "/proc/self/status");
	if (c->facts->is_root == TRI_YES)
		return check_ok(node, text);
	if (!text || !access_parse(text, &a))
		return check_unread(c, node);
	return access_is_for_all(&a) || (is_in_group(c->facts, a.gid) && (a.mode & 060) == 060) || a.uid == c->facts->uid
	    ? check_ok(node, text)
	    : check_bad("who asks may not open /dev/vfio/vfio, which everybody may by default", node, access_describe(c->mem, text));
}

static struct check_result ask_container(const struct check_context *c)
{
	const struct boot *b = c->all->boot;
	bool is_container = b && (b->marks[MARK_CONTAINER] == TRI_YES || b->marks[MARK_CONTAINER_DOCKER] == TRI_YES || b->marks[MARK_CONTAINER_PODMAN] == TRI_YES);

	if (!b)
		return check_unread(c, "/run");
	if (!is_container || !check_has_vfio(c) || c->f->group < 0 || c->f->vfio_node)
		return check_ok("/dev/vfio", c->f->vfio_node);
	return check_bad("VFIO has it, but this container has no node for its group", arena_printf(c->mem, "/dev/vfio/%d", c->f->group), "not there");
}

/* ---- locked down ---- */

static struct check_result ask_lockdown(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_LOCKDOWN);

	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!f->text)
		return check_unread(c, f->file);
	if (strstr(f->text, "[none]"))
		return check_ok(f->file, f->text);
	return check_bad(c->all->boot && c->all->boot->is_secure == TRI_YES
		? "the kernel is locked down by Secure Boot: devices are handed over as always, but modules must be signed and registers stay closed"
		: "the kernel is locked down: devices are handed over as always, but modules must be signed and registers stay closed",
	    f->file, f->text);
}

/* ---- hypervisors ---- */

static bool has_no_iommu(const struct check_context *c)
{
	return c->all->h && c->all->h->has_groups == TRI_NO;
}

static struct check_result absent_for(const struct check_context *c, enum fact_id hypervisor, const char *text)
{
	const struct fact *f = fact_of(c->facts, hypervisor);

	if (f->is_there == TRI_NO || (c->all->h && c->all->h->has_groups == TRI_YES))
		return check_ok(f->file, NULL);
	if (f->is_there == TRI_UNKNOWN || !has_no_iommu(c))
		return check_unread(c, f->is_there == TRI_UNKNOWN ? f->file : "/sys/kernel/iommu_groups");
	return check_bad(text, "/sys/kernel/iommu_groups", "empty");
}

static struct check_result ask_libvirt(const struct check_context *c)
{
	return absent_for(c, FACT_LIBVIRT, "libvirt is installed, and will say that this host does not support passthrough: there are no IOMMU groups");
}

static struct check_result ask_proxmox(const struct check_context *c)
{
	return absent_for(c, FACT_PROXMOX, "Proxmox will say \"No IOMMU detected\": there are no IOMMU groups");
}

static struct check_result ask_hook(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_LIBVIRT_HOOK);

	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!f->text)
		return check_unread(c, f->file);
	for (const char *line = f->text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t length = strcspn(line, "\n"), blanks = strspn(line, " \t");
		const char *one = arena_strndup(c->mem, line, length);

		if (line[blanks] != '#' && strstr(one, "virsh "))
			return check_bad("a hook of libvirt calls virsh, which waits for libvirt, which waits for the hook", f->file, one);
	}
	return check_ok(f->file, NULL);
}

/* "0000:01:00.0 101 pid:812" or "… time:1700000000" (qemu-server, PVE/QemuServer/PCI.pm) */
static struct check_result ask_reserved(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_RESERVATIONS);

	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!f->text)
		return check_unread(c, f->file);
	for (const char *line = f->text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *one = arena_strndup(c->mem, line, strcspn(line, "\n"));

		if (str_starts(one, c->f->name) && one[strlen(c->f->name)] == ' ' && strstr(one, " pid:"))
			return check_bad("Proxmox has it reserved for a virtual machine that runs", f->file, one);
	}
	return check_ok(f->file, NULL);
}

static struct check_result ask_unused_file(const struct check_context *c)
{
	const struct boot_answer *a = c->all->answer;

	if (!a || a->loader.stack == STACK_UNKNOWN)
		return check_unknown("which loader started this host cannot be told", a ? a->loader.evidence : NULL);
	for (size_t i = 0; (a->loader.stack == STACK_PROXMOX_GRUB || a->loader.stack == STACK_PROXMOX_SYSTEMD) && i < a->n_notes; i++)
		if (str_eq(a->notes[i].id, "unused-file"))
			return check_bad(a->notes[i].text, a->loader.evidence, NULL);
	return check_ok(a->loader.evidence, NULL);
}

static struct check_result ask_msrs(const struct check_context *c)
{
	return check_fact_is(fact_of(c->facts, FACT_IGNORE_MSRS), "Y", "KVM answers 0 for registers that it does not have, and logs that; the lines are harmless");
}

const struct check checks_rights[] = {
    {"vfio-container-perm", 0, "/dev/vfio/vfio: owner, group, mode; /proc/self/status", "who asks may open /dev/vfio/vfio", ask_container_node},
    {"vfio-group-perm", CHECK_DEVICE | CHECK_MEANT | CHECK_GROUP, "/dev/vfio/<group>: owner, group, mode; /proc/self/status", "who asks may open its node", ask_group_node},
    {"cdev-perm", CHECK_DEVICE | CHECK_MEANT | CHECK_GUEST, "/sys/bus/pci/devices/<function>/vfio-dev; /dev/vfio/devices/*, /dev/iommu: owner, group, mode; /proc/self/status", "who asks may open its own node, or there is none", ask_own_node},
    {"container-without-node", CHECK_DEVICE | CHECK_MEANT | CHECK_GROUP, "/run/systemd/container, /.dockerenv, /run/.containerenv; /dev/vfio", "no container lacks its node", ask_container},
    {"memlock-too-low", 0, "/proc/self/limits; /proc/self/status: CapEff", "who asks may lock the memory of a guest", ask_memlock},
    {"dma-entry-limit", CHECK_GUEST, "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "as many mappings as usual are allowed", ask_entry_limit},
    {"proxmox-iommu-absent", 0, "/usr/bin/pvesh; /sys/kernel/iommu_groups", "Proxmox finds an IOMMU, or is not installed", ask_proxmox},
    {"libvirt-no-passthrough", 0, "/etc/libvirt; /sys/kernel/iommu_groups", "libvirt finds an IOMMU, or is not installed", ask_libvirt},
    {"proxmox-reserved", CHECK_DEVICE | CHECK_MEANT, "/run/qemu-server/pci-id-reservations", "Proxmox has it reserved for nobody", ask_reserved},
    {"libvirt-hook-deadlock", CHECK_GUEST, "/etc/libvirt/hooks/qemu", "no hook of libvirt calls virsh", ask_hook},
    {"proxmox-bootloader", CHECK_GUEST, "/etc/kernel/proxmox-boot-uuids; the loader's own files", "no words stand in a file that Proxmox's loader does not read", ask_unused_file},
    {"lockdown", 0, "/sys/kernel/security/lockdown", "the kernel is not locked down", ask_lockdown},
    {"kvm-ignored-msr", 0, "/sys/module/kvm/parameters/ignore_msrs", "KVM logs no registers that it ignores", ask_msrs},
};
const size_t n_checks_rights = ARRAY_LEN(checks_rights);
