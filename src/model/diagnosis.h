/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A way in which handing a device to a virtual machine is known to fail, or what looks like a failure and is none. */
#pragma once

#include "base/base.h"

enum layer {
	LAYER_FIRMWARE,
	LAYER_KERNEL_CMDLINE,
	LAYER_IOMMU,
	LAYER_GROUP,
	LAYER_DRIVER,
	LAYER_MODULE_CONFIG,
	LAYER_INITRAMFS,
	LAYER_DISPLAY,
	LAYER_PROCESS_HOLDER,
	LAYER_RESET,
	LAYER_BAR_MMIO,
	LAYER_MEMORY,
	LAYER_INTERRUPT,
	LAYER_PERMISSIONS,
	LAYER_LIBVIRT,
	LAYER_QEMU,
	LAYER_CLOUD_HYPERVISOR,
	LAYER_LXD,
	LAYER_PROXMOX,
	LAYER_GUEST_DRIVER,
	LAYER_SUSPEND,
	LAYER_SECURITY_LOCKDOWN,
	LAYERS
};

enum severity {
	SEVERITY_BLOCKER, /* cannot work until mended */
	SEVERITY_WARN,	  /* works now, or partly, and will bite */
	SEVERITY_INFO,	  /* explains, or looks like an error and is none */
	SEVERITIES
};

enum diagnosis_kind {
	DIAGNOSIS_FAULT,
	DIAGNOSIS_NOTICE,    /* harmless */
	DIAGNOSIS_GOOD_SIGN, /* shows that something works */
	DIAGNOSIS_KINDS
};

enum { DIAGNOSIS_MENDS = 5, DIAGNOSIS_PROOFS = 3 };

struct diagnosis {
	const char *id; /* never changes: scripts and bug reports use it */
	enum layer layer;
	enum severity severity;
	enum diagnosis_kind kind;
	bool needs_reboot;			/* to mend it */
	const char *title;			/* a clause */
	const char *cause;			/* a sentence */
	const char *mends[DIAGNOSIS_MENDS];	/* in the order to try them; NULL where there are fewer */
	const char *proofs[DIAGNOSIS_PROOFS];	/* how one sees that it is mended */
	const char *reference;			/* source or report, NULL: none */
};

const char *layer_name(enum layer l);		/* "bar/mmio" */
const char *severity_name(enum severity s);	/* "blocker" */
