/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ip_addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct ip_addr ip_addr_from(unsigned version, const void *bytes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ip_addr a = {.version = (uint8_t)version};

	if (version == 6 && memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return ip_addr_from(4, (const uint8_t *)bytes + sizeof(mapped));
	memcpy(a.bytes, bytes, version == 4 ? 4 : 16);
	return a;
}

bool ip_addr_parse(const char *text, size_t length, struct ip_addr *ret)
{
	const char *percent;
	struct ip_addr a;
	char buf[IP_TEXT];
	uint8_t bytes[16];

	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof(buf))
		return false;
	memcpy(buf, text, length);
	buf[length] = '\0';
	if (inet_pton(AF_INET, buf, bytes) == 1) {
		*ret = ip_addr_from(4, bytes);
		return strlen(buf) == length;
	}
	percent = strchr(buf, '%');
	if (percent)
		buf[percent - buf] = '\0';
	if (inet_pton(AF_INET6, buf, bytes) != 1)
		return false;
	a = ip_addr_from(6, bytes);
	if (percent && (percent[1] == '\0' || strlen(percent + 1) >= sizeof(a.scope)))
		return false;
	if (percent)
		(void)snprintf(a.scope, sizeof(a.scope), "%s", percent + 1);
	*ret = a;
	return true;
}

const char *ip_addr_print(const struct ip_addr *a, char buf[IP_TEXT])
{
	if (!inet_ntop(a->version == 4 ? AF_INET : AF_INET6, a->bytes, buf, IP_TEXT))
		buf[0] = '\0';
	return buf;
}

unsigned ip_addr_bits(const struct ip_addr *a)
{
	return a->version == 4 ? 32 : 128;
}

bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool ip_addr_is_any(const struct ip_addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->bytes, zero, sizeof(zero)) == 0;
}

bool ip_addr_is_loopback(const struct ip_addr *a)
{
	static const uint8_t one[16] = {[15] = 1};

	return a->version == 4 ? a->bytes[0] == 127 : memcmp(a->bytes, one, sizeof(one)) == 0;
}

bool ip_addr_within(const struct ip_addr *a, const struct ip_addr *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->version != net->version || bits > ip_addr_bits(a) || memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || ((a->bytes[whole] ^ net->bytes[whole]) & (0xff << (8 - rest) & 0xff)) == 0;
}
