/*
 * The two mesh services and their links by NimBLE. Both services are registered once, as the table cannot change while
 * links are up; one at a time is shown. MshPRT 7. What changes the table runs in the host's task, which walks through it.
 */

#include "../xs/radio/port.h"
#include "nimble-parts.h"

#include <stdatomic.h>
#include <string.h>

#include "ble_hs_priv.h"
#include "host/ble_hs.h"
#include "nimble/nimble_port.h"
#include "services/gatt/ble_svc_gatt.h"

#define LINKS MYNEWT_VAL(BLE_MAX_CONNECTIONS)
_Static_assert(LINKS >= 1 && LINKS <= RADIO_LINKS, "the radio has no room for so many links");

/* How often is looked whether notifications have left: a few times in the shortest connection interval. */
#define LOOK_MS 5

enum { PROVISIONING, PROXY, SERVICES, NONE = SERVICES };

static int accessed(uint16_t connection, uint16_t attribute, struct ble_gatt_access_ctxt *access, void *context);

static const uint16_t service_uuids[SERVICES] = { 0x1827, 0x1828 };
static uint16_t service_handles[SERVICES];
static uint16_t data_out_handles[SERVICES];

static const struct ble_gatt_svc_def definitions[] = {
	{
		.type = BLE_GATT_SVC_TYPE_PRIMARY,
		.uuid = BLE_UUID16_DECLARE(0x1827),
		.characteristics = (struct ble_gatt_chr_def[]) {
			{
				.uuid = BLE_UUID16_DECLARE(0x2adb),
				.access_cb = accessed,
				.arg = (void *)PROVISIONING,
				.flags = BLE_GATT_CHR_F_WRITE_NO_RSP,
			},
			{
				.uuid = BLE_UUID16_DECLARE(0x2adc),
				.access_cb = accessed,
				.flags = BLE_GATT_CHR_F_NOTIFY,
				.val_handle = &data_out_handles[PROVISIONING],
			},
			{ 0 },
		},
	},
	{
		.type = BLE_GATT_SVC_TYPE_PRIMARY,
		.uuid = BLE_UUID16_DECLARE(0x1828),
		.characteristics = (struct ble_gatt_chr_def[]) {
			{
				.uuid = BLE_UUID16_DECLARE(0x2add),
				.access_cb = accessed,
				.arg = (void *)PROXY,
				.flags = BLE_GATT_CHR_F_WRITE_NO_RSP,
			},
			{
				.uuid = BLE_UUID16_DECLARE(0x2ade),
				.access_cb = accessed,
				.flags = BLE_GATT_CHR_F_NOTIFY,
				.val_handle = &data_out_handles[PROXY],
			},
			{ 0 },
		},
	},
	{ 0 },
};

/* A link's place is given and taken in the host's task; the XS task counts what it hands over. */
static struct link {
	_Atomic int connection;
	_Atomic int handed_over;
	_Atomic bool closing;
	/* The host's task only. */
	bool subscribed[SERVICES];
} links[LINKS];

/*
 * What is to be shown, set in the XS task, and what is shown, known in the host's. What clients do with another one than
 * the wanted one is nothing any more.
 */
static _Atomic int wanted = NONE;
static int shown = NONE;
/* Of the service that is shown again. */
static bool old_subscriptions_untold;

static struct ble_npl_event show_event;
static struct ble_npl_callout look_callout;

/* ---- links ---- */

static struct link *find_link(int connection)
{
	for (int i = 0; i < LINKS; i++)
		if (links[i].connection == connection)
			return &links[i];
	return NULL;
}

static void look_soon(void)
{
	if (!ble_npl_callout_is_active(&look_callout))
		ble_npl_callout_reset(&look_callout, ble_npl_time_ms_to_ticks32(LOOK_MS));
}

/* Packets of a link that wait in the host or are in the controller. NimBLE tells of neither, so we look. */
static int held_packets(uint16_t connection)
{
	int count = 0;
	ble_hs_lock();
	const struct ble_hs_conn *link = ble_hs_conn_find(connection);
	if (link != NULL) {
		const struct os_mbuf_pkthdr *packet;
		count = link->bhc_outstanding_pkts;
		STAILQ_FOREACH(packet, &link->bhc_tx_q, omp_next)
			count++;
	}
	ble_hs_unlock();
	return count;
}

static bool look_at(struct link *link)
{
	uint16_t connection = (uint16_t)link->connection;
	struct radio_event event = { .type = RADIO_NOTIFIED, .connection = connection };
	if (link->closing && ble_gap_terminate(connection, BLE_ERR_REM_USER_CONN_TERM) == BLE_HS_ENOTCONN) {
		event.type = RADIO_DISCONNECTED;
		if (radio_happened(&event))
			link->connection = BLE_HS_CONN_HANDLE_NONE;
		return true;
	}
	/* A notification may be several packets, and others are among them: it has left at the latest with the last. */
	for (int left = link->handed_over - held_packets(connection); left > 0 && radio_happened(&event); left--)
		link->handed_over--;
	return link->closing || link->handed_over > 0;
}

static void subscribed(uint16_t connection, uint16_t data_out, bool on)
{
	struct link *link = find_link(connection);
	struct radio_event event = { .type = RADIO_SUBSCRIBED, .connection = connection, .value = on };
	if (link == NULL)
		return;
	for (int i = 0; i < SERVICES; i++)
		if (data_out_handles[i] == data_out) {
			link->subscribed[i] = on;
			if (i == wanted)
				radio_happened(&event);
		}
}

/* NimBLE keeps a subscription to what is hidden, and tells nothing where the client asks for it once more. */
static void tell_old_subscriptions(int service)
{
	for (int i = 0; service != NONE && i < LINKS; i++)
		if (links[i].connection != BLE_HS_CONN_HANDLE_NONE && links[i].subscribed[service])
			subscribed((uint16_t)links[i].connection, data_out_handles[service], true);
}

static void look(struct ble_npl_event *event)
{
	(void)event;
	bool again = false;
	if (old_subscriptions_untold)
		tell_old_subscriptions(wanted);
	old_subscriptions_untold = false;
	for (int i = 0; i < LINKS; i++)
		if (links[i].connection != BLE_HS_CONN_HANDLE_NONE)
			again |= look_at(&links[i]);
	if (again)
		look_soon();
}

static void connected(uint16_t connection)
{
	struct link *link = find_link(BLE_HS_CONN_HANDLE_NONE);
	struct radio_event event = { .type = RADIO_CONNECTED, .connection = connection };
	if (link == NULL || !radio_happened(&event)) {
		ble_gap_terminate(connection, BLE_ERR_REM_USER_CONN_TERM);
		return;
	}
	link->handed_over = 0;
	link->closing = false;
	memset(link->subscribed, 0, sizeof link->subscribed);
	link->connection = connection;
}

static void disconnected(uint16_t connection)
{
	struct link *link = find_link(connection);
	struct radio_event event = { .type = RADIO_DISCONNECTED, .connection = connection };
	if (link == NULL)
		return;
	if (radio_happened(&event)) {
		link->connection = BLE_HS_CONN_HANDLE_NONE;
		return;
	}
	/* It is told when there is room. */
	link->closing = true;
	look_soon();
}

void gatt_happened(const struct ble_gap_event *event)
{
	struct radio_event happened = { 0 };
	switch (event->type) {
	case BLE_GAP_EVENT_CONNECT:
		if (event->connect.status == 0)
			connected(event->connect.conn_handle);
		return;
	case BLE_GAP_EVENT_DISCONNECT:
		disconnected(event->disconnect.conn.conn_handle);
		return;
	case BLE_GAP_EVENT_MTU:
		happened.type = RADIO_MTU;
		happened.connection = event->mtu.conn_handle;
		happened.value = event->mtu.value;
		break;
	case BLE_GAP_EVENT_SUBSCRIBE:
		subscribed(event->subscribe.conn_handle, event->subscribe.attr_handle, event->subscribe.cur_notify);
		return;
	default:
		return;
	}
	if (find_link(happened.connection) != NULL)
		radio_happened(&happened);
}

void radio_port_disconnect(uint16_t connection)
{
	struct link *link = find_link(connection);
	/* Who has no place any more was told of it. */
	if (link == NULL)
		return;
	link->closing = true;
	ble_gap_terminate(connection, BLE_ERR_REM_USER_CONN_TERM);
	look_soon();
}

unsigned radio_port_links(void)
{
	return LINKS;
}

bool radio_port_swaps_live(void)
{
	return true;
}

/* ---- services ---- */

static int accessed(uint16_t connection, uint16_t attribute, struct ble_gatt_access_ctxt *access, void *context)
{
	static uint8_t value[RADIO_VALUE_SIZE];
	uint16_t length;
	(void)attribute;
	if (access->op != BLE_GATT_ACCESS_OP_WRITE_CHR)
		return BLE_ATT_ERR_READ_NOT_PERMITTED;
	if (wanted != (intptr_t)context)
		return BLE_ATT_ERR_INVALID_HANDLE;
	if (ble_hs_mbuf_to_flat(access->om, value, sizeof value, &length) != 0)
		return BLE_ATT_ERR_INVALID_ATTR_VALUE_LEN;
	struct radio_event event = {
		.type = RADIO_WRITTEN,
		.connection = connection,
		.data = value,
		.length = length,
	};
	radio_happened(&event);
	return 0;
}

static void set_visible(int service, bool visible)
{
	if (service != NONE)
		ble_gatts_svc_set_visibility(service_handles[service], visible);
}

static void show(struct ble_npl_event *event)
{
	(void)event;
	int next = wanted;
	if (next != shown) {
		set_visible(shown, false);
		set_visible(next, true);
		shown = next;
		/* From the first handle of the one to the descriptor of the other, which is its last. */
		ble_svc_gatt_changed(service_handles[PROVISIONING], data_out_handles[PROXY] + 1);
	}
	/* Not at once: what is told before radio_port_serve has returned is taken for the service before. */
	old_subscriptions_untold = true;
	look_soon();
}

bool radio_port_serve(const struct radio_service *service)
{
	int next = NONE;
	if (service != NULL) {
		next = 0;
		while (next < SERVICES && service_uuids[next] != service->service)
			next++;
		if (next == SERVICES)
			return false;
	}
	wanted = next;
	ble_npl_eventq_put(nimble_port_get_dflt_eventq(), &show_event);
	return true;
}

bool gatt_register(void)
{
	ble_npl_event_init(&show_event, show, NULL);
	ble_npl_callout_init(&look_callout, nimble_port_get_dflt_eventq(), look, NULL);
	return ble_gatts_count_cfg(definitions) == 0 && ble_gatts_add_svcs(definitions) == 0;
}

void gatt_end(void)
{
	ble_npl_callout_stop(&look_callout);
	ble_npl_callout_deinit(&look_callout);
	ble_npl_event_deinit(&show_event);
}

bool gatt_begin(void)
{
	for (int i = 0; i < LINKS; i++)
		links[i].connection = BLE_HS_CONN_HANDLE_NONE;
	wanted = NONE;
	shown = NONE;
	for (int i = 0; i < SERVICES; i++) {
		const ble_uuid16_t uuid = BLE_UUID16_INIT(service_uuids[i]);
		if (ble_gatts_find_svc(&uuid.u, &service_handles[i]) != 0)
			return false;
		set_visible(i, false);
	}
	return true;
}

/* ---- notifications ---- */

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length)
{
	struct link *link = find_link(connection);
	int service = wanted;
	if (link == NULL || service == NONE || length > RADIO_VALUE_SIZE)
		return RADIO_NOTIFY_REFUSED;

	struct os_mbuf *packet = ble_hs_mbuf_from_flat(value, (uint16_t)length);
	if (packet == NULL)
		return RADIO_NOTIFY_BUSY;
	/* The packet is the stack's from here on, also where it refuses it. */
	int error = ble_gatts_notify_custom(connection, data_out_handles[service], packet);
	if (error == BLE_HS_ENOMEM)
		return RADIO_NOTIFY_BUSY;
	if (error != 0)
		return RADIO_NOTIFY_REFUSED;
	link->handed_over++;
	look_soon();
	return RADIO_NOTIFY_QUEUED;
}
