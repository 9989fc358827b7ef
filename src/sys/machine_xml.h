/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's definitions: beside text/machine.h, since XML wants libxml2, which is loaded when one is read. */
#pragma once

#include "text/machine.h"

/* The name of the domain and the PCI devices it is given: of hostdev, of an interface or a disk that is one (type
 * hostdev, nvme), and of arguments passed on to QEMU. ret->mem must be set. -ENOPKG: there is no libxml2; -EBADMSG: this
 * is no domain. */
int machine_parse_libvirt(struct machine *ret, const char *text, size_t length);
