/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/host_view.h"

#include <json-c/json.h>
#include <string.h>

#include "base/str.h"
#include "view/text.h"

static struct json_object *text_or_null(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

/* ---- verdicts ---- */

static struct json_object *addresses_json(const struct host *h, const int *indices, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(h->functions[indices[i]].name));
	return list;
}

static struct json_object *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? NULL : json_object_new_boolean(t == TRI_YES);
}

struct json_object *view_verdict_json(struct arena *mem, const struct host *h, const struct verdict *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *blockers = json_object_new_array();
	struct json_object *notes = json_object_new_array();

	for (size_t i = 0; i < v->n_blockers; i++) {
		struct json_object *b = json_object_new_object();

		json_object_object_add(b, "address", json_object_new_string(view_clean(mem, v->blockers[i].name)));
		json_object_object_add(b, "reason", json_object_new_string(block_reason_name(v->blockers[i].reason)));
		json_object_array_add(blockers, b);
	}
	for (size_t i = 0; i < v->n_notes; i++) {
		struct json_object *n = json_object_new_object();

		json_object_object_add(n, "id", json_object_new_string(v->notes[i].id));
		json_object_object_add(n, "text", json_object_new_string(v->notes[i].text));
		json_object_object_add(n, "evidence", text_or_null(v->notes[i].evidence));
		json_object_array_add(notes, n);
	}
	json_object_object_add(o, "answer", json_object_new_string(answer_name(v->answer)));
	json_object_object_add(o, "viable_now", tri_json(v->viable_now));
	json_object_object_add(o, "companions", addresses_json(h, v->companions, v->n_companions));
	json_object_object_add(o, "bridges", addresses_json(h, v->bridges, v->n_bridges));
	json_object_object_add(o, "blockers", blockers);
	json_object_object_add(o, "notes", notes);
	return o;
}

struct json_object *view_group_json(
    struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "group", json_object_new_int(g->number));
	json_object_object_add(o, "functions", addresses_json(h, g->functions, g->n_functions));
	json_object_object_add(o, "verdict", view_verdict_json(mem, h, v));
	return o;
}

static const char *answer_sentence(enum answer a)
{
	static const char *const sentences[] = {
	    [ANSWER_READY] = "ready: it can be handed over by itself",
	    [ANSWER_READY_WITH_COMPANIONS] = "ready with companions: it can be handed over together with those below",
	    [ANSWER_BLOCKED] = "blocked: it cannot be handed over as things are",
	    [ANSWER_CANNOT_TELL] = "cannot tell: facts are missing",
	};
	static_assert(ARRAY_LEN(sentences) == ANSWERS, "every answer has its sentence");

	return sentences[a];
}

static const char *viable_sentence(enum tri viable)
{
	switch (viable) {
	case TRI_YES:
		return "yes: the kernel would let VFIO have the group with the drivers bound as they are";
	case TRI_NO:
		return "no: a member of the group is still on a driver of the host";
	case TRI_UNKNOWN:
		break;
	}
	return "unknown";
}

static void view_member(FILE *out, struct arena *mem, const struct pci_function *f, const char *role)
{
	(void)fprintf(out, "  %-10s %s  %s%s%s%s\n", role, f->name,
	    f->description ? view_clean(mem, f->description) : "", f->driver ? "  [" : "",
	    f->driver ? view_clean(mem, f->driver) : "", f->driver ? "]" : "");
}

static void view_verdict(FILE *out, struct arena *mem, const struct host *h, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_companions; i++)
		view_member(out, mem, &h->functions[v->companions[i]], "companion");
	for (size_t i = 0; i < v->n_bridges; i++)
		view_member(out, mem, &h->functions[v->bridges[i]], "bridge");
	for (size_t i = 0; i < v->n_blockers; i++) {
		const struct blocker *b = &v->blockers[i];

		if (b->reason == BLOCK_STRANGER)
			view_member(out, mem, &h->functions[b->index], "stranger");
		else if (b->index < 0)
			(void)fprintf(out, "  %-10s %s\n", "not PCI", view_clean(mem, b->name));
	}
	for (size_t i = 0; i < v->n_notes; i++) {
		(void)fprintf(out, "  note: %s\n", v->notes[i].text);
		if (v->notes[i].evidence)
			(void)fprintf(out, "        see %s\n", v->notes[i].evidence);
	}
}

struct json_object *view_reset_json(const struct reset_view *r)
{
	struct json_object *o, *methods;

	if (!r->methods)
		return NULL;
	o = json_object_new_object();
	methods = json_object_new_array();
	for (const char *word = r->methods; *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");

		json_object_array_add(methods, json_object_new_string_len(word, (int)length));
		word += length;
	}
	json_object_object_add(o, "methods", methods);
	json_object_object_add(o, "used", text_or_null(r->used));
	return o;
}

void view_function(FILE *out, struct arena *mem, const struct host *h, const struct pci_function *f,
    const struct reset_view *reset, const struct verdict *v)
{
	(void)fprintf(out, "%s  %s\n", f->name, f->description ? view_clean(mem, f->description) : "");
	if (f->is_device_unread && f->has_ids)
		(void)fprintf(out, "  ids:         %04x: and no more is known, class %06x", f->vendor, f->class_code);
	else if (f->has_ids)
		(void)fprintf(out, "  ids:         %04x:%04x, class %06x", f->vendor, f->device, f->class_code);
	if (f->has_ids && f->subvendor != 0)
		(void)fprintf(out, ", subsystem %04x:%04x", f->subvendor, f->subdevice);
	if (f->has_ids)
		(void)fputc('\n', out);
	(void)fprintf(out, "  driver:      %s\n",
	    f->driver ? view_clean(mem, f->driver) : f->has_driver == TRI_NO ? "none" : "unknown");
	if (f->driver_override)
		(void)fprintf(out, "  override:    %s\n", view_clean(mem, f->driver_override));
	if (f->group >= 0)
		(void)fprintf(out, "  IOMMU group: %d\n", f->group);
	else
		(void)fprintf(out, "  IOMMU group: %s\n", f->group == GROUP_NONE ? "none" : "unknown");
	if (reset->methods)
		(void)fprintf(out, "  reset:       %s%s%s%s\n", reset->used ? "by " : "none of its own", reset->used ? view_clean(mem, reset->used) : "",
		    *reset->methods ? ", listed: " : "", view_clean(mem, reset->methods));
	(void)fprintf(out, "  verdict:     %s\n", answer_sentence(v->answer));
	(void)fprintf(out, "  viable now:  %s\n", viable_sentence(v->viable_now));
	view_verdict(out, mem, h, v);
}

void view_group(FILE *out, struct arena *mem, const struct host *h, const struct iommu_group *g, const struct verdict *v)
{
	(void)fprintf(out, "group %d: %s%s\n", g->number, answer_name(v->answer),
	    v->viable_now == TRI_YES ? ", viable now" : v->viable_now == TRI_NO ? ", not viable now" : "");
	for (size_t i = 0; i < g->n_functions; i++)
		view_member(out, mem, &h->functions[g->functions[i]], "");
	for (size_t i = 0; i < g->n_others; i++)
		(void)fprintf(out, "  %-10s %s\n", "not PCI", view_clean(mem, g->others[i].name));
	for (size_t i = 0; i < v->n_notes; i++)
		(void)fprintf(out, "  note: %s\n", v->notes[i].text);
}

void view_json(FILE *out, struct json_object *o)
{
	(void)fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE), out);
	(void)fputc('\n', out);
	(void)json_object_put(o);
}
