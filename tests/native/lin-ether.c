/*
 * The boards' radio with the ether behind it, without XS, for lin-ether.test.ts. It obeys lines on standard input (scan
 * on, scan off, send HEX, place, stop, start) and tells on standard output what happens (at PATH, joined, alone, heard
 * HEX, sent, refused). Argument: the ether's path, or nothing for this user's.
 */

#define _GNU_SOURCE

#include "../../host/lin/ether-port.h"
#include "../../host/xs/radio/turns.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static int bell;
static bool is_on;

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* In the radio's task. */
bool radio_port_wake(void)
{
	uint64_t once = 1;
	return write(bell, &once, sizeof(once)) == sizeof(once);
}

static void tell(const char *what, const uint8_t *octets, size_t length)
{
	char line[16 + 2 * RADIO_VALUE_SIZE];
	int at = sprintf(line, "%s", what);
	for (size_t i = 0; i < length; i++)
		at += sprintf(line + at, "%02x", octets[i]);
	puts(line);
}

static void tell_news(void)
{
	struct radio_news news;
	while (is_on && radio_next(&news, now_ms())) {
		if (news.type == RADIO_NEWS_RECEIVED && news.rssi < 0)
			tell("heard ", news.data, news.length);
		if (news.type == RADIO_NEWS_TRANSMITTED)
			tell("sent", NULL, 0);
	}
}

static void send_hex(const char *hex)
{
	uint8_t data[RADIO_DATA_SIZE];
	size_t length = 0;
	unsigned octet;
	while (length < sizeof(data) && sscanf(hex + 2 * length, "%2x", &octet) == 1)
		data[length++] = (uint8_t)octet;
	if (!radio_transmit(NULL, data, length, now_ms()))
		tell("refused", NULL, 0);
}

static void obey(const char *line)
{
	if (strncmp(line, "send ", 5) == 0)
		send_hex(line + 5);
	else if (strcmp(line, "scan on") == 0 || strcmp(line, "scan off") == 0)
		radio_scan(strcmp(line, "scan on") == 0, now_ms());
	else if (strcmp(line, "place") == 0)
		tell(ether_port_is_joined() ? "joined" : "alone", NULL, 0);
	else if (strcmp(line, "start") == 0)
		radio_begin(now_ms());
	else if (strcmp(line, "stop") == 0)
		radio_port_stop();
	is_on = strcmp(line, "stop") != 0;
}

/* false: there is no more. */
static bool obey_lines(void)
{
	static char held[8192];
	static size_t length;
	ssize_t came = read(STDIN_FILENO, held + length, sizeof(held) - 1 - length);
	if (came <= 0)
		return false;
	held[length += (size_t)came] = 0;
	char *start = held;
	for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
		*end = 0;
		obey(start);
	}
	length = strlen(start);
	memmove(held, start, length);
	return true;
}

int main(int count, char **arguments)
{
	struct pollfd watched[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };
	uint64_t rung;
	bool goes_on = true;
	setvbuf(stdout, NULL, _IOLBF, 0);
	watched[1].fd = bell = eventfd(0, EFD_NONBLOCK);
	if (!ether_port_at(count > 1 ? arguments[1] : NULL)) {
		puts("no path");
		return 1;
	}
	printf("at %s\n", ether_port_path());
	while (goes_on) {
		poll(watched, 2, is_on ? (int)radio_wait_ms(now_ms()) : -1);
		if (watched[1].revents && read(bell, &rung, sizeof(rung)) == sizeof(rung))
			radio_woken();
		tell_news();
		if (watched[0].revents)
			goes_on = obey_lines();
	}
	if (is_on)
		radio_port_stop();
	return 0;
}
