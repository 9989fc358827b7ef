/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks, each on a recorded host that trips it and on one that does not. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "check_samples.h"
#include "flow/check.h"
#include "judge/catalogue.h"
#include "judge/checks.h"
#include "model/firmware.h"
#include "tree.h"

static void make(struct tree *t, const char *delta)
{
	tree_lines(t, well, delta);
}

static struct check_report checked(struct tree *t, const char *device)
{
	struct host_checked *ret = arena_alloc(&t->mem, sizeof(*ret));
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	struct pci_addr addr = {0};
	struct err e = {0};

	if (*device)
		assert_true(pci_addr_parse(device, &addr));
	if (flow_check(&f, &addr, *device ? 1 : 0, ret, &e) < 0)
		fail_msg("%s", e.what);
	return ret->report;
}

/* The worst answer to an id. */
static const struct check_finding *answer_of(const struct check_report *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->findings[i].row->id, id))
			return &r->findings[i];
	return NULL;
}

static const struct check *row_of(const char *id)
{
	for (size_t i = 0; i < checks_size(); i++)
		if (str_eq(checks_at(i)->id, id))
			return checks_at(i);
	fail_msg("there is no check %s", id);
	return NULL;
}

/* A note says something of a host that trips it, and never that it is bad. */
static bool is_note(const char *id)
{
	return row_of(id)->flags & CHECK_FINE;
}

static const char *good_of(const char *id)
{
	return row_of(id)->good;
}

/* How many are wrong: all are named, not the first alone. */
static unsigned answers(const struct check_sample *s, const char *delta, enum check_answer want)
{
	unsigned n_wrong = 0;

	const struct check_finding *f;
	struct check_report r;
	struct tree t;

	if (!delta)
		return 0;
	make(&t, delta);
	r = checked(&t, s->device ? s->device : "0000:01:00.0");
	f = answer_of(&r, s->id);
	if (is_note(s->id) && f) {
		bool speaks = !str_eq(f->result.text, good_of(s->id));

		n_wrong = f->result.answer != CHECK_OK || speaks != (want == CHECK_BAD);
		if (n_wrong)
			print_message("# %s: %s: %s\n", s->id, check_answer_name(f->result.answer), f->result.text);
	} else if (!f || f->result.answer != want)
		n_wrong = 1, print_message("# %s: want %s, got %s: %s (%s)\n", s->id, check_answer_name(want), f ? check_answer_name(f->result.answer) : "nothing",
		    f && f->result.text ? f->result.text : "", f && f->result.file ? f->result.file : "");
	else if (want == CHECK_BAD && (!f->result.file || *f->result.file != '/' || !f->result.mend || strstr(f->result.mend, "<BDF>")))
		n_wrong = 1, print_message("# %s: no evidence, or no mend that can be read\n", s->id);
	tree_done(&t);
	return n_wrong;
}

/* ---- what a recorded host cannot show ---- */

enum by_hand { HAND_STUCK, HAND_NODE, HAND_CONTAINER_NODE, HAND_VARIANT, HAND_OWN_NODE, HAND_NOIOMMU, HANDS };
static const char *const by_hand[HANDS] = {"sysfs-writer-stuck", "vfio-group-perm", "vfio-container-perm", "vfio-variant-driver", "cdev-perm", "noiommu-group-race"};

static enum check_answer answer_by_hand(enum by_hand what, bool is_bad)
{
	static const unsigned groups[] = {1000, 108};
	struct pci_addr addr = addr_of("0000:01:00.0");
	struct host_checked checked = {0};
	struct node_access nodes[4];
	const struct check_finding *found;
	struct check_report report;
	enum check_answer answer;
	struct facts facts;
	struct err e = {0};
	struct flow f;
	struct tree t;

	make(&t, "");
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	assert_int_equal(flow_check_read(&f, &addr, 1, &checked, &e), 0);
	facts = *checked.facts.facts;
	facts.is_root = TRI_NO;
	facts.uid = 1000;
	facts.groups = groups;
	facts.n_groups = 2;
	nodes[0] = (struct node_access){"/dev/vfio/1", what == HAND_NODE && is_bad ? "0:0 600" : "0:108 660"};
	nodes[1] = (struct node_access){"/dev/vfio/vfio", what == HAND_CONTAINER_NODE && is_bad ? "0:0 600" : "0:0 666"};
	nodes[2] = (struct node_access){"/dev/vfio/devices/vfio3", "0:108 660"};
	nodes[3] = (struct node_access){"/dev/iommu", what == HAND_OWN_NODE && is_bad ? "0:0 600" : "0:108 660"};
	checked.host.accesses = nodes;
	checked.host.n_accesses = ARRAY_LEN(nodes);
	if (what == HAND_NOIOMMU && is_bad)
		checked.host.functions[index_of(&checked.host, "0000:01:00.0")].vfio_node = "noiommu-0";
	checked.host.functions[index_of(&checked.host, "0000:01:00.0")].is_busy = what == HAND_STUCK && is_bad;
	for (size_t i = 0; i < facts.n_devices; i++) {
		facts.devices[i].cdev = "vfio3";
		facts.devices[i].has_cdev_node = TRI_YES;
		facts.devices[i].has_variant = what == HAND_VARIANT && is_bad ? TRI_YES : TRI_NO;
		facts.devices[i].variant = what == HAND_VARIANT && is_bad ? "mlx5_vfio_pci" : NULL;
	}
	checked.facts.facts = &facts;
	report = judge_checks(&t.mem, &checked.facts, &checked.wish);
	found = answer_of(&report, by_hand[what]);
	answer = found ? found->result.answer : CHECK_UNKNOWN;
	tree_done(&t);
	return answer;
}

static void what_the_running_host_alone_shows_is_decided_as_well(void **state)
{
	(void)state;
	for (enum by_hand i = HAND_STUCK; i < HANDS; i++) {
		assert_int_equal(answer_by_hand(i, true), CHECK_BAD);
		assert_int_equal(answer_by_hand(i, false), CHECK_OK);
	}
}

/* ---- the table ---- */

static void every_check_has_a_host_that_trips_it(void **state)
{
	unsigned n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(check_samples); i++)
		n_wrong += answers(&check_samples[i], check_samples[i].bad, CHECK_BAD);
	assert_int_equal(n_wrong, 0);
}

static void every_check_has_a_host_that_does_not(void **state)
{
	unsigned n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(check_samples); i++)
		n_wrong += answers(&check_samples[i], check_samples[i].ok, CHECK_OK);
	assert_int_equal(n_wrong, 0);
}

static void every_check_is_of_the_catalogue_and_has_its_hosts(void **state)
{
	(void)state;
	assert_true(checks_size() >= 70);
	assert_null(checks_at(checks_size()));
	for (size_t i = 0; i < checks_size(); i++) {
		const struct check *row = checks_at(i);
		bool has_bad = false, has_ok = false;

		if (!catalogue_find(row->id))
			fail_msg("the catalogue has no %s", row->id);
		assert_true(*row->reads && *row->good);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(checks_at(k)->id, row->id));
		for (size_t k = 0; k < ARRAY_LEN(check_samples); k++) {
			has_bad = has_bad || (str_eq(check_samples[k].id, row->id) && check_samples[k].bad);
			has_ok = has_ok || (str_eq(check_samples[k].id, row->id) && check_samples[k].ok);
		}
		for (size_t k = 0; k < HANDS; k++)
			has_bad = has_ok = (has_bad && has_ok) || str_eq(by_hand[k], row->id);
		if (!has_bad || !has_ok)
			fail_msg("%s has no host that trips it, or none that does not", row->id);
	}
}

static void a_host_that_is_well_is_ready(void **state)
{
	struct check_report r;
	struct tree t;

	(void)state;
	make(&t, "");
	r = checked(&t, "0000:01:00.0");
	for (size_t i = 0; i < r.n; i++)
		if (r.findings[i].result.answer != CHECK_OK && !r.findings[i].depends && r.findings[i].severity == SEVERITY_BLOCKER)
			fail_msg("%s: %s", r.findings[i].row->id, r.findings[i].result.text);
	assert_int_equal(r.is_ready, TRI_YES);
	assert_int_equal(checked(&t, "").is_ready, TRI_YES);
	tree_done(&t);
}

static void a_host_of_which_nothing_is_known_is_neither_good_nor_bad(void **state)
{
	struct check_facts facts = {0};
	struct check_wish wish = {0};
	struct check_report r;
	struct arena mem = {0};
	struct host h;
	struct tree t;

	(void)state;
	/* No file at all, as of a host of which only a listing was pasted. */
	h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", GROUP_UNKNOWN, NULL, "?", NULL, false, NULL, NULL});
	h.functions[0].has_driver = TRI_UNKNOWN;
	h.has_groups = TRI_UNKNOWN;
	facts.h = &h;
	wish = (struct check_wish){(const int[]){0}, 1};
	for (int with = 0; with < 2; with++) {
		facts.h = with ? &h : NULL;
		wish.n_functions = (size_t)with;
		r = judge_checks(&mem, &facts, &wish);
		assert_int_equal(r.is_ready, TRI_UNKNOWN);
		for (size_t i = 0; i < r.n; i++)
			if (r.findings[i].result.answer == CHECK_BAD)
				fail_msg("%s: %s", r.findings[i].row->id, r.findings[i].result.text);
	}
	/* Only what names the function. */
	tree_open(&t);
	tree_file(&t, "sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n");
	tree_file(&t, "sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
	tree_file(&t, "sys/bus/pci/devices/0000:01:00.0/device", "0x2204\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_UNKNOWN);
	for (size_t i = 0; i < r.n; i++)
		if (r.findings[i].result.answer == CHECK_BAD)
			fail_msg("%s: %s", r.findings[i].row->id, r.findings[i].result.text);
	tree_done(&t);
	arena_done(&mem);
}

/* What a check does not see must not make a host ready that is not: of `well`, one file after the other is left out. */
static void without_any_one_file_nothing_becomes_bad(void **state)
{
	(void)state;
	for (const char *one = well; *one; one = strchr(one, '\n') + 1) {
		struct check_report r;
		struct tree t;
		char delta[SYS_PATH];

		if (str_starts(one, "F "))
			continue;
		(void)snprintf(delta, sizeof(delta), "-%.*s\n", (int)strcspn(one, "=@\n"), one);
		/* What is known by its absence where its folder is there. */
		if (strstr(delta, "reset_method") || strstr(delta, "dev/iommu") || strstr(delta, "dev/kvm") || strstr(delta, "proc/1/") ||
		    strstr(delta, "drivers/vfio-pci") || strstr(delta, "dev/block"))
			continue;
		make(&t, delta);
		r = checked(&t, "0000:01:00.0");
		for (size_t i = 0; i < r.n; i++)
			if (r.findings[i].result.answer == CHECK_BAD)
				fail_msg("without %s: %s: %s", delta, r.findings[i].row->id, r.findings[i].result.text);
		tree_done(&t);
	}
}

static void what_blocks_comes_before_what_warns_and_decides(void **state)
{
	struct check_report r;
	struct tree t;

	(void)state;
	make(&t, ON_NVIDIA GPU "boot_vga=1\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_NO);
	assert_string_equal(r.findings[0].row->id, "group-not-viable"); /* the cause; wrong-driver-bound follows */
	assert_non_null(strstr(r.next, "passthru bind 0000:01:00.0"));
	for (size_t i = 1; i < r.n; i++)
		if (r.findings[i].result.answer == r.findings[i - 1].result.answer && r.findings[i].depends == r.findings[i - 1].depends)
			assert_true(r.findings[i].severity >= r.findings[i - 1].severity);
	/* Nobody asked for that card: it is the host's, and rightly so. */
	r = checked(&t, "");
	assert_int_equal(r.is_ready, TRI_YES);
	assert_null(answer_of(&r, "wrong-driver-bound"));
	tree_done(&t);
}

static enum check_mend mend_of(const char *delta, const char *device)
{
	struct host_checked checked = {0};
	struct pci_addr addr = {0};
	enum check_mend mend;
	struct err e = {0};
	struct flow f;
	struct tree t;

	make(&t, delta);
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	if (*device)
		addr = addr_of(device);
	assert_int_equal(flow_check(&f, &addr, *device ? 1 : 0, &checked, &e), 0);
	mend = flow_check_mend(&checked);
	tree_done(&t);
	return mend;
}

static void passthru_mends_the_words_first_and_binds_only_what_was_named(void **state)
{
	static const char off[] = NO_GROUPS "proc/cmdline=root=/dev/sda1\nboot/config-6.12.0-test=CONFIG_INTEL_IOMMU=y\n";

	(void)state;
	assert_int_equal(mend_of("", "0000:01:00.0"), CHECK_MEND_NONE);
	assert_int_equal(mend_of(ON_NVIDIA, "0000:01:00.0"), CHECK_MEND_BIND);
	assert_int_equal(mend_of(ON_NVIDIA, ""), CHECK_MEND_NONE);
	assert_int_equal(mend_of(off, "0000:01:00.0"), CHECK_MEND_WORDS);
	assert_int_equal(mend_of(off, ""), CHECK_MEND_WORDS);
	assert_int_equal(mend_of(NO_GROUPS "proc/cmdline=intel_iommu=off\n", ""), CHECK_MEND_NONE);
}

/* Its sound goes along, and is not asked for by itself; what blocks it whatever driver it has is said ahead of that. */
static void what_goes_along_and_what_blocks_for_good(void **state)
{
	struct check_report r;
	struct tree t;
	size_t n = 0;

	(void)state;
	make(&t, "F 0000:01:00.1 040300 10de:1aef - 1\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_YES); /* VFIO minds no function without a driver */
	for (size_t i = 0; i < r.n; i++)
		n += str_eq(r.findings[i].row->id, "group-not-viable");
	assert_int_equal(n, 1); /* a group is asked once */
	tree_done(&t);

	make(&t, ON_NVIDIA "F 0000:02:00.0 020000 8086:1533 igb 1\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_NO);
	assert_non_null(strstr(r.why, "not part of this card"));
	assert_null(strstr(r.next, "passthru bind"));
	tree_done(&t);

	/* What depends on the guest does not decide. */
	make(&t, GPU "aer_dev_fatal=TOTAL_ERR_FATAL 3\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_YES);
	tree_done(&t);

	/* A blocker that cannot be read: neither. */
	make(&t, "-proc/interrupts\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.is_ready, TRI_UNKNOWN);
	assert_non_null(strstr(r.why, "/proc/interrupts"));
	tree_done(&t);
}

/* Which mend an id has where the card shares its group with a stranger, and a port is free, or is not. */
static const char *slot_mend(struct tree *t, const char *id, const char *port)
{
	const struct check_finding *f;
	struct check_report r;

	char delta[1024];

	(void)snprintf(delta, sizeof(delta), "-F 0000:01:00.0\n-F 0000:01:00.1\nF 0000:00:01.0/0000:01:00.0 030000 10de:2204 nvidia 1\nF 0000:00:01.0/0000:01:00.1 040300 10de:1aef snd_hda_intel 1\n"
		"F 0000:00:01.1/0000:02:00.0 010802 144d:a808 nvme 1\nF 0000:00:01.1 060400 8086:1905 pcieport 1\nC 0000:00:01.1 root\n"
		"C 0000:00:01.0 root\nF 0000:00:1d.0 060400 8086:a330 pcieport %s\nC 0000:00:1d.0 root\n" DEV "0000:00:1d.0/max_link_width=4\n", port);
	make(t, delta);
	r = checked(t, "0000:01:00.0");
	f = answer_of(&r, id);
	return f && f->result.answer == CHECK_BAD ? f->result.mend : "not bad";
}

static void a_card_that_shares_its_group_is_told_which_slot_is_better(void **state)
{
	static const char *const ids[] = {"acs-missing-on-port", "group-not-viable"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct tree t;

		assert_string_equal(slot_mend(&t, ids[i], "7"), "move the card below root port 0000:00:1d.0 (4 lanes): nothing is there, and its IOMMU group holds nothing else");
		tree_done(&t);
		/* The port is in a group with others: no better. */
		assert_null(strstr(slot_mend(&t, ids[i], "1"), "0000:00:1d.0"));
		tree_done(&t);
	}
}

static void what_no_slot_would_help_is_told_none(void **state)
{
	const struct check_finding *f;
	struct check_report r;
	struct tree t;

	(void)state;
	/* It sits on the root bus: a part of the processor. */
	make(&t, "F 0000:02:00.0 020000 8086:1533 igb 1\nF 0000:00:1d.0 060400 8086:a330 pcieport 7\nC 0000:00:1d.0 root\n");
	r = checked(&t, "0000:01:00.0");
	f = answer_of(&r, "acs-missing-on-port");
	assert_true(f && f->result.answer == CHECK_BAD && !strstr(f->result.mend, "0000:00:1d.0"));
	tree_done(&t);
}

static enum check_answer one_answer(const char *delta, const char *id, enum tri *ret_ready)
{
	const struct check_finding *f;
	enum check_answer answer;
	struct check_report r;
	struct tree t;

	make(&t, delta);
	r = checked(&t, *ret_ready == TRI_NO ? "" : "0000:01:00.0");
	f = answer_of(&r, id);
	answer = f ? f->result.answer : CHECK_OK;
	*ret_ready = r.is_ready;
	tree_done(&t);
	return answer;
}

static void what_was_left_out_is_unknown_and_a_device_nobody_named_does_not_decide(void **state)
{
	static const char *const folders[][2] = {{"-etc/modprobe.d/\n", "ids-bad-string"}, {"-etc/modprobe.d/\n", "modprobe-file-ignored"},
	    {"-etc/udev/rules.d/\n", "udev-rule-too-late"}, {"-etc/dracut.conf.d/\n", "dracut-quoting"},
	    {"proc/iomem=00000000-00000000 : 0000:01:00.0|  00000000-00000000 : efifb\n", "framebuffer-holds-bar"}};
	enum tri ready;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		ready = TRI_UNKNOWN;
		if (one_answer(folders[i][0], folders[i][1], &ready) != CHECK_UNKNOWN)
			fail_msg("%s is not unknown", folders[i][1]);
	}
	ready = TRI_NO; /* no device is named */
	assert_int_equal(one_answer(GPU "resource=0x0000000000000000 0x0000000000000000 0x000000000014220c\n", "above-4g-decoding-off", &ready), CHECK_BAD);
	assert_int_equal(ready, TRI_YES);
}

static void the_menu_of_the_boards_maker_is_named(void **state)
{
	const struct check_finding *f;
	struct check_report r;
	struct tree t;

	(void)state;
	make(&t, NO_GROUPS AMD_CPU "-sys/firmware/acpi/tables/DMAR\nsys/firmware/acpi/tables/FACP=x\n");
	r = checked(&t, "");
	f = answer_of(&r, "iommu-firmware-off-amd");
	assert_true(f && strstr(f->result.mend, "Settings > AMD CBS > NBIO > IOMMU = Enabled") && strstr(f->result.mend, "Gigabyte"));
	tree_done(&t);
	assert_non_null(strstr(firmware_menu("Unknown Maker", "GenuineIntel", FIRMWARE_IOMMU), "VT-d"));
	assert_non_null(strstr(firmware_menu(NULL, "AuthenticAMD", FIRMWARE_ABOVE_4G), "Above 4G"));
	assert_null(firmware_menu("Gigabyte", NULL, FIRMWARE_IOMMU));
}

static void the_kind_of_machine_and_what_it_changes_are_said(void **state)
{
	struct check_report r;
	struct tree t;

	(void)state;
	make(&t, "sys/class/dmi/id/chassis_type=10\n");
	r = checked(&t, "0000:01:00.0");
	assert_int_equal(r.scenario, SERVER_LAPTOP);
	assert_non_null(strstr(r.scenario_text, "integrated"));
	assert_string_equal(r.scenario_file, "/sys/class/dmi/id/chassis_type");
	tree_done(&t);
}

/* ---- machines ---- */

static void what_cannot_be_read_of_machines_is_said_once_and_decides_nothing(void **state)
{
	static const char *const deltas[] = {PVE "hostpci0: the graphics card\n", XML "<domain\n",
	    "proc/900/comm=qemu\nproc/900/stat=900 (x) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/vfio/1\nproc/900/exe@/usr/bin/qemu-system-x86_64\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deltas); i++) {
		struct check_report r;
		struct tree t;
		size_t n = 0;

		make(&t, deltas[i]);
		r = checked(&t, "0000:01:00.0");
		for (size_t k = 0; k < r.n; k++)
			n += r.findings[k].result.answer == CHECK_UNKNOWN && r.findings[k].result.file &&
			    (strstr(r.findings[k].result.file, "etc/") || strstr(r.findings[k].result.file, "proc/900"));
		assert_int_equal(n, 1);
		if (i < 2)
			assert_int_equal(r.is_ready, TRI_YES);
		tree_done(&t);
	}
}

/* Whoever writes "qemu-system-x86_64 -device vfio-pci,…" into his own arguments is no machine. */
static void a_command_line_is_believed_only_of_a_machine_that_holds_vfio(void **state)
{
#define WORDS "-device\x01vfio-pci,host=01:00.0\x01-device\x01vfio-pci,host=01:00.0"
	enum tri ready = TRI_UNKNOWN;

	(void)state;
	assert_int_equal(one_answer(QEMU(WORDS), "qemu-device-attached-twice", &ready), CHECK_BAD);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(RUNS("bash", WORDS), "qemu-device-attached-twice", &ready), CHECK_OK);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer("proc/900/comm=qemu\nproc/900/stat=900 (x) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/null\n"
				    "proc/900/exe@/usr/bin/qemu-system-x86_64\nproc/900/cmdline=qemu\x01" WORDS "\n", "qemu-device-attached-twice", &ready), CHECK_OK);
	ready = TRI_UNKNOWN; /* an update took the program away below it */
	assert_int_equal(one_answer(RUNS("qemu-kvm (deleted)", WORDS), "qemu-device-attached-twice", &ready), CHECK_BAD);
#undef WORDS
}

static void a_command_line_without_end_is_unknown(void **state)
{
	const struct check_finding *f;
	struct check_report r;
	struct tree t;
	char *words;

	(void)state;
	make(&t, QEMU(""));
	words = arena_alloc(&t.mem, 300 * 1024);
	memset(words, 'x', 300 * 1024 - 1);
	tree_file(&t, "proc/900/cmdline", words);
	r = checked(&t, "0000:01:00.0");
	f = answer_of(&r, "qemu-device-missing");
	assert_true(f && f->result.answer == CHECK_UNKNOWN && str_eq(f->result.file, "/proc/900/cmdline"));
	tree_done(&t);
}

static void a_device_that_is_named_narrows_to_the_machines_that_name_it(void **state)
{
	static const char other[] = "F 0000:02:00.0 020000 8086:1533 igb 3\n" PVE "hostpci0: 02:00.0,pcie=1\n";
	enum tri ready = TRI_NO; /* none is named */

	(void)state;
	assert_int_equal(one_answer(other, "proxmox-pcie-needs-q35", &ready), CHECK_BAD);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(other, "proxmox-pcie-needs-q35", &ready), CHECK_OK);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(PVE "hostpci0: 02:00.0;01:00.1,pcie=1\n", "proxmox-pcie-needs-q35", &ready), CHECK_OK);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(PVE "hostpci0: 02:00.0;01:00.0,pcie=1\n", "proxmox-pcie-needs-q35", &ready), CHECK_BAD);
}

/* Others do not start; the device can be handed over all the same. */
static void only_a_machine_that_has_the_device_stops_a_hand_over(void **state)
{
	static const char running[] = "run/libvirt/qemu/win10.xml=<domstatus state='running'>" WITH_GPU("") "</domstatus>\n";
	enum tri ready = TRI_UNKNOWN;

	(void)state;
	assert_int_equal(one_answer(PVE "hostpci0: 01:00;0b:00,pcie=1|memory: 99999999|cpu: host,phys-bits=60|args: -device intel-iommu\n", "qemu-device-missing", &ready), CHECK_BAD);
	assert_int_equal(ready, TRI_YES);
	assert_int_equal(one_answer(running, "libvirt-in-use", &ready), CHECK_BAD);
	assert_int_equal(ready, TRI_NO);
}

/* Its own memory is not free because it has it. */
static void a_machine_that_may_run_already_is_not_told_that_memory_is_short(void **state)
{
	static const char huge[] = XML WITH_GPU("<memory unit='GiB'>32</memory>") "\n", pages[] = PVE "hostpci0: 01:00|memory: 4096|hugepages: 2\n";
	static const char unseen[] = "-proc/1/comm\n-proc/1/fd/\n-proc/1/maps\n-proc/1/stat\n-proc/1/status\n";
	struct tree t;
	enum tri ready = TRI_UNKNOWN;

	(void)state;
	tree_open(&t);
	assert_int_equal(one_answer(arena_printf(&t.mem, "%s%s", huge, unseen), "guest-ram-exceeds-free", &ready), CHECK_UNKNOWN);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(arena_printf(&t.mem, "%s%s", pages, unseen), "hugepages-short", &ready), CHECK_UNKNOWN);
	/* On a driver of the host it does not run, whoever is seen. */
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer(arena_printf(&t.mem, "%s%s%s", huge, unseen, ON_NVIDIA "F 0000:01:00.1 040300 10de:1aef - 1\n"), "guest-ram-exceeds-free", &ready), CHECK_BAD);
	/* Nor do processes matter to a device that VFIO does not have. */
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer("-sys/dev/char/\n", "host-suspend-with-vfio", &ready), CHECK_UNKNOWN);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer("-sys/dev/char/\n" ON_NVIDIA "F 0000:01:00.1 040300 10de:1aef - 1\n", "host-suspend-with-vfio", &ready), CHECK_OK);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer("-sys/dev/char/\n" ON_NVIDIA "F 0000:01:00.1 040300 10de:1aef - 1\n", "remove-while-held", &ready), CHECK_OK);
	ready = TRI_UNKNOWN;
	assert_int_equal(one_answer("-proc/meminfo\n", "guest-ram-exceeds-free", &ready), CHECK_UNKNOWN);
	tree_done(&t);
}

static void several_machines_with_one_trouble_are_one_finding(void **state)
{
	const struct check_finding *f;
	struct check_report r;
	struct tree t;

	(void)state;
	make(&t, PVE "hostpci0: 01:00,pcie=1\netc/pve/qemu-server/101.conf=hostpci0: 01:00,pcie=1\n");
	r = checked(&t, "0000:01:00.0");
	f = answer_of(&r, "proxmox-pcie-needs-q35");
	assert_true(f && strstr(f->result.text, "Proxmox machine 100: hostpci0 has pcie=1") && strstr(f->result.text, "(and so it is with 1 more)"));
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(every_check_is_of_the_catalogue_and_has_its_hosts),
	    T(a_host_that_is_well_is_ready),
	    T(what_the_running_host_alone_shows_is_decided_as_well),
	    T(every_check_has_a_host_that_trips_it),
	    T(every_check_has_a_host_that_does_not),
	    T(a_host_of_which_nothing_is_known_is_neither_good_nor_bad),
	    T(without_any_one_file_nothing_becomes_bad),
	    T(what_blocks_comes_before_what_warns_and_decides),
	    T(passthru_mends_the_words_first_and_binds_only_what_was_named),
	    T(what_goes_along_and_what_blocks_for_good),
	    T(a_card_that_shares_its_group_is_told_which_slot_is_better),
	    T(what_no_slot_would_help_is_told_none),
	    T(what_was_left_out_is_unknown_and_a_device_nobody_named_does_not_decide),
	    T(the_menu_of_the_boards_maker_is_named),
	    T(the_kind_of_machine_and_what_it_changes_are_said),
	    T(what_cannot_be_read_of_machines_is_said_once_and_decides_nothing),
	    T(a_command_line_is_believed_only_of_a_machine_that_holds_vfio),
	    T(a_command_line_without_end_is_unknown),
	    T(a_device_that_is_named_narrows_to_the_machines_that_name_it),
	    T(only_a_machine_that_has_the_device_stops_a_hand_over),
	    T(a_machine_that_may_run_already_is_not_told_that_memory_is_short),
	    T(several_machines_with_one_trouble_are_one_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
