/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/port_path.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/pci_addr.h"

/* "0000:00" */
static bool parse_root(const char *text, size_t length, struct port_path *ret)
{
	const char *colon = memchr(text, ':', length);
	uint64_t domain, bus;

	if (!colon || colon - text < 4 || length - (size_t)(colon - text) != 3 ||
	    !str_number_n(text, (size_t)(colon - text), 16, UINT32_MAX, &domain) || !str_number_n(colon + 1, 2, 16, 0xff, &bus))
		return false;
	ret->domain = (uint32_t)domain;
	ret->root_bus = (uint8_t)bus;
	return true;
}

static bool add_step(struct port_path *p, uint64_t device, uint64_t function)
{
	if (p->n == PORT_PATH_DEPTH)
		return false;
	p->steps[p->n].device = (uint8_t)device;
	p->steps[p->n].function = (uint8_t)function;
	p->n++;
	return true;
}

bool port_path_parse(const char *text, struct port_path *ret)
{
	size_t length = strcspn(text, "/");
	struct port_path p = {0};
	char again[PORT_PATH_TEXT];

	if (!parse_root(text, length, &p))
		return false;
	for (const char *step = text + length; *step; step += 5) {
		uint64_t device, function;

		if (strlen(step) < 5 || step[3] != '.' || !str_number_n(step + 1, 2, 16, 31, &device) ||
		    !str_number_n(step + 4, 1, 16, 7, &function) || !add_step(&p, device, function))
			return false;
	}
	/* A second spelling would be a second name for one thing. */
	if (p.n == 0 || !str_eq(port_path_format(&p, again), text))
		return false;
	*ret = p;
	return true;
}

static const char *format(const struct port_path *p, char buf[PORT_PATH_TEXT], char colon, char slash)
{
	int used = snprintf(buf, PORT_PATH_TEXT, "%04x%c%02x", p->domain, colon, p->root_bus);

	for (size_t i = 0; i < p->n; i++)
		used += snprintf(buf + used, (size_t)(PORT_PATH_TEXT - used), "%c%02x.%x", slash, p->steps[i].device & 0x1fu,
		    p->steps[i].function & 7u);
	return buf;
}

const char *port_path_format(const struct port_path *p, char buf[PORT_PATH_TEXT])
{
	return format(p, buf, ':', '/');
}

const char *port_path_file_name(const struct port_path *p, char buf[PORT_PATH_TEXT])
{
	return format(p, buf, '-', '-');
}

bool port_path_equal(const struct port_path *a, const struct port_path *b)
{
	bool is_equal = a->domain == b->domain && a->root_bus == b->root_bus && a->n == b->n;

	for (size_t i = 0; is_equal && i < a->n; i++)
		is_equal = a->steps[i].device == b->steps[i].device && a->steps[i].function == b->steps[i].function;
	return is_equal;
}

/* One component of the link. Intel VMD has a root bus of its own below a PCI function: what is above it does not
 * count. */
static bool take_component(struct port_path *p, bool *has_root, const char *name, size_t length)
{
	char text[PCI_ADDR_TEXT];
	struct pci_addr addr;

	if (length > 3 && memcmp(name, "pci", 3) == 0 && parse_root(name + 3, length - 3, p)) {
		*has_root = true;
		p->n = 0;
		return true;
	}
	if (!*has_root)
		return true;
	if (length >= sizeof(text))
		return false;
	memcpy(text, name, length);
	text[length] = '\0';
	return pci_addr_parse(text, &addr) && addr.domain == p->domain && add_step(p, addr.device, addr.function);
}

bool port_path_from_link(const char *link, struct port_path *ret)
{
	struct port_path p = {0};
	bool has_root = false;

	for (const char *name = link; *name;) {
		size_t length = strcspn(name, "/");

		if (length > 0 && !take_component(&p, &has_root, name, length))
			return false;
		name += length;
		name += *name == '/';
	}
	if (!has_root || p.n == 0)
		return false;
	*ret = p;
	return true;
}
