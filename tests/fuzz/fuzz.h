/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One fuzzer a file, named fuzz_WHAT.c; its seeds lie in corpus/WHAT. With clang each is linked to libFuzzer; without
 * it, replay.c feeds it the corpus, which is a test. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
