/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/proc_net.h"

#include <string.h>

#include "base/str.h"

enum {
	/* include/uapi/linux/route.h, ipv6_route.h */
	FLAG_UP = 0x0001,
	FLAG_REJECT = 0x0200,
	FLAG_ANYCAST = 0x00100000,
	FLAG_CACHE = 0x01000000,
	STATE_LISTEN = 0x0a, /* include/net/tcp_states.h */
};
static const uint64_t flag_local = 0x80000000;

struct field {
	const char *text;
	size_t length;
};

/* Blank-separated fields; answers how many there are, at most n. */
static size_t split(const char *line, struct field *fields, size_t n)
{
	size_t found = 0;

	while (found < n) {
		line += strspn(line, " \t");
		if (*line == '\0')
			break;
		fields[found++] = (struct field){line, strcspn(line, " \t")};
		line += fields[found - 1].length;
	}
	return found;
}

static bool hex(const struct field *f, size_t length, uint64_t max, uint64_t *ret)
{
	return (length == 0 || f->length == length) && str_number_n(f->text, f->length, 16, max, ret);
}

static bool name_of(const struct field *f, char ret[IP_NAME])
{
	if (f->length >= IP_NAME)
		return false;
	memcpy(ret, f->text, f->length);
	ret[f->length] = '\0';
	return true;
}

/* Words of 32 bits, each printed as a number of the machine that wrote it. */
static bool address_of(const char *text, size_t length, unsigned version, struct ip_addr *ret)
{
	uint32_t words[4];
	size_t n = version == 4 ? 1 : 4;
	uint64_t word;

	if (length != n * 8)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_number_n(text + i * 8, 8, 16, UINT32_MAX, &word))
			return false;
		words[i] = (uint32_t)word;
	}
	*ret = ip_addr_from(version, words);
	return true;
}

bool proc_route_parse(const char *line, struct route *ret)
{
	struct route r = {.table = ROUTE_TABLE_MAIN};
	struct ip_addr mask;
	struct field f[8];
	uint64_t flags, metric;

	/* Iface Destination Gateway Flags RefCnt Use Metric Mask */
	if (split(line, f, ARRAY_LEN(f)) != ARRAY_LEN(f) || !name_of(&f[0], r.interface) ||
	    !address_of(f[1].text, f[1].length, 4, &r.net) || !hex(&f[3], 4, 0xffff, &flags) ||
	    !str_number_n(f[6].text, f[6].length, 10, UINT32_MAX, &metric) ||
	    !address_of(f[7].text, f[7].length, 4, &mask) || !(flags & FLAG_UP))
		return false;
	while (r.bits < 32 && mask.bytes[r.bits / 8] & 0x80 >> r.bits % 8)
		r.bits++;
	r.metric = (uint32_t)metric;
	r.type = flags & FLAG_REJECT ? ROUTE_REJECT : ROUTE_UNICAST;
	*ret = r;
	return true;
}

bool proc_ipv6_route_parse(const char *line, struct route *ret)
{
	struct route r = {.table = ROUTE_TABLE_MAIN};
	uint64_t byte, bits, metric, flags;
	uint8_t bytes[16];
	struct field f[10];

	/* destination, bits, source, bits, next hop, metric, references, uses, flags, interface */
	if (split(line, f, ARRAY_LEN(f)) != ARRAY_LEN(f) || f[0].length != 32 || !hex(&f[1], 2, 128, &bits) ||
	    !hex(&f[5], 8, UINT32_MAX, &metric) || !hex(&f[8], 8, UINT32_MAX, &flags) || !name_of(&f[9], r.interface))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (!str_number_n(f[0].text + 2 * i, 2, 16, 0xff, &byte))
			return false;
		bytes[i] = (uint8_t)byte;
	}
	if (!(flags & FLAG_UP) || flags & (FLAG_CACHE | FLAG_ANYCAST))
		return false;
	/* Not ip_addr_from(): a route to ::ffff:0:0/96 is one of IPv6. */
	r.net.version = 6;
	memcpy(r.net.bytes, bytes, sizeof(bytes));
	r.bits = (unsigned)bits;
	r.metric = (uint32_t)metric;
	r.type = flags & flag_local ? ROUTE_LOCAL : flags & FLAG_REJECT ? ROUTE_REJECT : ROUTE_UNICAST;
	*ret = r;
	return true;
}

/* "0200A8C0:0016" */
static bool end_of(const struct field *f, unsigned version, struct ip_addr *ret, uint16_t *ret_port)
{
	const char *colon = memchr(f->text, ':', f->length);
	uint64_t port;

	if (!colon || !address_of(f->text, (size_t)(colon - f->text), version, ret) ||
	    !str_number_n(colon + 1, f->length - (size_t)(colon - f->text) - 1, 16, 0xffff, &port))
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

bool proc_socket_parse(const char *line, unsigned version, struct proc_socket *ret)
{
	struct proc_socket s = {0};
	struct field f[10];
	uint64_t state;

	/* number: local remote state queues timer retransmits uid timeout inode */
	if (split(line, f, ARRAY_LEN(f)) != ARRAY_LEN(f) || !end_of(&f[1], version, &s.local, &s.local_port) ||
	    !end_of(&f[2], version, &s.remote, &s.remote_port) || !hex(&f[3], 2, 0xff, &state) ||
	    !str_number_n(f[9].text, f[9].length, 10, UINT64_MAX, &s.inode))
		return false;
	s.is_listening = state == STATE_LISTEN;
	*ret = s;
	return true;
}

bool proc_socket_inode(const char *link, uint64_t *ret)
{
	static const char front[] = "socket:[";
	size_t length = strlen(link);

	return length > sizeof(front) && str_starts(link, front) && link[length - 1] == ']' &&
	    str_number_n(link + sizeof(front) - 1, length - sizeof(front), 10, UINT64_MAX, ret);
}
