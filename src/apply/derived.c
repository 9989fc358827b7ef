/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/derived.h"

#include <errno.h>
#include <string.h>

#include "model/derived.h"

enum { OUTPUT_BYTES = 16 * 1024 };

static int run_one(struct sys *s, struct arena *mem, const char *command, struct err *e)
{
	char *output = arena_alloc(mem, OUTPUT_BYTES);
	char **argv = derived_argv(mem, command);
	int status = 0;
	int r = s->ops->run_tool ? s->ops->run_tool(s, argv, DERIVED_LIMIT_MS, output, OUTPUT_BYTES, &status) : -ENOSYS;

	if (r == 0 && status == 0)
		return 0;
	if (s->said && *output)
		s->said(s->waiting_data, command, output);
	if (r == -ENOENT)
		return err_set(e, r, "%s: there is no such program any more", command);
	if (r == -ETIMEDOUT)
		return err_set(e, r, "%s did not end within %d minutes, and was killed", command, DERIVED_LIMIT_MS / 60000);
	if (r < 0)
		return err_set(e, r, "%s could not be run: %s", command, strerror(-r));
	return err_set(e, -EIO, "%s failed with exit status %d", command, status);
}

int derived_run(struct sys *s, struct arena *mem, const struct plan *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_derived; i++)
		r = run_one(s, mem, p->derived[i], e);
	return r;
}
