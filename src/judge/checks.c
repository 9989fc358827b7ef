/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/checks.h"

#include <string.h>

#include "base/str.h"
#include "judge/catalogue.h"
#include "judge/checks_log.h"
#include "judge/verdict.h"
#include "text/kernel_cmdline.h"

/* Root causes first: what comes earlier explains what comes later, and is the next step. */
static const struct part {
	const struct check *rows;
	const size_t *n;
} parts[] = {
    {checks_firmware, &n_checks_firmware},
    {checks_iommu, &n_checks_iommu},
    {checks_group, &n_checks_group},
    {checks_driver, &n_checks_driver},
    {checks_modules, &n_checks_modules},
    {checks_display, &n_checks_display},
    {checks_device, &n_checks_device},
    {checks_kernel, &n_checks_kernel},
    {checks_memory, &n_checks_memory},
    {checks_rights, &n_checks_rights},
    {checks_machine, &n_checks_machine},
    {checks_run, &n_checks_run},
    {checks_notes, &n_checks_notes},
};

size_t checks_size(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += *parts[i].n;
	return n;
}

const struct check *checks_at(size_t i)
{
	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		if (i < *parts[p].n)
			return &parts[p].rows[i];
		i -= *parts[p].n;
	}
	return NULL;
}

/* ---- what the rows share ---- */

struct check_result check_ok(const char *file, const char *value)
{
	return (struct check_result){.answer = CHECK_OK, .file = file, .value = value};
}

struct check_result check_unknown(const char *text, const char *file)
{
	return (struct check_result){.answer = CHECK_UNKNOWN, .text = text, .file = file};
}

struct check_result check_bad(const char *text, const char *file, const char *value)
{
	return (struct check_result){.answer = CHECK_BAD, .text = text, .file = file, .value = value};
}

struct check_result check_unread(const struct check_context *c, const char *file)
{
	return check_unknown(file ? arena_printf(c->mem, "%s cannot be read", file) : "what decides it was not read", file);
}

struct check_result check_fact_is(const struct fact *f, const char *text, const char *bad)
{
	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (f->is_there == TRI_UNKNOWN || !f->text)
		return check_unknown("what decides it cannot be read", f->file);
	return str_eq(f->text, text) ? check_bad(bad, f->file, f->text) : check_ok(f->file, f->text);
}

const char *check_attribute(const struct check_context *c, enum attribute a)
{
	return c->f && c->f->attributes ? c->f->attributes[a] : NULL;
}

const char *check_file(const struct check_context *c, const char *name)
{
	return arena_printf(c->mem, "/sys/bus/pci/devices/%s/%s", c->f->name, name);
}

bool check_has_vfio(const struct check_context *c)
{
	return c->f->has_driver == TRI_YES && judge_is_vfio_driver(c->f->driver);
}

const char *check_driver_words(const struct check_context *c)
{
	return c->f->has_driver == TRI_YES ? arena_printf(c->mem, "on %s", c->f->driver) : "without a driver";
}

const struct fact_line *check_next_line(const struct facts *f, enum fact_line_kind kind, const struct fact_line *after)
{
	for (size_t i = after ? (size_t)(after - f->lines) + 1 : 0; f && i < f->n_lines; i++)
		if (f->lines[i].kind == kind)
			return &f->lines[i];
	return NULL;
}

const char *check_bind_mend(const struct check_context *c)
{
	if (c->verdict && (c->verdict->answer == ANSWER_READY || c->verdict->answer == ANSWER_READY_WITH_COMPANIONS))
		return arena_printf(c->mem, "passthru bind %s hands over everything that must go along", c->f->name);
	return arena_printf(c->mem, "passthru show %s says what is in the way of handing it over", c->f->name);
}

bool check_words(const struct check_context *c, struct kernel_cmdline *ret)
{
	return c->all->boot && c->all->boot->cmdline && kernel_cmdline_parse(c->mem, c->all->boot->cmdline, ret);
}

bool check_is_kernel(const struct check_context *c, unsigned major, unsigned minor, unsigned to_major, unsigned to_minor)
{
	const struct host *h = c->all->h;
	unsigned now = h ? h->kernel_major * 1000 + h->kernel_minor : 0;

	return now >= major * 1000 + minor && now <= to_major * 1000 + to_minor;
}

/* ---- whom they ask ---- */

/* Displays, and base class 12: processing accelerators. */
static bool is_worth_a_look(const struct pci_function *f)
{
	return f->has_class && (f->class_code >> 16 == 0x03 || f->class_code >> 16 == 0x12);
}

void check_functions(struct arena *mem, const struct host *h, const struct check_wish *wish, bool *ret)
{
	memset(ret, 0, h->n_functions * sizeof(*ret));
	for (size_t i = 0; wish->n_functions == 0 && i < h->n_functions; i++)
		ret[i] = is_worth_a_look(&h->functions[i]);
	for (size_t i = 0; i < wish->n_functions; i++) {
		const struct pci_function *f = &h->functions[wish->functions[i]];
		struct verdict v = judge_function(mem, h, f);

		ret[wish->functions[i]] = true;
		for (size_t k = 0; k < v.n_companions; k++)
			ret[v.companions[k]] = true;
	}
}

struct checking {
	struct arena *mem;
	const struct check_facts *facts;
	const struct check_wish *wish;
	struct check_report *ret;
};

/* The same cannot be read for this one either. */
static bool is_said(const struct check_report *r, const struct check_result *result)
{
	for (size_t i = 0; result->answer == CHECK_UNKNOWN && i < r->n; i++)
		if (r->findings[i].result.answer == CHECK_UNKNOWN && str_eq(r->findings[i].result.text, result->text) &&
		    str_eq(r->findings[i].result.file, result->file))
			return true;
	return false;
}

static void run(struct checking *k, const struct check *row, const struct check_context *c)
{
	struct check_finding f = {.row = catalogue_find(row->id), .function = c->f ? host_index(k->facts->h, c->f) : -1,
	    .depends = (row->flags & CHECK_GUEST) != 0};
	const struct filling address = {"ADDRESS", c->f ? c->f->name : NULL};

	f.severity = row->flags & CHECK_NOTE ? SEVERITY_INFO : f.row->severity;
	f.result = row->ask(c);
	if ((row->flags & CHECK_MACHINES) && is_said(k->ret, &f.result))
		return;
	if (!f.result.text)
		f.result.text = f.result.answer == CHECK_OK ? row->good : f.row->title;
	if (f.result.answer == CHECK_BAD && !f.result.mend)
		f.result.mend = catalogue_fill(k->mem, f.row->mends[0], &address, 1);
	f.order = k->ret->n;
	*ARENA_PUSH(k->mem, k->ret->findings, k->ret->n) = f;
}

static void run_host(struct checking *k)
{
	struct check_context c = {.mem = k->mem, .all = k->facts, .wish = k->wish, .facts = k->facts->facts};

	for (size_t p = 0; p < ARRAY_LEN(parts); p++)
		for (size_t i = 0; i < *parts[p].n; i++)
			if (!(parts[p].rows[i].flags & CHECK_DEVICE))
				run(k, &parts[p].rows[i], &c);
}

/* A row of a whole group was asked of another of its functions already. */
static bool is_asked_before(const struct checking *k, const struct check *row, const struct pci_function *f)
{
	const struct host *h = k->facts->h;

	for (size_t i = 0; f->group >= 0 && i < k->ret->n; i++)
		if (k->ret->findings[i].function >= 0 && str_eq(k->ret->findings[i].row->id, row->id) &&
		    h->functions[k->ret->findings[i].function].group == f->group)
			return true;
	return false;
}

static bool is_named(const struct checking *k, const struct pci_function *f)
{
	for (size_t i = 0; i < k->wish->n_functions; i++)
		if (k->wish->functions[i] == host_index(k->facts->h, f))
			return true;
	return k->wish->n_functions == 0;
}

static bool fits(const struct checking *k, const struct check *row, const struct pci_function *f, bool is_meant)
{
	if (!(row->flags & CHECK_DEVICE) || ((row->flags & CHECK_DISPLAY) && !function_is_display(f)) ||
	    ((row->flags & CHECK_MEANT) && !is_meant) || ((row->flags & CHECK_NAMED) && !is_named(k, f)))
		return false;
	return !(row->flags & CHECK_GROUP) || !is_asked_before(k, row, f);
}

static void run_device(struct checking *k, int function, bool is_meant)
{
	const struct host *h = k->facts->h;
	const struct pci_function *f = &h->functions[function];
	struct verdict v = judge_function(k->mem, h, f);
	struct check_context c = {.mem = k->mem, .all = k->facts, .wish = k->wish, .facts = k->facts->facts, .f = f,
	    .d = facts_of_device(k->facts->facts, function), .verdict = &v, .group = f->group >= 0 ? host_group(h, f->group) : NULL};

	is_meant = is_meant || f->claim || judge_is_vfio_driver(f->driver);
	for (size_t p = 0; p < ARRAY_LEN(parts); p++)
		for (size_t i = 0; i < *parts[p].n; i++)
			if (fits(k, &parts[p].rows[i], f, is_meant))
				run(k, &parts[p].rows[i], &c);
}

/* ---- the answer ---- */

/* Worst first, what depends on the guest last; the table's own order, root causes first, within. */
static int compare(const void *a, const void *b)
{
	static const int order[] = {[CHECK_BAD] = 0, [CHECK_UNKNOWN] = 1, [CHECK_OK] = 2};
	const struct check_finding *x = a, *y = b;
	int d = order[x->result.answer] - order[y->result.answer];

	d = d != 0 ? d : (int)x->depends - (int)y->depends;
	d = d != 0 ? d : (int)x->severity - (int)y->severity;
	return d != 0 ? d : x->order < y->order ? -1 : 1;
}

static bool decides(const struct checking *k, const struct check_finding *f)
{
	return f->severity == SEVERITY_BLOCKER && !f->depends && !f->may_be_over && (f->function < 0 || k->wish->n_functions > 0);
}

/* The sentence of the verdict that says why. */
static const char *verdict_text(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_notes && v->n_blockers > 0; i++)
		if (str_eq(v->notes[i].id, block_reason_name(v->blockers[0].reason)) ||
		    (v->blockers[0].reason == BLOCK_STRANGER && str_eq(v->notes[i].id, "strangers")))
			return v->notes[i].text;
	return v->n_notes > 0 ? v->notes[0].text : "its verdict says so";
}

static const char *mend_of(const struct check_report *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->findings[i].result.answer == CHECK_BAD && str_eq(r->findings[i].row->id, id))
			return r->findings[i].result.mend;
	return NULL;
}

/* What blocks a device whatever driver it has comes before what a binding would mend. */
static void answer_verdict(struct checking *k, const struct pci_function *f, enum answer which)
{
	struct verdict v = judge_function(k->mem, k->facts->h, f);
	struct check_report *r = k->ret;

	if (v.answer != which)
		return;
	r->is_ready = which == ANSWER_BLOCKED ? TRI_NO : TRI_UNKNOWN;
	r->why = arena_printf(k->mem, "%s: %s", f->name, verdict_text(&v));
	if (which == ANSWER_BLOCKED && v.n_blockers > 0 && v.blockers[0].reason == BLOCK_STRANGER)
		r->next = mend_of(r, "acs-missing-on-port");
	if (!r->next)
		r->next = arena_printf(k->mem, "passthru show %s", f->name);
}

/* The first that counts, of the host or of devices. */
static void answer_findings(struct checking *k, enum check_answer which, bool of_host)
{
	struct check_report *r = k->ret;

	for (size_t i = 0; i < r->n && r->is_ready == TRI_YES; i++) {
		const struct check_finding *f = &r->findings[i];

		if (!decides(k, f) || f->result.answer != which || (f->function < 0) != of_host)
			continue;
		r->is_ready = which == CHECK_BAD ? TRI_NO : TRI_UNKNOWN;
		r->why = of_host ? f->result.text : arena_printf(k->mem, "%s: %s", k->facts->h->functions[f->function].name, f->result.text);
		r->next = f->result.mend;
	}
}

static void conclude(struct checking *k)
{
	static const struct {
		enum check_answer finding;
		enum answer verdict;
	} rounds[] = {{CHECK_BAD, ANSWER_BLOCKED}, {CHECK_UNKNOWN, ANSWER_CANNOT_TELL}};
	struct check_report *r = k->ret;

	r->is_ready = TRI_YES;
	for (size_t n = 0; n < ARRAY_LEN(rounds); n++) {
		answer_findings(k, rounds[n].finding, true);
		for (size_t i = 0; i < k->wish->n_functions && r->is_ready == TRI_YES; i++)
			answer_verdict(k, &k->facts->h->functions[k->wish->functions[i]], rounds[n].verdict);
		answer_findings(k, rounds[n].finding, false);
	}
	if (r->is_ready == TRI_YES)
		r->next = k->wish->n_functions > 0 ? "passthru export qemu prints the words that give it to a guest"
						   : "passthru check ADDRESS looks at one device; passthru list names them";
}

static void say_scenario(struct checking *k)
{
	static const char *const texts[SERVER_TYPES] = {
	    [SERVER_UNKNOWN] = "whether somebody sits in front of it: passthru bind takes it for a desktop, unless --server-type says otherwise",
	    [SERVER_DESKTOP] = "somebody sits in front of it: the screen of a card that goes turns dark and its desktop ends, so let the "
			       "host draw on another card (passthru display), or be logged in over the network",
	    [SERVER_LAPTOP] = "a discrete card often has no screen of its own, and the display driver keeps it: let the host draw on the "
			      "integrated one (passthru display) and start anew before the card is handed over",
	    [SERVER_HEADLESS] = "nobody looks at a screen: its only display may go as well; the network you come in by must stay",
	};
	const struct host *h = k->facts->h;

	if (!h)
		return;
	k->ret->scenario = h->server_type;
	k->ret->scenario_file = h->server_evidence;
	k->ret->scenario_text = texts[h->server_type];
}

struct check_report judge_checks(struct arena *mem, const struct check_facts *facts, const struct check_wish *wish)
{
	struct check_report ret = {0};
	struct checking k = {mem, facts, wish, &ret};
	size_t n = facts->h ? facts->h->n_functions : 0;
	bool *is_asked = arena_alloc(mem, (n + 1) * sizeof(*is_asked));

	run_host(&k);
	if (facts->h)
		check_functions(mem, facts->h, wish, is_asked);
	for (size_t i = 0; i < n; i++)
		if (is_asked[i])
			run_device(&k, (int)i, wish->n_functions > 0);
	check_log(mem, facts, wish, &ret);
	qsort(ret.findings, ret.n, sizeof(*ret.findings), compare);
	conclude(&k);
	say_scenario(&k);
	return ret;
}
