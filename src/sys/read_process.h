/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process is called: its command, its user, its unit. */
#pragma once

#include "base/arena.h"
#include "model/holder.h"
#include "sys/sys.h"

/* Users are looked up once each. {0} but for s and mem. */
struct process_names {
	struct sys *s;
	struct arena *mem;
	struct process_user {
		uint32_t uid;
		const char *name;
	} *users;
	size_t n_users;
};

/* Fills command, user and unit of a process, by /proc/PID/comm, status and cgroup; names by /etc/passwd alone. */
void process_describe(struct process_names *names, const char *pid, struct holder *ret);

/* By /etc/passwd alone; the number where it has none. */
const char *process_user_name(struct process_names *names, uint32_t uid);
