// SPDX-License-Identifier: GPL-2.0
/* Uses passthru_edu and passthru_edu_a, as nvidia_drm uses nvidia and nvidia_modeset. */
#include <linux/module.h>

#include "passthru_edu.h"

static int __init start(void)
{
	pr_info("%u functions, %u by way of a\n", passthru_edu_count(), passthru_edu_a_count());
	return 0;
}
module_init(start);

static void __exit stop(void)
{
}
module_exit(stop);

MODULE_DESCRIPTION("Uses passthru_edu and passthru_edu_a");
MODULE_LICENSE("GPL");
