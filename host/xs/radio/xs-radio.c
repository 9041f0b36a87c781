/*
 * The radio's turns as functions of XS; native.ts says what each is given. Here, too, is the way from the radio's task
 * into the XS task.
 */

#include "xsmc.h"
#include "xsHost.h"

#include "turns.h"

#include <string.h>

static xsMachine *machine;
static xsSlot wake;

static uint64_t ms_of(xsMachine *the, int at)
{
	xsNumberValue ms = xsmcToNumber(xsArg(at));

	return ms > 0 ? (uint64_t)ms : 0;
}

/* All zeros stand for the chip's own. */
static const uint8_t *address_of(xsMachine *the, const uint8_t *octets, xsUnsignedValue length)
{
	static const uint8_t own[RADIO_ADDRESS_SIZE];

	if (length != RADIO_ADDRESS_SIZE)
		xsRangeError("not an address");
	return memcmp(octets, own, sizeof own) == 0 ? NULL : octets;
}

static const uint8_t *octets_of(xsMachine *the, int at, size_t limit, xsUnsignedValue *length)
{
	void *octets;

	xsmcGetBufferReadable(xsArg(at), &octets, length);
	if (*length > limit)
		xsRangeError("too many octets");
	return octets;
}

/* ---- from the radio's task ---- */

static void look(xsMachine *the)
{
	radio_woken();
	xsBeginHost(the);
	xsResult = xsAccess(wake);
	xsCallFunction0(xsResult, xsGlobal);
	xsEndHost(the);
}

#if defined(__linux__)

static void deliver(void *the, void *job)
{
	(void)job;
	look(the);
}

bool radio_port_wake(void)
{
	txWorkerJob *job = calloc(1, sizeof *job);

	if (job == NULL)
		return false;
	job->callback = deliver;
	fxQueueWorkerJob(machine, job);
	return true;
}

#else

static void deliver(void *the, void *refcon, uint8_t *message, uint16_t length)
{
	(void)refcon;
	(void)message;
	(void)length;
	look(the);
}

bool radio_port_wake(void)
{
	return modMessagePostToMachine(machine, NULL, 0, deliver, NULL) == 0;
}

#endif

/* ---- from JavaScript ---- */

void fledgling_radioBegin(xsMachine *the)
{
	if (machine != NULL)
		xsUnknownError("there is one radio, and it is in use");
	wake = xsArg(0);
	xsRemember(wake);
	machine = the;
	radio_begin(ms_of(the, 1));
}

void fledgling_radioScan(xsMachine *the)
{
	radio_scan(xsmcToBoolean(xsArg(0)), ms_of(the, 1));
}

void fledgling_radioTransmit(xsMachine *the)
{
	xsUnsignedValue address_length, length;
	/* Numbers first: their conversion may move what lies in the heap. */
	uint64_t now_ms = ms_of(the, 2);
	const uint8_t *octets = octets_of(the, 0, RADIO_ADDRESS_SIZE, &address_length);
	const uint8_t *address = address_of(the, octets, address_length);
	const uint8_t *data = octets_of(the, 1, RADIO_DATA_SIZE, &length);

	xsmcSetInteger(xsResult, radio_transmit(address, data, length, now_ms));
}

void fledgling_radioConnectable(xsMachine *the)
{
	xsUnsignedValue head_length, length, scan_response_length;
	uint64_t now_ms = ms_of(the, 3);
	const uint8_t *head = octets_of(the, 0, 2 + RADIO_ADDRESS_SIZE, &head_length);
	const uint8_t *data = octets_of(the, 1, RADIO_DATA_SIZE, &length);
	const uint8_t *scan_response = octets_of(the, 2, RADIO_DATA_SIZE, &scan_response_length);

	if (head_length != 2 + RADIO_ADDRESS_SIZE)
		xsRangeError("not an interval and an address");

	struct radio_advertisement advertisement = {
		.address = address_of(the, head + 2, RADIO_ADDRESS_SIZE),
		.data = data,
		.length = length,
		.scan_response = scan_response_length == 0 ? NULL : scan_response,
		.scan_response_length = scan_response_length,
		.interval_ms = (uint32_t)(head[0] << 8 | head[1]),
	};

	radio_connectable(&advertisement, now_ms);
}

void fledgling_radioNotConnectable(xsMachine *the)
{
	radio_connectable(NULL, ms_of(the, 0));
}

void fledgling_radioIsConnectable(xsMachine *the)
{
	xsmcSetInteger(xsResult, radio_is_connectable());
}

void fledgling_radioServe(xsMachine *the)
{
	struct radio_service service = {
		.service = (uint16_t)xsmcToInteger(xsArg(0)),
		.data_in = (uint16_t)xsmcToInteger(xsArg(1)),
		.data_out = (uint16_t)xsmcToInteger(xsArg(2)),
	};

	radio_serve(service.service == 0 ? NULL : &service, ms_of(the, 3));
}

void fledgling_radioNotify(xsMachine *the)
{
	xsUnsignedValue length;
	uint32_t link = (uint32_t)xsmcToNumber(xsArg(0));
	uint64_t now_ms = ms_of(the, 2);
	const uint8_t *value = octets_of(the, 1, RADIO_VALUE_SIZE, &length);

	xsmcSetInteger(xsResult, radio_notify(link, value, length, now_ms));
}

void fledgling_radioNotificationSize(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)radio_notification_size((uint32_t)xsmcToNumber(xsArg(0))));
}

void fledgling_radioDisconnect(xsMachine *the)
{
	radio_disconnect((uint32_t)xsmcToNumber(xsArg(0)), ms_of(the, 1));
}

void fledgling_radioNext(xsMachine *the)
{
	struct radio_news news;
	uint64_t now_ms = ms_of(the, 1);
	void *start;
	xsUnsignedValue room;
	uint8_t *target;

	xsmcGetBufferWritable(xsArg(0), &start, &room);
	if (room < RADIO_NEWS_HEADER + RADIO_VALUE_SIZE)
		xsRangeError("no room for news");
	xsmcSetInteger(xsResult, 0);
	if (!radio_next(&news, now_ms))
		return;
	target = start;
	radio_write_news(&news, target);
	xsmcSetInteger(xsResult, news.type);
}

void fledgling_radioWaitMs(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)radio_wait_ms(ms_of(the, 0)));
}

void fledgling_radioCount(xsMachine *the)
{
	xsmcSetNumber(xsResult, radio_counted((enum radio_count)xsmcToInteger(xsArg(0))));
}

void fledgling_radioLastFailure(xsMachine *the)
{
	xsmcSetInteger(xsResult, radio_last_failure());
}

void fledgling_radioLinks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)radio_port_links());
}

void fledgling_radioSwapsLive(xsMachine *the)
{
	xsmcSetInteger(xsResult, radio_port_swaps_live());
}

void fledgling_radioAddress(xsMachine *the)
{
	void *target;
	xsUnsignedValue length;

	xsmcGetBufferWritable(xsArg(0), &target, &length);
	if (length != RADIO_ADDRESS_SIZE)
		xsRangeError("no room for an address");
	radio_port_address(target);
}
