/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/net_mount.h"

#include <string.h>

#include "base/str.h"

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

struct field {
	const char *text;
	size_t length;
};

static bool is_word(const struct field *f, const char *word)
{
	return f->length == strlen(word) && memcmp(f->text, word, f->length) == 0;
}

/* Blank, tab, newline and backslash are written as three octal digits (fs/seq_file.c, mangle_path). */
static const char *unescape(struct arena *mem, const struct field *f)
{
	char *text = arena_strndup(mem, f->text, f->length), *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
		    from[3] >= '0' && from[3] <= '7') {
			*to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

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
	struct field point = {0}, tail[3] = {{0}}; /* behind the dash: type, source, options of the file system */
	bool is_behind = false;
	size_t n_tail = 0;
	const char *options;

	/* id, parent, device, root, mount point, options, optional fields, a dash */
	for (size_t i = 0; n_tail < ARRAY_LEN(tail); i++) {
		struct field f = {line, strcspn(line, " ")};

		if (i == 4)
			point = f;
		if (is_behind)
			tail[n_tail++] = f;
		else
			is_behind = i >= 6 && is_word(&f, "-");
		line += f.length;
		if (*line == '\0')
			break;
		line++;
	}
	if (n_tail != ARRAY_LEN(tail))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!is_word(&tail[0], types[i].type))
			continue;
		options = arena_strndup(mem, tail[2].text, tail[2].length);
		if (types[i].only_with && !has_option(options, types[i].only_with))
			continue;
		*ret = (struct net_mount){types[i].kind, unescape(mem, &point), unescape(mem, &tail[1]), NULL, 0};
		find_servers(mem, &types[i], options, ret);
		return true;
	}
	return false;
}
