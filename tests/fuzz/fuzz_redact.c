/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken out of files before they are given away: any bytes, any kind of file. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "text/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"x", "proc/net/route", "proc/net/tcp6", "proc/net/ipv6_route", "sys/devices/x/config"};
	struct arena mem = {0};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct redactor *r = redactor_new(&mem, size);
		const char *first, *second;
		size_t n, again;

		redactor_add_word(r, "wonderland", "host");
		redactor_learn(r, paths[i], (const char *)data, size);
		first = redact(r, paths[i], (const char *)data, size, &n);
		second = redact(r, paths[i], (const char *)data, size, &again);
		/* The same comes out for the same. */
		assert(n == again && memcmp(first, second, n) == 0 && first[n] == '\0');
	}
	arena_done(&mem);
	return 0;
}
