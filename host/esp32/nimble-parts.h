/* What the two files on NimBLE have of each other: radio-nimble.c the air, gatt-nimble.c services and links. */

#ifndef FLEDGLING_NIMBLE_PARTS_H
#define FLEDGLING_NIMBLE_PARTS_H

#include <stdbool.h>
#include "host/ble_gap.h"

/* Before the host's task starts. false: the stack takes no more services. */
bool gatt_register(void);

/* After the host's task has ended. */
void gatt_end(void);

/* In the host's task, when host and controller have found each other: no link, no service to be seen. */
bool gatt_begin(void);

/* What happens on links, from the host's task. */
void gatt_happened(const struct ble_gap_event *event);

#endif
