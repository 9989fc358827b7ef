/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/apart.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/free.h"

enum {
	START_LIMIT_MS = 30 * 1000,
	LOOK_MS = 200,
};

bool flow_must_run_apart(struct flow *f, const struct plan *p)
{
	return plan_stops_units(p) && f->s->is_live && f->s->may_write && f->s->ops->run_transient;
}

static char **command_line(struct flow *f, const char *program, char **words)
{
	char **argv = NULL;
	size_t n = 0;

	*ARENA_PUSH(f->mem, argv, n) = arena_strdup(f->mem, program);
	for (size_t i = 0; words[i]; i++)
		*ARENA_PUSH(f->mem, argv, n) = words[i];
	*ARENA_PUSH(f->mem, argv, n) = NULL;
	return argv;
}

int flow_run_apart(struct flow *f, const struct apart *apart, int *ret_status, struct err *e)
{
	char program[SYS_PATH], folder[SYS_PATH];
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char recover[] = "recover", *recover_words[] = {recover, NULL}, *environment[] = {path, NULL, NULL};
	struct sys_transient service = {.description = "passthru, apart from the session it was asked for in",
	    .environment = environment};
	int r = f->s->ops->link(f->s, "proc/self/exe", program, sizeof(program));

	if (r < 0)
		return err_set(e, r, "cannot tell where this program is: %s", strerror(-r));
	/* What a command behind "--" names is meant from here. */
	if (f->s->ops->link(f->s, "proc/self/cwd", folder, sizeof(folder)) == 0 && folder[0] == '/')
		service.directory = folder;
	service.name = arena_printf(f->mem, "passthru-%s-%d.service", apart->verb, f->s->pid);
	/* How the program there knows where it is (cli): without it each would start another. */
	environment[1] = arena_printf(f->mem, APART_VARIABLE "=%s", service.name);
	service.argv = command_line(f, program, apart->argv);
	service.stop_argv = command_line(f, program, recover_words);
	if (apart->started)
		apart->started(apart->data, service.name);
	r = f->s->ops->run_transient(f->s, &service, START_LIMIT_MS);
	if (r < 0) {
		(void)err_set(e, r, "cannot start %s: %s", service.name, strerror(-r));
		return err_hint(e, "without systemd no service can be stopped either; end what uses the device by hand");
	}
	while ((r = f->s->ops->transient_ended(f->s, service.name, ret_status)) == 0)
		(void)f->s->ops->sleep_ms(f->s, LOOK_MS);
	return r < 0 ? err_set(e, r, "cannot see how %s ended: %s", service.name, strerror(-r)) : 0;
}
