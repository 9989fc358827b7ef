/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb check: what stands between this host, or a device of it, and a virtual machine. */
#pragma once

#include "flow/boot_words.h"
#include "flow/flow.h"
#include "flow/kept_log.h"
#include "judge/checks.h"

struct host_checked {
	struct host host;
	struct check_wish wish;
	struct check_facts facts;
	struct check_report report;
	struct kept_log log; /* not looked into yet */
	int log_error;
};

/* No functions: the host, and what is wrong with its displays and accelerators. -ENODEV: one is not there. */
int flow_check(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct host_checked *ret, struct err *e);

/* Then what the log of this boot says is added to the report. It is foreign text: root is given up for good, and nothing else
 * can be asked of f afterwards. */
int flow_check_log(struct flow *f, struct host_checked *checked, struct err *e);

/* The reading alone; judge_checks makes the report of it. */
int flow_check_read(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct host_checked *ret, struct err *e);

/* What passthru can mend, as one plan: the kernel's words where the IOMMU waits for them, else the functions that were
 * asked for handed over with all that must go along. */
enum check_mend { CHECK_MEND_NONE, CHECK_MEND_WORDS, CHECK_MEND_BIND };
enum check_mend flow_check_mend(const struct host_checked *checked);
