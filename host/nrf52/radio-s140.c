/*
 * The radio of nRF52840: port.h over the SoftDevice S140, which runs beside FreeRTOS; what it tells is fetched in a task
 * of our own, the radio task. What S140 forces upon us:
 *
 *  - One advertising set: a counted event, or connectable advertising.
 *  - The address cannot change while scanning or advertising: scanning pauses for that moment.
 *  - A non-resolvable private address is drawn by the SoftDevice itself, a new one at each start of advertising: who wants
 *    to connect to one has to do so before the next transmission.
 *  - Services cannot be taken away: another service means that the SoftDevice is disabled and enabled again.
 */

#include <string.h>

#include "FreeRTOS.h"
#include "ble.h"
#include "nrf.h"
#include "nrf_sdh.h"
#include "nrf_sdh_ble.h"
#include "nrf_sdh_freertos.h"
#include "semphr.h"
#include "task.h"

#include "s140-parts.h"

#define LINKS 1
#define LINK_TAG 1
#define OBSERVER_PRIORITY 3
/* The XS task's, which is the highest there is. */
#define TASK_PRIORITY 2
#define TASK_STACK_OCTETS 2048
/* In 1.25 ms: as long as the SDK's own configuration; enough for the longest data packets both ways. */
#define LINK_EVENT_LENGTH 6
#define NOTIFICATIONS_QUEUED 4
#define ATTRIBUTE_TABLE_SIZE 1408
/* What the SDK's linker script keeps for itself begins here; below is the SoftDevice's. */
#define SOFTDEVICE_RAM_END 0x20004000u

/* In 0.625 ms: nearly always, with a gap in which nothing has to be pushed aside. */
#define SCAN_INTERVAL 320
#define SCAN_WINDOW 312

/* In 1.25 ms and in 10 ms: what we ask centrals for. */
#define LINK_INTERVAL_MIN 12
#define LINK_INTERVAL_MAX 24
#define LINK_TIMEOUT 400

enum address_kind { ADDRESS_UNSET, ADDRESS_STATIC, ADDRESS_PRIVATE };

static struct {
	/* Held while events are fetched, and while the SoftDevice is not as the fetching expects it to be. */
	SemaphoreHandle_t lock;
	TaskHandle_t task;
	volatile bool up;
	/* What the radio task still has to tell, as only one task may. */
	volatile bool ready_to_tell;
	volatile uint16_t gone_to_tell;
	volatile uint32_t failure_to_tell;

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
} radio = { .gone_to_tell = BLE_CONN_HANDLE_INVALID };

void radio_tell(enum radio_event_type type, uint16_t connection, int32_t value)
{
	struct radio_event event = { .type = type, .connection = connection, .value = value };
	radio_happened(&event);
}

/* ---- events of the SoftDevice, in the radio task ---- */

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
	ble_data_t buffer = { radio.scan_buffers[radio.scan_buffer], BLE_GAP_SCAN_BUFFER_MIN };
	uint32_t error = sd_ble_gap_scan_start(NULL, &buffer);
	if (error != NRF_SUCCESS && error != NRF_ERROR_INVALID_STATE)
		radio.scanning = false;
}

static void gap_happened(uint16_t id, const ble_gap_evt_t *gap)
{
	uint16_t connection = gap->conn_handle;
	switch (id) {
	case BLE_GAP_EVT_ADV_REPORT:
		report_received(&gap->params.adv_report);
		break;
	case BLE_GAP_EVT_ADV_SET_TERMINATED:
		if (radio.counting) {
			radio.counting = false;
			radio_tell(RADIO_SENT, 0, 0);
		}
		break;
	case BLE_GAP_EVT_CONNECTED:
		/* Nobody is bonded: every client begins without a subscription. */
		(void)sd_ble_gatts_sys_attr_set(connection, NULL, 0, 0);
		(void)sd_ble_gap_data_length_update(connection, NULL, NULL);
		radio_tell(RADIO_CONNECTED, connection, 0);
		break;
	case BLE_GAP_EVT_DISCONNECTED:
		radio_tell(RADIO_DISCONNECTED, connection, gap->params.disconnected.reason);
		break;
	case BLE_GAP_EVT_DATA_LENGTH_UPDATE_REQUEST:
		(void)sd_ble_gap_data_length_update(connection, NULL, NULL);
		break;
	case BLE_GAP_EVT_PHY_UPDATE_REQUEST: {
		ble_gap_phys_t any = { BLE_GAP_PHY_AUTO, BLE_GAP_PHY_AUTO };
		(void)sd_ble_gap_phy_update(connection, &any);
		break;
	}
	case BLE_GAP_EVT_SEC_PARAMS_REQUEST:
		/* Mesh has its own security; pairing would only lock phones out that forget. */
		(void)sd_ble_gap_sec_params_reply(connection, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP, NULL, NULL);
		break;
	case BLE_GAP_EVT_SEC_INFO_REQUEST:
		(void)sd_ble_gap_sec_info_reply(connection, NULL, NULL, NULL);
		break;
	}
}

static void stack_happened(const ble_evt_t *event, void *context)
{
	(void)context;
	uint16_t id = event->header.evt_id;
	if (id == BLE_EVT_USER_MEM_REQUEST)
		/* Long writes: there is nothing here that is written in parts. */
		(void)sd_ble_user_mem_reply(event->evt.common_evt.conn_handle, NULL);
	else if (id >= BLE_GAP_EVT_BASE && id <= BLE_GAP_EVT_LAST)
		gap_happened(id, &event->evt.gap_evt);
	else if (id >= BLE_GATTS_EVT_BASE && id <= BLE_GATTS_EVT_LAST)
		gatt_happened(id, &event->evt.gatts_evt);
}

NRF_SDH_BLE_OBSERVER(fledgling_radio, OBSERVER_PRIORITY, stack_happened, NULL);

/* What a port function has found out, and only this task may tell. */
static void tell_what_waits(void)
{
	if (radio.failure_to_tell != NRF_SUCCESS) {
		uint32_t failure = radio.failure_to_tell;
		radio.failure_to_tell = NRF_SUCCESS;
		radio_tell(RADIO_FAILED, 0, (int32_t)failure);
	}
	if (radio.ready_to_tell) {
		radio.ready_to_tell = false;
		radio_tell(RADIO_READY, 0, 0);
	}
	if (radio.gone_to_tell != BLE_CONN_HANDLE_INVALID) {
		uint16_t connection = radio.gone_to_tell;
		radio.gone_to_tell = BLE_CONN_HANDLE_INVALID;
		radio_tell(RADIO_DISCONNECTED, connection, 0);
	}
}

/*
 * Of our own, as the vendor's task fetches events with a stack that hardly holds one, and also while the SoftDevice is
 * being enabled again, which the vendor's code answers with a reset.
 */
static void radio_task(void *context)
{
	(void)context;
	for (;;) {
		xSemaphoreTake(radio.lock, portMAX_DELAY);
		if (radio.up)
			nrf_sdh_evts_poll();
		xSemaphoreGive(radio.lock);
		tell_what_waits();
		ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
	}
}

/* The vendor's task, which the SoftDevice's interrupt wakes, calls this once, and never gets it back. */
static void pass_on(void *context)
{
	(void)context;
	for (;;) {
		ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
		xTaskNotifyGive(radio.task);
	}
}

static bool create_tasks(void)
{
	if (radio.task != NULL)
		return true;
	if (radio.lock == NULL)
		radio.lock = xSemaphoreCreateMutex();
	if (radio.lock == NULL)
		return false;
	if (xTaskCreate(radio_task, "rad", TASK_STACK_OCTETS / sizeof(StackType_t), NULL, TASK_PRIORITY, &radio.task)
		!= pdPASS)
		return false;
	nrf_sdh_freertos_init(pass_on, NULL);
	return true;
}

/* ---- bringing the SoftDevice up; under the lock ---- */

static uint32_t set_link_options(void)
{
	ble_cfg_t options = { .conn_cfg = {
		.conn_cfg_tag = LINK_TAG,
		.params.gap_conn_cfg = { .conn_count = LINKS, .event_length = LINK_EVENT_LENGTH },
	} };
	uint32_t error = sd_ble_cfg_set(BLE_CONN_CFG_GAP, &options, SOFTDEVICE_RAM_END);

	options.conn_cfg.params.gatt_conn_cfg = (ble_gatt_conn_cfg_t){ .att_mtu = S140_MTU };
	if (error == NRF_SUCCESS)
		error = sd_ble_cfg_set(BLE_CONN_CFG_GATT, &options, SOFTDEVICE_RAM_END);

	options.conn_cfg.params.gatts_conn_cfg = (ble_gatts_conn_cfg_t){ .hvn_tx_queue_size = NOTIFICATIONS_QUEUED };
	if (error == NRF_SUCCESS)
		error = sd_ble_cfg_set(BLE_CONN_CFG_GATTS, &options, SOFTDEVICE_RAM_END);
	return error;
}

static uint32_t set_stack_options(void)
{
	/* No central: then private addresses are allowed without a further characteristic. Scanning needs none. */
	ble_cfg_t options = { .gap_cfg.role_count_cfg = {
		.adv_set_count = BLE_GAP_ADV_SET_COUNT_DEFAULT,
		.periph_role_count = LINKS,
	} };
	uint32_t error = sd_ble_cfg_set(BLE_GAP_CFG_ROLE_COUNT, &options, SOFTDEVICE_RAM_END);

	memset(&options, 0, sizeof options);
	options.gatts_cfg.attr_tab_size.attr_tab_size = ATTRIBUTE_TABLE_SIZE;
	if (error == NRF_SUCCESS)
		error = sd_ble_cfg_set(BLE_GATTS_CFG_ATTR_TAB_SIZE, &options, SOFTDEVICE_RAM_END);

	memset(&options, 0, sizeof options);
	options.gatts_cfg.service_changed.service_changed = 1;
	if (error == NRF_SUCCESS)
		error = sd_ble_cfg_set(BLE_GATTS_CFG_SERVICE_CHANGED, &options, SOFTDEVICE_RAM_END);
	return error;
}

static uint32_t enable_stack(void)
{
	uint32_t error = nrf_sdh_enable_request();
	if (error == NRF_SUCCESS)
		error = set_link_options();
	if (error == NRF_SUCCESS)
		error = set_stack_options();
	/* The SoftDevice answers how much it needs, and refuses where that is more. */
	uint32_t ram_end = SOFTDEVICE_RAM_END;
	if (error == NRF_SUCCESS)
		error = nrf_sdh_ble_enable(&ram_end);
	if (error == NRF_SUCCESS) {
		ble_gap_conn_params_t preferred = { LINK_INTERVAL_MIN, LINK_INTERVAL_MAX, 0, LINK_TIMEOUT };
		error = sd_ble_gap_ppcp_set(&preferred);
	}
	return error;
}

static void disable(void)
{
	radio.up = false;
	radio.counting = false;
	if (nrf_sdh_is_enabled())
		(void)nrf_sdh_disable_request();
}

static uint32_t enable(void)
{
	radio.scanning = false;
	radio.set = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
	radio.address_kind = ADDRESS_UNSET;
	gatt_forget();
	uint32_t error = enable_stack();
	if (error != NRF_SUCCESS)
		disable();
	radio.up = error == NRF_SUCCESS;
	return error;
}

static void have_told(void)
{
	xTaskNotifyGive(radio.task);
}

bool radio_port_start(void)
{
	if (radio.up)
		return true;
	if (!create_tasks())
		return false;

	xSemaphoreTake(radio.lock, portMAX_DELAY);
	radio.scanning_wanted = false;
	uint32_t error = enable();
	radio.failure_to_tell = error;
	radio.ready_to_tell = error == NRF_SUCCESS;
	xSemaphoreGive(radio.lock);
	have_told();
	return error == NRF_SUCCESS;
}

void radio_port_stop(void)
{
	if (radio.task == NULL)
		return;
	xSemaphoreTake(radio.lock, portMAX_DELAY);
	radio.ready_to_tell = false;
	radio.failure_to_tell = NRF_SUCCESS;
	radio.gone_to_tell = BLE_CONN_HANDLE_INVALID;
	disable();
	xSemaphoreGive(radio.lock);
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
	radio.scan_buffer ^= 1;
	ble_data_t buffer = { radio.scan_buffers[radio.scan_buffer], BLE_GAP_SCAN_BUFFER_MIN };
	radio.scanning = sd_ble_gap_scan_start(&options, &buffer) == NRF_SUCCESS;
	return radio.scanning;
}

/* What has been refused once is tried again with each start of advertising. */
static bool resume_scanning(void)
{
	return !radio.scanning_wanted || radio.scanning || start_scanning();
}

bool radio_port_scan(bool on)
{
	radio.scanning_wanted = on;
	if (on)
		return resume_scanning();
	radio.scanning = false;
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
	uint32_t error = radio.address_kind == ADDRESS_STATIC ? NRF_SUCCESS : sd_ble_gap_privacy_set(&off);
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
	bool same = kind == ADDRESS_PRIVATE || memcmp(address, radio.address, RADIO_ADDRESS_SIZE) == 0;
	if (kind == radio.address_kind && same)
		return true;

	radio.scanning = false;
	(void)sd_ble_gap_scan_stop();
	uint32_t error = kind == ADDRESS_STATIC ? set_static(address) : set_private();
	radio.address_kind = error == NRF_SUCCESS ? kind : ADDRESS_UNSET;
	if (error == NRF_SUCCESS && kind == ADDRESS_STATIC)
		memcpy(radio.address, address, RADIO_ADDRESS_SIZE);
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

	ble_gap_adv_data_t data = { .adv_data = keep(radio.data, advertisement->data, advertisement->length) };
	if (events == 0)
		data.scan_rsp_data = keep(radio.scan_response, advertisement->scan_response, advertisement->scan_response_length);

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
	return sd_ble_gap_adv_set_configure(&radio.set, &data, &options) == NRF_SUCCESS
		&& sd_ble_gap_adv_start(radio.set, LINK_TAG) == NRF_SUCCESS;
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	/* Before the start: its end may be told at once. */
	radio.counting = true;
	if (start_advertising(advertisement, BLE_GAP_ADV_TYPE_NONCONNECTABLE_NONSCANNABLE_UNDIRECTED, 1))
		return true;
	radio.counting = false;
	return false;
}

bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	return start_advertising(advertisement, BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED, 0);
}

void radio_port_stop_advertising(void)
{
	radio.counting = false;
	(void)sd_ble_gap_adv_stop(radio.set);
}

/* ---- the mesh service ---- */

/* The only way to take a service away. Under the lock; scanning goes on behind it. */
static uint32_t begin_anew(void)
{
	disable();
	uint32_t error = enable();
	if (error == NRF_SUCCESS)
		(void)resume_scanning();
	return error;
}

bool radio_port_serve(const struct radio_service *service)
{
	if (gatt_serves(service))
		return true;

	xSemaphoreTake(radio.lock, portMAX_DELAY);
	uint32_t error = gatt_is_filled() ? begin_anew() : NRF_SUCCESS;
	if (error != NRF_SUCCESS)
		radio.failure_to_tell = error;
	if (error == NRF_SUCCESS && service != NULL)
		error = gatt_add(service);
	xSemaphoreGive(radio.lock);
	have_told();
	return error == NRF_SUCCESS;
}

void radio_port_disconnect(uint16_t connection)
{
	uint32_t error = sd_ble_gap_disconnect(connection, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
	if (error == BLE_ERROR_INVALID_CONN_HANDLE) {
		/* It is gone, and whoever asks has not heard it. */
		radio.gone_to_tell = connection;
		have_told();
	}
}

unsigned radio_port_links(void)
{
	return LINKS;
}

bool radio_port_swaps_live(void)
{
	return false;
}
