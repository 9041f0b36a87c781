/*
 * The radio's turns and their ring over a stack that does as it is told: what radio.ts cannot reach, everything at random,
 * and two tasks at once.
 *
 * Sources: host/xs/radio/turns.c
 * Sanitizers: address,undefined thread
 */

#include "check.h"

#include "../../host/xs/radio/turns.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- the stack ---- */

static struct {
	bool up, refuses, swaps_live, wakes;
	unsigned links;
	/* Calls, since the last time. */
	unsigned starts, stops, scans, sends, advertises, ends, serves, notifies, disconnects;
	atomic_uint wakings;
	bool scanning, sending, advertising;
	uint16_t service;
	enum radio_notified answer;
	uint16_t last_disconnect;
	struct radio_advertisement last;
	uint8_t last_address[RADIO_ADDRESS_SIZE], last_data[RADIO_DATA_SIZE], last_response[RADIO_DATA_SIZE];
	/* Calls while it is not up. */
	unsigned early;
	/* One bit for each handle that was to be disconnected. */
	unsigned closed;
	/* Open links by handle. */
	bool open[8];
} stack;

static unsigned links_open(void)
{
	unsigned count = 0;

	for (int i = 0; i < 8; i++)
		count += stack.open[i];
	return count;
}

bool radio_port_start(void)
{
	stack.starts++;
	return !stack.refuses;
}

void radio_port_stop(void)
{
	stack.stops++;
	stack.up = stack.sending = stack.advertising = stack.scanning = false;
	memset(stack.open, 0, sizeof stack.open);
}

bool radio_port_scan(bool on)
{
	stack.scans++;
	stack.early += !stack.up;
	if (!stack.up || stack.refuses)
		return false;
	stack.scanning = on;
	return true;
}

static void keep(const struct radio_advertisement *advertisement)
{
	stack.last = *advertisement;
	memcpy(stack.last_data, advertisement->data, advertisement->length);
	if (advertisement->address != NULL)
		memcpy(stack.last_address, advertisement->address, RADIO_ADDRESS_SIZE);
	if (advertisement->scan_response != NULL)
		memcpy(stack.last_response, advertisement->scan_response, advertisement->scan_response_length);
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	CHECK_ALL_THE_SAME(!stack.sending && !stack.advertising);
	stack.sends++;
	stack.early += !stack.up;
	keep(advertisement);
	if (!stack.up || stack.refuses)
		return false;
	stack.sending = true;
	return true;
}

bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	CHECK_ALL_THE_SAME(!stack.sending && !stack.advertising);
	CHECK_ALL_THE_SAME(advertisement->interval_ms >= 20 && advertisement->interval_ms <= 10240);
	stack.advertises++;
	stack.early += !stack.up;
	keep(advertisement);
	if (!stack.up || stack.refuses || links_open() >= stack.links)
		return false;
	stack.advertising = true;
	return true;
}

void radio_port_stop_advertising(void)
{
	stack.ends++;
	stack.early += !stack.up;
	stack.sending = stack.advertising = false;
}

bool radio_port_serve(const struct radio_service *service)
{
	CHECK_ALL_THE_SAME(!stack.sending && !stack.advertising);
	stack.serves++;
	stack.early += !stack.up;
	if (!stack.up || stack.refuses || (!stack.swaps_live && links_open() > 0))
		return false;
	stack.service = service == NULL ? 0 : service->service;
	return true;
}

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length)
{
	(void)connection;
	(void)value;
	(void)length;
	stack.notifies++;
	return stack.answer;
}

void radio_port_disconnect(uint16_t connection)
{
	stack.disconnects++;
	stack.early += !stack.up;
	stack.last_disconnect = connection;
	stack.closed |= 1u << connection;
}

unsigned radio_port_links(void)
{
	return stack.links;
}

bool radio_port_swaps_live(void)
{
	return stack.swaps_live;
}

void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE])
{
	memset(address, 0xc0, RADIO_ADDRESS_SIZE);
}

bool radio_port_wake(void)
{
	atomic_fetch_add(&stack.wakings, 1);
	return stack.wakes;
}

/* ---- words for the cases ---- */

static uint64_t now_ms;
static struct radio_news news;

static bool tell(enum radio_event_type type, uint16_t connection, int32_t value)
{
	struct radio_event event = {.type = type, .connection = connection, .value = value};

	return radio_happened(&event);
}

static bool tell_octets(enum radio_event_type type, uint16_t connection, const uint8_t *data, size_t length)
{
	struct radio_event event = {.type = type, .connection = connection, .data = data, .length = length};

	return radio_happened(&event);
}

static bool report(uint8_t last)
{
	uint8_t data[] = {3, 0x2b, 0, last};

	return tell_octets(RADIO_REPORT, 0, data, sizeof data);
}

static bool write_octets(uint16_t connection, uint8_t first, size_t length)
{
	uint8_t data[RADIO_VALUE_SIZE + 1] = {first};

	return tell_octets(RADIO_WRITTEN, connection, data, length);
}

/* The next news is of this type. */
static bool comes(enum radio_news_type type)
{
	return radio_next(&news, now_ms) && news.type == type;
}

static bool comes_of(enum radio_news_type type, uint32_t link)
{
	return comes(type) && news.link == link;
}

static bool nothing_comes(void)
{
	return !radio_next(&news, now_ms);
}

static void begin(void)
{
	memset(&stack, 0, sizeof stack);
	stack.links = 2;
	stack.wakes = true;
	stack.swaps_live = true;
	now_ms = 5000000000u;
	radio_begin(now_ms);
}

/* The stack is up. */
static void come_up(void)
{
	begin();
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK_ALL_THE_SAME(nothing_comes());
}

static void serve(uint16_t uuid)
{
	struct radio_service service = {uuid, 1, 2};

	radio_serve(&service, now_ms);
}

static void connect_link(uint16_t handle)
{
	stack.open[handle] = true;
	stack.advertising = false;
	tell(RADIO_CONNECTED, handle, 0);
}

static void lose_link(uint16_t handle)
{
	stack.open[handle] = false;
	tell(RADIO_DISCONNECTED, handle, 0);
}

static void put_up(uint32_t interval_ms)
{
	static const uint8_t data[] = {2, 1, 6};
	struct radio_advertisement advertisement = {.data = data, .length = 3, .interval_ms = interval_ms};

	radio_connectable(&advertisement, now_ms);
}

static bool transmit(uint8_t last)
{
	uint8_t data[] = {3, 0x2b, 0, last};

	return radio_transmit(NULL, data, sizeof data, now_ms);
}

/* Subscribed, with its number. */
static uint32_t subscriber(uint16_t handle)
{
	connect_link(handle);
	tell(RADIO_SUBSCRIBED, handle, 1);
	CHECK_ALL_THE_SAME(comes(RADIO_NEWS_CONNECTED));
	CHECK_ALL_THE_SAME(comes(RADIO_NEWS_SUBSCRIBED) && news.on);
	CHECK_ALL_THE_SAME(nothing_comes());
	return news.link;
}

/* ---- the ring ---- */

static void what_goes_in_comes_out(void)
{
	come_up();
	connect_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	for (unsigned round = 0; round < 3000; round++) {
		uint8_t data[RADIO_VALUE_SIZE];
		size_t length = round % (RADIO_VALUE_SIZE + 1);

		memset(data, (int)round, sizeof data);
		CHECK(tell_octets(RADIO_WRITTEN, 3, data, length));
		CHECK(tell_octets(RADIO_WRITTEN, 3, data, length));
		for (int twice = 0; twice < 2; twice++) {
			CHECK(comes_of(RADIO_NEWS_WRITTEN, 1));
			CHECK(news.length == length && memcmp(news.data, data, length) == 0);
		}
	}
}

static void only_what_is_for_a_mesh_node_takes_room(void)
{
	static const char *const taken[] = {
		"\3\x29\0\1", "\3\x2a\0\1", "\3\x2b\0\1", "\2\1\6\1\x2b", "\4\x16\x59\x18\1", "\3\x16\x59\x18",
	};
	static const char *const left[] = {
		"", "\3", "\2\1\6", "\0\x2b", "\3\x16\x59\x19", "\3\x16\x58\x18", "\3\x17\x59\x18", "\3\x16\x59",
		"\2\x16\x59\x18\xff", "\7\1\3\x2b\3\x2b\3\x2b",
	};

	come_up();
	radio_scan(true, now_ms);
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
		/* The octets end where they end: a sanitizer sees who reads on. */
		size_t length = i == 3 ? 2 : strlen(left[i]);
		uint8_t *octets = malloc(length + !length);

		memcpy(octets, left[i], length);
		CHECK_ALL_THE_SAME(tell_octets(RADIO_REPORT, 0, octets, length) && nothing_comes());
		free(octets);
	}
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		size_t length = i < 3 ? 4 : strlen(taken[i]);
		struct radio_event event = {.type = RADIO_REPORT, .rssi = -90, .data = (const uint8_t *)taken[i], .length = length};

		CHECK(radio_happened(&event) && comes(RADIO_NEWS_RECEIVED));
		CHECK(news.rssi == -90 && news.length == length && memcmp(news.data, taken[i], length) == 0);
	}
	CHECK(radio_counted(RADIO_COUNT_REPORTS) == 0);
}

static void a_full_ring_is_not_written_over(void)
{
	for (size_t length = 0; length <= RADIO_VALUE_SIZE; length += 4) {
		unsigned count = 0;

		come_up();
		connect_link(3);
		CHECK(comes(RADIO_NEWS_CONNECTED));
		while (write_octets(3, (uint8_t)count, length))
			count++;
		/* All but what is left for the stack, and not for want of a little. */
		CHECK((count + 1) * (length + 12) > 4096 - 768);
		for (unsigned i = 0; i < count; i++) {
			CHECK(comes_of(RADIO_NEWS_WRITTEN, 1));
			CHECK(news.length == length && (length == 0 || news.data[0] == (uint8_t)i));
		}
		CHECK(nothing_comes());
	}
}

static void reports_leave_room(void)
{
	unsigned reports = 0, writes = 0;

	come_up();
	radio_scan(true, now_ms);
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	while (report(0))
		reports++;
	while (write_octets(3, (uint8_t)writes, 20))
		writes++;
	CHECK(reports >= 60);
	CHECK(writes >= 35);
	CHECK(radio_counted(RADIO_COUNT_REPORTS) == 1);
	CHECK(radio_counted(RADIO_COUNT_WRITES) == 1);
	/* Everything that stacks tell of four links beside. */
	for (int i = 0; i < 40; i++)
		CHECK(tell(RADIO_NOTIFIED, 3, 0));
	while (reports-- > 0)
		CHECK(comes(RADIO_NEWS_RECEIVED));
	while (writes-- > 0)
		CHECK(comes_of(RADIO_NEWS_WRITTEN, 1));
	CHECK(nothing_comes());
	CHECK(radio_counted(RADIO_COUNT_FAILURES) == 0);
	CHECK(report(1) && comes(RADIO_NEWS_RECEIVED) && news.data[3] == 1);
}

static void a_lost_write_ends_its_link(void)
{
	come_up();
	connect_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	connect_link(5);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 2));
	CHECK(write_octets(3, 1, 10));
	CHECK(!write_octets(3, 2, RADIO_VALUE_SIZE + 1));
	/* There is room, but it would look like the one that is lost. */
	CHECK(!write_octets(3, 3, 10));
	CHECK(!tell(RADIO_SUBSCRIBED, 3, 1));
	CHECK(write_octets(5, 4, 10));
	/* What the stack tells of it changes nothing. */
	CHECK(tell(RADIO_NOTIFIED, 3, 0));
	CHECK(!write_octets(3, 3, 10));
	CHECK(radio_counted(RADIO_COUNT_WRITES) == 4);
	CHECK(comes_of(RADIO_NEWS_WRITTEN, 1) && news.data[0] == 1 && news.length == 10);
	CHECK(comes_of(RADIO_NEWS_WRITTEN, 2) && news.data[0] == 4);
	CHECK(nothing_comes());
	CHECK(stack.disconnects == 1 && stack.last_disconnect == 3);
	lose_link(3);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1) && news.length == 0 && news.data == NULL);
	/* The next one under this handle has done nothing. */
	connect_link(3);
	CHECK(write_octets(3, 5, 10));
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 3));
	CHECK(comes_of(RADIO_NEWS_WRITTEN, 3) && news.data[0] == 5);
	CHECK(nothing_comes() && stack.disconnects == 1);
	for (int again = 0; again < 10; again++) {
		CHECK(!write_octets(3, 0, RADIO_VALUE_SIZE + 1));
		lose_link(3);
		connect_link(3);
		CHECK(comes(RADIO_NEWS_DISCONNECTED) && comes(RADIO_NEWS_CONNECTED));
	}
	CHECK(nothing_comes() && stack.disconnects == 11);
	CHECK(radio_counted(RADIO_COUNT_FAILURES) == 0);
}

static void each_link_can_be_lost_once(void)
{
	come_up();
	stack.links = 4;
	for (uint16_t handle = 0; handle < 4; handle++)
		connect_link(handle);
	for (int i = 0; i < 4; i++)
		CHECK(comes(RADIO_NEWS_CONNECTED));
	for (int again = 0; again < 50; again++)
		for (uint16_t handle = 0; handle < 4; handle++)
			CHECK(!write_octets(handle, 0, RADIO_VALUE_SIZE + 1));
	CHECK(nothing_comes());
	CHECK(stack.disconnects == 4 && radio_counted(RADIO_COUNT_FAILURES) == 0);
	/* A fifth does not exist: whoever tells of it is out of order. */
	CHECK(!write_octets(7, 0, RADIO_VALUE_SIZE + 1));
	for (uint32_t link = 1; link <= 4; link++)
		CHECK(comes_of(RADIO_NEWS_DISCONNECTED, link));
	CHECK(stack.stops == 1 && radio_counted(RADIO_COUNT_FAILURES) == 1);
}

static void a_stack_that_floods_is_restarted(void)
{
	come_up();
	connect_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	radio_scan(true, now_ms);
	CHECK(report(1));
	while (tell(RADIO_NOTIFIED, 3, 0))
		;
	CHECK(stack.stops == 0);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1));
	CHECK(stack.stops == 1 && stack.starts == 1);
	CHECK(nothing_comes() && radio_counted(RADIO_COUNT_FAILURES) == 1);
	CHECK(radio_wait_ms(now_ms) == 1000);
	now_ms += 1000;
	CHECK(nothing_comes() && stack.starts == 2);
	CHECK(tell(RADIO_FAILED, 0, 5));
	CHECK(nothing_comes() && radio_last_failure() == 5);
	now_ms += 999;
	CHECK(nothing_comes() && stack.starts == 2);
	now_ms += 1;
	CHECK(nothing_comes() && stack.starts == 3);
}

static void a_failed_stack_has_lost_no_write(void)
{
	come_up();
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	CHECK(!write_octets(3, 0, RADIO_VALUE_SIZE + 1));
	tell(RADIO_FAILED, 0, 0);
	CHECK(comes(RADIO_NEWS_DISCONNECTED));
	CHECK(nothing_comes());
	for (uint16_t handle = 4; handle < 8; handle++)
		CHECK(!write_octets(handle, 0, RADIO_VALUE_SIZE + 1));
	CHECK(nothing_comes());
	CHECK(stack.stops == 0 && radio_counted(RADIO_COUNT_FAILURES) == 1);
}

static void a_restarted_stack_has_lost_no_write(void)
{
	come_up();
	for (uint16_t handle = 0; handle < 5; handle++)
		CHECK(!write_octets(handle, 0, RADIO_VALUE_SIZE + 1));
	CHECK(nothing_comes() && stack.stops == 1);
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	for (uint16_t handle = 5; handle < 8; handle++) {
		connect_link(handle);
		CHECK(!write_octets(handle, 0, RADIO_VALUE_SIZE + 1));
	}
	CHECK(comes(RADIO_NEWS_CONNECTED) && stack.stops == 1);
}

static void one_wake_until_it_is_heard(void)
{
	uint8_t flags[] = {2, 1, 6};

	come_up();
	radio_woken();
	radio_scan(true, now_ms);
	stack.wakings = 0;
	CHECK(tell_octets(RADIO_REPORT, 0, flags, sizeof flags));
	CHECK(stack.wakings == 0 && nothing_comes());
	CHECK(report(1) && report(2) && report(3));
	CHECK(stack.wakings == 1);
	CHECK(comes(RADIO_NEWS_RECEIVED) && comes(RADIO_NEWS_RECEIVED) && comes(RADIO_NEWS_RECEIVED));
	CHECK(report(4));
	/* Looked at by a timer: the wake is still on its way. */
	CHECK(stack.wakings == 1 && comes(RADIO_NEWS_RECEIVED));
	radio_woken();
	stack.wakes = false;
	CHECK(report(5));
	CHECK(stack.wakings == 2);
	/* Nobody was woken: again with whatever happens. */
	CHECK(tell_octets(RADIO_REPORT, 0, flags, sizeof flags));
	CHECK(stack.wakings == 3);
	stack.wakes = true;
	CHECK(report(6) && report(7));
	CHECK(stack.wakings == 4);
	CHECK(radio_wait_ms(now_ms) == 0);
}

/* ---- turns ---- */

static void a_turn_lasts_twenty_ms(void)
{
	come_up();
	put_up(100);
	CHECK(stack.advertising);
	now_ms += 12;
	CHECK(transmit(1) && !transmit(2));
	CHECK(stack.advertising && radio_wait_ms(now_ms) == 8);
	now_ms += 7;
	CHECK(nothing_comes() && stack.advertising);
	now_ms += 1;
	CHECK(nothing_comes() && stack.sending && stack.last_data[3] == 1);
	CHECK(radio_wait_ms(now_ms) == 1000);
	now_ms += 3;
	CHECK(tell(RADIO_SENT, 0, 0));
	CHECK(radio_wait_ms(now_ms) == 0);
	stack.sending = false;
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	/* Until its interval is over, transmissions come first. */
	CHECK(!stack.advertising && transmit(2) && stack.sending);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes());
	CHECK(stack.advertising);
	now_ms += 20;
	CHECK(transmit(3) && stack.sending);
	now_ms += 100;
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	CHECK(transmit(4) && stack.advertising && radio_wait_ms(now_ms) == 20);
}

static void what_is_sent_twice_counts_once(void)
{
	come_up();
	CHECK(transmit(1));
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes());
	CHECK(transmit(2));
	now_ms += 999;
	CHECK(nothing_comes() && stack.ends == 0);
	now_ms += 1;
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && stack.ends == 1);
	CHECK(radio_counted(RADIO_COUNT_TRANSMISSIONS) == 1);
	/* That comes too late. */
	tell(RADIO_SENT, 0, 0);
	CHECK(nothing_comes());
}

static void an_end_that_is_heard_late_is_one(void)
{
	come_up();
	radio_scan(true, now_ms);
	CHECK(transmit(1));
	CHECK(report(1));
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	/* XS was busy. */
	now_ms += 5000;
	CHECK(comes(RADIO_NEWS_RECEIVED) && comes(RADIO_NEWS_TRANSMITTED));
	CHECK(stack.ends == 0 && radio_counted(RADIO_COUNT_TRANSMISSIONS) == 0);
	CHECK(transmit(2) && nothing_comes() && stack.sending);
	/* Reports that never stop do not keep one up that is never told to be over. */
	CHECK(report(2) && report(3));
	now_ms += 1000;
	CHECK(comes(RADIO_NEWS_RECEIVED) && report(4) && comes(RADIO_NEWS_RECEIVED) && report(5));
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && stack.ends == 1);
	CHECK(comes(RADIO_NEWS_RECEIVED) && news.data[3] == 4 && comes(RADIO_NEWS_RECEIVED) && nothing_comes());
	CHECK(radio_counted(RADIO_COUNT_TRANSMISSIONS) == 1);
}

static void a_refused_transmission_takes_its_time(void)
{
	come_up();
	put_up(100);
	now_ms += 20;
	stack.refuses = true;
	CHECK(transmit(1) && stack.sends == 1 && !stack.advertising);
	stack.refuses = false;
	CHECK(radio_wait_ms(now_ms) == 20);
	now_ms += 19;
	CHECK(nothing_comes() && !stack.advertising);
	now_ms += 1;
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && stack.ends == 1);
	CHECK(nothing_comes() && stack.advertising);
	CHECK(radio_counted(RADIO_COUNT_TRANSMISSIONS) == 1);
}

static void one_that_waits_begins_however_late(void)
{
	come_up();
	put_up(100);
	CHECK(transmit(1) && !stack.sending);
	/* Nobody looks for a while. */
	now_ms += 5000;
	CHECK(nothing_comes() && stack.sending);
}

static void nothing_is_asked_of_a_stack_that_is_not_up(void)
{
	begin();
	stack.refuses = true;
	radio_scan(true, now_ms);
	put_up(100);
	serve(0x1827);
	CHECK(transmit(1));
	now_ms += 999;
	CHECK(nothing_comes() && stack.starts == 1 && radio_wait_ms(now_ms) == 1);
	now_ms += 1;
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes() && stack.starts == 2);
	CHECK(radio_counted(RADIO_COUNT_TRANSMISSIONS) == 1);
	now_ms += 999;
	CHECK(nothing_comes() && stack.starts == 2);
	now_ms += 1;
	CHECK(nothing_comes() && stack.starts == 3 && stack.early == 0);
	stack.refuses = false;
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.scanning && stack.advertising && stack.service == 0x1827);
	stack.up = stack.advertising = false;
	tell(RADIO_FAILED, 0, 0);
	CHECK(nothing_comes());
	radio_scan(false, now_ms);
	put_up(50);
	CHECK(stack.early == 0);
	stack.service = 0;
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.advertising && stack.last.interval_ms == 50 && stack.service == 0x1827);
	stack.up = stack.advertising = false;
	tell(RADIO_FAILED, 0, 0);
	CHECK(nothing_comes());
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.advertising);
}

static void beginning_forgets_everything(void)
{
	come_up();
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	for (uint16_t handle = 0; handle < 6; handle++)
		write_octets(handle, 0, RADIO_VALUE_SIZE + 1);
	begin();
	CHECK(radio_counted(RADIO_COUNT_WRITES) == 0);
	stack.up = true;
	stack.wakings = 0;
	tell(RADIO_READY, 0, 0);
	CHECK(stack.wakings == 1 && nothing_comes() && stack.stops == 0);
	connect_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	CHECK(!write_octets(3, 0, RADIO_VALUE_SIZE + 1));
	CHECK(nothing_comes() && stack.disconnects == 1);
}

static void what_is_sent_is_what_was_given(void)
{
	uint8_t address[] = {0xc1, 2, 3, 4, 5, 6}, data[RADIO_DATA_SIZE], response[] = {2, 9, 0x4c};
	struct radio_advertisement advertisement = {address, data, sizeof data, response, sizeof response, 100};

	come_up();
	memset(data, 7, sizeof data);
	CHECK(radio_transmit(address, data, sizeof data, now_ms));
	CHECK(memcmp(stack.last_address, "\xc1\2\3\4\5\6", 6) == 0 && stack.last.length == 31);
	CHECK(memcmp(stack.last_data, data, sizeof data) == 0 && stack.last.scan_response == NULL);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	CHECK(transmit(9) && stack.last.address == NULL && stack.last.length == 4);
	address[5] = 9;
	radio_connectable(&advertisement, now_ms);
	memset(address, 0, sizeof address);
	memset(data, 0, sizeof data);
	memset(response, 0, sizeof response);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes() && stack.advertising);
	CHECK(memcmp(stack.last_address, "\xc1\2\3\4\5\11", 6) == 0 && stack.last.length == 31);
	CHECK(stack.last_data[0] == 7 && stack.last_data[30] == 7);
	CHECK(stack.last.scan_response_length == 3 && memcmp(stack.last_response, "\2\11\x4c", 3) == 0);
	put_up(100);
	CHECK(stack.last.address == NULL && stack.last.scan_response == NULL && stack.last.scan_response_length == 0);
}

static void a_new_one_does_not_wait(void)
{
	come_up();
	put_up(10000);
	now_ms += 20;
	CHECK(transmit(1) && stack.sending);
	put_up(10000);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	CHECK(transmit(2) && stack.advertising);
	stack.refuses = true;
	put_up(100);
	CHECK(stack.advertises == 3 && !stack.advertising);
	/* Not for the refusal of the one before either. */
	stack.refuses = false;
	put_up(100);
	CHECK(stack.advertising && stack.advertises == 4);
}

static void intervals_are_legal(void)
{
	come_up();
	put_up(1);
	CHECK(stack.last.interval_ms == 20);
	put_up(65535);
	CHECK(stack.last.interval_ms == 10240);
	put_up(21);
	CHECK(stack.last.interval_ms == 21 && stack.ends == 2);
	radio_connectable(NULL, now_ms);
	CHECK(!stack.advertising && !radio_is_connectable());
	now_ms += 20000;
	CHECK(nothing_comes() && stack.advertises == 3);
	CHECK(!radio_transmit(NULL, stack.last_data, RADIO_DATA_SIZE + 1, now_ms));
}

static void nothing_can_be_sent_too(void)
{
	struct radio_advertisement nothing = {.interval_ms = 100};

	come_up();
	radio_connectable(&nothing, now_ms);
	CHECK(stack.advertising && stack.last.length == 0);
	now_ms += 20;
	CHECK(radio_transmit(NULL, NULL, 0, now_ms) && stack.sending && stack.last.length == 0);
}

static void a_refusal_of_the_connectable_is_waited_out(void)
{
	come_up();
	stack.refuses = true;
	put_up(100);
	CHECK(stack.advertises == 1 && radio_wait_ms(now_ms) == 500);
	CHECK(transmit(1) && stack.sends == 1);
	stack.refuses = false;
	now_ms += 499;
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes() && stack.advertises == 1);
	now_ms += 1;
	CHECK(nothing_comes() && stack.advertising);
	stack.advertising = false;
	stack.refuses = true;
	put_up(100);
	stack.refuses = false;
	/* A link that ends may be what it waits for. */
	tell(RADIO_DISCONNECTED, 3, 0);
	CHECK(nothing_comes() && stack.advertising);
	stack.advertising = false;
	stack.refuses = true;
	put_up(100);
	stack.refuses = false;
	CHECK(transmit(2) && stack.sending && radio_wait_ms(now_ms) == 500);
}

static void scanning_is_told_once_and_again_where_refused(void)
{
	come_up();
	stack.refuses = true;
	radio_scan(true, now_ms);
	CHECK(stack.scans == 1 && radio_wait_ms(now_ms) == 500);
	now_ms += 100;
	radio_scan(true, now_ms);
	CHECK(stack.scans == 2 && radio_wait_ms(now_ms) == 500);
	now_ms += 499;
	CHECK(nothing_comes() && stack.scans == 2);
	stack.refuses = false;
	now_ms += 1;
	CHECK(nothing_comes() && stack.scanning);
	radio_scan(true, now_ms);
	CHECK(nothing_comes() && stack.scans == 3 && radio_wait_ms(now_ms) == 1000);
	CHECK(report(1));
	radio_scan(false, now_ms);
	CHECK(nothing_comes() && !stack.scanning && stack.scans == 4);
}

static void ready_twice_changes_nothing(void)
{
	come_up();
	put_up(100);
	radio_scan(true, now_ms);
	serve(0x1827);
	CHECK(nothing_comes() && stack.serves == 1 && stack.advertises == 2);
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.scans == 1 && stack.advertises == 2 && stack.serves == 1);
	CHECK(radio_wait_ms(now_ms) == 1000);
}

static void failing_gives_up_the_transmission(void)
{
	come_up();
	put_up(100);
	now_ms += 20;
	radio_scan(true, now_ms);
	CHECK(transmit(1) && stack.sending);
	stack.sending = false;
	stack.up = false;
	tell(RADIO_FAILED, 0, 9);
	CHECK(nothing_comes() && radio_wait_ms(now_ms) == 20);
	now_ms += 20;
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	CHECK(radio_counted(RADIO_COUNT_TRANSMISSIONS) == 1);
	CHECK(radio_wait_ms(now_ms) == 980);
	stack.scans = stack.advertises = 0;
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.scans == 1 && stack.advertises == 1);
	stack.up = stack.advertising = false;
	tell(RADIO_FAILED, 0, 9);
	CHECK(nothing_comes());
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.scans == 2 && stack.advertising);
}

static void a_stack_that_is_down_tells_nothing(void)
{
	come_up();
	radio_scan(true, now_ms);
	serve(0x1827);
	put_up(100);
	tell(RADIO_FAILED, 0, 9);
	report(0);
	tell(RADIO_CONNECTED, 3, 0);
	tell(RADIO_SUBSCRIBED, 3, 1);
	stack.up = stack.advertising = false;
	CHECK(nothing_comes() && radio_is_connectable());
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.advertising && stack.disconnects == 0 && stack.early == 0);
}

static void a_stack_that_is_stuck_is_switched_off(void)
{
	begin();
	for (unsigned attempt = 1; attempt <= 30; attempt++) {
		CHECK(nothing_comes() && stack.starts == attempt && stack.stops == (attempt - 1) / 10);
		CHECK(radio_counted(RADIO_COUNT_FAILURES) == stack.stops);
		now_ms += 1000;
	}
	/* Just then it comes up, and is switched off all the same: this is over. */
	tell(RADIO_READY, 0, 0);
	put_up(100);
	CHECK(nothing_comes() && stack.stops == 3 && stack.starts == 31 && stack.advertises == 0);
	stack.up = true;
	tell(RADIO_READY, 0, 0);
	CHECK(nothing_comes() && stack.stops == 3 && stack.starts == 31 && stack.advertising);
	stack.up = stack.advertising = false;
	tell(RADIO_FAILED, 0, 0);
	for (int attempt = 1; attempt <= 10; attempt++) {
		CHECK(nothing_comes() && stack.stops == 3);
		now_ms += 1000;
	}
	CHECK(nothing_comes() && stack.stops == 4);
}

/* ---- links ---- */

static void a_handle_is_used_again(void)
{
	come_up();
	connect_link(3);
	connect_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1));
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 2));
	lose_link(3);
	lose_link(3);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 2) && nothing_comes());
	write_octets(3, 0, 3);
	tell(RADIO_SUBSCRIBED, 3, 1);
	tell(RADIO_NOTIFIED, 3, 0);
	CHECK(nothing_comes());
}

static void one_link_too_many_is_turned_away(void)
{
	come_up();
	stack.links = 5;
	for (uint16_t handle = 0; handle < 5; handle++)
		connect_link(handle);
	for (uint32_t link = 1; link <= 4; link++)
		CHECK(comes_of(RADIO_NEWS_CONNECTED, link));
	CHECK(nothing_comes());
	CHECK(stack.disconnects == 1 && stack.last_disconnect == 4);
	put_up(100);
	CHECK(!stack.advertising && stack.advertises == 0);
	lose_link(2);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 3) && nothing_comes() && stack.advertising);
}

static void a_connection_ends_what_is_put_up_after_it(void)
{
	come_up();
	put_up(100);
	/* It has happened, and is not known yet. */
	connect_link(3);
	put_up(50);
	CHECK(stack.advertising);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	CHECK(!stack.advertising && !radio_is_connectable());
	now_ms += 5000;
	CHECK(nothing_comes() && stack.advertises == 2);
}

static void the_mtu_bounds_a_notification(void)
{
	uint32_t link;

	come_up();
	link = subscriber(3);
	tell(RADIO_SUBSCRIBED, 3, 1);
	CHECK(nothing_comes());
	CHECK(radio_notification_size(link) == 20 && radio_notification_size(99) == 20);
	tell(RADIO_MTU, 3, 69);
	CHECK(nothing_comes() && radio_notification_size(link) == 66);
	CHECK(radio_notification_size(99) == 20 && radio_notification_size(0) == 20);
	tell(RADIO_MTU, 3, 517);
	CHECK(nothing_comes() && radio_notification_size(link) == RADIO_VALUE_SIZE);
	tell(RADIO_MTU, 3, 0x10000);
	CHECK(nothing_comes() && radio_notification_size(link) == RADIO_VALUE_SIZE);
	tell(RADIO_MTU, 3, 0x10000 + 50);
	CHECK(nothing_comes() && radio_notification_size(link) == RADIO_VALUE_SIZE);
	tell(RADIO_MTU, 3, 5);
	CHECK(nothing_comes() && radio_notification_size(link) == 20);
	tell(RADIO_MTU, 3, -1);
	CHECK(nothing_comes() && radio_notification_size(link) == 20);
}

static void notifications_wait_for_room(void)
{
	uint32_t link;
	uint8_t value[1] = {1};

	come_up();
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	CHECK(!radio_notify(1, value, 1, now_ms) && stack.notifies == 0);
	lose_link(3);
	CHECK(comes(RADIO_NEWS_DISCONNECTED));
	link = subscriber(3);
	for (int i = 0; i < 4; i++)
		CHECK(radio_notify(link, value, 1, now_ms));
	CHECK(!radio_notify(link, value, 1, now_ms) && stack.notifies == 4);
	CHECK(nothing_comes());
	tell(RADIO_NOTIFIED, 3, 0);
	CHECK(comes_of(RADIO_NEWS_READY, link) && nothing_comes());
	CHECK(radio_notify(link, value, 1, now_ms));
	for (int i = 0; i < 3; i++)
		tell(RADIO_NOTIFIED, 3, 0);
	CHECK(nothing_comes());
	tell(RADIO_NOTIFIED, 3, 0);
	CHECK(comes_of(RADIO_NEWS_IDLE, link) && nothing_comes());
	tell(RADIO_NOTIFIED, 3, 0);
	CHECK(nothing_comes());
	CHECK(radio_notify(link, value, 1, now_ms) && nothing_comes());
}

static void a_busy_stack_is_asked_again(void)
{
	uint32_t link;
	uint8_t value[1] = {1};

	come_up();
	link = subscriber(3);
	stack.answer = RADIO_NOTIFY_BUSY;
	CHECK(!radio_notify(link, value, 1, now_ms));
	CHECK(radio_wait_ms(now_ms) == 20);
	now_ms += 19;
	CHECK(nothing_comes());
	now_ms += 1;
	CHECK(comes_of(RADIO_NEWS_READY, link) && nothing_comes());
	now_ms += 100;
	CHECK(nothing_comes() && radio_wait_ms(now_ms) == 1000);
	stack.answer = RADIO_NOTIFY_REFUSED;
	CHECK(!radio_notify(link, value, 1, now_ms));
	now_ms += 100;
	CHECK(nothing_comes());
	tell(RADIO_SUBSCRIBED, 3, 0);
	CHECK(comes(RADIO_NEWS_SUBSCRIBED) && !news.on);
	stack.answer = RADIO_NOTIFY_QUEUED;
	CHECK(!radio_notify(link, value, 1, now_ms));
}

static void closing_is_told_again(void)
{
	uint32_t link;
	uint8_t value[1] = {1};

	come_up();
	link = subscriber(3);
	CHECK(radio_notify(link, value, 1, now_ms));
	radio_disconnect(link, now_ms);
	radio_disconnect(link, now_ms);
	radio_disconnect(99, now_ms);
	CHECK(stack.disconnects == 1 && stack.last_disconnect == 3);
	CHECK(!radio_notify(link, value, 1, now_ms));
	write_octets(3, 0, 3);
	tell(RADIO_NOTIFIED, 3, 0);
	tell(RADIO_SUBSCRIBED, 3, 0);
	CHECK(nothing_comes() && radio_wait_ms(now_ms) == 1000);
	now_ms += 999;
	CHECK(nothing_comes() && stack.disconnects == 1 && radio_wait_ms(now_ms) == 1);
	now_ms += 1;
	CHECK(nothing_comes() && stack.disconnects == 2);
	lose_link(3);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, link) && nothing_comes());
	now_ms += 5000;
	CHECK(nothing_comes() && stack.disconnects == 2);
}

/* ---- services ---- */

static void what_was_done_to_the_service_before_is_not_heard(void)
{
	uint8_t value[1] = {1};

	come_up();
	serve(0x1827);
	CHECK(subscriber(3) == 1);
	for (int i = 0; i < 4; i++)
		CHECK(radio_notify(1, value, 1, now_ms));
	CHECK(!radio_notify(1, value, 1, now_ms));
	tell(RADIO_SUBSCRIBED, 3, 0);
	tell(RADIO_SUBSCRIBED, 3, 1);
	write_octets(3, 1, 5);
	serve(0x1828);
	CHECK(stack.service == 0x1828 && !radio_notify(1, value, 1, now_ms));
	CHECK(radio_wait_ms(now_ms) == 0);
	tell(RADIO_SUBSCRIBED, 3, 1);
	tell(RADIO_MTU, 3, 100);
	tell(RADIO_NOTIFIED, 3, 0);
	write_octets(3, 2, 5);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1));
	CHECK(comes_of(RADIO_NEWS_SUBSCRIBED, 1) && news.on);
	CHECK(comes_of(RADIO_NEWS_WRITTEN, 1) && news.data[0] == 2);
	CHECK(nothing_comes() && radio_notification_size(1) == 97);
	now_ms += 100;
	CHECK(nothing_comes());
	serve(0x1828);
	CHECK(nothing_comes() && stack.serves == 2);
}

static void room_for_the_service_before_is_not_told_of(void)
{
	uint8_t value[1] = {1};

	come_up();
	serve(0x1827);
	CHECK(subscriber(3) == 1 && subscriber(4) == 2);
	stack.answer = RADIO_NOTIFY_BUSY;
	CHECK(!radio_notify(1, value, 1, now_ms) && !radio_notify(2, value, 1, now_ms));
	now_ms += 20;
	CHECK(comes_of(RADIO_NEWS_READY, 1) && radio_wait_ms(now_ms) == 0);
	serve(0x1828);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1) && comes_of(RADIO_NEWS_CONNECTED, 2) && nothing_comes());
}

static void nothing_is_notified_while_a_swap_waits(void)
{
	uint8_t value[1] = {1};

	come_up();
	stack.swaps_live = false;
	serve(0x1827);
	CHECK(subscriber(3) == 1);
	CHECK(transmit(1) && stack.sending);
	serve(0x1828);
	CHECK(stack.disconnects == 0 && !radio_notify(1, value, 1, now_ms) && stack.notifies == 0);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED) && nothing_comes() && stack.disconnects == 1);
}

static void a_swap_waits_for_the_transmission(void)
{
	come_up();
	serve(0x1827);
	CHECK(subscriber(3) == 1);
	CHECK(transmit(1) && stack.sending);
	serve(0x1828);
	CHECK(stack.service == 0x1827);
	write_octets(3, 1, 5);
	connect_link(4);
	CHECK(nothing_comes() && radio_wait_ms(now_ms) == 1000);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1) && comes_of(RADIO_NEWS_CONNECTED, 2));
	CHECK(nothing_comes() && stack.service == 0x1828 && stack.disconnects == 0);
}

/* Or nobody would put up again what its connection has ended. */
static void one_that_is_gone_during_a_swap_is_heard_of(void)
{
	come_up();
	serve(0x1827);
	CHECK(nothing_comes());
	put_up(100);
	now_ms += 20;
	connect_link(3);
	CHECK(transmit(1) && stack.sending);
	serve(0x1828);
	lose_link(3);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1) && !radio_is_connectable());
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1) && nothing_comes());
}

static void a_link_that_a_swap_has_cut_is_closed(void)
{
	come_up();
	stack.swaps_live = false;
	serve(0x1827);
	put_up(100);
	/* Nobody knows of it yet; and a stack that begins anew for a service has no link after that. */
	tell(RADIO_CONNECTED, 3, 0);
	tell(RADIO_SUBSCRIBED, 3, 1);
	serve(0x1828);
	CHECK(stack.service == 0x1828);
	CHECK(nothing_comes() && stack.disconnects == 1 && stack.last_disconnect == 3);
	tell(RADIO_DISCONNECTED, 3, 0);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 1) && !radio_is_connectable());
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1) && nothing_comes());
	put_up(100);
	tell(RADIO_CONNECTED, 3, 0);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 2) && nothing_comes() && stack.disconnects == 1);
}

static void where_links_do_not_live_on_all_end_first(void)
{
	come_up();
	stack.swaps_live = false;
	stack.links = 3;
	serve(0x1827);
	CHECK(subscriber(3) == 1);
	CHECK(subscriber(4) == 2);
	put_up(100);
	CHECK(stack.advertising);
	serve(0x1828);
	CHECK(!stack.advertising && stack.disconnects == 2 && stack.closed == (1u << 3 | 1u << 4));
	CHECK(stack.service == 0x1827);
	put_up(100);
	/* Somebody was quicker. */
	connect_link(5);
	CHECK(nothing_comes() && stack.disconnects == 3 && stack.last_disconnect == 5);
	lose_link(3);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 1) && nothing_comes());
	lose_link(5);
	CHECK(comes_of(RADIO_NEWS_CONNECTED, 3) && comes_of(RADIO_NEWS_DISCONNECTED, 3));
	CHECK(nothing_comes() && stack.service == 0x1827 && !radio_is_connectable());
	put_up(100);
	lose_link(4);
	CHECK(comes_of(RADIO_NEWS_DISCONNECTED, 2) && nothing_comes());
	CHECK(stack.service == 0x1828 && stack.advertising && stack.serves == 2);
	radio_serve(NULL, now_ms);
	CHECK(stack.service == 0 && stack.serves == 3 && stack.advertising);
	radio_serve(NULL, now_ms);
	CHECK(stack.serves == 3);
}

static void a_refused_service_is_tried_again(void)
{
	come_up();
	stack.refuses = true;
	serve(0x1827);
	CHECK(stack.serves == 1 && radio_wait_ms(now_ms) == 500);
	stack.refuses = false;
	put_up(100);
	CHECK(!stack.advertising);
	CHECK(transmit(1) && stack.sending);
	stack.sending = false;
	tell(RADIO_SENT, 0, 0);
	CHECK(comes(RADIO_NEWS_TRANSMITTED));
	now_ms += 499;
	CHECK(nothing_comes() && stack.serves == 1);
	now_ms += 1;
	CHECK(nothing_comes() && stack.service == 0x1827 && stack.advertising);
	stack.refuses = true;
	serve(0x1828);
	stack.refuses = false;
	/* Another one does not wait for the refusal of the one before. */
	serve(0x1827);
	CHECK(stack.serves == 4 && stack.advertising);
}

static void news_are_written_for_radio_ts(void)
{
	static const uint8_t data[] = {9, 8};
	struct radio_news some = {RADIO_NEWS_WRITTEN, 0x01020304, true, -2, data, 2};
	uint8_t target[RADIO_NEWS_HEADER + 2];

	radio_write_news(&some, target);
	CHECK(memcmp(target, "\1\376\2\0\1\2\3\4\11\10", sizeof target) == 0);
	some.data = NULL;
	some.length = 0;
	radio_write_news(&some, target);
	CHECK(memcmp(target, "\1\376\0\0\1\2\3\4\11\10", sizeof target) == 0);
}

/* ---- everything at random ---- */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void whatever_is_on_the_air_is_bounded(void)
{
	come_up();
	radio_scan(true, now_ms);
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	seed = 1;
	for (int round = 0; round < 30000; round++) {
		/* The octets end where they end: a sanitizer sees who reads on. */
		size_t length = draw(4) == 0 ? draw(600) : draw(RADIO_DATA_SIZE + 1);
		uint8_t *octets = malloc(length + !length);
		bool is_write = draw(8) == 0;

		for (size_t i = 0; i < length; i++)
			octets[i] = draw(3) == 0 ? 0x16 + (uint8_t)draw(22) : (uint8_t)draw(draw(2) == 0 ? 6 : 256);
		tell_octets(is_write ? RADIO_WRITTEN : RADIO_REPORT, (uint16_t)(2 + draw(2)), octets, length);
		while (radio_next(&news, now_ms))
			if (news.type == RADIO_NEWS_RECEIVED || news.type == RADIO_NEWS_WRITTEN)
				CHECK_ALL_THE_SAME(news.length == length && memcmp(news.data, octets, length) == 0
					&& length <= (news.type == RADIO_NEWS_RECEIVED ? RADIO_DATA_SIZE : RADIO_VALUE_SIZE));
		free(octets);
		/* One write too long ends the link. */
		if (stack.closed != 0) {
			lose_link(3);
			connect_link(3);
			stack.closed = 0;
		}
	}
	CHECK(radio_counted(RADIO_COUNT_REPORTS) == 0 && radio_counted(RADIO_COUNT_FAILURES) == 0);
	CHECK(news.link > 100);
}

static struct {
	bool pending;
	uint64_t since, sent_at;
	/* Since when it could be seen, and was not. */
	uint64_t unseen_since;
	/* Links that are known, and what each wrote last. */
	bool known[5000];
	uint8_t wrote[8], heard[8];
	uint16_t handle_of[5000];
	uint32_t highest;
	bool connectable;
} model;

static void random_stack(void)
{
	uint16_t handle = (uint16_t)draw(6);

	if (stack.sending && now_ms >= model.sent_at && draw(50) != 0) {
		stack.sending = false;
		tell(RADIO_SENT, 0, 0);
	}
	if (stack.up && stack.advertising && !stack.open[handle] && draw(40) == 0)
		connect_link(handle);
	if (stack.open[handle]) {
		switch (draw(12)) {
		case 0:
			lose_link(handle);
			break;
		case 1:
			tell(RADIO_SUBSCRIBED, handle, (int32_t)draw(2));
			break;
		case 2:
			write_octets(handle, ++model.wrote[handle], 1 + draw(200));
			break;
		case 3:
			tell(RADIO_NOTIFIED, handle, 0);
			break;
		case 4:
			tell(RADIO_MTU, handle, (int32_t)draw(300));
			break;
		}
	}
	if (stack.up && draw(3000) == 0) {
		stack.up = stack.sending = stack.advertising = false;
		memset(stack.open, 0, sizeof stack.open);
		tell(RADIO_FAILED, 0, 1);
	} else if (!stack.up && draw(50) == 0) {
		stack.up = true;
		tell(RADIO_READY, 0, 0);
	}
	report((uint8_t)draw(256));
}

static void random_calls(void)
{
	uint32_t link = model.highest - draw(3);
	uint8_t value[20] = {0};

	if (!model.pending && draw(3) != 0) {
		CHECK_ALL_THE_SAME(transmit(0));
		model.pending = true;
		model.since = now_ms;
	}
	switch (draw(60)) {
	case 0:
		put_up(20 + draw(200));
		model.connectable = true;
		break;
	case 1:
		radio_connectable(NULL, now_ms);
		break;
	case 2:
		serve(draw(2) == 0 ? 0x1827 : 0x1828);
		break;
	case 3:
		radio_scan(draw(2) == 0, now_ms);
		break;
	case 4:
		radio_disconnect(link, now_ms);
		break;
	case 5:
	case 6:
		radio_notify(link, value, sizeof value, now_ms);
		break;
	}
}

static void take_news(void)
{
	CHECK(news.type >= RADIO_NEWS_TRANSMITTED && news.type <= RADIO_NEWS_IDLE);
	if (news.type == RADIO_NEWS_TRANSMITTED) {
		CHECK(model.pending);
		model.pending = false;
		return;
	}
	if (news.type == RADIO_NEWS_RECEIVED)
		return;
	CHECK(news.link > 0 && news.link < 5000);
	if (news.type == RADIO_NEWS_CONNECTED) {
		CHECK(news.link >= model.highest || model.known[news.link]);
		model.highest = news.link > model.highest ? news.link : model.highest;
		model.known[news.link] = true;
		return;
	}
	CHECK(model.known[news.link]);
	if (news.type == RADIO_NEWS_DISCONNECTED)
		model.known[news.link] = false;
}

static void random_run(void)
{
	for (uint32_t run = 1; run <= 60; run++) {
		come_up();
		seed = run;
		memset(&model, 0, sizeof model);
		model.unseen_since = now_ms;
		stack.swaps_live = run % 2 == 0;
		stack.links = 1 + run % 4;
		for (int step = 0; step < 3000 && check_failed == NULL; step++) {
			uint32_t wait_ms;
			bool was_sending = stack.sending;

			stack.refuses = draw(40) == 0;
			stack.answer = draw(4) == 0 ? RADIO_NOTIFY_BUSY : RADIO_NOTIFY_QUEUED;
			random_stack();
			if (draw(4) == 0)
				random_calls();
			/* Sometimes nobody looks for a while. */
			if (draw(10) != 0)
				while (check_failed == NULL && radio_next(&news, now_ms)) {
					take_news();
					if (draw(2) == 0)
						random_calls();
				}
			if (check_failed != NULL)
				return;
			if (stack.sending && !was_sending)
				model.sent_at = now_ms + 1 + draw(10);
			if (!radio_is_connectable() || stack.advertising || !stack.up || links_open() > 0)
				model.unseen_since = now_ms;
			CHECK(now_ms - model.unseen_since < 5000);
			CHECK(!model.pending || now_ms - model.since < 5000);
			wait_ms = radio_wait_ms(now_ms);
			CHECK(wait_ms <= 1000);
			now_ms += wait_ms < 5 ? wait_ms : draw(6);
			/* XS is busy for long. */
			if (draw(500) == 0)
				now_ms += 1200;
		}
		/* All is brought to rest. */
		stack.refuses = false;
		for (int step = 0; step < 400; step++) {
			if (!stack.up) {
				stack.up = true;
				tell(RADIO_READY, 0, 0);
			}
			if (stack.sending) {
				stack.sending = false;
				tell(RADIO_SENT, 0, 0);
			}
			while (check_failed == NULL && radio_next(&news, now_ms))
				take_news();
			now_ms += 10;
		}
		if (check_failed != NULL)
			return;
		CHECK(!model.pending);
		CHECK(!radio_is_connectable() || stack.advertising || links_open() > 0);
	}
}

/* ---- two tasks ---- */

#define EVENTS 200000u

static atomic_bool told_all;
static atomic_uint accepted_reports, accepted_writes, refused;

static void *tell_many(void *unused)
{
	uint32_t number = 0;

	(void)unused;
	for (uint32_t i = 0; i < EVENTS; i++) {
		uint8_t data[RADIO_DATA_SIZE] = {6, 0x2b, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
		bool is_kept = tell_octets(RADIO_REPORT, 0, data, 6 + i % 26);

		atomic_fetch_add(is_kept ? &accepted_reports : &refused, 1);
		/* As much as it is sure to take beside. */
		if (i % 64 == 0 && is_kept && tell_octets(RADIO_WRITTEN, 3, (uint8_t *)&number, sizeof number)) {
			number++;
			atomic_fetch_add(&accepted_writes, 1);
		}
	}
	atomic_store(&told_all, true);
	return NULL;
}

static void two_tasks_at_once(void)
{
	pthread_t task;
	uint32_t reports = 0, writes = 0, last = 0;
	bool first = true;

	come_up();
	atomic_store(&told_all, false);
	atomic_store(&accepted_reports, 0);
	atomic_store(&accepted_writes, 0);
	atomic_store(&refused, 0);
	radio_scan(true, now_ms);
	connect_link(3);
	CHECK(comes(RADIO_NEWS_CONNECTED));
	CHECK(pthread_create(&task, NULL, tell_many, NULL) == 0);
	for (;;) {
		bool is_last = atomic_load(&told_all);

		radio_woken();
		while (radio_next(&news, now_ms)) {
			if (news.type == RADIO_NEWS_WRITTEN) {
				uint32_t number;

				memcpy(&number, news.data, sizeof number);
				CHECK_ALL_THE_SAME(number == writes);
				writes++;
			} else {
				const uint8_t *data = news.data;
				uint32_t number = (uint32_t)data[2] << 24 | (uint32_t)data[3] << 16 | (uint32_t)data[4] << 8 | data[5];

				CHECK_ALL_THE_SAME(news.type == RADIO_NEWS_RECEIVED && news.length == 6 + number % 26);
				CHECK_ALL_THE_SAME(first || number > last);
				first = false;
				last = number;
				reports++;
			}
		}
		if (is_last)
			break;
	}
	pthread_join(task, NULL);
	CHECK(reports == atomic_load(&accepted_reports));
	CHECK(writes == atomic_load(&accepted_writes));
	CHECK(radio_counted(RADIO_COUNT_REPORTS) == atomic_load(&refused));
	CHECK(reports + radio_counted(RADIO_COUNT_REPORTS) == EVENTS);
	CHECK(radio_counted(RADIO_COUNT_FAILURES) == 0);
}

/* Whoever is woken finds something, and whatever is told wakes: no event is left behind. */
static atomic_bool bell;

static void *tell_with_pauses(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned before = atomic_load(&stack.wakings);

		report((uint8_t)i);
		if (atomic_load(&stack.wakings) != before)
			atomic_store(&bell, true);
	}
	atomic_store(&told_all, true);
	return NULL;
}

static void no_event_is_left_behind(void)
{
	pthread_t task;
	unsigned heard = 0;

	come_up();
	radio_woken();
	radio_scan(true, now_ms);
	atomic_store(&told_all, false);
	atomic_store(&bell, false);
	CHECK(pthread_create(&task, NULL, tell_with_pauses, NULL) == 0);
	for (;;) {
		bool is_last = atomic_load(&told_all);

		if (atomic_exchange(&bell, false)) {
			radio_woken();
			while (radio_next(&news, now_ms))
				heard++;
		} else if (is_last)
			break;
	}
	pthread_join(task, NULL);
	CHECK(heard + radio_counted(RADIO_COUNT_REPORTS) == 20000);
}

int main(void)
{
	run_case("what goes into the ring comes out, whatever its length", what_goes_in_comes_out);
	run_case("only what is for a mesh node takes room, with its strength", only_what_is_for_a_mesh_node_takes_room);
	run_case("a full ring is not written over", a_full_ring_is_not_written_over);
	run_case("reports leave room for clients, clients for the stack, and are counted", reports_leave_room);
	run_case("a lost write ends its link, and no other", a_lost_write_ends_its_link);
	run_case("each link can be lost once; more links than there are is a failure", each_link_can_be_lost_once);
	run_case("a stack that tells more than it can have to tell is restarted", a_stack_that_floods_is_restarted);
	run_case("a failed stack has no lost writes", a_failed_stack_has_lost_no_write);
	run_case("nor has one that was restarted", a_restarted_stack_has_lost_no_write);
	run_case("one wake until it is heard; one that failed is repeated", one_wake_until_it_is_heard);
	run_case("a turn of the connectable advertisement lasts 20 ms, once in its interval", a_turn_lasts_twenty_ms);
	run_case("a transmission is over once, at the latest after a second", what_is_sent_twice_counts_once);
	run_case("the end of a transmission that is heard late is one", an_end_that_is_heard_late_is_one);
	run_case("a refused transmission is over after a pause", a_refused_transmission_takes_its_time);
	run_case("a transmission that waits for its turn begins however late", one_that_waits_begins_however_late);
	run_case("nothing is asked of a stack that is not up", nothing_is_asked_of_a_stack_that_is_not_up);
	run_case("beginning forgets everything", beginning_forgets_everything);
	run_case("what is sent is what was given, copied", what_is_sent_is_what_was_given);
	run_case("a new connectable advertisement waits neither for an interval nor for a refusal", a_new_one_does_not_wait);
	run_case("intervals are legal; nothing is put up that is not wanted", intervals_are_legal);
	run_case("no octets are octets, too", nothing_can_be_sent_too);
	run_case("refused connectable advertising waits, or for the end of a link", a_refusal_of_the_connectable_is_waited_out);
	run_case("scanning is told once, and again where it is refused", scanning_is_told_once_and_again_where_refused);
	run_case("a stack that is ready twice is told nothing twice", ready_twice_changes_nothing);
	run_case("a failure gives up the transmission, and takes up the rest", failing_gives_up_the_transmission);
	run_case("a stack that has failed tells nothing before it is ready", a_stack_that_is_down_tells_nothing);
	run_case("a stack that is stuck is switched off, and started again", a_stack_that_is_stuck_is_switched_off);
	run_case("a handle is used again, a number is not", a_handle_is_used_again);
	run_case("a link too many is turned away", one_link_too_many_is_turned_away);
	run_case("a connection ends what is put up after it", a_connection_ends_what_is_put_up_after_it);
	run_case("the ATT_MTU bounds a notification", the_mtu_bounds_a_notification);
	run_case("notifications wait for room; ready, then idle", notifications_wait_for_room);
	run_case("a busy stack is asked again after a pause; a refusal is final", a_busy_stack_is_asked_again);
	run_case("a link that should end is silent, and told again each second", closing_is_told_again);
	run_case("what was done to the service before is not heard", what_was_done_to_the_service_before_is_not_heard);
	run_case("room for the service before is not told of", room_for_the_service_before_is_not_told_of);
	run_case("nothing is notified while a change of services waits", nothing_is_notified_while_a_swap_waits);
	run_case("a change of services waits for the transmission", a_swap_waits_for_the_transmission);
	run_case("a link that ends while a change of services waits is heard of", one_that_is_gone_during_a_swap_is_heard_of);
	run_case("a link that a change of services has cut is closed", a_link_that_a_swap_has_cut_is_closed);
	run_case("where links do not live on, all end before the change", where_links_do_not_live_on_all_end_first);
	run_case("a refused service is tried again, and nobody can connect meanwhile", a_refused_service_is_tried_again);
	run_case("news are written as radio.ts reads them", news_are_written_for_radio_ts);
	run_case("whatever octets are on the air: nothing is read or written beyond them", whatever_is_on_the_air_is_bounded);
	run_case("everything at random", random_run);
	run_case("two tasks at once: nothing lost uncounted, nothing out of order", two_tasks_at_once);
	run_case("two tasks at once: no event is left behind asleep", no_event_is_left_behind);
	return 0;
}
