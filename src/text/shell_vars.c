/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/shell_vars.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

enum { NEVER_DEEPER = 1000 };

struct reader {
	struct arena *mem;
	struct shell_vars *v;
	const char *file;
	const char *text;
	size_t at;
	unsigned line;
	unsigned depth; /* of if, for, while, case and { */
	unsigned n_assignments;
	char *buffer; /* SHELL_VALUE_BYTES and a NUL: the value that is being put together */
};

/* A value as it is put together. */
struct value {
	char *text;
	size_t length;
	const char *reason;   /* NULL: known */
	unsigned n_parts;     /* quoted strings and bare stretches */
	const char *own_name; /* the variable that is assigned */
	bool has_own;	      /* its old value is part of it */
};

static bool is_name_letter(char c, bool is_first)
{
	return c == '_' || char_is_letter(c) || (!is_first && char_is_digit(c));
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (is_name_letter(text[n], n == 0))
		n++;
	return n;
}

static struct shell_var *find(struct shell_vars *v, const char *name, size_t length)
{
	for (size_t i = 0; i < v->n_vars; i++)
		if (strlen(v->vars[i].name) == length && memcmp(v->vars[i].name, name, length) == 0)
			return &v->vars[i];
	return NULL;
}

const struct shell_var *shell_vars_find(const struct shell_vars *v, const char *name)
{
	for (size_t i = 0; i < v->n_vars; i++)
		if (str_eq(v->vars[i].name, name))
			return &v->vars[i];
	return NULL;
}

const char *shell_vars_value(const struct shell_vars *v, const char *name)
{
	const struct shell_var *var = shell_vars_find(v, name);

	return var ? var->value : NULL;
}

/* Everything known so far is not any more. */
static void doubt(struct reader *r, const char *reason)
{
	if (!r->v->doubt_file) {
		r->v->doubt_file = r->file;
		r->v->doubt_line = r->line;
	}
	for (size_t i = 0; i < r->v->n_vars; i++) {
		struct shell_var *var = &r->v->vars[i];

		if (!var->value)
			continue;
		var->value = NULL;
		var->reason = reason;
		var->file = r->file;
		var->line = r->line;
		var->is_literal = false;
	}
}

static char next(struct reader *r)
{
	char c = r->text[r->at];

	r->line += c == '\n';
	r->at += c != '\0';
	return c;
}

static void add(struct value *v, const char *text, size_t length)
{
	if (length > SHELL_VALUE_BYTES - v->length) {
		v->reason = "it is too long";
		return;
	}
	memcpy(v->text + v->length, text, length);
	v->length += length;
}

/* `…` and $(…) are passed over: their end is where quotes and parentheses are even. */
static void skip_command(struct reader *r, char close)
{
	unsigned depth = 1;
	char quote = '\0', c;

	if (close == ')')
		(void)next(r); /* its "(" */
	while (depth > 0 && (c = next(r)) != '\0') {
		if (c == '\\')
			(void)next(r);
		else if (quote)
			quote = c == quote ? '\0' : quote;
		else if (close == '`')
			depth -= c == '`';
		else if (c == '\'' || c == '"')
			quote = c;
		else if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
	}
}

static void add_variable(struct reader *r, struct value *v, const char *name, size_t length)
{
	const struct shell_var *var = find(r->v, name, length);

	if (strlen(v->own_name) == length && memcmp(v->own_name, name, length) == 0)
		v->has_own = true;
	if (var && var->value)
		add(v, var->value, strlen(var->value));
	else if (var && var->reason)
		v->reason = "it builds on a value that cannot be told";
	else if (strncmp(name, "GRUB_", 5) != 0 || r->v->doubt_file)
		/* Nobody's environment has GRUB_ variables: those not assigned are empty. Of others that is not known. */
		v->reason = "it builds on a variable of the environment";
}

/* Behind a "$". */
static void take_dollar(struct reader *r, struct value *v)
{
	const char *at = r->text + r->at;
	size_t length;

	if (*at == '(') {
		skip_command(r, ')');
		v->reason = "it comes out of a command";
	} else if (*at == '{') {
		length = name_length(at + 1);
		if (length > 0 && at[1 + length] == '}') {
			add_variable(r, v, at + 1, length);
			r->at += length + 2;
			return;
		}
		v->reason = "it comes out of an expansion";
		while (*at != '\0' && *at != '\n' && *at != '}')
			at++;
		r->at = (size_t)(at - r->text) + (*at == '}');
	} else {
		length = name_length(at);
		if (length == 0) {
			add(v, "$", 1);
			return;
		}
		add_variable(r, v, at, length);
		r->at += length;
	}
}

static void take_single(struct reader *r, struct value *v)
{
	char c;

	while ((c = next(r)) != '\'') {
		if (c == '\0') {
			v->reason = "a quotation mark is not closed";
			return;
		}
		add(v, &c, 1);
	}
}

static void take_double(struct reader *r, struct value *v)
{
	char c;

	while ((c = next(r)) != '"') {
		if (c == '\0') {
			v->reason = "a quotation mark is not closed";
			return;
		}
		if (c == '$') {
			take_dollar(r, v);
		} else if (c == '`') {
			skip_command(r, '`');
			v->reason = "it comes out of a command";
		} else if (c == '\\' && r->text[r->at] != '\0' && strchr("$`\"\\\n", r->text[r->at])) {
			c = next(r);
			if (c != '\n')
				add(v, &c, 1);
		} else {
			add(v, &c, 1);
		}
	}
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\n;&|<>()", c);
}

static void take_bare(struct reader *r, struct value *v)
{
	char c;

	while (!ends_word(r->text[r->at]) && !strchr("'\"`", r->text[r->at])) {
		c = next(r);
		if (c == '$') {
			take_dollar(r, v);
			continue;
		}
		if (c == '\\') {
			c = next(r);
			if (c == '\n' || c == '\0')
				continue;
		}
		add(v, &c, 1);
	}
}

/* The word at hand, quotes undone. */
static void take_value(struct reader *r, struct value *v)
{
	while (!ends_word(r->text[r->at])) {
		char c = r->text[r->at];

		v->n_parts++;
		if (c == '\'' || c == '"' || c == '`')
			(void)next(r);
		if (c == '\'') {
			take_single(r, v);
		} else if (c == '"') {
			take_double(r, v);
		} else if (c == '`') {
			skip_command(r, '`');
			v->reason = "it comes out of a command";
		} else {
			take_bare(r, v);
		}
	}
}

static void skip_blanks(struct reader *r)
{
	for (;;) {
		if (r->text[r->at] == '\\' && r->text[r->at + 1] == '\n') {
			(void)next(r);
			(void)next(r);
		} else if (r->text[r->at] != '\0' && strchr(" \t", r->text[r->at])) {
			(void)next(r);
		} else {
			return;
		}
	}
}

static struct shell_var *variable(struct reader *r, const char *name, size_t length)
{
	struct shell_var *var = find(r->v, name, length);

	if (!var && r->v->n_vars < SHELL_VARS) {
		var = ARENA_PUSH(r->mem, r->v->vars, r->v->n_vars);
		*var = (struct shell_var){.name = arena_strndup(r->mem, name, length)};
	}
	return var;
}

/* What may stand behind an assignment, so that it was one of its own and not the environment of a command. */
static bool ends_statement(char c)
{
	return c == '\0' || c == '\n' || c == ';' || c == '#';
}

/* NAME=VALUE or NAME+=VALUE is at hand. */
static void take_assignment(struct reader *r, size_t length)
{
	size_t name_at = r->at, start;
	unsigned line = r->line;
	bool is_append = r->text[r->at + length] == '+';
	struct shell_var *var = variable(r, r->text + name_at, length);
	struct value v = {.own_name = arena_strndup(r->mem, r->text + name_at, length)};

	r->at += length + 1 + is_append;
	start = r->at;
	v.text = r->buffer;
	if (is_append && var && r->v->has_append) {
		v.has_own = true;
		if (var->value)
			add(&v, var->value, strlen(var->value));
		else if (var->reason)
			v.reason = var->reason;
	} else if (is_append) {
		v.reason = "\"+=\" is no assignment in every shell";
	}
	take_value(r, &v);
	if (++r->n_assignments > SHELL_ASSIGNMENTS)
		v.reason = "the file is too long";
	else if (r->depth > 0)
		v.reason = "it stands in a condition";
	else if (r->text[r->at] == '&' || r->text[r->at] == '|' || r->text[r->at] == '(')
		v.reason = "it is part of a command";
	if (var) {
		bool is_lost = var->value && *var->value && !v.has_own && !str_eq(var->file, r->file);

		*var = (struct shell_var){
		    .name = var->name,
		    .value = v.reason ? NULL : arena_strndup(r->mem, v.text, v.length),
		    .file = r->file,
		    .line = line,
		    .reason = v.reason,
		    .lost_file = is_lost ? var->file : v.has_own ? var->lost_file : NULL,
		    .is_literal = !v.reason && v.n_parts <= 1 && !is_append,
		    .start = start,
		    .end = r->at,
		};
	} else {
		doubt(r, "there are too many variables");
	}
}

static void skip_quoted(struct reader *r, char quote)
{
	char c;

	while ((c = next(r)) != '\0' && c != quote)
		if (c == '\\' && quote == '"')
			(void)next(r);
}

/* A statement that is no assignment: to its end, with the quotes in it. Assignments that are in it are in doubt. */
static void skip_statement(struct reader *r)
{
	bool is_word_start = true;
	char c;

	while ((c = r->text[r->at]) != '\0' && c != '\n' && c != ';') {
		size_t length = name_length(r->text + r->at);
		const char *behind = r->text + r->at + length;

		if (is_word_start && length > 0 && (behind[0] == '=' || (behind[0] == '+' && behind[1] == '='))) {
			unsigned depth = r->depth;

			r->depth = 1;
			take_assignment(r, length);
			r->depth = depth;
			is_word_start = false;
			continue;
		}
		if (is_word_start && c == '#') {
			while (r->text[r->at] != '\0' && r->text[r->at] != '\n')
				r->at++;
			return;
		}
		is_word_start = strchr(" \t&|(){", c);
		(void)next(r);
		if (c == '\\')
			(void)next(r);
		else if (c == '`')
			skip_command(r, '`');
		else if (c == '$' && r->text[r->at] == '(')
			skip_command(r, ')');
		else if (c == '\'' || c == '"')
			skip_quoted(r, c);
	}
}

/* "name()", "name ()" */
static bool is_function(const char *at, size_t word)
{
	at += word;
	at += strspn(at, " \t");
	return *at == '(';
}

static bool is_word(const char *at, size_t length, const char *words)
{
	return str_has_word(words, at, length);
}

static void take_statement(struct reader *r)
{
	static const char openers[] = "if for while until case {", closers[] = "fi done esac }";
	size_t length = name_length(r->text + r->at), word;
	const char *at = r->text + r->at;

	if (length > 0 && (at[length] == '=' || (at[length] == '+' && at[length + 1] == '='))) {
		take_assignment(r, length);
		skip_blanks(r);
		/* "A=1 B=2" assigns both; "A=1 command" neither: the first word that is none tells. */
		length = name_length(r->text + r->at);
		if (!ends_statement(r->text[r->at]) && r->text[r->at + length] != '=') {
			doubt(r, "a command stands behind an assignment");
			skip_statement(r);
		}
		return;
	}
	word = strcspn(at, " \t\n;&|()<>");
	if (is_word(at, word, "export readonly local declare typeset then do else")) {
		r->depth += is_word(at, word, "local declare typeset") ? 1 : 0;
		r->at += word;
		return;
	}
	if (is_word(at, word, openers)) {
		r->depth += r->depth < NEVER_DEEPER;
		r->at += word;
		skip_statement(r);
	} else if (is_word(at, word, closers)) {
		r->depth -= r->depth > 0;
		r->at += word;
		skip_statement(r);
	} else if (is_word(at, word, ". source eval unset exit return exec")) {
		doubt(r, "another file is sourced, or the rest decided, by a command");
		if (is_word(at, word, "exit return exec"))
			r->depth = NEVER_DEEPER + 1; /* what follows may never be reached */
		skip_statement(r);
	} else if (is_function(at, word)) {
		doubt(r, "a function or a subshell stands there");
		r->depth += r->depth < NEVER_DEEPER; /* to its "}" */
		skip_statement(r);
	} else {
		skip_statement(r);
	}
}

void shell_vars_read(struct arena *mem, struct shell_vars *v, const char *file, const char *text)
{
	struct reader r = {.mem = mem, .v = v, .file = file, .text = text, .line = 1};

	r.buffer = arena_alloc(mem, SHELL_VALUE_BYTES + 1);
	if (strlen(text) > SHELL_TEXT_BYTES) {
		doubt(&r, "the file is too long");
		return;
	}
	while (r.text[r.at] != '\0') {
		size_t before = r.at;

		skip_blanks(&r);
		if (r.text[r.at] == '#')
			r.at += strcspn(r.text + r.at, "\n");
		else if (r.text[r.at] == '\n' || r.text[r.at] == ';')
			(void)next(&r);
		else if (r.text[r.at] != '\0')
			take_statement(&r);
		if (r.at == before)
			(void)next(&r);
	}
}

static const char *edit_words(struct arena *mem, const char *text, const char *name, const char *const *add_words, size_t n_add,
    const char *const *remove, size_t n_remove)
{
	struct shell_vars v = {0};
	const struct shell_var *var;
	const char *inner, *edited, *mark;
	size_t length = strlen(text), inner_length;
	char quote;

	shell_vars_read(mem, &v, "", text);
	var = shell_vars_find(&v, name);
	if (v.doubt_file)
		return NULL;
	if (!var) {
		edited = kernel_cmdline_edit(mem, "", add_words, n_add, remove, n_remove);
		if (!edited || !*edited)
			return edited ? text : NULL;
		return arena_printf(mem, "%s%s%s=\"%s\"\n", text, length > 0 && text[length - 1] != '\n' ? "\n" : "", name, edited);
	}
	/* Another variable that is not set, $GRUB_CMDLINE_LINUX of another file, is no hindrance. */
	if (!var->is_literal)
		return NULL;
	quote = text[var->start];
	if (quote == '"' || quote == '\'') {
		inner = arena_strndup(mem, text + var->start + 1, var->end - var->start - 2);
		mark = "";
	} else {
		inner = arena_strndup(mem, text + var->start, var->end - var->start);
		mark = "\"";
	}
	inner_length = strlen(inner);
	/* A "\" ahead of the closing quote or of a newline belongs to what stands behind it. */
	if ((inner_length > 0 && inner[inner_length - 1] == '\\') || strstr(inner, "\\\n") || (*mark && strpbrk(inner, "\\$")))
		return NULL;
	edited = kernel_cmdline_edit(mem, inner, add_words, n_add, remove, n_remove);
	if (!edited || str_eq(edited, inner))
		return edited ? text : NULL;
	if (*mark)
		return arena_printf(mem, "%.*s\"%s\"%s", (int)var->start, text, edited, text + var->end);
	return arena_printf(mem, "%.*s%c%s%c%s", (int)var->start, text, quote, edited, quote, text + var->end);
}

const char *shell_vars_edit_words(struct arena *mem, const char *text, const char *name, const char *const *add_words,
    size_t n_add, const char *const *remove, size_t n_remove)
{
	const char *edited = edit_words(mem, text, name, add_words, n_add, remove, n_remove);
	struct shell_vars v = {0};
	const struct shell_var *var;

	if (!edited || edited == text)
		return edited;
	/* What was written must be read so: a line behind an open quotation mark, or in an `if`, is none of its own. */
	shell_vars_read(mem, &v, "", edited);
	var = shell_vars_find(&v, name);
	return var && var->is_literal && !v.doubt_file ? edited : NULL;
}
