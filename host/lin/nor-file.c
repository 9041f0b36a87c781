/* nor-file.h: one file, held by one process. Each change is durable when its call returns. */

#define _GNU_SOURCE

#include "nor-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERASED 0xff
#define STEP 256

static char path[PATH_MAX];
static size_t size;
static int file = -1;

static bool choose(const char *given)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int length;
	if (given && *given)
		length = snprintf(path, sizeof(path), "%s", given);
	else if (state && *state)
		length = snprintf(path, sizeof(path), "%s/fledgling/lin.flash", state);
	else
		length = snprintf(path, sizeof(path), "%s/.local/state/fledgling/lin.flash", home ? home : "");
	errno = ENAMETOOLONG;
	return length >= 0 && (size_t)length < sizeof(path);
}

/* All folders above the file, for this user alone. */
static bool make_folders(void)
{
	for (char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		*end = 0;
		bool is_there = mkdir(path, 0700) == 0 || errno == EEXIST;
		*end = '/';
		if (!is_there)
			return false;
	}
	return true;
}

static bool write_at(size_t offset, const uint8_t *octets, size_t length)
{
	return pwrite(file, octets, length, (off_t)offset) == (ssize_t)length;
}

static bool erase(size_t offset, size_t length)
{
	uint8_t ones[STEP];
	memset(ones, ERASED, sizeof(ones));
	while (length > 0) {
		size_t part = length < sizeof(ones) ? length : sizeof(ones);
		if (!write_at(offset, ones, part))
			return false;
		offset += part;
		length -= part;
	}
	return fdatasync(file) == 0;
}

static bool fill_up(void)
{
	struct stat status;
	if (fstat(file, &status) != 0)
		return false;
	size_t there = (size_t)status.st_size;
	return there >= size || erase(there, size - there);
}

enum nor_file_opened nor_file_open(const char *given, size_t wanted)
{
	nor_file_close();
	if (!choose(given) || !make_folders())
		return NOR_FILE_FAILED;
	/* It holds keys. */
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		return NOR_FILE_FAILED;
	size = wanted;
	bool is_ours = flock(file, LOCK_EX | LOCK_NB) == 0;
	if (is_ours && fill_up())
		return NOR_FILE_OPEN;
	int why = errno;
	nor_file_close();
	errno = why;
	return is_ours ? NOR_FILE_FAILED : NOR_FILE_IN_USE;
}

const char *nor_file_path(void)
{
	return path;
}

/* Also when the simulator unloads the program, which it may load again. */
__attribute__((destructor)) void nor_file_close(void)
{
	if (file >= 0)
		close(file);
	file = -1;
}

static bool is_within(size_t offset, size_t length)
{
	return file >= 0 && offset <= size && length <= size - offset;
}

bool nor_file_read(size_t offset, uint8_t *target, size_t length)
{
	return is_within(offset, length) && pread(file, target, length, (off_t)offset) == (ssize_t)length;
}

bool nor_file_program(size_t offset, const uint8_t *octets, size_t length)
{
	if (!is_within(offset, length))
		return false;
	while (length > 0) {
		uint8_t there[STEP];
		size_t part = length < sizeof(there) ? length : sizeof(there);
		if (!nor_file_read(offset, there, part))
			return false;
		for (size_t i = 0; i < part; i++)
			there[i] &= octets[i];
		if (!write_at(offset, there, part))
			return false;
		offset += part;
		octets += part;
		length -= part;
	}
	return fdatasync(file) == 0;
}

bool nor_file_erase(size_t offset, size_t length)
{
	return is_within(offset, length) && erase(offset, length);
}
