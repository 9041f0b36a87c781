/*
 * The flash pages of the storage, by the SDK's own access to flash, which waits for its turn between the radio's and
 * tries again where it has none. That access does not tell whether it succeeded: what must be there is compared with
 * what is.
 *
 *     0x27000 the image ... | 0xEA000 our pages | 0xF2000 preferences of the SDK | 0xF4000 a bootloader
 *
 * The last three pages are those in which the SDK's own Bluetooth modules keep bonds; ours keeps none.
 */

#include <string.h>

#include "xsmc.h"
#include "xsHost.h"

#define PAGE_SIZE 4096u
#define PAGES 8u
#define SIZE (PAGES * PAGE_SIZE)

/* Of the SDK's linker scripts: code ends, and behind it lies what RAM begins with. */
extern uint32_t __etext, __data_start__, __bss_start__;
/* And what else they put behind it. */
extern uint32_t __start_unused_space;

static uintptr_t start_of_pages(void)
{
	return (uintptr_t)&_FSTORAGE_end - SIZE;
}

static uintptr_t end_of_image(void)
{
	uintptr_t data_size = (uintptr_t)&__bss_start__ - (uintptr_t)&__data_start__;
	uintptr_t end = (uintptr_t)&__etext + data_size;
	uintptr_t rest = (uintptr_t)&__start_unused_space;
	return end > rest ? end : rest;
}

static void throw_range(xsMachine *the)
{
	xsRangeError("outside of the flash pages");
}

/* An offset, and octets of which all are within the pages. */
static uintptr_t span(xsMachine *the, xsUnsignedValue length)
{
	xsIntegerValue offset = xsmcToInteger(xsArg(0));
	if (offset < 0 || (xsUnsignedValue)offset > SIZE || length > SIZE - (xsUnsignedValue)offset)
		throw_range(the);
	return start_of_pages() + (uintptr_t)offset;
}

/* How many pages there are: none where the image reaches into them. */
void fledgling_flashPages(xsMachine *the)
{
	xsmcSetInteger(xsResult, end_of_image() <= start_of_pages() ? PAGES : 0);
}

void fledgling_flashRead(xsMachine *the)
{
	void *target;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(1), &target, &length);
	memcpy(target, (const void *)span(the, length), length);
}

void fledgling_flashProgram(xsMachine *the)
{
	void *octets;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(1), &octets, &length);
	uintptr_t address = span(the, length);
	if (address % 4 != 0 || length % 4 != 0)
		throw_range(the);

	bool done = modSPIWrite(address, length, octets) && memcmp((const void *)address, octets, length) == 0;
	xsmcSetInteger(xsResult, done);
}

static bool is_erased(uintptr_t page)
{
	const volatile uint32_t *word = (const volatile uint32_t *)page;
	for (unsigned i = 0; i < PAGE_SIZE / sizeof *word; i++)
		if (word[i] != UINT32_MAX)
			return false;
	return true;
}

void fledgling_flashErase(xsMachine *the)
{
	xsIntegerValue page = xsmcToInteger(xsArg(0));
	if (page < 0 || (xsUnsignedValue)page >= PAGES)
		throw_range(the);
	uintptr_t address = start_of_pages() + (uintptr_t)page * PAGE_SIZE;
	xsmcSetInteger(xsResult, modSPIErase(address, PAGE_SIZE) && is_erased(address));
}
