/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "text/claim_file.h"

static void check_path(const char *text)
{
	char again[PORT_PATH_TEXT];
	struct port_path p, q;

	(void)port_path_from_link(text, &p);
	if (!port_path_parse(text, &p))
		return;
	assert(str_eq(port_path_format(&p, again), text));
	assert(port_path_parse(again, &q) && port_path_equal(&p, &q));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *text = arena_strndup(&mem, (const char *)data, size);
	struct claim c, again;
	struct err e;

	if (claim_file_parse(&mem, text, &c, &e) == 0) {
		const char *written = claim_file_text(&mem, &c), *name = claim_name(&mem, &c.path);

		/* What was understood is written so that it is understood the same, and byte for byte from then on. */
		assert(claim_file_parse(&mem, written, &again, &e) == 0);
		assert(str_eq(claim_file_text(&mem, &again), written));
		assert(!c.vm || is_vm_name(c.vm));
		assert(!strchr(name, '/') && is_claim_file(claim_file(&mem, name)));
	}
	check_path(text);
	assert(!is_claim_file(text) || !strstr(text, ".."));
	arena_done(&mem);
	return 0;
}
