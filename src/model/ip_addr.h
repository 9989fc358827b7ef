/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address of the internet protocol, of either version. IPv4 addresses that are mapped into IPv6 (::ffff:a.b.c.d,
 * as a socket that serves both has them) are IPv4 here. */
#pragma once

#include "base/base.h"

enum {
	IP_TEXT = 64,
	IP_NAME = 16, /* an interface's name with its NUL (IFNAMSIZ) */
};

struct ip_addr {
	uint8_t version; /* 4 or 6; 0: none */
	uint8_t bytes[16]; /* as they go over the wire; the first four of IPv4 */
	char scope[IP_NAME]; /* the interface of a link-local address ("fe80::1%eth0"), "": not said */
};

/* From bytes as they go over the wire; version 4 or 6. */
struct ip_addr ip_addr_from(unsigned version, const void *bytes);

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0": all of the text, or false. */
bool ip_addr_parse(const char *text, size_t length, struct ip_addr *ret);
const char *ip_addr_print(const struct ip_addr *a, char buf[IP_TEXT]);

unsigned ip_addr_bits(const struct ip_addr *a); /* 32 or 128 */
bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b); /* without the scope */
bool ip_addr_is_any(const struct ip_addr *a);	   /* 0.0.0.0, :: or none */
bool ip_addr_is_loopback(const struct ip_addr *a); /* 127.0.0.0/8, ::1 */

/* Same version, and the first bits are the same? */
bool ip_addr_within(const struct ip_addr *a, const struct ip_addr *net, unsigned bits);
