/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's units by name, as plans and journals say them: "gdm.service" is one of the system's manager,
 * "1000/pipewire.service" one of the manager of user 1000. */
#pragma once

#include "base/base.h"

enum { UNIT_NAME_MAX = 255 };

/* Stricter than systemd: letters, digits and ":_.\@-", no "..", something in front of the suffix and of "@", and
 * behind "@" (a template alone cannot be started). Of the kinds of unit only those that can be both started and
 * stopped, so that the way back is exact: service, socket, target, timer, path. */
bool unit_name_is_valid(const char *name);

/* Takes a target apart; *ret_name points into it. False for everything but the two spellings above: a uid has no
 * leading zero, and is not one of the two that mean "none". The whole is at most UNIT_NAME_MAX long: what is written
 * to a journal must be readable from it. */
bool unit_target_parse(const char *target, const char **ret_name, bool *ret_is_user, unsigned *ret_uid);
