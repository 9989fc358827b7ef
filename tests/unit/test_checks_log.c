/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log of the boot adds to the checks: recorded hosts with such a line, and with files that speak against it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "check_samples.h"
#include "explain_samples.h"
#include "flow/check.h"
#include "judge/checks_log.h"
#include "tree.h"

#define DEVICE "0000:01:00.0"

struct looked {
	struct tree t;
	struct sys_ops ops;
	struct sys sys;
	struct host_checked checked;
};

static struct looked *look(const char *delta, const char *log, const char *device)
{
	struct looked *l = calloc(1, sizeof(*l));
	struct pci_addr addr = {0};
	struct err e = {0};
	struct flow f;

	assert_non_null(l);
	tree_lines(&l->t, well, delta);
	if (log)
		tree_file(&l->t, "dev/kmsg", log);
	/* This process has more to do: it stays whose it is. */
	l->ops = *l->t.real.sys.ops;
	l->ops.become_nobody = NULL;
	l->t.real.sys.ops = &l->ops;
	f = (struct flow){.s = &l->t.real.sys, .mem = &l->t.mem};
	if (*device)
		addr = addr_of(device);
	if (flow_check(&f, &addr, *device ? 1 : 0, &l->checked, &e) < 0 || flow_check_log(&f, &l->checked, &e) < 0)
		fail_msg("%s", e.what);
	return l;
}

static void done(struct looked *l)
{
	tree_done(&l->t);
	free(l);
}

/* That the log says. */
static const struct check_finding *said(const struct looked *l, const char *id)
{
	const struct check_report *r = &l->checked.report;

	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->findings[i].row->id, id) && r->findings[i].n_lines > 0)
			return &r->findings[i];
	return NULL;
}

/* Answers to it about one function. */
static size_t count(const struct looked *l, const char *id, int function)
{
	size_t n = 0;

	for (size_t i = 0; i < l->checked.report.n; i++)
		n += str_eq(l->checked.report.findings[i].row->id, id) && l->checked.report.findings[i].function == function;
	return n;
}

static size_t n_said(const struct looked *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->checked.report.n; i++)
		n += l->checked.report.findings[i].n_lines > 0;
	return n;
}

/* ---- each row of the table ---- */

static const struct log_sample {
	const char *id;
	const char *so;	    /* what is otherwise on the host that has such a line */
	const char *over;   /* a host with the line that shows that it is not, or no more, so; NULL: none can */
	enum check_answer want;
	const char *line;   /* NULL: that of explain_samples.h */
	const char *device; /* that is asked for; NULL: none */
} log_samples[] = {
    {"dmar-table-broken", NO_GROUPS, "", CHECK_BAD, NULL, NULL},
    {"iommu-log-false-positive", NO_GROUPS, "", CHECK_BAD, NULL, NULL},
    {"iommu-groups-removed-again", NO_GROUPS, "", CHECK_BAD, NULL, NULL},
    {"igpu-iommu-disabled-by-quirk", "F 0000:00:02.0 030000 8086:0046 i915 -\n", "", CHECK_BAD, NULL, NULL},
    {"iommu-up-lines", "", NO_GROUPS, CHECK_OK, NULL, NULL},
    {"intremap-on-lines", "", "proc/interrupts=  24:  0  0  PCI-MSIX-0000:01:00.0  0-edge  vfio-msix\n", CHECK_OK, NULL, NULL},
    {"amd-ivrs-ioapic-missing", "-proc/interrupts\n", "", CHECK_BAD, NULL, NULL},
    {"vfio-probe-einval", ON_NVIDIA, "", CHECK_BAD, "vfio-pci 0000:01:00.0: probe with driver vfio-pci failed with error -22", DEVICE},
    {"amdgpu-unbind-oops", ON_NVIDIA, "", CHECK_BAD, "amdgpu 0000:01:00.0: amdgpu: leaking bo va (-1)", DEVICE},
    {"aspm-aer-flood", "-" GPU "aer_dev_correctable\n", GPU "aer_dev_correctable=TOTAL_ERR_COR 3\n", CHECK_BAD,
	"nvme 0000:01:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)\n"
	"nvme 0000:01:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)\n"
	"nvme 0000:01:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)\n", DEVICE},
    {"unsigned-module", "", NULL, CHECK_BAD, NULL, NULL},
    /* those that files decide, where the files cannot be read; what happened once is then no more than unknown */
    {"iommu-switched-off-by-parameter", "-proc/cmdline\n" NO_GROUPS, "", CHECK_BAD, NULL, NULL},
    {"cmdline-misspelt", "-proc/cmdline\n", "", CHECK_BAD, NULL, NULL},
    {"amd-iommu-on-is-a-noop", "-proc/cmdline\n", "", CHECK_BAD, NULL, NULL},
    {"rmrr-direct-mapping", "-sys/kernel/iommu_groups/1/reserved_regions\n", "", CHECK_BAD,
	"vfio-pci 0000:01:00.0: DMAR: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.", DEVICE},
    {"rmrr-relaxed-kernel", "-proc/cmdline\n", "", CHECK_BAD, NULL, NULL},
    {"no-interrupt-remapping", "-proc/interrupts\n-sys/firmware/acpi/tables/DMAR\n", "", CHECK_BAD, NULL, NULL},
    {"x2apic-optout", "-sys/firmware/acpi/tables/DMAR\n", "", CHECK_BAD, NULL, NULL},
    {"device-lost-after-reset", "-" GPU "config\n", "", CHECK_UNKNOWN, "vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up", DEVICE},
    {"lockdown", "-sys/kernel/security/lockdown\n-sys/kernel/security/lsm\n", "", CHECK_BAD, NULL, NULL},
    {"memlock-too-low", "-proc/4242/limits\n-proc/4242/status\n", "", CHECK_UNKNOWN, NULL, NULL},
    {"cpu-virt-disabled", "-proc/cpuinfo\n-dev/kvm\n-dev/null\n", "", CHECK_BAD, NULL, NULL},
};

static const char *line_of(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		if (str_eq(samples[i].id, id))
			return samples[i].text;
	fail_msg("explain has no sample of %s", id);
	return NULL;
}

static bool is_of_files(const char *id)
{
	for (size_t i = 0; i < checks_size(); i++)
		if (str_eq(checks_at(i)->id, id))
			return true;
	return false;
}

static unsigned is_as_wanted(const struct log_sample *s)
{
	const char *line = s->line ? s->line : line_of(s->id), *device = s->device ? s->device : "";
	struct looked *l = look(s->so, line, device);
	const struct check_finding *f = said(l, s->id);
	unsigned n_wrong = 0;

	if (!f || f->result.answer != s->want)
		n_wrong++, print_message("# %s: want %s, got %s\n", s->id, check_answer_name(s->want), f ? check_answer_name(f->result.answer) : "nothing");
	else if (!str_eq(f->result.file, "/dev/kmsg") || !f->result.value || (s->want == CHECK_BAD && !f->result.mend))
		n_wrong++, print_message("# %s: no evidence or no mend\n", s->id);
	if (f && count(l, s->id, f->function) > 1)
		n_wrong++, print_message("# %s: said twice\n", s->id);
	done(l);
	/* Nothing without the line. */
	l = look(s->so, "Linux version 6.12.0-test\n", device);
	if (said(l, s->id))
		n_wrong++, print_message("# %s: said of a log that does not\n", s->id);
	done(l);
	if (!s->over)
		return n_wrong;
	l = look(s->over, line, device);
	if (said(l, s->id))
		n_wrong++, print_message("# %s: said although files say otherwise\n", s->id);
	done(l);
	return n_wrong;
}

static void each_row_has_a_host_that_trips_it_and_one_that_does_not(void **state)
{
	unsigned n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(log_samples); i++)
		n_wrong += is_as_wanted(&log_samples[i]);
	for (size_t i = 0; i < n_log_checks; i++) {
		bool is_known = is_of_files(log_checks[i].id);

		for (size_t k = 0; k < ARRAY_LEN(log_samples); k++)
			is_known = is_known || str_eq(log_samples[k].id, log_checks[i].id);
		if (!is_known)
			n_wrong += is_as_wanted(&(struct log_sample){.id = log_checks[i].id, .so = "",
			    .want = log_checks[i].flags & LOG_GOOD ? CHECK_OK : CHECK_BAD});
	}
	assert_int_equal(n_wrong, 0);
}

static void every_row_is_of_the_catalogue_and_some_line_means_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_log_checks; i++) {
		bool has_pattern = false;

		if (!catalogue_find(log_checks[i].id))
			fail_msg("the catalogue has no %s", log_checks[i].id);
		for (size_t k = 0; k < n_explain_patterns; k++)
			has_pattern = has_pattern || str_eq(explain_patterns[k].id, log_checks[i].id);
		if (!has_pattern)
			fail_msg("no line means %s", log_checks[i].id);
		assert_false(log_checks[i].flags & LOG_PROGRAMS && log_checks[i].flags & LOG_LASTS);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(log_checks[k].id, log_checks[i].id));
	}
}

static void files_that_answer_win(void **state)
{
	(void)state;
	/* Whatever a line says of what files decide: the host that is well stays so. */
	for (size_t i = 0; i < n_log_checks; i++) {
		struct looked *l;

		if (!is_of_files(log_checks[i].id) || str_eq(log_checks[i].id, "aspm-aer-flood"))
			continue;
		l = look("", line_of(log_checks[i].id), "");
		for (size_t k = 0; k < l->checked.report.n; k++) {
			const struct check_finding *f = &l->checked.report.findings[k];

			if (f->n_lines > 0 && f->row->severity == SEVERITY_BLOCKER && f->result.answer == CHECK_BAD)
				fail_msg("%s: %s", f->row->id, f->result.value);
		}
		if (l->checked.report.is_ready != TRI_YES)
			fail_msg("%s makes it not ready: %s", log_checks[i].id, l->checked.report.why);
		done(l);
	}
}

/* ---- what it comes to ---- */

static const char clean[] =
    "6,0,0,-;Linux version 6.12.0-test\n6,1,1,-;Command line: root=/dev/sda1 intel_iommu=on\n"
    "6,2,2,-;pci 0000:01:00.0: [10de:2204] type 00 class 0x030000 PCIe Legacy Endpoint\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n"
    "6,3,3,-;pci 0000:01:00.0: BAR 0 [mem 0xfd000000-0xfdffffff]\n6,4,4,-;vfio_pci 0000:01:00.0: resetting\n"
    "6,4,4,-;nvme nvme0: pci function 0000:02:00.0\n6,5,5,-;e1000e 0000:00:1f.6 eth0: NIC Link is Up 1000 Mbps\n";

static void a_clean_log_adds_nothing(void **state)
{
	struct looked *l = look("", clean, ""), *without = look("", NULL, "");

	(void)state;
	assert_int_equal(n_said(l), 0);
	assert_int_equal(l->checked.report.n, without->checked.report.n);
	assert_int_equal(l->checked.report.is_ready, TRI_YES);
	assert_string_equal(l->checked.report.log_file, "/dev/kmsg");
	assert_null(l->checked.report.log_unread);
	/* Not recorded: said once, and no row is unknown for it. */
	assert_null(without->checked.report.log_file);
	assert_non_null(strstr(without->checked.report.log_unread, "not recorded"));
	done(without);
	done(l);
}

static void what_boot_found_decides_and_what_happened_once_does_not(void **state)
{
	/* Nothing but the log could tell that its tables are broken. */
	struct looked *l = look("-proc/interrupts\n", "AMD-Vi: [Firmware Bug]: IOAPIC[33] not in IVRS table\n", "");

	(void)state;
	assert_int_equal(l->checked.report.is_ready, TRI_NO);
	assert_non_null(l->checked.report.next);
	done(l);
	l = look("", "kernel BUG at drivers/vfio/vfio.c:698!\n"
		     "audit: type=1400 apparmor=\"DENIED\" operation=\"open\" profile=\"libvirt-1\" name=\"/dev/vfio/1\"\n"
		     "vfio_pin_pages_remote: RLIMIT_MEMLOCK (65536) exceeded\n"
		     "genirq: Flags mismatch irq 16. 00000000 (vfio-intx(0000:01:00.0)) vs. 00000080 (i801_smbus)\n", DEVICE);
	assert_int_equal(said(l, "host-bind-while-group-open")->result.answer, CHECK_BAD);
	assert_int_equal(said(l, "apparmor-denied")->result.answer, CHECK_BAD);
	assert_true(said(l, "apparmor-denied")->may_be_over);
	assert_null(said(l, "intx-irq-conflict")); /* files say that it is over */
	assert_null(said(l, "memlock-too-low"));
	assert_int_equal(l->checked.report.is_ready, TRI_YES);
	done(l);
}

static void only_the_device_that_is_asked_for_is_told_of(void **state)
{
	static const char log[] =
	    "DMAR: DRHD: handling fault status reg 3\n"
	    "DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0x9c000000 [fault reason 0x06] PTE Read access is not set\n";
	static const char both[] = "F 0000:02:00.0 010802 144d:a808 nvme 3\n";
	struct looked *l = look(both, log, DEVICE);

	(void)state;
	assert_null(said(l, "dmar-fault"));
	done(l);
	l = look(both, log, "");
	assert_int_equal(count(l, "dmar-fault", index_of(&l->checked.host, "0000:02:00.0")), 1);
	assert_int_equal(count(l, "dmar-fault", -1), 0);
	assert_int_equal(said(l, "dmar-fault")->n_lines, 2);
	assert_non_null(strstr(said(l, "dmar-fault")->result.value, "[02:00.0]"));
	done(l);
	/* One that is not there, and one that the line does not name. */
	l = look("", log, "");
	assert_int_equal(said(l, "dmar-fault")->function, -1);
	assert_non_null(strstr(said(l, "dmar-fault")->result.text, "0000:02:00.0"));
	done(l);
	l = look("", "DMAR: DRHD: handling fault status reg 3\n", DEVICE);
	assert_int_equal(said(l, "dmar-fault")->function, -1);
	done(l);
}

static const char *log_of_one(const char *log)
{
	struct looked *l = look("", log, "");
	const char *id = said(l, "aspm-aer-flood") ? "aspm-aer-flood" : NULL;

	done(l);
	return id;
}

static void errors_of_the_port_above_are_told(void **state)
{
	static const char log[] = "pcieport 0000:00:01.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)\n"
				  "pcieport 0000:00:01.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)\n"
				  "pcieport 0000:00:01.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)\n";
	struct check_wish wish = {(const int[]){1}, 1};
	struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:1901", 1, "pcieport", NULL, NULL, false, NULL, NULL},
	    {"0000:01:00.0", 0x030000, "10de:2204", 1, "vfio-pci", "0000:00:01.0", NULL, false, NULL, NULL},
	    {"0000:02:00.0", 0x030000, "10de:2204", 2, "vfio-pci", NULL, NULL, false, NULL, NULL});

	(void)state;
	for (int of_other = 0; of_other < 2; of_other++) {
		struct log_reader *r;
		struct checked_log log_said;

		wish.functions = of_other ? (const int[]){2} : (const int[]){1};
		r = log_reader_new(&mem, &h, &wish);
		for (const char *at = log; *at; at = strchr(at, '\n') + 1)
			log_reader_line(r, at, strcspn(at, "\n"), "/dev/kmsg", true);
		log_said = log_reader_end(r);
		assert_int_equal(log_said.kernel.said.n_findings, of_other ? 0 : 1);
	}
	/* One error is no flood. */
	assert_null(log_of_one("pcieport 0000:00:01.0: AER: Corrected error received: 0000:00:01.0\n"));
	assert_null(log_of_one("pcieport 0000:00:01.0: AER: Corrected error received: 0000:00:01.0\n"
			       "pcieport 0000:00:01.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)\n"));
	arena_done(&mem);
}

static void what_programs_say_never_decides_and_passes_for_nothing_else(void **state)
{
	struct check_wish wish = {0};
	struct arena mem = {0};
	struct log_reader *r = log_reader_new(&mem, NULL, &wish);
	static const char *const lines[] = {"AMD-Vi: [Firmware Bug]: IOAPIC[33] not in IVRS table", "kernel BUG at drivers/vfio/vfio.c:698!",
	    "vfio 0000:42:00.0: hardware reports invalid configuration, MSIX PBA outside of specified BAR"};
	struct checked_log log;
	struct check_facts facts = {0};
	struct check_report report;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		log_reader_line(r, lines[i], strlen(lines[i]), "/var/log/journal", false);
	log = log_reader_end(r);
	assert_int_equal(log.kernel.said.n_findings, 0);
	assert_int_equal(log.programs.said.n_findings, 1);
	facts.log = &log;
	report = judge_checks(&mem, &facts, &wish);
	for (size_t i = 0; i < report.n; i++)
		if (report.findings[i].n_lines > 0) {
			assert_true(report.findings[i].may_be_over);
			assert_string_equal(report.findings[i].result.file, "/var/log/journal");
		}
	arena_done(&mem);
}

static void repeated_lines_are_one_finding_and_devices_are_bounded(void **state)
{
	struct check_wish wish = {0};
	struct arena mem = {0};
	struct log_reader *r = log_reader_new(&mem, NULL, &wish);
	struct checked_log log;
	size_t n = 0;
	char line[160];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		int length = snprintf(line, sizeof(line), "vfio-pci 0000:%02x:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0011 address=0x%x flags=0x0008]", i & 0xff, i);

		log_reader_line(r, line, (size_t)length, "/dev/kmsg", true);
	}
	(void)snprintf(line, sizeof(line), "DMAR: Parse DMAR table failure.");
	log_reader_line(r, line, strlen(line), "/dev/kmsg", true);
	log = log_reader_end(r);
	assert_int_equal(log.kernel.said.n_findings, EXPLAIN_DEVICES + 1); /* one kind leaves room for the others */
	assert_true(log.kernel.said.is_cut);
	for (size_t i = 0; i < log.kernel.said.n_findings; i++)
		n += log.kernel.said.findings[i].n_times;
	assert_int_equal(n, EXPLAIN_DEVICES * (50000 / 256) + 1 + (50000 % 256 > EXPLAIN_DEVICES ? EXPLAIN_DEVICES : 0));
	arena_done(&mem);
}

/* ---- where it is read ---- */

static void a_log_that_may_not_be_read_is_said_once(void **state)
{
	struct looked *l;

	(void)state;
	l = look("var/log/dmesg=[    0.1] DMAR: Translation was enabled for dmar0 but we are not in kdump mode\n", NULL, "");
	assert_string_equal(said(l, "kexec-iommu-state")->result.file, "/var/log/dmesg");
	done(l);
	/* The link leads out of the host, and to nothing that is a file. */
	l = look("dev/kmsg@/dev/zero\n", NULL, "");
	assert_non_null(l->checked.report.log_unread);
	assert_int_equal(n_said(l), 0);
	done(l);
}

static void what_a_program_wrote_into_the_ring_buffer_is_not_the_kernels(void **state)
{
	struct looked *l = look("", "12,1,1,-;DMAR: Translation was enabled for dmar0 but we are not in kdump mode\n", "");

	(void)state;
	assert_int_equal(n_said(l), 0);
	done(l);
	l = look("", "4,1,1,-;DMAR: Translation was enabled for dmar0 but we are not in kdump mode\n", "");
	assert_int_equal(n_said(l), 1);
	done(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(every_row_is_of_the_catalogue_and_some_line_means_it),
	    T(each_row_has_a_host_that_trips_it_and_one_that_does_not),
	    T(files_that_answer_win),
	    T(a_clean_log_adds_nothing),
	    T(what_boot_found_decides_and_what_happened_once_does_not),
	    T(only_the_device_that_is_asked_for_is_told_of),
	    T(errors_of_the_port_above_are_told),
	    T(what_programs_say_never_decides_and_passes_for_nothing_else),
	    T(repeated_lines_are_one_finding_and_devices_are_bounded),
	    T(what_a_program_wrote_into_the_ring_buffer_is_not_the_kernels),
	    T(a_log_that_may_not_be_read_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
