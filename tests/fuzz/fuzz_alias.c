/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "text/modules_alias.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char modalias[] = "vfio_pci:v000015B3d0000101Esv00000000sd00000000bc02sc00i00";
	struct arena mem = {0};
	const char *best = modules_alias_best(&mem, (const char *)data, size, modalias);

	assert(!best || *best);
	(void)alias_matches((const char *)data, size, modalias);
	arena_done(&mem);
	return 0;
}
