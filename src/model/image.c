/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image.h"

const char *image_packing_name(enum image_packing p)
{
	static const char *const names[] = {
	    [PACKING_NONE] = "uncompressed",
	    [PACKING_GZIP] = "gzip",
	    [PACKING_BZIP2] = "bzip2",
	    [PACKING_LZMA] = "lzma",
	    [PACKING_XZ] = "xz",
	    [PACKING_LZO] = "lzo",
	    [PACKING_LZ4] = "lz4",
	    [PACKING_ZSTD] = "zstd",
	    [PACKING_UNKNOWN] = "unknown",
	};

	static_assert(ARRAY_LEN(names) == IMAGE_PACKINGS, "every packing has a name");
	return names[p];
}
