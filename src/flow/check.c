/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/check.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/boot.h"
#include "judge/checks.h"
#include "judge/checks_log.h"
#include "judge/claims.h"
#include "judge/verdict.h"
#include "sys/read_access.h"
#include "sys/read_claims.h"
#include "sys/read_facts.h"
#include "sys/read_freeing.h"
#include "sys/read_holders.h"
#include "sys/read_host.h"
#include "sys/read_machines.h"
#include "sys/read_hugepages.h"
#include "sys/read_modprobe.h"
#include "sys/read_uses.h"

struct looking {
	struct flow *f;
	struct host *h;
	struct check_wish wish;
	bool *is_wanted;    /* their own facts are read */
	bool *is_beside;    /* and of these what the host does with them: all members of their groups too */
	struct check_facts facts;
	struct machines machines;
};

static int find_functions(struct looking *l, const struct pci_addr *functions, size_t n, struct err *e)
{
	int *indices = arena_alloc(l->f->mem, (n + 1) * sizeof(*indices));
	char name[PCI_ADDR_TEXT];

	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function = host_find(l->h, functions[i]);

		if (!function) {
			(void)err_set(e, -ENODEV, "there is no PCI function %s", pci_addr_format(functions[i], name));
			return err_hint(e, "passthru list shows those there are");
		}
		indices[i] = host_index(l->h, function);
	}
	l->wish = (struct check_wish){indices, n};
	l->is_wanted = arena_alloc(l->f->mem, (l->h->n_functions + 1) * sizeof(*l->is_wanted));
	l->is_beside = arena_alloc(l->f->mem, (l->h->n_functions + 1) * sizeof(*l->is_beside));
	check_functions(l->f->mem, l->h, &l->wish, l->is_wanted);
	for (size_t i = 0; i < l->h->n_functions; i++)
		for (size_t k = 0; k < l->h->n_functions && !l->is_beside[i]; k++)
			l->is_beside[i] = l->is_wanted[k] && (i == k || (l->h->functions[i].group >= 0 && l->h->functions[i].group == l->h->functions[k].group));
	return 0;
}

static void read_claimed(struct looking *l)
{
	struct claims *claims = arena_alloc(l->f->mem, sizeof(*claims));
	struct claim_verdict *verdicts;
	struct err e = {0};

	if (read_claims(l->f->s, l->f->mem, claims, &e) < 0)
		return;
	l->facts.has_claims = claims->n_troubles > 0 ? TRI_UNKNOWN : TRI_YES;
	read_claim_serials(l->f->s, l->f->mem, claims, l->h);
	verdicts = judge_claims(l->f->mem, l->h, claims);
	for (size_t i = 0; i < claims->n; i++) {
		if (verdicts[i].state == CLAIM_HERE)
			l->h->functions[verdicts[i].function].claim = claims->items[i].claim.vm ? claims->items[i].claim.vm : "yes";
		else if (verdicts[i].state == CLAIM_UNKNOWN)
			l->facts.has_claims = TRI_UNKNOWN;
		else
			l->facts.lost_claim = verdicts[i].text;
	}
}

static void read_what_uses_it(struct looking *l)
{
	struct uses_request uses = {.areas = 1u << AREA_DISPLAY | 1u << AREA_MACHINES, .wanted = l->is_beside, .machines = &l->machines};
	int *wanted = arena_alloc(l->f->mem, (l->h->n_functions + 1) * sizeof(*wanted));
	size_t n = 0;

	for (size_t i = 0; i < l->h->n_functions; i++) {
		if (l->is_beside[i])
			uses.areas |= use_areas_of(&l->h->functions[i]);
		if (l->is_wanted[i])
			wanted[n++] = (int)i;
	}
	read_uses(l->f->s, l->f->mem, l->h, &uses);
	read_freeing(l->f->s, l->f->mem, l->h, wanted, n);
}

/* Processes are many, so they are looked at only for devices that somebody wants. */
static void read_who_holds_it(struct looking *l)
{
	struct pci_addr *addrs = arena_alloc(l->f->mem, (l->h->n_functions + 1) * sizeof(*addrs));
	struct holders *holders = arena_alloc(l->f->mem, sizeof(*holders));
	struct err e = {0};
	size_t n = 0;

	/* A host that was recorded without its processes. */
	if (!l->f->s->is_live && l->f->s->ops->exists(l->f->s, "sys/dev/char") <= 0)
		return;
	for (size_t i = 0; i < l->h->n_functions; i++) {
		const struct pci_function *function = &l->h->functions[i];
		bool is_meant = l->wish.n_functions > 0 || function->claim || judge_is_vfio_driver(function->driver);

		bool is_asked = is_meant && (l->wish.n_functions > 0 ? l->is_beside[i] : l->is_wanted[i]);

		/* What runs with any other device has memory locked as well, and suffers when the host sleeps. */
		if ((is_asked || judge_is_vfio_driver(function->driver)) && !function_is_bridge(function))
			addrs[n++] = function->addr;
	}
	if (n == 0 || read_holders(l->f->s, l->f->mem, addrs, n, holders, &e) < 0)
		return;
	l->facts.holders = holders;
	read_running_machines(l->f->s, l->f->mem, holders, &l->machines);
}

static void add_node_access(struct looking *l, const char *node)
{
	struct node_access *all;
	struct access access;

	if (read_access(l->f->s, node, &access, NULL) < 0)
		return;
	all = arena_alloc(l->f->mem, (l->h->n_accesses + 1) * sizeof(*all));
	if (l->h->n_accesses > 0)
		memcpy(all, l->h->accesses, l->h->n_accesses * sizeof(*all));
	all[l->h->n_accesses++] = (struct node_access){node, access_format(l->f->mem, &access)};
	l->h->accesses = all;
}

/* The nodes beside those of groups. */
static void read_more_nodes(struct looking *l, const struct facts *facts)
{
	add_node_access(l, "/dev/vfio/vfio");
	add_node_access(l, "/dev/iommu");
	for (size_t i = 0; i < facts->n_devices; i++)
		if (facts->devices[i].cdev)
			add_node_access(l, arena_printf(l->f->mem, "/dev/vfio/devices/%s", facts->devices[i].cdev));
}

int flow_check_read(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct host_checked *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS | FACET_OVERRIDE | FACET_PATH | FACET_CONFIG,
	    .attributes = 1u << ATTR_RESET_METHOD | 1u << ATTR_VFS | 1u << ATTR_BOOT_VGA | 1u << ATTR_REVISION | 1u << ATTR_NUMA_NODE |
		1u << ATTR_SLOT_BELOW | 1u << ATTR_MAX_LINK_WIDTH};
	struct looking l = {.f = f, .h = &ret->host};
	struct modprobe_conf *modprobe = arena_alloc(f->mem, sizeof(*modprobe));
	struct boot_answer *answer = arena_alloc(f->mem, sizeof(*answer));
	struct boot *boot = arena_alloc(f->mem, sizeof(*boot));
	struct hugepages *hugepages = arena_alloc(f->mem, sizeof(*hugepages));
	struct facts *facts = arena_alloc(f->mem, sizeof(*facts));
	struct machines *machines;
	struct err unseen = {0};
	int r = flow_look(f, &request, l.h, e);

	r = r < 0 ? r : find_functions(&l, functions, n_functions, e);
	if (r < 0)
		return r;
	read_claimed(&l);
	read_what_uses_it(&l);
	read_who_holds_it(&l);
	(void)read_accesses(f->s, f->mem, l.h, &unseen);
	flow_boot_status(f, boot, answer);
	read_facts(f->s, f->mem, l.h, l.is_wanted, boot, answer->initramfs, facts);
	read_modprobe(f->s, f->mem, modprobe);
	/* A recorded host without any of its folders was not asked. */
	if (!f->s->is_live && modprobe->n_lines == 0 && f->s->ops->exists(f->s, "etc/modprobe.d") <= 0)
		modprobe = NULL;
	if (facts->is_root == TRI_NO)
		read_session_machines(f->s, f->mem, l.h, facts->uid, &l.machines);
	*(machines = arena_alloc(f->mem, sizeof(*machines))) = l.machines;
	/* A recorded host that lacks /etc was not asked either. */
	if (f->s->is_live || f->s->ops->exists(f->s, "etc/os-release") > 0)
		l.facts.machines = machines;
	read_fact_times(f->s, f->mem, boot, answer->initramfs, modprobe, facts);
	read_more_nodes(&l, facts);
	if (read_hugepages(f->s, f->mem, hugepages, &unseen) == 0 && (f->s->is_live || hugepages->n_pools > 0))
		l.facts.hugepages = hugepages;
	l.facts.h = l.h;
	l.facts.boot = boot;
	l.facts.answer = answer;
	l.facts.facts = facts;
	l.facts.modprobe = modprobe;
	ret->log_error = flow_keep_log(f, &ret->log);
	ret->wish = l.wish;
	ret->facts = l.facts;
	return 0;
}

int flow_check(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct host_checked *ret, struct err *e)
{
	int r = flow_check_read(f, functions, n_functions, ret, e);

	if (r == 0)
		ret->report = judge_checks(f->mem, &ret->facts, &ret->wish);
	return r;
}

/* ---- the log ---- */

static const char *why_unread(struct flow *f, int error)
{
	if (error == -EACCES)
		return "the log of this boot cannot be read without root, so what it alone shows is not known";
	if (error == -EXDEV || error == -EOPNOTSUPP)
		return f->dump ? "nothing of the kernel's log was pasted, so what it alone shows is not known"
			       : "the kernel's log was not recorded, so what it alone shows is not known";
	return arena_printf(f->mem, "the log of this boot cannot be read (%s), so what it alone shows is not known", strerror(-error));
}

struct log_line {
	struct log_reader *reader;
	const struct sys_logged *entry;
};

static void tell_line(void *data, const char *line, size_t length)
{
	const struct log_line *l = data;

	log_reader_line(l->reader, line, length, l->entry->file, l->entry->is_kernel);
}

int flow_check_log(struct flow *f, struct host_checked *checked, struct err *e)
{
	struct checked_log *log = arena_alloc(f->mem, sizeof(*log));
	const struct kept_log *kept = &checked->log;
	struct log_line line = {0};
	int r = 0;

	if (checked->log_error < 0 && kept->n == 0) {
		*log = (struct checked_log){.unread = why_unread(f, checked->log_error)};
	} else {
		r = f->s->ops->become_nobody ? f->s->ops->become_nobody(f->s) : 0;
		if (r < 0)
			return err_set(e, r, "root cannot be given up, and foreign text is not parsed with it: %s", strerror(-r));
		line.reader = log_reader_new(f->mem, checked->facts.h, &checked->wish);
		for (size_t i = 0; i < kept->n; i++) {
			line.entry = &kept->entries[i];
			kept_lines(&kept->entries[i], tell_line, &line);
		}
		*log = log_reader_end(line.reader);
	}
	checked->facts.log = log;
	checked->report = judge_checks(f->mem, &checked->facts, &checked->wish);
	return 0;
}

static bool is_bad(const struct host_checked *checked, const char *id)
{
	for (size_t i = 0; i < checked->report.n; i++)
		if (checked->report.findings[i].result.answer == CHECK_BAD && str_eq(checked->report.findings[i].row->id, id))
			return true;
	return false;
}

enum check_mend flow_check_mend(const struct host_checked *checked)
{
	static const char *const bound[] = {"wrong-driver-bound", "group-not-viable", "companion-function-unbound", "vfio-pci-not-loaded"};

	if (is_bad(checked, "intel-iommu-not-enabled"))
		return CHECK_MEND_WORDS;
	for (size_t i = 0; i < ARRAY_LEN(bound) && checked->wish.n_functions > 0; i++)
		if (is_bad(checked, bound[i]))
			return CHECK_MEND_BIND;
	return CHECK_MEND_NONE;
}
