/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who started whom, and in which session: /proc/PID/stat, /proc/PID/cgroup, logind's /run/systemd/sessions/ID
 * (src/login/logind-session.c, session_save). */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum { PROC_COMM = 64 }; /* kernel threads' names are longer than TASK_COMM_LEN (fs/proc/array.c, proc_task_name) */

struct proc_stat {
	int pid, parent;
	char comm[PROC_COMM]; /* may hold blanks and brackets */
};
bool proc_stat_parse(const char *text, struct proc_stat *ret);

/* What the lines of a cgroup file say of the session: in the scope of one ("session-3.scope", id "3"), and of the
 * user's own manager ("user@1000.service"). */
struct cgroup_session {
	char id[32]; /* "": in no session's scope */
	bool has_manager;
	uint32_t manager_uid;
};
void cgroup_session_add(const char *line, struct cgroup_session *s);

/* Letters and digits alone: what an id may be, for it becomes a path component. */
bool session_id_is_safe(const char *id);

struct login_session {
	bool is_remote;
	bool is_closing; /* its user has left; what he started may run on */
	bool is_of_person; /* of class user or user-early: no login screen, no manager */
	bool has_uid;
	uint32_t uid;
	int leader;		 /* 0: not said */
	const char *remote_host; /* NULL: not said; an address or a name */
	const char *service;	 /* "sshd", NULL: not said */
};
void login_session_parse(struct arena *mem, const char *text, struct login_session *ret);
