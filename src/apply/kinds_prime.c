/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_prime.h"

#include <errno.h>
#include <string.h>

#include "apply/tool.h"
#include "base/str.h"
#include "model/display.h"
#include "sys/read_desktop.h"

enum {
	QUERY_LIMIT_MS = 60 * 1000,
	CHOICE_LIMIT_MS = 30 * 60 * 1000, /* it makes the early image anew by itself */
};

/* What stands alone on the last line that is not empty: warnings come before. */
static const char *last_line(struct arena *mem, const char *output)
{
	const char *last = "";

	for (char *rest = NULL, *line = strtok_r(arena_strdup(mem, output), "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (line[strspn(line, " \t\r")])
			last = line + strspn(line, " \t\r");
	return arena_strndup(mem, last, strcspn(last, " \t\r"));
}

static int query(struct sys *s, struct arena *mem, const char **ret, struct err *e)
{
	static const char *const argv[] = {"prime-select", "query", NULL};
	const char *output;
	int r = tool_run(s, mem, argv, QUERY_LIMIT_MS, &output, e);

	if (r < 0)
		return r;
	*ret = last_line(mem, output);
	/* What versions since call so is taken by its old name as well. */
	if (str_eq(*ret, "integrated"))
		*ret = "intel";
	return 0;
}

int prime_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	bool is_boot = str_eq(target, PRIME_BOOT_TARGET);
	struct desktop d = {0};
	char path[SYS_PATH];
	const char *word;
	int r = 0;

	*ret = (struct value){0};
	if (s->is_live && s->ops->find_tool && s->ops->find_tool(s, "prime-select", path, sizeof(path)) == -ENOENT)
		return err_set(e, -ENODEV, "there is no prime-select any more");
	read_prime(s, mem, &d);
	word = is_boot ? d.prime_boot : d.prime_choice;
	if (s->is_live && !is_boot)
		r = query(s, mem, &word, e);
	if (r < 0)
		return r;
	if (!is_prime_choice(target, word))
		return err_set(e, -EINVAL, "what %s is at cannot be told: it says \"%.40s\"", target, word ? word : "");
	ret->text = word;
	return 0;
}

int prime_set(struct sys *s, struct arena *mem, const struct step *move, struct err *e)
{
	const char *const choose[] = {"prime-select", move->want.text, NULL};
	const char *const choose_boot[] = {"prime-select", "boot", move->want.text, NULL};
	const char *output;

	return tool_run(s, mem, str_eq(move->target, PRIME_BOOT_TARGET) ? choose_boot : choose, CHOICE_LIMIT_MS, &output, e);
}
