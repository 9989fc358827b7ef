/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the catalogue, a file each; for judge/catalogue*.c alone. */
#pragma once

#include "judge/catalogue.h"

extern const struct diagnosis catalogue_iommu[], catalogue_driver[], catalogue_host[], catalogue_device[], catalogue_rights[],
    catalogue_machine[], catalogue_guest[];
extern const size_t n_catalogue_iommu, n_catalogue_driver, n_catalogue_host, n_catalogue_device, n_catalogue_rights,
    n_catalogue_machine, n_catalogue_guest;
