/*
 * What a chip does of cryptography, behind host/xs/native-crypto.ts. Each returns false where the chip or its library fails;
 * nothing is ever replaced by something weaker.
 */

#ifndef FLEDGLING_CRYPTO_PORT_H
#define FLEDGLING_CRYPTO_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_AES_SIZE 16
#define CRYPTO_HMAC_SIZE 32
#define CRYPTO_P256_SIZE 32

/* One block; output may be input. */
bool crypto_port_aes128(const uint8_t key[CRYPTO_AES_SIZE], const uint8_t input[CRYPTO_AES_SIZE],
	uint8_t output[CRYPTO_AES_SIZE]);

bool crypto_port_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
	uint8_t mac[CRYPTO_HMAC_SIZE]);

/* X and Y, most significant octet first. CRYPTO_INVALID: no valid private key. */
enum crypto_outcome { CRYPTO_DONE, CRYPTO_INVALID, CRYPTO_FAILED };

enum crypto_outcome crypto_port_p256_public_key(const uint8_t private_key[CRYPTO_P256_SIZE],
	uint8_t public_key[2 * CRYPTO_P256_SIZE]);

/* The x-coordinate of the shared point. */
enum crypto_outcome crypto_port_p256_shared_secret(const uint8_t private_key[CRYPTO_P256_SIZE],
	const uint8_t peer[2 * CRYPTO_P256_SIZE], uint8_t secret[CRYPTO_P256_SIZE]);

/* From the hardware's true random generator, and nothing else. */
bool crypto_port_random(uint8_t *target, size_t length);

/*
 * Run `work` once in a task of its own, below the XS task's priority, then `done` in the XS task. Never two at once.
 * false: it could not be started.
 */
bool crypto_port_run(void (*work)(void *), void (*done)(void *), void *context);

/* ---- what xs-crypto.c offers to the vendor's file ---- */

/* The xsMachine that `done` is to be posted to; from crypto_port_run on. */
void *crypto_machine(void);

#endif
