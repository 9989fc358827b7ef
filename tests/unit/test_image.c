/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in an early image, however it is made: every compression, several parts, broken ones. */
#include "check.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_boot.h"
#include "sys/read_image.h"
#include "text/cpio.h"
#include "text/image_text.h"
#include "tree.h"

#define RULES "etc/udev/rules.d/10-passthru.rules"
#define IMAGE "boot/initrd.img-6.1.0-9-amd64"
#define MODULES "lib/modules/6.1.0-9-amd64/"

enum { LARGEST = 4 * 1024 * 1024 };

struct image {
	char *bytes;
	size_t n;
};

static void put_bytes(struct image *i, const void *bytes, size_t n)
{
	if (!i->bytes)
		i->bytes = malloc(LARGEST);
	assert_true(i->bytes && i->n + n <= LARGEST);
	memcpy(i->bytes + i->n, bytes, n);
	i->n += n;
}

static void put_zeros(struct image *i, size_t n)
{
	while (n-- > 0)
		put_bytes(i, "", 1);
}

static void put_entry(struct image *i, const char *name, unsigned mode, unsigned inode, unsigned links, const char *text)
{
	char head[2 * CPIO_HEAD];

	(void)snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", inode, mode, 0u, 0u, links, 0u,
	    (unsigned)strlen(text), 0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u);
	put_bytes(i, head, CPIO_HEAD);
	put_bytes(i, name, strlen(name) + 1);
	put_zeros(i, (4 - (CPIO_HEAD + strlen(name) + 1) % 4) % 4);
	put_bytes(i, text, strlen(text));
	put_zeros(i, (4 - strlen(text) % 4) % 4);
}

static void put(struct image *i, const char *name, const char *text)
{
	put_entry(i, name, 0100644, 7, 1, text);
}

static void put_trailer(struct image *i)
{
	put_entry(i, "TRAILER!!!", 0, 0, 1, "");
}

/* As microcode comes: an archive of its own, up to the next 512 bytes. */
static void put_early(struct image *i)
{
	put_entry(i, "kernel", 040755, 3, 2, "");
	put(i, "kernel/x86/microcode/AuthenticAMD.bin", "microcode");
	put_trailer(i);
	put_zeros(i, 512 - i->n % 512);
}

static void put_main(struct image *i)
{
	static char filler[200 * 1024];

	for (size_t k = 0; k + 1 < sizeof(filler); k++)
		filler[k] = (char)('a' + (k * 7919 >> 5) % 26);
	put_entry(i, ".", 040755, 1, 2, "");
	put(i, "usr/bin/udevadm", "ELF");
	put(i, "usr/bin/filler", filler);
	put(i, RULES, "the rules\n");
	put(i, "usr/" MODULES "kernel/drivers/vfio/pci/vfio-pci.ko.xz", "module");
	put(i, "usr/" MODULES "modules.builtin", "kernel/drivers/vfio/vfio.ko\nkernel/drivers/vfio/vfio_iommu_type1.ko\n");
	put_trailer(i);
}

static struct image pack(const struct image *from, int (*filter)(struct archive *a))
{
	struct image to = {malloc(LARGEST), 0};
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	assert_true(to.bytes && archive_write_set_format_raw(a) == ARCHIVE_OK && filter(a) == ARCHIVE_OK);
	(void)archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, to.bytes, LARGEST, &to.n), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, from->bytes, from->n), from->n);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(entry);
	(void)archive_write_free(a);
	return to;
}

static const struct image_want wants[] = {
    {.path = RULES, .keep_bytes = 64},
    {.module = "vfio_pci"},
    {.module = "vfio-iommu-type1"},
    {.module = "nouveau"},
    {.path = "lib/udev/rules.d/10-passthru.rules", .keep_bytes = 64},
};
enum { W_RULES, W_VFIO_PCI, W_TYPE1, W_NOUVEAU, W_LIB_RULES };

/* The image is written to the tree and asked; its bytes are freed. */
static struct image_answer ask(struct tree *t, struct image *i)
{
	const struct image_query q = {wants, ARRAY_LEN(wants), NULL};
	struct image_answer a;
	struct err e = {0};
	FILE *f;

	tree_file(t, IMAGE, "");
	f = fopen(arena_printf(&t->mem, "%s/" IMAGE, t->root), "we");
	assert_non_null(f);
	assert_int_equal(fwrite(i->bytes, 1, i->n, f), i->n);
	assert_int_equal(fclose(f), 0);
	free(i->bytes);
	*i = (struct image){0};
	assert_int_equal(read_image(&t->real.sys, &t->mem, IMAGE, &q, &a, &e), 0);
	return a;
}

static void is_whole(const struct image_answer *a)
{
	assert_null(a->trouble);
	assert_string_equal(a->found[W_RULES].text, "the rules\n");
	assert_string_equal(a->found[W_RULES].path, RULES);
	assert_false(a->found[W_RULES].is_cut);
	assert_int_equal(a->found[W_VFIO_PCI].is_there, TRI_YES);
	assert_false(a->found[W_VFIO_PCI].is_builtin);
	assert_int_equal(a->found[W_TYPE1].is_there, TRI_YES);
	assert_true(a->found[W_TYPE1].is_builtin);
	assert_int_equal(a->found[W_NOUVEAU].is_there, TRI_NO);
	assert_int_equal(a->found[W_LIB_RULES].is_there, TRI_NO);
	assert_int_equal(a->has_udev, TRI_YES);
	assert_int_equal(a->n_kernels, 1);
	assert_string_equal(a->kernels[0], "6.1.0-9-amd64");
}

static void every_compression_is_read(void **state)
{
	static const struct {
		int (*filter)(struct archive *a);
		enum image_packing packing;
	} rows[] = {
	    {archive_write_add_filter_none, PACKING_NONE},
	    {archive_write_add_filter_gzip, PACKING_GZIP},
	    {archive_write_add_filter_bzip2, PACKING_BZIP2},
	    {archive_write_add_filter_lzma, PACKING_LZMA},
	    {archive_write_add_filter_xz, PACKING_XZ},
	    {archive_write_add_filter_zstd, PACKING_ZSTD},
	    {archive_write_add_filter_lz4, PACKING_LZ4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tree t;
		struct image plain = {0}, image = {0}, packed;
		struct image_answer a;

		tree_open(&t);
		put_main(&plain);
		packed = pack(&plain, rows[i].filter);
		put_early(&image);
		put_bytes(&image, packed.bytes, packed.n);
		free(plain.bytes);
		free(packed.bytes);
		a = ask(&t, &image);
		if (a.trouble)
			fail_msg("%s: %s", image_packing_name(rows[i].packing), a.trouble);
		is_whole(&a);
		assert_int_equal(a.packing, rows[i].packing);
		tree_done(&t);
	}
}

/* As lz4 -l makes it, which is what the kernel knows: etc/x with "rules\n" in it. */
static void the_old_frame_of_lz4_is_read(void **state)
{
	static const unsigned char lz4[] = {
	    0x02, 0x21, 0x4c, 0x18, 0x5c, 0x00, 0x00, 0x00, 0x77, 0x30, 0x37, 0x30, 0x37, 0x30, 0x31, 0x30, 0x01, 0x00, 0x5f, 0x38,
	    0x31, 0x41, 0x34, 0x30, 0x01, 0x00, 0x03, 0x93, 0x31, 0x36, 0x42, 0x30, 0x30, 0x45, 0x38, 0x44, 0x32, 0x10, 0x00, 0x2f,
	    0x36, 0x30, 0x01, 0x00, 0x13, 0x05, 0x28, 0x00, 0xee, 0x65, 0x74, 0x63, 0x2f, 0x78, 0x00, 0x72, 0x75, 0x6c, 0x65, 0x73,
	    0x0a, 0x00, 0x00, 0x7c, 0x00, 0x0f, 0x44, 0x00, 0x08, 0x2f, 0x31, 0x30, 0x01, 0x00, 0x23, 0x14, 0x42, 0x09, 0x00, 0xbf,
	    0x54, 0x52, 0x41, 0x49, 0x4c, 0x45, 0x52, 0x21, 0x21, 0x21, 0x00, 0x01, 0x00, 0xf3, 0x50, 0x00, 0x00, 0x00, 0x00, 0x00};

	(void)state;
	for (size_t zeros = 0; zeros < 9; zeros++) {
		const struct image_want want = {.path = "etc/x", .keep_bytes = 16};
		const struct image_query q = {&want, 1, NULL};
		struct image_answer a;
		struct image image = {0};
		struct err e = {0};
		struct tree t;

		tree_open(&t);
		put_bytes(&image, lz4, sizeof(lz4));
		put_zeros(&image, zeros);
		a = ask(&t, &image);
		assert_int_equal(read_image(&t.real.sys, &t.mem, IMAGE, &q, &a, &e), 0);
		if (a.trouble)
			fail_msg("%zu zeros: %s", zeros, a.trouble);
		assert_string_equal(a.found[0].text, "rules\n");
		tree_done(&t);
	}
}

/* ukify pads each of several images to four bytes, the last one too. */
static void what_stands_behind_a_compressed_part_is_read_as_well(void **state)
{
	static int (*const filters[])(struct archive *a) = {
	    archive_write_add_filter_gzip, archive_write_add_filter_bzip2, archive_write_add_filter_zstd};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct image plain = {0}, image = {0}, more = {0}, packed;
		struct image_answer a;
		struct tree t;

		tree_open(&t);
		put_main(&plain);
		packed = pack(&plain, filters[i]);
		put_bytes(&image, packed.bytes, packed.n);
		put_zeros(&image, 4 - image.n % 4);
		free(packed.bytes);
		put(&more, "lib/udev/rules.d/10-passthru.rules", "older rules\n");
		put_trailer(&more);
		packed = pack(&more, filters[i]);
		put_bytes(&image, packed.bytes, packed.n);
		put_zeros(&image, 3);
		free(plain.bytes);
		free(more.bytes);
		free(packed.bytes);
		a = ask(&t, &image);
		if (a.trouble)
			fail_msg("filter %zu: %s", i, a.trouble);
		assert_string_equal(a.found[W_RULES].text, "the rules\n");
		assert_string_equal(a.found[W_LIB_RULES].text, "older rules\n");
		tree_done(&t);
	}
}

static void xz_may_have_zeros_behind_it(void **state)
{
	struct image plain = {0}, packed;
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_main(&plain);
	packed = pack(&plain, archive_write_add_filter_xz);
	put_zeros(&packed, 4);
	free(plain.bytes);
	a = ask(&t, &packed);
	is_whole(&a);
	tree_done(&t);
}

static void what_is_cut_short_says_so_and_never_no(void **state)
{
	static int (*const filters[])(struct archive *a) = {archive_write_add_filter_none, archive_write_add_filter_gzip,
	    archive_write_add_filter_xz, archive_write_add_filter_zstd};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		for (size_t part = 1; part < 8; part++) {
			struct image plain = {0}, packed;
			struct image_answer a;
			struct tree t;

			tree_open(&t);
			put_main(&plain);
			packed = pack(&plain, filters[i]);
			packed.n = packed.n * part / 8;
			free(plain.bytes);
			a = ask(&t, &packed);
			assert_string_equal(a.trouble, "it is broken, or ends too early");
			assert_int_equal(a.found[W_NOUVEAU].is_there, TRI_UNKNOWN);
			assert_null(a.found[W_RULES].text);
			tree_done(&t);
		}
	}
}

/* What was read so far is not what will be there. */
static void a_text_ahead_of_a_break_is_not_believed(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put(&image, RULES, "the rules\n");
	put(&image, "more", "…");
	image.n -= 4;
	a = ask(&t, &image);
	assert_non_null(a.trouble);
	assert_int_equal(a.found[W_RULES].is_there, TRI_YES);
	assert_null(a.found[W_RULES].text);
	tree_done(&t);
}

static void what_is_no_image_is_said(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_bytes(&image, "hello, this is text", 19);
	a = ask(&t, &image);
	assert_non_null(strstr(a.trouble, "no early image"));
	assert_int_equal(a.found[W_RULES].is_there, TRI_UNKNOWN);
	tree_done(&t);
}

/* The kernel says "invalid magic" and boots with what it has. */
static void what_linux_does_not_know_ends_an_image(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_main(&image);
	put_bytes(&image, "signature", 9);
	a = ask(&t, &image);
	is_whole(&a);
	tree_done(&t);
}

static void the_last_file_of_a_name_counts(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put(&image, RULES, "old");
	put_trailer(&image);
	put(&image, "./" RULES, "new");
	put_trailer(&image);
	a = ask(&t, &image);
	assert_string_equal(a.found[W_RULES].text, "new");
	tree_done(&t);
}

static void a_hard_link_has_the_content_of_its_last_name(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_entry(&image, RULES, 0100644, 12, 2, "");
	put_entry(&image, "other", 0100644, 13, 2, "not this");
	put_entry(&image, "usr/lib/udev/rules.d/10-passthru.rules", 0100644, 12, 2, "linked");
	put_trailer(&image);
	a = ask(&t, &image);
	assert_string_equal(a.found[W_RULES].text, "linked");
	assert_string_equal(a.found[W_LIB_RULES].text, "linked");
	tree_done(&t);
}

static void what_has_no_text_is_there_without_one(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_entry(&image, RULES, 0120777, 12, 1, "/somewhere/else");
	put(&image, "lib/udev/rules.d/10-passthru.rules", "");
	put_entry(&image, MODULES "kernel/nouveau.ko", 040755, 13, 1, "");
	put_trailer(&image);
	a = ask(&t, &image);
	assert_int_equal(a.found[W_RULES].is_there, TRI_YES);
	assert_null(a.found[W_RULES].text);
	assert_string_equal(a.found[W_LIB_RULES].text, "");
	assert_int_equal(a.found[W_NOUVEAU].is_there, TRI_NO);
	tree_done(&t);
}

static void what_is_longer_than_asked_for_is_cut(void **state)
{
	char text[100];
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	memset(text, 'x', sizeof(text));
	text[99] = '\0';
	put(&image, RULES, text);
	put_trailer(&image);
	a = ask(&t, &image);
	assert_int_equal(strlen(a.found[W_RULES].text), 64);
	assert_true(a.found[W_RULES].is_cut);
	tree_done(&t);
}

static void the_host_tells_what_is_built_in_where_the_image_does_not(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, MODULES "modules.builtin", "kernel/drivers/gpu/drm/nouveau/nouveau.ko\n");
	put(&image, MODULES "kernel/x.ko", "");
	put_trailer(&image);
	a = ask(&t, &image);
	assert_int_equal(a.found[W_NOUVEAU].is_there, TRI_YES);
	assert_true(a.found[W_NOUVEAU].is_builtin);
	assert_int_equal(a.found[W_VFIO_PCI].is_there, TRI_NO);
	tree_done(&t);
}

static void modules_of_another_kernel_do_not_count(void **state)
{
	const struct image_query q = {wants, ARRAY_LEN(wants), "6.1.0-10-amd64"};
	struct image image = {0};
	struct image_answer a;
	struct err e = {0};
	struct tree t;

	(void)state;
	tree_open(&t);
	put_main(&image);
	a = ask(&t, &image);
	assert_int_equal(read_image(&t.real.sys, &t.mem, IMAGE, &q, &a, &e), 0);
	assert_int_equal(a.found[W_VFIO_PCI].is_there, TRI_NO);
	assert_int_equal(a.found[W_TYPE1].is_there, TRI_NO);
	assert_int_equal(a.found[W_RULES].is_there, TRI_YES);
	tree_done(&t);
}

/* A PE image with one section at 1024. */
static void the_section_of_a_unified_image_is_read(void **state)
{
	struct image plain = {0}, image = {0}, packed;
	struct image_answer a;
	unsigned char head[1024] = {'M', 'Z', [0x3c] = 0x80, [0x80] = 'P', 'E', 0, 0, [0x86] = 1, [0x94] = 0};
	unsigned char *row = head + 0x80 + 24;
	struct tree t;

	(void)state;
	tree_open(&t);
	put_main(&plain);
	packed = pack(&plain, archive_write_add_filter_zstd);
	free(plain.bytes);
	memcpy(row, ".initrd", 8);
	for (int i = 0; i < 4; i++) {
		row[8 + i] = row[16 + i] = (unsigned char)(packed.n >> 8 * i);
		row[20 + i] = (unsigned char)(1024 >> 8 * i);
	}
	put_bytes(&image, head, sizeof(head));
	put_bytes(&image, packed.bytes, packed.n);
	put_bytes(&image, "the next section", 16);
	free(packed.bytes);
	a = ask(&t, &image);
	is_whole(&a);

	row[0] = 'x';
	put_bytes(&image, head, sizeof(head));
	a = ask(&t, &image);
	assert_string_equal(a.trouble, "it has no section .initrd");
	assert_int_equal(a.found[W_RULES].is_there, TRI_UNKNOWN);
	tree_done(&t);
}

static void an_image_without_end_is_left_alone(void **state)
{
	struct image image = {0}, more = {0}, packed;
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put(&more, "x", "y");
	put_trailer(&more);
	packed = pack(&more, archive_write_add_filter_gzip);
	for (int i = 0; i <= IMAGE_PARTS; i++)
		put_bytes(&image, packed.bytes, packed.n);
	put_zeros(&image, 1);
	/* Members of gzip behind each other are one stream; an archive between them makes parts. */
	for (int i = 0; i <= IMAGE_PARTS; i++) {
		put_zeros(&image, 4 - image.n % 4);
		put_bytes(&image, more.bytes, more.n);
		put_bytes(&image, packed.bytes, packed.n);
	}
	a = ask(&t, &image);
	assert_string_equal(a.trouble, "it has too many files or parts");
	free(more.bytes);
	free(packed.bytes);
	tree_done(&t);
}

static void an_image_that_is_not_there_is_an_error(void **state)
{
	const struct image_query q = {wants, ARRAY_LEN(wants), NULL};
	struct image_answer a;
	struct err e = {0};
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_int_equal(read_image(&t.real.sys, &t.mem, IMAGE, &q, &a, &e), -ENOENT);
	tree_done(&t);
}

static struct image_early early_of(const struct image_answer *a, const char *module)
{
	for (size_t i = 0; i < a->n_early; i++)
		if (str_eq(a->early[i].module, module))
			return a->early[i];
	fail_msg("%s is not told", module);
	return (struct image_early){0};
}

static void what_is_loaded_by_name_is_told_with_its_time(void **state)
{
	struct image image = {0};
	struct image_answer a;
	struct tree t;

	(void)state;
	tree_open(&t);
	put(&image, "conf/modules", "# comment\n\nnouveau modeset=1\n");
	put(&image, "config", "MODULES=\"amdgpu vfio_pci?\"\nHOOKS=\"x\"\n");
	put(&image, "etc/cmdline.d/20-force_drivers.conf", "rd.driver.pre=old\n");
	put(&image, "etc/cmdline.d/20-force_drivers.conf", "quiet rd.driver.pre=i915,xe\nrd.driver.pre=../x\n");
	put(&image, "usr/lib/modules-load.d/gpu.conf", "; no\nnvidia\n");
	put(&image, "usr/lib/modules-load.d/sub/gpu.conf", "not_here\n");
	put_trailer(&image);
	a = ask(&t, &image);
	assert_int_equal(a.n_early, 6);
	assert_int_equal(early_of(&a, "nouveau").when, WHEN_AFTER);
	assert_int_equal(early_of(&a, "nouveau").line, 3);
	assert_int_equal(early_of(&a, "amdgpu").when, WHEN_BEFORE);
	assert_int_equal(early_of(&a, "xe").when, WHEN_BEFORE);
	assert_int_equal(early_of(&a, "xe").line, 1);
	assert_int_equal(early_of(&a, "nvidia").when, WHEN_RACES);
	assert_string_equal(early_of(&a, "nvidia").file, "usr/lib/modules-load.d/gpu.conf");
	assert_int_equal(early_of(&a, "vfio_pci").when, WHEN_BEFORE);
	tree_done(&t);
}

/* ---- the walker ---- */

struct seen {
	struct arena mem;
	const char *text;
};

static bool see_file(void *data, const struct cpio_file *f)
{
	struct seen *s = data;

	s->text = arena_printf(&s->mem, "%s<%s>", s->text, f->name);
	return true;
}

static void see_content(void *data, const char *bytes, size_t n)
{
	struct seen *s = data;

	s->text = arena_printf(&s->mem, "%s%.*s", s->text, (int)n, bytes);
}

static void see_done(void *data)
{
	struct seen *s = data;

	s->text = arena_printf(&s->mem, "%s;", s->text);
}

static void pieces_of_any_size_are_the_same_archive(void **state)
{
	static const struct cpio_ops ops = {see_file, see_content, see_done};
	struct image image = {0};

	(void)state;
	put_zeros(&image, 3);
	put_zeros(&image, 1);
	put(&image, "/a", "");
	put(&image, "./bb", "1");
	put(&image, "ccc", "12345");
	put_trailer(&image);
	put_zeros(&image, 9);
	put(&image, "d", "1234");
	put_trailer(&image);
	put_bytes(&image, "\x1f\x8b", 2);
	for (size_t step = 1; step <= image.n; step++) {
		struct seen seen = {.text = ""};
		struct cpio c = {.ops = &ops, .data = &seen};
		size_t at = 0, taken = 1;

		while (at < image.n && taken > 0) {
			taken = cpio_feed(&c, image.bytes + at, image.n - at < step ? image.n - at : step);
			at += taken;
			if (c.state == CPIO_FOREIGN)
				break;
		}
		assert_string_equal(seen.text, "<a>;<bb>1;<ccc>12345;<d>1234;");
		assert_int_equal(c.state, CPIO_FOREIGN);
		assert_int_equal(at, image.n - 2);
		assert_int_equal(c.n_files, 4);
		arena_done(&seen.mem);
	}
	free(image.bytes);
}

/* Real ones, where the lab has some. */
static void images_of_debian_are_read(void **state)
{
	static const char *const places[] = {"build/lab/kernel", "lab/kernel"};
	static const struct image_want want = {.module = "vfio-pci"};
	const struct image_query q = {&want, 1, NULL};
	struct image_list list = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct sys_real real;
		struct arena mem = {0};
		struct err e = {0};
		struct boot b;

		if (sys_real_open(&real, places[i], &e) < 0)
			continue;
		read_boot(&real.sys, &mem, &b);
		read_images(&real.sys, &mem, &b, &list);
		for (size_t k = 0; k < list.n; k++) {
			struct image_answer a;

			assert_int_equal(read_image(&real.sys, &mem, list.items[k].path, &q, &a, &e), 0);
			assert_null(a.trouble);
			assert_true(a.n_files > 100 && a.n_kernels == 1 && a.has_udev == TRI_YES);
		}
		sys_real_close(&real);
		arena_done(&mem);
	}
	/* skip() of cmocka counts as a failure in TAP. */
	if (list.n == 0)
		print_message("# the lab has no early image: nothing was read\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(every_compression_is_read),
	    T(the_old_frame_of_lz4_is_read),
	    T(what_stands_behind_a_compressed_part_is_read_as_well),
	    T(xz_may_have_zeros_behind_it),
	    T(what_is_cut_short_says_so_and_never_no),
	    T(a_text_ahead_of_a_break_is_not_believed),
	    T(what_is_no_image_is_said),
	    T(what_linux_does_not_know_ends_an_image),
	    T(the_last_file_of_a_name_counts),
	    T(a_hard_link_has_the_content_of_its_last_name),
	    T(what_has_no_text_is_there_without_one),
	    T(what_is_longer_than_asked_for_is_cut),
	    T(the_host_tells_what_is_built_in_where_the_image_does_not),
	    T(modules_of_another_kernel_do_not_count),
	    T(the_section_of_a_unified_image_is_read),
	    T(an_image_without_end_is_left_alone),
	    T(an_image_that_is_not_there_is_an_error),
	    T(what_is_loaded_by_name_is_told_with_its_time),
	    T(pieces_of_any_size_are_the_same_archive),
	    T(images_of_debian_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
