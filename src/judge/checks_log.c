/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/checks_log.h"

#include <string.h>

#include "base/str.h"
#include "judge/explain_causes.h"
#include "judge/verdict.h"

/* ---- what files of now say to it ---- */

static enum tri is_iommu_in_use(const struct log_context *c)
{
	const struct boot_answer *a = c->all->answer;
	const struct host *h = c->all->h;

	if (a && a->iommu != IOMMU_UNKNOWN)
		return tri_from(a->iommu == IOMMU_IN_USE);
	return h ? h->has_groups : TRI_UNKNOWN;
}

static bool is_in_use(const struct log_context *c)
{
	return is_iommu_in_use(c) == TRI_YES;
}

static bool is_not_in_use(const struct log_context *c)
{
	return is_iommu_in_use(c) == TRI_NO;
}

/* Such a line deceives only where nothing came of it. */
static bool is_not_known_to_be_off(const struct log_context *c)
{
	return is_iommu_in_use(c) != TRI_NO;
}

static bool has_group(const struct log_context *c)
{
	return c->f && c->f->group >= 0;
}

static bool has_vfio(const struct log_context *c)
{
	return c->f && c->f->has_driver == TRI_YES && judge_is_vfio_driver(c->f->driver);
}

static enum tri is_remapped(const struct log_context *c)
{
	return c->all->boot ? c->all->boot->iommu.is_remapped : TRI_UNKNOWN;
}

/* Or VFIO does without. */
static bool are_interrupts_well(const struct log_context *c)
{
	return is_remapped(c) == TRI_YES || str_eq(fact_of(c->all->facts, FACT_UNSAFE)->text, "Y");
}

static bool is_not_remapped(const struct log_context *c)
{
	return is_remapped(c) == TRI_NO;
}

/* "… module verification failed: … - tainting kernel": it was loaded all the same (kernel/module/main.c). */
static bool was_loaded(const struct log_context *c)
{
	return strstr(c->finding->line, "tainting kernel");
}

/* Said, and let through. */
static bool was_permitted(const struct log_context *c)
{
	return strstr(c->finding->line, "permissive=1");
}

/* ---- the table, in the order of causes ---- */

const struct log_check log_checks[] = {
    /* firmware and words */
    {"dmar-table-broken", LOG_LASTS, 0, is_in_use},
    {"rmrr-not-reserved-boot-trouble", LOG_LASTS, 0, NULL},
    {"rmrr-lines-normal", LOG_GOOD, 0, NULL},
    {"iommu-switched-off-by-parameter", LOG_LASTS, 0, is_in_use},
    {"iommu-log-false-positive", LOG_LASTS, 0, is_not_known_to_be_off},
    {"cmdline-misspelt", LOG_LASTS, 0, NULL},
    {"amd-iommu-on-is-a-noop", LOG_LASTS, 0, NULL},
    {"kexec-iommu-state", LOG_LASTS, 0, NULL},
    /* IOMMU */
    {"iommu-groups-removed-again", LOG_LASTS, 0, is_in_use},
    {"igpu-iommu-disabled-by-quirk", LOG_DEVICE | LOG_LASTS, 0, has_group},
    {"device-without-group", LOG_DEVICE | LOG_LASTS, 0, has_group},
    {"rmrr-direct-mapping", LOG_DEVICE | LOG_LASTS, 0, NULL},
    {"rmrr-relaxed-kernel", LOG_LASTS, 0, NULL},
    {"iommu-private-identity-conflict", LOG_DEVICE, 0, NULL},
    {"noiommu-mode-active", LOG_DEVICE, 0, NULL},
    {"dma-map-einval-address-width", 0, 0, NULL},
    {"dmar-fault", LOG_DEVICE, 0, NULL},
    {"amd-io-page-fault", LOG_DEVICE, 0, NULL},
    {"smmu-fault", 0, 0, NULL},
    {"ats-completion-wait-timeout", LOG_DEVICE, 0, NULL},
    {"iommu-up-lines", LOG_GOOD, 0, is_not_in_use},
    {"amd-iommuv2-line-is-harmless", LOG_GOOD, 0, NULL},
    {"amdvi-perf-counter-notice", LOG_GOOD, 0, NULL},
    /* interrupts */
    {"amd-ivrs-ioapic-missing", LOG_LASTS, 0, are_interrupts_well},
    {"intremap-broken-chipset", LOG_LASTS, 0, are_interrupts_well},
    {"no-interrupt-remapping", LOG_LASTS, 0, are_interrupts_well},
    {"x2apic-optout", LOG_LASTS, 0, NULL},
    {"compat-interrupt-blocked", LOG_DEVICE, 0, NULL},
    {"intx-irq-conflict", LOG_DEVICE, 0, NULL},
    {"intx-broken-masking", LOG_DEVICE | LOG_GOOD, 0, NULL},
    {"intremap-on-lines", LOG_GOOD, 0, is_not_remapped},
    /* groups, drivers, modules */
    {"host-bind-while-group-open", 0, 0, NULL},
    {"vfio-probe-einval", LOG_DEVICE, 0, has_vfio},
    {"denylisted-device", LOG_DEVICE, 0, has_vfio},
    {"pf-with-vfs", LOG_DEVICE, 0, has_vfio},
    {"ids-bad-string", LOG_LASTS, 0, NULL},
    {"vfio-virqfd-gone", LOG_LASTS, 0, NULL},
    {"module-missing-for-kernel", LOG_LASTS, 0, NULL},
    {"unknown-module-parameter", LOG_LASTS | LOG_ABSENT, 0, NULL},
    {"unsigned-module", 0, 0, was_loaded},
    {"vfio-normal-lines", LOG_DEVICE | LOG_GOOD, 0, NULL},
    /* displays and who holds them */
    {"framebuffer-holds-bar", LOG_DEVICE, 0, NULL},
    {"boot-framebuffer-on-bar", LOG_DEVICE | LOG_GOOD, 0, NULL},
    {"efifb-cannot-reserve-notice", LOG_GOOD, 0, NULL},
    {"vgaarb-notice", LOG_GOOD, 0, NULL},
    {"nvidia-holders", LOG_DEVICE, 0, has_vfio},
    {"nvidia-probe-not-called", LOG_GOOD, 0, NULL},
    {"amdgpu-unbind-oops", LOG_DEVICE, 0, has_vfio},
    {"vm-holds-device", LOG_DEVICE, 0, NULL},
    {"sysfs-writer-stuck", 0, 0, NULL},
    {"remove-while-held", 0, 0, NULL},
    /* reset and power */
    {"device-lost-after-reset", LOG_DEVICE, 0, NULL},
    {"device-disconnected", LOG_DEVICE, 0, NULL},
    {"stuck-in-d3", LOG_DEVICE, 0, NULL},
    {"amd-reset-bug", LOG_DEVICE, 0, NULL},
    {"vendor-reset-too-late", LOG_DEVICE, 0, NULL},
    {"vendor-reset-works", LOG_DEVICE | LOG_GOOD, 0, NULL},
    {"reset-slow", LOG_DEVICE, 0, NULL},
    {"refused-d3hot", LOG_DEVICE, 0, NULL},
    {"nvidia-wpr2-latched", LOG_DEVICE, 0, NULL},
    {"aer-fatal-vm-stopped", LOG_DEVICE | LOG_LINK, 0, NULL},
    /* One error is two lines: the port's, and the sender's. */
    {"aspm-aer-flood", LOG_DEVICE | LOG_LINK | LOG_ABSENT, 3, NULL},
    /* BARs, memory */
    {"above-4g-decoding-off", LOG_DEVICE, 0, NULL},
    {"rom-invalid", LOG_DEVICE, 0, NULL},
    {"rom-igd-benign", LOG_GOOD, 0, NULL},
    {"sriov-no-mmio", LOG_DEVICE, 0, NULL},
    {"mmap-failed", LOG_DEVICE | LOG_PROGRAMS, 0, NULL},
    {"msix-pba-outside-bar", LOG_DEVICE | LOG_PROGRAMS, 0, NULL},
    {"p2p-map-failed", LOG_GOOD | LOG_PROGRAMS, 0, NULL},
    {"memlock-too-low", 0, 0, NULL},
    {"hugepages-short", 0, 0, NULL},
    {"guest-ram-exceeds-free", 0, 0, NULL},
    /* rights */
    {"lockdown", LOG_LASTS, 0, NULL},
    {"selinux-denied", 0, 0, was_permitted},
    {"apparmor-denied", 0, 0, NULL},
    {"cpu-virt-disabled", LOG_LASTS, 0, NULL},
};
const size_t n_log_checks = ARRAY_LEN(log_checks);

const struct log_check *log_check_find(const char *id)
{
	for (size_t i = 0; i < n_log_checks; i++)
		if (str_eq(log_checks[i].id, id))
			return &log_checks[i];
	return NULL;
}

/* ---- reading ---- */

struct log_reader {
	struct arena *mem;
	const struct host *h;
	bool is_narrow;	       /* some functions are asked for */
	bool *is_asked, *is_above; /* one a function; the ports above them */
	bool *is_elsewhere;
	const char *file;
	struct speaker {
		struct explainer *explainer;
		struct log_voice voice;
		size_t n_lines;
	} kernel, programs;
};

static const struct pci_function *named(const struct host *h, const char *device)
{
	struct pci_addr addr;

	return h && device && pci_addr_parse(device, &addr) ? host_find(h, addr) : NULL;
}

static enum explain_how choose(struct log_reader *r, const struct diagnosis *row, const char *device, bool is_program)
{
	const struct log_check *c = log_check_find(row->id);
	const struct pci_function *f;
	int i;

	if (!c || (is_program && !(c->flags & LOG_PROGRAMS)))
		return EXPLAIN_NOT;
	if (!(c->flags & LOG_DEVICE))
		return EXPLAIN_AS_ONE;
	if (!r->is_narrow || !device)
		return EXPLAIN_BY_DEVICE;
	f = named(r->h, device);
	i = f ? host_index(r->h, f) : -1;
	if (i >= 0 && (r->is_asked[i] || (c->flags & LOG_LINK && r->is_above[i])))
		return EXPLAIN_BY_DEVICE;
	r->is_elsewhere[c - log_checks] = true;
	return EXPLAIN_NOT;
}

static enum explain_how choose_kernel(void *data, const struct diagnosis *row, const char *device)
{
	return choose(data, row, device, false);
}

static enum explain_how choose_programs(void *data, const struct diagnosis *row, const char *device)
{
	return choose(data, row, device, true);
}

struct log_reader *log_reader_new(struct arena *mem, const struct host *h, const struct check_wish *wish)
{
	struct log_reader *r = arena_alloc(mem, sizeof(*r));
	size_t n = h ? h->n_functions : 0;

	*r = (struct log_reader){.mem = mem, .h = h, .is_narrow = wish->n_functions > 0};
	r->is_asked = arena_alloc(mem, (n + 1) * sizeof(*r->is_asked));
	r->is_above = arena_alloc(mem, (n + 1) * sizeof(*r->is_above));
	r->is_elsewhere = arena_alloc(mem, n_log_checks * sizeof(*r->is_elsewhere));
	if (h && r->is_narrow)
		check_functions(mem, h, wish, r->is_asked);
	for (size_t i = 0; i < n; i++) {
		int port = r->is_asked[i] ? h->functions[i].parent : -1;

		/* A tree has no loop; foreign text might. */
		for (size_t steps = 0; port >= 0 && steps < n; steps++) {
			r->is_above[port] = true;
			port = h->functions[port].parent;
		}
	}
	r->kernel.explainer = explain_new_for(mem, choose_kernel, r);
	r->programs.explainer = explain_new_for(mem, choose_programs, r);
	return r;
}

void log_reader_line(struct log_reader *r, const char *line, size_t length, const char *file, bool is_kernel)
{
	struct speaker *s = is_kernel ? &r->kernel : &r->programs;
	struct log_voice *v = &s->voice;

	s->n_lines++;
	if (!r->file)
		r->file = file;
	if (v->n_parts == 0 || v->parts[v->n_parts - 1].file != file)
		*ARENA_PUSH(r->mem, v->parts, v->n_parts) = (struct log_part){file, s->n_lines};
	(void)explain_line(s->explainer, line, length);
}

struct checked_log log_reader_end(struct log_reader *r)
{
	r->kernel.voice.said = explain_end(r->kernel.explainer);
	r->programs.voice.said = explain_end(r->programs.explainer);
	return (struct checked_log){.file = r->file, .kernel = r->kernel.voice, .programs = r->programs.voice, .is_elsewhere = r->is_elsewhere};
}

/* ---- findings ---- */

struct logging {
	struct arena *mem;
	const struct check_facts *facts;
	const struct check_wish *wish;
	const struct checked_log *log;
	struct check_report *ret;
};

static const char *device_of(const struct finding *f)
{
	for (size_t i = 0; i < f->n_specifics; i++)
		if (str_eq(f->specifics[i].name, "device"))
			return f->specifics[i].text;
	return NULL;
}

static const struct check *row_of_files(const char *id)
{
	for (size_t i = 0; i < checks_size(); i++)
		if (str_eq(checks_at(i)->id, id))
			return checks_at(i);
	return NULL;
}

static bool is_same_group(const struct host *h, int a, int b)
{
	return a >= 0 && b >= 0 && h->functions[a].group >= 0 && h->functions[a].group == h->functions[b].group;
}

/* What files answered to it, of that very function before of the host, or of its group where that is what was asked;
 * NULL: nothing. */
static struct check_finding *answered(const struct logging *l, const char *id, int function)
{
	const struct check *row = row_of_files(id);
	bool is_of_group = row && row->flags & CHECK_GROUP;
	struct check_finding *near = NULL;

	for (size_t i = 0; i < l->ret->n; i++) {
		struct check_finding *f = &l->ret->findings[i];

		if (!str_eq(f->row->id, id))
			continue;
		if (f->function == function)
			return f;
		if (!near && (f->function < 0 || (is_of_group && is_same_group(l->facts->h, f->function, function))))
			near = f;
	}
	return near;
}

static const char *text_of(struct arena *mem, const struct finding *f, bool is_here)
{
	const char *device = device_of(f);
	const char *whose = is_here || !device ? "" : arena_printf(mem, "%s: ", device);

	return f->n_times > 1 ? arena_printf(mem, "%s%s (%zu lines)", whose, f->row->title, f->n_times)
			      : arena_printf(mem, "%s%s", whose, f->row->title);
}

static const char *file_of(const struct log_voice *v, const struct finding *f)
{
	size_t i = v->n_parts;

	while (i > 1 && v->parts[i - 1].first_line > f->line_number)
		i--;
	return i > 0 ? v->parts[i - 1].file : NULL;
}

static struct check_finding make(const struct logging *l, const struct log_check *c, const struct finding *f, int function, const struct log_voice *v)
{
	bool is_of_device = c->flags & LOG_DEVICE;
	struct check_finding ret = {
	    .row = f->row, .severity = f->row->severity, .function = function, .n_lines = f->n_times, .order = l->ret->n};

	ret.result = (struct check_result){
	    .answer = c->flags & LOG_GOOD ? CHECK_OK : CHECK_BAD,
	    .text = text_of(l->mem, f, !is_of_device || function >= 0),
	    .file = file_of(v, f),
	    .value = f->line,
	    .mend = c->flags & LOG_GOOD ? NULL : explain_fill(l->mem, f->row->mends[0], f),
	};
	ret.may_be_over = !(c->flags & LOG_GOOD) && (!(c->flags & LOG_LASTS) || (is_of_device && function < 0));
	return ret;
}

/* Files were asked, and could not tell. */
static void answer_for(struct check_finding *known, const struct check_finding *said)
{
	int function = known->function;
	size_t order = known->order;

	if (said->may_be_over && said->row->severity == SEVERITY_BLOCKER) {
		known->result.text = "the log of this boot says so, but not whether it still is";
		known->result.file = said->result.file;
		known->result.value = said->result.value;
		known->n_lines = said->n_lines;
		return;
	}
	*known = *said;
	known->function = function;
	known->order = order;
}

static void add(struct logging *l, const struct finding *f, const struct log_voice *v)
{
	const struct log_check *c = log_check_find(f->row->id);
	const struct host *h = l->facts->h;
	const char *device = c && c->flags & LOG_DEVICE ? device_of(f) : NULL;
	struct log_context context = {l->facts, f, named(h, device)};
	int function = context.f ? host_index(h, context.f) : -1;
	struct check_finding said, *known;

	if (!c || f->n_times < c->least || (c->is_over && c->is_over(&context)))
		return;
	/* It names no function, and another than those asked for has it. */
	if (l->wish->n_functions > 0 && c->flags & LOG_DEVICE && !device && l->log->is_elsewhere[c - log_checks])
		return;
	said = make(l, c, f, function, v);
	known = answered(l, f->row->id, function);
	/* A line that is no fault does not say that what files could not tell is well. */
	if (known && c->flags & LOG_GOOD)
		return;
	if (known && (known->result.answer == CHECK_UNKNOWN || (c->flags & LOG_ABSENT && !known->result.value)))
		answer_for(known, &said);
	else if (!known && (f->row->severity != SEVERITY_BLOCKER || !row_of_files(f->row->id)))
		*ARENA_PUSH(l->mem, l->ret->findings, l->ret->n) = said;
}

void check_log(struct arena *mem, const struct check_facts *facts, const struct check_wish *wish, struct check_report *ret)
{
	struct logging l = {mem, facts, wish, facts->log, ret};

	if (!l.log)
		return;
	ret->log_file = l.log->file;
	ret->log_unread = l.log->unread;
	for (size_t i = 0; i < l.log->kernel.said.n_findings; i++)
		add(&l, &l.log->kernel.said.findings[i], &l.log->kernel);
	for (size_t i = 0; i < l.log->programs.said.n_findings; i++)
		add(&l, &l.log->programs.said.findings[i], &l.log->programs);
}
