/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/redact.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum kind { KIND_UUID, KIND_ID, KIND_MAC, KIND_IP4, KIND_IP6, KIND_SHORT_ID, KIND_SERIAL, KIND_USER, KIND_WORD, KINDS };

struct secret {
	enum kind kind;
	const char *text; /* as it is compared: lower case where case means nothing */
	const char *placeholder;
	struct secret *next;
};

enum { SLOTS = 1024 };

struct redactor {
	struct arena *mem;
	struct secret *slots[SLOTS];
	unsigned count[KINDS];
	struct secret **words; /* KIND_WORD, looked for everywhere */
	size_t n_words;
};

/* What is being written. */
struct output {
	struct redactor *r;
	char *bytes;
	size_t n, room;
};

struct redactor *redactor_new(struct arena *mem)
{
	struct redactor *r = arena_alloc(mem, sizeof(*r));

	r->mem = mem;
	return r;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters of user and host names, of serial numbers. */
static bool is_word(char c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

/* ---- what stands for what ---- */

static struct secret *find(struct redactor *r, enum kind kind, const char *text, bool *ret_is_new)
{
	struct secret **slot;
	struct secret *s;
	unsigned hash = (unsigned)kind;

	for (const char *c = text; *c; c++)
		hash = hash * 31 + (unsigned char)*c;
	slot = &r->slots[hash % SLOTS];
	for (s = *slot; s; s = s->next)
		if (s->kind == kind && str_eq(s->text, text)) {
			*ret_is_new = false;
			return s;
		}
	s = arena_alloc(r->mem, sizeof(*s));
	*s = (struct secret){.kind = kind, .text = arena_strdup(r->mem, text), .next = *slot};
	*slot = s;
	r->count[kind]++;
	*ret_is_new = true;
	return s;
}

static const char *lower(struct redactor *r, const char *s, size_t n)
{
	char *text = arena_strndup(r->mem, s, n);

	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return text;
}

/* Documentation's own addresses: RFC 5737, RFC 3849, RFC 7042. */
static const char *placeholder(struct redactor *r, enum kind kind, const char *text)
{
	static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
	bool is_new;
	struct secret *s = find(r, kind, text, &is_new);
	unsigned n = r->count[kind];

	if (!is_new)
		return s->placeholder;
	switch (kind) {
	case KIND_UUID:
		s->placeholder = arena_printf(r->mem, "00000000-0000-4000-8000-%012x", n);
		break;
	case KIND_ID:
		s->placeholder = arena_printf(r->mem, "%032x", n);
		break;
	case KIND_MAC:
		s->placeholder = arena_printf(r->mem, "00005e00%02x%02x", 0x53 + (n >> 8 & 0xf), n & 0xff);
		break;
	case KIND_IP4:
		s->placeholder = arena_printf(r->mem, "%s.%u", nets[n / 254 % ARRAY_LEN(nets)], n % 254 + 1);
		break;
	case KIND_IP6:
		s->placeholder = arena_printf(r->mem, "2001:db8::%x", n & 0xffff);
		break;
	case KIND_SHORT_ID:
		s->placeholder = arena_printf(r->mem, "%04X-%04X", n >> 16 & 0xffff, n & 0xffff);
		break;
	case KIND_SERIAL:
		s->placeholder = arena_printf(r->mem, "serial%u", n);
		break;
	case KIND_USER:
		s->placeholder = arena_printf(r->mem, "user%u", n);
		break;
	case KIND_WORD:
	case KINDS:
		break;
	}
	return s->placeholder;
}

void redactor_add_word(struct redactor *r, const char *word, const char *kind)
{
	bool is_new;
	struct secret *s;

	if (strlen(word) < 3 || str_starts(word, "localhost") || str_eq(word, "(none)"))
		return;
	s = find(r, KIND_WORD, word, &is_new);
	if (!is_new)
		return;
	s->placeholder = arena_printf(r->mem, "%s%u", kind, r->count[KIND_WORD]);
	*ARENA_PUSH(r->mem, r->words, r->n_words) = s;
}

/* ---- output ---- */

static void put(struct output *o, const char *bytes, size_t n)
{
	if (o->n + n + 1 > o->room) {
		char *more;

		o->room = (o->n + n + 1) * 2;
		more = arena_alloc(o->r->mem, o->room);
		if (o->n > 0)
			memcpy(more, o->bytes, o->n);
		o->bytes = more;
	}
	memcpy(o->bytes + o->n, bytes, n);
	o->n += n;
	o->bytes[o->n] = '\0';
}

static void put_text(struct output *o, const char *text)
{
	put(o, text, strlen(text));
}

/* ---- patterns: each looks at s, of which n bytes are left, and answers how many it replaced ---- */

static size_t hex_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_hex(s[i]))
		i++;
	return i;
}

static size_t take_word(struct output *o, const char *s, size_t n)
{
	for (size_t i = 0; i < o->r->n_words; i++) {
		const struct secret *w = o->r->words[i];
		size_t length = strlen(w->text);

		if (length <= n && memcmp(s, w->text, length) == 0 && (length == n || !is_alnum(s[length]))) {
			put_text(o, w->placeholder);
			return length;
		}
	}
	return 0;
}

static size_t take_uuid(struct output *o, const char *s, size_t n)
{
	static const size_t parts[] = {8, 4, 4, 4, 12};
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (i > 0 && (at >= n || (s[at] != '-' && s[at] != '_')))
			return 0;
		at += i > 0;
		if (at > n || hex_run(s + at, n - at) != parts[i])
			return 0;
		at += parts[i];
	}
	put_text(o, placeholder(o->r, KIND_UUID, lower(o->r, s, at)));
	return at;
}

/* Machine ids, boot ids, NGUIDs, IPv6 of /proc/net: 32 digits; EUI-64 and WWNs: 16. */
static size_t take_id(struct output *o, const char *s, size_t n)
{
	size_t prefix = n > 4 && (memcmp(s, "eui.", 4) == 0 || memcmp(s, "naa.", 4) == 0) ? 4 : n > 2 && s[0] == '0' && s[1] == 'x' ? 2 : 0;
	size_t digits = hex_run(s + prefix, n - prefix);
	size_t zeros = strspn(s + prefix, "0");

	if ((digits != 32 && (digits != 16 || prefix == 0)) || (prefix + digits < n && is_alnum(s[prefix + digits])) || zeros + 1 >= digits ||
	    (prefix == 2 && digits == 16 && s[2] != '5')) /* 0x5…: a WWN; others are addresses of memory */
		return 0;
	put(o, s, prefix);
	put_text(o, placeholder(o->r, KIND_ID, lower(o->r, s + prefix, digits)) + (32 - digits));
	return prefix + digits;
}

static void put_pairs(struct output *o, const char *digits, size_t pairs, char separator)
{
	for (size_t i = 0; i < pairs; i++) {
		put(o, i < 6 ? digits + 2 * i : "00", 2);
		if (separator && i + 1 < pairs)
			put(o, &separator, 1);
	}
}

/* Six pairs and more, of one separator: Ethernet, InfiniBand, serial numbers of PCI Express. */
static size_t take_mac(struct output *o, const char *s, size_t n)
{
	char digits[64], separator = n > 2 ? s[2] : 0;
	size_t pairs = 0, at = 0;
	bool is_zero = true;

	if (separator != ':' && separator != '-')
		return 0;
	while (pairs < 20 && at + 2 <= n && is_hex(s[at]) && is_hex(s[at + 1]) && (at + 2 == n || !is_alnum(s[at + 2]))) {
		digits[2 * pairs] = s[at];
		digits[2 * pairs + 1] = s[at + 1];
		is_zero &= s[at] == '0' && s[at + 1] == '0';
		pairs++;
		at += 2;
		if (at >= n || s[at] != separator)
			break;
		at++;
	}
	if (pairs < 6 || is_zero)
		return 0;
	if (s[at - 1] == separator)
		at--;
	put_pairs(o, placeholder(o->r, KIND_MAC, lower(o->r, digits, 2 * pairs)), pairs, separator);
	return at;
}

/* udev's names after a MAC address: enx…, wlx…, wwx…. */
static size_t take_named_mac(struct output *o, const char *s, size_t n)
{
	if (n < 15 || s[2] != 'x' || !(memcmp(s, "en", 2) == 0 || memcmp(s, "wl", 2) == 0 || memcmp(s, "ww", 2) == 0) ||
	    hex_run(s + 3, n - 3) != 12 || (n > 15 && is_alnum(s[15])))
		return 0;
	put(o, s, 3);
	put_text(o, placeholder(o->r, KIND_MAC, lower(o->r, s + 3, 12)));
	return 15;
}

static bool is_public_ip4(const unsigned bytes[4])
{
	bool is_mask = bytes[0] == 255;

	return bytes[0] != 0 && bytes[0] != 127 && !is_mask;
}

static size_t take_ip4(struct output *o, const char *s, size_t n)
{
	unsigned bytes[4];
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t digits = 0;

		bytes[i] = 0;
		if (i > 0 && (at >= n || s[at++] != '.'))
			return 0;
		while (at < n && is_digit(s[at]) && digits < 4) {
			bytes[i] = bytes[i] * 10 + (unsigned)(s[at++] - '0');
			digits++;
		}
		if (digits == 0 || digits > 3 || bytes[i] > 255)
			return 0;
	}
	/* "6.1.0.13-amd64" is a version. */
	if (!is_public_ip4(bytes) || (at < n && (is_alnum(s[at]) || strchr("-+.~_", s[at]))))
		return 0;
	put_text(o, placeholder(o->r, KIND_IP4, arena_printf(o->r->mem, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3])));
	return at;
}

static size_t take_ip6(struct output *o, const char *s, size_t n)
{
	size_t at = 0, colons = 0, digits = 0;
	bool is_short = false;

	for (; at < n && (is_hex(s[at]) || s[at] == ':'); at++) {
		if (s[at] != ':' && ++digits > 4)
			return 0;
		if (s[at] != ':')
			continue;
		digits = 0;
		colons++;
		is_short |= at > 0 && s[at - 1] == ':';
	}
	if ((colons != 7 && !(is_short && colons >= 2 && colons < 8)) || at < 6 || (at < n && (is_alnum(s[at]) || s[at] == '.')))
		return 0;
	put_text(o, placeholder(o->r, KIND_IP6, lower(o->r, s, at)));
	return at;
}

/* What may be short or anything is known by what stands before it. */
static size_t take_keyed(struct output *o, const char *s, size_t n)
{
	static const struct {
		const char *key;
		enum kind kind;
	} keys[] = {{"UUID=", KIND_SHORT_ID}, {"by-uuid/", KIND_SHORT_ID}, {"by-partuuid/", KIND_SHORT_ID}, {"home/", KIND_USER},
	    {"serial=", KIND_SERIAL}, {"serial: ", KIND_SERIAL}, {"serial>", KIND_SERIAL}, {"serial\": \"", KIND_SERIAL},
	    {"serial = \"", KIND_SERIAL}, {"iqn.", KIND_SERIAL}};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t key = strlen(keys[i].key), length = 0;

		if (key >= n || memcmp(s, keys[i].key, key) != 0)
			continue;
		while (key + length < n && (is_word(s[key + length]) || (keys[i].kind != KIND_SHORT_ID && strchr(".:", s[key + length]) && s[key + length])))
			length++;
		if (length < 3)
			return 0;
		put(o, s, key);
		/* A whole UUID is known by itself. */
		if (take_uuid(o, s + key, length) != length)
			put_text(o, placeholder(o->r, keys[i].kind, arena_strndup(o->r->mem, s + key, length)));
		return key + length;
	}
	return 0;
}

/* /proc/net/route, tcp: an address is a number of eight digits, lowest byte first (on the little-endian machines there
 * are). */
static size_t take_hex_ip4(struct output *o, const char *s, size_t n)
{
	unsigned bytes[4];
	uint64_t number;
	bool is_mask = true;
	unsigned a, b, c, d;
	const char *text;

	if (hex_run(s, n) != 8 || !str_number_n(s, 8, 16, UINT32_MAX, &number))
		return 0;
	for (int i = 0; i < 4; i++) {
		bytes[i] = (unsigned)(number >> (8 * i)) & 0xff;
		is_mask &= bytes[i] == 0 || bytes[i] >= 0xf0 || (bytes[i] & (bytes[i] - 1)) == 0;
	}
	if (!is_public_ip4(bytes) || (is_mask && bytes[0] == 255))
		return 0;
	text = placeholder(o->r, KIND_IP4, arena_printf(o->r->mem, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]));
	a = b = c = d = 0;
	for (const char *t = text; *t; t++) {
		if (*t == '.')
			a = b, b = c, c = d, d = 0;
		else
			d = d * 10 + (unsigned)(*t - '0');
	}
	put_text(o, arena_printf(o->r->mem, "%02X%02X%02X%02X", d, c, b, a));
	return 8;
}

/* ---- files ---- */

/* Extended capability 0003: the serial number is its second and third word (PCI Express Base Specification, 7.9.3). */
static void blank_serial(unsigned char *config, size_t n)
{
	size_t at = 0x100;

	for (unsigned steps = 0; steps < 960 && at >= 0x100 && at + 12 <= n; steps++) {
		if (config[at] == 3 && config[at + 1] == 0)
			memset(config + at + 4, 0, 8);
		at = (size_t)config[at + 3] << 4 | config[at + 2] >> 4;
	}
}

const char *redact(struct redactor *r, const char *path, const char *bytes, size_t n, size_t *ret_n)
{
	typedef size_t pattern(struct output *o, const char *s, size_t n);
	static pattern *const patterns[] = {take_word, take_keyed, take_uuid, take_mac, take_named_mac, take_ip4, take_ip6, take_id};
	bool is_net = strstr(path, "proc/net/") || strstr(path, "/net/tcp") || strstr(path, "/net/route");
	struct output o = {.r = r};
	char *copy = arena_alloc(r->mem, n + 1);

	if (n > 0)
		memcpy(copy, bytes, n);
	if (str_eq(str_base(path), "config") && str_starts(path, "sys/"))
		blank_serial((unsigned char *)copy, n);
	put(&o, "", 0);
	for (size_t i = 0; i < n;) {
		size_t taken = 0;

		if (is_alnum(copy[i]) || (copy[i] == ':' && i + 1 < n && copy[i + 1] == ':')) {
			for (size_t k = 0; k < ARRAY_LEN(patterns) && taken == 0; k++)
				taken = patterns[k](&o, copy + i, n - i);
			if (taken == 0 && is_net)
				taken = take_hex_ip4(&o, copy + i, n - i);
			if (taken == 0)
				while (i + taken < n && is_alnum(copy[i + taken]))
					taken++;
			else {
				i += taken;
				continue;
			}
		}
		if (taken == 0)
			taken = 1;
		put(&o, copy + i, taken);
		i += taken;
	}
	*ret_n = o.n;
	return o.bytes;
}

const char *redact_text(struct redactor *r, const char *text)
{
	size_t n;

	return redact(r, "", text, strlen(text), &n);
}
