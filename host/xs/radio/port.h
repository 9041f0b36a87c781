/*
 * The seam between the radio's turns and a vendor's Bluetooth stack.
 *
 *     XS task:     NativeRadio (radio.ts) - xs-radio.c - turns.c - [port functions] - the vendor's file
 *     radio task:  the vendor's callbacks - [radio_happened] - ring - XS task
 *
 * Port functions are called in the XS task only, and, but for start, stop and those that only tell, never before
 * `radio_port_start` has been answered by RADIO_READY; but in the moment before a RADIO_FAILED has been heard, which the
 * vendor's file has to bear. They return false where the stack refuses at the moment; it is
 * tried again. Whatever the stack tells goes through `radio_happened`, which copies it into a ring and returns: it never
 * waits, never allocates, and calls nobody but `radio_port_wake`. The ring has one writer: `radio_happened` is called in
 * ONE task, and never from within a port function; what a stack tells there has to go through its own queue first.
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
/* Links at once, at most. */
#define RADIO_LINKS 4

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
	/* The stack is up, with nothing going on and no service; once, and once more after each RADIO_FAILED. */
	RADIO_READY,
	/* The stack has failed or was reset by itself: all that was under way is gone, and no event tells of it any more;
	 * value: the vendor's code. RADIO_READY follows by itself, or after the radio_port_start that comes a little later. */
	RADIO_FAILED,
	/* A non-connectable report of any kind, filtered in turns.c: data, rssi. */
	RADIO_REPORT,
	/* The one event of radio_port_send is over; not where radio_port_stop_advertising has cut it off. */
	RADIO_SENT,
	/* Advertising is off from now on. A connection that fails while it is made: this, then RADIO_DISCONNECTED. */
	RADIO_CONNECTED,
	RADIO_DISCONNECTED,
	/* value: octets of ATT_MTU. */
	RADIO_MTU,
	/* value: 1 on, 0 off. */
	RADIO_SUBSCRIBED,
	/* data: what a client has written to Data In. */
	RADIO_WRITTEN,
	/* One notification has left; there may be room for another. As many as were answered by RADIO_NOTIFY_QUEUED. */
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

/* BUSY: asked again after a RADIO_NOTIFIED, or a little later. REFUSED: nothing will come of it. */
enum radio_notified { RADIO_NOTIFY_QUEUED, RADIO_NOTIFY_BUSY, RADIO_NOTIFY_REFUSED };

/* ---- what a vendor's file offers ---- */

/*
 * Bring the stack up, with room for links and for one mesh service at a time. RADIO_READY follows, or RADIO_FAILED.
 * Called again after radio_port_stop, and each second while RADIO_READY does not come: where the stack is coming up, or
 * comes back by itself, that does nothing. After ten of them in vain radio_port_stop comes first.
 */
bool radio_port_start(void);

/* Everything off: advertising, scanning, links, the stack. No event follows. */
void radio_port_stop(void);

/* Passive, duplicates kept; as continuous as the stack allows beside advertising. */
bool radio_port_scan(bool on);

/* ONE non-connectable, non-scannable event on all primary channels; RADIO_SENT follows. Advertising is off before. */
bool radio_port_send(const struct radio_advertisement *advertisement);

/* Connectable, scannable, until radio_port_stop_advertising or a connection. Advertising is off before. */
bool radio_port_advertise(const struct radio_advertisement *advertisement);

/* Also where nothing is advertised; it is off when this returns. */
void radio_port_stop_advertising(void);

/*
 * Show this service and no other mesh service; NULL: none. Advertising is off before, and links may be up only where
 * radio_port_swaps_live: they get Service Changed, and their subscriptions end without an event. Elsewhere one that is
 * made at this moment may be cut off without an event; it is asked for with radio_port_disconnect. Scanning goes on.
 */
bool radio_port_serve(const struct radio_service *service);

/* At most ATT_MTU - 3 octets, copied; only to a client that has subscribed. */
enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length);

/* RADIO_DISCONNECTED follows, also where the link is gone already and nobody was told. */
void radio_port_disconnect(uint16_t connection);

/* How many links at once, at most RADIO_LINKS, and whether radio_port_serve may be called while one is up (with Service Changed). */
unsigned radio_port_links(void);
bool radio_port_swaps_live(void);

/* The chip's own address. */
void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE]);

/* ---- what xs-radio.c offers, for all platforms; no vendor's file ---- */

/* Called in the radio task: make the XS task look into the ring soon. false: not now; asked again with the next event. */
bool radio_port_wake(void);

/* ---- what turns.c offers to the vendor's file ---- */

/*
 * From the radio's one task. data is copied. false: no room, and counted. Reports leave room for all else; a client whose
 * writes find none loses its link.
 */
bool radio_happened(const struct radio_event *event);

#endif
