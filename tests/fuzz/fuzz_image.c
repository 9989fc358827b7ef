/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Early images: the archive in pieces is the archive as a whole, and whatever comes behind it is read without harm. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "base/str.h"
#include "sys/read_image.h"
#include "text/cpio.h"
#include "text/image_text.h"

struct image_bytes {
	struct sys sys;
	const char *data;
	size_t size;
	int64_t now;
};

static int read_part(struct sys *s, const char *path, uint64_t offset, char *buf, size_t size)
{
	const struct image_bytes *h = (const struct image_bytes *)s;
	size_t n = offset < h->size ? h->size - (size_t)offset : 0;

	(void)path;
	if (n > size)
		n = size;
	if (n > 0)
		memcpy(buf, h->data + offset, n);
	return (int)n;
}

static int read_none(struct sys *s, const char *path, char *buf, size_t size)
{
	(void)s, (void)path, (void)buf, (void)size;
	return -ENOENT;
}

/* A call a millisecond: the limit in time is met as well. */
static int64_t now_ms(struct sys *s)
{
	return ((struct image_bytes *)s)->now++;
}

struct sums {
	size_t files, bytes, done;
};

static bool file(void *data, const struct cpio_file *f)
{
	struct sums *s = data;
	char module[64];
	const char *release;
	size_t length;

	s->files++;
	assert(strlen(f->name) < CPIO_NAME);
	if (image_module_of(f->name, module, &release, &length))
		assert(strlen(module) > 0 && length > 0);
	return true;
}

static void content(void *data, const char *bytes, size_t n)
{
	struct sums *s = data;

	(void)bytes;
	s->bytes += n;
}

static void done(void *data)
{
	struct sums *s = data;

	s->done++;
}

static size_t walk(const char *data, size_t size, size_t step, struct sums *ret, enum cpio_state *ret_state)
{
	static const struct cpio_ops ops = {file, content, done};
	struct cpio c = {.ops = &ops, .data = ret};
	size_t at = 0;

	while (at < size && c.state != CPIO_FOREIGN && c.state != CPIO_BROKEN)
		at += cpio_feed(&c, data + at, size - at < step ? size - at : step);
	*ret_state = c.state;
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sys_ops ops = {.read_part = read_part, .read = read_none, .now_ms = now_ms};
	static const struct image_want wants[] = {
	    {.path = "etc/udev/rules.d/10-passthru.rules", .keep_bytes = 64}, {.module = "vfio-pci"}, {.module = "vfio"}};
	const struct image_query q = {wants, ARRAY_LEN(wants), NULL};
	struct image_bytes h = {.sys = {.ops = &ops}, .data = (const char *)data, .size = size};
	struct image_answer a;
	struct arena mem = {0};
	struct err e = {0};
	struct sums one = {0}, other = {0};
	enum cpio_state one_state, other_state;
	const char *text;
	size_t one_at, other_at;

	one_at = walk(h.data, size, size + 1, &one, &one_state);
	other_at = walk(h.data, size, 7, &other, &other_state);
	assert(memcmp(&one, &other, sizeof(one)) == 0 && one_state == other_state && one.done <= one.files);
	assert(one_at == other_at);
	if (read_image(&h.sys, &mem, "x", &q, &a, &e) == 0)
		for (size_t i = 0; i < a.n; i++)
			assert(a.found[i].is_there != TRI_UNKNOWN || a.trouble);
	text = arena_strndup(&mem, (const char *)data, size);
	for (const char *const *path = (const char *const[]){"conf/modules", "config", "etc/cmdline.d/x.conf", NULL}; *path; path++) {
		a.early = NULL;
		a.n_early = 0;
		image_early_read(&mem, *path, text, &a.early, &a.n_early);
		for (size_t i = 0; i < a.n_early; i++)
			assert(str_is_driver_name(a.early[i].module) && a.early[i].line > 0);
	}
	(void)image_line_naming(text, "vfio-pci");
	arena_done(&mem);
	return 0;
}
