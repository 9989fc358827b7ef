/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: huge pages, and a device's own interrupts. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "model/hugepages.h"
#include "text/kernel_cmdline.h"

/* ---- huge pages ---- */

static const char pools_folder[] = "/sys/kernel/mm/hugepages";

/* All pools of that size together, less what is surplus. */
static uint64_t pages_of(const struct hugepages *all, uint64_t page_kb)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < all->n_pools; i++)
		if (all->pools[i].page_kb == page_kb)
			sum += huge_pool_count(&all->pools[i]);
	return sum;
}

static bool has_size(const struct hugepages *all, uint64_t page_kb)
{
	for (size_t i = 0; i < all->n_pools; i++)
		if (all->pools[i].page_kb == page_kb)
			return true;
	return false;
}

/* "16", or "0:16,1:8" by nodes; false: it is neither. */
static bool count_asked(const char *value, uint64_t *ret)
{
	*ret = 0;
	while (value && *value) {
		size_t length = strcspn(value, ",");
		const char *colon = memchr(value, ':', length);
		const char *from = colon ? colon + 1 : value;
		uint64_t number;

		if (!str_number_n(from, length - (size_t)(from - value), 10, MOST_HUGE_PAGES, &number))
			return false;
		*ret += number;
		value += length + (value[length] == ',');
	}
	return value != NULL;
}

/* A size of the kernel's words of which fewer came than they ask for; a size in front counts for the hugepages= behind
 * it (mm/hugetlb.c, hugepages_setup). What comes ahead of any size is of one that only the architecture knows. */
static struct check_result ask_words(const struct check_context *c, const struct kernel_cmdline *k)
{
	const struct hugepages *all = c->all->hugepages;
	uint64_t page_kb = 0, asked;

	for (size_t i = 0; i < k->n_words; i++) {
		const struct kernel_word *w = &k->words[i];

		if (str_eq(w->key, "hugepagesz") && (!w->value || !huge_size_parse(w->value, &page_kb)))
			page_kb = 0;
		if (!str_eq(w->key, "hugepages") || page_kb == 0 || !count_asked(w->value, &asked) || !has_size(all, page_kb))
			continue;
		if (pages_of(all, page_kb) < asked) {
			struct check_result r = check_bad(arena_printf(c->mem, "the kernel was asked for %llu huge pages of %s, and has %llu", (unsigned long long)asked,
							      size_words(c->mem, page_kb), (unsigned long long)pages_of(all, page_kb)),
			    "/proc/cmdline", w->raw);

			r.mend = arena_printf(c->mem, "passthru hugepages says where there is room for more; what must be in one piece is had at boot alone");
			return r;
		}
	}
	return check_ok(pools_folder, NULL);
}

struct check_result check_huge_pages(const struct check_context *c)
{
	const struct hugepages *all = c->all->hugepages;
	const struct holders *holders = c->all->holders;
	uint64_t pages = 0, free = 0;
	struct kernel_cmdline k;
	struct check_result r;

	if (!all)
		return check_unread(c, pools_folder);
	for (size_t i = 0; i < all->n_pools; i++) {
		pages += all->pools[i].pages;
		free += all->pools[i].free;
	}
	r = check_words(c, &k) ? ask_words(c, &k) : check_ok(pools_folder, NULL);
	if (r.answer == CHECK_BAD || pages == 0 || free > 0)
		return r;
	/* A guest that runs has them, and rightly so. */
	if (!holders || !holders->is_complete)
		return check_ok(pools_folder, "0 free");
	for (size_t i = 0; i < holders->n; i++)
		if (holders->items[i].kind == HOLDER_PROCESS && holders->items[i].file && strstr(holders->items[i].file, "vfio"))
			return check_ok(arena_printf(c->mem, "/proc/%d/fd", holders->items[i].pid), "0 free");
	r = check_bad(arena_printf(c->mem, "all %llu huge pages are taken, and by no guest with one of these devices: another that wants such pages cannot start", (unsigned long long)pages),
	    pools_folder, "0 free");
	r.mend = "passthru hugepages reserves more, and says who has room";
	return r;
}

static struct check_result ask_wrong_node(const struct check_context *c)
{
	const struct hugepages *all = c->all->hugepages;
	const char *node = check_attribute(c, ATTR_NUMA_NODE);
	uint64_t here = 0, elsewhere = 0, number;
	struct check_result r;

	if (!all)
		return check_unread(c, "/sys/devices/system/node");
	for (size_t i = 0; i < all->n_pools; i++)
		elsewhere += all->pools[i].pages;
	if (elsewhere == 0 || str_eq(node, "-1"))
		return check_ok(elsewhere == 0 ? pools_folder : check_file(c, "numa_node"), node);
	if (!node || !str_number(node, 10, MOST_NODES, &number))
		return check_unread(c, check_file(c, "numa_node"));
	for (size_t i = 0; i < all->n_pools; i++)
		if (all->pools[i].node == (int)number || all->pools[i].node == NODE_ANY)
			here += all->pools[i].pages;
	if (here > 0)
		return check_ok(check_file(c, "numa_node"), node);
	r = check_bad(arena_printf(c->mem, "it hangs on node %s, and all huge pages are on others", node), arena_printf(c->mem, "/sys/devices/system/node/node%s/hugepages", node), "0");
	r.mend = arena_printf(c->mem, "passthru hugepages reserves pages on the node of a device with --near=%s", c->f->name);
	return r;
}

/* ---- interrupts ---- */

/* The first handler that is neither VFIO's nor empty. */
static const char *foreign_handler(const struct check_context *c, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, ",");

		if (length > 0 && strncmp(text, "vfio-", strlen("vfio-")) != 0)
			return arena_strndup(c->mem, text, length);
		text += length + (text[length] == ',');
	}
	return NULL;
}

/* Only of a line that the device must share: messages are its own, and PCI Express devices can hold back their line's
 * interrupts (PCI Local Bus Specification 2.3, 6.2.2), so that VFIO shares it. */
static struct check_result ask_line(const struct check_context *c)
{
	const struct fact *irq = c->d ? &c->d->facts[DEVICE_IRQ] : NULL, *handlers = c->d ? &c->d->handlers : NULL;
	const struct fact *alone = fact_of(c->facts, FACT_NOINTXMASK);
	const struct pci_abilities *a = c->d ? &c->d->abilities : NULL;
	const char *other;

	if (c->f->is_vf == TRI_YES)
		return check_ok(check_file(c, "physfn"), NULL);
	if (!irq || (irq->is_there != TRI_NO && !irq->text))
		return check_unread(c, check_file(c, "irq"));
	if (!irq->text || str_eq(irq->text, "0") || handlers->is_there == TRI_NO)
		return check_ok(irq->file, irq->text);
	if (a->is_known && (a->has_msi || a->has_msix || !a->has_pin))
		return check_ok(check_file(c, "config"), "it has messages");
	if (!handlers->text)
		return check_unread(c, handlers->file);
	other = foreign_handler(c, handlers->text);
	/* A driver of the host that has it is one of them. */
	if (!other || (c->f->has_driver == TRI_YES && !check_has_vfio(c) && !strchr(handlers->text, ',')))
		return check_ok(handlers->file, handlers->text);
	if (!a->is_known)
		return check_unread(c, check_file(c, "config"));
	if (!str_eq(alone->text, "Y") && (a->is_express || a->is_line_masked))
		return check_ok(handlers->file, handlers->text);
	if (!check_has_vfio(c) || !str_eq(alone->text, "Y"))
		return check_unknown(arena_printf(c->mem, "it has only the interrupt line that %s has as well, and whether it can hold back its own is seen when it is opened", other), handlers->file);
	return check_bad(arena_printf(c->mem, "it has only the interrupt line that %s has as well, and vfio-pci is told to share none (nointxmask)", other), handlers->file, handlers->text);
}

static struct check_result ask_messages(const struct check_context *c)
{
	const struct fact *usual = fact_of(c->facts, FACT_CLOUD_HYPERVISOR), *local = fact_of(c->facts, FACT_CLOUD_HYPERVISOR_LOCAL);
	const char *file = check_file(c, "config");

	if (usual->is_there == TRI_NO && local->is_there == TRI_NO)
		return check_ok(usual->file, "not installed");
	if (usual->is_there != TRI_YES && local->is_there != TRI_YES)
		return check_unread(c, usual->file);
	if (!c->d || !c->d->abilities.is_known)
		return check_unread(c, file);
	return c->d->abilities.has_msi || c->d->abilities.has_msix
	    ? check_ok(file, NULL)
	    : check_bad("it has neither MSI nor MSI-X: Cloud Hypervisor, which is installed, gives guests nothing else", file, "no capability 05, no capability 11");
}

const struct check checks_memory[] = {
    {"hugepages-wrong-node", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/numa_node; /sys/devices/system/node/node*/hugepages/*", "huge pages are on its node, or there are none", ask_wrong_node},
    {"intx-irq-conflict", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/{irq,config}; /sys/kernel/irq/*/actions; /sys/module/vfio_pci/parameters/nointxmask", "no driver of the host shares an interrupt that it needs for itself", ask_line},
    {"ch-no-intx", CHECK_DEVICE | CHECK_MEANT | CHECK_GUEST, "/usr/bin/cloud-hypervisor; /sys/bus/pci/devices/<function>/config", "it has messages, or Cloud Hypervisor is not installed", ask_messages},
};
const size_t n_checks_memory = ARRAY_LEN(checks_memory);
