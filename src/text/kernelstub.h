/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/kernelstub/configuration of Pop!_OS: {"user": {"kernel_options": ["quiet", …]}}, in older files a string. */
#pragma once

#include "base/arena.h"

/* The kernel's words it will use, with blanks between; NULL: it has none such. */
const char *kernelstub_words(struct arena *mem, const char *text);
