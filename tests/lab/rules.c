/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests in the lab: `lab-rules` prints the udev rules of what is claimed on this host. */
#include <stdio.h>

#include "flow/flow.h"
#include "flow/rules.h"
#include "sys/read_claims.h"

int main(void)
{
	struct arena mem = {0};
	struct err e = {0};
	struct flow f = {.s = flow_open(&mem, NULL, &e), .mem = &mem};
	struct claims claims;
	const char *text = NULL;
	int r = f.s ? read_claims(f.s, &mem, &claims, &e) : e.code;

	if (r == 0)
		r = flow_udev_rules(&f, &claims, &text, &e);
	if (r < 0)
		(void)fprintf(stderr, "lab-rules: %s\n", e.what);
	else if (text)
		(void)fputs(text, stdout);
	if (f.s)
		flow_close(f.s);
	arena_done(&mem);
	return r < 0;
}
