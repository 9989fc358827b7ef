/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/redact.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

enum kind { KIND_UUID, KIND_ID, KIND_MAC, KIND_SHORT_ID, KIND_SERIAL, KIND_USER, KIND_WORD, KINDS };

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
	struct net *nets;
	size_t n_nets;
	uint64_t seed;
};

/* A network that a route leads to; IPv4 in the first four bytes. */
struct net {
	unsigned char bytes[16];
	unsigned n_bits;
	bool is_ip6;
};

/* What is being written. */
struct output {
	struct redactor *r;
	char *bytes;
	size_t n, room;
};

struct redactor *redactor_new(struct arena *mem, uint64_t seed)
{
	struct redactor *r = arena_alloc(mem, sizeof(*r));

	r->mem = mem;
	r->seed = seed;
	return r;
}

/* Letters of user and host names, of serial numbers. */
static bool is_word(char c)
{
	return char_is_alnum(c) || c == '-' || c == '_';
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

/* MAC addresses: those of documentation (RFC 7042). */
static const char *placeholder(struct redactor *r, enum kind kind, const char *text)
{
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

	while (i < n && char_is_hex(s[i]))
		i++;
	return i;
}

static size_t take_word(struct output *o, const char *s, size_t n)
{
	for (size_t i = 0; i < o->r->n_words; i++) {
		const struct secret *w = o->r->words[i];
		size_t length = strlen(w->text);

		if (length <= n && memcmp(s, w->text, length) == 0 && (length == n || !char_is_alnum(s[length]))) {
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

	if ((digits != 32 && (digits != 16 || prefix == 0)) || (prefix + digits < n && char_is_alnum(s[prefix + digits])) || zeros + 1 >= digits ||
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
	while (pairs < 20 && at + 2 <= n && char_is_hex(s[at]) && char_is_hex(s[at + 1]) && (at + 2 == n || !char_is_alnum(s[at + 2]))) {
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
	    hex_run(s + 3, n - 3) != 12 || (n > 15 && char_is_alnum(s[15])))
		return 0;
	put(o, s, 3);
	put_text(o, placeholder(o->r, KIND_MAC, lower(o->r, s + 3, 12)));
	return 15;
}

/* ---- IP addresses ---- */

static bool has_bit(const unsigned char *bytes, unsigned i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static bool is_in(const struct net *n, const unsigned char *bytes)
{
	for (unsigned i = 0; i < n->n_bits; i++)
		if (has_bit(n->bytes, i) != has_bit(bytes, i))
			return false;
	return true;
}

static void learn(struct redactor *r, const unsigned char *bytes, unsigned n_bits, bool is_ip6)
{
	struct net n = {.n_bits = n_bits, .is_ip6 = is_ip6};

	/* What is as wide as half of the world is a default route. */
	if (n_bits < (is_ip6 ? 33 : 8) || n_bits > (is_ip6 ? 128 : 32) || r->n_nets == 1000)
		return;
	memcpy(n.bytes, bytes, is_ip6 ? 16 : 4);
	for (size_t i = 0; i < r->n_nets; i++)
		if (r->nets[i].is_ip6 == is_ip6 && r->nets[i].n_bits == n_bits && is_in(&n, r->nets[i].bytes))
			return;
	*ARENA_PUSH(r->mem, r->nets, r->n_nets) = n;
}

/*
 * Addresses that share a network still share one, so that routes lead where they led: each bit is turned over or not by
 * what stands before it and the seed; those inside a network that is known stay, as the mask must fit.
 */
static void replace_ip(const struct redactor *r, unsigned char *bytes, bool is_ip6)
{
	unsigned n_bits = is_ip6 ? 128 : 32, fixed = is_ip6 ? 32 : 8;
	uint64_t hash = r->seed ^ 0xcbf29ce484222325ULL;
	unsigned char out[16];

	for (size_t i = 0; i < r->n_nets; i++)
		if (r->nets[i].is_ip6 == is_ip6 && r->nets[i].n_bits < n_bits && is_in(&r->nets[i], bytes))
			n_bits = r->nets[i].n_bits;
	memcpy(out, bytes, is_ip6 ? 16 : 4);
	for (unsigned i = 0; i < n_bits; i++) {
		uint64_t mixed = (hash ^ hash >> 31) * 0x9e3779b97f4a7c15ULL;

		if (i >= fixed && mixed >> 63)
			out[i / 8] ^= (unsigned char)(0x80 >> i % 8);
		hash = (hash ^ (has_bit(bytes, i) + 1u)) * 0x100000001b3ULL;
	}
	/* Networks for documentation and for one's own use. */
	if (is_ip6)
		memcpy(out, "\x20\x01\x0d\xb8", 4);
	else
		out[0] = 10;
	memcpy(bytes, out, is_ip6 ? 16 : 4);
}

/* Loopback, masks, link-local, multicast: they are everybody's. */
static bool is_somebodys_ip4(const unsigned char *b)
{
	return b[0] != 0 && b[0] != 127 && b[0] < 224 && !(b[0] == 169 && b[1] == 254);
}

static bool is_somebodys_ip6(const unsigned char *b)
{
	static const unsigned char zero[16];

	return memcmp(b + 2, zero + 2, 14) != 0 && memcmp(b, zero, 15) != 0 && b[0] != 0xff && !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80) &&
	    memcmp(b, zero, 8) != 0;
}

/* "192.168.1.5": its length, 0: none. */
static size_t parse_ip4(const char *s, size_t n, unsigned char bytes[16])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		unsigned byte = 0;
		size_t digits = 0;

		if (i > 0 && (at >= n || s[at++] != '.'))
			return 0;
		while (at < n && char_is_digit(s[at]) && digits < 4) {
			byte = byte * 10 + (unsigned)(s[at++] - '0');
			digits++;
		}
		if (digits == 0 || digits > 3 || byte > 255)
			return 0;
		bytes[i] = (unsigned char)byte;
	}
	/* "6.1.0.13-amd64" is a version. */
	return at < n && (char_is_alnum(s[at]) || strchr("-+~_", s[at]) || (s[at] == '.' && at + 1 < n && char_is_alnum(s[at + 1]))) ? 0 : at;
}

static size_t parse_ip6(const char *s, size_t n, unsigned char bytes[16])
{
	char text[40];
	size_t at = 0, colons = 0;

	while (at < n && at + 1 < sizeof(text) && (char_is_hex(s[at]) || s[at] == ':')) {
		colons += s[at] == ':';
		text[at] = s[at];
		at++;
	}
	text[at] = '\0';
	/* "0000:01:00.0" and times of day are none; inet_pton wants all eight parts, or "::". */
	if (colons < 2 || at < 4 || (at < n && (char_is_alnum(s[at]) || s[at] == '.' || s[at] == ':')) || inet_pton(AF_INET6, text, bytes) != 1)
		return 0;
	return at;
}

static bool parse_hex(const char *s, size_t n, size_t bytes, unsigned char *ret)
{
	uint64_t byte;

	if (hex_run(s, n) != 2 * bytes || (n > 2 * bytes && char_is_alnum(s[2 * bytes])))
		return false;
	for (size_t i = 0; i < bytes; i++) {
		(void)str_number_n(s + 2 * i, 2, 16, 0xff, &byte);
		ret[i] = (unsigned char)byte;
	}
	return true;
}

/* The kernel prints words of the machine: little-endian ones, where there are people who record. */
static void swap_words(unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 4) {
		unsigned char a = bytes[i], b = bytes[i + 1];

		bytes[i] = bytes[i + 3];
		bytes[i + 1] = bytes[i + 2];
		bytes[i + 2] = b;
		bytes[i + 3] = a;
	}
}

static size_t take_ip4(struct output *o, const char *s, size_t n)
{
	unsigned char b[16];
	size_t length = parse_ip4(s, n, b);

	if (length == 0 || !is_somebodys_ip4(b))
		return 0;
	replace_ip(o->r, b, false);
	put_text(o, arena_printf(o->r->mem, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]));
	return length;
}

static size_t take_ip6(struct output *o, const char *s, size_t n)
{
	unsigned char b[16];
	char text[INET6_ADDRSTRLEN];
	size_t length = parse_ip6(s, n, b);

	if (length == 0 || !is_somebodys_ip6(b) || !inet_ntop(AF_INET6, b, text, sizeof(text)))
		return 0;
	replace_ip(o->r, b, true);
	(void)inet_ntop(AF_INET6, b, text, sizeof(text));
	put_text(o, text);
	return length;
}

static void put_hex(struct output *o, const unsigned char *bytes, size_t n, bool is_upper)
{
	for (size_t i = 0; i < n; i++)
		put_text(o, arena_printf(o->r->mem, is_upper ? "%02X" : "%02x", bytes[i]));
}

/* /proc/net: tcp and tcp6 as words of the machine, ipv6_route and if_inet6 byte by byte. */
static size_t take_hex_ip(struct output *o, const char *path, const char *s, size_t n)
{
	bool is_words = strstr(path, "ipv6_route") == NULL && strstr(path, "if_inet6") == NULL;
	unsigned char b[16];
	size_t size = parse_hex(s, n, 4, b) ? 4 : parse_hex(s, n, 16, b) ? 16 : 0;

	if (size == 0)
		return 0;
	if (size == 4 && !is_words)
		return 0;
	if (is_words)
		swap_words(b, size);
	if (size == 16 && memcmp(b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0 && is_somebodys_ip4(b + 12))
		replace_ip(o->r, b + 12, false);
	else if (size == 4 && is_somebodys_ip4(b))
		replace_ip(o->r, b, false);
	else if (size == 16 && is_somebodys_ip6(b))
		replace_ip(o->r, b, true);
	if (is_words)
		swap_words(b, size);
	put_hex(o, b, size, is_words);
	return 2 * size;
}

/* "192.168.1.0/24", and the columns of the kernel's tables. */
static void learn_line(struct redactor *r, const char *path, const char *s, size_t n)
{
	unsigned char b[16], mask[16];
	uint64_t bits;

	if (strstr(path, "net/ipv6_route") && n > 35 && parse_hex(s, n, 16, b) && str_number_n(s + 33, 2, 16, 128, &bits)) {
		learn(r, b, (unsigned)bits, true);
		return;
	}
	if (strstr(path, "net/route")) {
		const char *fields[8];
		size_t n_fields = 0;

		for (size_t i = 0; i < n && n_fields < 8; i++)
			if (s[i] != '\t' && s[i] != ' ' && (i == 0 || s[i - 1] == '\t' || s[i - 1] == ' '))
				fields[n_fields++] = s + i;
		if (n_fields == 8 && parse_hex(fields[1], (size_t)(s + n - fields[1]), 4, b) && parse_hex(fields[7], (size_t)(s + n - fields[7]), 4, mask)) {
			swap_words(b, 4);
			swap_words(mask, 4);
			for (bits = 0; bits < 32 && has_bit(mask, (unsigned)bits); bits++)
				;
			learn(r, b, (unsigned)bits, false);
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t length = i > 0 && (char_is_alnum(s[i - 1]) || s[i - 1] == '.' || s[i - 1] == ':') ? 0 : parse_ip4(s + i, n - i, b), digits;
		bool is_ip6 = length == 0;

		if (length == 0 && (i == 0 || !(char_is_alnum(s[i - 1]) || s[i - 1] == ':')))
			length = parse_ip6(s + i, n - i, b);
		if (length == 0 || i + length + 1 >= n || s[i + length] != '/')
			continue;
		for (digits = 0; i + length + 1 + digits < n && char_is_digit(s[i + length + 1 + digits]); digits++)
			;
		if (str_number_n(s + i + length + 1, digits, 10, 128, &bits))
			learn(r, b, (unsigned)bits, is_ip6);
	}
}

void redactor_learn(struct redactor *r, const char *path, const char *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		const char *end = memchr(bytes + at, '\n', n - at);
		size_t length = end ? (size_t)(end - bytes) - at : n - at;

		learn_line(r, path, bytes + at, length < 4096 ? length : 4096);
		at += length + 1;
	}
}

/* What may be short or anything is known by what stands before it, whatever its capitals. */
static size_t take_keyed(struct output *o, const char *s, size_t n)
{
	static const struct {
		const char *key;
		enum kind kind;
	} keys[] = {{"UUID=", KIND_SHORT_ID}, {"by-uuid/", KIND_SHORT_ID}, {"by-partuuid/", KIND_SHORT_ID}, {"by-id/", KIND_SHORT_ID},
	    {"by-label/", KIND_SHORT_ID}, {"nvme.", KIND_SERIAL}, {"home/", KIND_USER},
	    {"SerialNumber: ", KIND_SERIAL}, {"serial number: ", KIND_SERIAL}, {"serial=", KIND_SERIAL}, {"serial: ", KIND_SERIAL}, {"serial>", KIND_SERIAL}, {"serial\": \"", KIND_SERIAL},
	    {"serial = \"", KIND_SERIAL}, {"iqn.", KIND_SERIAL}};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t key = strlen(keys[i].key), length = 0;

		if (key >= n || !str_same_n(s, keys[i].key, key))
			continue;
		while (key + length < n && (is_word(s[key + length]) || (keys[i].kind != KIND_SHORT_ID && strchr(".:", s[key + length]) && s[key + length])))
			length++;
		if (length < 1)
			return 0;
		put(o, s, key);
		/* A whole UUID is known by itself. */
		if (take_uuid(o, s + key, length) != length)
			put_text(o, placeholder(o->r, keys[i].kind, arena_strndup(o->r->mem, s + key, length)));
		return key + length;
	}
	return 0;
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

/* What udev knows of a disk is mostly who it is: its serial number in a dozen spellings. What readers take (sys/block_graph.c)
 * is kept, of the other properties their names. */
static char *keep_known_lines(struct redactor *r, const char *bytes, size_t n, size_t *ret_n)
{
	static const char *const kept[] = {"E:ID_FS_TYPE=", "E:ID_PART_TABLE_TYPE=", "E:ID_FS_USAGE=", "S:zvol/", "E:ID_FS_LABEL="};
	static const char zfs[] = "E:ID_FS_TYPE=zfs_member";
	/* Its label is the pool's name, by which the mounts of the pool are known. */
	size_t n_kept = ARRAY_LEN(kept) - (memmem(bytes, n, zfs, strlen(zfs)) ? 0 : 1);
	char *copy = arena_alloc(r->mem, n + 1);
	size_t used = 0;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(bytes + at, '\n', n - at);
		size_t length = end ? (size_t)(end - bytes) - at + 1 : n - at;

		const char *value = memchr(bytes + at, '=', length);
		size_t keep = value && bytes[at] == 'E' ? (size_t)(value - bytes) - at + 1 : 0;

		for (size_t i = 0; i < n_kept; i++)
			if (length > strlen(kept[i]) && memcmp(bytes + at, kept[i], strlen(kept[i])) == 0)
				keep = length;
		memcpy(copy + used, bytes + at, keep);
		used += keep;
		if (keep > 0 && keep < length)
			copy[used++] = '\n';
		at += length;
	}
	*ret_n = used;
	return copy;
}

const char *redact(struct redactor *r, const char *path, const char *bytes, size_t n, size_t *ret_n)
{
	typedef size_t pattern(struct output *o, const char *s, size_t n);
	static pattern *const patterns[] = {take_word, take_keyed, take_uuid, take_mac, take_named_mac, take_ip4, take_ip6, take_id};
	bool is_net = str_starts(path, "proc/") && strstr(path, "/net/");
	struct output o = {.r = r};
	char *copy;

	if (str_starts(path, "run/udev/data/"))
		bytes = keep_known_lines(r, bytes, n, &n);
	copy = arena_alloc(r->mem, n + 1);
	if (n > 0)
		memcpy(copy, bytes, n);
	if (str_eq(str_base(path), "config") && str_starts(path, "sys/"))
		blank_serial((unsigned char *)copy, n);
	put(&o, "", 0);
	for (size_t i = 0; i < n;) {
		size_t taken = 0;

		if (char_is_alnum(copy[i]) || (copy[i] == ':' && i + 1 < n && copy[i + 1] == ':')) {
			if (is_net)
				taken = take_hex_ip(&o, path, copy + i, n - i);
			for (size_t k = 0; k < ARRAY_LEN(patterns) && taken == 0; k++)
				taken = patterns[k](&o, copy + i, n - i);
			if (taken == 0)
				while (i + taken < n && char_is_alnum(copy[i + taken]))
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
