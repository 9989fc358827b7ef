/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/explain_view.h"

#include <json-c/json.h>
#include <string.h>

#include "view/text.h"

enum { SHOWN_UNKNOWN = 5, SHOWN_LINE = 200 };

static const char *kind_word(const struct finding *f)
{
	return f->row->kind == DIAGNOSIS_FAULT ? "fault" : "harmless";
}

/* Foreign, and nothing in it may steer a terminal. */
static const char *short_line(struct arena *mem, const char *line)
{
	size_t n = strlen(line);

	if (n <= SHOWN_LINE)
		return view_clean(mem, line);
	for (n = SHOWN_LINE; n > 0 && ((unsigned char)line[n] & 0xc0) == 0x80;)
		n--;
	return arena_printf(mem, "%s ...", view_clean(mem, arena_strndup(mem, line, n)));
}

/* ---- JSON ---- */

static void add_text(struct json_object *o, struct arena *mem, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(view_clean(mem, text)) : NULL);
}

static struct json_object *causes_json(struct arena *mem, const struct finding *f)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < f->n_causes; i++) {
		struct json_object *o = json_object_new_object();

		add_text(o, mem, "text", f->causes[i].text);
		add_text(o, mem, "likelihood", likelihood_name(f->causes[i].likelihood));
		add_text(o, mem, "mend", f->causes[i].mend);
		add_text(o, mem, "id", f->causes[i].row ? f->causes[i].row->id : NULL);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *finding_json(struct arena *mem, const struct finding *f)
{
	struct json_object *o = json_object_new_object(), *specifics = json_object_new_object();

	for (size_t i = 0; i < f->n_specifics; i++)
		add_text(specifics, mem, f->specifics[i].name, f->specifics[i].text);
	add_text(o, mem, "id", f->row->id);
	add_text(o, mem, "kind", kind_word(f));
	add_text(o, mem, "line", f->line);
	add_text(o, mem, "text", f->row->title);
	json_object_object_add(o, "specifics", specifics);
	json_object_object_add(o, "causes", causes_json(mem, f));
	json_object_object_add(o, "line_number", json_object_new_uint64(f->line_number));
	json_object_object_add(o, "count", json_object_new_uint64(f->n_times));
	add_text(o, mem, "severity", severity_name(f->row->severity));
	add_text(o, mem, "follows", f->follows ? f->follows->id : NULL);
	add_text(o, mem, "host", f->host);
	return o;
}

struct json_object *view_explanation_json(struct arena *mem, const struct explanation *e)
{
	struct json_object *o = json_object_new_object(), *findings = json_object_new_array(), *unknown = json_object_new_array();

	for (size_t i = 0; i < e->n_findings; i++)
		json_object_array_add(findings, finding_json(mem, &e->findings[i]));
	for (size_t i = 0; i < e->n_unknown; i++)
		json_object_array_add(unknown, json_object_new_string(view_clean(mem, e->unknown[i])));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "findings", findings);
	json_object_object_add(o, "unknown_lines", unknown);
	return o;
}

/* ---- for reading ---- */

static void print_line(FILE *out, struct arena *mem, const struct finding *f)
{
	(void)fprintf(out, "  line %zu: %s\n", f->line_number, short_line(mem, f->line));
	if (f->n_times > 1)
		(void)fprintf(out, "  said %zu times\n", f->n_times);
	for (size_t i = 0; i < f->n_specifics; i++)
		(void)fprintf(out, "%s%s %s", i == 0 ? "  " : ", ", view_clean(mem, f->specifics[i].name),
		    short_line(mem, f->specifics[i].text));
	if (f->n_specifics > 0)
		(void)fputc('\n', out);
	if (f->host)
		(void)fprintf(out, "  this host: %s\n", view_clean(mem, f->host));
}

static void print_causes(FILE *out, struct arena *mem, const struct finding *f)
{
	for (size_t i = 0; i < f->n_causes; i++) {
		const struct cause *c = &f->causes[i];

		(void)fprintf(out, "  %-9s %s\n", likelihood_name(c->likelihood), view_clean(mem, c->text));
		if (c->mend)
			(void)fprintf(out, "  %9s -> %s\n", "", view_clean(mem, c->mend));
	}
}

static void print_fault(FILE *out, struct arena *mem, const struct finding *f)
{
	(void)fprintf(out, "%s [%s]\n", f->row->title, f->row->id);
	if (f->follows)
		(void)fprintf(out, "  comes of: %s\n", f->follows->title);
	print_line(out, mem, f);
	if (!f->follows)
		print_causes(out, mem, f);
	if (f->proof && !f->follows)
		(void)fprintf(out, "  mended when %s\n", view_clean(mem, f->proof));
	(void)fputc('\n', out);
}

static void print_harmless(FILE *out, struct arena *mem, const struct finding *f)
{
	(void)fprintf(out, "harmless: %s [%s]\n", f->row->title, f->row->id);
	print_line(out, mem, f);
	(void)fprintf(out, "  %s\n\n", f->row->cause);
}

void view_explanation(FILE *out, struct arena *mem, const struct explanation *e)
{
	for (size_t i = 0; i < e->n_findings; i++)
		if (e->findings[i].row->kind == DIAGNOSIS_FAULT)
			print_fault(out, mem, &e->findings[i]);
		else
			print_harmless(out, mem, &e->findings[i]);
	if (e->n_findings == 0)
		(void)fprintf(out, "nothing here is known to passthru (%zu line%s read)\n", e->n_lines, e->n_lines == 1 ? "" : "s");
	if (e->is_cut)
		(void)fprintf(out, "there is more of this kind, which is left out\n");
	if (e->n_unknown > 0)
		(void)fprintf(out, "%zu line%s that may matter, unknown:\n", e->n_unknown_lines, e->n_unknown_lines == 1 ? "" : "s");
	for (size_t i = 0; i < e->n_unknown && i < SHOWN_UNKNOWN; i++)
		(void)fprintf(out, "  %s\n", short_line(mem, e->unknown[i]));
}
