/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign text is parsed without root: what a mistake in the parser could do is then little. */
#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>

#include "sys/real.h"

enum { NOBODY = 65534 };

int sys_become_nobody(struct sys *s)
{
	uid_t real, effective, saved;

	(void)s;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (geteuid() != 0 && getuid() != 0)
		return 0;
	/* EINVAL: a user namespace that has no nobody; its root is none. */
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return errno == EINVAL ? 0 : -errno;
	if (getresuid(&real, &effective, &saved) < 0 || real != NOBODY || effective != NOBODY || saved != NOBODY ||
	    setuid(0) == 0)
		return -EPERM;
	return 0;
}
