/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's words and every file of a boot loader; what is added to a text is removed without a trace. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "base/arena.h"
#include "base/str.h"
#include "text/grub_defaults.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"
#include "text/shell_vars.h"

static const char *const word = "passthru.fuzz=1";

static void try_words(struct arena *mem, const char *text)
{
	struct kernel_cmdline c;
	const char *with;

	if (!kernel_cmdline_parse(mem, text, &c))
		return;
	for (size_t i = 0; i < c.n_words; i++)
		assert(c.words[i].start < c.words[i].end && c.words[i].end <= strlen(text) && kernel_cmdline_last(&c, c.words[i].key));
	with = kernel_cmdline_edit(mem, text, &word, 1, NULL, 0);
	if (!with || strstr(text, "fuzz"))
		return;
	assert(str_eq(kernel_cmdline_edit(mem, with, &word, 1, NULL, 0), with));
	assert(str_eq(kernel_cmdline_edit(mem, with, NULL, 0, &word, 1), text));
}

static void try_shell(struct arena *mem, const char *text)
{
	struct shell_vars v = {0}, bash = {.has_append = true};
	const char *with;

	shell_vars_read(mem, &v, "one", text);
	shell_vars_read(mem, &v, "two", text);
	shell_vars_read(mem, &bash, "one", text);
	for (size_t i = 0; i < v.n_vars; i++)
		assert(v.vars[i].value || v.vars[i].reason);
	(void)grub_defaults_words(mem, &v);
	with = shell_vars_edit_words(mem, text, "GRUB_CMDLINE_LINUX_DEFAULT", &word, 1, NULL, 0);
	if (with)
		assert(str_eq(shell_vars_edit_words(mem, with, "GRUB_CMDLINE_LINUX_DEFAULT", &word, 1, NULL, 0), with));
}

static void try_grub(struct arena *mem, const char *text)
{
	struct grub_cfg c;

	if (grub_cfg_parse(mem, text, &c))
		for (size_t i = 0; i < c.n_entries && i < 8; i++)
			assert(strchr(c.entries[i].menu, '\n') || grub_cfg_find(mem, &c, c.entries[i].menu));
	(void)grubenv_value(mem, text, "saved_entry");
}

static const char *look_up(void *data, const char *name)
{
	(void)data;
	return *name == 'k' ? "value" : NULL;
}

static void try_entries(struct arena *mem, const char *text)
{
	struct loader_entries e;
	struct loader_entry entry;
	const char *with;

	if (loader_entry_parse(mem, "x+1-2.conf", text, &entry)) {
		(void)loader_expand(mem, entry.options, look_up, NULL);
		with = loader_entry_edit(mem, text, &word, 1, NULL, 0);
		if (with && !strstr(text, "fuzz") && entry.n_options > 0)
			assert(str_eq(loader_entry_edit(mem, with, NULL, 0, &word, 1), text));
		(void)loader_default_matches(mem, text, &entry);
	}
	(void)loader_conf_value(mem, text, "default");
	assert(loader_version_cmp(text, text) == 0);
	if (extlinux_parse(mem, text, &e))
		assert(e.first < (int)e.n);
	if (refind_linux_parse(mem, text, &e))
		assert(e.first < (int)e.n);
	if (limine_parse(mem, text, &e))
		assert(e.first < (int)e.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	const char *text;
	uint32_t offset, length;

	(void)pe_section((const char *)data, size, ".cmdline", &offset, &length);
	(void)efi_variable_text(&mem, (const char *)data, size);
	text = arena_strndup(&mem, (const char *)data, size);
	try_words(&mem, text);
	try_shell(&mem, text);
	try_grub(&mem, text);
	try_entries(&mem, text);
	arena_done(&mem);
	return 0;
}
