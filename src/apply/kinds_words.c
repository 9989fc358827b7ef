/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_words.h"

#include <errno.h>
#include <string.h>

#include "apply/kinds_prime.h"
#include "apply/tool.h"
#include "base/str.h"
#include "model/boot_word.h"
#include "model/display.h"
#include "text/kernel_cmdline.h"
#include "text/kernelstub.h"
#include "text/shell_vars.h"

enum { TOOL_LIMIT_MS = 5 * 60 * 1000 }; /* rpm-ostree makes a deployment */

/* ---- words in files ---- */

/* The file; NULL in *ret where there is none. */
static int read_words_file(struct sys *s, struct arena *mem, const char *file, const char **ret, struct err *e)
{
	char *text = malloc(SHELL_TEXT_BYTES + 1);
	struct sys_file about = {0};
	int n = text && s->ops->file_get ? s->ops->file_get(s, file + 1, text, SHELL_TEXT_BYTES + 1, &about) : -ENOSYS;

	*ret = NULL;
	if (n >= 0)
		*ret = arena_strdup(mem, text);
	if (n >= 0 && strlen(text) != (size_t)n)
		n = -EILSEQ;
	free(text);
	if (n >= 0 || n == -ENOENT)
		return 0;
	return err_set(e, n, "cannot read %s: %s", file, strerror(-n));
}

/* What of the file the kernel would get; NULL: it cannot be told. */
static const char *words_of(struct arena *mem, const struct boot_word *w, const char *text, struct err *e)
{
	const struct shell_var *v;
	struct shell_vars vars = {0};

	if (!w->variable)
		return text;
	shell_vars_read(mem, &vars, w->place, text);
	v = shell_vars_find(&vars, w->variable);
	if (!v)
		return "";
	if (!v->value)
		(void)err_set(e, -EINVAL, "what %s is in %s cannot be told: line %u %s", w->variable, w->place, v->line,
		    v->reason ? v->reason : "");
	return v->value;
}

int word_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct boot_word w;
	const char *text, *words;
	int r;

	*ret = (struct value){0};
	if (!boot_word_parse(mem, target, &w))
		return err_set(e, -EINVAL, "%s names no word of a file", target);
	r = read_words_file(s, mem, w.place, &text, e);
	if (r < 0 || !text)
		return r;
	words = words_of(mem, &w, text, e);
	if (!words)
		return -EINVAL;
	ret->flag = kernel_cmdline_count(mem, words, w.word) > 0;
	return 0;
}

static const char *edit(struct arena *mem, const struct boot_word *w, const char *text, bool adds)
{
	const char *const words[] = {w->word};

	if (w->variable)
		return shell_vars_edit_words(mem, text, w->variable, words, adds, words, !adds);
	return kernel_cmdline_is_one_line(text) ? kernel_cmdline_edit(mem, text, words, adds, words, !adds) : NULL;
}

int word_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	const char *text, *edited;
	struct boot_word w;
	int r;

	(void)from;
	if (!boot_word_parse(mem, move->target, &w))
		return err_set(e, -EINVAL, "%s names no word of a file", move->target);
	r = read_words_file(s, mem, w.place, &text, e);
	if (r < 0)
		return r;
	if (!text)
		return move->want.flag ? err_set(e, -ENOENT, "there is no %s", w.place) : 0;
	edited = edit(mem, &w, text, move->want.flag);
	if (!edited)
		return err_set(e, -EINVAL, "%s cannot be edited safely: %s", w.place,
		    w.variable ? arena_printf(mem, "%s is not assigned in a plain way", w.variable) : "it is not one line of words");
	if (str_eq(edited, text))
		return err_set(e, -EINVAL, "%s of %s comes out of another variable", w.word, w.place);
	r = s->ops->file_edit ? s->ops->file_edit(s, w.place + 1, edited) : -ENOSYS;
	if (r == 0)
		return 0;
	(void)err_set(e, r, "cannot write %s: %s", w.place, strerror(-r));
	if (r == -EPERM)
		return err_hint(e, "it and the folders above it must be root's and nobody else's to write, and it must have one link");
	return r;
}

/* ---- settings of programs ---- */

static const char *in_so_many(size_t n, size_t n_with)
{
	return n_with == 0 ? SETTING_NONE : n_with == n ? SETTING_ALL : SETTING_SOME;
}

/* A line args="…" each entry; a "\"" inside is doubled by nobody: such words are not ours. */
static int grubby_get(struct sys *s, struct arena *mem, const char *word, const char **ret, struct err *e)
{
	static const char *const argv[] = {"grubby", "--info=ALL", NULL};
	const char *output;
	size_t n = 0, n_with = 0;
	int r = tool_run(s, mem, argv, TOOL_LIMIT_MS, &output, e);

	if (r < 0)
		return r;
	for (char *rest = NULL, *line = strtok_r(arena_strdup(mem, output), "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t length = strlen(line);

		if (!str_starts(line, "args=\""))
			continue;
		if (line[length - 1] == '"')
			line[length - 1] = '\0';
		n++;
		n_with += kernel_cmdline_count(mem, line + strlen("args=\""), word) > 0;
	}
	*ret = in_so_many(n, n_with);
	return n > 0 ? 0 : err_set(e, -EIO, "grubby --info=ALL names no entry");
}

/* One line of words. */
static int rpm_ostree_get(struct sys *s, struct arena *mem, const char *word, const char **ret, struct err *e)
{
	static const char *const argv[] = {"rpm-ostree", "kargs", NULL};
	const char *output;
	int r = tool_run(s, mem, argv, TOOL_LIMIT_MS, &output, e);

	if (r == 0)
		*ret = in_so_many(1, kernel_cmdline_count(mem, output, word) > 0);
	return r;
}

/* Its own file says what it will use. */
static int kernelstub_get(struct sys *s, struct arena *mem, const char *word, const char **ret, struct err *e)
{
	static const char file[] = "/etc/kernelstub/configuration";
	const char *text, *words;
	int r = read_words_file(s, mem, file, &text, e);

	if (r < 0)
		return r;
	words = text ? kernelstub_words(mem, text) : NULL;
	if (!words)
		return err_set(e, -EINVAL, "%s holds no user.kernel_options", file);
	*ret = in_so_many(1, kernel_cmdline_count(mem, words, word) > 0);
	return 0;
}

/* What each program takes a word, and gives it up, by; %s is the word. */
static const struct {
	const char *program;
	int (*get)(struct sys *s, struct arena *mem, const char *word, const char **ret, struct err *e);
	const char *add[3], *remove[3];
} settings[] = {
    {"grubby", grubby_get, {"--update-kernel=ALL", "--args=%s"}, {"--update-kernel=ALL", "--remove-args=%s"}},
    {"rpm-ostree", rpm_ostree_get, {"kargs", "--append-if-missing=%s"}, {"kargs", "--delete-if-present=%s"}},
    {"kernelstub", kernelstub_get, {"--add-options", "%s"}, {"--delete-options", "%s"}},
};

int setting_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct boot_word w;

	*ret = (struct value){0};
	if (is_prime_target(target))
		return prime_get(s, mem, target, ret, e);
	if (boot_setting_parse(mem, target, &w))
		for (size_t i = 0; i < ARRAY_LEN(settings); i++)
			if (str_eq(settings[i].program, w.place))
				return settings[i].get(s, mem, w.word, &ret->text, e);
	return err_set(e, -EINVAL, "%s names no setting of a program", target);
}

static const char *with_word(struct arena *mem, const char *argument, const char *word)
{
	const char *place = strstr(argument, "%s");

	return place ? arena_printf(mem, "%.*s%s", (int)(place - argument), argument, word) : argument;
}

int setting_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	struct boot_word w;
	const char *output;

	(void)from;
	if (is_prime_target(move->target))
		return prime_set(s, mem, move, e);
	if (str_eq(move->want.text, SETTING_SOME))
		return err_set(e, -EINVAL, "which entries had %s is not known any more", move->target);
	if (boot_setting_parse(mem, move->target, &w))
		for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
			const char *const *form = str_eq(move->want.text, SETTING_ALL) ? settings[i].add : settings[i].remove;
			const char *const argv[] = {w.place, form[0], with_word(mem, form[1], w.word), NULL};

			if (str_eq(settings[i].program, w.place))
				return tool_run(s, mem, argv, TOOL_LIMIT_MS, &output, e);
		}
	return err_set(e, -EINVAL, "%s names no setting of a program", move->target);
}

bool setting_between(const struct step *move, const struct value *now)
{
	(void)move;
	return str_eq(now->text, SETTING_SOME);
}
