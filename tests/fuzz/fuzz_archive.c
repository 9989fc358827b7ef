/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives of recorded hosts: whatever is in them stays in the folder it is in, and within the limits. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "sys/archive.h"
#include "sys/recorded.h"

enum { ITEMS = 1000, BYTES = 1 << 20 };

struct loading {
	struct arena *mem;
	struct sys *s;
	size_t items, bytes;
};

static int each_item(void *data, const struct archive_item *item)
{
	struct loading *l = data;
	char *content;

	l->items++;
	l->bytes += item->size;
	assert(l->items <= ITEMS && l->bytes <= BYTES);
	if (!item->path)
		return -EBADMSG;
	switch (item->type) {
	case ARCHIVE_FOLDER:
		(void)sys_recorded_folder(l->s, item->path);
		break;
	case ARCHIVE_LINK:
		if (item->target)
			(void)sys_recorded_link(l->s, item->path, item->target);
		break;
	case ARCHIVE_FILE:
		content = arena_alloc(l->mem, item->size + 1);
		if (item->size > 0)
			memcpy(content, item->content, item->size);
		(void)sys_recorded_file(l->s, item->path, content, item->size, 0);
		break;
	case ARCHIVE_DIFFERENT:
	default:
		break;
	}
	return 0;
}

static int each_entry(void *data, const struct recorded_entry *entry)
{
	(void)data;
	assert(*entry->path != '/' && strncmp(entry->path, "../", 3) != 0 && !strstr(entry->path, "/../"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct archive_limits limits = {ITEMS, BYTES};
	struct arena mem = {0};
	struct loading l = {.mem = &mem, .s = sys_recorded_new(&mem)};
	int fd = memfd_create("archive", MFD_CLOEXEC), r;

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	r = archive_read(fd, &limits, each_item, &l, NULL);
	assert(r <= 0);
	(void)sys_recorded_each(l.s, each_entry, NULL);
	(void)close(fd);
	arena_done(&mem);
	return 0;
}
