/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of the catalogue, as both answers of explain show them. */
#include "check.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "judge/catalogue.h"
#include "judge/explain_causes.h"
#include "view/explain_view.h"

/* A finding of this row, with what its message says. */
static struct explanation found(struct arena *mem, const struct diagnosis *row, struct specific *specifics, size_t n)
{
	struct explanation e = {.n_lines = 1};
	struct finding f = {.row = row, .line_number = 1, .line = "a line", .n_times = 1, .specifics = specifics, .n_specifics = n};

	explain_add_causes(mem, &f);
	*ARENA_PUSH(mem, e.findings, e.n_findings) = f;
	return e;
}

static const char *shown(struct arena *mem, const struct explanation *e)
{
	struct json_object *o = view_explanation_json(mem, e);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const char *all;

	assert_non_null(out);
	view_explanation(out, mem, e);
	assert_int_equal(fclose(out), 0);
	all = arena_printf(mem, "%s%s", text, json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE));
	free(text);
	json_object_put(o);
	return all;
}

/* "<n>", "<group>": what somebody should have filled in. Elements of XML are meant as they stand. */
static const char *leftover(const char *text)
{
	static const char *const elements[] = {"<video>", "<hostdev>", "<vcpupin>", "<numatune>", "<memtune>", "<memoryBacking>"};
	static const char *const words[] = {"BDF", "VVVV", "DDDD", "SSSS", "dddd", "vfioN", "vfioX"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(text, words[i]))
			return words[i];
	for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
		size_t n = 1;
		bool is_element = false;

		while (char_is_alnum(at[n]) || at[n] == ' ' || at[n] == '_')
			n++;
		for (size_t i = 0; i < ARRAY_LEN(elements); i++)
			is_element |= str_starts(at, elements[i]);
		if (n > 1 && at[n] == '>' && char_is_letter(at[1]) && !is_element)
			return at;
	}
	return NULL;
}

static void no_text_has_anything_left_to_fill_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_size(); i++) {
		struct arena mem = {0};
		struct explanation e = found(&mem, catalogue_at(i), NULL, 0);
		const char *text = shown(&mem, &e), *left = leftover(text);

		if (left)
			fail_msg("%s: %.40s", catalogue_at(i)->id, left);
		assert_non_null(strstr(text, catalogue_at(i)->title));
		arena_done(&mem);
	}
	assert_non_null(leftover("echo <n> > x"));
	assert_non_null(leftover("write the BDF"));
	assert_null(leftover("a <hostdev> with 3 < 4 and -> b"));
}

static void no_word_stays_where_the_message_says_it(void **state)
{
	struct specific all[] = {{"device", "0000:0b:00.0"}, {"group", "27"}, {"vm", "104"}, {"ioapic", "33"}};

	(void)state;
	for (size_t i = 0; i < catalogue_size(); i++) {
		struct arena mem = {0};
		struct explanation e = found(&mem, catalogue_at(i), all, ARRAY_LEN(all));
		const char *text = shown(&mem, &e);

		if (strstr(text, "ADDRESS") || strstr(text, "NUMBER") || strstr(text, "VMID ") || strstr(text, "IOAPIC_ID"))
			fail_msg("%s: %s", catalogue_at(i)->id, text);
		arena_done(&mem);
	}
}

static void has_mend(const char *id, struct specific *specifics, size_t n, const char *want)
{
	struct arena mem = {0};
	struct explanation e = found(&mem, catalogue_find(id), specifics, n);

	if (!strstr(e.findings[0].causes[0].mend, want))
		fail_msg("want %s in: %s", want, e.findings[0].causes[0].mend);
	arena_done(&mem);
}

static void what_the_message_says_stands_in_the_commands(void **state)
{
	struct specific device = {"device", "0000:0b:00.0"}, bad = {"device", "$(reboot)"}, group = {"group", "27"};
	struct specific vm = {"vm", "104"}, ioapic = {"ioapic", "33"}, odd = {"vm", "1;reboot"};

	(void)state;
	has_mend("wrong-driver-bound", &device, 1, "passthru bind 0000:0b:00.0 hands");
	has_mend("wrong-driver-bound", &bad, 1, "passthru bind ADDRESS hands"); /* only what is an address */
	has_mend("reset-switched-off", &device, 1, "/sys/bus/pci/devices/0000:0b:00.0/reset_method");
	has_mend("cgroup-device-denied", &group, 1, "--device /dev/vfio/27");
	has_mend("cgroup-device-denied", NULL, 0, "--device /dev/vfio/NUMBER");
	has_mend("proxmox-pcie-needs-q35", &vm, 1, "qm set 104 --machine");
	has_mend("proxmox-pcie-needs-q35", &odd, 1, "qm set VMID --machine");
	has_mend("amd-ivrs-ioapic-missing", &ioapic, 1, "Put ivrs_ioapic[33]=");
}

static void words_are_filled_in_whole(void **state)
{
	struct arena mem = {0};
	struct filling with[] = {{"ADDRESS", "x ADDRESS"}, {"NUMBER", NULL}};

	(void)state;
	assert_string_equal(catalogue_fill(&mem, "ADDRESS, ADDRESSES, /ADDRESS/ MYADDRESS NUMBER", with, 2),
	    "x ADDRESS, ADDRESSES, /x ADDRESS/ MYADDRESS NUMBER");
	assert_string_equal(catalogue_fill(&mem, "", with, 2), "");
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_text_has_anything_left_to_fill_in),
	    cmocka_unit_test(no_word_stays_where_the_message_says_it),
	    cmocka_unit_test(what_the_message_says_stands_in_the_commands),
	    cmocka_unit_test(words_are_filled_in_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
