/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/explain.h"

#include <string.h>

#include "base/str.h"
#include "judge/explain_causes.h"
#include "judge/pattern.h"
#include "text/log_line.h"

/*
 * Of a hundred million bytes of which nothing is ours nearly every line must be passed by quickly. Every pattern has a
 * text that a line must have, at least GRAM characters long; their first GRAM characters are hashed, and one walk over the
 * line finds the patterns that may fit.
 */
enum {
	GRAM = 4,
	SLOTS = 4096,
	MOST_PATTERNS = 512,
	MOST_CANDIDATES = 24, /* of one line; real ones have three */
	WRAPPED = 640,	      /* bytes of the lines above that one may be the rest of */
	SHORTEST_WRAPPED = 20,
	MOST_STEPS_ACROSS = 100 * 1000 * 1000, /* spent on lines that go on; then they are taken one by one */
	AROUND_EDGE = 80, /* bytes on both sides of it, more than any text that a line must have */
	MOST_SPECIFICS = 12,
};

struct row {
	const struct explain_pattern *pattern; /* NULL: what another row needs */
	const char *text;		       /* to match */
	const char *literal;
	size_t literal_length;
	int next; /* row of the same slot, -1: none */
};

struct candidates {
	int rows[MOST_CANDIDATES];
	size_t n;
};

/* Lines above that may go on in the next one, put together with a blank or with nothing between them. */
struct above {
	char text[2][WRAPPED + LOG_LINE + 2];
	size_t length[2];
	size_t last[2];	    /* where the last of them begins */
	size_t line_number; /* of the first */
	struct candidates candidates;
};

struct pending {
	struct finding finding;
	size_t last_line;
	int row;
	const char *text; /* what its row fitted */
};

struct explainer {
	struct arena *mem;
	struct row rows[MOST_PATTERNS];
	size_t n_rows;
	int slots[SLOTS];
	bool seen[MOST_PATTERNS]; /* rows that are needed by others */
	struct pending *pending;
	size_t n_pending, most_pending;
	explain_choice *choose; /* NULL: all is collected */
	void *choose_data;
	struct explanation e;
	size_t unknown_lines[EXPLAIN_UNKNOWN];
	struct above above;
	unsigned long steps, steps_across;
	char line[LOG_LINE + 1];
};

/* ---- finding the patterns that may fit ---- */

static unsigned hash(const char *at)
{
	uint32_t h = 0;

	for (size_t i = 0; i < GRAM; i++)
		h = (h << 8) | (unsigned char)char_lower(at[i]);
	return (h * 2654435761U) >> 20;
}

static int add_row(struct explainer *x, const struct explain_pattern *pattern, const char *text)
{
	struct row *r = &x->rows[x->n_rows];
	unsigned slot;

	*r = (struct row){.pattern = pattern, .text = text};
	r->literal_length = pattern_literal(text, &r->literal);
	assert(x->n_rows < MOST_PATTERNS && r->literal_length >= GRAM);
	slot = hash(r->literal);
	r->next = x->slots[slot];
	x->slots[slot] = (int)x->n_rows;
	return (int)x->n_rows++;
}

/* What another row needs, or needs to be absent: its row, -1: there is none yet. */
static int find_needed(const struct explainer *x, const char *needs)
{
	for (size_t i = 0; i < x->n_rows; i++)
		if (!x->rows[i].pattern && str_eq(x->rows[i].text, needs + (*needs == '!')))
			return (int)i;
	return -1;
}

static bool is_met(const struct explainer *x, const char *needs)
{
	return !needs || x->seen[find_needed(x, needs)] == (*needs != '!');
}

static struct explainer *make(struct arena *mem, size_t most)
{
	struct explainer *x = arena_alloc(mem, sizeof(*x));

	x->mem = mem;
	x->pending = arena_alloc(mem, most * sizeof(*x->pending));
	x->most_pending = most;
	for (size_t i = 0; i < SLOTS; i++)
		x->slots[i] = -1;
	for (size_t i = 0; i < n_explain_patterns; i++)
		(void)add_row(x, &explain_patterns[i], explain_patterns[i].pattern);
	for (size_t i = 0; i < n_explain_patterns; i++) {
		const char *needs = explain_patterns[i].needs;

		if (needs && find_needed(x, needs) < 0)
			(void)add_row(x, NULL, needs + (*needs == '!'));
	}
	return x;
}

struct explainer *explain_new(struct arena *mem)
{
	return make(mem, EXPLAIN_FINDINGS);
}

struct explainer *explain_new_for(struct arena *mem, explain_choice *choose, void *data)
{
	struct explainer *x = make(mem, EXPLAIN_CHOSEN);

	x->choose = choose;
	x->choose_data = data;
	return x;
}

/* In the order of the rows, each once. */
static void add_candidate(struct candidates *c, int row)
{
	size_t i = c->n;

	while (i > 0 && c->rows[i - 1] > row)
		i--;
	if ((i > 0 && c->rows[i - 1] == row) || (i == MOST_CANDIDATES))
		return;
	if (c->n == MOST_CANDIDATES)
		c->n--;
	memmove(c->rows + i + 1, c->rows + i, (c->n - i) * sizeof(*c->rows));
	c->rows[i] = row;
	c->n++;
}

static void scan(const struct explainer *x, const char *text, size_t length, struct candidates *c)
{
	for (size_t i = 0; i + GRAM <= length; i++)
		for (int row = x->slots[hash(text + i)]; row >= 0; row = x->rows[row].next)
			if (x->rows[row].literal_length <= length - i &&
			    str_same_n(text + i, x->rows[row].literal, x->rows[row].literal_length))
				add_candidate(c, row);
}

/* ---- findings ---- */

static void add_specific(struct arena *mem, struct finding *f, const char *name, const char *text)
{
	struct pci_addr addr;
	char buf[PCI_ADDR_TEXT];

	if (finding_specific(f, name) || f->n_specifics >= MOST_SPECIFICS)
		return;
	if (pattern_address(text, text, &addr) == strlen(text))
		text = arena_strdup(mem, pci_addr_format(addr, buf));
	*ARENA_PUSH(mem, f->specifics, f->n_specifics) = (struct specific){name, text};
}

/* The function a message is about: the last address before it, else the first behind. */
static void add_device(struct arena *mem, struct finding *f, const char *line, size_t before)
{
	struct pci_addr addr, found;
	char buf[PCI_ADDR_TEXT];
	bool has = false;

	for (const char *at = line; *at && !(has && at >= line + before);) {
		size_t n = pattern_address(line, at, &addr);

		if (n > 0) {
			found = addr;
			has = true;
		}
		at += n > 0 ? n : 1;
	}
	if (has)
		add_specific(mem, f, "device", arena_strdup(mem, pci_addr_format(found, buf)));
}

static void add_group(struct arena *mem, struct finding *f, const char *line)
{
	static const char *const patterns[] = {"for group {group:n}:", "iommu group {group:n}", "iommu_groups/{group:n}/"};
	struct pattern_match m;

	for (size_t i = 0; i < ARRAY_LEN(patterns) && !finding_specific(f, "group"); i++)
		if (pattern_find(patterns[i], line, &m))
			add_specific(mem, f, "group", arena_strndup(mem, m.holes[0].text, m.holes[0].length));
}

static struct finding make_finding(const struct explainer *x, struct arena *mem, int row, const char *line, size_t number, const struct pattern_match *m)
{
	struct finding f = {.row = catalogue_find(x->rows[row].pattern->id), .line_number = number, .column = m->start, .n_times = 1};

	for (size_t i = 0; i < m->n_holes; i++)
		add_specific(mem, &f, arena_strndup(mem, m->holes[i].name, m->holes[i].name_length),
		    arena_strndup(mem, m->holes[i].text, m->holes[i].length));
	add_device(mem, &f, line, m->end);
	add_group(mem, &f, line);
	return f;
}

/* Both say which, and it is not the same. */
static bool differ(const struct finding *a, const struct finding *b, const char *name)
{
	const char *one = finding_specific(a, name), *other = finding_specific(b, name);

	return one && other && !str_eq(one, other);
}

static enum explain_how how_of(const struct explainer *x, const struct finding *f)
{
	return x->choose ? x->choose(x->choose_data, f->row, finding_specific(f, "device")) : EXPLAIN_AS_ONE;
}

/* What stops a device is a finding each; of the rest there may be thousands, a finding a kind. */
static bool is_same(const struct explainer *x, const struct finding *a, const struct finding *b, enum explain_how how)
{
	if (a->row != b->row)
		return false;
	if (x->choose)
		return how == EXPLAIN_AS_ONE || !differ(a, b, "device");
	return a->row->severity != SEVERITY_BLOCKER || (!differ(a, b, "device") && !differ(a, b, "group"));
}

static const char *needs_of(const struct explainer *x, int row)
{
	return x->rows[row].pattern->needs;
}

/* What is known already is not kept once more: the same may be said a million times. */
static void merge(struct arena *mem, struct finding *known, const struct finding *f)
{
	for (size_t k = 0; k < f->n_specifics; k++)
		if (!finding_specific(known, f->specifics[k].name))
			add_specific(mem, known, arena_strdup(mem, f->specifics[k].name), arena_strdup(mem, f->specifics[k].text));
}

/* What was said in general of one line of those that go on is said better of all of them. */
static void drop_general(struct explainer *x, int row, const char *line, const struct pattern_match *m)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_pending; i++) {
		const struct pending *p = &x->pending[i];
		bool is_of_these = p->row > row && p->finding.n_times == 1 && p->finding.line_number >= x->above.line_number;
		const char *at = is_of_these ? strstr(line, p->text) : NULL;

		if (!at || at >= line + m->end || at + strlen(p->text) <= line + m->start)
			x->pending[n++] = *p;
	}
	x->n_pending = n;
}

static bool is_full(const struct explainer *x, const struct finding *f, enum explain_how how)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_pending && how == EXPLAIN_BY_DEVICE; i++)
		n += x->pending[i].finding.row == f->row;
	return x->n_pending == x->most_pending || n >= EXPLAIN_DEVICES;
}

static void add_finding(struct explainer *x, const struct finding *f, const char *line, int row, const struct pattern_match *m)
{
	const char *device = finding_specific(f, "device");
	enum explain_how how = how_of(x, f);
	struct pending *p;

	if (how == EXPLAIN_NOT)
		return;
	for (size_t i = 0; i < x->n_pending; i++) {
		struct finding *known = &x->pending[i].finding;

		if (!is_same(x, known, f, how) || !str_eq(needs_of(x, x->pending[i].row), needs_of(x, row)))
			continue;
		/* The line above alone, and with this one behind it, says it once. */
		known->n_times += x->pending[i].last_line < f->line_number;
		x->pending[i].last_line = x->e.n_lines;
		/* The line that says which device. */
		if (how == EXPLAIN_BY_DEVICE && device && !finding_specific(known, "device"))
			known->line = arena_strdup(x->mem, line);
		merge(x->mem, known, f);
		return;
	}
	if (is_full(x, f, how)) {
		x->e.is_cut = true;
		return;
	}
	p = &x->pending[x->n_pending++];
	*p = (struct pending){*f, x->e.n_lines, row, arena_strndup(x->mem, line + m->start, m->end - m->start)};
	p->finding.line = arena_strdup(x->mem, line);
	p->finding.specifics = NULL;
	p->finding.n_specifics = 0;
	merge(x->mem, &p->finding, f);
}

/* ---- lines ---- */

enum fit {
	FIT_NOT,
	FIT_SPEAKS, /* of it, and is unknown */
	FIT_FOUND,
};

struct spans {
	struct pattern_match all[MOST_CANDIDATES];
	size_t n;
};

static bool overlaps(const struct spans *s, const struct pattern_match *m)
{
	for (size_t i = 0; i < s->n; i++)
		if (m->start < s->all[i].end && s->all[i].start < m->end)
			return true;
	return false;
}

/* A line, or several that go on: then a match must begin before `from` and end behind `to`. */
struct piece {
	const char *text;
	size_t number;	    /* of the first line in it */
	size_t from, to;    /* 0 and 0: it is one line */
	size_t last;	    /* where the one before the newest begins */
	size_t last_number; /* its number */
};

static bool is_in_one_line(const struct piece *p, const struct pattern_match *m)
{
	return p->from > 0 && (m->start >= p->from || m->end <= p->from);
}

static void find_in(struct explainer *x, const struct piece *p, int row, struct pattern_match m)
{
	cleanup_arena struct arena mem = {0};
	const char *line = p->text;
	size_t number = p->number;
	struct finding f;

	if (p->from > 0)
		drop_general(x, row, line, &m);
	/* What stands farther above is of other messages. */
	if (p->from > 0 && m.start >= p->last) {
		line += p->last;
		number = p->last_number;
		m.start -= p->last;
		m.end -= p->last;
	}
	f = make_finding(x, &mem, row, line, number, &m);
	add_finding(x, &f, line, row, &m);
}

/* Which of the candidates fit? */
static enum fit look_at(struct explainer *x, const struct piece *p, const struct candidates *c)
{
	enum fit fit = FIT_NOT;
	struct spans spans = {0};

	for (size_t i = 0; i < c->n; i++) {
		const struct row *r = &x->rows[c->rows[i]];
		struct pattern_match m;
		bool fits = pattern_find(r->text, p->text, &m);

		x->steps += m.steps;
		if (!fits)
			continue;
		if (!r->pattern) {
			x->seen[c->rows[i]] = true;
		} else if (overlaps(&spans, &m)) {
			continue;
		} else if (!r->pattern->id) {
			fit = fit == FIT_NOT ? FIT_SPEAKS : fit;
		} else if (!*r->pattern->id || is_in_one_line(p, &m)) {
			/* Of something else; or looked at before. */
			spans.all[spans.n++] = m;
		} else if (m.end > p->to) {
			spans.all[spans.n++] = m;
			find_in(x, p, c->rows[i], m);
			fit = FIT_FOUND;
		}
	}
	return fit;
}

static void add_unknown(struct explainer *x, const char *line)
{
	x->e.n_unknown_lines++;
	for (size_t i = 0; i < x->e.n_unknown; i++)
		if (str_eq(x->e.unknown[i], line))
			return;
	if (x->e.n_unknown == EXPLAIN_UNKNOWN)
		return;
	x->unknown_lines[x->e.n_unknown] = x->e.n_lines;
	*ARENA_PUSH(x->mem, x->e.unknown, x->e.n_unknown) = arena_strdup(x->mem, line);
}

/* What was the beginning of something is not unknown any more. */
static void forget_unknown(struct explainer *x, size_t first_line)
{
	while (x->e.n_unknown > 0 && x->unknown_lines[x->e.n_unknown - 1] >= first_line) {
		x->e.n_unknown--;
		x->e.n_unknown_lines--;
	}
}

/* That a line speaks of it is seen in one piece of it. */
static void add_wrapped_candidates(const struct explainer *x, struct candidates *c, const struct candidates *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct explain_pattern *p = x->rows[more->rows[i]].pattern;

		if (!p || p->id)
			add_candidate(c, more->rows[i]);
	}
}

/* Raw mails end a line that goes on with "=". */
static void drop_soft_break(struct above *a)
{
	if (a->length[1] > 0 && a->text[1][a->length[1] - 1] == '=')
		a->text[1][--a->length[1]] = '\0';
}

/* Does this line go on with those above? They were wrapped at a blank, or at the edge of a terminal. */
static enum fit look_across(struct explainer *x, size_t length, const struct candidates *here)
{
	struct above *a = &x->above;
	unsigned long before = x->steps;
	enum fit fit = FIT_NOT;

	for (int k = 0; k < 2; k++) {
		struct candidates all = a->candidates;
		size_t edge = a->length[k], begin = edge > AROUND_EDGE ? edge - AROUND_EDGE : 0, end;

		if (k == 0)
			a->text[k][a->length[k]++] = ' ';
		memcpy(a->text[k] + a->length[k], x->line, length + 1);
		add_wrapped_candidates(x, &all, here);
		end = a->length[k] + length;
		scan(x, a->text[k] + begin, end - begin < 2 * AROUND_EDGE ? end - begin : 2 * AROUND_EDGE, &all);
		if (fit != FIT_FOUND && all.n > 0)
			fit = look_at(x, &(struct piece){a->text[k], a->line_number, edge, a->length[k], a->last[k], x->e.n_lines - 1}, &all);
		a->last[k] = a->length[k];
		a->length[k] = end;
	}
	drop_soft_break(a);
	add_wrapped_candidates(x, &a->candidates, here);
	x->steps_across += x->steps - before;
	return fit;
}

static void begin_above(struct explainer *x, size_t length, const struct candidates *here)
{
	struct above *a = &x->above;

	a->line_number = x->e.n_lines;
	a->candidates.n = 0;
	add_wrapped_candidates(x, &a->candidates, here);
	for (int k = 0; k < 2; k++) {
		a->last[k] = 0;
		a->length[k] = length >= SHORTEST_WRAPPED && length <= WRAPPED ? length : 0;
		memcpy(a->text[k], x->line, a->length[k] + 1);
		a->text[k][a->length[k]] = '\0';
	}
	drop_soft_break(a);
}

bool explain_line(struct explainer *x, const char *raw, size_t length)
{
	struct candidates here = {0};
	enum fit fit = FIT_NOT, across = FIT_NOT;
	size_t n = log_line_clean(raw, length, x->line);

	x->e.n_lines++;
	scan(x, x->line, n, &here);
	if (here.n > 0)
		fit = look_at(x, &(struct piece){.text = x->line, .number = x->e.n_lines}, &here);
	/* What is chosen from is a log as it is kept, where no line goes on. */
	if (x->choose)
		return fit != FIT_NOT;
	if (n == 0 || x->above.length[0] == 0 || x->above.length[0] > WRAPPED || x->steps_across > MOST_STEPS_ACROSS ||
	    log_line_begins(x->line)) {
		begin_above(x, n, &here);
	} else {
		across = look_across(x, n, &here);
		if (across == FIT_FOUND)
			forget_unknown(x, x->above.line_number);
	}
	if (fit == FIT_SPEAKS && across != FIT_FOUND)
		add_unknown(x, x->line);
	return fit != FIT_NOT || across == FIT_FOUND;
}

/* ---- all of it ---- */

static const struct diagnosis *followed(const struct explainer *x, const struct finding *f)
{
	for (size_t i = 0; i < n_explain_follows; i++)
		for (size_t k = 0; str_eq(explain_follows[i].effect, f->row->id) && k < x->n_pending; k++)
			if (str_eq(x->pending[k].finding.row->id, explain_follows[i].cause))
				return x->pending[k].finding.row;
	return NULL;
}

static unsigned gravity(const struct finding *f)
{
	if (f->row->kind != DIAGNOSIS_FAULT)
		return f->row->kind == DIAGNOSIS_NOTICE ? 20 : 21;
	return (f->follows ? 10 : 0) + (unsigned)f->row->severity;
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;

	if (gravity(one) != gravity(other))
		return gravity(one) < gravity(other) ? -1 : 1;
	if (one->line_number != other->line_number)
		return one->line_number < other->line_number ? -1 : 1;
	return one->column < other->column ? -1 : one->column > other->column;
}

/* Those whose needs are met, each once. */
static void settle(struct explainer *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_pending; i++) {
		struct finding *f = &x->pending[i].finding;
		size_t k = 0;

		if (!is_met(x, needs_of(x, x->pending[i].row)))
			continue;
		while (k < n && !is_same(x, &x->pending[k].finding, f, how_of(x, f)))
			k++;
		if (k < n) {
			x->pending[k].finding.n_times += f->n_times;
			merge(x->mem, &x->pending[k].finding, f);
		} else {
			x->pending[n++] = x->pending[i];
		}
	}
	x->n_pending = n;
}

struct explanation explain_end(struct explainer *x)
{
	struct explanation e = x->e;

	settle(x);
	for (size_t i = 0; i < x->n_pending; i++) {
		struct finding *f = ARENA_PUSH(x->mem, e.findings, e.n_findings);

		*f = x->pending[i].finding;
		f->follows = followed(x, f);
		explain_add_causes(x->mem, f);
	}
	if (e.n_findings > 0)
		qsort(e.findings, e.n_findings, sizeof(*e.findings), compare_findings);
	return e;
}
