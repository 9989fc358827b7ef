/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/session_text.h"

#include <string.h>

#include "base/str.h"

bool proc_stat_parse(const char *text, struct proc_stat *ret)
{
	/* A name may hold brackets itself: the last one closes it. */
	const char *open = strchr(text, '('), *close = strrchr(text, ')'), *p;
	struct proc_stat s = {0};
	uint64_t pid, parent;
	size_t length;

	if (!open || !close || close < open || open == text || open[-1] != ' ' ||
	    !str_number_n(text, (size_t)(open - text) - 1, 10, INT32_MAX, &pid))
		return false;
	length = (size_t)(close - open) - 1;
	if (length >= sizeof(s.comm))
		return false;
	/* ") S 4711 …" */
	if (close[1] != ' ' || close[2] == '\0' || close[3] != ' ')
		return false;
	p = close + 4;
	if (!str_number_n(p, strcspn(p, " "), 10, INT32_MAX, &parent))
		return false;
	memcpy(s.comm, open + 1, length);
	s.pid = (int)pid;
	s.parent = (int)parent;
	*ret = s;
	return true;
}

bool session_id_is_safe(const char *id)
{
	return *id && id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

void cgroup_session_add(const char *line, struct cgroup_session *s)
{
	static const char scope[] = "session-", scope_end[] = ".scope", manager[] = "user@", manager_end[] = ".service";

	for (const char *part = strchr(line, '/'); part; part = strchr(part, '/')) {
		size_t length = strcspn(++part, "/"), middle;
		uint64_t uid;

		if (length > sizeof(scope) + sizeof(scope_end) - 2 && str_starts(part, scope) &&
		    memcmp(part + length - sizeof(scope_end) + 1, scope_end, sizeof(scope_end) - 1) == 0) {
			middle = length - sizeof(scope) - sizeof(scope_end) + 2;
			if (middle < sizeof(s->id)) {
				memcpy(s->id, part + sizeof(scope) - 1, middle);
				s->id[middle] = '\0';
				if (!session_id_is_safe(s->id))
					s->id[0] = '\0';
			}
		}
		if (length > sizeof(manager) + sizeof(manager_end) - 2 && str_starts(part, manager) &&
		    memcmp(part + length - sizeof(manager_end) + 1, manager_end, sizeof(manager_end) - 1) == 0 &&
		    str_number_n(part + sizeof(manager) - 1, length - sizeof(manager) - sizeof(manager_end) + 2, 10,
			UINT32_MAX, &uid)) {
			s->has_manager = true;
			s->manager_uid = (uint32_t)uid;
		}
	}
}

/* Values with blanks and the like are quoted as a shell would; an address or a service's name never needs more. */
static const char *value_of(struct arena *mem, const char *value, size_t length)
{
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		value++;
		length -= 2;
	}
	return length ? arena_strndup(mem, value, length) : NULL;
}

void login_session_parse(struct arena *mem, const char *text, struct login_session *ret)
{
	*ret = (struct login_session){0};
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");
		const char *equals = memchr(line, '=', length);
		size_t key = equals ? (size_t)(equals - line) : 0, rest = equals ? length - key - 1 : 0;
		uint64_t number;

#define IS(word) (key == sizeof(word) - 1 && memcmp(line, word, sizeof(word) - 1) == 0)
		if (IS("REMOTE")) {
			ret->is_remote = rest == 1 && equals[1] == '1';
		} else if (IS("UID") && str_number_n(equals + 1, rest, 10, UINT32_MAX, &number)) {
			ret->has_uid = true;
			ret->uid = (uint32_t)number;
		} else if (IS("LEADER") && str_number_n(equals + 1, rest, 10, INT32_MAX, &number)) {
			ret->leader = (int)number;
		} else if (IS("STATE")) {
			ret->is_closing = rest == 7 && memcmp(equals + 1, "closing", 7) == 0;
		} else if (IS("CLASS")) {
			ret->is_of_person = (rest == 4 && memcmp(equals + 1, "user", 4) == 0) ||
			    (rest == 10 && memcmp(equals + 1, "user-early", 10) == 0);
		} else if (IS("REMOTE_HOST")) {
			ret->remote_host = value_of(mem, equals + 1, rest);
		} else if (IS("SERVICE")) {
			ret->service = value_of(mem, equals + 1, rest);
		}
#undef IS
		line += length + (line[length] == '\n');
	}
}
