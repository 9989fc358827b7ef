/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/real.h"

/* Routes from the kernel itself (rtnetlink(7)): /proc/net/route has the main table only, and a policy rule may lead
 * elsewhere. */

enum {
	BUFFER = 64 * 1024, /* the kernel fills at most 32 KiB at once (net/netlink/af_netlink.c) */
	TRIES = 3,	    /* of a dump that something changed meanwhile */
	WAIT_S = 5,
	MOST_MEMBERS = 256, /* of a group of next hops */
};

/* A next hop that stands for itself, and routes name it by its number (ip-nexthop(8)). */
struct nexthop {
	uint32_t id;
	unsigned interface; /* 0: none */
	bool is_blackhole;
	uint32_t *members; /* of a group */
	size_t n_members;
};

struct dump {
	int fd;
	struct arena mem;
	struct nexthop *nexthops;
	size_t n_nexthops;
	sys_each_route *each;
	void *data;
};

/* The kernel's macros want what they walk over writable. */
typedef int take_message(struct dump *d, struct nlmsghdr *message);

static uint32_t number_of(struct rtattr *a)
{
	uint32_t number = 0;

	if (RTA_PAYLOAD(a) >= sizeof(number))
		memcpy(&number, RTA_DATA(a), sizeof(number));
	return number;
}

/* The attributes behind a message's own header, by their type; one that is twice there: the last. */
static void sort_attributes(struct rtattr *a, long left, struct rtattr **by_type, size_t n)
{
	memset(by_type, 0, n * sizeof(*by_type));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		unsigned type = a->rta_type & NLA_TYPE_MASK;

		if (type < n)
			by_type[type] = a;
	}
}

static int take_nexthop(struct dump *d, struct nlmsghdr *message)
{
	struct nhmsg *body = NLMSG_DATA(message);
	struct rtattr *a[NHA_FDB + 1];
	struct nexthop hop = {0};

	if (message->nlmsg_type != RTM_NEWNEXTHOP || message->nlmsg_len < NLMSG_LENGTH(sizeof(*body)))
		return 0;
	sort_attributes((struct rtattr *)((char *)body + NLMSG_ALIGN(sizeof(*body))),
	    (long)(message->nlmsg_len - NLMSG_SPACE(sizeof(*body))), a, ARRAY_LEN(a));
	if (!a[NHA_ID])
		return 0;
	hop.id = number_of(a[NHA_ID]);
	hop.interface = a[NHA_OIF] ? number_of(a[NHA_OIF]) : 0;
	hop.is_blackhole = a[NHA_BLACKHOLE] != NULL;
	if (a[NHA_GROUP]) {
		const struct nexthop_grp *group = RTA_DATA(a[NHA_GROUP]);
		size_t n = RTA_PAYLOAD(a[NHA_GROUP]) / sizeof(*group);

		for (size_t i = 0; i < n && i < MOST_MEMBERS; i++)
			*ARENA_PUSH(&d->mem, hop.members, hop.n_members) = group[i].id;
	}
	*ARENA_PUSH(&d->mem, d->nexthops, d->n_nexthops) = hop;
	return 0;
}

static const struct nexthop *find_nexthop(const struct dump *d, uint32_t id)
{
	for (size_t i = 0; i < d->n_nexthops; i++)
		if (d->nexthops[i].id == id)
			return &d->nexthops[i];
	return NULL;
}

/* The same route by this interface; one that cannot be named stays "": unknown. */
static int tell(struct dump *d, const struct route *route, unsigned interface)
{
	struct route r = *route;
	char name[IF_NAMESIZE];

	if (interface && if_indextoname(interface, name))
		memcpy(r.interface, name, sizeof(r.interface));
	return d->each(d->data, &r);
}

static int tell_nexthop(struct dump *d, const struct route *route, uint32_t id, bool is_member)
{
	const struct nexthop *hop = find_nexthop(d, id);
	struct route rejected = *route;
	int r = 0;

	if (!hop)
		return tell(d, route, 0);
	if (hop->is_blackhole) {
		rejected.type = ROUTE_REJECT;
		return tell(d, &rejected, 0);
	}
	/* A group has no groups in it (net/ipv4/nexthop.c, valid_group_nh). */
	if (hop->n_members == 0 || is_member)
		return tell(d, route, hop->interface);
	for (size_t i = 0; r == 0 && i < hop->n_members; i++)
		r = tell_nexthop(d, route, hop->members[i], true);
	return r;
}

static int tell_hops(struct dump *d, const struct route *route, struct rtattr *multipath)
{
	struct rtnexthop *hop = RTA_DATA(multipath);
	size_t left = RTA_PAYLOAD(multipath);
	int r = 0;

	while (r == 0 && left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) && hop->rtnh_len <= left) {
		size_t step = RTNH_ALIGN(hop->rtnh_len);

		r = tell(d, route, (unsigned)hop->rtnh_ifindex);
		if (step >= left)
			break;
		left -= step;
		hop = RTNH_NEXT(hop);
	}
	return r;
}

static int take_route(struct dump *d, struct nlmsghdr *message)
{
	static const uint8_t zero[16];
	struct rtmsg *body = NLMSG_DATA(message);
	struct rtattr *a[RTA_NH_ID + 1];
	struct route route = {0};
	unsigned version;

	if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH(sizeof(*body)))
		return 0;
	if ((body->rtm_family != AF_INET && body->rtm_family != AF_INET6) || body->rtm_flags & RTM_F_CLONED)
		return 0;
	switch (body->rtm_type) {
	case RTN_UNICAST:
		route.type = ROUTE_UNICAST;
		break;
	case RTN_LOCAL:
		route.type = ROUTE_LOCAL;
		break;
	case RTN_BLACKHOLE:
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
		route.type = ROUTE_REJECT;
		break;
	default: /* broadcast, multicast, anycast; "throw" goes on in the next table */
		return 0;
	}
	sort_attributes(RTM_RTA(body), (long)RTM_PAYLOAD(message), a, ARRAY_LEN(a));
	version = body->rtm_family == AF_INET ? 4 : 6;
	if (a[RTA_DST] && RTA_PAYLOAD(a[RTA_DST]) < (version == 4 ? 4u : 16u))
		return 0;
	/* Not ip_addr_from(): a route to ::ffff:0:0/96 is one of IPv6. */
	route.net.version = (uint8_t)version;
	memcpy(route.net.bytes, a[RTA_DST] ? RTA_DATA(a[RTA_DST]) : (const void *)zero, version == 4 ? 4 : 16);
	route.bits = body->rtm_dst_len;
	route.table = a[RTA_TABLE] ? number_of(a[RTA_TABLE]) : body->rtm_table;
	route.metric = a[RTA_PRIORITY] ? number_of(a[RTA_PRIORITY]) : 0;
	if (a[RTA_MULTIPATH])
		return tell_hops(d, &route, a[RTA_MULTIPATH]);
	if (a[RTA_OIF])
		return tell(d, &route, number_of(a[RTA_OIF]));
	/* With net.ipv4.nexthop_compat_mode off the number is all there is. */
	return a[RTA_NH_ID] ? tell_nexthop(d, &route, number_of(a[RTA_NH_ID]), false) : tell(d, &route, 0);
}

static int ask(int fd, uint16_t type, uint8_t family)
{
	struct {
		struct nlmsghdr header;
		union {
			struct rtmsg route;
			struct nhmsg nexthop;
		} body;
	} request = {.header = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	if (type == RTM_GETNEXTHOP) {
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body.nexthop));
		request.body.nexthop.nh_family = family;
	} else {
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body.route));
		request.body.route.rtm_family = family;
	}
	return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int take_messages(struct dump *d, char *buf, ssize_t length, take_message *take, bool *ret_changed)
{
	unsigned left = (unsigned)length;

	for (struct nlmsghdr *m = (void *)buf; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
		int r;

		if (m->nlmsg_flags & NLM_F_DUMP_INTR)
			*ret_changed = true;
		if (m->nlmsg_type == NLMSG_DONE) {
			int code = 0; /* of the dump itself */

			if (m->nlmsg_len >= NLMSG_LENGTH(sizeof(code)))
				memcpy(&code, NLMSG_DATA(m), sizeof(code));
			return code < 0 ? code : 1;
		}
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(m);

			return m->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || error->error >= 0 ? -EPROTO : error->error;
		}
		r = take(d, m);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A dump that changed under our eyes is made once more: a row twice does no harm, one missing might. */
static int dump(struct dump *d, uint16_t type, uint8_t family, take_message *take)
{
	cleanup_free char *buf = malloc(BUFFER);
	bool has_changed = true;
	int r = buf ? 0 : -ENOMEM;

	for (int try = 0; r == 0 && has_changed && try < TRIES; try++) {
		has_changed = false;
		r = ask(d->fd, type, family);
		while (r == 0) {
			ssize_t n = recv(d->fd, buf, BUFFER, MSG_TRUNC);

			if (n < 0 && errno == EINTR)
				continue;
			r = n < 0 ? -errno : n == 0 ? -EPROTO : n > BUFFER ? -EMSGSIZE : take_messages(d, buf, n, take, &has_changed);
		}
		r = r > 0 ? 0 : r;
	}
	return r == 0 && has_changed ? -EAGAIN : r;
}

int sys_routes_each(struct sys *s, sys_each_route *each, void *data)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct timeval wait = {.tv_sec = WAIT_S};
	cleanup_close int fd = -1;
	struct dump d = {.each = each, .data = data};
	int r;

	if (!s->is_live)
		return -EOPNOTSUPP;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* Connected, only the kernel's own messages come in. */
	if (fd < 0 || connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	d.fd = fd;
	/* Before Linux 5.3 there are none. */
	r = dump(&d, RTM_GETNEXTHOP, AF_UNSPEC, take_nexthop);
	if (r == -EOPNOTSUPP || r == -EINVAL)
		r = 0;
	if (r == 0)
		r = dump(&d, RTM_GETROUTE, AF_INET, take_route);
	if (r == 0)
		r = dump(&d, RTM_GETROUTE, AF_INET6, take_route);
	arena_done(&d.mem);
	/* Without IPv6 in the kernel, the other family answers (net/core/rtnetlink.c). */
	return r;
}
