/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are interrupts remapped? On x86, Intel and AMD alike, the kernel puts "IR-" before the name of every chip behind the
 * remapping (fact KF-14; drivers/iommu/intel/irq_remapping.c, amd/iommu.c); the IOMMU's own interrupts lack it. The
 * name stands in the lines of /proc/interrupts, and alone in /sys/kernel/irq/N/chip_name.
 */
#pragma once

#include "base/base.h"

struct interrupts {
	bool is_remapped; /* one at least is */
	bool is_x86;	  /* a chip only x86 has; other architectures do not say it so */
};

/* Adds what a line says. */
void interrupts_line(struct interrupts *i, const char *line);

/* All lines seen: TRI_UNKNOWN where they say nothing of it. */
enum tri interrupts_are_remapped(const struct interrupts *i);
