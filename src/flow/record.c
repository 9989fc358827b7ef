/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/str.h"
#include "flow/boot.h"
#include "flow/kept_log.h"
#include "flow/status.h"
#include "judge/explain.h"
#include "judge/pattern.h"
#include "sys/archive.h"
#include "sys/foreign.h"
#include "sys/read_host.h"
#include "sys/recorded.h"
#include "sys/recording.h"
#include "text/log_line.h"
#include "text/redact.h"

enum { LOG_BYTES = 512 * 1024 }; /* of its beginning, and of its end */

/* ---- reading back ---- */

struct loading {
	struct arena *mem;
	struct sys *s;
	struct err *e;
};

static int load_item(void *data, const struct archive_item *item)
{
	struct loading *l = data;
	char path[4096];
	size_t length;
	char *content;
	int r;

	/* "./" in front, "/" behind: as tar writes them. */
	(void)snprintf(path, sizeof(path), "%s", str_starts(item->path, "./") ? item->path + 2 : item->path);
	length = strlen(path);
	if (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
	if (length == 0 || str_eq(path, "."))
		return 0;
	switch (item->type) {
	case ARCHIVE_FOLDER:
		r = sys_recorded_folder(l->s, path);
		break;
	case ARCHIVE_LINK:
		r = sys_recorded_link(l->s, path, item->target);
		break;
	case ARCHIVE_FILE:
		if ((item->mode & 0400) == 0) {
			r = sys_recorded_unread(l->s, path);
			break;
		}
		content = arena_alloc(l->mem, item->size + 1);
		if (item->size > 0)
			memcpy(content, item->content, item->size);
		r = sys_recorded_file(l->s, path, content, item->size, 0);
		break;
	case ARCHIVE_DIFFERENT:
	default:
		return err_set(l->e, -EINVAL, "the archive holds a device, or a link of another kind: %s", item->path);
	}
	if (r == -EINVAL)
		return err_set(l->e, r, "the archive holds a name that leads out of it: %s", item->path);
	return r < 0 ? err_set(l->e, r, "the archive cannot be used: %s: %s", item->path, strerror(-r)) : 0;
}

struct sys *flow_open_archive(struct arena *mem, const char *path, struct err *e)
{
	const struct archive_limits limits = {RECORDED_NODES, RECORDED_BYTES};
	struct loading l = {.mem = mem, .s = sys_recorded_new(mem), .e = e};
	struct foreign_file *files;
	size_t n;
	int r;

	if (foreign_open(mem, &path, 1, &files, &n, e) < 0)
		return NULL;
	r = n == 1 ? foreign_drop_root(e) : -EINVAL;
	if (r == 0)
		r = archive_read(files[0].fd, &limits, load_item, &l, e);
	foreign_close(files, n);
	if (r < 0) {
		(void)err_add(e, "%s", path);
		return NULL;
	}
	return l.s;
}

/* ---- what is read ---- */

static int refuse_busy(void *data, const char *name)
{
	struct sys *s = data;

	return s->ops->is_busy(s, name) == 1 ? -EBUSY : 0;
}

/* The reads of list, show, groups, status and boot status. What one of them cannot do is no reason not to keep the rest. */
static int read_all(struct flow *f, struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS | FACET_OVERRIDE | FACET_PARENTS | FACET_PATH,
	    .attributes = ((1u << ATTRIBUTES) - 1) & ~(1u << ATTR_SERIAL), .has_uses = true};
	struct boot_answer answer;
	struct status status;
	struct boot boot;
	struct host h;
	int r = flow_look(f, &request, &h, e);

	if (r < 0)
		return r;
	/* Each function by itself: what is asked for one may be more. */
	request.n_targets = 1;
	for (size_t i = 0; i < h.n_functions; i++) {
		struct host one;

		request.targets = &h.functions[i].addr;
		if (!function_is_bridge(&h.functions[i]))
			(void)flow_look(f, &request, &one, NULL);
	}
	(void)flow_status(f, &status, NULL);
	flow_boot_status(f, &boot, &answer);
	return 0;
}

/* ---- the log ---- */

/* Stands a PCI address in it, and not as a part of a path? Paths end in names that people gave to their devices. */
static bool has_address(const char *line)
{
	struct pci_addr addr;

	for (const char *at = line; *at; at++)
		if ((at == line || at[-1] != '/') && pattern_address(line, at, &addr) > 0)
			return true;
	return false;
}

struct sifting {
	struct arena *mem;
	struct explainer *known;
	const char **lines;
	size_t n;
};

/* What is about PCI functions, or means something; the rest is nobody's business. */
static void sift(void *data, const char *raw, size_t length)
{
	struct sifting *s = data;
	char line[LOG_LINE + 1];

	(void)log_line_clean(raw, length, line);
	if (explain_line(s->known, raw, length) || has_address(line))
		*ARENA_PUSH(s->mem, s->lines, s->n) = arena_strdup(s->mem, line);
}

/* From `from` on as many lines as fit, in that direction; answers behind which it stopped. */
static size_t fit(const struct sifting *s, size_t from, size_t to, bool is_backwards)
{
	size_t n_bytes = 0;

	while (from < to) {
		n_bytes += strlen(s->lines[is_backwards ? to - 1 : from]) + 1;
		if (n_bytes > LOG_BYTES)
			break;
		if (is_backwards)
			to--;
		else
			from++;
	}
	return is_backwards ? to : from;
}

static void put_lines(const struct sifting *s, size_t from, size_t to, FILE *out)
{
	for (size_t i = from; i < to; i++)
		(void)fprintf(out, "%s\n", s->lines[i]);
}

/* Its beginning, where the kernel boots, and its end. */
static void record_log(struct flow *f, struct arena *mem, struct sys *kept)
{
	struct sifting s = {.mem = mem, .known = explain_new(mem)};
	struct kept_log log;
	char *content = NULL;
	size_t size = 0, begin, end;
	FILE *out;

	if (flow_keep_log(&(struct flow){.s = f->s, .mem = mem}, &log) < 0)
		return;
	for (size_t i = 0; i < log.n; i++)
		if (log.entries[i].is_kernel)
			kept_lines(&log.entries[i], sift, &s);
	begin = fit(&s, 0, s.n, false);
	end = fit(&s, begin, s.n, true);
	out = open_memstream(&content, &size);
	if (!out)
		return;
	put_lines(&s, 0, begin, out);
	put_lines(&s, end, s.n, out);
	if (fclose(out) == 0) {
		char *copy = arena_alloc(mem, size + 1);

		memcpy(copy, content, size);
		(void)sys_recorded_file(kept, "dev/kmsg", copy, size, 0);
	}
	free(content);
}

/* ---- who is not to be named ---- */

static int add_account(void *data, const char *line)
{
	const char *name_end = strchr(line, ':'), *uid = name_end ? strchr(name_end + 1, ':') : NULL;
	char name[64];
	uint64_t number;

	if (!uid || !str_number_n(uid + 1, strcspn(uid + 1, ":"), 10, UINT32_MAX, &number) || number < 1000 || number == 65534 ||
	    (size_t)(name_end - line) >= sizeof(name))
		return 0;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(name_end - line), line);
	redactor_add_word(data, name, "user");
	return 0;
}

static void add_names(struct flow *f, struct redactor *r)
{
	static const char *const files[] = {"proc/sys/kernel/hostname", "etc/hostname", "etc/mailname", "proc/sys/kernel/domainname"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *name = sys_text(f->s, f->mem, files[i], NULL);

		/* The short name alone, and all of it. */
		if (name)
			redactor_add_word(r, name, "host");
		if (name && strchr(name, '.')) {
			*strchr(name, '.') = '\0';
			redactor_add_word(r, name, "host");
		}
	}
	(void)sys_lines(f->s, "etc/passwd", add_account, r);
}

/* ---- writing ---- */

struct writing {
	struct arena *mem;
	struct redactor *redactor;
	struct archive_writer *w;
	struct record_result result;
	struct err *e;
};

static int learn_entry(void *data, const struct recorded_entry *entry)
{
	if (entry->type == RECORDED_FILE && entry->error == 0)
		redactor_learn(data, entry->path, entry->content, entry->size);
	return 0;
}

static int write_entry(void *data, const struct recorded_entry *entry)
{
	static const enum archive_type types[] = {
	    [RECORDED_UNREAD] = ARCHIVE_FILE, [RECORDED_FOLDER] = ARCHIVE_FOLDER, [RECORDED_FILE] = ARCHIVE_FILE, [RECORDED_LINK] = ARCHIVE_LINK};
	struct writing *w = data;
	struct archive_item item = {.path = redact_text(w->redactor, entry->path), .type = types[entry->type], .mode = entry->type == RECORDED_FOLDER ? 0755 : 0644};

	if (entry->type == RECORDED_UNREAD || entry->error < 0) {
		item.mode = 0;
	} else if (entry->type == RECORDED_FILE) {
		item.content = redact(w->redactor, entry->path, entry->content, entry->size, &item.size);
		w->result.n_files++;
		w->result.n_bytes += item.size;
	} else if (entry->type == RECORDED_LINK) {
		item.target = redact_text(w->redactor, entry->content);
		item.mode = 0777;
	}
	return archive_put(w->w, &item, w->e);
}

static int write_archive(struct writing *w, struct sys *kept, const char *path)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r, closed;

	if (fd < 0) {
		(void)err_set(w->e, -errno, "cannot make %s: %s", path, strerror(errno));
		return errno == EEXIST ? err_hint(w->e, "another name, or remove it first") : w->e->code;
	}
	r = archive_make(fd, &w->w, w->e);
	if (r == 0) {
		r = sys_recorded_each(kept, write_entry, w);
		closed = archive_finish(w->w, r == 0 ? w->e : NULL);
		r = r < 0 ? r : closed;
	}
	if (r < 0)
		(void)unlink(path);
	return r;
}

int flow_record(struct flow *f, const char *path, struct record_result *ret, struct err *e)
{
	/* Of its own, for the readers' threads read while others build in f->mem. */
	cleanup_arena struct arena mem = {0}, reading = {0};
	struct sys *kept = sys_recorded_new(&mem);
	struct flow recording = {.s = sys_recording_new(&mem, f->s, kept), .mem = &reading};
	struct writing w = {.mem = &mem, .e = e};
	uint64_t seed;
	int r = f->s->is_live ? f->s->ops->list(f->s, "sys/bus/pci/devices", refuse_busy, f->s) : 0;

	if (r == -EBUSY)
		return err_set(e, r, "a write to a function is still stuck in the kernel, and reading would hang as well");
	r = read_all(&recording, e);
	if (r < 0)
		return r;
	record_log(f, &mem, kept);
	if (sys_recording_is_full(recording.s))
		return err_set(e, -ENOSPC, "this host has more to read than a record takes");
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return err_set(e, -EIO, "the kernel has no random numbers");
	w.redactor = redactor_new(&mem, seed);
	(void)sys_recorded_each(kept, learn_entry, w.redactor);
	add_names(f, w.redactor);
	r = write_archive(&w, kept, path);
	*ret = w.result;
	return r;
}
