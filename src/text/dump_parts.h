/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the reader of dumps share; for text/dump*.c only. */
#pragma once

#include "text/dump.h"

/* What is said of one function. Numbers that were not said are -1, texts NULL. */
struct dump_function {
	struct pci_addr addr;
	bool has_class, has_vendor, has_device, has_subsystem, is_vf;
	bool is_class_named;  /* by its name, not by its number */
	bool is_contradicted; /* two texts name different things at this address */
	uint32_t class_code;
	uint16_t vendor, device, subvendor, subdevice;
	const char *driver, *text, *modules, *slot, *revision, *numa_node;
	bool has_two_drivers;
	bool is_seen_whole, is_seen_partly; /* its group, in a list of all, or in one that something was taken out of */
	bool is_told; /* not just its address stood somewhere */
	bool is_torn; /* its group stood in a part of a line that is lost: it may be any */
	int group, other_group; /* the second: what another line says */
	int log_group;		/* by the kernel's log, which is of the time of booting */
	int bus_below;
	bool has_parent;
	struct pci_addr parent;
};

struct dump_other {
	int group;
	const char *name;
	bool is_log; /* only the kernel's log has it there */
};

/* What one line, row or record says; n_cells and so on are the table's. */
struct dump_fact {
	bool has_addr, has_class, has_vendor, has_device, has_subvendor, has_subdevice;
	bool is_class_named, is_log, is_vf;
	bool has_members; /* of a record that is a group's */
	bool is_partial; /* the line is one of a choice: "… | grep NVIDIA" */
	struct pci_addr addr;
	uint32_t class_code;
	uint16_t vendor, device, subvendor, subdevice;
	int group; /* GROUP_UNKNOWN: not said; GROUP_NONE: said to be in none */
	char driver[64], text[256], modules[256], slot[64], revision[4], numa_node[8];
};

enum column {
	COLUMN_NONE,
	COLUMN_ADDRESS,
	COLUMN_GROUP,
	COLUMN_CLASS,
	COLUMN_VENDOR,
	COLUMN_DEVICE,
	COLUMN_IDS, /* "10de:1c20" */
	COLUMN_SUBVENDOR,
	COLUMN_SUBDEVICE,
	COLUMN_DRIVER,
	COLUMN_MODULES,
	COLUMN_TEXT,
	COLUMN_SLOT,
	COLUMN_REVISION,
	COLUMN_NUMA_NODE,
};

enum { TABLE_COLUMNS = 32, JOINS = 4 };

struct dump_table {
	char rule; /* what stands between cells; 0: they are where their headings are */
	size_t n;      /* 0: there is none */
	enum column columns[TABLE_COLUMNS];
	size_t starts[TABLE_COLUMNS];
};

/* Bytes to characters, see dump_decode.c. */
struct dump_decoder {
	enum { ENCODING_UNKNOWN, ENCODING_BYTES, ENCODING_UTF16_LE, ENCODING_UTF16_BE } encoding;
	unsigned char head[64]; /* before the encoding is known */
	size_t n_head;
	int high;	  /* first byte of a pair, -1 */
	unsigned code, left; /* of a UTF-8 sequence: how many bytes are to come */
	enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_STRING, ESCAPE_STRING_END } escape;
	size_t n_escaped;
	bool was_return;
};

struct dump {
	struct arena *mem;
	struct dump_function *functions;
	size_t n_functions;
	uint32_t *index; /* hash of addresses: position + 1 */
	bool is_too_much;
	struct dump_other *others;
	size_t n_others;
	int *doubted; /* groups that lines were left out of */
	size_t n_doubted;
	size_t n_facts; /* how many were told */
	size_t n_mentions;
	bool doubts_all; /* there are more of them than are kept */
	bool says_no_iommu;  /* the kernel itself says so */
	bool is_off, is_intel_off, is_amd_off; /* words of the command line */
	unsigned kernel_major, kernel_minor;

	struct dump_decoder decoder;
	char line[DUMP_LINE + 1];
	size_t length;
	bool is_cut, is_cmdline, has_line_numbers;
	unsigned line_number; /* that the line before began with, 0: none */

	/* Where in the text we are. */
	int header;	   /* group that a header above says, GROUP_UNKNOWN */
	size_t header_indent;
	enum { HEADER_FRESH, HEADER_INDENTED, HEADER_FLUSH } header_style; /* how what belongs to it stands below */
	bool header_is_bare;   /* nothing stood below it yet */
	bool header_is_folder; /* all that stands below it are members: ls */
	bool has_gap, has_gap_below_headers; /* an empty line right below the header; so it is with each of them */
	bool is_filtered;      /* what comes is a choice of lines, for a command above says so */
	bool is_after_gap;     /* "...": lines were left out here */
	int last_group;	       /* of the last line about a function, GROUP_UNKNOWN */
	bool last_is_whole, has_whole; /* that line has ids; any line of this text has */
	int open;	   /* position of the function that details below belong to, -1 */
	size_t open_indent;
	bool was_fact; /* the line before told something */
	size_t previous_length; /* of the line before: a long one may have been wrapped */
	bool has_details; /* of lspci -v, in this text */
	bool says_groups; /* and they say groups */
	bool is_header_lost; /* a line nobody understands stood below the header */
	bool open_has_details, open_is_whole; /* its line has its ids: nothing of it is missing */
	int neighbour; /* position of the function of the line right before, -1 */
	bool neighbour_has_group; /* that line says its group itself */
	char joined[DUMP_LINE + 1]; /* a function's line that may go on in the next one */
	size_t n_joined, n_joins;
	struct dump_table table;
	struct dump_fact record; /* of JSON or lspci -vmm, being filled */
	bool is_recording, is_json, is_yaml, is_lshw;
	bool is_device; /* within a <device> of libvirt, whose record is the same */
	unsigned device_seen, device_domain, device_bus, device_slot, device_function; /* bits: which of the four were there */
	bool is_in_driver, is_in_members;
	unsigned char config[64]; /* of lspci -x */
	uint64_t config_seen;	  /* a bit a byte */
};

/* Where a line begins. */
struct dump_start {
	const char *at;	 /* behind blanks, strokes of trees, quotes and bullets */
	size_t indent;	 /* columns before it */
	bool has_branch; /* a stroke of a tree leads to it */
};

/* ---- dump_decode.c: bytes in, dump_line for each line: printable ASCII and tabs; "?" is a letter beyond. ---- */
void dump_decode_begin(struct dump *d);
void dump_decode(struct dump *d, unsigned char byte);
void dump_decode_end(struct dump *d);

/* Takes markup (HTML, BBCode, remains of colours) out of a line, in place. Line breaks of HTML become '\n'. */
void dump_unmark(char *line);
void dump_uncolour(char *line); /* remains of colours only */

/* ---- dump.c ---- */
void dump_line(struct dump *d, char *line);
struct dump_function *dump_at(struct dump *d, struct pci_addr addr); /* NULL: too many */
/* Adds what was said; answers the function's position, -1: no room. */
int dump_add(struct dump *d, const struct dump_fact *fact);
void dump_add_other(struct dump *d, int group, const char *name, bool is_log);
void dump_take_driver(struct dump *d, struct dump_function *f, const char *name);
void dump_take_group(struct dump_function *f, int group);
void dump_doubt(struct dump *d, int group); /* lines about it may be missing */
/* Addresses in a line that says no more of them: those functions are there. Answers how many; is_torn: it would have said
 * their group. */
size_t dump_mention(struct dump *d, const char *line, bool is_torn);

/* ---- dump_line.c, dump_detail.c: one line each; true: it was that ---- */
bool dump_is_listing(struct dump *d, const char *line);
bool dump_is_detail(struct dump *d, const char *line);
struct dump_start dump_find_start(const char *line);
size_t dump_indent(const char *line); /* columns before its first word, strokes of trees counted */

/* ---- dump_table.c ---- */
bool dump_is_row(struct dump *d, const char *line);
bool dump_is_record(struct dump *d, const char *line);
void dump_end_record(struct dump *d);
void dump_begin_record(struct dump *d, bool is_json);
void dump_keep(struct dump *d, const struct dump_fact *fact); /* of a record or row, where it says more than an address */
enum column dump_column(const char *name, size_t length);     /* of a heading, a key of JSON, a word of lspci -vmm */
void dump_set_in_record(struct dump *d, enum column column, const char *text, size_t length);
void dump_set(struct dump_fact *fact, enum column column, const char *text, size_t length);

/* ---- dump_blocks.c ---- */
bool dump_is_xml(struct dump *d, const char *line); /* before its markup is taken out */
bool dump_is_block(struct dump *d, const char *line);

/* ---- dump_log.c ---- */
bool dump_is_log(struct dump *d, const char *line);
void dump_take_cmdline(struct dump *d, const char *line);

/* ---- dump_words.c: letters of any case, no locale ---- */
bool dump_is_space(char c);
bool dump_starts(const char *s, const char *prefix); /* any case */
const char *dump_find(const char *s, const char *word); /* any case, NULL */
const char *dump_skip(const char *s); /* blanks */
/* An address that begins here and ends as a word: its length, 0: none. */
size_t dump_address(const char *s, struct pci_addr *ret);
/* "10de:1c20" that begins here and ends as a word. */
bool dump_ids(const char *s, uint16_t *ret_vendor, uint16_t *ret_device);
/* The number of a group that begins here: its length, 0: none. */
size_t dump_group_number(const char *s, int *ret);
/* Copies with blanks at both ends cut; what does not fit is cut. */
void dump_copy(char *buf, size_t size, const char *s, size_t length);
/* Name of a class of the PCI ID database that begins here and ends as one does: the length, 0: none. */
size_t dump_class_name(const char *s, unsigned *ret_class);
/* "NVIDIA Corporation …": whose it is, where no number says; 0: not known. */
uint16_t dump_vendor_by_name(const char *s);
