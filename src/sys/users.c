/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts of this host, by whatever /etc/nsswitch.conf asks. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/str.h"
#include "sys/real.h"

enum {
	MOST_BYTES = 1024 * 1024, /* of one account or group, its members' names too */
	MOST_GROUPS = 65536,	  /* NGROUPS_MAX */
};

/* What getpwnam_r(3) lists as other ways to say that there is none. */
static int found(int code, bool is_there)
{
	if (code == 0)
		return is_there ? 1 : 0;
	return code == ENOENT || code == ESRCH || code == EBADF || code == EPERM ? 0 : -code;
}

/* name NULL: by the number. 1: there is one, 0: none; strings in mem. */
static int find_account(struct arena *mem, const char *name, uid_t uid, struct passwd *ret)
{
	for (size_t size = 1024; size <= MOST_BYTES; size *= 4) {
		char *buf = arena_alloc(mem, size);
		struct passwd *there = NULL;
		int code = name ? getpwnam_r(name, ret, buf, size, &there) : getpwuid_r(uid, ret, buf, size, &there);

		if (code != ERANGE)
			return found(code, there != NULL);
	}
	return -ERANGE;
}

static int find_group(struct arena *mem, const char *name, gid_t *ret)
{
	for (size_t size = 1024; size <= MOST_BYTES; size *= 4) {
		char *buf = arena_alloc(mem, size);
		struct group group, *there = NULL;
		int code = getgrnam_r(name, &group, buf, size, &there);

		if (code != ERANGE) {
			*ret = there ? group.gr_gid : 0;
			return found(code, there != NULL);
		}
	}
	return -ERANGE;
}

static bool is_id(const char *text, unsigned *ret)
{
	uint64_t number;

	/* The last one means "leave it" to chown(2) and setresuid(2). */
	if (!str_number(text, 10, UINT32_MAX - 1, &number))
		return false;
	*ret = (unsigned)number;
	return true;
}

/* As chown(1): a number that is an account's name is that account. */
static int take_user(struct arena *mem, const char *name, struct sys_user *ret, bool *ret_has_account)
{
	struct passwd account;
	int r = find_account(mem, name, 0, &account);

	if (r == 0 && is_id(name, &ret->uid))
		r = find_account(mem, NULL, ret->uid, &account);
	else if (r == 0)
		return -ENOENT;
	if (r < 0)
		return r;
	*ret_has_account = r == 1;
	*ret = (struct sys_user){.uid = ret->uid, .name = name, .home = "/", .shell = "/bin/sh"};
	if (r == 1)
		*ret = (struct sys_user){.uid = account.pw_uid, .gid = account.pw_gid, .name = account.pw_name,
		    .home = account.pw_dir, .shell = account.pw_shell && *account.pw_shell ? account.pw_shell : "/bin/sh"};
	return 0;
}

static int take_groups(struct arena *mem, bool has_account, struct sys_user *u)
{
	static_assert(sizeof(gid_t) == sizeof(unsigned), "a list of groups is a list of numbers");
	unsigned *own;

	for (int room = 64; has_account && room <= MOST_GROUPS; room *= 4) {
		gid_t *groups = arena_alloc(mem, (size_t)room * sizeof(*groups));
		int n = room;

		if (getgrouplist(u->name, u->gid, groups, &n) < 0)
			continue;
		u->groups = groups;
		u->n_groups = (size_t)n;
		return 0;
	}
	if (has_account)
		return -E2BIG;
	own = arena_alloc(mem, sizeof(*own));
	*own = u->gid;
	u->groups = own;
	u->n_groups = 1;
	return 0;
}

int sys_users_find(struct sys *s, struct arena *mem, const char *text, struct sys_user *ret)
{
	size_t length = strcspn(text, ":");
	const char *name = arena_strndup(mem, text, length), *group = text[length] ? text + length + 1 : NULL;
	struct sys_user u = {0};
	bool has_account;
	int r;

	if (!s->is_live)
		return -EXDEV;
	r = take_user(mem, name, &u, &has_account);
	if (r < 0)
		return r;
	if (!group && !has_account)
		return -ENODATA;
	r = group ? find_group(mem, group, &u.gid) : 1;
	if (r == 0)
		r = is_id(group, &u.gid) ? 1 : -ESRCH;
	if (r == 1)
		r = take_groups(mem, has_account, &u);
	if (r == 0)
		*ret = u;
	return r;
}
