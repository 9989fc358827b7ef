/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests in the lab: what the readers of uses see on a real kernel.
 *
 *	lab-uses AREA		a line for each use, "mount 0000:01:00.0 /mnt on nvme0n1 (/proc/self/mountinfo)", and for
 *				each blind spot, "blind REASON (EVIDENCE)", sorted by nothing
 *	lab-uses hold NODE	opens a block device exclusively, says "held" and keeps it open
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/read_host.h"
#include "sys/read_uses.h"
#include "sys/real.h"

static int hold(const char *node)
{
	if (open(node, O_RDONLY | O_EXCL | O_CLOEXEC) < 0) {
		perror(node);
		return 1;
	}
	(void)puts("held");
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}

static void print(const struct host *h)
{
	for (size_t i = 0; i < h->n_uses; i++) {
		const struct use *u = &h->uses[i];

		(void)printf("%s %s %s (%s)\n", use_kind_name(u->kind), u->function < 0 ? "-" : h->functions[u->function].name,
		    u->subject, u->evidence);
	}
	for (size_t i = 0; i < h->n_blind; i++)
		(void)printf("blind %s (%s)\n", h->blind[i].reason, h->blind[i].evidence);
}

int main(int argc, char **argv)
{
	struct read_request request = {.facets = FACET_TOPOLOGY};
	struct sys_real real;
	struct arena mem = {0};
	struct host h;
	struct err e = {0};
	unsigned areas = 0;
	int r;

	if (argc == 3 && str_eq(argv[1], "hold"))
		return hold(argv[2]);
	for (int i = 0; argc == 2 && i < AREAS; i++)
		if (str_eq(argv[1], use_area_name((enum use_area)i)))
			areas = 1u << i;
	if (!areas)
		return 2;
	r = sys_real_open(&real, NULL, &e);
	if (r == 0)
		r = read_host(&real.sys, &mem, &request, &h, &e);
	if (r == 0) {
		read_uses(&real.sys, &mem, &h, areas);
		print(&h);
	} else {
		(void)fprintf(stderr, "lab-uses: %s\n", e.what);
	}
	sys_real_close(&real);
	arena_done(&mem);
	return r != 0;
}
