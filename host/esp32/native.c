/*
 * What the chip gives and the Moddable SDK does not. ../xs/native.ts, ../xs/native-chip.ts and native-start.ts say what
 * each does.
 */

#include "xsmc.h"
#include "xsHost.h"

#include "../xs/crypto/port.h"

#include <stdio.h>

#include "esp_mac.h"
#include "esp_system.h"
#include "esp_timer.h"

#define MAC_SIZE 6

void fledgling_fillRandom(xsMachine *the)
{
	void *target;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &target, &length);
	if (!crypto_port_random(target, length))
		xsUnknownError("the chip gives no random octets");
}

void fledgling_monotonicMs(xsMachine *the)
{
	xsmcSetNumber(xsResult, esp_timer_get_time() / 1000.0);
}

void fledgling_chipId(xsMachine *the)
{
	void *target;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &target, &length);
	if (length != MAC_SIZE || esp_efuse_mac_get_default(target) != ESP_OK)
		xsUnknownError("the chip has no address");
}

/* In a debug build the port is the debugger's, which takes its own protocol alone. */
void fledgling_print(xsMachine *the)
{
	const char *text = xsmcToString(xsArg(0));
#ifdef mxDebug
	xsTrace(text);
#else
	(void)fputs(text, stdout);
	(void)fflush(stdout);
#endif
}

void fledgling_startReason(xsMachine *the)
{
	xsmcSetInteger(xsResult, esp_reset_reason());
}

void fledgling_restart(xsMachine *the)
{
	(void)the;
	esp_restart();
}
