/* Cryptography by what the chip and its SDK have: AES by the peripheral, HMAC and P-256 by the PSA Crypto API. */

#include "../xs/crypto/port.h"

#include <string.h>

#include "aes/esp_aes.h"
#include "psa/crypto.h"

#define P256_BITS 256
/* An uncompressed point: 04, X, Y. SEC 1, 2.3.3. */
#define POINT_SIZE (1 + 2 * CRYPTO_P256_SIZE)
#define UNCOMPRESSED 0x04

/* In between nothing but the key is copied: the peripheral is loaded with it for each block. */
bool crypto_port_aes128(const uint8_t key[CRYPTO_AES_SIZE], const uint8_t input[CRYPTO_AES_SIZE],
	uint8_t output[CRYPTO_AES_SIZE])
{
	/* The driver reads and writes words, and octets from XS may lie anywhere. */
	_Alignas(uint32_t) uint8_t block[CRYPTO_AES_SIZE];
	esp_aes_context context;
	memcpy(block, input, sizeof block);
	esp_aes_init(&context);
	bool done = esp_aes_setkey(&context, key, 8 * CRYPTO_AES_SIZE) == 0 &&
		esp_aes_crypt_ecb(&context, ESP_AES_ENCRYPT, block, block) == 0;
	esp_aes_free(&context);
	if (done)
		memcpy(output, block, sizeof block);
	return done;
}

bool crypto_port_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
	uint8_t mac[CRYPTO_HMAC_SIZE])
{
	static const uint8_t nothing[1];
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id;
	size_t written = 0;
	/* It is initialized before main already; once more does nothing. */
	if (psa_crypto_init() != PSA_SUCCESS)
		return false;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(PSA_ALG_SHA_256));
	/* PSA has no empty keys; HMAC fills a short key up with zeros, so it is the same. RFC 2104, 2. */
	if (key_length == 0) {
		key = nothing;
		key_length = sizeof nothing;
	}
	if (psa_import_key(&attributes, key, key_length, &id) != PSA_SUCCESS)
		return false;
	psa_status_t status = psa_mac_compute(id, PSA_ALG_HMAC(PSA_ALG_SHA_256), length > 0 ? data : nothing, length,
		mac, CRYPTO_HMAC_SIZE, &written);
	psa_destroy_key(id);
	return status == PSA_SUCCESS && written == CRYPTO_HMAC_SIZE;
}

static enum crypto_outcome import_private_key(const uint8_t private_key[CRYPTO_P256_SIZE], psa_key_id_t *id)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	if (psa_crypto_init() != PSA_SUCCESS)
		return CRYPTO_FAILED;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&attributes, P256_BITS);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
	psa_status_t status = psa_import_key(&attributes, private_key, CRYPTO_P256_SIZE, id);
	/* Zero, or not below the order of the curve. */
	if (status == PSA_ERROR_INVALID_ARGUMENT)
		return CRYPTO_INVALID;
	return status == PSA_SUCCESS ? CRYPTO_DONE : CRYPTO_FAILED;
}

enum crypto_outcome crypto_port_p256_public_key(const uint8_t private_key[CRYPTO_P256_SIZE],
	uint8_t public_key[2 * CRYPTO_P256_SIZE])
{
	uint8_t point[POINT_SIZE];
	size_t written = 0;
	psa_key_id_t id;
	enum crypto_outcome outcome = import_private_key(private_key, &id);
	if (outcome != CRYPTO_DONE)
		return outcome;
	psa_status_t status = psa_export_public_key(id, point, sizeof point, &written);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS || written != sizeof point || point[0] != UNCOMPRESSED)
		return CRYPTO_FAILED;
	memcpy(public_key, point + 1, 2 * CRYPTO_P256_SIZE);
	return CRYPTO_DONE;
}

enum crypto_outcome crypto_port_p256_shared_secret(const uint8_t private_key[CRYPTO_P256_SIZE],
	const uint8_t peer[2 * CRYPTO_P256_SIZE], uint8_t secret[CRYPTO_P256_SIZE])
{
	uint8_t point[POINT_SIZE];
	size_t written = 0;
	psa_key_id_t id;
	enum crypto_outcome outcome = import_private_key(private_key, &id);
	if (outcome != CRYPTO_DONE)
		return outcome;
	point[0] = UNCOMPRESSED;
	memcpy(point + 1, peer, 2 * CRYPTO_P256_SIZE);
	psa_status_t status = psa_raw_key_agreement(PSA_ALG_ECDH, id, point, sizeof point, secret, CRYPTO_P256_SIZE,
		&written);
	psa_destroy_key(id);
	/* A point that is not on the curve. */
	if (status == PSA_ERROR_INVALID_ARGUMENT)
		return CRYPTO_INVALID;
	return status == PSA_SUCCESS && written == CRYPTO_P256_SIZE ? CRYPTO_DONE : CRYPTO_FAILED;
}
