/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_host.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/port_path.h"
#include "sys/names.h"
#include "sys/read_attributes.h"
#include "sys/read_config.h"
#include "sys/read_uses.h"
#include "text/pci_uevent.h"

#define DEVICES "sys/bus/pci/devices"
#define GROUPS "sys/kernel/iommu_groups"

/* ---- names of a directory ---- */

struct name_list {
	struct arena *mem;
	const char **names;
	size_t n;
};

static int add_name(void *data, const char *name)
{
	struct name_list *list = data;

	*ARENA_PUSH(list->mem, list->names, list->n) = arena_strdup(list->mem, name);
	return 0;
}

static int list_names(struct sys *s, struct arena *mem, const char *path, struct name_list *ret)
{
	*ret = (struct name_list){.mem = mem};
	return s->ops->list(s, path, add_name, ret);
}

/* ---- functions: what is read of every one ---- */

struct reading {
	struct sys *s;
	struct arena *mem;
	struct host *h;
	struct name_list vfio_nodes;
};

static int add_function(void *data, const char *name)
{
	struct reading *r = data;
	struct pci_function f = {.group = GROUP_NONE, .parent = PARENT_UNKNOWN};

	/* sysfs holds nothing else here; a recorded tree may. */
	if (!pci_addr_parse(name, &f.addr))
		return 0;
	(void)pci_addr_format(f.addr, f.name);
	if (str_eq(f.name, name))
		*ARENA_PUSH(r->mem, r->h->functions, r->h->n_functions) = f;
	return 0;
}

static int compare_functions(const void *a, const void *b)
{
	return pci_addr_cmp(((const struct pci_function *)a)->addr, ((const struct pci_function *)b)->addr);
}

static bool read_hex(struct reading *r, const struct pci_function *f, const char *attribute, uint64_t max, uint64_t *ret)
{
	char path[SYS_PATH];
	char *text = sys_text(r->s, r->mem, sys_path(path, DEVICES "/%s/%s", f->name, attribute), NULL);

	return text && str_sysfs_hex(text, max, ret);
}

/* Where that one text is missing or broken: the single attributes. */
static void read_attributes(struct reading *r, struct pci_function *f)
{
	uint64_t class, vendor, device;
	char path[SYS_PATH], link[SYS_PATH];
	int driver_error;

	if (read_hex(r, f, "class", 0xffffff, &class)) {
		f->class_code = (uint32_t)class;
		f->has_class = true;
	}
	if (read_hex(r, f, "vendor", 0xffff, &vendor) && read_hex(r, f, "device", 0xffff, &device)) {
		f->vendor = (uint16_t)vendor;
		f->device = (uint16_t)device;
		f->has_ids = true;
	}
	if (read_hex(r, f, "subsystem_vendor", 0xffff, &vendor) && read_hex(r, f, "subsystem_device", 0xffff, &device)) {
		f->subvendor = (uint16_t)vendor;
		f->subdevice = (uint16_t)device;
	} else {
		f->is_subsystem_unread = true;
	}
	driver_error = r->s->ops->link(r->s, sys_path(path, DEVICES "/%s/driver", f->name), link, sizeof(link));
	if (driver_error == 0) {
		f->driver = arena_strdup(r->mem, str_base(link));
		f->has_driver = TRI_YES;
	} else if (r->s->is_live && driver_error == -ENOENT) {
		/* A recorded tree may lack the link; the live one has it exactly where it is bound. */
		f->has_driver = TRI_NO;
	}
}

/* All of it from the one text, and on the running host the link. */
static bool parse_peek(struct reading *r, const struct sys_peek *peek, struct pci_function *f)
{
	if (peek->text_length < 0)
		return false;
	if (!r->s->is_live)
		return pci_uevent_parse(r->mem, peek->text, (size_t)peek->text_length, f);
	if (!pci_modalias_parse(peek->text, f))
		return false;
	if (peek->driver_error == 0)
		f->driver = arena_strdup(r->mem, str_base(peek->driver));
	if (peek->driver_error == 0 || peek->driver_error == -ENOENT)
		f->has_driver = peek->driver_error == 0 ? TRI_YES : TRI_NO;
	return true;
}

static void read_function(struct reading *r, struct pci_function *f)
{
	struct sys_peek peek;
	char path[SYS_PATH];
	uint64_t number;
	int n;

	sys_peek(r->s, f->name, &peek);
	n = peek.text_length;
	if (!parse_peek(r, &peek, f) || !f->has_class || !f->has_ids)
		read_attributes(r, f);
	if (!f->has_class || !f->has_ids) {
		if (n < 0 && n != -ENOENT)
			f->trouble = arena_printf(r->mem, "/" DEVICES "/%s/%s: %s", f->name, sys_peek_file(r->s), strerror(-n));
		else
			f->trouble = arena_printf(r->mem, "/" DEVICES "/%s: its class and ids cannot be read", f->name);
	}
	/* The two ways to read disagree only where the tree is no live one; a link is better evidence. */
	if (f->has_driver == TRI_NO && !r->s->is_live) {
		const char *driver = sys_link_base(r->s, r->mem, sys_path(path, DEVICES "/%s/driver", f->name));

		if (driver) {
			f->driver = driver;
			f->has_driver = TRI_YES;
		}
	}
	if (peek.group_error == 0 && str_number(str_base(peek.group), 10, INT32_MAX, &number))
		f->group = (int)number;
	if (peek.group_error < 0 && peek.group_error != -ENOENT) {
		f->group = GROUP_UNKNOWN;
		f->trouble = arena_printf(r->mem, "/" DEVICES "/%s/iommu_group: %s", f->name, strerror(-peek.group_error));
	}
}

/* A part of the functions, read by a thread of its own into memory of its own. */
struct share {
	struct reading r;
	struct arena mem;
	struct pci_function *functions;
	size_t n;
	pthread_t thread;
	bool is_started;
};

static void *read_share(void *data)
{
	struct share *share = data;

	for (size_t i = 0; i < share->n; i++)
		read_function(&share->r, &share->functions[i]);
	return NULL;
}

/* Reading is nearly all system calls, which several cores make side by side; below some hundred functions
 * a thread costs more than it saves. */
static void read_functions(struct reading *r)
{
	enum { SHARES = 4, WORTH_A_THREAD = 256 };
	struct share shares[SHARES] = {0};
	size_t n = r->h->n_functions / WORTH_A_THREAD, done = 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (n > SHARES)
		n = SHARES;
	if (cores < 1 || n > (size_t)cores)
		n = cores < 1 ? 1 : (size_t)cores;
	for (size_t i = 0; i + 1 < n; i++, done += shares[i - 1].n) {
		struct share *share = &shares[i];

		share->r = *r;
		share->r.mem = &share->mem;
		share->functions = &r->h->functions[done];
		share->n = r->h->n_functions / n;
		share->is_started = pthread_create(&share->thread, NULL, read_share, share) == 0;
		if (!share->is_started)
			(void)read_share(share);
	}
	for (size_t i = done; i < r->h->n_functions; i++)
		read_function(r, &r->h->functions[i]);
	for (size_t i = 0; i + 1 < n; i++) {
		if (shares[i].is_started)
			(void)pthread_join(shares[i].thread, NULL);
		arena_adopt(r->mem, &shares[i].mem);
	}
}

/* "28" or "noiommu-28": the node of the group, named by what is under /dev/vfio. */
static void find_vfio_node(const struct name_list *nodes, struct pci_function *f)
{
	for (size_t i = 0; i < nodes->n && f->group >= 0; i++) {
		const char *number = nodes->names[i];
		uint64_t group;

		if (str_starts(number, "noiommu-"))
			number += strlen("noiommu-");
		if (str_number(number, 10, INT32_MAX, &group) && (int)group == f->group)
			f->vfio_node = nodes->names[i];
	}
}

/* ---- groups ---- */

/* A tree without iommu_group links may still hold the groups themselves. */
static void read_groups_backwards(struct reading *r, const struct name_list *groups)
{
	char path[SYS_PATH];

	for (size_t i = 0; i < groups->n; i++) {
		struct name_list members;
		uint64_t number;

		if (!str_number(groups->names[i], 10, INT32_MAX, &number) ||
		    list_names(r->s, r->mem, sys_path(path, GROUPS "/%s/devices", groups->names[i]), &members) < 0)
			continue;
		for (size_t k = 0; k < members.n; k++) {
			struct pci_addr addr;
			const struct pci_function *f = NULL;

			if (pci_addr_parse(members.names[k], &addr))
				f = host_find(r->h, addr);
			if (f)
				r->h->functions[host_index(r->h, f)].group = (int)number;
		}
	}
}

static void read_whether_grouped(struct reading *r)
{
	struct host *h = r->h;
	struct name_list groups;
	int n;

	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].group >= 0)
			h->has_groups = TRI_YES;
	if (h->has_groups == TRI_YES)
		return;
	n = list_names(r->s, r->mem, GROUPS, &groups);
	if (n == 0 && groups.n > 0) {
		h->has_groups = TRI_YES;
		if (!r->s->is_live)
			read_groups_backwards(r, &groups);
		return;
	}
	/* A running kernel without the directory was built without IOMMU support. */
	h->has_groups = n == 0 || (n == -ENOENT && r->s->is_live) ? TRI_NO : TRI_UNKNOWN;
	for (size_t i = 0; i < h->n_functions && h->has_groups == TRI_UNKNOWN; i++)
		h->functions[i].group = GROUP_UNKNOWN;
}

static void read_other_member(struct reading *r, struct iommu_group *g, struct group_other **others, const char *name)
{
	char path[SYS_PATH];
	struct group_other other = {.name = name};

	other.driver =
	    sys_link_base(r->s, r->mem, sys_path(path, GROUPS "/%d/devices/%s/driver", g->number, name));
	other.has_driver = tri_from(other.driver != NULL);
	*ARENA_PUSH(r->mem, *others, g->n_others) = other;
}

static enum tri read_direct_region(struct reading *r, int group)
{
	char path[SYS_PATH];
	char *text = sys_text(r->s, r->mem, sys_path(path, GROUPS "/%d/reserved_regions", group), NULL);

	if (!text)
		return TRI_UNKNOWN;
	/* Lines "0xstart 0xend type"; "direct-relaxable" is lifted for VFIO, "direct" is not
	 * (drivers/iommu/iommu.c, iommu_group_show_resv_regions). */
	for (char *line = strtok_r(text, "\n", &text); line; line = strtok_r(NULL, "\n", &text)) {
		const char *type = strrchr(line, ' ');

		if (type && str_eq(type + 1, "direct"))
			return TRI_YES;
	}
	return TRI_NO;
}

static int compare_others(const void *a, const void *b)
{
	return strcmp(((const struct group_other *)a)->name, ((const struct group_other *)b)->name);
}

static void read_group(struct reading *r, struct iommu_group *g)
{
	struct group_other *others = NULL;
	struct name_list members;
	char path[SYS_PATH];
	char *name;

	if (list_names(r->s, r->mem, sys_path(path, GROUPS "/%d/devices", g->number), &members) == 0)
		for (size_t i = 0; i < members.n; i++) {
			struct pci_addr addr;

			if (!pci_addr_parse(members.names[i], &addr))
				read_other_member(r, g, &others, members.names[i]);
		}
	if (g->n_others > 0)
		qsort(others, g->n_others, sizeof(*others), compare_others);
	g->others = others;
	name = sys_text(r->s, r->mem, sys_path(path, GROUPS "/%d/name", g->number), NULL);
	g->is_noiommu = name && str_eq(name, "vfio-noiommu");
	g->has_direct_region = read_direct_region(r, g->number);
}

static int compare_groups(const void *a, const void *b)
{
	return ((const struct iommu_group *)a)->number - ((const struct iommu_group *)b)->number;
}

static int compare_by_group(const void *a, const void *b, void *functions)
{
	const struct pci_function *f = functions;
	int x = *(const int *)a, y = *(const int *)b;

	if (f[x].group != f[y].group)
		return f[x].group < f[y].group ? -1 : 1;
	return x - y;
}

static void build_groups(struct reading *r)
{
	struct host *h = r->h;
	int *order = arena_alloc(r->mem, (h->n_functions + 1) * sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].group >= 0)
			order[n++] = (int)i;
	qsort_r(order, n, sizeof(*order), compare_by_group, h->functions);
	for (size_t i = 0; i < n;) {
		struct iommu_group g = {.number = h->functions[order[i]].group, .functions = &order[i]};

		for (; i < n && h->functions[order[i]].group == g.number; i++)
			g.n_functions++;
		*ARENA_PUSH(r->mem, h->groups, h->n_groups) = g;
	}
}

/* Groups of which no member is a PCI function, for a listing of all. */
static void add_groups_without_pci(struct reading *r)
{
	struct name_list names;

	if (list_names(r->s, r->mem, GROUPS, &names) < 0)
		return;
	for (size_t i = 0, n = r->h->n_groups; i < names.n; i++) {
		struct iommu_group g = {0};
		uint64_t number;
		bool known = false;

		if (!str_number(names.names[i], 10, INT32_MAX, &number))
			continue;
		for (size_t k = 0; k < n && !known; k++)
			known = r->h->groups[k].number == (int)number;
		g.number = (int)number;
		if (!known)
			*ARENA_PUSH(r->mem, r->h->groups, r->h->n_groups) = g;
	}
	if (r->h->n_groups > 0)
		qsort(r->h->groups, r->h->n_groups, sizeof(*r->h->groups), compare_groups);
}

static void read_kernel_version(struct reading *r)
{
	char *text = sys_text(r->s, r->mem, "proc/sys/kernel/osrelease", NULL);

	if (!text || sscanf(text, "%3u.%3u", &r->h->kernel_major, &r->h->kernel_minor) != 2)
		r->h->kernel_major = r->h->kernel_minor = 0;
}

/* drivers/pci/pci-sysfs.c prints "(null)" where there is none. */
static const char *override_text(const char *text)
{
	return !text || *text == '\0' || str_eq(text, "(null)") ? NULL : text;
}

/* ---- topology ---- */

/* "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0": what stands before the last component is
 * the bridge above, or the root bus. */
static void read_parent(struct reading *r, struct pci_function *f)
{
	char path[SYS_PATH], link[SYS_PATH];
	const struct pci_function *parent;
	struct pci_addr addr;
	char *slash;

	if (r->s->ops->link(r->s, sys_path(path, DEVICES "/%s", f->name), link, sizeof(link)) < 0)
		return;
	slash = strrchr(link, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (!pci_addr_parse(str_base(link), &addr)) {
		f->parent = PARENT_NONE;
		return;
	}
	parent = host_find(r->h, addr);
	f->parent = parent ? host_index(r->h, parent) : PARENT_UNKNOWN;
}

/* Where it sits is in the same link. */
static void read_path(struct reading *r, struct pci_function *f)
{
	char path[SYS_PATH], link[SYS_PATH];
	struct port_path *where = arena_alloc(r->mem, sizeof(*where));

	if (r->s->ops->link(r->s, sys_path(path, DEVICES "/%s", f->name), link, sizeof(link)) == 0 &&
	    port_path_from_link(link, where))
		f->path = where;
}

struct link_search {
	struct reading *r;
	struct pci_function *f;
	int *linked;
};

/* Device links show as "consumer:pci:0000:01:00.1" and "supplier:pci:…" (drivers/base/core.c,
 * devlink_add_symlinks). */
static int find_link(void *data, const char *name)
{
	struct link_search *search = data;
	const struct pci_function *other = NULL;
	struct pci_addr addr;

	if (str_eq(name, "physfn"))
		search->f->is_vf = TRI_YES;
	if (!str_starts(name, "consumer:pci:") && !str_starts(name, "supplier:pci:"))
		return 0;
	if (pci_addr_parse(name + strlen("consumer:pci:"), &addr))
		other = host_find(search->r->h, addr);
	if (other)
		*ARENA_PUSH(search->r->mem, search->linked, search->f->n_linked) = host_index(search->r->h, other);
	return 0;
}

static void read_topology(struct reading *r, struct pci_function *f)
{
	struct link_search search = {.r = r, .f = f};
	char path[SYS_PATH];

	read_parent(r, f);
	if (r->s->ops->list(r->s, sys_path(path, DEVICES "/%s", f->name), find_link, &search) == 0 &&
	    f->is_vf == TRI_UNKNOWN)
		f->is_vf = TRI_NO;
	f->linked = search.linked;
}

/* Kernels up to 6.1 take the device's lock to show driver_override: while a write of ours is stuck there,
 * reading would hang as well (fact KF-04). */
static void read_override(struct reading *r, struct pci_function *f)
{
	char path[SYS_PATH];

	f->is_busy = r->s->ops->is_busy(r->s, f->name) == 1;
	if (f->is_busy)
		return;
	f->driver_override = override_text(
	    sys_text(r->s, r->mem, sys_path(path, DEVICES "/%s/driver_override", f->name), NULL));
}

/* ---- all of it ---- */

static bool is_wanted(const struct host *h, const struct read_request *q, const struct pci_function *f)
{
	if (q->n_targets == 0)
		return true;
	for (size_t i = 0; i < q->n_targets; i++) {
		const struct pci_function *target = host_find(h, q->targets[i]);

		if (target && (pci_addr_same_slot(target->addr, f->addr) || (f->group >= 0 && f->group == target->group)))
			return true;
	}
	return false;
}

static void read_facets(struct reading *r, const struct read_request *q)
{
	struct host *h = r->h;
	bool *wanted = arena_alloc(r->mem, h->n_functions + 1);
	bool widened = q->n_targets > 0;

	for (size_t i = 0; i < h->n_functions; i++)
		wanted[i] = is_wanted(h, q, &h->functions[i]);
	for (size_t i = 0; i < h->n_functions && q->facets & FACET_TOPOLOGY; i++) {
		struct pci_function *f = &h->functions[i];

		if (!wanted[i] || f->is_vf != TRI_UNKNOWN)
			continue;
		read_topology(r, f);
		/* A function linked to the card is looked at as well, wherever it sits. */
		for (size_t k = 0; k < f->n_linked && widened; k++) {
			int other = f->linked[k];

			if (wanted[other])
				continue;
			wanted[other] = true;
			if ((size_t)other < i)
				read_topology(r, &h->functions[other]);
		}
	}
	for (size_t i = 0; i < h->n_functions && q->facets & FACET_PATH; i++)
		read_path(r, &h->functions[i]);
	for (size_t i = 0; i < h->n_groups && q->facets & FACET_GROUPS; i++) {
		struct iommu_group *g = &h->groups[i];
		bool is_needed = q->n_targets == 0;

		/* Groups of the slot's other functions too: a card may be spread over several. */
		for (size_t k = 0; k < g->n_functions && !is_needed; k++)
			is_needed = wanted[g->functions[k]];
		if (is_needed)
			read_group(r, g);
	}
	for (size_t i = 0; i < h->n_functions && q->facets & FACET_OVERRIDE; i++)
		if (wanted[i])
			read_override(r, &h->functions[i]);
	if (q->facets & FACET_CONFIG)
		read_configs(r->s, r->mem, h, wanted);
	if (q->attributes != 0)
		read_attributes_of(r->s, r->mem, h, wanted, q->attributes);
	if (q->has_uses) {
		struct uses_request uses = {.wanted = wanted, .may_try = q->may_try};

		for (size_t i = 0; i < h->n_functions; i++)
			if (wanted[i] && !function_is_bridge(&h->functions[i]))
				uses.areas |= use_areas_of(&h->functions[i]);
		read_uses(r->s, r->mem, h, &uses);
	}
	if (q->facets & FACET_NAMES) {
		struct names *names = names_open(r->mem);

		for (size_t i = 0; i < h->n_functions; i++)
			if (wanted[i])
				h->functions[i].description = names_describe(names, &h->functions[i]);
		names_close(names);
	}
}

int read_host(struct sys *s, struct arena *mem, const struct read_request *request, struct host *ret, struct err *e)
{
	struct host h = {0};
	struct reading r = {.s = s, .mem = mem, .h = &h};
	int n = s->ops->list(s, DEVICES, add_function, &r);

	if (n == -ENOENT || n == -ENOTDIR) {
		(void)err_set(e, -ENOTDIR, "there is no /" DEVICES " here");
		return err_hint(e, s->is_live ? "is /sys mounted, and is this a machine with PCI?"
					      : "--root wants a directory that holds sys/, as / does");
	}
	if (n < 0)
		return err_set(e, n, "cannot list /" DEVICES ": %s", strerror(-n));
	if (h.n_functions > 0)
		qsort(h.functions, h.n_functions, sizeof(*h.functions), compare_functions);
	if (list_names(s, mem, "dev/vfio", &r.vfio_nodes) < 0)
		r.vfio_nodes.n = 0;
	read_functions(&r);
	for (size_t i = 0; i < h.n_functions && r.vfio_nodes.n > 0; i++)
		find_vfio_node(&r.vfio_nodes, &h.functions[i]);
	read_whether_grouped(&r);
	if (request->filter) {
		for (size_t i = 0; i < h.n_functions && request->facets & FACET_PARENTS; i++)
			read_parent(&r, &h.functions[i]);
		host_filter(&h, mem, request->filter);
	}
	if (request->facets & FACET_GROUPS) {
		read_kernel_version(&r);
		build_groups(&r);
		if (request->n_targets == 0)
			add_groups_without_pci(&r);
	}
	read_facets(&r, request);
	*ret = h;
	return 0;
}

int read_one_function(struct sys *s, struct arena *mem, struct pci_addr addr, struct pci_function *ret)
{
	struct reading r = {.s = s, .mem = mem};
	struct pci_function f = {.addr = addr, .group = GROUP_NONE, .parent = PARENT_UNKNOWN};
	char path[SYS_PATH];
	int n;

	(void)pci_addr_format(addr, f.name);
	n = s->ops->exists(s, sys_path(path, DEVICES "/%s", f.name));
	if (n != 1)
		return n < 0 ? n : -ENODEV;
	read_function(&r, &f);
	*ret = f;
	return 0;
}

/* ---- one function, now ---- */

int read_binding(struct sys *s, struct arena *mem, const char *name, const char **ret_driver, const char **ret_override)
{
	char path[SYS_PATH], link[SYS_PATH];
	char *text;
	int r = s->ops->exists(s, sys_path(path, DEVICES "/%s", name));

	if (r != 1)
		return r < 0 ? r : -ENODEV;
	/* Only "there is no such link" means "no driver"; what cannot be read is no answer. */
	r = s->ops->link(s, sys_path(path, DEVICES "/%s/driver", name), link, sizeof(link));
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_driver = r == 0 ? arena_strdup(mem, str_base(link)) : NULL;
	text = sys_text(s, mem, sys_path(path, DEVICES "/%s/driver_override", name), &r);
	if (r < 0)
		return r == -ENOENT ? -ENODEV : r;
	*ret_override = override_text(text);
	return 0;
}
