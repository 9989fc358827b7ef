/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_image.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "sys/unpack.h"
#include "text/cpio.h"
#include "text/image_text.h"
#include "text/loader_entry.h"

enum {
	BLOCK = 256 * 1024,
	PE_HEAD = 4096,
	EARLY_BYTES = 64 * 1024,
	BUILTIN_BYTES = 512 * 1024,
	MOST_KERNELS = 16,
	MOST_LINKS = 32,
};

/* A file whose content stands at another one that is the same file (hard links: the last of them has it). */
struct same_file {
	unsigned inode, major, minor;
	const char *name;
};

struct reading {
	struct sys *s;
	struct arena *mem;
	const char *path;
	const struct image_query *q;
	struct image_answer *a;
	struct cpio cpio;
	char *buf;	     /* BLOCK bytes */
	uint64_t at, end;    /* in the file; UINT64_MAX: its own end */
	uint64_t unpacked;
	int64_t deadline;
	int stop;	     /* a negative errno that ends it all */
	unsigned n_parts;
	size_t kept;
	/* the file that is being read */
	const char *name;
	struct cpio_file file;
	char *content;
	size_t used, most;
	bool is_cut;
	struct same_file links[MOST_LINKS];
	size_t n_links;
	const char **builtin; /* names that modules.builtin has */
	size_t n_builtin;
};

/* ---- what a file of the image means ---- */

static bool is_wanted_release(const struct reading *r, const char *release, size_t length)
{
	return !r->q->kernel || (strlen(r->q->kernel) == length && memcmp(r->q->kernel, release, length) == 0);
}

static void add_kernel(struct reading *r, const char *release, size_t length)
{
	for (size_t i = 0; i < r->a->n_kernels; i++)
		if (strlen(r->a->kernels[i]) == length && memcmp(r->a->kernels[i], release, length) == 0)
			return;
	if (r->a->n_kernels < MOST_KERNELS)
		*ARENA_PUSH(r->mem, r->a->kernels, r->a->n_kernels) = arena_strndup(r->mem, release, length);
}

static void see_module(struct reading *r, const char *name)
{
	const char *release;
	size_t length;
	char module[64];

	if (!image_module_of(name, module, &release, &length))
		return;
	add_kernel(r, release, length);
	for (size_t i = 0; i < r->q->n; i++)
		if (r->q->wants[i].module && str_same_module(r->q->wants[i].module, module) && is_wanted_release(r, release, length)) {
			r->a->found[i].is_there = TRI_YES;
			r->a->found[i].path = arena_strdup(r->mem, name);
		}
}

/* "lib/modules/6.1/modules.builtin" of a kernel that counts. */
static bool is_builtin_list(const struct reading *r, const char *plain)
{
	const char *release = plain + strlen("lib/modules/"), *slash;

	if (!str_starts(plain, "lib/modules/"))
		return false;
	slash = strchr(release, '/');
	return slash && str_eq(slash, "/modules.builtin") && is_wanted_release(r, release, (size_t)(slash - release));
}

static bool is_path(const struct image_want *w, const char *plain)
{
	return w->path && str_eq(image_plain_path(w->path), plain);
}

static void see_udev(struct reading *r, const char *plain)
{
	static const char *const names[] = {"lib/systemd/systemd-udevd", "bin/udevadm", "sbin/udevd", "lib/udev/udevd"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(plain, names[i]))
			r->a->has_udev = TRI_YES;
}

/* How much of this file's content is asked for. */
static size_t asked_of(const struct reading *r, const char *plain)
{
	size_t most = image_is_early(plain) ? EARLY_BYTES : is_builtin_list(r, plain) ? BUILTIN_BYTES : 0;

	for (size_t i = 0; i < r->q->n; i++)
		if (is_path(&r->q->wants[i], plain) && r->q->wants[i].keep_bytes > most)
			most = r->q->wants[i].keep_bytes;
	return most;
}

static bool begin_file(void *data, const struct cpio_file *f)
{
	struct reading *r = data;
	const char *plain = image_plain_path(f->name);
	bool is_regular = S_ISREG(f->mode), is_linked;
	size_t most;

	if (r->cpio.n_files > IMAGE_FILES)
		r->stop = -E2BIG;
	if (!is_regular && !S_ISLNK(f->mode))
		return false;
	see_udev(r, plain);
	see_module(r, f->name);
	for (size_t i = 0; i < r->q->n; i++)
		if (is_path(&r->q->wants[i], plain))
			r->a->found[i] = (struct image_found){.is_there = TRI_YES, .path = arena_strdup(r->mem, f->name)};
	most = is_regular ? asked_of(r, plain) : 0;
	is_linked = is_regular && f->n_links > 1;
	if (most > 0 && is_linked && f->size == 0 && r->n_links < MOST_LINKS)
		r->links[r->n_links++] = (struct same_file){f->inode, f->major, f->minor, arena_strdup(r->mem, f->name)};
	for (size_t i = 0; is_linked && f->size > 0 && i < r->n_links; i++)
		if (r->links[i].inode == f->inode && r->links[i].major == f->major && r->links[i].minor == f->minor &&
		    asked_of(r, image_plain_path(r->links[i].name)) > most)
			most = asked_of(r, image_plain_path(r->links[i].name));
	/* Of a link that comes first there is no content yet, which is not the same as an empty file. */
	if (most == 0 || (is_linked && f->size == 0))
		return false;
	/* An empty one is begun and done as others are. */
	if (most > f->size)
		most = (size_t)f->size;
	if (most > IMAGE_KEPT - r->kept)
		most = IMAGE_KEPT - r->kept;
	r->kept += most;
	r->file = *f;
	r->name = arena_strdup(r->mem, f->name);
	r->content = arena_alloc(r->mem, most + 1);
	r->used = 0;
	r->most = most;
	r->is_cut = most < f->size;
	return true;
}

static void take_content(void *data, const char *bytes, size_t n)
{
	struct reading *r = data;
	size_t room = r->most - r->used;

	if (n > room)
		n = room;
	memcpy(r->content + r->used, bytes, n);
	r->used += n;
}

static void forget_early(struct image_answer *a, const char *file)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_early; i++)
		if (!str_eq(a->early[i].file, file))
			a->early[n++] = a->early[i];
	a->n_early = n;
}

static void take_builtin(struct reading *r, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char module[64];

		for (size_t i = 0; image_builtin_of(text, length, module) && i < r->q->n; i++)
			if (r->q->wants[i].module && str_same_module(r->q->wants[i].module, module))
				*ARENA_PUSH(r->mem, r->builtin, r->n_builtin) = arena_strdup(r->mem, module);
		text += length;
		text += *text != '\0';
	}
}

/* The content that was read is that of this name. */
static void give_content(struct reading *r, const char *name)
{
	const char *plain = image_plain_path(name);
	bool is_text = strlen(r->content) == r->used;

	for (size_t i = 0; i < r->q->n; i++) {
		const struct image_want *w = &r->q->wants[i];
		struct image_found *f = &r->a->found[i];

		if (!is_path(w, plain) || w->keep_bytes == 0)
			continue;
		f->text = is_text ? arena_strndup(r->mem, r->content, r->used < w->keep_bytes ? r->used : w->keep_bytes) : NULL;
		f->is_cut = is_text && (r->is_cut || r->used > w->keep_bytes);
	}
	if (is_builtin_list(r, plain) && is_text)
		take_builtin(r, r->content);
	if (image_is_early(plain)) {
		forget_early(r->a, name);
		if (is_text)
			image_early_read(r->mem, name, r->content, &r->a->early, &r->a->n_early);
	}
}

static void end_file(void *data)
{
	struct reading *r = data;

	give_content(r, r->name);
	for (size_t i = 0; r->file.n_links > 1 && i < r->n_links; i++)
		if (r->links[i].inode == r->file.inode && r->links[i].major == r->file.major && r->links[i].minor == r->file.minor)
			give_content(r, r->links[i].name);
}

static const struct cpio_ops ops = {begin_file, take_content, end_file};

/* ---- the parts of an image ---- */

static int trouble(struct reading *r, int code)
{
	r->a->trouble = code == -ENOPKG ? "it is compressed, and there is no libarchive (libarchive13)"
	    : code == -EOPNOTSUPP ? arena_printf(r->mem, "it is compressed by %s, which libarchive does not know here",
					image_packing_name(r->a->packing))
	    : code == -ETIME   ? "it takes too long to read"
	    : code == -EFBIG   ? "what is in it is too large"
	    : code == -E2BIG   ? "it has too many files or parts"
	    : code == -EBADMSG ? "it is broken, or ends too early"
	    : code == -EPROTO  ? "it is no early image: no archive, and not compressed in a way that Linux knows"
			       : arena_printf(r->mem, "it cannot be read: %s", err_name(code));
	return code;
}

/* A piece of an archive. */
static int feed(struct reading *r, const char *bytes, size_t n, size_t *ret_taken)
{
	*ret_taken = cpio_feed(&r->cpio, bytes, n);
	r->unpacked += n;
	if (r->stop < 0)
		return r->stop;
	if (r->unpacked > IMAGE_BYTES)
		return -EFBIG;
	if (r->s->ops->now_ms(r->s) > r->deadline)
		return -ETIME;
	return r->cpio.state == CPIO_BROKEN ? -EBADMSG : 0;
}

/* At most so many bytes of the file from there on, in r->buf. */
static int look(struct reading *r, uint64_t at, uint64_t end, size_t most)
{
	size_t size = end - at < most ? (size_t)(end - at) : most;

	return size > 0 ? r->s->ops->read_part(r->s, r->path, at, r->buf, size) : 0;
}

static ssize_t more(void *data, const char **ret)
{
	struct reading *r = data;
	int n = look(r, r->at, r->end, BLOCK);

	*ret = r->buf;
	if (n > 0)
		r->at += (uint64_t)n;
	return r->s->ops->now_ms(r->s) > r->deadline ? -ETIME : n;
}

static int each(void *data, const char *bytes, size_t n)
{
	size_t taken;
	int code = feed(data, bytes, n, &taken);

	/* What is no cpio may not stand in a compressed part, nor may another compressed one. */
	return code < 0 ? code : taken < n ? -EBADMSG : 0;
}

/* Where a row of zstd frames ends: libarchive takes all to the end for frames, and breaks at what is none. */
static int end_of_zstd(struct reading *r, uint64_t at, uint64_t *ret)
{
	uint64_t length;
	bool has_sum, is_skippable, is_last = true;
	int n = look(r, at, r->end, 18);

	while (n > 0 && zstd_frame_header(r->buf, (size_t)n, &length, &has_sum, &is_skippable)) {
		at += length;
		for (is_last = is_skippable; !is_last && at < r->end;) {
			uint32_t size;
			uint64_t from = at;

			n = look(r, at, r->end, BLOCK);
			for (; at - from + 3 <= (uint64_t)(n > 0 ? n : 0) && !is_last; at += 3 + (uint64_t)size)
				if (!zstd_block_header(r->buf + (at - from), &size, &is_last))
					return -EBADMSG;
			if (at == from)
				return n < 0 ? n : -EBADMSG;
			if (r->s->ops->now_ms(r->s) > r->deadline)
				return -ETIME;
		}
		at += has_sum ? 4 : 0;
		if (!is_last || at > r->end)
			return -EBADMSG;
		*ret = at;
		n = look(r, at, r->end, 18);
	}
	return n < 0 ? n : 0;
}

/* The old frame of lz4 has no end: a size that no block has is one (lib/decompress_unlz4.c stops there as well). */
static int end_of_lz4(struct reading *r, uint64_t at, uint64_t *ret)
{
	uint32_t size;
	int n;

	*ret = at;
	while ((n = look(r, at, r->end, 4)) == 4 && lz4_block_header(r->buf, &size)) {
		at += 4 + (uint64_t)size;
		*ret = at;
		if (r->s->ops->now_ms(r->s) > r->deadline)
			return -ETIME;
	}
	return n < 0 ? n : 0;
}

/* What begins at r->at is compressed. Sets r->at behind it. */
static int read_packed(struct reading *r)
{
	const struct unpack_ends ends = {more, each, r};
	uint64_t start = r->at, whole = r->end, end = r->end, taken = 0;
	int code;

	code = r->a->packing == PACKING_ZSTD ? end_of_zstd(r, start, &end)
	    : r->a->packing == PACKING_LZ4 && *r->buf == 2 ? end_of_lz4(r, start, &end)
							      : 0;
	if (code < 0)
		return code;
	r->cpio.state = CPIO_BETWEEN;
	r->n_links = 0;
	r->end = end;
	code = unpack(r->a->packing, &ends, &taken);
	r->end = whole;
	if (code < 0)
		return code;
	if (!cpio_may_end(&r->cpio) || taken == 0)
		return -EBADMSG;
	r->at = start + taken;
	r->cpio.state = CPIO_BETWEEN;
	r->cpio.used = 0;
	return 0;
}

static int read_parts(struct reading *r)
{
	while (r->at < r->end) {
		enum image_packing packing;
		size_t taken;
		int n = look(r, r->at, r->end, BLOCK), code;

		if (n < 0 || (n == 0 && r->end != UINT64_MAX))
			return n < 0 ? n : -EBADMSG;
		if (n == 0)
			break;
		code = feed(r, r->buf, (size_t)n, &taken);
		if (code < 0)
			return code;
		r->at += taken;
		if (r->cpio.state != CPIO_FOREIGN)
			continue;
		n = look(r, r->at, r->end, 6);
		packing = n > 0 ? image_packing_of(r->buf, (size_t)n) : PACKING_UNKNOWN;
		/* What the kernel does not know ends an image there: what came before has been unpacked. */
		if (packing == PACKING_UNKNOWN)
			return r->cpio.n_files > 0 ? 0 : -EPROTO;
		if (++r->n_parts > IMAGE_PARTS)
			return -E2BIG;
		r->a->packing = packing;
		code = read_packed(r);
		if (code < 0)
			return code;
	}
	return cpio_may_end(&r->cpio) ? 0 : -EBADMSG;
}

/* ---- the answer ---- */

struct builtin_search {
	const char *module;
	bool is_there;
};

static int compare_line(void *data, const char *line)
{
	struct builtin_search *b = data;
	char module[64];

	b->is_there = image_builtin_of(line, strlen(line), module) && str_same_module(module, b->module);
	return b->is_there;
}

/* Images made small lack the list; the host's own is the same kernel's. */
static bool is_builtin_on_host(struct reading *r, const char *module)
{
	struct builtin_search b = {module, false};
	char path[SYS_PATH];

	for (size_t i = 0; i < r->a->n_kernels && !b.is_there; i++)
		if (is_wanted_release(r, r->a->kernels[i], strlen(r->a->kernels[i])))
			(void)sys_lines(r->s, sys_path(path, "lib/modules/%s/modules.builtin", r->a->kernels[i]), compare_line, &b);
	if (!b.is_there && r->a->n_kernels == 0 && r->q->kernel && image_is_release(r->q->kernel, strlen(r->q->kernel)))
		(void)sys_lines(r->s, sys_path(path, "lib/modules/%s/modules.builtin", r->q->kernel), compare_line, &b);
	return b.is_there;
}

static void finish(struct reading *r)
{
	enum tri absent = r->a->trouble ? TRI_UNKNOWN : TRI_NO;

	for (size_t i = 0; i < r->q->n; i++) {
		struct image_found *f = &r->a->found[i];
		const char *module = r->q->wants[i].module;

		/* A later one of the same name may stand in what was not read. */
		if (r->a->trouble) {
			f->text = NULL;
			f->is_cut = false;
		}
		if (f->is_there == TRI_YES)
			continue;
		for (size_t k = 0; module && k < r->n_builtin && !f->is_builtin; k++)
			f->is_builtin = str_same_module(r->builtin[k], module);
		if (module && !f->is_builtin)
			f->is_builtin = is_builtin_on_host(r, module);
		f->is_there = f->is_builtin ? TRI_YES : absent;
	}
	if (r->a->has_udev == TRI_UNKNOWN)
		r->a->has_udev = absent;
	r->a->n_files = r->cpio.n_files;
}

/* A unified image has it in a section; else it is all of the file. */
static int find_bounds(struct reading *r)
{
	uint32_t offset, size;
	int n = r->s->ops->read_part(r->s, r->path, 0, r->buf, PE_HEAD);

	if (n < 0)
		return n;
	r->end = UINT64_MAX;
	if (n >= 2 && memcmp(r->buf, "MZ", 2) == 0) {
		if (!pe_section(r->buf, (size_t)n, ".initrd", &offset, &size))
			return -ENODATA;
		r->at = offset;
		r->end = (uint64_t)offset + size;
	}
	return 0;
}

int read_image(
    struct sys *s, struct arena *mem, const char *path, const struct image_query *q, struct image_answer *ret, struct err *e)
{
	cleanup_free char *buf = malloc(BLOCK);
	struct reading r = {.s = s, .mem = mem, .path = path, .q = q, .a = ret, .buf = buf};
	int code;

	if (!buf || !s->ops->read_part)
		return err_set(e, buf ? -ENOSYS : -ENOMEM, "/%s cannot be looked into", path);
	*ret = (struct image_answer){.n = q->n};
	ret->found = arena_alloc(mem, (q->n + 1) * sizeof(*ret->found));
	r.cpio = (struct cpio){.ops = &ops, .data = &r};
	r.deadline = s->ops->now_ms(s) + IMAGE_LIMIT_MS;
	code = find_bounds(&r);
	if (code == -ENODATA)
		ret->trouble = "it has no section .initrd";
	else if (code < 0)
		return err_set(e, code, "/%s cannot be read: %s", path, err_name(code));
	else if ((code = read_parts(&r)) < 0)
		(void)trouble(&r, code);
	finish(&r);
	return 0;
}
