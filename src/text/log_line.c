/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/log_line.h"

#include <string.h>

#include "base/str.h"
#include "text/errno_words.h"
#include "text/markup.h"

enum { LONGEST_PREFIX = 128 };

struct input {
	const char *at, *end;
};

struct output {
	char *buf;
	size_t n;
};

/* Stands for itself, whatever is around it. */
static bool is_plain(char c)
{
	return char_is_alnum(c) || c == ':' || c == '.';
}

static void put(struct output *o, char c)
{
	if (c == ' ' && (o->n == 0 || o->buf[o->n - 1] == ' '))
		return;
	/* JSON and shells put a backslash before a quote. */
	if ((c == '"' || c == '\'') && o->n > 0 && o->buf[o->n - 1] == '\\')
		o->n--;
	if (o->n < LOG_LINE)
		o->buf[o->n++] = c;
}

static bool take(struct input *in, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(in->end - in->at) < n || memcmp(in->at, word, n) != 0)
		return false;
	in->at += n;
	return true;
}

/* Parameters of a sequence and the letter that ends it. */
static void skip_parameters(struct input *in)
{
	while (in->at < in->end && *in->at >= 0x20 && *in->at <= 0x3f)
		in->at++;
	if (in->at < in->end && *in->at >= 0x40 && *in->at <= 0x7e)
		in->at++;
}

/* ESC [ … letter, ESC ] … BEL or ESC \, ESC and one more; ECMA-48. */
static void skip_escape(struct input *in)
{
	if (in->at < in->end && *in->at == '[') {
		in->at++;
		skip_parameters(in);
	} else if (in->at < in->end && *in->at == ']') {
		while (in->at < in->end && *in->at != '\a' && *in->at != '\033')
			in->at++;
		if (in->at < in->end && *in->at == '\a')
			in->at++;
	} else if (in->at < in->end) {
		in->at++;
	}
}

static bool take_escape(struct input *in)
{
	size_t n;

	if (*in->at == '\033') {
		in->at++;
		skip_escape(in);
		return true;
	}
	if (!strchr("[^#\\", *in->at) || *in->at == '\0')
		return false;
	n = markup_colour(in->at, (size_t)(in->end - in->at));
	in->at += n;
	return n > 0;
}

static bool take_entity(struct input *in, struct output *o)
{
	char c;
	size_t n = *in->at == '&' ? markup_entity(in->at, (size_t)(in->end - in->at), &c) : 0;

	if (n > 0)
		put(o, c);
	in->at += n;
	return n > 0;
}

/* What is written otherwise and means a plain character; the last are UTF-8 read as Windows-1252. */
static bool take_written(struct input *in, struct output *o)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
	    {"\\u2018", "'"},
	    {"\\u2019", "'"},
	    {"\\t", " "},
	    {"\xc2\xa0", " "},
	    {"\xc2\xad", ""},
	    {"\xc2\xb4", "'"},
	    {"\xc2\xab", "\""},
	    {"\xc2\xbb", "\""},
	    {"\xef\xbb\xbf", ""},
	    {"\xe2\x80\x8b", ""},
	    {"\xe2\x80\x98", "'"},
	    {"\xe2\x80\x99", "'"},
	    {"\xe2\x80\x9a", "'"},
	    {"\xe2\x80\x9c", "\""},
	    {"\xe2\x80\x9d", "\""},
	    {"\xe2\x80\x9e", "\""},
	    {"\xe2\x80\x90", "-"},
	    {"\xe2\x80\x91", "-"},
	    {"\xe2\x80\x93", "-"},
	    {"\xe2\x80\x94", "-"},
	    {"\xe2\x80\xa6", "..."},
	    {"\xe2\x80\xaf", " "},
	    {"\xe3\x80\x80", " "},
	    {"\xc3\xa2\xe2\x82\xac\xcb\x9c", "'"},
	    {"\xc3\xa2\xe2\x82\xac\xe2\x84\xa2", "'"},
	    {"\xc3\xa2\xe2\x82\xac\xc5\x93", "\""},
	    {"\xff\xfe", ""},
	    {"\xfe\xff", ""},
	};

	if (!strchr("\\\xc2\xc3\xe2\xe3\xef\xff\xfe", *in->at) || *in->at == '\0')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (take(in, rows[i].from)) {
			for (const char *c = rows[i].to; *c; c++)
				put(o, *c);
			return true;
		}
	return false;
}

/* "host=3D01:00.0" out of a raw mail; "host=3D:00.0" is of bus 3d. */
static bool take_mail_equals(struct input *in, struct output *o)
{
	if (*in->at != '=' || in->end - in->at < 4 || in->at[3] == ':' || !take(in, "=3D"))
		return false;
	put(o, '=');
	return true;
}

/* Length of a well-formed UTF-8 character, 0: it is none. */
static size_t utf8_length(const struct input *in)
{
	unsigned char c = (unsigned char)*in->at;
	size_t n = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (n == 0 || (size_t)(in->end - in->at) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)in->at[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Single bytes of Windows-1252 and Latin-1 that stand for quotes and blanks. */
static char old_character(unsigned char c)
{
	switch (c) {
	case 0x91:
	case 0x92:
	case 0xb4:
		return '\'';
	case 0x93:
	case 0x94:
		return '"';
	case 0x96:
	case 0x97:
		return '-';
	case 0xa0:
		return ' ';
	default:
		return '?';
	}
}

/* Half of a typographic quote in UTF-16 (U+2018 and the like), whose other half reads as a blank. */
static bool take_wide_quote(struct input *in, struct output *o, unsigned char c)
{
	if (c != 0x18 && c != 0x19 && c != 0x1c && c != 0x1d)
		return false;
	if (in->at < in->end && *in->at == ' ')
		in->at++;
	else if (o->n > 0 && o->buf[o->n - 1] == ' ')
		o->n--;
	put(o, c < 0x1c ? '\'' : '"');
	return true;
}

static void take_character(struct input *in, struct output *o)
{
	unsigned char c = (unsigned char)*in->at;
	size_t n = utf8_length(in);

	if (n > 0 && o->n + n <= LOG_LINE) {
		memcpy(o->buf + o->n, in->at, n);
		o->n += n;
		in->at += n;
		return;
	}
	in->at++;
	if (c == '\0' || c == '\r' || take_wide_quote(in, o, c))
		return;
	put(o, c >= 0x80 ? old_character(c) : c < 0x20 || c == 0x7f ? ' ' : (char)c);
}

size_t log_line_clean(const char *raw, size_t length, char ret[LOG_LINE + 1])
{
	struct input in = {raw, raw + length};
	struct output o = {.buf = ret};

	while (in.at < in.end && o.n < LOG_LINE) {
		if (is_plain(*in.at)) {
			ret[o.n++] = *in.at++;
			continue;
		}
		if (!take_escape(&in) && !take_entity(&in, &o) && !take_written(&in, &o) && !take_mail_equals(&in, &o))
			take_character(&in, &o);
		/* What was quoted, in mails and on boards. */
		if (o.n == 2 && (ret[0] == '>' || ret[0] == '|') && ret[1] == ' ')
			o.n = 0;
	}
	while (o.n > 0 && ret[o.n - 1] == ' ')
		o.n--;
	ret[o.n] = '\0';
	return errno_words_plain(ret, o.n, LOG_LINE);
}

/* "[   12.345678]", "[Sat Nov 21 …]" */
static bool is_kernel_time(const char *line)
{
	const char *at = line;

	if (*at++ != '[')
		return false;
	at += strspn(at, " ");
	if (!char_is_digit(*at))
		return strspn(at, "ADFJMNOSTWabcdeghilnoprtuvy") == 3 && at[3] == ' ';
	at += strspn(at, "0123456789");
	return *at == '.' && char_is_digit(at[1]);
}

/* "Nov 21 00:14:03", "2026-11-21T00:14:03" */
bool log_line_is_dated(const char *line)
{
	static const char months[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";

	if (strlen(line) < 10)
		return false;
	if (line[3] == ' ' && str_has_word(months, line, 3))
		return char_is_digit(line[4]) || (line[4] == ' ' && char_is_digit(line[5]));
	return char_is_digit(line[0]) && char_is_digit(line[3]) && line[4] == '-' && char_is_digit(line[5]) && line[7] == '-';
}

bool log_line_begins(const char *line)
{
	return is_kernel_time(line) || log_line_is_dated(line) || str_starts(line, "$ ") || str_starts(line, "# ") ||
	    str_starts(line, "root@") || str_starts(line, "```");
}

bool log_line_is_kernel(const char *line)
{
	const char *at = line;

	if (log_line_is_dated(line)) {
		at = strstr(line, " kernel: ");
		return at && at < line + LONGEST_PREFIX;
	}
	if (*at == '<')
		at += 1 + strspn(at + 1, "0123456789");
	return is_kernel_time(*at == '>' ? at + 1 : at);
}
