/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and what they mean: each row of the decoder by a real line, and what must get no answer. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "explain_lines.h"
#include "explain_samples.h"
#include "explain_unrelated.h"
#include "judge/explain.h"
#include "judge/pattern.h"
#include "text/log_line.h"

static struct explanation explain(struct arena *mem, const char *text)
{
	struct explainer *x = explain_new(mem);

	for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		explain_line(x, at, strcspn(at, "\n"));
	return explain_end(x);
}

/* "id id …", root cause first; "" nothing. */
static void means(const char *text, const char *want)
{
	struct arena mem = {0};
	struct explanation e = explain(&mem, text);
	const char *got = "";

	for (size_t i = 0; i < e.n_findings; i++)
		got = arena_printf(&mem, "%s%s%s", got, i > 0 ? " " : "", e.findings[i].row->id);
	assert_string_equal(got, want);
	arena_done(&mem);
}

static const char *specific_of(const struct finding *f, const char *name)
{
	for (size_t i = 0; i < f->n_specifics; i++)
		if (str_eq(f->specifics[i].name, name))
			return f->specifics[i].text;
	return "";
}

/* ---- the tables ---- */

static void get_their_ids_first(const struct sample *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena mem = {0};
		struct explanation e = explain(&mem, rows[i].text);
		const char *got = e.n_findings > 0 ? e.findings[0].row->id : e.n_unknown > 0 ? "?" : "nothing";

		if (!str_eq(got, rows[i].id))
			fail_msg("want %s of: %s\ngot %s", rows[i].id, rows[i].text, got);
		arena_done(&mem);
	}
}

static void each_sample_gets_its_id_first(void **state)
{
	(void)state;
	get_their_ids_first(samples, ARRAY_LEN(samples));
	get_their_ids_first(more_lines, ARRAY_LEN(more_lines));
}

static void what_looks_alike_gets_no_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unrelated); i++)
		means(unrelated[i], "");
}

static bool has_sample(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		if (str_eq(samples[i].id, id))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(more_lines); i++)
		if (str_eq(more_lines[i].id, id))
			return true;
	return false;
}

static void each_row_is_of_the_catalogue_and_has_a_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_explain_patterns; i++) {
		const char *literal;

		assert_true(pattern_literal(explain_patterns[i].pattern, &literal) >= 4);
		if (!explain_patterns[i].id || !*explain_patterns[i].id)
			continue;
		if (!catalogue_find(explain_patterns[i].id) || !has_sample(explain_patterns[i].id))
			fail_msg("%s has no row or no sample", explain_patterns[i].id);
	}
}

static void what_explains_what_is_of_the_catalogue_and_never_goes_in_circles(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_explain_also; i++)
		for (size_t k = 0; k < ARRAY_LEN(explain_also[i].others) && explain_also[i].others[k]; k++) {
			assert_non_null(catalogue_find(explain_also[i].id));
			if (!catalogue_find(explain_also[i].others[k]))
				fail_msg("there is no %s", explain_also[i].others[k]);
		}
	for (size_t i = 0; i < n_explain_follows; i++) {
		assert_non_null(catalogue_find(explain_follows[i].cause));
		assert_non_null(catalogue_find(explain_follows[i].effect));
		for (size_t k = 0; k < n_explain_follows; k++)
			assert_false(str_eq(explain_follows[i].cause, explain_follows[k].effect) &&
			    str_eq(explain_follows[i].effect, explain_follows[k].cause));
	}
}

static void the_catalogue_is_whole(void **state)
{
	(void)state;
	assert_int_equal(catalogue_size(), 224);
	assert_null(catalogue_at(catalogue_size()));
	assert_null(catalogue_find("no-such-thing"));
	for (size_t i = 0; i < catalogue_size(); i++) {
		const struct diagnosis *d = catalogue_at(i);

		assert_ptr_equal(catalogue_find(d->id), d); /* no id twice */
		assert_true(*d->title && *d->cause && d->mends[0]);
		assert_true(d->kind == DIAGNOSIS_FAULT || d->severity == SEVERITY_INFO);
	}
}

/* ---- what gets an answer, and what does not ---- */

static void a_line_that_merely_speaks_of_it_gets_no_answer(void **state)
{
	static const char *const lines[] = {"I have enabled IOMMU and vfio in the BIOS",
	    "[    1.0] VFIO - User Level meta-driver version: 0.3",
	    "[    0.4] DMAR: Host address width 39", "iommu: Default domain mode: lazy", "systemd[1]: Started libvirtd.service.",
	    "ls: cannot access '/dev/sda': No such file or directory", "mount: Permission denied",
	    "EXT4-fs (sda1): mounted filesystem", "INFO: task jbd2/sda1-8:412 blocked for more than 120 seconds.",
	    "Out of memory: Killed process 12 (firefox)", "error: Device or resource busy", "exit code 43", "12 43 802",
	    "Cannot allocate memory", "fork: Cannot allocate memory", "CUDA 12.8 on 802.11", "usb 1-1: not viable",
	    "pcieport 0000:00:1d.0: bridge window [mem size 0x00200000 64bit pref]: can't assign; no space",
	    "nvidia: module verification failed: signature and/or required key missing - tainting kernel",
	    "[drm] Initialized simpledrm 1.0.0 for simple-framebuffer.0 on minor 0", "modprobe: FATAL: Module nfs is in use.",
	    "modprobe: FATAL: Module foo not found in directory /lib/modules/6.1.0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		means(lines[i], "");
}

static void what_speaks_of_it_and_is_not_known_is_named(void **state)
{
	struct arena mem = {0};
	struct explanation e = explain(&mem, "hello\nvfio 0000:01:00.0: something new broke\nbye\n");

	(void)state;
	assert_int_equal(e.n_findings, 0);
	assert_int_equal(e.n_unknown, 1);
	assert_string_equal(e.unknown[0], "vfio 0000:01:00.0: something new broke");
	arena_done(&mem);
}

static void the_specifics_are_filled_in(void **state)
{
	struct arena mem = {0};
	struct explanation e = explain(&mem,
	    "2022-07-02T19:41:18.784519Z qemu-system-x86_64: -device {\"driver\":\"vfio-pci\",\"host\":\"0000:09:00.0\","
	    "\"addr\":\"0x0\"}: vfio 0000:09:00.0: group 2 is not viable\n"
	    "vfio_pin_pages_remote: RLIMIT_MEMLOCK (4194304) exceeded");

	(void)state;
	assert_int_equal(e.n_findings, 2);
	assert_string_equal(specific_of(&e.findings[0], "device"), "0000:09:00.0");
	assert_string_equal(specific_of(&e.findings[0], "group"), "2");
	assert_string_equal(specific_of(&e.findings[1], "limit_bytes"), "4194304");
	assert_string_equal(specific_of(&e.findings[1], "device"), "");
	arena_done(&mem);
}

static void the_root_cause_comes_first(void **state)
{
	struct arena mem = {0};
	struct explanation e;

	(void)state;
	means("vfio 0000:01:00.0: failed to setup container for group 1: Failed to set iommu for container: Operation not permitted\n"
	      "vfio_iommu_type1_attach_group: No interrupt remapping support.  Use the module param \"allow_unsafe_interrupts\"",
	    "no-interrupt-remapping qemu-set-container-eperm");
	means("failed to open /dev/vfio/1: No such file or directory\nlinux vfio-pci-ids=10de:1",
	    "cmdline-misspelt vfio-pci-not-loaded");
	means("DMAR: Intel(R) Virtualization Technology for Directed I/O\nvfio 0000:01:00.0: group 1 is not viable",
	    "group-not-viable iommu-up-lines");
	/* What is bad comes before what is less so. */
	means("DMAR: DRHD: handling fault status reg 3\nvfio 0000:01:00.0: group 1 is not viable", "group-not-viable dmar-fault");
	e = explain(&mem, "vfio_dma_map(0x5, 0x0, 0xa0000, 0x7) = -12 (Cannot allocate memory)\n"
			  "vfio_pin_pages_remote: RLIMIT_MEMLOCK (65536) exceeded");
	assert_int_equal(e.n_findings, 1); /* the same, said by two */
	assert_int_equal(e.findings[0].n_times, 2);
	assert_string_equal(specific_of(&e.findings[0], "limit_bytes"), "65536");
	arena_done(&mem);
}

static void the_hint_below_a_message_is_no_second_finding(void **state)
{
	(void)state;
	means("vfio 0000:01:00.0: group 8 is not viable\n"
	      "Please ensure all devices within the iommu_group are bound to their vfio bus driver.", "group-not-viable");
	means("vfio 0000:01:00.0: group 8 is not viable\nvfio 0000:02:00.0: group 9 is not viable",
	    "group-not-viable group-not-viable");
}

static void wrapped_lines_are_put_together(void **state)
{
	struct arena mem = {0};
	struct explanation e;

	(void)state;
	means("qemu-system-x86_64: -device vfio-pci,host=01:00.0: vfio 0000:01:00.0: group 1\nis not viable", "group-not-viable");
	means("qemu-system-x86_64: -device vfio-pci,host=01:00.0: vfio 0000:01:00.0: gro\nup 1 is not viable", "group-not-viable");
	means("qemu: -device vfio-pci,host=3D01:00.0,multifunction=3Don: vfi=\no error: 0000:01:00.0: gro=\nup 0 is not viable",
	    "group-not-viable"); /* a raw mail */
	/* What is said better of both lines replaces what one of them said. */
	means("DMAR: [INTR-REMAP] Request device [01:00.0] fault index 0x8000 [fault reason\n0x25] Blocked a compatibility format "
	      "interrupt request", "compat-interrupt-blocked");
	means("pci 0000:00:02.0: Invalid PCI ROM header signature: expecting 0xaa55,\ngot 0x4e69", "rom-igd-benign");
	means("[    1.0] vfio 0000:01:00.0: and group 1\n[    1.1] is not viable", "");
	/* Of what stands farther above nothing is taken. */
	e = explain(&mem, "vfio 0000:03:00.0: failed to setup container for group 14: something that nobody knows\n"
			  "some more of it, also unknown\nPCI device 0000:01:00.0 is in use by driver QEMU, domain win11\nError: no");
	assert_int_equal(e.n_findings, 1);
	assert_string_equal(specific_of(&e.findings[0], "group"), "");
	assert_string_equal(specific_of(&e.findings[0], "device"), "0000:01:00.0");
	e = explain(&mem, "vfio 0000:03:00.0: failed to setup container for group 14: something that nobody knows\n"
			  "some more of it, also unknown\nPCI device 0000:01:00.0 is in use by\ndriver QEMU, domain win11");
	assert_int_equal(e.findings[0].line_number, 3);
	assert_string_equal(specific_of(&e.findings[0], "group"), "");
	/* What could go on in the next line is still said once, and as it stands in its own. */
	e = explain(&mem, "error: PCI device 0000:01:00.0 is in use by driver QEMU, domain win10\nsomething else");
	assert_int_equal(e.findings[0].n_times, 1);
	assert_string_equal(specific_of(&e.findings[0], "domain"), "win10");
	arena_done(&mem);
}

/* ---- the catalogue's causes, and the host's ---- */

static void causes_stand_by_likelihood_and_have_mends(void **state)
{
	struct arena mem = {0};
	struct explanation e = explain(&mem, "failed to open /dev/vfio/7: No such file or directory");
	const struct finding *f = &e.findings[0];

	(void)state;
	assert_true(f->n_causes >= 4);
	assert_int_equal(f->causes[0].likelihood, LIKELIHOOD_LIKELY);
	for (size_t i = 1; i < f->n_causes; i++)
		assert_true(f->causes[i].likelihood >= f->causes[i - 1].likelihood && f->causes[i].mend);
	/* The device that is named is in the commands. */
	e = explain(&mem, "vfio 0000:01:00.0: group 8 is not viable");
	assert_non_null(strstr(e.findings[0].causes[0].mend, "passthru bind 0000:01:00.0 "));
	arena_done(&mem);
}

static struct explanation ask(struct arena *mem, const char *text, const struct explain_facts *facts)
{
	struct explanation e = explain(mem, text);

	explain_ask_host(mem, facts, &e);
	return e;
}

static void the_sibling_on_a_host_driver_is_named(void **state)
{
	struct arena mem = {0};
	struct host host = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 14, "vfio-pci"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 14, "snd_hda_intel"});
	struct explain_facts facts = {.host = &host};
	struct explanation e = ask(&mem, "vfio 0000:01:00.0: group 14 is not viable", &facts);

	(void)state;
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_CERTAIN);
	assert_non_null(strstr(e.findings[0].causes[0].text, "0000:01:00.1 (snd_hda_intel)"));
	assert_string_equal(e.findings[0].causes[0].mend, "passthru bind 0000:01:00.0 hands over everything that must go along");

	/* Another group, another device, no host: nothing is claimed. */
	e = ask(&mem, "vfio 0000:01:00.0: group 3 is not viable", &facts);
	assert_true(str_starts(e.findings[0].host, "cannot tell"));
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_LIKELY);
	e = ask(&mem, "vfio 0000:07:00.0: group 14 is not viable", &facts);
	assert_string_equal(e.findings[0].host, "cannot tell: this host has no 0000:07:00.0");
	e = ask(&mem, "vfio 0000:01:00.0: group 14 is not viable", &(struct explain_facts){0});
	assert_string_equal(e.findings[0].host, "cannot tell: there is no host to ask");
	host.functions[1].driver = "vfio-pci";
	e = ask(&mem, "vfio 0000:01:00.0: group 14 is not viable", &facts);
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_LIKELY);
	assert_non_null(strstr(e.findings[0].host, "leaves it to VFIO now"));
	arena_done(&mem);
}

static void the_state_of_the_iommu_decides(void **state)
{
	struct host host = {.has_groups = TRI_NO};
	struct boot boot = {0};
	struct boot_answer answer = {.iommu = IOMMU_OFF_AMD, .iommu_text = "the firmware has no IVRS table"};
	struct explain_facts facts = {.host = &host, .boot = &boot, .boot_answer = &answer};
	struct arena mem = {0};
	struct explanation e = ask(&mem, "TASK ERROR: IOMMU not present", &facts);

	(void)state;
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_CERTAIN);
	assert_string_equal(e.findings[0].causes[0].row->id, "iommu-firmware-off-amd");
	for (size_t i = 1; i < e.findings[0].n_causes; i++)
		assert_string_not_equal(e.findings[0].causes[i].row->id, "iommu-firmware-off-amd");
	answer.iommu = IOMMU_IN_USE;
	e = ask(&mem, "TASK ERROR: IOMMU not present", &facts);
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_UNLIKELY);
	answer.iommu = IOMMU_UNKNOWN;
	e = ask(&mem, "TASK ERROR: IOMMU not present", &facts);
	assert_true(str_starts(e.findings[0].host, "cannot tell"));
	boot.iommu.is_remapped = TRI_NO;
	e = ask(&mem, "No interrupt remapping support. Use the module param", &facts);
	assert_int_equal(e.findings[0].causes[0].likelihood, LIKELIHOOD_CERTAIN);
	arena_done(&mem);
}

static void one_message_of_many_refusals_is_told_apart(void **state)
{
	struct arena mem = {0};
	struct host host = HOST(&mem, {"0000:00:1c.0", 0x060400, "8086:1", 7, "pcieport"},
	    {"0000:01:00.0", 0x030000, "10de:2204", 14, "vfio-pci"});
	struct boot boot = {.iommu.is_remapped = TRI_YES};
	struct boot_answer answer = {.iommu = IOMMU_IN_USE};
	struct explain_facts facts = {.host = &host, .boot = &boot, .boot_answer = &answer};
	const char *text = "vfio 0000:01:00.0: failed to setup container for group 14: Failed to set iommu for container: Operation not permitted";
	struct explanation e = ask(&mem, text, &facts);

	(void)state;
	assert_true(str_starts(e.findings[0].host, "cannot tell"));
	boot.iommu.is_remapped = TRI_NO;
	e = ask(&mem, text, &facts);
	assert_string_equal(e.findings[0].causes[0].row->id, "no-interrupt-remapping");
	group_of(&host, 14)->has_direct_region = TRI_YES;
	e = ask(&mem, text, &facts);
	assert_string_equal(e.findings[0].causes[0].row->id, "rmrr-direct-mapping");
	e = explain(&mem, "vfio 0000:04:00.0: failed to setup container for group 9: Failed to set group container: Invalid argument");
	assert_string_equal(e.findings[0].causes[0].row->id, "rmrr-direct-mapping");
	e = explain(&mem, "Failed to set group container: Operation not permitted");
	assert_string_equal(e.findings[0].causes[0].row->id, "group-not-viable");
	e = ask(&mem, "vfio-pci 0000:00:1c.0: probe with driver vfio-pci failed with error -22", &facts);
	assert_string_equal(e.findings[0].causes[0].row->id, "bridge-bind-einval");
	arena_done(&mem);
}

static void the_memory_lock_limit_comes_first(void **state)
{
	struct explain_facts facts = {.memlock = {.has_limits = true, .soft_bytes = 8 << 20, .hard_bytes = 8 << 20, .is_privileged = TRI_NO}};
	struct arena mem = {0};
	struct explanation e = ask(&mem, "VFIO_MAP_DMA: -12", &facts);

	(void)state;
	assert_string_equal(e.findings[0].causes[0].row->id, "memlock-too-low");
	assert_non_null(strstr(e.findings[0].host, "8.0 MiB"));
	facts.memlock.is_privileged = TRI_YES;
	e = ask(&mem, "VFIO_MAP_DMA: -12", &facts);
	assert_non_null(strstr(e.findings[0].host, "as much as it likes"));
	e = ask(&mem, "VFIO_MAP_DMA: -12", &(struct explain_facts){0});
	assert_true(str_starts(e.findings[0].host, "cannot tell"));
	e = ask(&mem, "vfio_pin_pages_remote: RLIMIT_MEMLOCK (4194304) exceeded", &facts);
	assert_non_null(strstr(e.findings[0].causes[0].text, "may lock 4.0 MiB"));
	arena_done(&mem);
}

/* ---- what is kept is bounded ---- */

static void no_text_makes_it_grow(void **state)
{
	struct arena mem = {0};
	struct explainer *x = explain_new(&mem);
	struct explanation e;
	char line[128];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		int n = snprintf(line, sizeof(line), "vfio 0000:%02x:%02x.0: group %d is not viable", i & 0xff, (i >> 8) & 0x1f, i);

		explain_line(x, line, (size_t)n);
		n = snprintf(line, sizeof(line), "vfio: %d is odd", i);
		explain_line(x, line, (size_t)n);
	}
	e = explain_end(x);
	assert_int_equal(e.n_findings, EXPLAIN_FINDINGS);
	assert_true(e.is_cut);
	assert_int_equal(e.n_unknown, EXPLAIN_UNKNOWN);
	assert_int_equal(e.n_unknown_lines, 5000);
	arena_done(&mem);
}

/* ---- lines made plain ---- */

static void is_cleaned(const char *raw, size_t length, const char *want)
{
	char line[LOG_LINE + 1];

	assert_int_equal(log_line_clean(raw, length, line), strlen(want));
	assert_string_equal(line, want);
}
#define CLEANED(raw, want) is_cleaned(raw, sizeof(raw) - 1, want)

static void pasted_lines_are_made_plain(void **state)
{
	(void)state;
	CLEANED("\033[1;31merror:\033[0m can\xe2\x80\x99t", "error: can't");
	CLEANED("[0;31merror[0m [mem 0x1]", "error [mem 0x1]");
	CLEANED("^[[31mred^[[m", "red");
	CLEANED("[mem 0x1] [KVM] [m] [Known", "[mem 0x1] [KVM] ] nown");
	CLEANED("a [01;31m[KVFIO[m[KDMA", "a VFIODMA"); /* grep */
	CLEANED("can&rsquo;t &#91;x&#x5d; &#39;y&#39; &bogus; &#9999999; &", "can't [x] 'y' &bogus; &#9999999; &");
	CLEANED("\033]0;title\aafter", "after");
	CLEANED("> > said \t so  \r", "said so");
	CLEANED("\xff\xfeg\0r\0o\0u\0p\0", "group");
	CLEANED("c\0a\0n\0\x19\x20t\0", "can't"); /* both ways round */
	CLEANED("\0c\0a\0n\x20\x19\0t", "can't");
	CLEANED("can\x92t \x93x\x94", "can't \"x\"");
	CLEANED("can\xc3\xa2\xe2\x82\xac\xe2\x84\xa2t", "can't");
	CLEANED("-device {\\\"host\\\":\\\"a\\\"}", "-device {\"host\":\"a\"}");
	CLEANED("a &lt;guest&gt; &amp; b", "a <guest> & b");
	CLEANED("\xe4\xfc", "??");
	CLEANED("a\x01" "b\x7f", "a b");
	CLEANED("host=3D01:00.0 host=3D:00.0 a=3D", "host=01:00.0 host=3D:00.0 a=3D");
	CLEANED("vfio: Keine Berechtigung, Keine", "vfio: Permission denied, Keine");
	CLEANED("ls: Keine Berechtigung", "ls: Keine Berechtigung"); /* nothing of ours */
	CLEANED("", "");
	assert_true(log_line_begins("[    1.234567] vfio"));
	assert_true(log_line_begins("[Sat Nov 21 00:14:03 2026] vfio"));
	assert_true(log_line_begins("Nov 21 00:14:03 pve kernel: x"));
	assert_true(log_line_begins("2026-11-21T00:14:03Z x"));
	assert_false(log_line_begins("[mem 0x1]"));
	assert_false(log_line_begins("is not viable"));
}

/* ---- patterns ---- */

static void finds(const char *pattern, const char *line, const char *want)
{
	struct pattern_match m;
	char got[256] = "-";
	size_t n = 0;

	if (pattern_find(pattern, line, &m)) {
		got[0] = '\0';
		for (size_t i = 0; i < m.n_holes; i++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s", i > 0 ? "|" : "", (int)m.holes[i].length, m.holes[i].text);
	}
	assert_string_equal(got, want);
}

static void patterns_have_holes_choices_and_gaps(void **state)
{
	char line[LOG_LINE + 1];
	struct pattern_match m;

	(void)state;
	finds("group {g:n} is", "Group 12 IS", "12");
	finds("group {g:n} is", "group x is", "-");
	finds("{a:addr}: x", "at 01:00.0: x", "01:00.0");
	finds("{a:addr}: x", "at 10000:e1:00.0: x", "10000:e1:00.0");
	finds("[{a:addr}]", "[0xe2:0x00.0]", "0xe2:0x00.0");
	finds("{a:addr}", "2022-07-02T19:41:18.784519Z", "-");
	finds("{a:addr}", "19:41:18.7", "-");
	finds("{a:addr}", "01:00.8", "-");
	finds("<a|b|>c{x:x}", "bc0x1f", "0x1f");
	finds("a*b{x:n}", "a--b--b7", "7");
	finds("'{x:q}' y", "\"one two\" y", "one two");
	finds("can't", "cant", "");
	finds("{x:w}: y", "a, pc.ram: y", "pc.ram");
	finds("BAR {b:bar}:", "BAR 13: BAR 4:", "4");
	finds("\\<x\\{", "<x{", "");
	/* The work is bounded: this one would go on for years. */
	memset(line, 'a', LOG_LINE);
	line[LOG_LINE] = '\0';
	assert_false(pattern_find("a*a*a*a*a*a*a*b", line, &m));
	assert_true(m.steps <= 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_sample_gets_its_id_first),
	    cmocka_unit_test(what_looks_alike_gets_no_answer),
	    cmocka_unit_test(each_row_is_of_the_catalogue_and_has_a_sample),
	    cmocka_unit_test(what_explains_what_is_of_the_catalogue_and_never_goes_in_circles),
	    cmocka_unit_test(the_catalogue_is_whole),
	    cmocka_unit_test(a_line_that_merely_speaks_of_it_gets_no_answer),
	    cmocka_unit_test(what_speaks_of_it_and_is_not_known_is_named),
	    cmocka_unit_test(the_specifics_are_filled_in),
	    cmocka_unit_test(the_root_cause_comes_first),
	    cmocka_unit_test(the_hint_below_a_message_is_no_second_finding),
	    cmocka_unit_test(wrapped_lines_are_put_together),
	    cmocka_unit_test(causes_stand_by_likelihood_and_have_mends),
	    cmocka_unit_test(the_sibling_on_a_host_driver_is_named),
	    cmocka_unit_test(the_state_of_the_iommu_decides),
	    cmocka_unit_test(one_message_of_many_refusals_is_told_apart),
	    cmocka_unit_test(the_memory_lock_limit_comes_first),
	    cmocka_unit_test(no_text_makes_it_grow),
	    cmocka_unit_test(pasted_lines_are_made_plain),
	    cmocka_unit_test(patterns_have_holes_choices_and_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
