/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feeds files, and every beginning of each, to a fuzzer: what once broke must not break again. Prints TAP. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

enum { LARGEST = 1024 * 1024 };

int main(int argc, char **argv)
{
	uint8_t *data = malloc(LARGEST);

	for (int i = 1; i < argc && data; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t n = file ? fread(data, 1, LARGEST, file) : 0;
		size_t step = n / 256 + 1;

		if (!file) {
			printf("not ok %d - %s cannot be read\n", i, argv[i]);
			continue;
		}
		(void)fclose(file);
		for (size_t length = 0; length < n; length += step) {
			/* A copy of its own size, so that a sanitizer sees the first byte behind it. */
			uint8_t *part = malloc(length + 1);

			if (!part)
				return 1;
			for (size_t k = 0; k < length; k++)
				part[k] = data[k];
			part = realloc(part, length ? length : 1);
			(void)LLVMFuzzerTestOneInput(part, length);
			free(part);
		}
		(void)LLVMFuzzerTestOneInput(data, n);
		printf("ok %d - %s\n", i, argv[i]);
	}
	free(data);
	return argc > 1 ? 0 : 1;
}
