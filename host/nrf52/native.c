/*
 * What nRF52840 gives and the Moddable SDK does not. host/xs/native.ts, native-chip.ts and native-start.ts say what each
 * function does.
 */

#include "xsmc.h"
#include "xsHost.h"

#include "FreeRTOS.h"
#include "nrf.h"
#include "task.h"

#include "../xs/crypto/port.h"

#define CHIP_ID_SIZE 8

void fledgling_fillRandom(xsMachine *the)
{
	void *start;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &start, &length);
	if (!crypto_port_random(start, length))
		xsUnknownError("the chip gives no random octets");
}

/* The ticks have 32 bits and wrap after 48 days; the XS task asks far more often than that, and is the only one. */
void fledgling_monotonicMs(xsMachine *the)
{
	static uint32_t last_ticks, wraps;
	uint32_t ticks = xTaskGetTickCount();
	if (ticks < last_ticks)
		wraps++;
	last_ticks = ticks;
	xsmcSetNumber(xsResult, (wraps * 4294967296.0 + ticks) * (1000.0 / configTICK_RATE_HZ));
}

void fledgling_restart(xsMachine *the)
{
	(void)the;
	nrf52_reset();
}

/* DEVICEID: drawn in the factory. Not the address, which everybody can hear. */
void fledgling_chipId(xsMachine *the)
{
	void *start;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &start, &length);
	if (length != CHIP_ID_SIZE)
		xsRangeError("the chip's number has 8 octets");

	uint8_t *target = start;
	for (int i = 0; i < CHIP_ID_SIZE; i++)
		target[i] = (uint8_t)(NRF_FICR->DEVICEID[i / 4] >> (8 * (i % 4)));
}

void fledgling_resetReason(xsMachine *the)
{
	/* The SDK's main has read and cleared the register. */
	xsmcSetInteger(xsResult, (xsIntegerValue)nrf52_get_reset_reason());
}
