/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "text/boots_file.h"
#include "text/claim_file.h"
#include "text/claims_words.h"
#include "text/udev_rules.h"

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

/* Whatever the place and the driver are called, the rules have the lines they should have, of their letters alone. */
static void check_rules(struct arena *mem, const struct claim *c, const char *text)
{
	const struct claim_rule rules[] = {
	    {.path = c->path, .addr = c->addr, .class_code = c->class_code, .place = text, .driver = "vfio-pci"},
	    {.path = c->path, .addr = c->addr, .class_code = c->class_code, .driver = text},
	};
	const char *made = udev_rules_text(mem, rules, ARRAY_LEN(rules), "0000:00:00.0");
	const char *none = udev_rules_text(mem, NULL, 0, NULL);
	size_t n = 0, n_none = 0, quotes = 0;

	for (const char *at = made; *at; at++) {
		assert(*at == '\n' || (*at >= ' ' && *at <= '~' && *at != '\\' && *at != '$' && *at != '%'));
		quotes += *at == '"';
		assert(*at != '\n' || quotes % 2 == 0);
		n += *at == '\n';
	}
	for (const char *at = none; *at; at++)
		n_none += *at == '\n';
	assert(n == n_none || (udev_rules_take(c->class_code) && n - n_none >= 7 && n - n_none <= 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *text = arena_strndup(&mem, (const char *)data, size);
	struct claim c, again;
	struct boots boots;
	struct err e;

	if (claim_file_parse(&mem, text, &c, &e) == 0) {
		const char *written = claim_file_text(&mem, &c), *name = claim_name(&mem, &c.path);

		/* What was understood is written so that it is understood the same, and byte for byte from then on. */
		assert(claim_file_parse(&mem, written, &again, &e) == 0);
		assert(str_eq(claim_file_text(&mem, &again), written));
		assert(!c.vm || is_vm_name(c.vm));
		check_rules(&mem, &c, text);
		check_rules(&mem, &c, c.wish);
		assert(!strchr(name, '/') && is_claim_file(claim_file(&mem, name)));
	}
	if (boots_file_parse(text, &boots))
		assert(str_eq(boots_file_text(&mem, &boots), text));
	(void)claims_are_off(text);
	check_path(text);
	assert(!is_claim_file(text) || !strstr(text, ".."));
	arena_done(&mem);
	return 0;
}
