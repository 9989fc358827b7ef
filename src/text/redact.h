/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes out of text what tells one machine or person from another: UUIDs, MAC and IP addresses, serial numbers, machine
 * ids, home folders, and words that are given (host name, accounts). Each becomes a placeholder, the same one wherever it
 * stands, so that what belongs together still does. What a verdict needs (PCI addresses, ids, versions) stays.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct redactor;

/* seed: any number; of another one, other addresses come out. */
struct redactor *redactor_new(struct arena *mem, uint64_t seed);

/* Before anything is redacted, every file: networks that are known stay networks. */
void redactor_learn(struct redactor *r, const char *path, const char *bytes, size_t n);

/* A word that is to go wherever it stands alone, "host" in front of a number in its place. Shorter ones than three
 * letters, and "localhost", stay. */
void redactor_add_word(struct redactor *r, const char *word, const char *kind);

/* A file's content, with a NUL behind; path says what kind of file it is: in /proc/net addresses are hex numbers, in a
 * PCI function's config there is a serial number. */
const char *redact(struct redactor *r, const char *path, const char *bytes, size_t n, size_t *ret_n);
/* A name, a path, a link's target. */
const char *redact_text(struct redactor *r, const char *text);
