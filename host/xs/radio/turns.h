/*
 * The radio's turns as the XS task uses them: calls down, and news up, which are fetched one by one. Nothing here calls
 * back. now_ms: of any clock that only goes forward.
 */

#ifndef FLEDGLING_RADIO_TURNS_H
#define FLEDGLING_RADIO_TURNS_H

#include "port.h"

enum radio_news_type {
	/* The transmission is over, or will not be. */
	RADIO_NEWS_TRANSMITTED = 1,
	/* data, rssi. */
	RADIO_NEWS_RECEIVED,
	RADIO_NEWS_CONNECTED,
	RADIO_NEWS_DISCONNECTED,
	/* on. */
	RADIO_NEWS_SUBSCRIBED,
	/* data. */
	RADIO_NEWS_WRITTEN,
	/* There is room again after a false from radio_notify. */
	RADIO_NEWS_READY,
	/* Every notification has left. */
	RADIO_NEWS_IDLE,
};

/* link: the number of a connection, from 1, never used again. data: valid until the next radio_next. */
struct radio_news {
	enum radio_news_type type;
	uint32_t link;
	bool on;
	int8_t rssi;
	const uint8_t *data;
	size_t length;
};

enum radio_count {
	/* Reports for a mesh node for which the ring had no room. */
	RADIO_COUNT_REPORTS,
	/* What clients did and the ring had no room for; each time their links have ended. */
	RADIO_COUNT_WRITES,
	/* Times that the stack has failed, or was switched off and started again: it did not come up, or the ring had no room
	 * for what it told. */
	RADIO_COUNT_FAILURES,
	/* Transmissions that the stack refused or never told to be over. */
	RADIO_COUNT_TRANSMISSIONS,
};

/* Forget everything, and bring the stack up. What is asked for before it is up begins then. */
void radio_begin(uint64_t now_ms);

void radio_scan(bool on, uint64_t now_ms);

/* RADIO_NEWS_TRANSMITTED follows; false: the last one is not over. At most RADIO_DATA_SIZE octets. */
bool radio_transmit(const uint8_t *address, const uint8_t *data, size_t length, uint64_t now_ms);

/* From now on in the gaps, until a connection; NULL: none. At most RADIO_DATA_SIZE octets each. */
void radio_connectable(const struct radio_advertisement *advertisement, uint64_t now_ms);

/* It is wanted, and no connection has ended it yet. */
bool radio_is_connectable(void);

/* NULL: none. Links have no news any more until the stack shows it or they end: then RADIO_NEWS_CONNECTED of each where
 * the stack swaps live; else all of them end first. The service that is there already: nothing happens. */
void radio_serve(const struct radio_service *service, uint64_t now_ms);

/* false: full, RADIO_NEWS_READY follows; or the link has not subscribed. length: at most radio_notification_size. */
bool radio_notify(uint32_t link, const uint8_t *value, size_t length, uint64_t now_ms);
size_t radio_notification_size(uint32_t link);
void radio_disconnect(uint32_t link, uint64_t now_ms);

/* To be called where radio_port_wake has led to, before radio_next: from now on it is called again. */
void radio_woken(void);

/* The next news; false: there is none. The news of before have been dealt with: that decides what begins next. */
bool radio_next(struct radio_news *news, uint64_t now_ms);

/* on, rssi, length, 0, link (most significant octet first), data: RADIO_NEWS_HEADER and RADIO_VALUE_SIZE octets of room. */
#define RADIO_NEWS_HEADER 8
void radio_write_news(const struct radio_news *news, uint8_t *target);

/* Call radio_next after so long even if nobody wakes. 0: at once. */
uint32_t radio_wait_ms(uint64_t now_ms);

uint32_t radio_counted(enum radio_count count);
/* The vendor's code of the last RADIO_FAILED. */
int32_t radio_last_failure(void);

#endif
