/*
 * The mesh service in the SoftDevice's table of attributes, and what clients do with it.
 *
 * The table has Service Changed, so that clients know that it may change and, not being bonded, look through it in each
 * link. It is never indicated: all links end before the table changes, and a client that comes later has just looked, or
 * is about to; an indication would take away from it what it has found. Core Specification, Vol 3, Part G, 2.5.2, 7.1.
 */

#include "ble.h"

#include "s140-parts.h"

static struct {
	struct radio_service service;
	bool serving;
	/* There is something in the table of attributes, if only a part of a service. */
	bool filled;
	ble_gatts_char_handles_t data_in, data_out;
} gatt;

/* ---- events, in the radio task ---- */

static void written(uint16_t connection, const ble_gatts_evt_write_t *write)
{
	if (write->handle == gatt.data_out.cccd_handle && write->len == 2)
		radio_tell(RADIO_SUBSCRIBED, connection, write->data[0] & BLE_GATT_HVX_NOTIFICATION);
	if (write->handle == gatt.data_in.value_handle) {
		struct radio_event event = {
			.type = RADIO_WRITTEN,
			.connection = connection,
			.data = write->data,
			.length = write->len,
		};
		radio_happened(&event);
	}
}

static void exchange_mtu(uint16_t connection, uint16_t theirs)
{
	if (sd_ble_gatts_exchange_mtu_reply(connection, S140_MTU) != NRF_SUCCESS)
		return;
	uint16_t mtu = theirs < S140_MTU ? theirs : S140_MTU;
	radio_tell(RADIO_MTU, connection, mtu < BLE_GATT_ATT_MTU_DEFAULT ? BLE_GATT_ATT_MTU_DEFAULT : mtu);
}

void gatt_happened(uint16_t id, const ble_gatts_evt_t *gatts)
{
	uint16_t connection = gatts->conn_handle;
	switch (id) {
	case BLE_GATTS_EVT_WRITE:
		if (gatt.serving)
			written(connection, &gatts->params.write);
		break;
	case BLE_GATTS_EVT_SYS_ATTR_MISSING:
		(void)sd_ble_gatts_sys_attr_set(connection, NULL, 0, 0);
		break;
	case BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST:
		exchange_mtu(connection, gatts->params.exchange_mtu_request.client_rx_mtu);
		break;
	case BLE_GATTS_EVT_HVN_TX_COMPLETE:
		for (uint8_t left = gatts->params.hvn_tx_complete.count; left > 0; left--)
			radio_tell(RADIO_NOTIFIED, connection, 0);
		break;
	case BLE_GATTS_EVT_TIMEOUT:
		(void)sd_ble_gap_disconnect(connection, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
		break;
	}
}

/* ---- the service ---- */

void gatt_forget(void)
{
	gatt.serving = false;
	gatt.filled = false;
}

bool gatt_is_filled(void)
{
	return gatt.filled;
}

bool gatt_serves(const struct radio_service *service)
{
	if (service == NULL || !gatt.serving)
		return service == NULL && !gatt.serving;
	return service->service == gatt.service.service && service->data_in == gatt.service.data_in
		&& service->data_out == gatt.service.data_out;
}

static uint32_t add_characteristic(uint16_t service, uint16_t uuid, bool notifies, ble_gatts_char_handles_t *handles)
{
	ble_gatts_attr_md_t subscription = { .vloc = BLE_GATTS_VLOC_STACK };
	BLE_GAP_CONN_SEC_MODE_SET_OPEN(&subscription.read_perm);
	BLE_GAP_CONN_SEC_MODE_SET_OPEN(&subscription.write_perm);
	ble_gatts_char_md_t about = {
		.char_props = { .write_wo_resp = !notifies, .notify = notifies },
		.p_cccd_md = notifies ? &subscription : NULL,
	};

	ble_gatts_attr_md_t access = { .vloc = BLE_GATTS_VLOC_STACK, .vlen = 1 };
	BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&access.read_perm);
	if (notifies)
		BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&access.write_perm);
	else
		BLE_GAP_CONN_SEC_MODE_SET_OPEN(&access.write_perm);
	ble_uuid_t name = { uuid, BLE_UUID_TYPE_BLE };
	ble_gatts_attr_t value = { .p_uuid = &name, .p_attr_md = &access, .max_len = RADIO_VALUE_SIZE };
	return sd_ble_gatts_characteristic_add(service, &about, &value, handles);
}

uint32_t gatt_add(const struct radio_service *service)
{
	ble_uuid_t name = { service->service, BLE_UUID_TYPE_BLE };
	uint16_t handle;
	gatt.filled = true;
	uint32_t error = sd_ble_gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &name, &handle);
	if (error == NRF_SUCCESS)
		error = add_characteristic(handle, service->data_in, false, &gatt.data_in);
	if (error == NRF_SUCCESS)
		error = add_characteristic(handle, service->data_out, true, &gatt.data_out);
	gatt.service = *service;
	gatt.serving = error == NRF_SUCCESS;
	return error;
}

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length)
{
	if (!gatt.serving || length > RADIO_VALUE_SIZE)
		return RADIO_NOTIFY_REFUSED;
	uint16_t sent = (uint16_t)length;
	ble_gatts_hvx_params_t notification = {
		.handle = gatt.data_out.value_handle,
		.type = BLE_GATT_HVX_NOTIFICATION,
		.p_len = &sent,
		.p_data = value,
	};
	switch (sd_ble_gatts_hvx(connection, &notification)) {
	case NRF_SUCCESS:
		return RADIO_NOTIFY_QUEUED;
	case NRF_ERROR_RESOURCES:
	case NRF_ERROR_BUSY:
		return RADIO_NOTIFY_BUSY;
	default:
		return RADIO_NOTIFY_REFUSED;
	}
}
