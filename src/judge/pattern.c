/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/pattern.h"

#include <string.h>

#include "base/str.h"

enum {
	MOST_STEPS = 10000, /* of one pattern on one line; real lines take a few hundred */
	MOST_GAP = 200,
	MOST_DEPTH = 64,
};

#define SPECIAL "{<*'$"

struct matcher {
	const char *line;
	const char *end; /* where the match ended */
	unsigned steps, depth;
	struct pattern_match *ret;
};

static bool match_here(struct matcher *m, const char *p, const char *at);

static bool is_quote(char c)
{
	return c == '\'' || c == '"' || c == '`';
}

/* ---- PCI addresses ---- */

/* A part of an address, so many digits, "0x" in front or not; past it. */
static const char *take_part(const char *at, size_t least, size_t most, char **out)
{
	size_t n;

	if (at[0] == '0' && at[1] == 'x')
		at += 2;
	n = str_hex_length(at);
	if (n < least || n > most)
		return NULL;
	memcpy(*out, at, n);
	*out += n;
	return at + n;
}

static size_t address_from(const char *at, bool has_domain, struct pci_addr *ret)
{
	char text[32], *out = text;
	const char *p = at;

	if (has_domain) {
		p = take_part(p, 4, 8, &out);
		if (!p || *p != ':')
			return 0;
		*out++ = *p++;
	}
	p = take_part(p, 2, 2, &out);
	if (!p || *p != ':')
		return 0;
	*out++ = *p++;
	p = take_part(p, 2, 2, &out);
	if (!p || *p != '.' || p[1] < '0' || p[1] > '7' || char_is_alnum(p[2]))
		return 0;
	*out++ = *p++;
	*out++ = *p++;
	*out = '\0';
	return pci_addr_parse(text, ret) ? (size_t)(p - at) : 0;
}

size_t pattern_address(const char *line, const char *at, struct pci_addr *ret)
{
	size_t n;

	if (!char_is_hex(*at) || (at > line && (char_is_hex(at[-1]) || at[-1] == ':' || char_lower(at[-1]) == 'x')))
		/* "device:0000:01:00.0": only a whole domain may stand behind a colon. */
		if (!char_is_hex(*at) || at == line || at[-1] != ':' || str_hex_length(at) < 4 || char_is_hex(at > line + 1 ? at[-2] : 'z'))
			return 0;
	n = address_from(at, true, ret);
	return n > 0 ? n : address_from(at, false, ret);
}

/* ---- holes ---- */

static size_t run_until(const char *at, const char *stop)
{
	return strcspn(at, stop);
}

/* The most that a class takes here. *ret_least: what it can do with. */
static size_t take_class(struct matcher *m, const char *class, size_t class_length, const char *at, size_t *ret_least)
{
	struct pci_addr addr;
	size_t n;

	*ret_least = 0;
	switch (class_length == 1 ? *class : class_length == 4 ? 'A' : class_length == 3 ? 'B' : 'I') {
	case 'n':
		return *ret_least = strspn(at, "0123456789");
	case 'x':
		n = at[0] == '0' && char_lower(at[1]) == 'x' ? 2 : 0;
		n = str_hex_length(at + n) > 0 ? n + str_hex_length(at + n) : 0;
		return *ret_least = n;
	case 'A':
		return *ret_least = pattern_address(m->line, at, &addr);
	case 'B':
		return *ret_least = *at >= '0' && *at <= '6' && !char_is_digit(at[1]) ? 1 : 0;
	case 'I':
		return *ret_least = str_hex_length(at) == 4 && at[4] == ':' && str_hex_length(at + 5) == 4 ? 9 : 0;
	case 'w':
		*ret_least = 1;
		return run_until(at, " ,;'\"`()[]");
	case 'q':
		*ret_least = 1;
		return run_until(at, "'\"`");
	case 'r':
		*ret_least = 1;
		return run_until(at, "])");
	default:
		return 0;
	}
}

static bool match_hole(struct matcher *m, const char *p, const char *at)
{
	const char *colon = strchr(p, ':'), *close = strchr(p, '}');
	size_t most, least, mine = m->ret->n_holes;

	if (!colon || !close || colon > close)
		return false;
	most = take_class(m, colon + 1, (size_t)(close - colon - 1), at, &least);
	if (most == 0)
		return false;
	if (colon > p + 1 && mine < PATTERN_HOLES)
		m->ret->holes[m->ret->n_holes++] = (struct pattern_hole){p + 1, at, (size_t)(colon - p - 1), 0};
	for (size_t n = most; n >= least; n--) {
		if (mine < m->ret->n_holes)
			m->ret->holes[mine].length = n;
		if (match_here(m, close + 1, at + n))
			return true;
	}
	m->ret->n_holes = mine;
	return false;
}

/* ---- the rest ---- */

static bool match_choice(struct matcher *m, const char *p, const char *at)
{
	const char *close = strchr(p, '>');

	for (const char *one = p + 1; close && one <= close;) {
		size_t n = strcspn(one, "|>"), k = 0;

		while (k < n && at[k] && (char_lower(one[k]) == char_lower(at[k]) || (is_quote(one[k]) && is_quote(at[k]))))
			k++;
		if (k == n && match_here(m, close + 1, at + n))
			return true;
		one += n + 1;
	}
	return false;
}

static bool match_gap(struct matcher *m, const char *p, const char *at)
{
	for (size_t i = 0; i <= MOST_GAP; i++) {
		if (match_here(m, p, at + i))
			return true;
		if (at[i] == '\0')
			return false;
	}
	return false;
}

static bool match_special(struct matcher *m, const char *p, const char *at)
{
	switch (*p) {
	case '{':
		return match_hole(m, p, at);
	case '<':
		return match_choice(m, p, at);
	case '*':
		return match_gap(m, p + 1, at);
	case '$':
		return !char_is_alnum(*at) && match_here(m, p + 1, at);
	default: /* a quote, or none */
		return (is_quote(*at) && match_here(m, p + 1, at + 1)) || match_here(m, p + 1, at);
	}
}

static bool match_here(struct matcher *m, const char *p, const char *at)
{
	bool found;

	for (;; p++, at++) {
		if (m->steps == 0)
			return false;
		m->steps--;
		if (*p == '\0') {
			m->end = at;
			return true;
		}
		if (strchr(SPECIAL, *p))
			break;
		if (*p == '\\')
			p++;
		if (*at == '\0' || char_lower(*p) != char_lower(*at))
			return false;
	}
	if (m->depth >= MOST_DEPTH)
		return false;
	m->depth++;
	found = match_special(m, p, at);
	m->depth--;
	return found;
}

bool pattern_find(const char *pattern, const char *line, struct pattern_match *ret)
{
	struct matcher m = {.line = line, .steps = MOST_STEPS, .ret = ret};
	bool is_plain = !strchr(SPECIAL "\\", *pattern);

	*ret = (struct pattern_match){0};
	for (const char *at = line; *at && m.steps > 0 && ret->end == 0; at++) {
		if (is_plain && char_lower(*at) != char_lower(*pattern))
			continue;
		ret->n_holes = 0;
		if (match_here(&m, pattern, at)) {
			ret->start = (size_t)(at - line);
			ret->end = (size_t)(m.end - line);
		}
	}
	ret->steps = MOST_STEPS - m.steps;
	return ret->end > 0;
}

size_t pattern_literal(const char *pattern, const char **ret)
{
	size_t best = 0;

	for (const char *p = pattern; *p;) {
		size_t n = strcspn(p, SPECIAL "\\");

		if (n > best) {
			best = n;
			*ret = p;
		}
		p += n;
		if (*p == '{' || *p == '<') {
			const char *close = strchr(p, *p == '{' ? '}' : '>');

			p = close ? close + 1 : p + strlen(p);
		} else if (*p == '\\') {
			p += p[1] ? 2 : 1;
		} else if (*p) {
			p++;
		}
	}
	return best;
}
