/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/status_view.h"

#include <json-c/json.h>

#include "base/str.h"
#include "view/plan_view.h"
#include "view/text.h"

/* ---- for reading ---- */

static void line(FILE *out, struct arena *mem, const char *kind, const char *text)
{
	(void)fprintf(out, "%-12s %s\n", kind, view_clean(mem, text));
}

static const char *change_text(struct arena *mem, const struct status_change *c)
{
	return arena_printf(mem, "change %u (%s)", c->id, c->wish);
}

static const char *use_text(struct arena *mem, const struct status_bound *b)
{
	if (b->is_open == TRI_YES)
		return arena_printf(mem, "; process %d (%s) holds %s", b->user, b->user_command, b->node);
	return b->is_open == TRI_NO ? "; nobody has it open" : "";
}

static const char *bound_text(struct arena *mem, const struct status_bound *b)
{
	const char *by = "by somebody else";

	if (b->is_ours == TRI_UNKNOWN)
		by = "by whom is not known";
	if (b->change)
		by = arena_printf(mem, "by %s since %s", change_text(mem, b->change), view_time(mem, b->change->time_s));
	return arena_printf(
	    mem, "%s: %s, %s%s", b->function, b->driver ? b->driver : "no driver", by, use_text(mem, b));
}

static const char *interrupted_text(struct arena *mem, const struct status_change *c)
{
	if (str_eq(c->state, "held"))
		return arena_printf(mem, "%s holds devices still, but process %d has ended", change_text(mem, c), c->pid);
	return arena_printf(mem, "%s, %s, process %d has ended", change_text(mem, c), c->state, c->pid);
}

static const char *write_text(struct arena *mem, const struct status_write *w)
{
	const char *writer = w->pid > 0 ? arena_printf(mem, " (process %d%s%s)", w->pid, w->where ? ", in " : "", w->where ? w->where : "")
					: "";
	const char *holder = w->holder > 0 ? arena_printf(mem, "; process %d (%s) has it open", w->holder, w->holder_command) : "";

	return arena_printf(mem, "%s: the kernel has not come back from a write%s%s%s%s", w->name, w->path ? " to " : "",
	    w->path ? w->path : "", writer, holder);
}

static void show_work(FILE *out, struct arena *mem, const struct status *s)
{
	bool is_named = false;

	for (size_t i = 0; i < s->n_working; i++) {
		const struct status_change *c = &s->working[i];

		is_named |= c->pid == s->at_work_pid;
		line(out, mem, "at work", arena_printf(mem, "process %d, %s", c->pid, change_text(mem, c)));
	}
	if (s->at_work && !is_named)
		line(out, mem, "at work", arena_printf(mem, "process %s", s->at_work));
	for (size_t i = 0; i < s->n_writes; i++)
		line(out, mem, s->writes[i].waited_by ? "waiting for" : "stuck", write_text(mem, &s->writes[i]));
}

static void show_after_reboot(FILE *out, struct arena *mem, const struct status *s)
{
	for (size_t i = 0; i < s->n_reboot; i++) {
		const struct status_reboot *r = &s->reboot[i];

		if (r->is_pool)
			line(out, mem, "reboot", arena_printf(mem, "%s: %s are gone", r->target, r->now));
		else
			line(out, mem, "reboot",
			    arena_printf(mem, "%s: back to %s", r->target, r->after ? r->after : "the driver the kernel picks"));
	}
}

void view_status(FILE *out, struct arena *mem, const struct status *s)
{
	for (size_t i = 0; i < s->n_bound; i++)
		line(out, mem, "bound", bound_text(mem, &s->bound[i]));
	for (size_t i = 0; i < s->n_leases; i++)
		line(out, mem, "leased", arena_printf(mem, "%s: by process %s", s->leases[i].function, s->leases[i].who));
	for (size_t i = 0; i < s->n_interrupted; i++)
		line(out, mem, "interrupted", interrupted_text(mem, &s->interrupted[i]));
	show_work(out, mem, s);
	for (size_t i = 0; i < s->n_broken; i++)
		line(out, mem, "not believed", s->broken[i]);
	for (size_t i = 0; i < s->n_pools; i++)
		line(out, mem, "huge pages",
		    arena_printf(mem, "%s: %llu of %s are passthru's", s->pools[i].target, (unsigned long long)s->pools[i].ours,
			size_words(mem, s->pools[i].page_kb)));
	if (s->notice)
		line(out, mem, "notice", s->notice);
	show_after_reboot(out, mem, s);
	for (size_t i = 0; i < s->n_unknown; i++)
		line(out, mem, "not known", s->unknown[i]);
	line(out, mem, "next", s->next.text);
}

/* ---- JSON ---- */

static struct json_object *text_or_null(struct arena *mem, const char *text)
{
	return text ? json_object_new_string(view_clean(mem, text)) : NULL;
}

static struct json_object *pid_or_null(int pid)
{
	return pid > 0 ? json_object_new_int(pid) : NULL;
}

static void add(struct json_object *o, const char *key, struct json_object *value)
{
	(void)json_object_object_add(o, key, value);
}

static struct json_object *change_json(struct arena *mem, const struct status_change *c)
{
	struct json_object *o = json_object_new_object();
	struct json_object *functions = json_object_new_array();

	for (size_t i = 0; i < c->n_functions; i++)
		json_object_array_add(functions, json_object_new_string(c->functions[i]));
	add(o, "id", json_object_new_int64(c->id));
	add(o, "verb", text_or_null(mem, c->verb));
	add(o, "change", text_or_null(mem, c->wish));
	add(o, "reason", text_or_null(mem, c->reason));
	add(o, "state", text_or_null(mem, c->state));
	add(o, "time", json_object_new_string(view_time(mem, c->time_s)));
	add(o, "pid", json_object_new_int(c->pid));
	add(o, "functions", functions);
	return o;
}

static struct json_object *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? NULL : json_object_new_boolean(t == TRI_YES);
}

static struct json_object *bound_json(struct arena *mem, const struct status *s)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < s->n_bound; i++) {
		const struct status_bound *b = &s->bound[i];
		struct json_object *o = json_object_new_object(), *user = NULL;

		if (b->is_open == TRI_YES) {
			user = json_object_new_object();
			add(user, "pid", json_object_new_int(b->user));
			add(user, "command", text_or_null(mem, b->user_command));
			add(user, "file", text_or_null(mem, b->node));
		}
		add(o, "address", json_object_new_string(b->function));
		add(o, "driver", text_or_null(mem, b->driver));
		add(o, "by_passthru", tri_json(b->is_ours));
		add(o, "by", b->change ? change_json(mem, b->change) : NULL);
		add(o, "in_use", tri_json(b->is_open));
		add(o, "user", user);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *changes_json(struct arena *mem, bool is_known, const struct status_change *changes, size_t n)
{
	struct json_object *list = is_known ? json_object_new_array() : NULL;

	for (size_t i = 0; list && i < n; i++)
		json_object_array_add(list, change_json(mem, &changes[i]));
	return list;
}

static struct json_object *leases_json(struct arena *mem, const struct status *s)
{
	struct json_object *list = s->knows_locks ? json_object_new_array() : NULL;

	for (size_t i = 0; list && i < s->n_leases; i++) {
		struct json_object *o = json_object_new_object();

		add(o, "address", json_object_new_string(s->leases[i].function));
		add(o, "pid", pid_or_null(s->leases[i].pid));
		add(o, "by", text_or_null(mem, s->leases[i].who));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *writes_json(struct arena *mem, const struct status *s, bool is_stuck)
{
	struct json_object *list = s->knows_locks ? json_object_new_array() : NULL;

	for (size_t i = 0; list && i < s->n_writes; i++) {
		const struct status_write *w = &s->writes[i];
		struct json_object *o;

		if ((w->waited_by == 0) != is_stuck)
			continue;
		o = json_object_new_object();
		add(o, "target", text_or_null(mem, w->name));
		add(o, "pid", pid_or_null(w->pid));
		add(o, "file", text_or_null(mem, w->path));
		add(o, "where", text_or_null(mem, w->where));
		add(o, "waited_by", pid_or_null(w->waited_by));
		add(o, "holder", pid_or_null(w->holder));
		add(o, "holder_command", text_or_null(mem, w->holder_command));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *pools_json(const struct status *s)
{
	struct json_object *list = s->knows_pools ? json_object_new_array() : NULL;

	for (size_t i = 0; list && i < s->n_pools; i++) {
		const struct huge_pool *p = &s->pools[i];
		struct json_object *o = json_object_new_object();

		add(o, "node", p->node == NODE_ANY ? NULL : json_object_new_int(p->node));
		add(o, "page_kb", json_object_new_uint64(p->page_kb));
		add(o, "pages", json_object_new_uint64(p->ours));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *reboot_json(struct arena *mem, const struct status *s)
{
	struct json_object *list = s->knows_records && s->knows_pools ? json_object_new_array() : NULL;

	for (size_t i = 0; list && i < s->n_reboot; i++) {
		const struct status_reboot *r = &s->reboot[i];
		struct json_object *o = json_object_new_object();

		add(o, "kind", json_object_new_string(r->is_pool ? "hugepages" : "binding"));
		add(o, "target", json_object_new_string(r->target));
		add(o, "now", text_or_null(mem, r->now));
		add(o, "after", text_or_null(mem, r->after));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *texts_json(struct arena *mem, const char **texts, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, text_or_null(mem, texts[i]));
	return list;
}

struct json_object *view_status_json(struct arena *mem, const struct status *s)
{
	struct json_object *o = json_object_new_object(), *next = json_object_new_object();

	add(o, "version", json_object_new_int(1));
	add(o, "bound", bound_json(mem, s));
	add(o, "leases", leases_json(mem, s));
	add(o, "interrupted", changes_json(mem, s->knows_records, s->interrupted, s->n_interrupted));
	add(o, "working", changes_json(mem, s->knows_records, s->working, s->n_working));
	add(o, "at_work", text_or_null(mem, s->at_work));
	add(o, "stuck", writes_json(mem, s, true));
	add(o, "writes", writes_json(mem, s, false));
	add(o, "hugepages", pools_json(s));
	add(o, "reboot", reboot_json(mem, s));
	add(o, "notice", text_or_null(mem, s->notice));
	add(o, "broken", texts_json(mem, s->broken, s->n_broken));
	add(o, "unknown", texts_json(mem, s->unknown, s->n_unknown));
	add(next, "text", text_or_null(mem, s->next.text));
	add(next, "command", text_or_null(mem, s->next.command));
	add(o, "next", next);
	return o;
}
