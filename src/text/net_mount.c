/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/net_mount.h"

#include <string.h>

#include "base/str.h"
#include "text/mountinfo.h"

enum { MOST_SERVERS = 64 };

/* What is a file system of the network, and where it names its server. */
static const struct net_type {
	const char *type, *kind;
	const char *address_option; /* NULL: the source alone */
	const char *only_with;	    /* an option that must be there, NULL: none must */
	bool has_list;		    /* more than one server */
} types[] = {
    {.type = "nfs", .kind = "NFS", .address_option = "addr"},
    {.type = "nfs4", .kind = "NFS", .address_option = "addr"},
    {.type = "cifs", .kind = "CIFS", .address_option = "addr"},
    {.type = "smb3", .kind = "CIFS", .address_option = "addr"},
    {.type = "ceph", .kind = "Ceph", .address_option = "mon_addr", .has_list = true},
    {.type = "9p", .kind = "9p", .only_with = "trans=tcp"},
    {.type = "9p", .kind = "9p", .only_with = "trans=rdma"},
    {.type = "lustre", .kind = "Lustre", .has_list = true},
    {.type = "fuse.glusterfs", .kind = "GlusterFS"},
    {.type = "fuse.sshfs", .kind = "sshfs"},
};

const char *net_option(struct arena *mem, const char *options, const char *key)
{
	size_t length = strlen(key);

	for (const char *part = options; part; part = strchr(part, ',')) {
		part += *part == ',';
		if (str_starts(part, key) && part[length] == '=') {
			part += length + 1;
			return arena_strndup(mem, part, strcspn(part, ","));
		}
	}
	return NULL;
}

static bool has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	for (const char *part = options; part; part = strchr(part, ',')) {
		part += *part == ',';
		if (str_starts(part, option) && (part[length] == ',' || part[length] == '\0'))
			return true;
	}
	return false;
}

bool net_server_parse(const char *text, struct ip_addr *ret)
{
	size_t length;

	while (*text == '/')
		text++;
	if (*text == '[') {
		length = strcspn(text, "]");
		return text[length] == ']' && ip_addr_parse(text, length + 1, ret);
	}
	/* An address of IPv6 may stand bare (addr=), and then its colons are its own. */
	length = strcspn(text, ",/@ \\");
	return ip_addr_parse(text, length, ret) || ip_addr_parse(text, strcspn(text, ":,/@ \\"), ret);
}

static void add_server(struct arena *mem, struct net_mount *m, const char *text)
{
	struct ip_addr a;

	if (net_server_parse(text, &a))
		*ARENA_PUSH(mem, m->servers, m->n_servers) = a;
}

/* "192.0.2.1:6789,192.0.2.2:6789:/path" and mon_addr's "192.0.2.1:6789/192.0.2.2:6789"; Lustre parts them by ":" behind
 * the network's name. */
static void add_servers(struct arena *mem, struct net_mount *m, const char *text)
{
	for (int i = 0; i < MOST_SERVERS && *text; i++) {
		size_t length;

		add_server(mem, m, text);
		length = *text == '[' ? strcspn(text, "]") : 0;
		length += strcspn(text + length, ",/@");
		if (text[length] == '@')
			length += strcspn(text + length, ",:/");
		text += length + (text[length] != '\0');
	}
}

static void find_servers(struct arena *mem, const struct net_type *type, const char *options, struct net_mount *m)
{
	const char *address = type->address_option ? net_option(mem, options, type->address_option) : NULL;
	const char *at;

	if (type->has_list) {
		add_servers(mem, m, address ? address : m->source);
		return;
	}
	if (address)
		add_server(mem, m, address);
	if (m->n_servers == 0) {
		/* sshfs has "user@host:path" */
		at = strchr(m->source, '@');
		add_server(mem, m, at && str_eq(type->type, "fuse.sshfs") ? at + 1 : m->source);
	}
}

bool net_mount_parse(struct arena *mem, const char *line, struct net_mount *ret)
{
	struct mountinfo info;

	if (!mountinfo_parse(arena_strdup(mem, line), &info))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!str_eq(info.type, types[i].type) || (types[i].only_with && !has_option(info.options, types[i].only_with)))
			continue;
		*ret = (struct net_mount){types[i].kind, info.point, info.source, NULL, 0};
		find_servers(mem, &types[i], info.options, ret);
		return true;
	}
	return false;
}
