/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/reset.h"

#include <string.h>

#include "base/str.h"

static bool is_alone_on_bus(const struct host *h, const struct pci_function *f)
{
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *other = &h->functions[i];

		if (other != f && other->addr.domain == f->addr.domain && other->addr.bus == f->addr.bus)
			return false;
	}
	return true;
}

struct reset_verdict judge_reset(struct arena *mem, const struct host *h, const struct pci_function *f)
{
	struct reset_verdict v = {.methods = f->attributes ? f->attributes[ATTR_RESET_METHOD] : NULL};

	if (!v.methods)
		return v;
	v.can_reset = TRI_NO;
	for (const char *word = v.methods; *word;) {
		size_t length = strcspn(word, " ");
		const char *method = arena_strndup(mem, word, length);

		if (str_eq(method, "bus") && !is_alone_on_bus(h, f)) {
			v.bus_is_useless = true;
		} else if (length > 0 && !v.used) {
			v.used = method;
			v.can_reset = TRI_YES;
		}
		word += length + strspn(word + length, " ");
	}
	return v;
}
