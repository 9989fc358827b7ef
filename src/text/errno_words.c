/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/errno_words.h"

#include <string.h>

/* glibc's po/{de,fr,es}.po, bash's of "write error". */
static const struct {
	const char *local, *plain;
} rows[] = {
    {"Schreibfehler", "write error"},
    {"erreur d'\xc3\xa9" "criture :", "write error:"}, /* a blank before the colon */
    {"erreur d'\xc3\xa9" "criture", "write error"},
    {"error de escritura", "write error"},
    {"Die Operation ist nicht erlaubt", "Operation not permitted"},
    {"Vorgang nicht zul\xc3\xa4ssig", "Operation not permitted"},
    {"Op\xc3\xa9ration non permise", "Operation not permitted"},
    {"Operaci\xc3\xb3n no permitida", "Operation not permitted"},
    {"Datei oder Verzeichnis nicht gefunden", "No such file or directory"},
    {"Aucun fichier ou dossier de ce type", "No such file or directory"},
    {"No existe el fichero o el directorio", "No such file or directory"},
    {"No existe el archivo o el directorio", "No such file or directory"},
    {"Keine Berechtigung", "Permission denied"},
    {"Permission non accord\xc3\xa9" "e", "Permission denied"},
    {"Permiso denegado", "Permission denied"},
    {"Das Ger\xc3\xa4t oder die Ressource ist belegt", "Device or resource busy"},
    {"P\xc3\xa9riph\xc3\xa9rique ou ressource occup\xc3\xa9", "Device or resource busy"},
    {"Dispositivo o recurso ocupado", "Device or resource busy"},
    {"Kein passendes Ger\xc3\xa4t gefunden", "No such device"},
    {"Aucun p\xc3\xa9riph\xc3\xa9rique de ce type", "No such device"},
    {"No existe el dispositivo", "No such device"},
    {"Nicht gen\xc3\xbcgend Hauptspeicher verf\xc3\xbcgbar", "Cannot allocate memory"},
    {"Impossible d'allouer de la m\xc3\xa9moire", "Cannot allocate memory"},
    {"No se pudo asignar memoria", "Cannot allocate memory"},
    {"Das Argument ist ung\xc3\xbcltig", "Invalid argument"},
    {"Argument invalide", "Invalid argument"},
    {"Argumento inv\xc3\xa1lido", "Invalid argument"},
};

static bool is_ours(const char *line)
{
	static const char *const words[] = {"vfio", "/sys/", "chreibfehler", "rreur d'", "rror de escritura"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

size_t errno_words_plain(char *line, size_t n, size_t room)
{
	if (!is_ours(line))
		return n;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *at = strstr(line, rows[i].local);
		size_t old = strlen(rows[i].local), new = strlen(rows[i].plain);

		if (!at || n - old + new > room)
			continue;
		memmove(at + new, at + old, n - (size_t)(at - line) - old + 1);
		memcpy(at, rows[i].plain, new);
		n = n - old + new;
	}
	return n;
}
