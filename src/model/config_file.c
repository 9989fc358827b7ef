/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/config_file.h"

#include "base/str.h"

bool is_config_file(const char *path)
{
	static const char *const files[] = {MODPROBE_IDS_FILE, MODPROBE_BLACKLIST_FILE, XORG_DISPLAY_FILE};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (str_eq(path, files[i]))
			return true;
	return false;
}
