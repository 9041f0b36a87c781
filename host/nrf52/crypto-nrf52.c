/*
 * What nRF52840 does of cryptography, for crypto/port.h: AES in the chip's own block cipher, randomness of its own
 * generator, both through the SoftDevice where that is up, as they are its then; SHA-256 and P-256 by nrf_oberon, the
 * vendor's library in constant time. Not by CryptoCell: the vendor's library for that computes no P-256 public key of a
 * given private key, and hashes nothing that lies in flash.
 */

#include <string.h>

#include "xsmc.h"
#include "xsHost.h"

#include "FreeRTOS.h"
#include "nrf.h"
#include "nrf_sdh.h"
#include "nrf_soc.h"
#include "task.h"

/* The SDK's makefile names the folder beside this library's as one for headers. */
#include "../nrf_oberon/include/ocrypto_ecdh_p256.h"
#include "../nrf_oberon/include/ocrypto_sha256.h"

#include "../xs/crypto/port.h"

#define SHA256_BLOCK 64
/* A block takes the chip a few microseconds, an octet of its noise up to 2 ms. */
#define AES_ROUNDS_TO_WAIT 10000u
#define RANDOM_OCTET_LIMIT_MS 1000

/* Below the XS task's, which is the highest there is. */
#define TASK_PRIORITY 1
#define TASK_STACK_OCTETS 6144

static void wipe(void *secret, size_t length)
{
	volatile uint8_t *octet = secret;
	while (length-- > 0)
		*octet++ = 0;
}

/* ---- AES-128 ---- */

static bool encrypt_without_softdevice(nrf_ecb_hal_data_t *block)
{
	NRF_ECB->ECBDATAPTR = (uint32_t)block;
	NRF_ECB->EVENTS_ENDECB = 0;
	NRF_ECB->EVENTS_ERRORECB = 0;
	/* The chip reads and writes the block where the compiler does not see it. */
	__DMB();
	NRF_ECB->TASKS_STARTECB = 1;
	for (unsigned i = 0; i < AES_ROUNDS_TO_WAIT; i++) {
		if (NRF_ECB->EVENTS_ENDECB) {
			__DMB();
			return true;
		}
		if (NRF_ECB->EVENTS_ERRORECB)
			return false;
	}
	return false;
}

bool crypto_port_aes128(const uint8_t key[CRYPTO_AES_SIZE], const uint8_t input[CRYPTO_AES_SIZE],
	uint8_t output[CRYPTO_AES_SIZE])
{
	/* On the stack, as the peripheral reads RAM only, and keys may lie in flash. */
	nrf_ecb_hal_data_t block;
	memcpy(block.key, key, CRYPTO_AES_SIZE);
	memcpy(block.cleartext, input, CRYPTO_AES_SIZE);
	bool done = nrf_sdh_is_enabled() ? sd_ecb_block_encrypt(&block) == NRF_SUCCESS
		: encrypt_without_softdevice(&block);
	if (done)
		memcpy(output, block.ciphertext, CRYPTO_AES_SIZE);
	wipe(&block, sizeof block);
	return done;
}

/* ---- HMAC-SHA-256; RFC 2104 ---- */

static void start_hash(ocrypto_sha256_ctx *hash, const uint8_t key[SHA256_BLOCK], uint8_t pad)
{
	uint8_t block[SHA256_BLOCK];
	for (int i = 0; i < SHA256_BLOCK; i++)
		block[i] = key[i] ^ pad;
	ocrypto_sha256_init(hash);
	ocrypto_sha256_update(hash, block, sizeof block);
	wipe(block, sizeof block);
}

bool crypto_port_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
	uint8_t mac[CRYPTO_HMAC_SIZE])
{
	uint8_t block[SHA256_BLOCK] = { 0 };
	ocrypto_sha256_ctx hash;
	if (key_length > sizeof block)
		ocrypto_sha256(block, key, key_length);
	else
		memcpy(block, key, key_length);

	uint8_t inner[CRYPTO_HMAC_SIZE];
	start_hash(&hash, block, 0x36);
	ocrypto_sha256_update(&hash, data, length);
	ocrypto_sha256_final(&hash, inner);
	start_hash(&hash, block, 0x5c);
	ocrypto_sha256_update(&hash, inner, sizeof inner);
	ocrypto_sha256_final(&hash, mac);

	wipe(&hash, sizeof hash);
	wipe(block, sizeof block);
	wipe(inner, sizeof inner);
	return true;
}

/* ---- P-256 ---- */

/* For the library's loads and stores, which its declarations say nothing of. */
union words {
	uint32_t word[2 * CRYPTO_P256_SIZE / 4];
	uint8_t octet[2 * CRYPTO_P256_SIZE];
};

enum crypto_outcome crypto_port_p256_public_key(const uint8_t private_key[CRYPTO_P256_SIZE],
	uint8_t public_key[2 * CRYPTO_P256_SIZE])
{
	union words scalar, point;
	memcpy(scalar.octet, private_key, CRYPTO_P256_SIZE);
	bool valid = ocrypto_ecdh_p256_public_key(point.octet, scalar.octet) == 0;
	if (valid)
		memcpy(public_key, point.octet, 2 * CRYPTO_P256_SIZE);
	wipe(&scalar, sizeof scalar);
	return valid ? CRYPTO_DONE : CRYPTO_INVALID;
}

enum crypto_outcome crypto_port_p256_shared_secret(const uint8_t private_key[CRYPTO_P256_SIZE],
	const uint8_t peer[2 * CRYPTO_P256_SIZE], uint8_t secret[CRYPTO_P256_SIZE])
{
	union words scalar, point, shared;
	memcpy(scalar.octet, private_key, CRYPTO_P256_SIZE);
	memcpy(point.octet, peer, 2 * CRYPTO_P256_SIZE);
	bool valid = ocrypto_ecdh_p256_common_secret(shared.octet, scalar.octet, point.octet) == 0;
	if (valid)
		memcpy(secret, shared.octet, CRYPTO_P256_SIZE);
	wipe(&scalar, sizeof scalar);
	wipe(&shared, sizeof shared);
	return valid ? CRYPTO_DONE : CRYPTO_INVALID;
}

/* ---- randomness ---- */

static bool random_octet_without_softdevice(uint8_t *target)
{
	TickType_t start = xTaskGetTickCount();
	while (!NRF_RNG->EVENTS_VALRDY)
		if (xTaskGetTickCount() - start > pdMS_TO_TICKS(RANDOM_OCTET_LIMIT_MS))
			return false;
	NRF_RNG->EVENTS_VALRDY = 0;
	*target = (uint8_t)NRF_RNG->VALUE;
	return true;
}

static bool random_without_softdevice(uint8_t *target, size_t length)
{
	NRF_RNG->CONFIG = RNG_CONFIG_DERCEN_Enabled << RNG_CONFIG_DERCEN_Pos;
	NRF_RNG->EVENTS_VALRDY = 0;
	NRF_RNG->TASKS_START = 1;
	bool done = true;
	while (done && length-- > 0)
		done = random_octet_without_softdevice(target++);
	NRF_RNG->TASKS_STOP = 1;
	return done;
}

/* The SoftDevice collects noise in a small pool; where that is empty, it is waited for. */
static bool random_of_softdevice(uint8_t *target, size_t length)
{
	TickType_t start = xTaskGetTickCount();
	while (length > 0) {
		uint8_t available = 0;
		(void)sd_rand_application_bytes_available_get(&available);
		uint8_t part = available < length ? available : (uint8_t)length;
		if (part > 0 && sd_rand_application_vector_get(target, part) == NRF_SUCCESS) {
			target += part;
			length -= part;
			start = xTaskGetTickCount();
		} else if (xTaskGetTickCount() - start > pdMS_TO_TICKS(RANDOM_OCTET_LIMIT_MS)) {
			return false;
		} else {
			vTaskDelay(1);
		}
	}
	return true;
}

bool crypto_port_random(uint8_t *target, size_t length)
{
	return nrf_sdh_is_enabled() ? random_of_softdevice(target, length) : random_without_softdevice(target, length);
}

/* ---- a task for what takes long ---- */

static struct {
	TaskHandle_t task;
	void (*work)(void *);
	void (*done)(void *);
	void *context;
	bool busy;
} job;

/* In the XS task. */
static void finish(void *machine, void *refcon, uint8_t *message, uint16_t length)
{
	(void)machine;
	(void)refcon;
	(void)message;
	(void)length;
	job.busy = false;
	job.done(job.context);
}

static void crypto_task(void *unused)
{
	(void)unused;
	for (;;) {
		ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
		job.work(job.context);
		/* Whoever waits for it waits for ever if it is not told. */
		while (modMessagePostToMachine(crypto_machine(), NULL, 0, finish, NULL) != 0)
			vTaskDelay(1);
	}
}

bool crypto_port_run(void (*work)(void *), void (*done)(void *), void *context)
{
	if (job.busy)
		return false;
	if (job.task == NULL
		&& xTaskCreate(crypto_task, "cry", TASK_STACK_OCTETS / sizeof(StackType_t), NULL, TASK_PRIORITY, &job.task) != pdPASS)
		return false;
	job.work = work;
	job.done = done;
	job.context = context;
	job.busy = true;
	xTaskNotifyGive(job.task);
	return true;
}
