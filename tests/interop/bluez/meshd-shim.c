/*
 * meshd-shim.c - with meshd-crypto.c, lets a stock bluetooth-meshd run on a
 * machine without Bluetooth. Preloaded into the daemon, for tests only.
 *
 * Air. The daemon's `--io unit:PATH` binds an AF_UNIX datagram socket that it
 * never connects, so that it cannot send; and its receiving side counts one
 * octet too many and drops what is shorter than ten. The shim puts a connection
 * to the stream socket that MESHD_AIR names in its place, and translates. The
 * stream carries whole AD structures, both ways, and nothing else; the length
 * octet of each is the framing:
 *
 *     length (1 octet, 1 to 30) | AD type (1 octet) | AD data (length - 1)
 *
 * Pace. MESHD_SPEEDUP divides the timers that the daemon sets in milliseconds:
 * the gaps between its advertisements. Timers that it sets in seconds stay.
 * MESHD_JITTER varies those gaps, in percent; 25 if absent.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/* ----------------------------------------------------------------- air */

#define AD_MAX		30	/* AD type and AD data in one legacy PDU */
#define MIN_ACCEPTED	10	/* the daemon drops what is reported shorter */

static int air_fd = -1;

static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (!f) {
		fprintf(stderr, "meshd-shim: no %s\n", name);
		abort();
	}
	return f;
}

/*
 * The only AF_UNIX datagram socket that the daemon binds is its unit IO. A
 * stream connection takes its place, under the same descriptor number.
 */
int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	const char *path = getenv("MESHD_AIR");
	struct sockaddr_un peer = { .sun_family = AF_UNIX };
	int type = 0, s;
	socklen_t type_len = sizeof(type);

	if (!real)
		real = next("bind");
	if (!path || !addr || addr->sa_family != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 ||
	    type != SOCK_DGRAM)
		return real(fd, addr, len);

	if (strlen(path) >= sizeof(peer.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(peer.sun_path, path);

	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -1;
	if (connect(s, (struct sockaddr *) &peer, sizeof(peer)) < 0 ||
	    dup3(s, fd, O_CLOEXEC) < 0) {
		fprintf(stderr, "meshd-shim: %s: %m\n", path);
		close(s);
		return -1;
	}
	close(s);
	air_fd = fd;
	return 0;
}

/* Out: the daemon hands over AD type and AD data; the length goes in front. */
ssize_t send(int fd, const void *data, size_t len, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);
	uint8_t frame[1 + 255];

	if (!real)
		real = next("send");
	if (fd != air_fd || fd < 0)
		return real(fd, data, len, flags);

	if (!len || len > 255) {
		errno = EMSGSIZE;
		return -1;
	}
	frame[0] = (uint8_t) len;
	memcpy(frame + 1, data, len);
	if (real(fd, frame, len + 1, MSG_NOSIGNAL) != (ssize_t) len + 1)
		return -1;
	return (ssize_t) len;
}

/*
 * In: one AD structure for each call; the daemon calls again while there is
 * more. It takes what follows the first octet as AD type and AD data, and the
 * returned number as their length. A number below ten makes it drop the frame,
 * which would hit PB-ADV's Link ACK, Link Close and Transaction ACK. Those are
 * reported longer, with zeros behind; the daemon does not look at their length.
 */
ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);
	uint8_t len, frame[256] = { 0 };
	ssize_t n;

	if (!real)
		real = next("recv");
	if (fd != air_fd || fd < 0)
		return real(fd, buf, size, flags);

	n = real(fd, &len, 1, MSG_DONTWAIT);
	if (n < 0)
		return n;
	if (n == 0) {			/* the air is gone: so are we */
		kill(getpid(), SIGTERM);
		return 0;
	}
	if (len && real(fd, frame, len, MSG_WAITALL) != len)
		return 0;
	if (!len || len > AD_MAX || size < AD_MAX + 1)
		return 0;

	memset(buf, 0, size);
	((uint8_t *) buf)[0] = len;
	memcpy((uint8_t *) buf + 1, frame, len);
	return len < MIN_ACCEPTED ? MIN_ACCEPTED : len;
}

/* ---------------------------------------------------------------- pace */

static long setting(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtol(s, NULL, 10) : otherwise;
}

/*
 * Without jitter two daemons can fall into step and starve each other for a
 * minute: each Link Open makes the other put its Link ACK behind its beacon.
 * Real advertising events are jittered as well.
 */
static uint64_t pace(uint64_t ms)
{
	static long speedup, jitter;
	uint64_t us = ms * 1000;

	if (!speedup) {
		speedup = setting("MESHD_SPEEDUP", 1);
		jitter = setting("MESHD_JITTER", 25);
		if (speedup < 1)
			speedup = 1;
		if (jitter < 0 || jitter > 100)
			jitter = 0;
		srandom((unsigned) getpid());
	}
	us /= speedup;
	us = us * (100 - jitter + random() % (2 * jitter + 1)) / 100;
	return us >= 1000 ? us / 1000 : (ms ? 1 : 0);
}

void *l_timeout_create_ms(uint64_t ms, void *cb, void *data, void *destroy)
{
	static void *(*real)(uint64_t, void *, void *, void *);

	if (!real)
		real = next("l_timeout_create_ms");
	return real(pace(ms), cb, data, destroy);
}

void l_timeout_modify_ms(void *timeout, uint64_t ms)
{
	static void (*real)(void *, uint64_t);

	if (!real)
		real = next("l_timeout_modify_ms");
	real(timeout, pace(ms));
}
