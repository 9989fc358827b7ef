/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test wants: cmocka with what it needs, and hosts made of rows. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"
#include "model/host.h"

#define T(f) cmocka_unit_test(f)

struct row {
	const char *name;
	uint32_t class_code;
	const char *ids; /* "10de:2204", NULL: unknown */
	int group;
	const char *driver;
	const char *parent; /* NULL: on a root bus; "?": not known */
	const char *linked; /* a function that comes earlier or later, NULL: none */
	bool is_vf;
	const char *driver_override;
	const char *node; /* under /dev/vfio */
};

/* A host of a 6.12 kernel with these functions, which must be in order, and their groups. */
struct host host_of(struct arena *mem, const struct row *rows, size_t n);

#define HOST(mem, ...)                                                                                                 \
	host_of((mem), (const struct row[]){__VA_ARGS__}, ARRAY_LEN(((const struct row[]){__VA_ARGS__})))

/* Position of a function that must be there. */
int index_of(const struct host *h, const char *name);
const struct pci_function *function_of(const struct host *h, const char *name);
struct pci_addr addr_of(const char *name);
struct iommu_group *group_of(struct host *h, int number);
