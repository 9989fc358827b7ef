/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/plan.h"

#include <string.h>

#include "base/str.h"
#include "model/access.h"

static const struct kind_row {
	const char *name;
	enum step_type type;
	enum value_type value;
	const char *yes, *no; /* VALUE_FLAG, in words */
} kind_rows[] = {
    [KIND_BINDING] = {"binding", STEP_MOVE, VALUE_BINDING},
    [KIND_MODULE] = {"module", STEP_MOVE, VALUE_FLAG, "loaded", "not loaded"},
    [KIND_RESET] = {"reset", STEP_MOVE, VALUE_TEXT},
    [KIND_UNIT] = {"unit", STEP_MOVE, VALUE_FLAG, "active", "not active"},
    [KIND_HUGEPAGES] = {"hugepages", STEP_MOVE, VALUE_PAGES},
    [KIND_DEPENDANT] = {"dependant", STEP_MOVE, VALUE_FLAG, "loaded", "not loaded"},
    [KIND_CONSOLE] = {"console", STEP_MOVE, VALUE_FLAG, "bound", "not bound"},
    [KIND_FRAMEBUFFER] = {"framebuffer", STEP_MOVE, VALUE_FLAG, "bound", "not bound"},
    [KIND_INTERFACE] = {"interface", STEP_MOVE, VALUE_FLAG, "up", "down"},
    [KIND_PROCESS] = {"process", STEP_MOVE, VALUE_FLAG, "running", "ended"},
    [KIND_ACCESS] = {"access", STEP_MOVE, VALUE_ACCESS},
    [KIND_FILE] = {"file", STEP_MOVE, VALUE_FILE},
    [KIND_WORD] = {"word", STEP_MOVE, VALUE_FLAG, "present", "absent"},
    [KIND_SETTING] = {"setting", STEP_MOVE, VALUE_TEXT},
    [KIND_IDENTITY] = {"identity", STEP_REQUIRE, VALUE_TEXT},
    [KIND_USES] = {"uses", STEP_REQUIRE, VALUE_TEXT},
    [KIND_UNHELD] = {"unheld", STEP_REQUIRE, VALUE_FLAG, "held by nobody", "held open"},
    [KIND_VIABLE] = {"viable", STEP_REQUIRE, VALUE_FLAG, "viable", "not viable"},
    [KIND_NODE] = {"node", STEP_AWAIT, VALUE_FLAG, "there", "not there"},
    [KIND_UNUSED] = {"unused", STEP_REQUIRE, VALUE_FLAG, "used by nobody", "in use"},
    [KIND_GENERATED] = {"generated", STEP_REQUIRE, VALUE_TEXT},
    [KIND_IMAGE] = {"image", STEP_REQUIRE, VALUE_FLAG, "complete", "not complete"},
};
static_assert(ARRAY_LEN(kind_rows) == KINDS, "every kind has a row");

bool kind_is_of_function(enum kind k)
{
	return k == KIND_BINDING || k == KIND_RESET;
}

bool plan_concerns(const struct plan *p, const struct step *s)
{
	if (s->kind != KIND_IDENTITY)
		return kind_is_of_function(s->kind);
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_ACCESS)
			return true;
	return false;
}

bool kind_is_lasting(enum kind k)
{
	return k == KIND_FILE || k == KIND_WORD || k == KIND_SETTING;
}

bool kind_is_of_derived(enum kind k)
{
	return k == KIND_GENERATED || k == KIND_IMAGE;
}

bool plan_is_lasting(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (kind_is_lasting(p->steps[i].kind))
			return true;
	return p->n_derived > 0;
}

const char *kind_name(enum kind k)
{
	return kind_rows[k].name;
}

enum value_type kind_value_type(enum kind k)
{
	return kind_rows[k].value;
}

bool kind_allows(enum kind k, enum step_type t)
{
	return t == kind_rows[k].type || (k == KIND_UNUSED && t == STEP_AWAIT);
}

const char *step_type_name(enum step_type t)
{
	static const char *const names[] = {
	    [STEP_MOVE] = "move", [STEP_REQUIRE] = "require", [STEP_AWAIT] = "await"};
	static_assert(ARRAY_LEN(names) == STEP_TYPES, "every type of step has a name");

	return names[t];
}

const char *way_back_name(enum way_back b)
{
	static const char *const names[] = {
	    [BACK_EXACT] = "exact", [BACK_BEST_EFFORT] = "best-effort", [BACK_NONE] = "none"};
	static_assert(ARRAY_LEN(names) == BACK_WAYS, "every way back has a name");

	return names[b];
}

bool value_equal(enum kind kind, const struct value *a, const struct value *b)
{
	switch (kind_rows[kind].value) {
	case VALUE_FLAG:
		return a->flag == b->flag;
	case VALUE_BINDING:
		return str_eq(a->driver, b->driver) && str_eq(a->driver_override, b->driver_override);
	case VALUE_TEXT:
		return str_eq(a->text, b->text);
	case VALUE_ACCESS:
		return access_equal(a->text, b->text);
	case VALUE_FILE:
		return !a->flag && !b->flag && str_eq(a->text, b->text);
	case VALUE_PAGES:
		return a->number <= b->number && b->number - a->number <= b->short_by;
	}
	return false;
}

/* Idempotence lives here: what is already as wanted is no move. */
void plan_add_move(
    struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value have, struct value want)
{
	plan_add_move_back(mem, p, kind, target, have, want, BACK_EXACT);
}

void plan_add_move_back(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value have,
    struct value want, enum way_back back)
{
	if (value_equal(kind, &have, &want))
		return;
	*ARENA_PUSH(mem, p->steps, p->n_steps) = (struct step){
	    .type = STEP_MOVE, .kind = kind, .back = back, .target = target, .have = have, .want = want};
}

bool process_target_parse(const char *target, struct pci_addr *ret_function, int *ret_pid, uint64_t *ret_start)
{
	const char *slash = strchr(target, '/'), *at = slash ? strchr(slash, '@') : NULL;
	char address[PCI_ADDR_TEXT], again[PCI_ADDR_TEXT];
	uint64_t pid;

	if (!at || (size_t)(slash - target) >= sizeof(address))
		return false;
	memcpy(address, target, (size_t)(slash - target));
	address[slash - target] = '\0';
	if (!pci_addr_parse(address, ret_function) || !str_eq(pci_addr_format(*ret_function, again), address) ||
	    !str_number_n(slash + 1, (size_t)(at - slash - 1), 10, INT32_MAX, &pid) || pid < 2)
		return false;
	*ret_pid = (int)pid;
	return str_number(at + 1, 10, UINT64_MAX, ret_start);
}

void plan_add_require(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value want)
{
	*ARENA_PUSH(mem, p->steps, p->n_steps) =
	    (struct step){.type = STEP_REQUIRE, .kind = kind, .target = target, .want = want};
}

void plan_add_await(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value want,
    unsigned limit_ms)
{
	*ARENA_PUSH(mem, p->steps, p->n_steps) = (struct step){
	    .type = STEP_AWAIT, .kind = kind, .target = target, .want = want, .limit_ms = limit_ms};
}

void plan_add_derived(struct arena *mem, struct plan *p, const char *command)
{
	for (size_t i = 0; i < p->n_derived; i++)
		if (str_eq(p->derived[i], command))
			return;
	*ARENA_PUSH(mem, p->derived, p->n_derived) = command;
}

size_t plan_count_moves(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		n += p->steps[i].type == STEP_MOVE;
	return n;
}

static const char *describe_binding(struct arena *mem, const struct value *v)
{
	const char *driver = v->driver ? v->driver : "no driver";

	if (!v->driver_override)
		return driver;
	return arena_printf(mem, "%s (driver_override %s)", driver, v->driver_override);
}

/* With a sign: it is what passthru adds to the pool. */
static const char *describe_pages(struct arena *mem, const struct value *v)
{
	const char *pages = arena_printf(mem, "+%llu page%s", (unsigned long long)v->number, v->number == 1 ? "" : "s");

	if (v->short_by == 0)
		return pages;
	return arena_printf(mem, "%s (at least +%llu)", pages, (unsigned long long)(v->number - v->short_by));
}

static const char *describe_file(struct arena *mem, const struct value *v)
{
	size_t n = 0;

	if (v->flag)
		return "no file as passthru writes them (root's, mode 0644, one link)";
	if (!v->text)
		return "absent";
	for (const char *c = v->text; *c; c++)
		n += *c == '\n';
	return arena_printf(mem, "a file of %zu line%s", n, n == 1 ? "" : "s");
}

static const char *describe_text(struct arena *mem, enum kind kind, const char *text)
{
	if (kind == KIND_USES)
		return text && *text ? text : "no use";
	if (kind == KIND_RESET)
		return text && *text ? arena_printf(mem, "reset by %s", text) : "no reset";
	return text;
}

const char *value_describe(struct arena *mem, enum kind kind, const struct value *v)
{
	switch (kind_rows[kind].value) {
	case VALUE_FLAG:
		return v->flag ? kind_rows[kind].yes : kind_rows[kind].no;
	case VALUE_BINDING:
		return describe_binding(mem, v);
	case VALUE_TEXT:
		return describe_text(mem, kind, v->text);
	case VALUE_ACCESS:
		return access_describe(mem, v->text);
	case VALUE_FILE:
		return describe_file(mem, v);
	case VALUE_PAGES:
		return describe_pages(mem, v);
	}
	return "";
}

bool plan_equal(const struct plan *a, const struct plan *b)
{
	if (a->n_steps != b->n_steps || a->n_derived != b->n_derived)
		return false;
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct step *x = &a->steps[i], *y = &b->steps[i];

		if (x->type != y->type || x->kind != y->kind || !str_eq(x->target, y->target) || x->limit_ms != y->limit_ms || x->back != y->back ||
		    !value_equal(x->kind, &x->want, &y->want) ||
		    (x->type == STEP_MOVE && !value_equal(x->kind, &x->have, &y->have)))
			return false;
	}
	for (size_t i = 0; i < a->n_derived; i++)
		if (!str_eq(a->derived[i], b->derived[i]))
			return false;
	return true;
}

struct plan plan_inverse(struct arena *mem, const struct plan *p)
{
	struct plan inverse = {0};

	for (size_t i = p->n_steps; i-- > 0;) {
		struct step step = p->steps[i];

		if (step.type != STEP_MOVE)
			continue;
		step.have = p->steps[i].want;
		step.want = p->steps[i].have;
		*ARENA_PUSH(mem, inverse.steps, inverse.n_steps) = step;
	}
	inverse.derived = p->derived;
	inverse.n_derived = p->n_derived;
	return inverse;
}

const char *function_identity(struct arena *mem, const struct pci_function *f)
{
	return arena_printf(mem, "%04x:%04x class %06x", f->vendor, f->device, f->class_code);
}

const char *function_uses(struct arena *mem, const struct host *h, int function)
{
	char *text = arena_strdup(mem, "");
	size_t n = 0;

	for (size_t i = 0; i < h->n_uses; i++) {
		const struct use *u = &h->uses[i];

		if (u->function != function)
			continue;
		n++;
		if (strlen(text) < LONGEST_USES / 2)
			text = arena_printf(mem, "%s%s%s: %.200s", text, *text ? "; " : "", use_kind_name(u->kind), u->subject);
	}
	if (strlen(text) >= LONGEST_USES / 2)
		text = arena_printf(mem, "%s; %zu in all", text, n);
	/* A mount point may hold any byte; what is compared and journalled holds letters. */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
	return text;
}

/* The length of the first of the uses. */
static size_t use_length(const char *uses)
{
	const char *end = strstr(uses, "; ");

	return end ? (size_t)(end - uses) : strlen(uses);
}

static const char *next_use(const char *uses)
{
	uses += use_length(uses);
	return uses + (*uses ? strlen("; ") : 0);
}

static bool has_use(const char *uses, const char *one, size_t length)
{
	for (; *uses; uses = next_use(uses))
		if (use_length(uses) == length && memcmp(uses, one, length) == 0)
			return true;
	return false;
}

bool uses_are_within(const char *now, const char *seen)
{
	for (; *now; now = next_use(now))
		if (!has_use(seen, now, use_length(now)))
			return false;
	return true;
}

bool is_firmware_framebuffer(const char *platform_device)
{
	static const char *const known[] = {"efi-framebuffer.", "simple-framebuffer.", "vesa-framebuffer.", "platform-framebuffer."};
	uint64_t number;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_starts(platform_device, known[i]))
			return str_number(platform_device + strlen(known[i]), 10, INT32_MAX, &number);
	return false;
}
