/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_network.h"
#include "text/session_text.h"

/*
 * The network that the typing person comes through. SSH_CONNECTION would say it, but sudo drops it and anyone may set
 * it; so: the parents of this process, up to a server that gave the session, and what logind knows of the session. A
 * terminal multiplexer and a user's manager are started by nobody's session; whoever types into them is one of that
 * user's remote sessions.
 */

enum {
	MOST_PARENTS = 256,
	MOST_PROCESSES = 64, /* looked into for one session */
	MOST_OWNERS = 8,
	NO_ID = UINT32_MAX, /* loginuid and sessionid that were never set */
};

static const struct server {
	const char *comm, *word;
} servers[] = {
    {"sshd", "ssh"},
    {"sshd-session", "ssh"}, /* OpenSSH 9.8 and newer */
    {"dropbear", "ssh"},
    {"tailscaled", "ssh"},
    {"in.telnetd", "telnet"},
    {"telnetd", "telnet"},
    {"in.rlogind", "rlogin"},
    {"mosh-server", "mosh"},
    {"ttyd", "web"},
    {"shellinaboxd", "web"},
};

static const char *const multiplexers[] = {"tmux: server", "screen", "zellij", "dtach", "abduco"};

struct session_reading {
	struct network *n;
	const char *whose; /* "this", "this user's", "an open" */
	int *seen;	   /* processes */
	size_t n_seen;
	unsigned n_ways;
	bool is_remote;	 /* the session is one of the network, wherever from */
	bool is_refused; /* something could not be looked into */
	bool is_here;	 /* it comes from this host itself, as far as that was followed */
};

static const struct server *server_of(const char *comm)
{
	for (size_t i = 0; i < ARRAY_LEN(servers); i++)
		if (str_eq(servers[i].comm, comm))
			return &servers[i];
	return NULL;
}

static bool is_multiplexer(const char *comm)
{
	for (size_t i = 0; i < ARRAY_LEN(multiplexers); i++)
		if (str_eq(multiplexers[i], comm))
			return true;
	return false;
}

static bool read_stat(struct network *n, const char *process, struct proc_stat *ret, int *ret_code)
{
	cleanup_arena struct arena mem = {0};
	char path[SYS_PATH];
	const char *text = sys_text(n->r->s, &mem, sys_path(path, "proc/%s/stat", process), ret_code);

	return text && proc_stat_parse(text, ret);
}

static bool read_stat_of(struct network *n, int pid, struct proc_stat *ret, int *ret_code)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", pid);
	return read_stat(n, name, ret, ret_code);
}

static uint32_t read_id(struct network *n, const char *path)
{
	const char *text = sys_text(n->r->s, n->r->mem, path, NULL);
	uint64_t id;

	return text && str_number(text, 10, UINT32_MAX, &id) ? (uint32_t)id : NO_ID;
}

struct parents {
	struct proc_stat rows[MOST_PARENTS]; /* the process itself first */
	size_t n;
	bool is_cut; /* one could not be read */
};

static void read_parents(struct network *n, const struct proc_stat *first, struct parents *ret)
{
	struct proc_stat stat = *first;

	ret->n = 0;
	ret->is_cut = false;
	/* A circle of parents occurs only in a text made up: the limit is enough against that. */
	while (ret->n < MOST_PARENTS) {
		ret->rows[ret->n++] = stat;
		if (stat.parent <= 1)
			return;
		if (!read_stat_of(n, stat.parent, &stat, NULL))
			break;
	}
	ret->is_cut = true;
}

static bool is_new(struct session_reading *s, int pid)
{
	for (size_t i = 0; i < s->n_seen; i++)
		if (s->seen[i] == pid)
			return false;
	if (s->n_seen == MOST_PROCESSES) {
		s->is_refused = true;
		return false;
	}
	*ARENA_PUSH(s->n->r->mem, s->seen, s->n_seen) = pid;
	return true;
}

static void add_way(
    struct session_reading *s, const char *word, const struct ip_addr *a, bool is_own, const char *evidence)
{
	cleanup_arena struct arena mem = {0};
	char text[IP_TEXT];

	s->n_ways++;
	network_need(s->n, (struct need){
			       .kind = USE_SESSION,
			       .addr = *a,
			       .is_own = is_own,
			       .what = arena_printf(&mem, "%s %s session %s %s", s->whose, word, is_own ? "at" : "from",
				   ip_addr_print(a, text)),
			       .evidence = evidence,
			   });
}

static void follow_parents(struct session_reading *s, const struct parents *p);

/* The other end is on this host: a tunnel, or a session out of another one. The way is that of whoever holds it. */
static void follow_peer(struct session_reading *s, uint64_t inode);

static void follow_connection(struct session_reading *s, const struct connection *c, const char *word)
{
	uint64_t peer;

	if (ip_addr_is_any(&c->remote)) {
		/* mosh never connects its socket, but binds it to the address the client knows. */
		if (ip_addr_is_any(&c->local))
			s->is_refused = true;
		else if (!ip_addr_is_loopback(&c->local))
			add_way(s, word, &c->local, true, c->evidence);
		return;
	}
	peer = connection_peer(s->n, c);
	if (peer)
		follow_peer(s, peer);
	else if (ip_addr_is_loopback(&c->remote))
		s->is_refused = true;
	else
		add_way(s, word, &c->remote, false, c->evidence);
}

/* Whether the connections of a process that carries the session show a way. */
static bool follow_process(struct session_reading *s, int pid, const char *word)
{
	unsigned n_before = s->n_ways;
	struct connections c;
	int r;

	if (!is_new(s, pid))
		return false;
	r = read_connections(s->n, pid, &c);
	if (r < 0 && r != -ENOENT && r != -ESRCH)
		s->is_refused = true;
	for (size_t i = 0; r == 0 && i < c.n; i++)
		follow_connection(s, &c.rows[i], word);
	return s->n_ways > n_before;
}

static void follow_peer(struct session_reading *s, uint64_t inode)
{
	struct parents *p = arena_alloc(s->n->r->mem, sizeof(*p));
	int pids[MOST_OWNERS];
	size_t n = read_socket_owners(s->n, inode, pids, MOST_OWNERS);

	if (n == 0)
		s->is_refused = true;
	for (size_t i = 0; i < n; i++) {
		struct proc_stat stat;

		if (!read_stat_of(s->n, pids[i], &stat, NULL))
			continue;
		(void)follow_process(s, pids[i], "forwarded");
		s->is_here = true;
		read_parents(s->n, &stat, p);
		s->is_refused |= p->is_cut;
		follow_parents(s, p);
	}
}

/* The outermost server that has a connection: those further in share it, and have the ones forwarded for the client
 * besides. */
static void follow_parents(struct session_reading *s, const struct parents *p)
{
	for (size_t i = p->n; i-- > 0;) {
		const struct server *server = server_of(p->rows[i].comm);

		if (!server)
			continue;
		s->is_remote = true;
		if (follow_process(s, p->rows[i].pid, server->word))
			return;
	}
}

static const char *word_of(const struct login_session *l)
{
	const struct server *server = l->service ? server_of(l->service) : NULL;

	return server ? server->word : "remote";
}

/* One that logind knows. */
static void follow_login(struct session_reading *s, const struct login_session *l, const char *path)
{
	bool is_found = false;
	struct ip_addr a;

	if (!l->is_remote)
		return;
	s->is_remote = true;
	if (l->leader > 1)
		is_found = follow_process(s, l->leader, word_of(l));
	if (!is_found && l->remote_host && ip_addr_parse(l->remote_host, strlen(l->remote_host), &a))
		add_way(s, word_of(l), &a, false, path);
}

static bool read_login(
    struct network *n, const char *id, struct login_session *ret, const char **ret_path, int *ret_code)
{
	char path[SYS_PATH];
	const char *text =
	    sys_text(n->r->s, n->r->mem, sys_path(path, "run/systemd/sessions/%s", id), ret_code);

	if (!text)
		return false;
	login_session_parse(n->r->mem, text, ret);
	*ret_path = arena_strdup(n->r->mem, path);
	return true;
}

/* What became of it: a session that is remote must have a way. */
static void close_reading(const struct session_reading *s, const char *evidence)
{
	cleanup_arena struct arena mem = {0};
	const char *how = s->n->r->s->is_live && !s->n->r->s->may_write ? "; run as root to see it" : "";

	if (s->is_remote && s->n_ways == 0 && (s->is_refused || !s->is_here))
		network_blind(s->n,
		    arena_printf(&mem, "by which interface %s remote session comes cannot be seen%s", s->whose, how), evidence);
}

struct login_scan {
	struct network *n;
	const uint32_t *uids;
	size_t n_uids; /* 0: anyone's */
};

static int take_login(void *data, const char *id)
{
	const struct login_scan *scan = data;
	struct session_reading s = {.n = scan->n, .whose = "this user's"};
	struct login_session login;
	const char *path;
	bool is_wanted = scan->n_uids == 0;
	int r = 0;

	/* Beside each lies a FIFO, "3.ref". */
	if (!session_id_is_safe(id))
		return 0;
	if (!read_login(scan->n, id, &login, &path, &r)) {
		if (r < 0 && r != -ENOENT)
			network_blind(scan->n, "logind's sessions cannot be read", "run/systemd/sessions");
		return 0;
	}
	for (size_t i = 0; i < scan->n_uids; i++)
		is_wanted |= !login.has_uid || login.uid == scan->uids[i];
	if (!is_wanted || login.is_closing)
		return 0;
	follow_login(&s, &login, path);
	close_reading(&s, path);
	return 0;
}

/* Without logind: every session that a server of this host has open. */
static int take_server(void *data, const char *name)
{
	const struct login_scan *scan = data;
	struct session_reading s = {.n = scan->n, .whose = "an open"};
	const struct server *server;
	struct proc_stat stat;
	uint64_t pid;

	if (!str_number(name, 10, INT32_MAX, &pid) || !read_stat(scan->n, name, &stat, NULL))
		return 0;
	server = server_of(stat.comm);
	if (!server)
		return 0;
	(void)follow_process(&s, stat.pid, server->word);
	/* One that only listens has no way, and needs none. */
	s.is_remote = s.is_refused;
	close_reading(&s, "proc");
	return 0;
}

static void read_any_login(struct network *n, const uint32_t *uids, size_t n_uids)
{
	struct login_scan scan = {n, uids, n_uids};
	struct sys *s = n->r->s;
	int r = s->ops->list(s, "run/systemd/sessions", take_login, &scan);

	if (r == -ENOENT)
		r = s->ops->list(s, "proc", take_server, &scan);
	if (r < 0)
		network_blind(n, "logind's sessions cannot be read", "run/systemd/sessions");
}

static int take_cgroup(void *data, const char *line)
{
	cgroup_session_add(line, data);
	return 0;
}

/* What the session looks like from within. */
struct own_session {
	struct cgroup_session cgroup;
	char audit_id[16];  /* "": none */
	uint32_t login_uid; /* NO_ID */
	bool is_detached;   /* whoever types may sit in another session of the same user */
	bool is_anyones;    /* or of any user */
	uint32_t session_uid; /* NO_ID */
};

static void read_own(struct network *n, const struct parents *p, struct own_session *own)
{
	uint32_t id = read_id(n, "proc/self/sessionid");

	own->login_uid = read_id(n, "proc/self/loginuid");
	own->session_uid = NO_ID;
	if (id != NO_ID)
		(void)snprintf(own->audit_id, sizeof(own->audit_id), "%u", id);
	(void)sys_lines(n->r->s, "proc/self/cgroup", take_cgroup, &own->cgroup);
	own->is_detached = own->cgroup.has_manager;
	for (size_t i = 0; i < p->n; i++)
		own->is_detached |= is_multiplexer(p->rows[i].comm);
}

/* Whether logind knows the session by this id. */
static bool follow_id(struct session_reading *s, const char *id, struct own_session *own)
{
	struct login_session login;
	const char *path;
	int r = 0;

	if (!*id)
		return false;
	if (!read_login(s->n, id, &login, &path, &r)) {
		/* In the scope of a session that logind has forgotten: what its user left running. */
		own->is_detached |= r == -ENOENT && id == own->cgroup.id;
		s->is_refused |= r != -ENOENT;
		return false;
	}
	if (login.has_uid)
		own->session_uid = login.uid;
	if (login.is_closing)
		own->is_detached = true;
	else
		follow_login(s, &login, path);
	/* run0 makes a session that hangs on nothing, for whoever called it. */
	own->is_anyones |= login.service && str_starts(login.service, "systemd-run");
	return true;
}

void read_session_needs(struct network *n)
{
	struct parents *p = arena_alloc(n->r->mem, sizeof(*p));
	struct session_reading s = {.n = n, .whose = "this"};
	struct own_session own = {.is_detached = false};
	uint32_t uids[3];
	struct proc_stat self;
	size_t n_uids = 0;
	bool is_known;
	int r = 0;

	if (!read_stat(n, "self", &self, &r)) {
		if (n->r->s->is_live)
			network_blind(n, "the session this is typed in cannot be seen", "proc/self/stat");
		return;
	}
	read_parents(n, &self, p);
	follow_parents(&s, p);
	if (s.n_ways > 0)
		return;
	read_own(n, p, &own);
	is_known = follow_id(&s, own.cgroup.id, &own);
	if (s.n_ways == 0 && !str_eq(own.audit_id, own.cgroup.id))
		is_known |= follow_id(&s, own.audit_id, &own);
	close_reading(&s, "proc/self/stat");
	if (!s.is_remote && !is_known && !own.is_detached && (p->is_cut || s.is_refused))
		network_blind(n, "the parents of this process, and so its session, cannot be seen", "proc/self/stat");
	if (own.is_detached || own.is_anyones) {
		if (own.cgroup.has_manager)
			uids[n_uids++] = own.cgroup.manager_uid;
		if (own.login_uid != NO_ID)
			uids[n_uids++] = own.login_uid;
		if (own.session_uid != NO_ID)
			uids[n_uids++] = own.session_uid;
		read_any_login(n, uids, own.is_anyones ? 0 : n_uids);
	}
}
