/*
 * What Linux gives and the Moddable SDK does not: its Math.random is no source of keys, its files
 * refuse /dev/urandom, and its ticks are those of the wall clock. host/xs/native.ts says what each function does.
 */

#include "xsmc.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

void fledgling_fillRandom(xsMachine *the)
{
	void *start;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &start, &length);

	unsigned char *target = start;
	while (length > 0) {
		ssize_t got = getrandom(target, length, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			xsUnknownError("the kernel gives no random octets");
		target += got;
		length -= got;
	}
}

void fledgling_monotonicMs(xsMachine *the)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		xsUnknownError("there is no monotonic clock");
	xsmcSetNumber(xsResult, now.tv_sec * 1000.0 + now.tv_nsec / 1000000.0);
}
