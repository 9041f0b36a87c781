/* The chip's cryptography for XS. host/xs/native-crypto.ts says what each function does. */

#include "xsmc.h"
#include "xsHost.h"

#include <string.h>

#include "p256-job.h"

static xsMachine *machine;
/* Held against the collector while a computation is under way. */
static xsSlot finished_function;

void *crypto_machine(void)
{
	return machine;
}

static const uint8_t *octets(xsMachine *the, int argument, xsUnsignedValue length)
{
	void *start;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(argument), &start, &size);
	if (size != length)
		xsRangeError("so many octets are no such value");
	return start;
}

static uint8_t *room(xsMachine *the, int argument, xsUnsignedValue length)
{
	void *start;
	xsUnsignedValue size;
	xsmcGetBufferWritable(xsArg(argument), &start, &size);
	if (size < length)
		xsRangeError("there is no room for the result");
	return start;
}

/* Through memory of its own: a key of constants lies in flash, where a chip's accelerator does not read. */
void fledgling_aesBlock(xsMachine *the)
{
	static struct {
		uint8_t key[CRYPTO_AES_SIZE];
		/* A key, too, where one is derived. */
		uint8_t block[CRYPTO_AES_SIZE];
	} own;
	const uint8_t *key = octets(the, 0, CRYPTO_AES_SIZE);
	const uint8_t *input = octets(the, 1, CRYPTO_AES_SIZE);
	uint8_t *output = room(the, 2, CRYPTO_AES_SIZE);
	memcpy(own.key, key, CRYPTO_AES_SIZE);
	memcpy(own.block, input, CRYPTO_AES_SIZE);
	bool is_done = crypto_port_aes128(own.key, own.block, own.block);
	if (is_done)
		memcpy(output, own.block, CRYPTO_AES_SIZE);
	for (volatile uint8_t *octet = (uint8_t *)&own; octet < (uint8_t *)(&own + 1); octet++)
		*octet = 0;
	if (!is_done)
		xsUnknownError("AES of the chip has failed");
}

void fledgling_hmacSha256(xsMachine *the)
{
	void *key, *data;
	xsUnsignedValue key_length, length;
	xsmcGetBufferReadable(xsArg(0), &key, &key_length);
	xsmcGetBufferReadable(xsArg(1), &data, &length);
	if (!crypto_port_hmac_sha256(key, key_length, data, length, room(the, 2, CRYPTO_HMAC_SIZE)))
		xsUnknownError("HMAC of the chip has failed");
}

static void finished(void)
{
	xsMachine *the = machine;
	xsBeginHost(the);
		xsmcVars(1);
		xsVar(0) = xsAccess(finished_function);
		xsForget(finished_function);
		xsCallFunction0(xsVar(0), xsGlobal);
	xsEndHost(the);
}

void fledgling_startP256(xsMachine *the)
{
	const uint8_t *private_key = octets(the, 1, CRYPTO_P256_SIZE);
	const uint8_t *peer = xsmcTest(xsArg(2)) ? octets(the, 2, P256_POINT_SIZE) : NULL;
	machine = the;
	bool is_started = p256_job_start(private_key, peer, finished);
	if (is_started) {
		finished_function = xsArg(0);
		xsRemember(finished_function);
	}
	xsmcSetInteger(xsResult, is_started);
}

void fledgling_takeP256(xsMachine *the)
{
	void *result;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &result, &length);
	xsmcSetInteger(xsResult, p256_job_take(result, length));
}
