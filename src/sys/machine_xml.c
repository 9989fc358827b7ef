/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/machine_xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "base/library.h"
#include "base/str.h"

static struct {
	__typeof__(xmlReadMemory) *read;
	__typeof__(xmlDocGetRootElement) *root;
	__typeof__(xmlGetIntSubset) *subset;
	__typeof__(xmlFreeDoc) *free;
} xml;

static bool load(void)
{
	static const struct library_symbol symbols[] = {
	    {"xmlReadMemory", (void **)&xml.read},
	    {"xmlDocGetRootElement", (void **)&xml.root},
	    {"xmlGetIntSubset", (void **)&xml.subset},
	    {"xmlFreeDoc", (void **)&xml.free},
	};

	/* 2.14 has a new name for what we use unchanged. */
	return xml.read || library_load("libxml2.so.2", symbols, ARRAY_LEN(symbols)) ||
	    library_load("libxml2.so.16", symbols, ARRAY_LEN(symbols));
}

/* The text of an element or attribute that holds nothing else; NULL: there is none. */
static const char *text_of(const xmlNode *first)
{
	return first && !first->next && first->type == XML_TEXT_NODE ? (const char *)first->content : NULL;
}

static const char *attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (str_eq((const char *)a->name, name))
			return text_of(a->children);
	return NULL;
}

static bool is_element(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && str_eq((const char *)node->name, name);
}

/* As libvirt reads it: "0x1f", "31", and by C's rule "037". */
static bool number_of(const xmlNode *node, const char *name, uint64_t max, uint64_t *ret)
{
	const char *text = attribute(node, name);
	uint64_t value = 0;

	if (!text)
		return false;
	if (str_starts(text, "0x") || str_starts(text, "0X"))
		return str_number(text + 2, 16, max, ret);
	if (*text != '0')
		return str_number(text, 10, max, ret);
	for (; *text; text++) {
		if (*text < '0' || *text > '7')
			return false;
		value = value * 8 + (uint64_t)(*text - '0');
		if (value > max)
			return false;
	}
	*ret = value;
	return true;
}

/* <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>; the domain may be left out. */
static void add_source(struct machine *m, const xmlNode *source)
{
	for (const xmlNode *node = source->children; node; node = node->next) {
		uint64_t domain = 0, bus, slot, function = 0;

		if (!is_element(node, "address"))
			continue;
		if ((attribute(node, "domain") && !number_of(node, "domain", UINT32_MAX, &domain)) ||
		    !number_of(node, "bus", 0xff, &bus) || !number_of(node, "slot", 0x1f, &slot) ||
		    (attribute(node, "function") && !number_of(node, "function", 7, &function)))
			m->is_unclear = true;
		else
			(void)machine_add(m, (struct machine_device){.kind = MACHINE_FUNCTION, .addr = {
				(uint32_t)domain, (uint8_t)bus, (uint8_t)slot, (uint8_t)function}});
	}
}

/* Whether the <source> below is a PCI function. <actual> is what a running machine got out of a network's pool. */
static bool is_handed_over(const xmlNode *node)
{
	const char *type = attribute(node, "type");

	return (is_element(node, "hostdev") && str_eq(type, "pci")) ||
	    (is_element(node, "interface") && str_eq(type, "hostdev")) ||
	    (is_element(node, "actual") && str_eq(type, "hostdev")) || (is_element(node, "disk") && str_eq(type, "nvme"));
}

/* <qemu:commandline><qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.0'/> */
static void look_at(struct machine *m, const xmlNode *node)
{
	const xmlNode *parent = node->parent;

	if (is_element(node, "source") && is_handed_over(parent))
		add_source(m, node);
	else if (is_element(node, "name") && is_element(parent, "domain") && !m->name && text_of(node->children))
		m->name = arena_strdup(m->mem, text_of(node->children));
	else if (is_element(node, "arg") && is_element(parent, "commandline") && attribute(node, "value"))
		machine_parse_arguments(m, attribute(node, "value"));
}

/* Every element, the parent before its children; elements lie 256 deep at most, which libxml2 sees to. */
static void walk(struct machine *m, const xmlNode *root)
{
	const xmlNode *node = root;

	while (node) {
		if (node->type == XML_ELEMENT_NODE)
			look_at(m, node);
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		while (node != root && !node->next)
			node = node->parent;
		node = node == root ? NULL : node->next;
	}
}

int machine_parse_libvirt(struct machine *ret, const char *text, size_t length)
{
	const xmlNode *root;
	xmlDoc *doc;
	int r = -EBADMSG;

	if (!load())
		return -ENOPKG;
	if (length == 0 || length > INT32_MAX)
		return -EBADMSG;
	doc = xml.read(text, (int)length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc)
		return -EBADMSG;
	root = xml.root(doc);
	/* libvirt writes no document type; entities come with one, and are none of ours. */
	if (root && !xml.subset(doc) && (is_element(root, "domain") || is_element(root, "domstatus"))) {
		walk(ret, root);
		r = 0;
	}
	xml.free(doc);
	return r;
}
