/*
 * The SoftDevice S140 beside FreeRTOS: how it is brought up and down, the task that fetches what it tells, and its links,
 * for ../xs/radio/port.h. The air is in radio-s140.c, attributes are in gatt-s140.c. Services cannot be taken away: another
 * one means that the SoftDevice is disabled and enabled again.
 */

#include <string.h>

#include "FreeRTOS.h"
#include "ble.h"
#include "nrf_sdh.h"
#include "nrf_sdh_ble.h"
#include "nrf_sdh_freertos.h"
#include "semphr.h"
#include "task.h"

#include "s140-parts.h"

#define LINKS 1
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

/* In 1.25 ms and in 10 ms: what we ask centrals for. */
#define LINK_INTERVAL_MIN 12
#define LINK_INTERVAL_MAX 24
#define LINK_TIMEOUT 400

static struct {
	/* Held while events are fetched, and while the SoftDevice is not as the fetching expects it to be. */
	SemaphoreHandle_t lock;
	TaskHandle_t task;
	volatile bool up;
	/* What the radio task still has to tell, as only one task may. */
	volatile bool ready_to_tell;
	volatile uint16_t gone_to_tell;
	volatile uint32_t failure_to_tell;
} stack = { .gone_to_tell = BLE_CONN_HANDLE_INVALID };

void radio_tell(enum radio_event_type type, uint16_t connection, int32_t value)
{
	struct radio_event event = { .type = type, .connection = connection, .value = value };
	radio_happened(&event);
}

/* ---- events of the SoftDevice, in the radio task ---- */

static void link_happened(uint16_t id, const ble_gap_evt_t *gap)
{
	uint16_t connection = gap->conn_handle;
	switch (id) {
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
	if (id == BLE_EVT_USER_MEM_REQUEST) {
		/* Long writes: there is nothing here that is written in parts. */
		(void)sd_ble_user_mem_reply(event->evt.common_evt.conn_handle, NULL);
	} else if (id >= BLE_GAP_EVT_BASE && id <= BLE_GAP_EVT_LAST) {
		air_happened(id, &event->evt.gap_evt);
		link_happened(id, &event->evt.gap_evt);
	} else if (id >= BLE_GATTS_EVT_BASE && id <= BLE_GATTS_EVT_LAST) {
		gatt_happened(id, &event->evt.gatts_evt);
	}
}

NRF_SDH_BLE_OBSERVER(fledgling_radio, OBSERVER_PRIORITY, stack_happened, NULL);

/* What a port function has found out, and only this task may tell. */
static void tell_what_waits(void)
{
	if (stack.failure_to_tell != NRF_SUCCESS) {
		uint32_t failure = stack.failure_to_tell;
		stack.failure_to_tell = NRF_SUCCESS;
		radio_tell(RADIO_FAILED, 0, (int32_t)failure);
	}
	if (stack.ready_to_tell) {
		stack.ready_to_tell = false;
		radio_tell(RADIO_READY, 0, 0);
	}
	if (stack.gone_to_tell != BLE_CONN_HANDLE_INVALID) {
		uint16_t connection = stack.gone_to_tell;
		stack.gone_to_tell = BLE_CONN_HANDLE_INVALID;
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
		xSemaphoreTake(stack.lock, portMAX_DELAY);
		if (stack.up)
			nrf_sdh_evts_poll();
		xSemaphoreGive(stack.lock);
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
		xTaskNotifyGive(stack.task);
	}
}

static bool create_tasks(void)
{
	if (stack.task != NULL)
		return true;
	if (stack.lock == NULL)
		stack.lock = xSemaphoreCreateMutex();
	if (stack.lock == NULL)
		return false;
	if (xTaskCreate(radio_task, "rad", TASK_STACK_OCTETS / sizeof(StackType_t), NULL, TASK_PRIORITY, &stack.task)
		!= pdPASS)
		return false;
	nrf_sdh_freertos_init(pass_on, NULL);
	return true;
}

/* ---- bringing the SoftDevice up; under the lock ---- */

static uint32_t set_link_options(void)
{
	ble_cfg_t options = { .conn_cfg = {
		.conn_cfg_tag = S140_LINK_TAG,
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
	stack.up = false;
	if (nrf_sdh_is_enabled())
		(void)nrf_sdh_disable_request();
}

static uint32_t enable(void)
{
	air_forget();
	gatt_forget();
	uint32_t error = enable_stack();
	if (error != NRF_SUCCESS)
		disable();
	stack.up = error == NRF_SUCCESS;
	return error;
}

static void have_told(void)
{
	xTaskNotifyGive(stack.task);
}

bool radio_port_start(void)
{
	if (stack.up)
		return true;
	if (!create_tasks())
		return false;

	xSemaphoreTake(stack.lock, portMAX_DELAY);
	uint32_t error = enable();
	stack.failure_to_tell = error;
	stack.ready_to_tell = error == NRF_SUCCESS;
	xSemaphoreGive(stack.lock);
	have_told();
	return error == NRF_SUCCESS;
}

void radio_port_stop(void)
{
	if (stack.task == NULL)
		return;
	xSemaphoreTake(stack.lock, portMAX_DELAY);
	stack.ready_to_tell = false;
	stack.failure_to_tell = NRF_SUCCESS;
	stack.gone_to_tell = BLE_CONN_HANDLE_INVALID;
	disable();
	xSemaphoreGive(stack.lock);
}

/* The only way to take a service away. Under the lock; scanning goes on behind it. */
static uint32_t begin_anew(void)
{
	bool is_scanned = air_is_scanned();
	disable();
	uint32_t error = enable();
	if (error == NRF_SUCCESS && is_scanned)
		(void)radio_port_scan(true);
	return error;
}

bool radio_port_serve(const struct radio_service *service)
{
	if (gatt_serves(service))
		return true;

	xSemaphoreTake(stack.lock, portMAX_DELAY);
	uint32_t error = gatt_is_filled() ? begin_anew() : NRF_SUCCESS;
	if (error != NRF_SUCCESS)
		stack.failure_to_tell = error;
	if (error == NRF_SUCCESS && service != NULL)
		error = gatt_add(service);
	xSemaphoreGive(stack.lock);
	have_told();
	return error == NRF_SUCCESS;
}

void radio_port_disconnect(uint16_t connection)
{
	uint32_t error = sd_ble_gap_disconnect(connection, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
	if (error == BLE_ERROR_INVALID_CONN_HANDLE) {
		/* It is gone, and whoever asks has not heard it. */
		stack.gone_to_tell = connection;
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
