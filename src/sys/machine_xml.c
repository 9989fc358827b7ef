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

static const xmlNode *child_of(const xmlNode *node, const char *name)
{
	for (const xmlNode *child = node ? node->children : NULL; child; child = child->next)
		if (is_element(child, name))
			return child;
	return NULL;
}

/* What a <hostdev> says of how it is given; libvirt calls the buses of the guest by their numbers, the root is 0. */
static void take_hostdev(struct machine *m, const xmlNode *node, struct machine_device *ret)
{
	const xmlNode *place = child_of(node, "address"), *driver = child_of(node, "driver");
	const char *managed = attribute(node, "managed"), *name = driver ? attribute(driver, "name") : NULL;
	uint64_t bus, slot;

	if (is_element(node, "hostdev"))
		ret->is_managed = tri_from(str_eq(managed, "yes"));
	ret->is_stub = name && (str_eq(name, "kvm") || str_eq(name, "xen"));
	if (!place || !str_eq(attribute(place, "type"), "pci") || !number_of(place, "bus", 0xff, &bus) || !number_of(place, "slot", 0x1f, &slot))
		return;
	ret->has_place = true;
	ret->is_on_root = bus == 0;
	ret->guest_bus = bus == 0 ? "the root bus" : arena_printf(m->mem, "bus %u", (unsigned)bus);
	ret->guest_slot = (unsigned)slot;
}

/* <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>; the domain may be left out. */
static void add_source(struct machine *m, const xmlNode *source)
{
	for (const xmlNode *node = source->children; node; node = node->next) {
		uint64_t domain = 0, bus, slot, function = 0;
		struct machine_device device = {.kind = MACHINE_FUNCTION};

		if (!is_element(node, "address"))
			continue;
		if ((attribute(node, "domain") && !number_of(node, "domain", UINT32_MAX, &domain)) ||
		    !number_of(node, "bus", 0xff, &bus) || !number_of(node, "slot", 0x1f, &slot) ||
		    (attribute(node, "function") && !number_of(node, "function", 7, &function))) {
			m->is_unclear = true;
			continue;
		}
		device.addr = (struct pci_addr){(uint32_t)domain, (uint8_t)bus, (uint8_t)slot, (uint8_t)function};
		take_hostdev(m, source->parent, &device);
		(void)machine_add(m, device);
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

static const xmlNode *element_before(const xmlNode *node)
{
	do
		node = node->prev;
	while (node && node->type != XML_ELEMENT_NODE);
	return node;
}

/* <qemu:commandline><qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.0'/> */
static void take_argument(struct machine *m, const xmlNode *node)
{
	const xmlNode *before = element_before(node);

	machine_take_word(m, before ? attribute(before, "value") : NULL, attribute(node, "value"));
}

static bool size_of(const xmlNode *node, const char *text, uint64_t *ret_bytes)
{
	const char *unit = attribute(node, "unit");
	uint64_t count, bytes;

	if (!text || !machine_unit(unit ? unit : "KiB", &bytes) || !str_number(text, 10, UINT64_MAX / bytes, &count))
		return false;
	*ret_bytes = count * bytes;
	return true;
}

/* Elements of the machine itself, by the one they lie in. */
static void take_setting(struct machine *m, const xmlNode *node)
{
	const xmlNode *parent = node->parent;
	uint64_t number;

	if (is_element(node, "memory") && is_element(parent, "domain")) {
		(void)size_of(node, text_of(node->children), &m->memory_bytes);
	} else if (is_element(node, "hugepages") && is_element(parent, "memoryBacking")) {
		m->is_huge = true;
	} else if (is_element(node, "page") && is_element(parent, "hugepages") && size_of(node, attribute(node, "size"), &number)) {
		m->huge_kb = number / 1024;
	} else if (is_element(node, "type") && is_element(parent, "os") && attribute(node, "machine")) {
		m->board = machine_board_of(attribute(node, "machine"));
	} else if (is_element(node, "iommu") && is_element(parent, "devices")) {
		const xmlNode *driver = child_of(node, "driver");

		m->has_viommu = true;
		m->is_intel_iommu = str_eq(attribute(node, "model"), "intel");
		m->has_caching_mode = driver && str_eq(attribute(driver, "caching_mode"), "on");
	} else if (is_element(node, "maxphysaddr") && str_eq(attribute(node, "mode"), "emulate") && number_of(node, "bits", 64, &number)) {
		m->phys_bits = (unsigned)number;
	} else if (is_element(node, "hidden") && is_element(parent, "kvm")) {
		m->is_kvm_hidden = tri_from(str_eq(attribute(node, "state"), "on"));
	} else if (is_element(node, "model") && is_element(parent, "video") && m->has_screen != TRI_YES) {
		m->has_screen = tri_from(!str_eq(attribute(node, "type"), "none"));
	} else if (is_element(node, "os") && attribute(node, "id")) {
		m->is_windows = tri_from(str_starts(attribute(node, "id"), "http://microsoft.com/"));
	}
}

/* <qemu:property name='x-pci-device-id' type='string' value='0x1234'/> */
static void take_property(struct machine *m, const xmlNode *node)
{
	const char *name = attribute(node, "name"), *type = attribute(node, "type");

	if (name && str_starts(name, "x-pci-") && (str_eq(type, "string") || str_eq(type, "bool")))
		m->wrong_property = arena_strdup(m->mem, name);
}

static void look_at(struct machine *m, const xmlNode *node)
{
	const xmlNode *parent = node->parent;

	if (is_element(node, "source") && is_handed_over(parent))
		add_source(m, node);
	else if (is_element(node, "name") && is_element(parent, "domain") && !m->name && text_of(node->children))
		m->name = arena_strdup(m->mem, text_of(node->children));
	else if (is_element(node, "arg") && is_element(parent, "commandline") && attribute(node, "value"))
		take_argument(m, node);
	else if (is_element(node, "property") && is_element(parent, "frontend"))
		take_property(m, node);
	else
		take_setting(m, node);
}

/* What libvirt does where nothing is said. */
static void take_silence(struct machine *m)
{
	if (m->is_kvm_hidden == TRI_UNKNOWN)
		m->is_kvm_hidden = TRI_NO;
	if (m->has_screen == TRI_UNKNOWN)
		m->has_screen = TRI_NO;
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
		take_silence(ret);
		ret->is_started = is_element(root, "domstatus") && !str_eq(attribute(root, "state"), "shutoff");
		r = 0;
	}
	xml.free(doc);
	return r;
}
