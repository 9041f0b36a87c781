/*
 * The air by NimBLE's host API: legacy advertising and passive scanning on ESP32, C3 and S3. NimBLE's callbacks come in
 * its host task, and that is the radio's one task; its functions may be called in any. ../xs/radio/port.h says what is
 * wanted.
 */

#include "../xs/radio/port.h"
#include "nimble-parts.h"

#include <string.h>

#include "esp_err.h"
#include "host/ble_hs.h"
#include "nimble/nimble_port.h"
#include "nimble/nimble_port_freertos.h"
#include "services/gap/ble_svc_gap.h"
#include "services/gatt/ble_svc_gatt.h"

/*
 * One event: the first one goes out a few milliseconds after the start, the second not before the interval is over. So
 * the interval is the shortest that every controller takes (a controller before Bluetooth 5 refuses non-connectable
 * advertising below 100 ms), and advertising ends long before it is over. Three channels take under 5 ms.
 */
#define SEND_INTERVAL 0x00a0 /* 100 ms, in units of 0.625 ms */
#define SEND_MS 15

/* The whole time, one channel after the other; the controller takes what advertising and links need. 30 ms. */
#define SCAN_INTERVAL 0x0030

/* What legacy advertising may have: 20 ms to 10.24 s. */
#define LEAST_INTERVAL 0x0020
#define MOST_INTERVAL 0x4000

#define PREFERRED_MTU (RADIO_VALUE_SIZE + 3)

/* A controller that fails each time it is asked would otherwise have the host begin anew thousands of times a second. */
#define RESET_PAUSE_MS 100

static bool started;
static bool scanning_wanted;

static void tell(enum radio_event_type type, int32_t value)
{
	struct radio_event event = { .type = type, .value = value };
	radio_happened(&event);
}

/* NimBLE has addresses as they go over the air, least significant octet first. */
static void reverse(uint8_t *target, const uint8_t *source)
{
	for (int i = 0; i < RADIO_ADDRESS_SIZE; i++)
		target[i] = source[RADIO_ADDRESS_SIZE - 1 - i];
}

/* ---- the host ---- */

static void host_task(void *parameter)
{
	(void)parameter;
	nimble_port_run();
	nimble_port_freertos_deinit();
}

static void synced(void)
{
	int error = ble_hs_id_copy_addr(BLE_ADDR_PUBLIC, NULL, NULL);
	if (error == 0 && !gatt_begin())
		error = BLE_HS_ENOENT;
	if (error == 0)
		tell(RADIO_READY, 0);
	else
		tell(RADIO_FAILED, error);
}

/* The host begins anew by itself when this returns. */
static void was_reset(int reason)
{
	tell(RADIO_FAILED, reason);
	ble_npl_time_delay(ble_npl_time_ms_to_ticks32(RESET_PAUSE_MS));
}

bool radio_port_start(void)
{
	if (started)
		return true;
	if (nimble_port_init() != ESP_OK)
		return false;

	ble_hs_cfg.sync_cb = synced;
	ble_hs_cfg.reset_cb = was_reset;
	ble_svc_gap_init();
	ble_svc_gatt_init();
	if (ble_att_set_preferred_mtu(PREFERRED_MTU) != 0 || !gatt_register()) {
		gatt_end();
		nimble_port_deinit();
		return false;
	}
	scanning_wanted = false;
	started = true;
	nimble_port_freertos_init(host_task);
	return true;
}

void radio_port_stop(void)
{
	/* A host that does not stop goes on: it is asked again. */
	if (!started || nimble_port_stop() != 0)
		return;
	started = false;
	gatt_end();
	nimble_port_deinit();
}

void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE])
{
	uint8_t own[RADIO_ADDRESS_SIZE] = { 0 };
	ble_hs_id_copy_addr(BLE_ADDR_PUBLIC, own, NULL);
	reverse(address, own);
}

/* ---- scanning ---- */

static int scanned(struct ble_gap_event *event, void *context)
{
	(void)context;
	const struct ble_gap_disc_desc *report = &event->disc;
	if (event->type != BLE_GAP_EVENT_DISC || report->event_type != BLE_HCI_ADV_RPT_EVTYPE_NONCONN_IND)
		return 0;
	struct radio_event happened = {
		.type = RADIO_REPORT,
		.rssi = report->rssi,
		.data = report->data,
		.length = report->length_data,
	};
	radio_happened(&happened);
	return 0;
}

static bool resume_scanning(void)
{
	if (!scanning_wanted || ble_gap_disc_active())
		return true;
	const struct ble_gap_disc_params parameters = {
		.itvl = SCAN_INTERVAL,
		.window = SCAN_INTERVAL,
		.passive = 1,
		.filter_duplicates = 0,
	};
	/* Passive scanning sends nothing, so the address says nothing. */
	return ble_gap_disc(BLE_OWN_ADDR_PUBLIC, BLE_HS_FOREVER, &parameters, scanned, NULL) == 0;
}

static bool pause_scanning(void)
{
	return !ble_gap_disc_active() || ble_gap_disc_cancel() == 0;
}

bool radio_port_scan(bool on)
{
	scanning_wanted = on;
	return on ? resume_scanning() : pause_scanning();
}

/* ---- advertising ---- */

static bool is_random_address(const uint8_t wanted[RADIO_ADDRESS_SIZE])
{
	/* NimBLE forgets it when it was reset, as the controller does. */
	uint8_t current[RADIO_ADDRESS_SIZE];
	return ble_hs_id_copy_addr(BLE_ADDR_RANDOM, current, NULL) == 0 &&
		memcmp(current, wanted, sizeof current) == 0;
}

/* false: refused. A controller takes no new random address while it advertises or scans. Core, Vol 4 Part E, 7.8.4. */
static bool take_address(const uint8_t *address, uint8_t *own_type)
{
	*own_type = BLE_OWN_ADDR_PUBLIC;
	if (address == NULL)
		return true;
	*own_type = BLE_OWN_ADDR_RANDOM;

	uint8_t wanted[RADIO_ADDRESS_SIZE];
	reverse(wanted, address);
	if (is_random_address(wanted))
		return true;
	if (!pause_scanning())
		return false;
	bool taken = ble_hs_id_set_rnd(wanted) == 0;
	return resume_scanning() && taken;
}

/* What has been sent is over whether its time ran out or the host has ended it. */
static int sent(struct ble_gap_event *event, void *context)
{
	(void)context;
	if (event->type == BLE_GAP_EVENT_ADV_COMPLETE)
		tell(RADIO_SENT, 0);
	return 0;
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	const struct ble_gap_adv_params parameters = {
		.conn_mode = BLE_GAP_CONN_MODE_NON,
		.disc_mode = BLE_GAP_DISC_MODE_NON,
		.itvl_min = SEND_INTERVAL,
		.itvl_max = SEND_INTERVAL,
	};
	uint8_t own_type;
	return resume_scanning() && take_address(advertisement->address, &own_type) &&
		ble_gap_adv_set_data(advertisement->data, (int)advertisement->length) == 0 &&
		ble_gap_adv_start(own_type, NULL, SEND_MS, &parameters, sent, NULL) == 0;
}

static int advertised(struct ble_gap_event *event, void *context)
{
	(void)context;
	/* Without a limit it ends by a connection, which comes as such, or because the host is reset, which comes as such. */
	gatt_happened(event);
	return 0;
}

static uint16_t in_units(uint32_t ms)
{
	if (ms >= MOST_INTERVAL * 5 / 8)
		return MOST_INTERVAL;
	uint32_t units = ms * 8 / 5;
	return units < LEAST_INTERVAL ? LEAST_INTERVAL : (uint16_t)units;
}

bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	const uint16_t interval = in_units(advertisement->interval_ms);
	const struct ble_gap_adv_params parameters = {
		.conn_mode = BLE_GAP_CONN_MODE_UND,
		.disc_mode = BLE_GAP_DISC_MODE_GEN,
		.itvl_min = interval,
		.itvl_max = interval,
	};
	const uint8_t *response = advertisement->scan_response;
	int response_length = response == NULL ? 0 : (int)advertisement->scan_response_length;
	/* Set where there is none too: the controller would still answer with an earlier one. */
	static const uint8_t nothing[1];
	uint8_t own_type;
	return resume_scanning() && take_address(advertisement->address, &own_type) &&
		ble_gap_adv_set_data(advertisement->data, (int)advertisement->length) == 0 &&
		ble_gap_adv_rsp_set_data(response_length > 0 ? response : nothing, response_length) == 0 &&
		ble_gap_adv_start(own_type, NULL, BLE_HS_FOREVER, &parameters, advertised, NULL) == 0;
}

void radio_port_stop_advertising(void)
{
	/* It fails where nothing is on the air, as after a connection that the host's task has not yet told of. */
	ble_gap_adv_stop();
}
