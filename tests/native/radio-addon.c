/*
 * The radio's turns as an addon of Node, bound as xs-radio.c binds them to XS, so that the contracts run on the very
 * code of the boards. The vendor's stack is an object of JavaScript: `attach` takes it, `happened` is its voice, and
 * `look` is what radio_port_wake leads to.
 */

#include "node-api.h"

#include "../../host/xs/radio/turns.h"

#include <string.h>

#define MOST_VALUES 5
#define UINT8_ARRAY 1

static napi_env env;
static napi_ref port;
static napi_ref wake;

struct octets {
	uint8_t *start;
	size_t length;
};

static struct call {
	size_t count;
	napi_value values[MOST_VALUES];
} call_of(napi_callback_info info)
{
	struct call call = {.count = MOST_VALUES};

	napi_get_cb_info(env, info, &call.count, call.values, NULL, NULL);
	return call;
}

static double number_at(const struct call *call, int at)
{
	double value = 0;

	napi_get_value_double(env, call->values[at], &value);
	return value;
}

static struct octets octets_at(const struct call *call, int at)
{
	struct octets octets = {NULL, 0};
	void *start = NULL;

	if (napi_get_typedarray_info(env, call->values[at], NULL, &octets.length, &start, NULL, NULL) == 0)
		octets.start = start;
	return octets;
}

static napi_value number(double value)
{
	napi_value result;

	napi_create_double(env, value, &result);
	return result;
}

/* A copy; NULL: undefined. */
static napi_value copy(const uint8_t *octets, size_t length)
{
	napi_value buffer, result;
	void *data;

	if (octets == NULL) {
		napi_get_undefined(env, &result);
		return result;
	}
	napi_create_arraybuffer(env, length, &data, &buffer);
	if (length > 0)
		memcpy(data, octets, length);
	napi_create_typedarray(env, UINT8_ARRAY, length, buffer, 0, &result);
	return result;
}

/* ---- the port ---- */

static double ask(const char *name, size_t count, const napi_value *values)
{
	napi_value object, function, result;
	double answer = 0;

	napi_get_reference_value(env, port, &object);
	napi_get_named_property(env, object, name, &function);
	if (napi_call_function(env, object, function, count, values, &result) == 0)
		napi_get_value_double(env, result, &answer);
	return answer;
}

bool radio_port_start(void)
{
	return ask("start", 0, NULL) != 0;
}

void radio_port_stop(void)
{
	ask("stop", 0, NULL);
}

bool radio_port_scan(bool on)
{
	napi_value values[] = {number(on)};

	return ask("scan", 1, values) != 0;
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	napi_value values[] = {
		copy(advertisement->address, RADIO_ADDRESS_SIZE),
		copy(advertisement->data, advertisement->length),
	};

	return ask("send", 2, values) != 0;
}

bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	napi_value values[] = {
		copy(advertisement->address, RADIO_ADDRESS_SIZE),
		copy(advertisement->data, advertisement->length),
		copy(advertisement->scan_response, advertisement->scan_response_length),
		number(advertisement->interval_ms),
	};

	return ask("advertise", 4, values) != 0;
}

void radio_port_stop_advertising(void)
{
	ask("stopAdvertising", 0, NULL);
}

bool radio_port_serve(const struct radio_service *service)
{
	napi_value values[] = {
		number(service == NULL ? 0 : service->service),
		number(service == NULL ? 0 : service->data_in),
		number(service == NULL ? 0 : service->data_out),
	};

	return ask("serve", 3, values) != 0;
}

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length)
{
	napi_value values[] = {number(connection), copy(value == NULL ? (const uint8_t *)"" : value, length)};

	return (enum radio_notified)ask("notify", 2, values);
}

void radio_port_disconnect(uint16_t connection)
{
	napi_value values[] = {number(connection)};

	ask("disconnect", 1, values);
}

unsigned radio_port_links(void)
{
	return (unsigned)ask("links", 0, NULL);
}

bool radio_port_swaps_live(void)
{
	return ask("swapsLive", 0, NULL) != 0;
}

void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE])
{
	for (int i = 0; i < RADIO_ADDRESS_SIZE; i++) {
		napi_value values[] = {number(i)};

		address[i] = (uint8_t)ask("addressOctet", 1, values);
	}
}

bool radio_port_wake(void)
{
	return ask("wake", 0, NULL) != 0;
}

/* ---- the functions that radio.ts calls ---- */

static const uint8_t *address_in(const uint8_t *octets)
{
	static const uint8_t own[RADIO_ADDRESS_SIZE];

	return memcmp(octets, own, sizeof own) == 0 ? NULL : octets;
}

static napi_value begin(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	napi_create_reference(env, call.values[0], 1, &wake);
	radio_begin((uint64_t)number_at(&call, 1));
	return NULL;
}

static napi_value scan(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	bool on = false;

	(void)e;
	napi_get_value_bool(env, call.values[0], &on);
	radio_scan(on, (uint64_t)number_at(&call, 1));
	return NULL;
}

static napi_value transmit(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	struct octets data = octets_at(&call, 1);

	(void)e;
	return number(radio_transmit(address_in(octets_at(&call, 0).start), data.start, data.length,
		(uint64_t)number_at(&call, 2)));
}

static napi_value connectable(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	const uint8_t *head = octets_at(&call, 0).start;
	struct octets data = octets_at(&call, 1), scan_response = octets_at(&call, 2);
	struct radio_advertisement advertisement = {
		.address = address_in(head + 2),
		.data = data.start,
		.length = data.length,
		.scan_response = scan_response.length == 0 ? NULL : scan_response.start,
		.scan_response_length = scan_response.length,
		.interval_ms = (uint32_t)(head[0] << 8 | head[1]),
	};

	(void)e;
	radio_connectable(&advertisement, (uint64_t)number_at(&call, 3));
	return NULL;
}

static napi_value not_connectable(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	radio_connectable(NULL, (uint64_t)number_at(&call, 0));
	return NULL;
}

static napi_value is_connectable(napi_env e, napi_callback_info info)
{
	(void)e;
	(void)info;
	return number(radio_is_connectable());
}

static napi_value serve(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	struct radio_service service = {
		.service = (uint16_t)number_at(&call, 0),
		.data_in = (uint16_t)number_at(&call, 1),
		.data_out = (uint16_t)number_at(&call, 2),
	};

	(void)e;
	radio_serve(service.service == 0 ? NULL : &service, (uint64_t)number_at(&call, 3));
	return NULL;
}

static napi_value notify(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	struct octets value = octets_at(&call, 1);

	(void)e;
	return number(radio_notify((uint32_t)number_at(&call, 0), value.start, value.length,
		(uint64_t)number_at(&call, 2)));
}

static napi_value notification_size(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	return number((double)radio_notification_size((uint32_t)number_at(&call, 0)));
}

static napi_value disconnect(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	radio_disconnect((uint32_t)number_at(&call, 0), (uint64_t)number_at(&call, 1));
	return NULL;
}

static napi_value next(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	struct radio_news news;

	(void)e;
	if (!radio_next(&news, (uint64_t)number_at(&call, 1)))
		return number(0);
	radio_write_news(&news, octets_at(&call, 0).start);
	return number(news.type);
}

static napi_value wait_ms(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	return number(radio_wait_ms((uint64_t)number_at(&call, 0)));
}

static napi_value count(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	return number(radio_counted((enum radio_count)number_at(&call, 0)));
}

static napi_value last_failure(napi_env e, napi_callback_info info)
{
	(void)e;
	(void)info;
	return number(radio_last_failure());
}

static napi_value links(napi_env e, napi_callback_info info)
{
	(void)e;
	(void)info;
	return number(radio_port_links());
}

static napi_value swaps_live(napi_env e, napi_callback_info info)
{
	(void)e;
	(void)info;
	return number(radio_port_swaps_live());
}

static napi_value address(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	radio_port_address(octets_at(&call, 0).start);
	return NULL;
}

/* ---- the functions that the stack calls ---- */

static napi_value attach(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);

	(void)e;
	napi_create_reference(env, call.values[0], 1, &port);
	return NULL;
}

static napi_value happened(napi_env e, napi_callback_info info)
{
	struct call call = call_of(info);
	struct octets data = octets_at(&call, 4);
	struct radio_event event = {
		.type = (enum radio_event_type)number_at(&call, 0),
		.connection = (uint16_t)number_at(&call, 1),
		.value = (int32_t)number_at(&call, 2),
		.rssi = (int8_t)number_at(&call, 3),
		.data = data.start,
		.length = data.length,
	};

	(void)e;
	return number(radio_happened(&event));
}

static napi_value look(napi_env e, napi_callback_info info)
{
	napi_value function, self, result;

	(void)e;
	(void)info;
	radio_woken();
	napi_get_undefined(env, &self);
	napi_get_reference_value(env, wake, &function);
	napi_call_function(env, self, function, 0, NULL, &result);
	return NULL;
}

napi_value napi_register_module_v1(napi_env e, napi_value exports)
{
	static const struct {
		const char *name;
		napi_callback callback;
	} functions[] = {
		{"fledgling_radioBegin", begin},
		{"fledgling_radioScan", scan},
		{"fledgling_radioTransmit", transmit},
		{"fledgling_radioConnectable", connectable},
		{"fledgling_radioNotConnectable", not_connectable},
		{"fledgling_radioIsConnectable", is_connectable},
		{"fledgling_radioServe", serve},
		{"fledgling_radioNotify", notify},
		{"fledgling_radioNotificationSize", notification_size},
		{"fledgling_radioDisconnect", disconnect},
		{"fledgling_radioNext", next},
		{"fledgling_radioWaitMs", wait_ms},
		{"fledgling_radioCount", count},
		{"fledgling_radioLastFailure", last_failure},
		{"fledgling_radioLinks", links},
		{"fledgling_radioSwapsLive", swaps_live},
		{"fledgling_radioAddress", address},
		{"attach", attach},
		{"happened", happened},
		{"look", look},
	};

	env = e;
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		napi_value function;

		napi_create_function(e, functions[i].name, (size_t)-1, functions[i].callback, NULL, &function);
		napi_set_named_property(e, exports, functions[i].name, function);
	}
	return exports;
}
