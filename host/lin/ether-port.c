/*
 * host/xs/radio/port.h over the ether. Only AD structures that mesh nodes advertise without being connectable are
 * carried: no addresses, no connectable advertising, no GATT. The radio's task is a thread. It looks for the ether for
 * as long as it is not there, and again when it has gone.
 */

#define _GNU_SOURCE

#include "ether-port.h"
#include "../xs/radio/port.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* As in the simulator's medium. */
#define AIR_TIME_MS 2
#define RSSI_DBM (-50)

/* How often the ether is looked for, or whether another has taken its place. */
#define LOOK_MS 500

/* A structure with its length octet. */
#define MAX_STRUCTURE RADIO_DATA_SIZE

#define NOBODY (-1)

/* Who listens at the path. */
struct identity {
	dev_t device;
	ino_t inode;
};

/* What the radio's task has for itself. */
struct link {
	int socket;
	struct identity hub;
	int64_t look_ms;
	/* The beginning of a structure whose rest has not come. */
	uint8_t heard[MAX_STRUCTURE];
	size_t heard_length;
	/* The rest of structures whose beginning has gone out. */
	uint8_t unsent[RADIO_DATA_SIZE];
	size_t unsent_length;
	/* When the transmission is over; 0: none is under way. */
	int64_t sent_ms;
};

static atomic_bool joined;
static atomic_bool scanning;

static pthread_t task;
static bool running;
static int bell;

/* What the XS task asks for, under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool stopping;
static bool sending;
static uint8_t outgoing[RADIO_DATA_SIZE];
static size_t outgoing_length;

/* ---- the radio's task ---- */

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static void tell(enum radio_event_type type)
{
	const struct radio_event event = { .type = type };
	radio_happened(&event);
}

/* What the ether carries: PB-ADV, Mesh Message, Mesh Beacon, URI. */
static bool is_carried(uint8_t type)
{
	return type == 0x29 || type == 0x2a || type == 0x2b || type == 0x24;
}

static bool identify(struct identity *found)
{
	struct stat status;
	if (lstat(ether_port_path(), &status) != 0)
		return false;
	found->device = status.st_dev;
	found->inode = status.st_ino;
	return true;
}

static void leave(struct link *link)
{
	if (link->socket == NOBODY)
		return;
	joined = false;
	close(link->socket);
	link->socket = NOBODY;
	link->heard_length = 0;
	link->unsent_length = 0;
	link->look_ms = now_ms() + LOOK_MS;
}

/* Another user's program may not be the air. */
static bool is_own(int socket)
{
	struct ucred who;
	socklen_t length = sizeof(who);
	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.uid == getuid();
}

static void join(struct link *link)
{
	if (!identify(&link->hub))
		return;
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made < 0)
		return;
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	strcpy(place.sun_path, ether_port_path());
	if (connect(made, (const struct sockaddr *)&place, sizeof(place)) != 0 || !is_own(made)) {
		close(made);
		return;
	}
	link->socket = made;
	joined = true;
}

/* Who has lost the others' hub, or stays with one that nobody finds any more, starts over. */
static void look(struct link *link)
{
	struct identity found;
	link->look_ms = now_ms() + LOOK_MS;
	if (link->socket == NOBODY)
		join(link);
	else if (identify(&found) && (found.device != link->hub.device || found.inode != link->hub.inode))
		leave(link);
}

static void flush(struct link *link)
{
	ssize_t gone = send(link->socket, link->unsent, link->unsent_length, MSG_NOSIGNAL);
	if (gone < 0) {
		if (errno != EAGAIN && errno != EINTR)
			leave(link);
		return;
	}
	link->unsent_length -= gone;
	memmove(link->unsent, link->unsent + gone, link->unsent_length);
}

/* While something still waits to go out, the next is lost: nobody could hear it in time. */
static void take_outgoing(struct link *link)
{
	pthread_mutex_lock(&lock);
	if (sending) {
		sending = false;
		link->sent_ms = now_ms() + AIR_TIME_MS;
		if (link->socket != NOBODY && link->unsent_length == 0) {
			memcpy(link->unsent, outgoing, outgoing_length);
			link->unsent_length = outgoing_length;
		}
	}
	pthread_mutex_unlock(&lock);
	if (link->socket != NOBODY && link->unsent_length > 0)
		flush(link);
}

static void hear(const uint8_t *structure, size_t length)
{
	const struct radio_event event = {
		.type = RADIO_REPORT, .rssi = RSSI_DBM, .data = structure, .length = length,
	};
	if (scanning && is_carried(structure[1]))
		radio_happened(&event);
}

/* false: no AD structure of a legacy advertisement is that long. */
static bool add_octet(struct link *link, uint8_t octet)
{
	if (link->heard_length == 0 && (octet == 0 || octet >= MAX_STRUCTURE))
		return false;
	link->heard[link->heard_length++] = octet;
	if (link->heard_length == (size_t)link->heard[0] + 1) {
		hear(link->heard, link->heard_length);
		link->heard_length = 0;
	}
	return true;
}

static void receive(struct link *link)
{
	uint8_t octets[512];
	ssize_t came = recv(link->socket, octets, sizeof(octets), 0);
	if (came < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (came <= 0) {
		leave(link);
		return;
	}
	for (ssize_t i = 0; i < came; i++) {
		if (!add_octet(link, octets[i])) {
			leave(link);
			return;
		}
	}
}

static void wait_for_something(struct link *link)
{
	int64_t due = link->look_ms;
	if (link->sent_ms != 0 && link->sent_ms < due)
		due = link->sent_ms;
	int64_t left = due - now_ms();
	struct pollfd watched[2] = {
		{ .fd = bell, .events = POLLIN },
		{ .fd = link->socket, .events = POLLIN | (link->unsent_length > 0 ? POLLOUT : 0) },
	};
	if (poll(watched, 2, left > 0 ? (int)left : 0) <= 0)
		return;
	if (watched[0].revents) {
		uint64_t count;
		if (read(bell, &count, sizeof(count)) < 0)
			return;
	}
	if (watched[1].revents & (POLLIN | POLLHUP | POLLERR))
		receive(link);
}

static bool is_stopping(void)
{
	pthread_mutex_lock(&lock);
	bool is = stopping;
	pthread_mutex_unlock(&lock);
	return is;
}

static void *run(void *unused)
{
	struct link link = { .socket = NOBODY };
	(void)unused;
	look(&link);
	tell(RADIO_READY);
	while (!is_stopping()) {
		wait_for_something(&link);
		take_outgoing(&link);
		int64_t now = now_ms();
		if (link.sent_ms != 0 && link.sent_ms <= now) {
			link.sent_ms = 0;
			tell(RADIO_SENT);
		}
		if (link.look_ms <= now)
			look(&link);
	}
	leave(&link);
	return NULL;
}

static void ring_bell(void)
{
	uint64_t once = 1;
	ssize_t written = write(bell, &once, sizeof(once));
	(void)written;
}

/* ---- the port ---- */

bool ether_port_is_joined(void)
{
	return joined;
}

bool radio_port_start(void)
{
	sigset_t all, before;
	if (running)
		return true;
	if (ether_port_path()[0] == 0 && !ether_port_at(NULL))
		return false;
	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bell < 0)
		return false;
	stopping = sending = false;
	scanning = false;
	/* The program's signals are for its other threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	running = pthread_create(&task, NULL, run, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!running)
		close(bell);
	return running;
}

void radio_port_stop(void)
{
	if (!running)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_mutex_unlock(&lock);
	ring_bell();
	pthread_join(task, NULL);
	close(bell);
	running = false;
}

/* The simulator may unload the program, whose code must not be running then. */
__attribute__((destructor)) static void unloaded(void)
{
	radio_port_stop();
}

bool radio_port_scan(bool on)
{
	scanning = on;
	return running;
}

bool radio_port_send(const struct radio_advertisement *advertisement)
{
	if (!running || advertisement->length > RADIO_DATA_SIZE)
		return false;
	const uint8_t *data = advertisement->data;
	pthread_mutex_lock(&lock);
	bool accepted = !sending;
	if (accepted) {
		sending = true;
		outgoing_length = 0;
		size_t size;
		for (size_t at = 0; at < advertisement->length; at += size) {
			size = (size_t)data[at] + 1;
			if (size < 2 || size > advertisement->length - at)
				break;
			if (!is_carried(data[at + 1]))
				continue;
			memcpy(outgoing + outgoing_length, data + at, size);
			outgoing_length += size;
		}
	}
	pthread_mutex_unlock(&lock);
	if (accepted)
		ring_bell();
	return accepted;
}

/* Accepted, and heard by nobody: who cannot connect need not hear it. */
bool radio_port_advertise(const struct radio_advertisement *advertisement)
{
	(void)advertisement;
	return running;
}

void radio_port_stop_advertising(void)
{
}

bool radio_port_serve(const struct radio_service *service)
{
	return service == NULL;
}

enum radio_notified radio_port_notify(uint16_t connection, const uint8_t *value, size_t length)
{
	(void)connection, (void)value, (void)length;
	return RADIO_NOTIFY_REFUSED;
}

void radio_port_disconnect(uint16_t connection)
{
	(void)connection;
}

unsigned radio_port_links(void)
{
	return 0;
}

bool radio_port_swaps_live(void)
{
	return true;
}

/* Any static one: the ether carries none. */
void radio_port_address(uint8_t address[RADIO_ADDRESS_SIZE])
{
	static const uint8_t own[RADIO_ADDRESS_SIZE] = { 0xc0, 0, 0, 0, 0, 0x02 };
	memcpy(address, own, sizeof(own));
}
