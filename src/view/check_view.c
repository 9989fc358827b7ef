/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/check_view.h"

#include <json-c/json.h>
#include <string.h>

#include "view/text.h"

enum { SHOWN_VALUE = 160, SHOWN_UNKNOWN = 12 };

/* Its first line, cut where it is long. */
static const char *short_value(struct arena *mem, const char *text)
{
	size_t n = strcspn(text, "\n");
	const char *one = arena_strndup(mem, text, n);

	if (n <= SHOWN_VALUE)
		return view_clean(mem, one);
	for (n = SHOWN_VALUE; n > 0 && ((unsigned char)one[n] & 0xc0) == 0x80;)
		n--;
	return arena_printf(mem, "%s …", view_clean(mem, arena_strndup(mem, one, n)));
}

/* ---- JSON ---- */

static void add_text(struct json_object *o, struct arena *mem, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(view_clean(mem, text)) : NULL);
}

static struct json_object *finding_json(struct arena *mem, const struct host *h, const struct check_finding *f)
{
	struct json_object *o = json_object_new_object(), *evidence = json_object_new_object();

	add_text(evidence, mem, "file", f->result.file);
	add_text(evidence, mem, "value", f->result.value);
	json_object_object_add(evidence, "lines", f->n_lines > 0 ? json_object_new_int64((int64_t)f->n_lines) : NULL);
	add_text(o, mem, "id", f->row->id);
	add_text(o, mem, "layer", layer_name(f->row->layer));
	add_text(o, mem, "severity", severity_name(f->severity));
	add_text(o, mem, "answer", check_answer_name(f->result.answer));
	add_text(o, mem, "device", f->function < 0 ? NULL : h->functions[f->function].name);
	add_text(o, mem, "text", f->result.text);
	json_object_object_add(o, "evidence", evidence);
	add_text(o, mem, "mend", f->result.answer == CHECK_BAD ? f->result.mend : NULL);
	json_object_object_add(o, "depends_on_guest", json_object_new_boolean(f->depends));
	json_object_object_add(o, "may_be_over", json_object_new_boolean(f->may_be_over));
	return o;
}

static struct json_object *scenario_json(struct arena *mem, const struct check_report *r)
{
	struct json_object *o;

	if (!r->scenario_text)
		return NULL;
	o = json_object_new_object();
	add_text(o, mem, "type", r->scenario == SERVER_UNKNOWN ? NULL : server_type_name(r->scenario));
	add_text(o, mem, "text", r->scenario_text);
	add_text(o, mem, "evidence", r->scenario_file);
	return o;
}

static struct json_object *log_json(struct arena *mem, const struct check_report *r)
{
	struct json_object *o;

	if (!r->log_file && !r->log_unread)
		return NULL;
	o = json_object_new_object();
	add_text(o, mem, "file", r->log_file);
	add_text(o, mem, "unread", r->log_unread);
	return o;
}

struct json_object *view_checks_json(struct arena *mem, const struct host *h, const struct check_report *r)
{
	struct json_object *o = json_object_new_object(), *findings = json_object_new_array();

	for (size_t i = 0; i < r->n; i++)
		json_object_array_add(findings, finding_json(mem, h, &r->findings[i]));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "ready", r->is_ready == TRI_UNKNOWN ? NULL : json_object_new_boolean(r->is_ready == TRI_YES));
	json_object_object_add(o, "findings", findings);
	json_object_object_add(o, "scenario", scenario_json(mem, r));
	json_object_object_add(o, "log", log_json(mem, r));
	add_text(o, mem, "why", r->why);
	add_text(o, mem, "next", r->next);
	return o;
}

/* ---- for reading ---- */

static const char *device_words(struct arena *mem, const struct host *h, const struct check_finding *f)
{
	return f->function < 0 ? "" : arena_printf(mem, "%s: ", h->functions[f->function].name);
}

static void print_evidence(FILE *out, struct arena *mem, const struct check_result *r)
{
	if (r->file && r->value && *r->value)
		(void)fprintf(out, "         %s: %s\n", view_clean(mem, r->file), short_value(mem, r->value));
	else if (r->file)
		(void)fprintf(out, "         %s\n", view_clean(mem, r->file));
}

static void print_finding(FILE *out, struct arena *mem, const struct host *h, const struct check_finding *f)
{
	bool is_bad = f->result.answer == CHECK_BAD;
	const char *word = is_bad ? severity_name(f->severity) : f->result.answer == CHECK_OK ? "ok" : "unknown";

	(void)fprintf(out, "%-8s %s%s [%s]\n", word, device_words(mem, h, f), view_clean(mem, f->result.text), f->row->id);
	print_evidence(out, mem, &f->result);
	if (is_bad && f->depends)
		(void)fprintf(out, "         it depends on the guest, or on what comes after\n");
	if (is_bad && f->may_be_over && f->row->severity == SEVERITY_BLOCKER)
		(void)fprintf(out, "         it was so in this boot, and may be over\n");
	if (is_bad && f->result.mend)
		(void)fprintf(out, "         -> %s%s\n", view_clean(mem, f->result.mend), f->row->needs_reboot && !strstr(f->result.mend, "reboot") ? " (needs a reboot)" : "");
}

static void fold_unknown(FILE *out, struct arena *mem, const struct check_report *r)
{
	const char *names = NULL;
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct check_finding *f = &r->findings[i];
		bool is_new = f->result.answer == CHECK_UNKNOWN;

		n += is_new;
		for (size_t k = 0; is_new && k < i; k++)
			is_new = r->findings[k].row != f->row || r->findings[k].result.answer != CHECK_UNKNOWN;
		if (is_new && shown++ < SHOWN_UNKNOWN)
			names = arena_printf(mem, "%s%s%s", names ? names : "", names ? ", " : "", f->row->id);
	}
	if (n > 0)
		(void)fprintf(out, "unknown  %zu check%s could not be decided: %s%s\n", n, n == 1 ? "" : "s", names, shown > SHOWN_UNKNOWN ? ", …" : "");
}

void view_checks(FILE *out, struct arena *mem, const struct host *h, const struct check_report *r, bool is_all)
{
	size_t n_ok = 0;

	for (size_t i = 0; i < r->n; i++) {
		n_ok += r->findings[i].result.answer == CHECK_OK;
		if (is_all || r->findings[i].result.answer == CHECK_BAD)
			print_finding(out, mem, h, &r->findings[i]);
	}
	if (r->log_unread)
		(void)fprintf(out, "unknown  %s\n", view_clean(mem, r->log_unread));
	if (!is_all) {
		fold_unknown(out, mem, r);
		(void)fprintf(out, "ok       %zu check%s (--all shows them)\n", n_ok, n_ok == 1 ? "" : "s");
	}
	if (r->scenario_text && r->scenario == SERVER_UNKNOWN)
		(void)fprintf(out, "it cannot be told %s\n", r->scenario_text);
	else if (r->scenario_text)
		(void)fprintf(out, "this is a %s (%s): %s\n", r->scenario == SERVER_HEADLESS ? "server without a screen" : server_type_name(r->scenario),
		    view_clean(mem, r->scenario_file ? r->scenario_file : "as was said"), r->scenario_text);
	if (r->is_ready == TRI_YES)
		(void)fprintf(out, "ready; next: %s\n", view_clean(mem, r->next));
	else
		(void)fprintf(out, "%s: %s%s%s\n", r->is_ready == TRI_NO ? "not ready" : "cannot tell whether it is ready",
		    view_clean(mem, r->why ? r->why : ""), r->next ? "; next: " : "", r->next ? view_clean(mem, r->next) : "");
}
