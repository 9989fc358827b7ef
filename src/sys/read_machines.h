/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual machines that the checks look at, beside those that are configured for the whole host (sys/read_uses.h). What
 * cannot be read is said in ret->unread, or is not there. */
#pragma once

#include "model/holder.h"
#include "model/host.h"
#include "sys/sys.h"
#include "text/machine.h"

/* The definitions of a user's own libvirt (qemu:///session), for that user: root takes nobody's files apart. */
void read_session_machines(struct sys *s, struct arena *mem, struct host *h, unsigned uid, struct machines *ret);

/* Processes that hold VFIO and are QEMU or Cloud Hypervisor by the program they run: a command line can say anything,
 * but not everybody is let at a node of VFIO. */
void read_running_machines(struct sys *s, struct arena *mem, const struct holders *holders, struct machines *ret);
