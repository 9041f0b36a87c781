/*
 * The radio's turns: one task of the vendor's tells what happens, the XS task decides what is done. Between them is a
 * ring of octets, whose one writer never waits; all other state belongs to the XS task.
 *
 *     idle - transmit -> in the air - RADIO_SENT -> transmitted
 *       \- connectable -> on, whenever nothing is in the air; its turn lasts at least TURN_MS
 *
 * However many transmissions there are, the connectable advertisement gets a turn in each of its intervals.
 */

#include "turns.h"

#include <stdatomic.h>
#include <string.h>

/* How long the connectable advertisement stays on at least, and from a refused transmission to the next. */
#define TURN_MS 20
/* A transmission of which the stack does not tell, or that waits for the stack, is over after this. */
#define TRANSMISSION_LIMIT_MS 1000
/* From a refusal of scanning, of connectable advertising or of a service to the next attempt. */
#define RETRY_MS 500
/* A link that should end and does not is told again. */
#define CLOSE_AGAIN_MS 1000
/* Where the stack had no room for a notification, and none leaves. */
#define NOTIFY_AGAIN_MS 20
/* From the stack's failure to the next attempt to bring it up. */
#define RESTART_MS 1000
/* A stack that does not come up with so many attempts may be stuck, and is switched off before the next one. */
#define STARTS_IN_VAIN 10
/* The ring is looked into so often at least, should a wake have been lost. */
#define LOOK_MS 1000

/* Core Specification, Vol 4, Part E, 7.8.5. */
#define SHORTEST_INTERVAL_MS 20
#define LONGEST_INTERVAL_MS 10240

/* Notifications of one link that are with the stack. */
#define NOTIFY_ROOM 4

#define DEFAULT_MTU 23
#define VALUE_HEADER 3
#define LARGEST_MTU (RADIO_VALUE_SIZE + VALUE_HEADER)

/* ---- the ring ---- */

#define RING_SIZE 4096u
/* What reports leave free: for what clients do, and for what follows. */
#define RESERVED_FOR_CLIENTS 2048u
/* What clients leave free: more than one of each other event of each link can need. */
#define RESERVED_FOR_STACK 768u

/* Beside the vendor's events: a client's event had no room. */
#define LINK_SPOILED (RADIO_NOTIFIED + 1)

struct record {
	int32_t value;
	uint16_t connection;
	uint8_t type;
	uint8_t length;
	int8_t rssi;
};

static struct {
	uint8_t octets[RING_SIZE];
	/* They count on for ever; one writer each: the radio's task, and the XS task. */
	atomic_uint head;
	atomic_uint tail;
	/* The XS task has been asked to look, and has not done so yet. */
	atomic_bool woken;
	/* What the stack told had no room. */
	atomic_bool overrun;
	atomic_uint lost_reports;
	atomic_uint lost_writes;
	/* The radio's task only: links of which an event is lost; the rest of what they do is nothing. */
	uint16_t spoiled[RADIO_LINKS];
	unsigned spoiled_count;
} ring;

static void ring_copy_in(unsigned at, const void *from, size_t length)
{
	unsigned start = at % RING_SIZE;
	size_t first = length < RING_SIZE - start ? length : RING_SIZE - start;

	if (length == 0)
		return;
	memcpy(ring.octets + start, from, first);
	memcpy(ring.octets, (const uint8_t *)from + first, length - first);
}

static void ring_copy_out(unsigned at, void *to, size_t length)
{
	unsigned start = at % RING_SIZE;
	size_t first = length < RING_SIZE - start ? length : RING_SIZE - start;

	memcpy(to, ring.octets + start, first);
	memcpy((uint8_t *)to + first, ring.octets, length - first);
}

/* reserve: what must be free afterwards. */
static bool ring_push(const struct radio_event *event, int type, unsigned reserve)
{
	unsigned head = atomic_load_explicit(&ring.head, memory_order_relaxed);
	unsigned used = head - atomic_load_explicit(&ring.tail, memory_order_acquire);
	struct record record;

	if (event->length > RADIO_VALUE_SIZE || used + sizeof record + event->length + reserve > RING_SIZE)
		return false;
	memset(&record, 0, sizeof record);
	record.value = event->value;
	record.connection = event->connection;
	record.type = (uint8_t)type;
	record.length = (uint8_t)event->length;
	record.rssi = event->rssi;
	ring_copy_in(head, &record, sizeof record);
	ring_copy_in(head + sizeof record, event->data, event->length);
	atomic_store(&ring.head, head + (unsigned)(sizeof record + event->length));
	return true;
}

static void ring_wake(void)
{
	if (!atomic_exchange(&ring.woken, true) && !radio_port_wake())
		atomic_store(&ring.woken, false);
}

static unsigned spoiled_index(uint16_t connection)
{
	unsigned index = 0;

	while (index < ring.spoiled_count && ring.spoiled[index] != connection)
		index++;
	return index;
}

static void forget_spoiled(uint16_t connection)
{
	unsigned index = spoiled_index(connection);

	if (index < ring.spoiled_count)
		ring.spoiled[index] = ring.spoiled[--ring.spoiled_count];
}

/* AD structures of the types that a mesh node takes from an advertisement. MshPRT 3.3.1, 3.10, 5.2.1, 6.9.1. */
static bool is_for_mesh(const uint8_t *data, size_t length)
{
	for (size_t at = 0; at + 1 < length; at += 1u + data[at]) {
		uint8_t size = data[at], type = data[at + 1];

		if (size > 0 && (type == 0x29 || type == 0x2a || type == 0x2b))
			return true;
		/* Service data of the Mesh Proxy Solicitation Service. */
		if (size >= 3 && type == 0x16 && at + 3 < length && data[at + 2] == 0x59 && data[at + 3] == 0x18)
			return true;
	}
	return false;
}

static bool happened_in_air(const struct radio_event *event)
{
	if (event->length > RADIO_DATA_SIZE || !is_for_mesh(event->data, event->length))
		return true;
	if (ring_push(event, event->type, RESERVED_FOR_CLIENTS))
		return true;
	atomic_fetch_add_explicit(&ring.lost_reports, 1, memory_order_relaxed);
	return false;
}

/* A message in segments that lacks one is worth nothing, and its sender does not know: the link has to end. */
static bool happened_at_client(const struct radio_event *event)
{
	struct radio_event spoiled = {.connection = event->connection};
	bool is_spoiled = spoiled_index(event->connection) < ring.spoiled_count;

	if (!is_spoiled && ring_push(event, event->type, RESERVED_FOR_STACK))
		return true;
	atomic_fetch_add_explicit(&ring.lost_writes, 1, memory_order_relaxed);
	if (is_spoiled)
		return false;
	if (ring.spoiled_count == RADIO_LINKS || !ring_push(&spoiled, LINK_SPOILED, 0))
		atomic_store(&ring.overrun, true);
	else
		ring.spoiled[ring.spoiled_count++] = event->connection;
	return false;
}

static bool happened_in_stack(const struct radio_event *event)
{
	if (event->type == RADIO_FAILED || event->type == RADIO_READY)
		ring.spoiled_count = 0;
	if (event->type == RADIO_CONNECTED || event->type == RADIO_DISCONNECTED)
		forget_spoiled(event->connection);
	if (ring_push(event, event->type, 0))
		return true;
	atomic_store(&ring.overrun, true);
	return false;
}

bool radio_happened(const struct radio_event *event)
{
	bool is_kept;

	switch (event->type) {
	case RADIO_REPORT:
		is_kept = happened_in_air(event);
		break;
	case RADIO_MTU:
	case RADIO_SUBSCRIBED:
	case RADIO_WRITTEN:
		is_kept = happened_at_client(event);
		break;
	default:
		is_kept = happened_in_stack(event);
	}
	if (atomic_load_explicit(&ring.head, memory_order_relaxed) != atomic_load(&ring.tail))
		ring_wake();
	return is_kept;
}

static bool ring_is_empty(void)
{
	return atomic_load(&ring.head) == atomic_load_explicit(&ring.tail, memory_order_relaxed);
}

static void ring_clear(void)
{
	atomic_store(&ring.tail, atomic_load(&ring.head));
}

/* at: where it stood. data: RADIO_VALUE_SIZE octets of room. */
static bool ring_pop(struct record *record, uint8_t *data, unsigned *at)
{
	unsigned tail = atomic_load_explicit(&ring.tail, memory_order_relaxed);

	if (atomic_load(&ring.head) == tail)
		return false;
	*at = tail;
	ring_copy_out(tail, record, sizeof *record);
	ring_copy_out(tail + sizeof *record, data, record->length);
	atomic_store_explicit(&ring.tail, tail + (unsigned)(sizeof *record + record->length), memory_order_release);
	return true;
}

/* ---- the state, of the XS task only ---- */

struct advertisement {
	uint8_t address[RADIO_ADDRESS_SIZE];
	uint8_t data[RADIO_DATA_SIZE];
	uint8_t scan_response[RADIO_DATA_SIZE];
	bool has_address;
	bool has_scan_response;
	uint8_t length;
	uint8_t scan_response_length;
	uint32_t interval_ms;
};

enum sending {
	/* No transmission is asked for. */
	SENDING_NOTHING,
	/* It waits for its turn, or for the stack. */
	SENDING_LATER,
	SENDING_NOW,
	/* Refused: over after a pause, or its sender would send without one. */
	SENDING_PAUSE,
};

struct link {
	/* 0: free, and all the rest is 0 as well. */
	uint32_t number;
	uint64_t again_at;
	uint16_t handle;
	uint16_t mtu;
	uint8_t with_stack;
	/* The listener knows of it. */
	bool told;
	bool subscribed;
	bool closing;
	bool gone;
	/* A notification has been refused. */
	bool refused;
	/* Something has been sent since the last idle. */
	bool busy;
	bool tell_ready;
};

static struct {
	bool up;
	uint64_t start_at;
	unsigned starts;
	uint32_t failures;
	int32_t last_failure;

	bool scan_wanted;
	bool scan_on;
	uint64_t scan_at;

	enum sending sending;
	/* When the transmission is over, one way or the other. */
	uint64_t sending_until;
	/* It has lasted too long, unless its end stands in the ring before the limit. */
	bool overdue;
	unsigned overdue_limit;
	uint32_t failed_transmissions;
	struct advertisement transmission;

	bool connectable_wanted;
	/* Something connectable is on the air; and that is the one that is wanted. */
	bool connectable_on;
	bool connectable_current;
	/* It does not wait for its interval. */
	bool connectable_due;
	bool connectable_refused;
	uint64_t connectable_at;
	uint64_t turn_end;
	uint64_t last_on;
	struct advertisement connectable;

	bool has_service;
	struct radio_service service;
	/* The stack has not been told yet. */
	bool swapping;
	bool swap_refused;
	uint64_t swap_at;
	/* What stands in the ring before the mark is of the service before. */
	bool marked;
	unsigned mark;

	uint32_t last_number;
	struct link links[RADIO_LINKS];
	uint8_t value[RADIO_VALUE_SIZE];
} turns;

static bool is_past(uint64_t now_ms, uint64_t at)
{
	return now_ms >= at;
}

static struct link *link_of_number(uint32_t number)
{
	for (unsigned i = 0; i < RADIO_LINKS; i++)
		if (number != 0 && turns.links[i].number == number)
			return &turns.links[i];
	return NULL;
}

static struct link *link_of_handle(uint16_t handle)
{
	for (unsigned i = 0; i < RADIO_LINKS; i++)
		if (turns.links[i].number != 0 && !turns.links[i].gone && turns.links[i].handle == handle)
			return &turns.links[i];
	return NULL;
}

static unsigned links_up(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < RADIO_LINKS; i++)
		count += turns.links[i].number != 0 && !turns.links[i].gone;
	return count;
}

static void close_link(struct link *link, uint64_t now_ms)
{
	link->closing = true;
	link->again_at = now_ms + CLOSE_AGAIN_MS;
	radio_port_disconnect(link->handle);
}

/* ---- what is on the air ---- */

static void leave_connectable(uint64_t now_ms)
{
	if (!turns.connectable_on)
		return;
	turns.connectable_on = false;
	turns.last_on = now_ms;
	radio_port_stop_advertising();
}

static struct radio_advertisement seen_from_port(const struct advertisement *kept)
{
	struct radio_advertisement advertisement = {
		.address = kept->has_address ? kept->address : NULL,
		.data = kept->data,
		.length = kept->length,
		.scan_response = kept->has_scan_response ? kept->scan_response : NULL,
		.scan_response_length = kept->scan_response_length,
		.interval_ms = kept->interval_ms,
	};

	return advertisement;
}

static void start_transmission(uint64_t now_ms)
{
	struct radio_advertisement advertisement = seen_from_port(&turns.transmission);

	leave_connectable(now_ms);
	if (radio_port_send(&advertisement)) {
		turns.sending = SENDING_NOW;
		turns.sending_until = now_ms + TRANSMISSION_LIMIT_MS;
		turns.overdue = false;
	} else {
		turns.sending = SENDING_PAUSE;
		turns.sending_until = now_ms + TURN_MS;
		turns.failed_transmissions++;
	}
}

static void start_connectable(uint64_t now_ms)
{
	struct radio_advertisement advertisement = seen_from_port(&turns.connectable);

	leave_connectable(now_ms);
	turns.turn_end = now_ms + TURN_MS;
	turns.connectable_due = false;
	if (radio_port_advertise(&advertisement)) {
		turns.connectable_on = true;
		turns.connectable_current = true;
	} else {
		turns.connectable_refused = true;
		turns.connectable_at = now_ms + RETRY_MS;
	}
}

static bool is_connectable_possible(void)
{
	unsigned room = radio_port_links() < RADIO_LINKS ? radio_port_links() : RADIO_LINKS;

	return turns.connectable_wanted && !turns.connectable_refused && !turns.swapping && links_up() < room;
}

static bool is_connectable_shown(void)
{
	return turns.connectable_on && turns.connectable_current;
}

static bool is_turn_of_connectable(uint64_t now_ms)
{
	if (!is_connectable_possible())
		return false;
	if (is_connectable_shown())
		return !is_past(now_ms, turns.turn_end);
	return turns.connectable_due || is_past(now_ms, turns.last_on + turns.connectable.interval_ms);
}

/* ---- the service ---- */

static void swap(uint64_t now_ms)
{
	leave_connectable(now_ms);
	if (links_up() > 0 && !radio_port_swaps_live()) {
		for (unsigned i = 0; i < RADIO_LINKS; i++) {
			struct link *link = &turns.links[i];

			if (link->number != 0 && !link->gone && !link->closing)
				close_link(link, now_ms);
		}
		return;
	}
	if (!radio_port_serve(turns.has_service ? &turns.service : NULL)) {
		turns.swap_refused = true;
		turns.swap_at = now_ms + RETRY_MS;
		return;
	}
	turns.swapping = false;
	turns.marked = true;
	turns.mark = atomic_load(&ring.head);
}

/* ---- what begins next ---- */

static void advance(uint64_t now_ms)
{
	if (!turns.up)
		return;
	if (turns.scan_wanted != turns.scan_on && is_past(now_ms, turns.scan_at)) {
		if (radio_port_scan(turns.scan_wanted))
			turns.scan_on = turns.scan_wanted;
		else
			turns.scan_at = now_ms + RETRY_MS;
	}
	if (turns.sending == SENDING_NOW || turns.sending == SENDING_PAUSE)
		return;
	if (turns.swapping && !turns.swap_refused)
		swap(now_ms);
	if (turns.sending == SENDING_LATER && !is_turn_of_connectable(now_ms))
		start_transmission(now_ms);
	else if (is_connectable_possible() && !is_connectable_shown())
		start_connectable(now_ms);
	else if (!is_connectable_possible())
		leave_connectable(now_ms);
}

/* ---- what happens ---- */

/* What it has told is void. */
static void switch_off(void)
{
	radio_port_stop();
	ring_clear();
}

static void fail(uint64_t now_ms)
{
	turns.failures++;
	turns.up = false;
	turns.start_at = now_ms + RESTART_MS;
	turns.scan_on = false;
	turns.connectable_on = false;
	if (turns.sending == SENDING_NOW) {
		turns.sending = SENDING_PAUSE;
		turns.sending_until = now_ms + TURN_MS;
		turns.failed_transmissions++;
	}
	for (unsigned i = 0; i < RADIO_LINKS; i++)
		if (turns.links[i].number != 0)
			turns.links[i].gone = true;
}

static void ready(void)
{
	if (turns.up)
		return;
	turns.up = true;
	turns.starts = 0;
	turns.swapping = turns.has_service;
}

static void connected(uint16_t handle, uint64_t now_ms)
{
	struct link *before = link_of_handle(handle);
	struct link *link = NULL;

	/* Whoever had this handle is gone, even if nobody has told so. */
	if (before != NULL)
		before->gone = true;
	for (unsigned i = 0; link == NULL && i < RADIO_LINKS; i++)
		if (turns.links[i].number == 0)
			link = &turns.links[i];
	/* It may have been put up again after the connection. */
	leave_connectable(now_ms);
	if (link == NULL) {
		radio_port_disconnect(handle);
		return;
	}
	link->number = ++turns.last_number;
	link->handle = handle;
	link->mtu = DEFAULT_MTU;
	turns.connectable_wanted = false;
	/* A stack that has begun anew for another service since then has lost it, and tells nobody unless it is asked. */
	if (turns.marked && !radio_port_swaps_live())
		close_link(link, now_ms);
}

static void notified(struct link *link)
{
	if (link->with_stack > 0)
		link->with_stack--;
	if (link->refused) {
		link->refused = false;
		link->tell_ready = true;
	}
}

static bool news_of(struct radio_news *news, enum radio_news_type type, uint32_t link)
{
	memset(news, 0, sizeof *news);
	news->type = type;
	news->link = link;
	return true;
}

static bool transmitted(struct radio_news *news)
{
	turns.sending = SENDING_NOTHING;
	return news_of(news, RADIO_NEWS_TRANSMITTED, 0);
}

static uint16_t legal_mtu(int32_t mtu)
{
	if (mtu < DEFAULT_MTU)
		return DEFAULT_MTU;
	return (uint16_t)(mtu > LARGEST_MTU ? LARGEST_MTU : mtu);
}

static bool done_by_client(const struct record *record, struct radio_news *news)
{
	struct link *link = link_of_handle(record->connection);

	if (link == NULL)
		return false;
	if (record->type == RADIO_MTU) {
		link->mtu = legal_mtu(record->value);
		return false;
	}
	if (!link->told || link->closing || turns.marked)
		return false;
	if (record->type == RADIO_WRITTEN) {
		news_of(news, RADIO_NEWS_WRITTEN, link->number);
		news->data = turns.value;
		news->length = record->length;
		return true;
	}
	if (link->subscribed == (record->value != 0))
		return false;
	link->subscribed = record->value != 0;
	news_of(news, RADIO_NEWS_SUBSCRIBED, link->number);
	news->on = link->subscribed;
	return true;
}

static bool happened(const struct record *record, unsigned at, uint64_t now_ms, struct radio_news *news)
{
	struct link *link = link_of_handle(record->connection);

	if (turns.marked && (int)(at - turns.mark) >= 0)
		turns.marked = false;
	if (!turns.up && record->type != RADIO_READY && record->type != RADIO_FAILED)
		return false;
	switch (record->type) {
	case RADIO_READY:
		ready();
		return false;
	case RADIO_FAILED:
		turns.last_failure = record->value;
		fail(now_ms);
		return false;
	case RADIO_REPORT:
		if (!turns.scan_wanted)
			return false;
		news_of(news, RADIO_NEWS_RECEIVED, 0);
		news->data = turns.value;
		news->length = record->length;
		news->rssi = record->rssi;
		return true;
	case RADIO_SENT:
		return turns.sending == SENDING_NOW && transmitted(news);
	case RADIO_CONNECTED:
		connected(record->connection, now_ms);
		return false;
	case RADIO_DISCONNECTED:
		if (link != NULL)
			link->gone = true;
		turns.connectable_refused = false;
		return false;
	case RADIO_NOTIFIED:
		if (link != NULL)
			notified(link);
		return false;
	case LINK_SPOILED:
		if (link != NULL)
			close_link(link, now_ms);
		return false;
	default:
		return done_by_client(record, news);
	}
}

/* ---- what is told ---- */

static bool has_news(const struct link *link)
{
	if (link->number == 0 || link->gone)
		return link->gone;
	if (link->closing || turns.swapping)
		return false;
	return !link->told || link->tell_ready || (link->busy && link->with_stack == 0);
}

static bool news_of_link(struct link *link, struct radio_news *news)
{
	uint32_t number = link->number;

	/* Also of one that is gone already: it has ended what was connectable. */
	if (!link->told) {
		link->told = true;
		return news_of(news, RADIO_NEWS_CONNECTED, number);
	}
	if (link->gone) {
		memset(link, 0, sizeof *link);
		return news_of(news, RADIO_NEWS_DISCONNECTED, number);
	}
	if (link->tell_ready) {
		link->tell_ready = false;
		return news_of(news, RADIO_NEWS_READY, number);
	}
	link->busy = false;
	return news_of(news, RADIO_NEWS_IDLE, number);
}

static bool news_of_links(struct radio_news *news)
{
	for (unsigned i = 0; i < RADIO_LINKS; i++)
		if (has_news(&turns.links[i]))
			return news_of_link(&turns.links[i], news);
	return false;
}

/* XS may have been busy for longer than a transmission lasts: then its end waits in the ring. */
static bool may_be_over_already(void)
{
	if (!turns.overdue)
		turns.overdue_limit = atomic_load(&ring.head);
	turns.overdue = true;
	return (int)(atomic_load_explicit(&ring.tail, memory_order_relaxed) - turns.overdue_limit) < 0;
}

/* Whose time has come. */
static bool expired(uint64_t now_ms, struct radio_news *news)
{
	if (!turns.up && is_past(now_ms, turns.start_at)) {
		turns.start_at = now_ms + RESTART_MS;
		if (++turns.starts % STARTS_IN_VAIN == 0) {
			switch_off();
			turns.failures++;
		}
		radio_port_start();
	}
	if (turns.connectable_refused && is_past(now_ms, turns.connectable_at))
		turns.connectable_refused = false;
	if (turns.swap_refused && is_past(now_ms, turns.swap_at))
		turns.swap_refused = false;
	for (unsigned i = 0; i < RADIO_LINKS; i++) {
		struct link *link = &turns.links[i];

		if (link->number == 0 || !is_past(now_ms, link->again_at))
			continue;
		if (link->closing)
			close_link(link, now_ms);
		else if (link->refused) {
			link->refused = false;
			link->tell_ready = true;
		}
	}
	if (turns.sending == SENDING_NOTHING || !is_past(now_ms, turns.sending_until))
		return false;
	if ((turns.sending == SENDING_LATER && turns.up) || (turns.sending == SENDING_NOW && may_be_over_already()))
		return false;
	if (turns.sending != SENDING_PAUSE)
		turns.failed_transmissions++;
	if (turns.sending == SENDING_NOW)
		radio_port_stop_advertising();
	return transmitted(news);
}

/* ---- calls ---- */

void radio_begin(uint64_t now_ms)
{
	memset(&turns, 0, sizeof turns);
	atomic_store(&ring.head, 0);
	atomic_store(&ring.tail, 0);
	atomic_store(&ring.woken, false);
	atomic_store(&ring.overrun, false);
	atomic_store(&ring.lost_reports, 0);
	atomic_store(&ring.lost_writes, 0);
	turns.start_at = now_ms + RESTART_MS;
	radio_port_start();
}

void radio_scan(bool on, uint64_t now_ms)
{
	turns.scan_wanted = on;
	turns.scan_at = now_ms;
	advance(now_ms);
}

bool radio_transmit(const uint8_t *address, const uint8_t *data, size_t length, uint64_t now_ms)
{
	struct advertisement *kept = &turns.transmission;

	if (turns.sending != SENDING_NOTHING || length > RADIO_DATA_SIZE)
		return false;
	memset(kept, 0, sizeof *kept);
	kept->has_address = address != NULL;
	if (address != NULL)
		memcpy(kept->address, address, RADIO_ADDRESS_SIZE);
	kept->length = (uint8_t)length;
	if (length > 0)
		memcpy(kept->data, data, length);
	turns.sending = SENDING_LATER;
	turns.sending_until = now_ms + TRANSMISSION_LIMIT_MS;
	advance(now_ms);
	return true;
}

static uint32_t legal_interval_ms(uint32_t interval_ms)
{
	if (interval_ms < SHORTEST_INTERVAL_MS)
		return SHORTEST_INTERVAL_MS;
	return interval_ms > LONGEST_INTERVAL_MS ? LONGEST_INTERVAL_MS : interval_ms;
}

void radio_connectable(const struct radio_advertisement *advertisement, uint64_t now_ms)
{
	struct advertisement *kept = &turns.connectable;

	turns.connectable_wanted = advertisement != NULL;
	turns.connectable_current = false;
	turns.connectable_refused = false;
	if (advertisement != NULL) {
		memset(kept, 0, sizeof *kept);
		kept->has_address = advertisement->address != NULL;
		if (kept->has_address)
			memcpy(kept->address, advertisement->address, RADIO_ADDRESS_SIZE);
		kept->length = (uint8_t)advertisement->length;
		if (kept->length > 0)
			memcpy(kept->data, advertisement->data, kept->length);
		kept->has_scan_response = advertisement->scan_response != NULL;
		if (kept->has_scan_response) {
			kept->scan_response_length = (uint8_t)advertisement->scan_response_length;
			memcpy(kept->scan_response, advertisement->scan_response, kept->scan_response_length);
		}
		kept->interval_ms = legal_interval_ms(advertisement->interval_ms);
		turns.connectable_due = true;
	}
	advance(now_ms);
}

bool radio_is_connectable(void)
{
	return turns.connectable_wanted;
}

void radio_serve(const struct radio_service *service, uint64_t now_ms)
{
	if (service != NULL ? turns.has_service && turns.service.service == service->service : !turns.has_service)
		return;
	turns.has_service = service != NULL;
	if (service != NULL)
		turns.service = *service;
	turns.swapping = true;
	turns.swap_refused = false;
	if (radio_port_swaps_live())
		for (unsigned i = 0; i < RADIO_LINKS; i++) {
			struct link *link = &turns.links[i];

			link->told = false;
			link->subscribed = false;
			link->refused = false;
			link->tell_ready = false;
			link->busy = false;
		}
	advance(now_ms);
}

bool radio_notify(uint32_t number, const uint8_t *value, size_t length, uint64_t now_ms)
{
	struct link *link = link_of_number(number);
	enum radio_notified outcome;

	if (link == NULL || !turns.up || turns.swapping || link->gone || link->closing || !link->subscribed)
		return false;
	outcome = link->with_stack < NOTIFY_ROOM ? radio_port_notify(link->handle, value, length) : RADIO_NOTIFY_BUSY;
	if (outcome == RADIO_NOTIFY_QUEUED) {
		link->with_stack++;
		link->busy = true;
		return true;
	}
	if (outcome == RADIO_NOTIFY_BUSY) {
		link->refused = true;
		link->again_at = now_ms + NOTIFY_AGAIN_MS;
	}
	return false;
}

size_t radio_notification_size(uint32_t number)
{
	const struct link *link = link_of_number(number);

	return (link == NULL ? DEFAULT_MTU : link->mtu) - VALUE_HEADER;
}

void radio_disconnect(uint32_t number, uint64_t now_ms)
{
	struct link *link = link_of_number(number);

	if (link != NULL && !link->gone && !link->closing)
		close_link(link, now_ms);
}

void radio_woken(void)
{
	atomic_store(&ring.woken, false);
}

bool radio_next(struct radio_news *news, uint64_t now_ms)
{
	for (;;) {
		struct record record;
		unsigned at;

		if (atomic_exchange(&ring.overrun, false)) {
			switch_off();
			fail(now_ms);
		}
		if (news_of_links(news) || expired(now_ms, news))
			return true;
		advance(now_ms);
		if (news_of_links(news))
			return true;
		if (!ring_pop(&record, turns.value, &at))
			return false;
		if (happened(&record, at, now_ms, news))
			return true;
	}
}

void radio_write_news(const struct radio_news *news, uint8_t *target)
{
	target[0] = news->on;
	target[1] = (uint8_t)news->rssi;
	target[2] = (uint8_t)news->length;
	target[3] = 0;
	for (unsigned i = 0; i < 4; i++)
		target[4 + i] = (uint8_t)(news->link >> (24 - 8 * i));
	if (news->length > 0)
		memcpy(target + RADIO_NEWS_HEADER, news->data, news->length);
}

static void until(uint32_t *wait_ms, uint64_t now_ms, uint64_t at)
{
	uint64_t left = is_past(now_ms, at) ? 0 : at - now_ms;

	if (left < *wait_ms)
		*wait_ms = (uint32_t)left;
}

uint32_t radio_wait_ms(uint64_t now_ms)
{
	uint32_t wait_ms = LOOK_MS;

	if (!ring_is_empty())
		return 0;
	if (!turns.up)
		until(&wait_ms, now_ms, turns.start_at);
	if (turns.up && turns.scan_wanted != turns.scan_on)
		until(&wait_ms, now_ms, turns.scan_at);
	if (turns.connectable_refused)
		until(&wait_ms, now_ms, turns.connectable_at);
	if (turns.swap_refused)
		until(&wait_ms, now_ms, turns.swap_at);
	if (turns.sending == SENDING_LATER && turns.up)
		until(&wait_ms, now_ms, turns.turn_end);
	else if (turns.sending != SENDING_NOTHING)
		until(&wait_ms, now_ms, turns.sending_until);
	for (unsigned i = 0; i < RADIO_LINKS; i++) {
		const struct link *link = &turns.links[i];

		if (has_news(link))
			return 0;
		if (link->closing || link->refused)
			until(&wait_ms, now_ms, link->again_at);
	}
	return wait_ms;
}

uint32_t radio_counted(enum radio_count count)
{
	switch (count) {
	case RADIO_COUNT_REPORTS:
		return atomic_load(&ring.lost_reports);
	case RADIO_COUNT_WRITES:
		return atomic_load(&ring.lost_writes);
	case RADIO_COUNT_FAILURES:
		return turns.failures;
	default:
		return turns.failed_transmissions;
	}
}

int32_t radio_last_failure(void)
{
	return turns.last_failure;
}
