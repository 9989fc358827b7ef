/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was logged since this boot by those that have to do with handing devices over, over sd-journal (loaded when first
 * asked for). Where there is no journal, or not the kernel's part of it, the kernel's ring buffer is read instead.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "base/library.h"
#include "sys/real.h"
#include "sys/recorded.h"

enum { MOST_BYTES = 16 * 1024 * 1024, MOST_ENTRIES = 200 * 1000, LONGEST_ENTRY = 4096 };

static struct {
	__typeof__(sd_journal_open) *open;
	__typeof__(sd_journal_close) *close;
	__typeof__(sd_journal_add_match) *add_match;
	__typeof__(sd_journal_add_disjunction) *add_disjunction;
	__typeof__(sd_journal_add_conjunction) *add_conjunction;
	__typeof__(sd_journal_seek_tail) *seek_tail;
	__typeof__(sd_journal_previous) *previous;
	__typeof__(sd_journal_get_data) *get_data;
} sd;

static bool load_libsystemd(void)
{
	static const struct library_symbol symbols[] = {
	    {"sd_journal_open", (void **)&sd.open},
	    {"sd_journal_close", (void **)&sd.close},
	    {"sd_journal_add_match", (void **)&sd.add_match},
	    {"sd_journal_add_disjunction", (void **)&sd.add_disjunction},
	    {"sd_journal_add_conjunction", (void **)&sd.add_conjunction},
	    {"sd_journal_seek_tail", (void **)&sd.seek_tail},
	    {"sd_journal_previous", (void **)&sd.previous},
	    {"sd_journal_get_data", (void **)&sd.get_data},
	};

	return sd.open || library_load("libsystemd.so.0", symbols, ARRAY_LEN(symbols));
}

static void close_journal(sd_journal **j)
{
	if (*j)
		sd.close(*j);
}

/* This boot, and: the kernel, or one of these programs (names of processes, cut at 15 characters as the kernel does). */
static int add_matches(struct sys *s, sd_journal *j)
{
	static const char *const sources[] = {"_TRANSPORT=kernel", "_COMM=libvirtd", "_COMM=virtqemud", "_COMM=qemu-system-x86",
	    "_COMM=qemu-system-aar", "_COMM=qemu-kvm", "_COMM=kvm", "_COMM=cloud-hyperviso", "_COMM=lxd", "_COMM=incusd",
	    "_COMM=pvedaemon", "_COMM=pvestatd", "_COMM=qm", "_COMM=task UPID", "SYSLOG_IDENTIFIER=libvirtd",
	    "SYSLOG_IDENTIFIER=virtqemud", "SYSLOG_IDENTIFIER=pvedaemon", "SYSLOG_IDENTIFIER=qm"};
	cleanup_arena struct arena mem = {0};
	char *boot = sys_text(s, &mem, "proc/sys/kernel/random/boot_id", NULL);
	size_t n = 0;
	int r;

	for (size_t i = 0; boot && boot[i]; i++)
		if (boot[i] != '-')
			boot[n++] = boot[i];
	if (n != 32)
		return -ENOENT;
	boot[n] = '\0';
	r = sd.add_match(j, arena_printf(&mem, "_BOOT_ID=%s", boot), 0);
	if (r >= 0)
		r = sd.add_conjunction(j);
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(sources); i++) {
		r = sd.add_match(j, sources[i], 0);
		if (r >= 0)
			r = sd.add_disjunction(j);
	}
	return r;
}

struct lines {
	struct arena mem;
	struct sys_logged *all; /* newest first */
	size_t n, n_bytes;
	bool has_kernel;
	const char *file;
};

static bool has_field(sd_journal *j, const char *name, const char *want)
{
	const void *data;
	size_t length;

	return sd.get_data(j, name, &data, &length) >= 0 && length == strlen(want) && memcmp(data, want, length) == 0;
}

static bool take_entry(sd_journal *j, struct lines *l)
{
	static const char message[] = "MESSAGE=";
	struct sys_logged entry = {.file = l->file};
	const void *data;
	size_t length;

	if (has_field(j, "_TRANSPORT", "_TRANSPORT=kernel"))
		l->has_kernel = true;
	/* By that way programs speak as well, but not as this facility: journald takes both from the ring buffer. */
	entry.is_kernel = has_field(j, "_TRANSPORT", "_TRANSPORT=kernel") && has_field(j, "SYSLOG_FACILITY", "SYSLOG_FACILITY=0");
	if (sd.get_data(j, "MESSAGE", &data, &length) < 0 || length < sizeof(message) - 1)
		return true;
	length -= sizeof(message) - 1;
	length = length > LONGEST_ENTRY ? LONGEST_ENTRY : length;
	entry.text = arena_strndup(&l->mem, (const char *)data + sizeof(message) - 1, length);
	*ARENA_PUSH(&l->mem, l->all, l->n) = entry;
	l->n_bytes += length;
	return l->n_bytes < MOST_BYTES && l->n < MOST_ENTRIES;
}

static int read_entries(struct sys *s, struct lines *l)
{
	__attribute__((cleanup(close_journal))) sd_journal *j = NULL;
	int r;

	if (!load_libsystemd())
		return -ELIBACC;
	r = sd.open(&j, SD_JOURNAL_LOCAL_ONLY);
	if (r < 0)
		return r;
	r = add_matches(s, j);
	if (r >= 0)
		r = sd.seek_tail(j);
	while (r >= 0 && (r = sd.previous(j)) > 0)
		if (!take_entry(j, l))
			return 0;
	return r;
}

int sys_each_logged(struct sys *s, sys_each_entry *each, void *data)
{
	struct lines l = {0};
	int r;

	if (!s->is_live)
		return sys_each_recorded(s, each, data);
	/* Where journald keeps it: for good, or until the machine is switched off. */
	l.file = s->ops->exists(s, "var/log/journal") == 1 ? "/var/log/journal" : "/run/log/journal";
	(void)read_entries(s, &l);
	/* Without the right to see the system's journal sd-journal has just nothing to tell. */
	r = l.has_kernel ? 0 : sys_each_kmsg(s, each, data);
	for (size_t i = l.n; r == 0 && i-- > 0;)
		r = each(data, &l.all[i]);
	arena_done(&l.mem);
	return r;
}
