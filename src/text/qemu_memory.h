/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memory a guest will have, by QEMU's command line (QEMU 10, system/vl.c and qemu-options.hx): -m in MiB or with a
 * suffix, memory backends that -machine or a memory device names, 128 MiB without any. Memory plugged in later is not
 * in it.
 */
#pragma once

#include "base/base.h"

struct qemu_memory {
	bool is_qemu;	/* else nothing of the rest is said */
	bool is_known;	/* false: a word that decides it could not be understood (JSON, a configuration file) */
	uint64_t bytes;
	unsigned n_vfio;   /* -device vfio-pci */
	bool has_viommu;   /* then each of them has an address space, and a container, of its own */
};

/* argv ends with NULL; foreign text. */
struct qemu_memory qemu_memory_of(char *const *argv);

/* "8G", "1.5g", "4096" (of unit bytes each); digits, a fraction, B K M G T P E. */
bool qemu_size_parse(const char *text, size_t length, uint64_t unit, uint64_t *ret_bytes);
