/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/boots.h"

#include <errno.h>
#include <string.h>

#include "apply/journal.h"
#include "text/boots_file.h"

int boots_put(struct sys *s, struct arena *mem, const struct boots *b, struct err *e)
{
	int r = journal_init_lasting(s, e);

	if (r < 0)
		return r;
	r = s->ops->put(s, BOOTS_FILE, boots_file_text(mem, b));
	return r < 0 ? err_set(e, r, "cannot write /" BOOTS_FILE ": %s", strerror(-r)) : 0;
}

int notice_put(struct sys *s, const char *text, struct err *e)
{
	int r = text ? s->ops->put(s, NOTICE_FILE, text) : s->ops->remove(s, NOTICE_FILE);

	if (r == 0 || (r == -ENOENT && !text))
		return 0;
	return err_set(e, r, "cannot write /" NOTICE_FILE ": %s", strerror(-r));
}
