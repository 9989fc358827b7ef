/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/check.h"

const char *check_answer_name(enum check_answer a)
{
	static const char *const names[] = {[CHECK_UNKNOWN] = "unknown", [CHECK_OK] = "ok", [CHECK_BAD] = "bad"};
	static_assert(ARRAY_LEN(names) == CHECK_ANSWERS, "every answer has a name");

	return names[a];
}
