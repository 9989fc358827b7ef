/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/claims_words.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

const struct claims_word claims_words[] = {
    {"passthru.claims", "off", false},
    /* Debian's and Ubuntu's recovery entries, and what systemd takes for rescue.target and emergency.target (systemd 252,
     * src/core/main.c, runlevel_to_target; those of one letter are sysvinit's as well). */
    {"single", NULL, false},
    {"recovery", NULL, false},
    {"rescue", NULL, false},
    {"emergency", NULL, false},
    {"1", NULL, true},
    {"s", NULL, true},
    {"S", NULL, true},
    {"-s", NULL, true},
    {"-b", NULL, true},
    {"systemd.unit", "rescue.target|emergency.target", false},
    /* The same for a systemd in the early image: its shell wants the screen too. */
    {"rd.rescue", NULL, true},
    {"rd.emergency", NULL, true},
    {"rd.systemd.unit", "rescue.target|emergency.target", false},
};
const size_t n_claims_words = ARRAY_LEN(claims_words);

static bool is_one_of(const char *values, const char *value)
{
	size_t length = strlen(value);

	if (length == 0 || strchr(value, '|'))
		return false;
	for (const char *part = values; part; part = strchr(part, '|')) {
		part += *part == '|';
		if (strncmp(part, value, length) == 0 && (part[length] == '|' || part[length] == '\0'))
			return true;
	}
	return false;
}

/* The last value counts; a word without one leaves an earlier value as it is. */
static const char *find_off_word(const struct kernel_word *words, size_t n, const struct claims_word *w)
{
	const struct kernel_word *last = NULL;

	for (size_t i = 0; i < n; i++)
		if (str_same_module(words[i].key, w->key) && (!last || words[i].value))
			last = &words[i];
	if (!last || (w->values && (!last->value || !is_one_of(w->values, last->value))))
		return NULL;
	return w->is_bare && last->value && !str_eq(last->value, "1") ? NULL : last->raw;
}

const char *claims_off_word(struct arena *mem, const char *cmdline)
{
	struct kernel_word *words = NULL;
	struct kernel_cmdline c;
	size_t n = 0;

	/* What stands behind "--" is init's, and udev reads it like the rest. */
	while (cmdline && kernel_cmdline_parse(mem, cmdline, &c)) {
		for (size_t i = 0; i < c.n_words; i++)
			*ARENA_PUSH(mem, words, n) = c.words[i];
		cmdline = c.has_init ? cmdline + c.init_start + 2 : NULL;
	}
	for (size_t i = 0; i < n_claims_words; i++) {
		const char *word = find_off_word(words, n, &claims_words[i]);

		if (word)
			return word;
	}
	return NULL;
}

bool claims_are_off(const char *cmdline)
{
	cleanup_arena struct arena mem = {0};

	return claims_off_word(&mem, cmdline) != NULL;
}
