/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

/* Functions bound to passthru_edu. */
unsigned int passthru_edu_count(void);

/* As before, by way of passthru_edu_a. */
unsigned int passthru_edu_a_count(void);
