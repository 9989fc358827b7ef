/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb boot: how the host boots, and with which of the kernel's words. */
#pragma once

#include "flow/flow.h"
#include "model/boot.h"

/* Reads and judges; what cannot be told says so. */
void flow_boot_status(struct flow *f, struct boot *ret, struct boot_answer *ret_answer);
