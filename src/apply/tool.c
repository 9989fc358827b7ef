/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/tool.h"

#include <errno.h>
#include <string.h>

#include "model/derived.h"

enum {
	OUTPUT_BYTES = 64 * 1024,
	DERIVED_LIMIT_MS = 30 * 60 * 1000, /* each: an early image for every kernel, on a slow machine */
};

static int explain(const char *command, unsigned limit_ms, int r, struct err *e)
{
	switch (r) {
	case -ENOENT:
		return err_set(e, r, "%s: there is no such program", command);
	case -EPERM:
		return err_set(e, r, "%s is not run: others than root may write to that program", command);
	case -ETIMEDOUT:
		return err_set(e, r, "%s did not end within %u minutes, and was killed", command, limit_ms / 60000);
	case -EBUSY:
		return err_set(e, r, "%s: a program that was started before still runs", command);
	default:
		return err_set(e, r, "%s could not be run: %s", command, strerror(-r));
	}
}

int tool_run(struct sys *s, struct arena *mem, const char *const *argv, unsigned limit_ms, const char **ret_output,
    struct err *e)
{
	char *output = arena_alloc(mem, OUTPUT_BYTES);
	const char *command = argv[0];
	int status = 0;
	int r = s->ops->run_tool
	    ? s->ops->run_tool(s, (char *const *)(uintptr_t)argv, limit_ms, output, OUTPUT_BYTES, &status)
	    : -ENOSYS;

	*ret_output = output;
	if (r == 0 && status == 0)
		return 0;
	for (size_t i = 1; argv[i]; i++)
		command = arena_printf(mem, "%s %s", command, argv[i]);
	if (s->said && *output)
		s->said(s->waiting_data, command, output);
	return r < 0 ? explain(command, limit_ms, r, e) : err_set(e, -EIO, "%s failed with exit status %d", command, status);
}

int derived_run(struct sys *s, struct arena *mem, const struct plan *p, struct err *e)
{
	const char *output;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_derived; i++)
		r = tool_run(s, mem, (const char *const *)derived_argv(mem, p->derived[i]), DERIVED_LIMIT_MS, &output, e);
	return r;
}
