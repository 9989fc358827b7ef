/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests in the lab: what the readers of uses see on a real kernel. `lab-uses [AREA…]`, all areas where none is said;
 * a line each, its parts separated by tabs:
 *
 *	KIND	FUNCTION	SUBJECT	EVIDENCE	("-" for no function of PCI)
 *	blind	AREA	REASON	EVIDENCE
 *	server	-	TYPE	EVIDENCE		(where the display was read)
 *
 * `lab-uses hold NODE` opens a block device exclusively, says "held" and keeps it open.
 */
#include <fcntl.h>
#include <stdio.h>
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

static void print_uses(const struct host *h)
{
	for (size_t i = 0; i < h->n_uses; i++) {
		const struct use *u = &h->uses[i];

		(void)printf("%s\t%s\t%s\t%s\n", use_kind_name(u->kind),
		    u->function < 0 ? "-" : h->functions[u->function].name, u->subject, u->evidence);
	}
	for (size_t i = 0; i < h->n_blind; i++)
		(void)printf("blind\t%s\t%s\t%s\n", use_area_name(h->blind[i].area), h->blind[i].reason, h->blind[i].evidence);
	if (h->seen_areas & 1u << AREA_DISPLAY)
		(void)printf("server\t-\t%s\t%s\n", server_type_name(h->server_type),
		    h->server_evidence ? h->server_evidence : "-");
}

int main(int argc, char **argv)
{
	struct read_request request = {.facets = FACET_TOPOLOGY};
	struct sys_real real;
	struct arena mem = {0};
	struct host h;
	struct err e = {0};
	unsigned areas = argc < 2 ? (1u << AREAS) - 1 : 0;
	int r;

	if (argc == 3 && str_eq(argv[1], "hold"))
		return hold(argv[2]);
	for (int i = 1; i < argc; i++)
		for (int k = 0; k < AREAS; k++)
			if (str_eq(argv[i], use_area_name((enum use_area)k)))
				areas |= 1u << k;
	if (!areas)
		return 2;
	r = sys_real_open(&real, NULL, &e);
	if (r == 0)
		r = read_host(&real.sys, &mem, &request, &h, &e);
	if (r == 0) {
		read_uses(&real.sys, &mem, &h, &(struct uses_request){.areas = areas, .may_try = true});
		print_uses(&h);
	} else {
		(void)fprintf(stderr, "lab-uses: %s\n", e.what);
	}
	sys_real_close(&real);
	arena_done(&mem);
	return r != 0;
}
