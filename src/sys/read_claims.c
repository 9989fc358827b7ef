/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_claims.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_attributes.h"
#include "text/claim_file.h"

struct reading {
	struct sys *s;
	struct arena *mem;
	struct claims *c;
};

static void add_trouble(struct reading *r, const char *file, const char *text)
{
	*ARENA_PUSH(r->mem, r->c->troubles, r->c->n_troubles) = (struct claim_trouble){.file = file, .text = text};
}

/* NULL: it may be a claim all the same. */
static const char *explain_odd(int code)
{
	switch (code) {
	case -EINVAL:
		return "it is no regular file";
	case -ELOOP:
		return "it is a link";
	case -ENOTDIR:
		return "a folder above it is a link or no folder";
	case -EFBIG:
		return "it is larger than a claim can be";
	default:
		return NULL;
	}
}

static void add_unread(struct reading *r, const char *file, int code)
{
	const char *odd = explain_odd(code);

	add_trouble(r, file, odd ? odd : arena_printf(r->mem, "it cannot be read: %s", strerror(-code)));
	r->c->troubles[r->c->n_troubles - 1].is_unread = !odd;
}

static void read_one(struct reading *r, const char *entry)
{
	const char *file = arena_printf(r->mem, "/" CLAIMS_FOLDER "/%s", entry);
	char buf[LARGEST_CLAIM_FILE + 1];
	struct saved_claim saved = {.file = file};
	struct sys_file about;
	struct err why = {0};
	int n;

	if (!is_claim_file(file)) {
		add_trouble(r, file, "no claim is called so");
		return;
	}
	n = r->s->ops->file_get(r->s, file + 1, buf, sizeof(buf), &about);
	if (n == -ENOENT)
		return; /* gone since the folder was listed */
	if (n < 0)
		add_unread(r, file, n);
	else if (!about.is_trusted)
		add_trouble(r, file, "it, or a folder above it, is not root's alone (owner, mode or links), so it is not believed");
	else if (strlen(buf) != (size_t)n)
		add_trouble(r, file, "it is no text");
	else if (claim_file_parse(r->mem, buf, &saved.claim, &why) < 0)
		add_trouble(r, file, arena_strdup(r->mem, why.what));
	else if (!str_eq(claim_file(r->mem, claim_name(r->mem, &saved.claim.path)), file))
		/* Under another name it could be there twice. */
		add_trouble(r, file,
		    arena_printf(r->mem, "its path is that of %s" CLAIM_SUFFIX, claim_name(r->mem, &saved.claim.path)));
	else {
		saved.name = claim_name(r->mem, &saved.claim.path);
		saved.text = arena_strdup(r->mem, buf);
		saved.is_plain = about.mode == 0644;
		*ARENA_PUSH(r->mem, r->c->items, r->c->n) = saved;
	}
}

int read_claims(struct sys *s, struct arena *mem, struct claims *ret, struct err *e)
{
	struct reading reading = {.s = s, .mem = mem, .c = ret};
	struct folder folder;
	int r = s->ops->file_get ? folder_names(s, mem, CLAIMS_FOLDER, &folder) : -ENOENT;

	*ret = (struct claims){0};
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_set(e, r, "cannot list /" CLAIMS_FOLDER ": %s", strerror(-r));
	if (folder.n > MOST_CLAIMS)
		return err_set(e, -E2BIG, "/" CLAIMS_FOLDER " holds more than %d files", MOST_CLAIMS);
	for (size_t i = 0; i < folder.n; i++) {
		size_t length = strlen(folder.names[i]);

		/* Others are editors' copies, and what a write that was killed left. */
		if (length >= strlen(CLAIM_SUFFIX) && str_eq(folder.names[i] + length - strlen(CLAIM_SUFFIX), CLAIM_SUFFIX))
			read_one(&reading, folder.names[i]);
	}
	return 0;
}

void read_claim_serials(struct sys *s, struct arena *mem, const struct claims *c, struct host *h)
{
	bool *is_wanted = arena_alloc(mem, h->n_functions + 1);
	bool is_any = false;

	for (size_t i = 0; i < h->n_functions; i++) {
		for (size_t k = 0; !is_wanted[i] && k < c->n; k++)
			is_wanted[i] = c->items[k].claim.serial && claim_fits_ids(&c->items[k].claim, &h->functions[i]);
		is_any |= is_wanted[i];
	}
	if (is_any)
		read_attributes_of(s, mem, h, is_wanted, 1u << ATTR_SERIAL);
}
