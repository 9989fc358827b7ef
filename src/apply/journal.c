/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/journal.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/json_text.h"

enum {
	LARGEST_JOURNAL = 2 * 1024 * 1024,
	LONGEST_TEXT = 4096,
	MOST_CLOSED = 1024,
	HIGHEST_ID = 1000000000,
	JOURNAL_VERSION = 1,
};

static const char *const folders[] = {
    [FOLDER_JOURNAL] = "run/passthru/journal",
    [FOLDER_HELD] = "run/passthru/held",
    [FOLDER_HISTORY] = "run/passthru/history",
    [FOLDER_LASTING_JOURNAL] = "var/lib/passthru/journal",
    [FOLDER_LASTING_HELD] = "var/lib/passthru/held",
    [FOLDER_LASTING_HISTORY] = "var/lib/passthru/history",
};
static_assert(ARRAY_LEN(folders) == FOLDERS, "every folder has a path");

const char *phase_name(enum phase p)
{
	static const char *const names[] = {
	    [PHASE_FORWARD] = "forward",
	    [PHASE_DERIVED] = "derived",
	    [PHASE_BACK] = "back",
	    [PHASE_STUCK] = "stuck",
	    [PHASE_DONE] = "done",
	    [PHASE_ROLLED_BACK] = "rolled-back",
	};
	static_assert(ARRAY_LEN(names) == PHASES, "every phase has a name");

	return names[p];
}

static bool folder_is_lasting(enum folder f)
{
	return f >= FOLDER_LASTING_JOURNAL;
}

/* The folder of that meaning for journals of this kind. */
static enum folder folder_for(enum folder f, bool is_lasting)
{
	return is_lasting && !folder_is_lasting(f) ? (enum folder)(f + FOLDER_LASTING_JOURNAL) : f;
}

const char *change_id_format(unsigned id, bool is_lasting, char buf[CHANGE_ID_TEXT])
{
	(void)snprintf(buf, CHANGE_ID_TEXT, "%s%u", is_lasting ? "L" : "", id);
	return buf;
}

bool change_id_parse(const char *text, unsigned *ret, bool *ret_is_lasting)
{
	bool is_lasting = *text == 'L' || *text == 'l';
	uint64_t id;

	if (!str_number(text + is_lasting, 10, HIGHEST_ID, &id) || id == 0)
		return false;
	*ret = (unsigned)id;
	*ret_is_lasting = is_lasting;
	return true;
}

static const char *record_path(char buf[SYS_PATH], enum folder folder, unsigned id)
{
	return sys_path(buf, "%s/%u.json", folders[folder], id);
}

int journal_init(struct sys *s, struct err *e)
{
	static const char *const more[] = {"run/passthru/lease", "run/passthru/busy", "run/passthru/hugepages"};
	int r = 0;

	for (size_t i = FOLDER_JOURNAL; r == 0 && i <= FOLDER_HISTORY; i++)
		r = s->ops->make_dir(s, folders[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(more); i++)
		r = s->ops->make_dir(s, more[i]);
	if (r == -EPERM) {
		(void)err_set(e, r, "/run/passthru, or a folder in it, is not root's alone, so it is not trusted");
		return err_hint(e, "see who made it; when nothing is held, remove it");
	}
	if (r < 0)
		return err_set(e, r, "cannot make /run/passthru: %s", strerror(-r));
	return 0;
}

int journal_init_lasting(struct sys *s, struct err *e)
{
	int r = 0;

	for (size_t i = FOLDER_LASTING_JOURNAL; r == 0 && i < FOLDERS; i++)
		r = s->ops->make_dir(s, folders[i]);
	if (r == -EPERM) {
		(void)err_set(e, r, "/var/lib/passthru, or a folder above or in it, is not root's alone, so it is not trusted");
		return err_hint(e, "see who made it");
	}
	if (r < 0)
		return err_set(e, r, "cannot make /var/lib/passthru: %s", strerror(-r));
	return 0;
}

/* "12.json" is 12. */
static bool parse_record_name(const char *name, unsigned *ret)
{
	const char *dot = strchr(name, '.');
	uint64_t id;

	if (!dot || !str_eq(dot, ".json") || !str_number_n(name, (size_t)(dot - name), 10, HIGHEST_ID, &id) || id == 0)
		return false;
	*ret = (unsigned)id;
	return true;
}

static int keep_highest(void *data, const char *name)
{
	unsigned *highest = data;
	unsigned id;

	if (parse_record_name(name, &id) && id > *highest)
		*highest = id;
	return 0;
}

int journal_next_id(struct sys *s, bool is_lasting, unsigned *ret, struct err *e)
{
	enum folder first = folder_for(FOLDER_JOURNAL, is_lasting);
	unsigned highest = 0;

	for (size_t i = first; i <= first + FOLDER_HISTORY; i++) {
		int r = s->ops->list(s, folders[i], keep_highest, &highest);

		if (r < 0)
			return err_set(e, r, "cannot list /%s: %s", folders[i], strerror(-r));
	}
	*ret = highest + 1;
	return 0;
}

/* ---- writing ---- */

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *ids_to_json(const unsigned *ids, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_int64(ids[i]));
	return list;
}

int journal_put(struct sys *s, const struct journal *j, enum folder folder, struct err *e)
{
	struct json_object *o = json_object_new_object();
	struct json_object *owner = json_object_new_object();
	char path[SYS_PATH];
	int r;

	json_object_object_add(o, "version", json_object_new_int(JOURNAL_VERSION));
	json_object_object_add(o, "id", json_object_new_int64(j->id));
	add_text(o, "boot_id", j->boot_id);
	add_text(o, "verb", j->verb);
	add_text(o, "wish", j->wish);
	add_text(o, "reason", j->reason);
	json_object_object_add(o, "time", json_object_new_int64(j->time_s));
	json_object_object_add(owner, "pid", json_object_new_int(j->owner_pid));
	json_object_object_add(owner, "start", json_object_new_uint64(j->owner_start));
	json_object_object_add(o, "owner", owner);
	json_object_object_add(o, "login_uid", j->login_uid == NO_LOGIN ? NULL : json_object_new_int64(j->login_uid));
	add_text(o, "phase", phase_name(j->phase));
	json_object_object_add(o, "held", json_object_new_boolean(j->is_held));
	json_object_object_add(o, "closes", json_object_new_int64(j->closes));
	if (j->n_closes_too > 0)
		json_object_object_add(o, "closes_too", ids_to_json(j->closes_too, j->n_closes_too));
	json_object_object_add(o, "plan", plan_to_json(&j->plan));
	r = s->ops->put(s, record_path(path, folder_for(folder, j->is_lasting), j->id),
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	(void)json_object_put(o);
	if (r < 0) {
		(void)err_set(e, r, "cannot write the journal /%s: %s", path, strerror(-r));
		return r == -ENOSPC || r == -EDQUOT ? err_hint(e, "make room on /%s", j->is_lasting ? "var" : "run") : r;
	}
	return 0;
}

int journal_drop(struct sys *s, const struct journal *j)
{
	char path[SYS_PATH];
	int r = s->ops->remove(s, record_path(path, folder_for(FOLDER_JOURNAL, j->is_lasting), j->id));

	return r == -ENOENT ? 0 : r;
}

/* ---- reading ---- */

static const char *get_text(struct arena *mem, struct json_object *o, const char *key)
{
	return arena_strdup(mem, json_member_text(o, key, LONGEST_TEXT));
}

static bool get_number(struct json_object *o, const char *key, uint64_t max, uint64_t *ret)
{
	struct json_object *member;

	if (!json_object_object_get_ex(o, key, &member) || !json_object_is_type(member, json_type_int) ||
	    json_object_get_int64(member) < 0)
		return false;
	*ret = json_object_get_uint64(member);
	return *ret <= max;
}

static bool get_phase(const char *name, enum phase *ret)
{
	for (int i = 0; name && i < PHASES; i++)
		if (str_eq(phase_name((enum phase)i), name)) {
			*ret = (enum phase)i;
			return true;
		}
	return false;
}

/* Most records have none. */
static bool get_ids(struct arena *mem, struct json_object *o, struct journal *j)
{
	struct json_object *list;
	size_t n;

	if (!json_object_object_get_ex(o, "closes_too", &list))
		return true;
	n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	for (size_t i = 0; i < n && n <= MOST_CLOSED; i++) {
		struct json_object *id = json_object_array_get_idx(list, i);
		int64_t number = json_object_is_type(id, json_type_int) ? json_object_get_int64(id) : 0;

		if (number < 1 || number > HIGHEST_ID)
			return false;
		*ARENA_PUSH(mem, j->closes_too, j->n_closes_too) = (unsigned)number;
	}
	return n > 0 && n <= MOST_CLOSED;
}

int journal_from_json(struct arena *mem, const char *text, struct journal *ret, struct err *e)
{
	struct json_object *o = json_tokener_parse(text);
	struct json_object *owner, *plan, *held;
	uint64_t version, id, time_s, pid, start, closes, login_uid;
	struct journal j = {0};
	int r = -EINVAL;

	if (!o || !json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		return err_set(e, -EINVAL, "it is no JSON object");
	}
	j.boot_id = get_text(mem, o, "boot_id");
	j.verb = get_text(mem, o, "verb");
	j.wish = get_text(mem, o, "wish");
	j.reason = get_text(mem, o, "reason");
	j.login_uid = get_number(o, "login_uid", UINT32_MAX, &login_uid) ? (uint32_t)login_uid : NO_LOGIN;
	if (get_number(o, "version", JOURNAL_VERSION, &version) && get_number(o, "id", HIGHEST_ID, &id) &&
	    get_number(o, "time", INT64_MAX, &time_s) && get_number(o, "closes", HIGHEST_ID, &closes) &&
	    json_object_object_get_ex(o, "owner", &owner) && json_object_is_type(owner, json_type_object) &&
	    get_number(owner, "pid", INT32_MAX, &pid) && get_number(owner, "start", UINT64_MAX, &start) &&
	    json_object_object_get_ex(o, "held", &held) && json_object_is_type(held, json_type_boolean) &&
	    json_object_object_get_ex(o, "plan", &plan) && j.boot_id && j.verb && j.wish &&
	    get_phase(get_text(mem, o, "phase"), &j.phase)) {
		j.id = (unsigned)id;
		j.time_s = (int64_t)time_s;
		j.owner_pid = (int)pid;
		j.owner_start = start;
		j.closes = (unsigned)closes;
		j.is_held = json_object_get_boolean(held);
		r = get_ids(mem, o, &j) ? plan_from_json(mem, plan, &j.plan, e)
					: err_set(e, -EINVAL, "its header is not one this passthru writes");
		j.is_lasting = plan_is_lasting(&j.plan);
	} else {
		(void)err_set(e, r, "its header is not one this passthru writes");
	}
	(void)json_object_put(o);
	if (r == 0)
		*ret = j;
	return r;
}

struct record_list {
	struct arena *mem;
	unsigned *ids;
	size_t n;
};

static int add_record(void *data, const char *name)
{
	struct record_list *list = data;
	unsigned id;

	if (parse_record_name(name, &id))
		*ARENA_PUSH(list->mem, list->ids, list->n) = id;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static bool is_of_this_boot(struct sys *s, struct arena *mem, const struct journal *j)
{
	return str_eq(j->boot_id, sys_text(s, mem, "proc/sys/kernel/random/boot_id", NULL));
}

static int read_record(
    struct sys *s, struct arena *mem, enum folder folder, unsigned id, struct journal *ret, struct err *e)
{
	char path[SYS_PATH], shown[CHANGE_ID_TEXT];
	bool is_lasting = folder_is_lasting(folder);
	char *text = malloc(LARGEST_JOURNAL);
	int r;

	if (!text)
		return err_set(e, -ENOMEM, "out of memory");
	r = s->ops->read_own(s, record_path(path, folder, id), text, LARGEST_JOURNAL);
	if (r == -EPERM) {
		(void)err_set(e, r, "/%s is not ours alone (owner, mode or links), so it is not believed", path);
	} else if (r < 0) {
		(void)err_set(e, r, "cannot read /%s: %s", path, strerror(-r));
	} else {
		r = journal_from_json(mem, text, ret, e);
		if (r == 0 && ret->id != id)
			r = err_set(e, -EINVAL, "its id is %u", ret->id);
		if (r == 0 && ret->is_lasting != is_lasting)
			r = err_set(e, -EINVAL, "its changes %s", is_lasting ? "are none that last" : "outlive the boot");
		/* /run is gone with the boot, unless somebody kept it: drivers and addresses are others now. */
		if (r == 0 && folder != FOLDER_HISTORY && !is_lasting && !is_of_this_boot(s, mem, ret))
			r = err_set(e, -ESTALE, "it is of another boot");
		if (r < 0) {
			(void)err_add(e, "/%s cannot be used", path);
			(void)err_hint(e, "passthru recover --abandon %s sets it aside", change_id_format(id, is_lasting, shown));
		}
	}
	free(text);
	return r < 0 ? r : 0;
}

int journal_read(struct sys *s, struct arena *mem, enum folder folder, struct journal **ret, size_t *n_ret, struct err *e)
{
	struct record_list list = {.mem = mem};
	struct journal *records;
	size_t n = 0;
	int r = s->ops->list(s, folders[folder], add_record, &list);

	*ret = NULL;
	*n_ret = 0;
	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		(void)err_set(e, r, "cannot list /%s: %s", folders[folder], strerror(-r));
		return r == -EACCES ? err_hint(e, "the records are root's alone: run it with sudo") : r;
	}
	if (list.n == 0)
		return 0;
	qsort(list.ids, list.n, sizeof(*list.ids), compare_ids);
	records = arena_alloc(mem, list.n * sizeof(*records));
	for (size_t i = 0; i < list.n; i++) {
		/* What is over can be left out, without a word; what is open must be known. */
		bool is_over = folder == FOLDER_HISTORY || folder == FOLDER_LASTING_HISTORY;

		r = read_record(s, mem, folder, list.ids[i], &records[n], is_over ? NULL : e);
		if (r < 0 && !is_over)
			return r;
		n += r == 0;
	}
	*ret = records;
	*n_ret = n;
	return 0;
}

/* ---- moving ---- */

int journal_move(struct sys *s, unsigned id, enum folder from, enum folder to, struct err *e)
{
	char source[SYS_PATH], target[SYS_PATH];
	int r = s->ops->rename(s, record_path(source, from, id), record_path(target, to, id));

	return r < 0 ? err_set(e, r, "cannot move /%s to /%s: %s", source, target, strerror(-r)) : 0;
}

int journal_finish(struct sys *s, const struct journal *j, struct err *e)
{
	bool is_done = j->phase == PHASE_DONE;
	int r = journal_put(s, j, FOLDER_JOURNAL, e);

	if (r < 0)
		return r;
	/* The record it closes goes first: killed in between, recover finds this journal done and comes here
	 * again. */
	for (size_t i = 0; is_done && i <= j->n_closes_too; i++) {
		unsigned id = i < j->n_closes_too ? j->closes_too[i] : j->closes;

		r = id == 0 ? 0 : journal_move(s, id, folder_for(FOLDER_HELD, j->is_lasting), folder_for(FOLDER_HISTORY, j->is_lasting), e);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return journal_move(s, j->id, folder_for(FOLDER_JOURNAL, j->is_lasting),
	    folder_for(is_done && j->is_held ? FOLDER_HELD : FOLDER_HISTORY, j->is_lasting), e);
}
