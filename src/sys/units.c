/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units of systemd, over sd-bus (loaded when first asked for). Of the running host only.
 *
 * Managers are asked by their private sockets, which root may use and which need no D-Bus daemon: one more thing that
 * can be down while a display manager is being stopped. That holds for a user's manager too, whose D-Bus daemon turns
 * root away; the way of `systemctl --user -M`, a bridge run as the user, works but takes seconds. Without root the system's manager is asked over the system
 * bus, which shows states to everybody.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>

#include "base/library.h"
#include "base/str.h"
#include "model/unit.h"
#include "sys/real.h"

#define DESTINATION "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define UNIT "org.freedesktop.systemd1.Unit"
#define SERVICE "org.freedesktop.systemd1.Service"

enum { JOB_POLL_MS = 50, TRANSIENT_STOP_LIMIT_S = 600 };

static struct {
	__typeof__(sd_bus_new) *new;
	__typeof__(sd_bus_set_fd) *set_fd;
	__typeof__(sd_bus_set_bus_client) *set_bus_client;
	__typeof__(sd_bus_start) *start;
	__typeof__(sd_bus_flush_close_unref) *close;
	__typeof__(sd_bus_call_method) *call_method;
	__typeof__(sd_bus_call) *call;
	__typeof__(sd_bus_get_property) *get_property;
	__typeof__(sd_bus_get_property_string) *get_string;
	__typeof__(sd_bus_get_property_trivial) *get_trivial;
	__typeof__(sd_bus_message_new_method_call) *new_call;
	__typeof__(sd_bus_message_append) *append;
	__typeof__(sd_bus_message_append_strv) *append_strv;
	__typeof__(sd_bus_message_open_container) *open_container;
	__typeof__(sd_bus_message_close_container) *close_container;
	__typeof__(sd_bus_message_read) *read;
	__typeof__(sd_bus_message_unref) *unref;
	__typeof__(sd_bus_error_free) *error_free;
} sd;

static bool load_libsystemd(void)
{
	static const struct library_symbol symbols[] = {
	    {"sd_bus_new", (void **)&sd.new},
	    {"sd_bus_set_fd", (void **)&sd.set_fd},
	    {"sd_bus_set_bus_client", (void **)&sd.set_bus_client},
	    {"sd_bus_start", (void **)&sd.start},
	    {"sd_bus_flush_close_unref", (void **)&sd.close},
	    {"sd_bus_call_method", (void **)&sd.call_method},
	    {"sd_bus_call", (void **)&sd.call},
	    {"sd_bus_get_property", (void **)&sd.get_property},
	    {"sd_bus_get_property_string", (void **)&sd.get_string},
	    {"sd_bus_get_property_trivial", (void **)&sd.get_trivial},
	    {"sd_bus_message_new_method_call", (void **)&sd.new_call},
	    {"sd_bus_message_append", (void **)&sd.append},
	    {"sd_bus_message_append_strv", (void **)&sd.append_strv},
	    {"sd_bus_message_open_container", (void **)&sd.open_container},
	    {"sd_bus_message_close_container", (void **)&sd.close_container},
	    {"sd_bus_message_read", (void **)&sd.read},
	    {"sd_bus_message_unref", (void **)&sd.unref},
	    {"sd_bus_error_free", (void **)&sd.error_free},
	};

	return sd.new || library_load("libsystemd.so.0", symbols, ARRAY_LEN(symbols));
}

static void close_bus(sd_bus **bus)
{
	if (*bus)
		(void)sd.close(*bus);
}

static void unref_message(sd_bus_message **m)
{
	if (*m)
		(void)sd.unref(*m);
}

static void free_error(sd_bus_error *e)
{
	if (sd.error_free)
		sd.error_free(e);
}

#define cleanup_bus __attribute__((cleanup(close_bus)))
#define cleanup_message __attribute__((cleanup(unref_message)))
#define cleanup_error __attribute__((cleanup(free_error)))

/* libsystemd knows errnos for D-Bus' own errors; those of the manager it takes for EIO. */
static int code_of(int r, const sd_bus_error *error)
{
	static const struct {
		const char *name;
		int code;
	} known[] = {
	    {"org.freedesktop.systemd1.NoSuchUnit", -ENOENT},
	    {"org.freedesktop.systemd1.LoadFailed", -ENOEXEC},
	    {"org.freedesktop.systemd1.UnitMasked", -ERFKILL},
	    {"org.freedesktop.systemd1.UnitExists", -EEXIST},
	    {"org.freedesktop.systemd1.OnlyByDependency", -EPERM},
	    {"org.freedesktop.systemd1.TransactionIsDestructive", -EDEADLK},
	    {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", -EACCES},
	};

	for (size_t i = 0; r < 0 && error->name && i < ARRAY_LEN(known); i++)
		if (str_eq(error->name, known[i].name))
			return known[i].code;
	return r < 0 ? r : 0;
}

/* ---- finding the manager ---- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* Where nobody takes connections any more this answers instead of waiting. */
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE(fd, -1);
}

/* What lies below /run/user is its user's to shape: a link from there to the system's socket would make us stop a
 * system unit where a user's is meant. Who listens tells. */
static int connect_to_user(unsigned uid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	char path[SYS_PATH];
	cleanup_close int fd = connect_to(sys_path(path, "/run/user/%u/systemd/private", uid));

	if (fd < 0)
		return fd == -ENOENT || fd == -ECONNREFUSED || fd == -ENOTDIR ? -ENODEV : fd;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	return peer.uid == uid ? TAKE(fd, -1) : -EPERM;
}

static int connect_to_system(bool *ret_is_bus)
{
	int fd = connect_to("/run/systemd/private");
	bool may_not = fd == -EACCES || fd == -EPERM;

	*ret_is_bus = fd < 0;
	if (fd < 0)
		fd = connect_to("/run/dbus/system_bus_socket");
	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return may_not ? -EACCES : -ENOTCONN;
	return fd;
}

static int open_manager(struct sys *s, bool is_user, unsigned uid, sd_bus **ret)
{
	cleanup_close int fd = -1;
	cleanup_bus sd_bus *bus = NULL;
	bool is_bus = false;
	int r;

	if (!s->is_live)
		return -EXDEV;
	if (access("/run/systemd/system", F_OK) < 0)
		return -ENOTCONN; /* as sd_booted(3) */
	if (!load_libsystemd())
		return -ELIBACC;
	fd = is_user ? connect_to_user(uid) : connect_to_system(&is_bus);
	if (fd < 0)
		return fd;
	r = sd.new(&bus);
	if (r >= 0)
		r = sd.set_fd(bus, fd, fd);
	if (r < 0)
		return r;
	(void)TAKE(fd, -1);
	if (is_bus)
		r = sd.set_bus_client(bus, 1);
	if (r >= 0)
		r = sd.start(bus);
	if (r < 0)
		return r;
	*ret = TAKE(bus, NULL);
	return 0;
}

static int open_unit_manager(struct sys *s, const struct sys_unit *u, sd_bus **ret)
{
	return unit_name_is_valid(u->name) ? open_manager(s, u->is_user, u->uid, ret) : -EINVAL;
}

/* ---- asking ---- */

/* A call whose one argument is a unit's name and whose answer is an object. */
static int call_by_name(sd_bus *bus, const char *method, const char *name, const char *mode, char **ret_object)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_message sd_bus_message *reply = NULL;
	const char *object;
	int r;

	if (mode)
		r = sd.call_method(bus, DESTINATION, MANAGER_PATH, MANAGER, method, &error, &reply, "ss", name, mode);
	else
		r = sd.call_method(bus, DESTINATION, MANAGER_PATH, MANAGER, method, &error, &reply, "s", name);
	if (r < 0)
		return code_of(r, &error);
	r = sd.read(reply, "o", &object);
	if (r < 0)
		return r;
	*ret_object = strdup(object);
	return *ret_object ? 0 : -ENOMEM;
}

static int get_word(sd_bus *bus, const char *unit, const char *property, char **ret)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;

	return code_of(sd.get_string(bus, DESTINATION, unit, UNIT, property, &error, ret), &error);
}

/* Id of the job that is queued or runs for a unit, 0: none. */
static int get_job(sd_bus *bus, const char *unit, uint32_t *ret)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_message sd_bus_message *reply = NULL;
	const char *object;
	int r = sd.get_property(bus, DESTINATION, unit, UNIT, "Job", &error, &reply, "(uo)");

	return r < 0 ? code_of(r, &error) : sd.read(reply, "(uo)", ret, &object);
}

/* On the way there is active: what is taken back must reach it as well. On the way down is not. */
static bool is_active_state(const char *state)
{
	return str_eq(state, "active") || str_eq(state, "reloading") || str_eq(state, "activating");
}

int sys_units_active(struct sys *s, const struct sys_unit *u)
{
	cleanup_bus sd_bus *bus = NULL;
	cleanup_free char *unit = NULL, *state = NULL, *loaded = NULL;
	int r = open_unit_manager(s, u, &bus);

	/* By LoadUnit, for a unit nobody has loaded answers to all its names only then. */
	if (r == 0)
		r = call_by_name(bus, "LoadUnit", u->name, NULL, &unit);
	if (r == 0)
		r = get_word(bus, unit, "ActiveState", &state);
	if (r == 0)
		r = get_word(bus, unit, "LoadState", &loaded);
	if (r < 0)
		return r;
	/* One whose file is gone may run on. */
	if (is_active_state(state))
		return 1;
	return str_eq(loaded, "not-found") ? -ENOENT : 0;
}

int sys_units_system_state(struct sys *s, char *buf, size_t size)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_bus sd_bus *bus = NULL;
	cleanup_free char *state = NULL;
	int r = open_manager(s, false, 0, &bus);

	if (r == 0)
		r = code_of(sd.get_string(bus, DESTINATION, MANAGER_PATH, MANAGER, "SystemState", &error, &state), &error);
	if (r < 0)
		return r;
	return snprintf(buf, size, "%s", state) < (int)size ? 0 : -ENOBUFS;
}

/* ---- changing ---- */

/* "/org/freedesktop/systemd1/job/1234" */
static uint32_t job_number(const char *object)
{
	uint64_t number;

	return str_number(str_base(object), 10, UINT32_MAX, &number) ? (uint32_t)number : 0;
}

/* Until the job has ended, and a unit on its way down is there. Polled, for signals are lost when the manager is
 * executed anew meanwhile. */
static int await_job(struct sys *s, sd_bus *bus, const char *unit, const char *job, const char *what, unsigned limit_ms)
{
	int64_t start = s->ops->now_ms(s);
	unsigned told = 1;

	for (;;) {
		cleanup_free char *state = NULL;
		uint32_t now = 0;
		int64_t waited = s->ops->now_ms(s) - start;
		int r = get_job(bus, unit, &now);

		if (r >= 0)
			r = get_word(bus, unit, "ActiveState", &state);
		if (r < 0)
			return r;
		if ((now == 0 || now != job_number(job)) && !str_eq(state, "deactivating"))
			return 0;
		if (waited >= limit_ms)
			return -ETIMEDOUT;
		if (waited / 1000 > told && s->waiting) {
			told = (unsigned)(waited / 1000);
			s->waiting(s->waiting_data, what, told, limit_ms / 1000);
		}
		r = s->ops->sleep_ms(s, JOB_POLL_MS);
		if (r < 0)
			return r;
	}
}

int sys_units_set(struct sys *s, const struct sys_unit *u, bool active, unsigned limit_ms)
{
	cleanup_bus sd_bus *bus = NULL;
	cleanup_free char *unit = NULL, *job = NULL, *state = NULL;
	char what[UNIT_NAME_MAX + 16];
	int r = open_unit_manager(s, u, &bus);

	if (r == 0)
		r = call_by_name(bus, "LoadUnit", u->name, NULL, &unit);
	if (r == 0)
		r = call_by_name(bus, active ? "StartUnit" : "StopUnit", u->name, "replace", &job);
	if (r < 0)
		return r;
	(void)snprintf(what, sizeof(what), "%s to %s", u->name, active ? "start" : "stop");
	r = await_job(s, bus, unit, job, what, limit_ms);
	if (r == 0)
		r = get_word(bus, unit, "ActiveState", &state);
	if (r < 0)
		return r;
	return is_active_state(state) == active ? 0 : -EIO;
}

/* ---- a service of our own ---- */

static int add_text(sd_bus_message *m, const char *name, const char *value)
{
	return sd.append(m, "(sv)", name, "s", value);
}

static int add_flag(sd_bus_message *m, const char *name, bool value)
{
	return sd.append(m, "(sv)", name, "b", (int)value);
}

static int open_property(sd_bus_message *m, const char *name, const char *type)
{
	int r = sd.open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd.append(m, "s", name);
	return r < 0 ? r : sd.open_container(m, 'v', type);
}

static int close_containers(sd_bus_message *m, int n)
{
	int r = 0;

	while (r >= 0 && n-- > 0)
		r = sd.close_container(m);
	return r;
}

static int add_words(sd_bus_message *m, const char *name, char **words)
{
	int r = open_property(m, name, "as");

	if (r >= 0)
		r = sd.append_strv(m, words);
	return r < 0 ? r : close_containers(m, 2);
}

/* systemd replaces $NAME in arguments when it starts the command; "$$" stays a dollar. */
static char *with_dollars_kept(struct arena *mem, const char *word)
{
	char *kept = arena_alloc(mem, 2 * strlen(word) + 1), *p = kept;

	for (; *word; word++) {
		if (*word == '$')
			*p++ = '$';
		*p++ = *word;
	}
	*p = '\0';
	return kept;
}

static int add_command(sd_bus_message *m, const char *name, char **argv)
{
	cleanup_arena struct arena mem = {0};
	char **kept = NULL;
	size_t n = 0;
	int r;

	for (char **word = argv; *word; word++)
		*ARENA_PUSH(&mem, kept, n) = with_dollars_kept(&mem, *word);
	*ARENA_PUSH(&mem, kept, n) = NULL;
	r = open_property(m, name, "a(sasb)");
	if (r >= 0)
		r = sd.open_container(m, 'a', "(sasb)");
	if (r >= 0)
		r = sd.open_container(m, 'r', "sasb");
	if (r >= 0)
		r = sd.append(m, "s", argv[0]);
	if (r >= 0)
		r = sd.append_strv(m, kept);
	if (r >= 0)
		r = sd.append(m, "b", 0);
	return r < 0 ? r : close_containers(m, 4);
}

static int add_properties(sd_bus_message *m, const struct sys_transient *t, const char *type)
{
	int r = add_text(m, "Type", type);

	if (r >= 0)
		r = add_text(m, "Description", t->description ? t->description : t->name);
	if (r >= 0)
		r = add_command(m, "ExecStart", t->argv);
	if (r >= 0 && t->stop_argv)
		r = add_command(m, "ExecStopPost", t->stop_argv);
	if (r >= 0 && t->environment)
		r = add_words(m, "Environment", t->environment);
	if (r >= 0 && t->directory)
		r = add_text(m, "WorkingDirectory", t->directory);
	if (r >= 0)
		r = add_text(m, "StandardOutput", "journal");
	if (r >= 0)
		r = add_text(m, "StandardError", "journal");
	/* A stop asks us alone, who end what we began; what is left when we are gone is killed. */
	if (r >= 0)
		r = add_text(m, "KillMode", "mixed");
	if (r >= 0)
		r = sd.append(m, "(sv)", "TimeoutStopUSec", "t", (uint64_t)TRANSIENT_STOP_LIMIT_S * 1000000);
	/* `systemctl isolate` is how some end their desktop: it must not end us with it. */
	return r < 0 ? r : add_flag(m, "IgnoreOnIsolate", true);
}

static int start_transient(sd_bus *bus, const struct sys_transient *t, const char *type, char **ret_job)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_message sd_bus_message *m = NULL, *reply = NULL;
	const char *object;
	int r = sd.new_call(bus, &m, DESTINATION, MANAGER_PATH, MANAGER, "StartTransientUnit");

	if (r >= 0)
		r = sd.append(m, "ss", t->name, "fail");
	if (r >= 0)
		r = sd.open_container(m, 'a', "(sv)");
	if (r >= 0)
		r = add_properties(m, t, type);
	if (r >= 0)
		r = sd.close_container(m);
	if (r >= 0)
		r = sd.append(m, "a(sa(sv))", 0);
	if (r < 0)
		return r;
	r = sd.call(bus, m, 0, &error, &reply);
	if (r < 0)
		return code_of(r, &error);
	r = sd.read(reply, "o", &object);
	if (r < 0)
		return r;
	*ret_job = strdup(object);
	return *ret_job ? 0 : -ENOMEM;
}

static int get_number(sd_bus *bus, const char *unit, const char *property, int *ret)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;

	return code_of(sd.get_trivial(bus, DESTINATION, unit, SERVICE, property, &error, 'i', ret), &error);
}

/* 1 and its status when it has ended; a service that ended well is forgotten by the manager at once. */
static int read_ending(sd_bus *bus, const char *unit, int *ret_status)
{
	cleanup_free char *state = NULL;
	int code = 0, status = 0;
	int r = get_word(bus, unit, "ActiveState", &state);

	if (r < 0)
		return r;
	if (str_eq(state, "failed")) {
		r = get_number(bus, unit, "ExecMainCode", &code);
		if (r == 0)
			r = get_number(bus, unit, "ExecMainStatus", &status);
		if (r < 0)
			return r;
	} else if (!str_eq(state, "inactive")) {
		return 0;
	}
	*ret_status = code == CLD_KILLED || code == CLD_DUMPED ? 128 + status : status;
	return 1;
}

static bool is_command(char **argv)
{
	return argv[0] && argv[0][0] == '/';
}

int sys_units_run_transient(struct sys *s, const struct sys_transient *t, unsigned limit_ms)
{
	/* systemd's own words for what went wrong between fork and exec (systemd.exec(5), "Process Exit Codes"). */
	enum { FIRST_OF_SYSTEMD = 200, LAST_OF_SYSTEMD = 245 };
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_bus sd_bus *bus = NULL;
	cleanup_free char *unit = NULL, *job = NULL;
	int status = 0, r;

	if (!unit_name_is_valid(t->name) || !is_command(t->argv) || (t->stop_argv && !is_command(t->stop_argv)))
		return -EINVAL;
	/* Doubled again, and only once taken back, where the manager reloads before it is run (systemd 252). */
	for (char **word = t->stop_argv; word && *word; word++)
		if (strchr(*word, '$'))
			return -EINVAL;
	r = open_manager(s, false, 0, &bus);
	if (r < 0)
		return r;
	/* One of that name which failed earlier is still known, and in the way; one that runs is not forgotten. */
	(void)sd.call_method(
	    bus, DESTINATION, MANAGER_PATH, MANAGER, "ResetFailedUnit", &error, NULL, "s", t->name);
	r = start_transient(bus, t, "exec", &job);
	if (r == -EINVAL)
		r = start_transient(bus, t, "simple", &job); /* before systemd 240 */
	if (r == 0)
		r = call_by_name(bus, "LoadUnit", t->name, NULL, &unit);
	if (r == 0)
		r = await_job(s, bus, unit, job, t->name, limit_ms);
	if (r == 0)
		r = read_ending(bus, unit, &status);
	if (r < 0)
		return r;
	return r == 1 && status >= FIRST_OF_SYSTEMD && status <= LAST_OF_SYSTEMD ? -ENOEXEC : 0;
}

int sys_units_transient_ended(struct sys *s, const char *name, int *ret_status)
{
	cleanup_bus sd_bus *bus = NULL;
	cleanup_free char *unit = NULL;
	int r = unit_name_is_valid(name) ? open_manager(s, false, 0, &bus) : -EINVAL;

	if (r == 0)
		r = call_by_name(bus, "LoadUnit", name, NULL, &unit);
	return r < 0 ? r : read_ending(bus, unit, ret_status);
}
