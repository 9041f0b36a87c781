/*
 * The seam between the radio's turns and a vendor's Bluetooth stack.
 *
 *     XS task:     NativeRadio (radio.ts) - xs-radio.c - turns.c - [port functions] - the vendor's file
 *     radio task:  the vendor's callbacks - [radio_happened] - ring - XS task
 *
 * Port functions are called in the XS task only, and never before `radio_port_start` has been answered by
 * RADIO_READY. They return false where the stack refuses at the moment. Whatever the stack tells, in whichever one task
 * it tells it, goes through `radio_happened`, which copies it into a ring and returns: it never waits, never allocates,
 * and calls nobody but `radio_port_wake`.
 */

#ifndef FLEDGLING_RADIO_PORT_H
#define FLEDGLING_RADIO_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RADIO_ADDRESS_SIZE 6
#define RADIO_DATA_SIZE 31
/* ATT_MTU - 3 at the largest MTU that we ask for. */
#define RADIO_VALUE_SIZE 244

/* AD structures, and the address they come from: most significant octet first, NULL for the chip's own. The two top
 * bits of an address tell its kind: 11 static random, 00 non-resolvable private. */
struct radio_advertisement {
	const uint8_t *address;
	const uint8_t *data;
	size_t length;
	/* Connectable ones only. */
	const uint8_t *scan_response;
	size_t scan_response_length;
	uint32_t interval_ms;
};

/* 16-bit UUIDs; Data In takes writes without response, Data Out notifies. MshPRT 7. */
struct radio_service {
	uint16_t service, data_in, data_out;
};

enum radio_event_type {
	/* The stack is up; once. */
	RADIO_READY,
	/* The stack has failed or was reset by itself: all that was under way is gone; value: the vendor's code. */
	RADIO_FAILED,
	/* A non-connectable report: data, rssi. */
	RADIO_REPORT,
	/* The one event of radio_port_send is over. */
	RADIO_SENT,
	RADIO_CONNECTED,
	RADIO_DISCONNECTED,
	/* value: octets of ATT_MTU. */
	RADIO_MTU,
	/* value: 1 on, 0 off. */
	RADIO_SUBSCRIBED,
	/* data: what a client has written to Data In. */
	RADIO_WRITTEN,
	/* A notification has left; there may be room for another. */
	RADIO_NOTIFIED,
};

struct radio_event {
	enum radio_event_type type;
	/* The stack's handle of the connection. */
	uint16_t connection;
	int32_t value;
	int8_t rssi;
	const uint8_t *data;
	size_t length;
};

enum radio_notified { RADIO_NOTIFY_QUEUED, RADIO_NOTIFY_BUSY, RADIO_NOTIFY_REFUSED };

/* ---- what a vendor's file offers ---- */

/* Bring the stack up, with room for links and for one mesh service at a time. RADIO_READY follows, or RADIO_FAILED. */
bool radio_port_start(void);

/* Everything off: advertising, scanning, links, the stack. */
void radio_port_stop(void);

/* Passive, duplicates kept; as continuous as the stack allows beside advertising. */
bool radio_port_scan(bool on);

/* ONE non-connectable, non-scannable event on all primary channels; RADIO_SENT follows. Advertising is off before. */
bool radio_port_send(const struct radio_advertisement *advertisement);

/* Connectable, scannable, until radio_port_stop_advertising or a connection. Advertising is off before. */
bool radio_port_advertise(const struct radio_advertisement *advertisement);

void radio_port_stop_advertising(void);

/* Show this service and no other mesh service; NULL: none. Links may be up only where RADIO_PORT_SWAPS_LIVE. */
bool radio_port_serve(const struct radio_service *service);

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length);

void radio_port_disconnect(uint16_t connection);

/* How many links at once, and whether radio_port_serve may be called while one is up (with Service Changed). */
unsigned radio_port_links(void);
bool radio_port_swaps_live(void);

/* The chip's own address. */
void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE]);

/* Called in the radio task: make the XS task call radio_drain soon. false: not now; asked again with the next event. */
bool radio_port_wake(void);

/* ---- what turns.c offers to the vendor's file ---- */

/* From the radio's one task. false: no room, and counted. data is copied. */
bool radio_happened(const struct radio_event *event);

#endif
