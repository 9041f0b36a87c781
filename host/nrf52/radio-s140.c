/*
 * The air of nRF52840 by the SoftDevice S140: scanning, addresses and advertising for ../xs/radio/port.h. What S140 forces
 * upon us:
 *
 *  - One advertising set: a counted event, or connectable advertising.
 *  - The address cannot change while scanning or advertising: scanning pauses for that moment.
 *  - A non-resolvable private address is drawn by the SoftDevice itself, a new one at each start of advertising: who wants
 *    to connect to one has to do so before the next transmission.
 */

#include <string.h>

#include "ble.h"
#include "nrf.h"

#include "s140-parts.h"

/* In 0.625 ms: nearly always, with a gap in which nothing has to be pushed aside. */
#define SCAN_INTERVAL 320
#define SCAN_WINDOW 312

enum address_kind { ADDRESS_UNSET, ADDRESS_STATIC, ADDRESS_PRIVATE };

static struct {
	/* The one counted event is under way. */
	volatile bool counting;
	bool scanning_wanted;
	/* Or it only waits until a report has been dealt with. */
	volatile bool scanning;
	uint8_t scan_buffers[2][BLE_GAP_SCAN_BUFFER_MIN];
	volatile uint8_t scan_buffer;

	uint8_t set;
	/* The SoftDevice reads them for as long as it advertises. */
	uint8_t data[RADIO_DATA_SIZE], scan_response[RADIO_DATA_SIZE];
	enum address_kind address_kind;
	uint8_t address[RADIO_ADDRESS_SIZE];
} air;

/* ---- events, in the radio task ---- */

static void report_received(const ble_gap_evt_adv_report_t *report)
{
	if (!report->type.connectable && !report->type.scannable && !report->type.directed
		&& !report->type.scan_response && !report->type.extended_pdu) {
		struct radio_event event = {
			.type = RADIO_REPORT,
			.rssi = report->rssi,
			.data = report->data.p_data,
			.length = report->data.len,
		};
		radio_happened(&event);
	}

	/* The SoftDevice waits for its buffer. It is in no state to take it where scanning was stopped meanwhile. */
	ble_data_t buffer = { air.scan_buffers[air.scan_buffer], BLE_GAP_SCAN_BUFFER_MIN };
	uint32_t error = sd_ble_gap_scan_start(NULL, &buffer);
	if (error != NRF_SUCCESS && error != NRF_ERROR_INVALID_STATE)
		air.scanning = false;
}

void air_happened(uint16_t id, const ble_gap_evt_t *gap)
{
	if (id == BLE_GAP_EVT_ADV_REPORT)
		report_received(&gap->params.adv_report);
	if (id == BLE_GAP_EVT_ADV_SET_TERMINATED && air.counting) {
		air.counting = false;
		radio_tell(RADIO_SENT, 0, 0);
	}
}

void air_forget(void)
{
	air.counting = false;
	air.scanning_wanted = false;
	air.scanning = false;
	air.set = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
	air.address_kind = ADDRESS_UNSET;
}

/* ---- scanning ---- */

static bool start_scanning(void)
{
	ble_gap_scan_params_t options = {
		.filter_policy = BLE_GAP_SCAN_FP_ACCEPT_ALL,
		.scan_phys = BLE_GAP_PHY_1MBPS,
		.interval = SCAN_INTERVAL,
		.window = SCAN_WINDOW,
		.timeout = BLE_GAP_SCAN_TIMEOUT_UNLIMITED,
	};
	/* It may still wait for its buffer. */
	(void)sd_ble_gap_scan_stop();
	/* A report of the scan before may still be waiting: its octets stay where they are. */
	air.scan_buffer ^= 1;
	ble_data_t buffer = { air.scan_buffers[air.scan_buffer], BLE_GAP_SCAN_BUFFER_MIN };
	air.scanning = sd_ble_gap_scan_start(&options, &buffer) == NRF_SUCCESS;
	return air.scanning;
}

/* What has been refused once is tried again with each start of advertising. */
static bool resume_scanning(void)
{
	return !air.scanning_wanted || air.scanning || start_scanning();
}

bool air_is_scanned(void)
{
	return air.scanning_wanted;
}

bool radio_port_scan(bool on)
{
	air.scanning_wanted = on;
	if (on)
		return resume_scanning();
	air.scanning = false;
	(void)sd_ble_gap_scan_stop();
	return true;
}

/* ---- addresses ---- */

void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE])
{
	uint32_t low = NRF_FICR->DEVICEADDR[0];
	uint32_t high = NRF_FICR->DEVICEADDR[1];
	for (int i = 0; i < 4; i++)
		address[5 - i] = (uint8_t)(low >> (8 * i));
	address[1] = (uint8_t)high;
	/* The factory draws all bits; a static random address begins with 11. */
	address[0] = (uint8_t)(high >> 8) | 0xc0;
}

static uint32_t set_static(const uint8_t address[RADIO_ADDRESS_SIZE])
{
	ble_gap_privacy_params_t off = {
		.privacy_mode = BLE_GAP_PRIVACY_MODE_OFF,
		.private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE,
	};
	uint32_t error = air.address_kind == ADDRESS_STATIC ? NRF_SUCCESS : sd_ble_gap_privacy_set(&off);
	ble_gap_addr_t own = { .addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC };
	for (int i = 0; i < RADIO_ADDRESS_SIZE; i++)
		own.addr[i] = address[RADIO_ADDRESS_SIZE - 1 - i];
	return error == NRF_SUCCESS ? sd_ble_gap_addr_set(&own) : error;
}

static uint32_t set_private(void)
{
	ble_gap_privacy_params_t on = {
		.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY,
		.private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE,
	};
	return sd_ble_gap_privacy_set(&on);
}

static bool set_address(const uint8_t *address)
{
	uint8_t chip[RADIO_ADDRESS_SIZE];
	if (address == NULL) {
		radio_port_address(chip);
		address = chip;
	}
	enum address_kind kind = (address[0] & 0xc0) == 0xc0 ? ADDRESS_STATIC : ADDRESS_PRIVATE;
	bool same = kind == ADDRESS_PRIVATE || memcmp(address, air.address, RADIO_ADDRESS_SIZE) == 0;
	if (kind == air.address_kind && same)
		return true;

	air.scanning = false;
	(void)sd_ble_gap_scan_stop();
	uint32_t error = kind == ADDRESS_STATIC ? set_static(address) : set_private();
	air.address_kind = error == NRF_SUCCESS ? kind : ADDRESS_UNSET;
	if (error == NRF_SUCCESS && kind == ADDRESS_STATIC)
		memcpy(air.address, address, RADIO_ADDRESS_SIZE);
	(void)resume_scanning();
	return error == NRF_SUCCESS;
}

/* ---- advertising ---- */

static ble_data_t keep(uint8_t kept[RADIO_DATA_SIZE], const uint8_t *data, size_t length)
{
	if (data != NULL)
		memcpy(kept, data, length);
	return (ble_data_t){ data == NULL ? NULL : kept, data == NULL ? 0 : (uint16_t)length };
}

static bool start_advertising(const struct radio_advertisement *advertisement, uint8_t type, uint8_t events)
{
	if (advertisement->length > RADIO_DATA_SIZE || advertisement->scan_response_length > RADIO_DATA_SIZE)
		return false;
	(void)resume_scanning();
	if (!set_address(advertisement->address))
		return false;

	ble_gap_adv_data_t data = { .adv_data = keep(air.data, advertisement->data, advertisement->length) };
	if (events == 0)
		data.scan_rsp_data = keep(air.scan_response, advertisement->scan_response, advertisement->scan_response_length);

	uint32_t interval = events == 0 ? advertisement->interval_ms * 8 / 5 : BLE_GAP_ADV_INTERVAL_MIN;
	if (interval < BLE_GAP_ADV_INTERVAL_MIN)
		interval = BLE_GAP_ADV_INTERVAL_MIN;
	if (interval > BLE_GAP_ADV_INTERVAL_MAX)
		interval = BLE_GAP_ADV_INTERVAL_MAX;
	ble_gap_adv_params_t options = {
		.properties.type = type,
		.interval = interval,
		.duration = BLE_GAP_ADV_TIMEOUT_GENERAL_UNLIMITED,
		.max_adv_evts = events,
		.filter_policy = BLE_GAP_ADV_FP_ANY,
		.primary_phy = BLE_GAP_PHY_1MBPS,
	};
	return sd_ble_gap_adv_set_configure(&air.set, &data, &options) == NRF_SUCCESS
		&& sd_ble_gap_adv_start(air.set, S140_LINK_TAG) == NRF_SUCCESS;
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	/* Before the start: its end may be told at once. */
	air.counting = true;
	if (start_advertising(advertisement, BLE_GAP_ADV_TYPE_NONCONNECTABLE_NONSCANNABLE_UNDIRECTED, 1))
		return true;
	air.counting = false;
	return false;
}

bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	return start_advertising(advertisement, BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED, 0);
}

void radio_port_stop_advertising(void)
{
	air.counting = false;
	(void)sd_ble_gap_adv_stop(air.set);
}
