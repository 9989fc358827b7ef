/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_process.h"

#include <string.h>

#include "base/str.h"

/* ---- user ---- */

struct name_search {
	uint32_t uid;
	struct arena *mem;
	const char *name;
};

/* "name:x:1000:…" */
static int look_at_account(void *data, const char *line)
{
	struct name_search *search = data;
	size_t length = strcspn(line, ":");
	const char *id = line + length;
	uint64_t uid;

	if (*id == ':')
		id += 1 + strcspn(id + 1, ":");
	if (length == 0 || *id != ':' || !str_number_n(id + 1, strcspn(id + 1, ":"), 10, UINT32_MAX, &uid) || uid != search->uid)
		return 0;
	search->name = arena_strndup(search->mem, line, length);
	return 1;
}

const char *process_user_name(struct process_names *names, uint32_t uid)
{
	struct name_search search = {.uid = uid, .mem = names->mem};

	for (size_t i = 0; i < names->n_users; i++)
		if (names->users[i].uid == uid)
			return names->users[i].name;
	(void)sys_lines(names->s, "etc/passwd", look_at_account, &search);
	if (!search.name)
		search.name = arena_printf(names->mem, "%u", uid);
	*ARENA_PUSH(names->mem, names->users, names->n_users) = (struct process_user){uid, search.name};
	return search.name;
}

struct uid_search {
	uint64_t uid;
	bool is_found;
};

/* "Uid:\t1000\t1000\t1000\t1000": real, effective, saved, of the file system; the effective one counts. */
static int look_at_status(void *data, const char *line)
{
	struct uid_search *search = data;

	if (!str_starts(line, "Uid:"))
		return 0;
	line += strlen("Uid:");
	line += strspn(line, "\t");
	line += strcspn(line, "\t");
	line += strspn(line, "\t");
	search->is_found = str_number_n(line, strcspn(line, "\t"), 10, UINT32_MAX, &search->uid);
	return 1;
}

/* ---- unit ---- */

/* One component of a path of control groups: its name (escaped by a "_" where it would read as one of the kernel's
 * own files) and what it ends in. Answers the next, NULL: there is none. */
static const char *next_component(const char *path, const char **ret, size_t *ret_length)
{
	path += strspn(path, "/");
	if (*path == '\0')
		return NULL;
	*ret_length = strcspn(path, "/");
	*ret = path;
	path += *ret_length;
	if (**ret == '_') {
		++*ret;
		--*ret_length;
	}
	return path;
}

static bool ends_in(const char *name, size_t length, const char *suffix)
{
	size_t n = strlen(suffix);

	return length > n && memcmp(name + length - n, suffix, n) == 0;
}

/* What systemd allows in a name (systemd.unit(5)); it becomes an argument one day. */
static bool is_unit(const char *name, size_t length)
{
	static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";

	if (length > 255 || *name == '-' || strspn(name, letters) < length)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (ends_in(name, length, suffixes[i]))
			return true;
	return false;
}

/* The first that is no slice; NULL where that is no unit: a container manager's own groups, whatever units the
 * container inside has. */
static const char *find_unit(const char *path, const char **ret, size_t *ret_length)
{
	while ((path = next_component(path, ret, ret_length)))
		if (!ends_in(*ret, *ret_length, ".slice"))
			return is_unit(*ret, *ret_length) ? path : NULL;
	return NULL;
}

static bool parse_user_manager(const char *name, size_t length, uint32_t *ret)
{
	static const char prefix[] = "user@", suffix[] = ".service";
	const size_t around = strlen(prefix) + strlen(suffix);
	uint64_t uid;

	if (length <= around || !str_starts(name, prefix) || !ends_in(name, length, suffix) ||
	    !str_number_n(name + strlen(prefix), length - around, 10, UINT32_MAX, &uid))
		return false;
	*ret = (uint32_t)uid;
	return true;
}

/* As systemd reads it (src/basic/cgroup-util.c): slices, a unit; below a user's service manager once more. What
 * lies below a unit is that unit's own affair. */
static void take_unit(struct process_names *names, const char *path, struct holder *ret)
{
	const char *name, *below;
	uint32_t user;
	size_t length;

	path = find_unit(path, &name, &length);
	if (!path)
		return;
	ret->unit = arena_strndup(names->mem, name, length);
	if (!parse_user_manager(name, length, &user))
		return;
	below = find_unit(path, &name, &length);
	if (!below)
		return;
	ret->unit = arena_strndup(names->mem, name, length);
	ret->is_user_unit = true;
	ret->unit_user = user;
}

struct unit_search {
	struct process_names *names;
	struct holder *holder;
};

/* "0::/system.slice/gdm.service" of the one hierarchy, "1:name=systemd:/…" where there are several. */
static int look_at_group(void *data, const char *line)
{
	struct unit_search *search = data;
	const char *controllers = strchr(line, ':');
	const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (path && (str_starts(line, "0::") || str_starts(controllers, ":name=systemd:")))
		take_unit(search->names, path + 1, search->holder);
	return search->holder->unit != NULL;
}

void process_describe(struct process_names *names, const char *pid, struct holder *ret)
{
	struct unit_search unit = {names, ret};
	struct uid_search uid = {0};
	char path[SYS_PATH];

	ret->command = sys_text(names->s, names->mem, sys_path(path, "proc/%s/comm", pid), NULL);
	if (!ret->command)
		ret->command = "?";
	(void)sys_lines(names->s, sys_path(path, "proc/%s/status", pid), look_at_status, &uid);
	if (uid.is_found)
		ret->user = process_user_name(names, (uint32_t)uid.uid);
	(void)sys_lines(names->s, sys_path(path, "proc/%s/cgroup", pid), look_at_group, &unit);
}
