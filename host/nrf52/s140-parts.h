/* What the files of the S140 radio have of each other. */

#ifndef FLEDGLING_S140_PARTS_H
#define FLEDGLING_S140_PARTS_H

#include "ble.h"

#include "../xs/radio/port.h"

#define S140_MTU (RADIO_VALUE_SIZE + 3)
/* Of the one configuration of links. */
#define S140_LINK_TAG 1

/* In the radio task only. */
void radio_tell(enum radio_event_type type, uint16_t connection, int32_t value);

/* An event of BLE_GAP_EVT_BASE and above, in the radio task. */
void air_happened(uint16_t id, const ble_gap_evt_t *event);

/* The SoftDevice has been enabled anew: nothing is on the air, and nothing is wanted there. */
void air_forget(void);

/* radio_port_scan has been asked for it. */
bool air_is_scanned(void);

/* An event of BLE_GATTS_EVT_BASE and above, in the radio task. */
void gatt_happened(uint16_t id, const ble_gatts_evt_t *event);

/* The SoftDevice has been enabled anew: its table is empty. */
void gatt_forget(void);

/* Something is in the table, if only a part of a service. */
bool gatt_is_filled(void);

/* The table holds this service; NULL: none. */
bool gatt_serves(const struct radio_service *service);

/* Into an empty table. An error of the SoftDevice, or NRF_SUCCESS. */
uint32_t gatt_add(const struct radio_service *service);

#endif
