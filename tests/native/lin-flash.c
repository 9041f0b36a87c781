/*
 * The file of the desktop build that is its flash, for lin-flash.test.ts. It obeys lines on standard input (open PATH,
 * read OFFSET LENGTH, program OFFSET HEX, erase OFFSET LENGTH, close) and answers each on standard output.
 */

#include "../../host/lin/nor-file.h"

#include <stdio.h>
#include <string.h>

#define SIZE 1024

static const char *done(bool is_done)
{
	return is_done ? "done" : "refused";
}

static void open_file(const char *path)
{
	static const char *const outcomes[] = { "open", "failed", "in use" };
	printf("%s %s\n", outcomes[nor_file_open(path, SIZE)], nor_file_path());
}

static void read_octets(size_t offset, size_t length)
{
	uint8_t octets[2 * SIZE];
	if (!nor_file_read(offset, octets, length)) {
		puts("refused");
		return;
	}
	for (size_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	putchar('\n');
}

static void program(size_t offset, const char *hex)
{
	uint8_t octets[2 * SIZE];
	size_t length = 0;
	unsigned octet;
	while (length < sizeof(octets) && sscanf(hex + 2 * length, "%2x", &octet) == 1)
		octets[length++] = (uint8_t)octet;
	puts(done(nor_file_program(offset, octets, length)));
}

int main(void)
{
	static char line[8 * SIZE], text[8 * SIZE];
	size_t offset, length;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "open ", 5) == 0) {
			open_file(line + 5);
		} else if (sscanf(line, "read %zu %zu", &offset, &length) == 2) {
			read_octets(offset, length);
		} else if (sscanf(line, "program %zu %8000s", &offset, text) == 2) {
			program(offset, text);
		} else if (sscanf(line, "erase %zu %zu", &offset, &length) == 2) {
			puts(done(nor_file_erase(offset, length)));
		} else if (strcmp(line, "close") == 0) {
			nor_file_close();
			puts("closed");
		}
	}
	return 0;
}
