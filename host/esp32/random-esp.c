/*
 * True random octets. The chip's generator gives them while noise is fed into it: by the radio while the controller is
 * enabled and does not sleep (sdkconfig.defaults keeps it awake), else by an analogue-digital converter that is switched
 * on for the time. In between it would only be a pseudo-random one.
 */

#include "../xs/crypto/port.h"

#include <string.h>

#include "bootloader_random.h"
#include "esp_bt.h"
#include "esp_random.h"

/* A generator that stands still. Four equal words by chance: once in 2^96 words. */
#define MOST_EQUAL 4

static bool fill(uint8_t *target, size_t length)
{
	uint32_t last = 0;
	unsigned equal = 0;
	while (length > 0) {
		uint32_t word = esp_random();
		equal = word == last ? equal + 1 : 1;
		if (equal == MOST_EQUAL)
			return false;
		last = word;

		size_t count = length < sizeof word ? length : sizeof word;
		memcpy(target, &word, count);
		target += count;
		length -= count;
	}
	return true;
}

bool crypto_port_random(uint8_t *target, size_t length)
{
	/* The XS task alone starts the radio, and it is the one that asks: the answer stays true meanwhile. */
	if (esp_bt_controller_get_status() == ESP_BT_CONTROLLER_STATUS_ENABLED)
		return fill(target, length);
	bootloader_random_enable();
	bool filled = fill(target, length);
	bootloader_random_disable();
	return filled;
}
