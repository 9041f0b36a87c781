/* A file in place of a chip's NOR flash: erased octets are ff, and programming can only clear bits. */

#ifndef FLEDGLING_NOR_FILE_H
#define FLEDGLING_NOR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nor_file_opened {
	NOR_FILE_OPEN,
	/* It cannot be made, or not be opened; errno says why. */
	NOR_FILE_FAILED,
	/* Another process has it. */
	NOR_FILE_IN_USE,
};

/*
 * path: NULL or empty: fledgling/lin.flash in this user's folder for states. A new file is erased flash; so is what a
 * shorter one lacks.
 */
enum nor_file_opened nor_file_open(const char *path, size_t size);
const char *nor_file_path(void);
void nor_file_close(void);

/* false: beyond the end, or the file cannot be read, written or made durable. */
bool nor_file_read(size_t offset, uint8_t *target, size_t length);
bool nor_file_program(size_t offset, const uint8_t *octets, size_t length);
bool nor_file_erase(size_t offset, size_t length);

#endif
