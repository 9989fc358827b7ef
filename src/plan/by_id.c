/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/by_id.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/our_file.h"
#include "plan/notes.h"

const char *by_id_modules(struct arena *mem, const struct native_modules *m)
{
	const char *text = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (is_module_name(m->names[i]) && strlen(text ? text : "") + LONGEST_MODULE_NAME + 1 < LONGEST_CLAIM_TEXT)
			text = text ? arena_printf(mem, "%s,%s", text, m->names[i]) : m->names[i];
	return text ? text : "none";
}

/* ---- may it be? ---- */

int check_by_id(const struct by_id_facts *facts, const struct pci_function *f, struct err *e)
{
	if (f->class_code >> 16 == 0x01) {
		(void)err_set(e, -EOPNOTSUPP, "%s is a storage controller: by ids it would be taken before anyone can see what is on it, "
		    "and any other of its kind with it", f->name);
		return err_hint(e, "claim it without --by-id: then it is held by where it sits");
	}
	if (facts->is_vfio_builtin) {
		(void)err_set(e, -EOPNOTSUPP, "vfio-pci is built into this kernel, which takes its ids from its command line alone, "
		    "not from modprobe.d");
		return err_hint(e, "vfio-pci.ids=%04x:%04x is the word; claim without --by-id needs none", f->vendor, f->device);
	}
	return 0;
}

static bool is_one_of(const int *functions, size_t n, size_t index)
{
	for (size_t i = 0; i < n; i++)
		if (functions[i] == (int)index)
			return true;
	return false;
}

size_t by_id_twins(struct arena *mem, const struct host *h, const int *functions, size_t n, int **ret)
{
	struct vfio_ids ids = {0};
	size_t n_twins = 0;

	*ret = NULL;
	for (size_t i = 0; i < n; i++)
		if (h->functions[functions[i]].has_ids)
			vfio_ids_add_function(mem, &ids, h->functions[functions[i]].vendor, h->functions[functions[i]].device);
	for (size_t i = 0; i < h->n_functions; i++)
		if (!is_one_of(functions, n, i) && !function_is_bridge(&h->functions[i]) && vfio_ids_match(&ids, &h->functions[i]))
			*ARENA_PUSH(mem, *ret, n_twins) = (int)i;
	return n_twins;
}

/* ---- other people's ids ---- */

/* The line of somebody else that decides on one side of our file: the last one, as the kernel keeps it. */
struct other_ids {
	const struct modprobe_line *line; /* NULL: there is none */
	const char *ids;
};

static bool is_vfio_line(const struct modprobe_line *line)
{
	return line->verb == MODPROBE_OPTIONS && str_same_module(line->name, "vfio_pci") && !str_eq(line->file, MODPROBE_IDS_FILE);
}

/* Files are read in the order of their names, whatever folder they lie in. */
static struct other_ids find_other_ids(struct arena *mem, const struct modprobe_conf *c, bool is_behind)
{
	struct other_ids found = {0};

	for (size_t i = 0; i < c->n_lines; i++) {
		const struct modprobe_line *line = &c->lines[i];
		const char *ids = is_vfio_line(line) ? modprobe_option(mem, line->rest, "ids") : NULL;

		if (ids && (strcmp(str_base(line->file), str_base(MODPROBE_IDS_FILE)) > 0) == is_behind)
			found = (struct other_ids){line, ids};
	}
	return found;
}

static bool has_all(struct arena *mem, const char *list, const struct vfio_ids *wanted)
{
	struct vfio_ids theirs = {0}, both = {0};

	/* A piece that is not understood is passed over by the kernel, and so is what follows here: then they are not all
	 * there. */
	(void)vfio_ids_add(mem, &theirs, list, NULL);
	(void)vfio_ids_add(mem, &both, list, NULL);
	for (size_t i = 0; i < wanted->n; i++)
		(void)vfio_ids_add(mem, &both, wanted->items[i].text, NULL);
	return both.n == theirs.n;
}

static int refuse_winner(struct arena *mem, const struct by_id_facts *facts, const struct other_ids *behind,
    const struct vfio_ids *wanted, struct err *e)
{
	const char *text = vfio_ids_text(mem, wanted);

	if (facts->cmdline_ids) {
		(void)err_set(e, -EBUSY, "the kernel's command line has vfio-pci.ids=%.100s, which wins over every file",
		    facts->cmdline_ids);
		return err_hint(e, "put %.120s there too, or take the word away (passthru boot status says where) and boot once", text);
	}
	(void)err_set(e, -EBUSY, "%.200s line %u sets ids=%.100s, is read behind %s and wins over it", behind->line->file,
	    behind->line->number, behind->ids, MODPROBE_IDS_FILE);
	return err_hint(e, "add %.100s to that line, or take it away and claim what it names as well", text);
}

/* Theirs ahead of ours are lost unless they are written again. */
static int merge_ids(struct arena *mem, const struct by_id_facts *facts, const struct vfio_ids *wanted, struct vfio_ids *ret,
    struct err *e)
{
	struct other_ids ahead = find_other_ids(mem, &facts->conf, false), behind = find_other_ids(mem, &facts->conf, true);
	const char *winner = facts->cmdline_ids ? facts->cmdline_ids : behind.ids;
	int r = 0;

	if (winner && !has_all(mem, winner, wanted))
		return refuse_winner(mem, facts, &behind, wanted, e);
	*ret = (struct vfio_ids){0};
	if (ahead.line)
		r = vfio_ids_add(mem, ret, ahead.ids, e);
	if (r < 0) {
		(void)err_add(e, "%.200s line %u, which must be merged", ahead.line->file, ahead.line->number);
		return err_hint(e, "mend that line or take it away");
	}
	for (size_t i = 0; i < wanted->n; i++)
		(void)vfio_ids_add(mem, ret, wanted->items[i].text, NULL);
	if (strlen(vfio_ids_text(mem, ret)) > LONGEST_VFIO_IDS)
		return err_set(e, -E2BIG, "vfio-pci takes %d letters of ids at most, and these are more", LONGEST_VFIO_IDS);
	return 0;
}

/* ---- the file ---- */

struct names {
	const char **items;
	size_t n;
};

static void add_name(struct arena *mem, struct names *names, const char *name)
{
	size_t at = 0;

	while (at < names->n && strcmp(names->items[at], name) < 0)
		at++;
	if (at < names->n && str_eq(names->items[at], name))
		return;
	*ARENA_PUSH(mem, names->items, names->n) = name;
	/* In the order of the alphabet, so that the same claims make the same file. */
	for (size_t i = names->n - 1; i > at; i--) {
		names->items[i] = names->items[i - 1];
		names->items[i - 1] = name;
	}
}

static void add_names(struct arena *mem, struct names *names, const char *list)
{
	if (str_eq(list, "none"))
		return;
	for (size_t length; *list; list += length + (list[length] == ',')) {
		length = strcspn(list, ",");
		add_name(mem, names, module_name(mem, arena_strndup(mem, list, length)));
	}
}

static const char *compose(struct arena *mem, const struct vfio_ids *ids, const struct names *modules)
{
	const char **texts = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ids->n; i++)
		*ARENA_PUSH(mem, texts, n) = ids->items[i].text;
	return modprobe_ids_text(mem, texts, n, modules->items, modules->n);
}

static int check_readable(const struct by_id_facts *facts, struct err *e)
{
	if (facts->conf.n_unread > 0)
		return err_set(e, -EIO, "%s cannot be read, and may have ids that win over these: %s", facts->conf.unread[0].file,
		    facts->conf.unread[0].text);
	return 0;
}

int plan_by_id_file(struct arena *mem, const struct by_id_facts *facts, const struct claim *claims, size_t n, struct plan *p,
    struct err *e)
{
	struct vfio_ids wanted = {0}, merged = {0};
	struct names modules = {0};
	const char *text = NULL;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		if (!claims[i].by_id)
			continue;
		vfio_ids_add_function(mem, &wanted, claims[i].vendor, claims[i].device);
		add_names(mem, &modules, claims[i].by_id);
	}
	if (wanted.n > 0) {
		r = check_readable(facts, e);
		r = r < 0 ? r : merge_ids(mem, facts, &wanted, &merged, e);
		text = r < 0 ? NULL : compose(mem, &merged, &modules);
	}
	if (r < 0 || (str_eq(text, facts->ours) && !facts->is_odd))
		return r;
	if (facts->is_odd || (facts->ours && !modprobe_ids_is_ours(mem, facts->ours))) {
		(void)err_set(e, -EEXIST, "%s is there, and not as passthru writes it", MODPROBE_IDS_FILE);
		return err_hint(e, "move what somebody wrote there to a file of another name");
	}
	plan_add_move(mem, p, KIND_FILE, MODPROBE_IDS_FILE, (struct value){.text = facts->ours}, (struct value){.text = text});
	return 0;
}

/* ---- notes ---- */

static bool is_claimed_by_id(const struct claims *c, const struct pci_function *f)
{
	for (size_t i = 0; i < c->n; i++)
		if (f->path && c->items[i].claim.by_id && port_path_equal(&c->items[i].claim.path, f->path))
			return true;
	return false;
}

static void add_native_notes(struct notes *notes, const struct pci_function *f, const struct native_modules *m)
{
	for (size_t i = 0; i < m->n_builtin; i++)
		notes_add(notes,
		    arena_printf(notes->mem,
			"%s: %s is built into this kernel and takes it before any module is loaded, so no softdep helps; only the word "
			"vfio-pci.ids=%04x:%04x would, where vfio-pci is built in too",
			f->name, m->builtin[i], f->vendor, f->device));
	if (m->is_unknown)
		notes_add(notes,
		    arena_printf(notes->mem, "%s: which modules would take it cannot be told here, so only %s waits for vfio-pci", f->name,
			m->n > 0 ? m->names[0] : "none"));
}

static void add_other_notes(struct notes *notes, const struct by_id_facts *facts)
{
	struct other_ids ahead = find_other_ids(notes->mem, &facts->conf, false);
	struct other_ids behind = find_other_ids(notes->mem, &facts->conf, true);

	if (ahead.line)
		notes_add(notes,
		    arena_printf(notes->mem, "%s line %u sets ids=%s; the kernel keeps the last ids alone, so they are written again here",
			ahead.line->file, ahead.line->number, ahead.ids));
	if (facts->cmdline_ids)
		notes_add(notes,
		    arena_printf(notes->mem, "the kernel's command line has vfio-pci.ids=%s, which wins over the file; these ids are among them",
			facts->cmdline_ids));
	else if (behind.line)
		notes_add(notes,
		    arena_printf(notes->mem, "%s line %u sets ids=%s and wins over the file; these ids are among them", behind.line->file,
			behind.line->number, behind.ids));
	for (size_t i = 0; i < facts->conf.n_lines; i++) {
		const struct modprobe_line *line = &facts->conf.lines[i];

		if (line->verb == MODPROBE_INSTALL && str_same_module(line->name, "vfio_pci"))
			notes_add(notes,
			    arena_printf(notes->mem, "%s line %u runs a command in place of loading vfio-pci: it must load it with its options",
				line->file, line->number));
	}
}

size_t by_id_notes(struct arena *mem, const struct by_id_facts *facts, const struct host *h, const struct claims *c,
    const int *functions, size_t n, const char ***ret)
{
	struct notes notes = {.mem = mem};
	int *twins;
	size_t n_twins = by_id_twins(mem, h, functions, n, &twins);

	for (size_t i = 0; i < n; i++)
		if (facts->native)
			add_native_notes(&notes, &h->functions[functions[i]], &facts->native[functions[i]]);
	for (size_t i = 0; i < n_twins; i++) {
		const struct pci_function *f = &h->functions[twins[i]];

		if (!is_claimed_by_id(c, f))
			notes_add(&notes,
			    arena_printf(mem, "%s has the same ids, %04x:%04x: vfio-pci takes it at boot as well", f->name, f->vendor, f->device));
	}
	add_other_notes(&notes, facts);
	*ret = notes.items;
	return notes.n;
}
