/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/boot_view.h"

#include <json-c/json.h>

#include "base/str.h"
#include "view/text.h"

/* Paths are kept without the root in front. */
static const char *path_text(struct arena *mem, const char *file)
{
	return arena_printf(mem, "/%s", view_clean(mem, file));
}

/* ---- JSON ---- */

static struct json_object *text_json(struct arena *mem, const char *text)
{
	return text ? json_object_new_string(view_clean(mem, text)) : NULL;
}

static struct json_object *path_json(struct arena *mem, const char *file)
{
	return file ? json_object_new_string(path_text(mem, file)) : NULL;
}

static struct json_object *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? NULL : json_object_new_boolean(t == TRI_YES);
}

static struct json_object *loader_json(struct arena *mem, const struct boot_loader *l)
{
	struct json_object *o = json_object_new_object();
	bool is_known = l->stack != STACK_UNKNOWN;

	json_object_object_add(o, "name", is_known ? json_object_new_string(boot_stack_name(l->stack)) : NULL);
	json_object_object_add(o, "evidence", text_json(mem, l->evidence));
	json_object_object_add(o, "reason", text_json(mem, l->reason));
	json_object_object_add(o, "tier", is_known ? json_object_new_string(boot_tier_name(l->tier)) : NULL);
	json_object_object_add(o, "file", path_json(mem, l->file));
	json_object_object_add(o, "apply", text_json(mem, l->apply));
	return o;
}

static struct json_object *words_json(struct arena *mem, const struct boot_words *w)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "file", path_json(mem, w->file));
	json_object_object_add(o, "line", w->line > 0 ? json_object_new_int64(w->line) : NULL);
	json_object_object_add(o, "entry", text_json(mem, w->entry));
	json_object_object_add(o, "words", text_json(mem, w->text));
	json_object_object_add(o, "reason", text_json(mem, w->reason));
	return o;
}

static struct json_object *cmdline_json(struct arena *mem, const struct boot *b)
{
	struct boot_words running = {.file = "proc/cmdline", .text = b->cmdline, .reason = b->cmdline ? NULL : "it cannot be read"};
	struct json_object *o = json_object_new_object(), *generated = words_json(mem, &b->generated);
	bool has_running_entry = b->running_entry.file != NULL;

	json_object_object_add(o, "configured", words_json(mem, &b->configured));
	json_object_object_add(generated, "entries", json_object_new_uint64(b->n_entries));
	json_object_object_add(generated, "running_entry", has_running_entry ? words_json(mem, &b->running_entry) : NULL);
	json_object_object_add(o, "generated", generated);
	json_object_object_add(o, "running", words_json(mem, &running));
	return o;
}

static const char *unit_kind(const char *name)
{
	static const struct {
		const char *start, *kind;
	} kinds[] = {{"dmar", "intel"}, {"ivhd", "amd"}, {"smmu3", "smmu-v3"}, {"smmu", "smmu"}, {"virtio", "virtio"}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(name, kinds[i].start))
			return kinds[i].kind;
	return "other";
}

static struct json_object *iommu_json(struct arena *mem, const struct boot *b, const struct boot_answer *a)
{
	const struct boot_iommu *i = &b->iommu;
	struct json_object *o = json_object_new_object(), *units = json_object_new_array(), *types = json_object_new_object();

	json_object_object_add(o, "state", json_object_new_string(iommu_state_name(a->iommu)));
	json_object_object_add(o, "text", text_json(mem, a->iommu_text));
	json_object_object_add(
	    o, "groups", i->has_list == TRI_UNKNOWN ? NULL : json_object_new_uint64(i->n_groups - i->n_noiommu));
	for (size_t k = 0; k < i->n_units; k++) {
		struct json_object *unit = json_object_new_object();

		json_object_object_add(unit, "name", text_json(mem, i->units[k].name));
		json_object_object_add(unit, "kind", json_object_new_string(unit_kind(i->units[k].name)));
		json_object_array_add(units, unit);
	}
	json_object_object_add(o, "units", units);
	for (size_t k = 0; k < i->n_types; k++)
		json_object_object_add(types, view_clean(mem, i->types[k].type), json_object_new_uint64(i->types[k].n_groups));
	json_object_object_add(o, "domain_types", types);
	json_object_object_add(o, "firmware_table", text_json(mem, i->acpi_table));
	json_object_object_add(o, "interrupt_remapping", tri_json(i->is_remapped));
	json_object_object_add(o, "unsafe_interrupts_allowed", tri_json(i->is_unsafe_allowed));
	return o;
}

static struct json_object *changes_json(struct arena *mem, const struct boot_change *list, size_t n, const char *now, const char *then)
{
	struct json_object *o = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_new_object();

		json_object_object_add(row, "word", text_json(mem, list[i].word));
		json_object_object_add(row, now, json_object_new_boolean(list[i].is_now));
		json_object_object_add(row, then, json_object_new_boolean(list[i].is_then));
		json_object_object_add(row, "matters", json_object_new_boolean(list[i].matters));
		json_object_array_add(o, row);
	}
	return o;
}

struct json_object *view_boot_json(struct arena *mem, const struct boot *b, const struct boot_answer *a)
{
	struct json_object *o = json_object_new_object(), *initramfs = json_object_new_object(), *notes = json_object_new_array();

	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "loader", loader_json(mem, &a->loader));
	json_object_object_add(o, "cmdline", cmdline_json(mem, b));
	json_object_object_add(o, "iommu", iommu_json(mem, b, a));
	json_object_object_add(initramfs, "generator", text_json(mem, a->initramfs));
	json_object_object_add(initramfs, "evidence", text_json(mem, a->initramfs_evidence));
	json_object_object_add(o, "initramfs", initramfs);
	json_object_object_add(o, "reboot_would_change",
	    a->can_compare ? changes_json(mem, a->changes, a->n_changes, "running", "after_reboot") : NULL);
	json_object_object_add(o, "not_generated",
	    a->can_compare_configured ? changes_json(mem, a->pending, a->n_pending, "generated", "configured") : NULL);
	for (size_t i = 0; i < a->n_notes; i++) {
		struct json_object *row = json_object_new_object();

		json_object_object_add(row, "id", json_object_new_string(a->notes[i].id));
		json_object_object_add(row, "text", text_json(mem, a->notes[i].text));
		json_object_array_add(notes, row);
	}
	json_object_object_add(o, "notes", notes);
	json_object_object_add(o, "unconfirmed", b->knows_boots ? json_object_new_int64(b->boots.unconfirmed) : NULL);
	return o;
}

/* ---- for reading ---- */

static void print_words(FILE *out, struct arena *mem, const char *name, const struct boot_words *w)
{
	const char *place = w->file ? path_text(mem, w->file) : NULL;

	if (w->line > 0)
		place = arena_printf(mem, "%s:%u", place, w->line);
	if (w->entry)
		place = arena_printf(mem, "%s, %s", place, view_clean(mem, w->entry));
	if (!w->text)
		(void)fprintf(out, "%-12s cannot tell: %s%s%s\n", name, place ? place : "", place ? ": " : "",
		    w->reason ? view_clean(mem, w->reason) : "nothing says so");
	else
		(void)fprintf(out, "%-12s %s\n%12s from %s\n", name, *w->text ? view_clean(mem, w->text) : "(nothing)", "", place ? place : "-");
}

static void print_loader(FILE *out, struct arena *mem, const struct boot_loader *l)
{
	const char *file = l->file ? path_text(mem, l->file) : NULL, *apply = l->apply ? view_clean(mem, l->apply) : NULL;

	if (l->stack == STACK_UNKNOWN) {
		(void)fprintf(out, "%-12s cannot tell: %s\n", "loader", view_clean(mem, l->reason));
		return;
	}
	(void)fprintf(out, "%-12s %s (%s)\n", "loader", boot_stack_name(l->stack), view_clean(mem, l->evidence));
	switch (l->tier) {
	case TIER_WRITTEN:
		(void)fprintf(out, "%-12s %s, then %s\n", "words go to", file, apply);
		break;
	case TIER_TOOL:
		(void)fprintf(out, "%-12s %s\n", "words go by", apply);
		break;
	case TIER_PRINTED:
		(void)fprintf(out, "%-12s %s, by hand%s%s\n", file || !apply ? "words go to" : "words go by",
		    file ? file : apply ? apply : "the loader's entry", file && apply ? ", then " : "", file && apply ? apply : "");
		break;
	case TIER_NONE:
	case BOOT_TIERS:
		break;
	}
}

static void print_iommu(FILE *out, struct arena *mem, const struct boot *b, const struct boot_answer *a)
{
	const struct boot_iommu *i = &b->iommu;
	const char *more = "";

	for (size_t k = 0; k < i->n_types; k++)
		more = arena_printf(mem, "%s%s%s %zu", more, k > 0 ? ", " : " (", view_clean(mem, i->types[k].type), i->types[k].n_groups);
	more = arena_printf(mem, "%s%s", more, i->n_types > 0 ? ")" : "");
	for (size_t k = 0; k < i->n_units && k < 8; k++)
		more = arena_printf(mem, "%s%s %s", more, k > 0 ? "" : ";", view_clean(mem, i->units[k].name));
	(void)fprintf(out, "%-12s %s: %s%s\n", "IOMMU", iommu_state_name(a->iommu), view_clean(mem, a->iommu_text), more);
	(void)fprintf(out, "%-12s %s\n", "interrupts",
	    i->is_remapped == TRI_YES  ? "remapped"
	    : i->is_remapped == TRI_NO ? "not remapped"
				       : "cannot tell whether they are remapped");
}

static void print_changes(FILE *out, struct arena *mem, const struct boot_change *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "  %c %s%s\n", list[i].is_then ? '+' : '-', view_clean(mem, list[i].word), list[i].matters ? "" : " (of no matter here)");
}

void view_boot(FILE *out, struct arena *mem, const struct boot *b, const struct boot_answer *a)
{
	struct boot_words running = {.file = "proc/cmdline", .text = b->cmdline, .reason = "it cannot be read"};

	print_loader(out, mem, &a->loader);
	print_words(out, mem, "configured", &b->configured);
	print_words(out, mem, "generated", &b->generated);
	print_words(out, mem, "running", &running);
	print_iommu(out, mem, b, a);
	if (a->initramfs)
		(void)fprintf(out, "%-12s %s (%s)\n", "early image", a->initramfs, view_clean(mem, a->initramfs_evidence));
	else
		(void)fprintf(out, "%-12s cannot tell: %s\n", "early image", view_clean(mem, a->initramfs_evidence));
	if (!a->can_compare)
		(void)fprintf(out, "what a reboot would change cannot be told\n");
	else if (a->n_changes == 0)
		(void)fprintf(out, "a reboot would change no word\n");
	else
		(void)fprintf(out, "a reboot would change:\n");
	print_changes(out, mem, a->changes, a->n_changes);
	if (a->n_pending > 0)
		(void)fprintf(out, "configured, and not in what the loader has:\n");
	print_changes(out, mem, a->pending, a->n_pending);
	for (size_t i = 0; i < a->n_notes; i++)
		(void)fprintf(out, "note: %s\n", view_clean(mem, a->notes[i].text));
}
