/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb record: what the readers read of this host, as an archive that --root reads back. */
#pragma once

#include "flow/flow.h"

struct record_result {
	size_t n_files, n_bytes;
};

/* f: the host, running or recorded. The file must not be there; it is the caller's alone (0600). Names, serial numbers and
 * addresses are replaced (text/redact.h). -EBUSY: a write to a function is stuck, and reading it would hang. */
int flow_record(struct flow *f, const char *path, struct record_result *ret, struct err *e);

/* Such an archive as a host; root is given up first, for it may be a stranger's. */
struct sys *flow_open_archive(struct arena *mem, const char *path, struct err *e);
