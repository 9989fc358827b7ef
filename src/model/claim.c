/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/claim.h"

#include <string.h>

#include "base/str.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool claim_fits_ids(const struct claim *c, const struct pci_function *f)
{
	return f->has_ids && f->has_class && c->vendor == f->vendor && c->device == f->device &&
	    c->subvendor == f->subvendor && c->subdevice == f->subdevice && c->class_code == f->class_code;
}

bool is_vm_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > LONGEST_VM_NAME || !strchr(letters, name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!strchr(letters, name[i]) && !strchr("_.:+-", name[i]))
			return false;
	return true;
}

const char *claim_name(struct arena *mem, const struct port_path *path)
{
	char name[PORT_PATH_TEXT];

	return arena_strdup(mem, port_path_file_name(path, name));
}

const char *claim_file(struct arena *mem, const char *name)
{
	return arena_printf(mem, "/" CLAIMS_FOLDER "/%s" CLAIM_SUFFIX, name);
}

bool is_claim_file(const char *path)
{
	static const char folder[] = "/" CLAIMS_FOLDER "/";
	const char *name = path + strlen(folder);
	size_t length;

	if (!str_starts(path, folder))
		return false;
	length = strlen(name);
	return length > strlen(CLAIM_SUFFIX) && length <= 200 && str_eq(name + length - strlen(CLAIM_SUFFIX), CLAIM_SUFFIX) &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length && name[0] != '.' && name[0] != '-' &&
	    !strstr(name, "..");
}
