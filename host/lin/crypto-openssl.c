/*
 * host/xs/crypto/port.h by OpenSSL, and a thread for P-256: with it the boards' cryptography, from JavaScript to C, runs
 * on a desktop. The desktop build itself uses noble.
 */

#include "../xs/crypto/port.h"
#include "crypto-post.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>

bool crypto_port_aes128(const uint8_t key[CRYPTO_AES_SIZE], const uint8_t input[CRYPTO_AES_SIZE],
	uint8_t output[CRYPTO_AES_SIZE])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int length = 0;
	bool is_done = context != NULL
		&& EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL) == 1
		&& EVP_CIPHER_CTX_set_padding(context, 0) == 1
		&& EVP_EncryptUpdate(context, output, &length, input, CRYPTO_AES_SIZE) == 1
		&& length == CRYPTO_AES_SIZE;
	EVP_CIPHER_CTX_free(context);
	return is_done;
}

bool crypto_port_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
	uint8_t mac[CRYPTO_HMAC_SIZE])
{
	unsigned size = 0;
	return key_length <= INT_MAX && HMAC(EVP_sha256(), key, (int)key_length, data, length, mac, &size) != NULL
		&& size == CRYPTO_HMAC_SIZE;
}

/* 1 to n - 1. FIPS 186-4, B.4. */
static bool is_valid(const BIGNUM *scalar, const EC_GROUP *group)
{
	return !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0;
}

/* scalar times `point`, or times the base point where that is NULL; 04, X, Y. */
static enum crypto_outcome multiply(const uint8_t *private_key, const uint8_t *peer, uint8_t *coordinates)
{
	uint8_t octets[1 + 2 * CRYPTO_P256_SIZE];
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *scalar = BN_bin2bn(private_key, CRYPTO_P256_SIZE, NULL);
	EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
	enum crypto_outcome outcome = CRYPTO_FAILED;
	if (scalar == NULL || point == NULL)
		goto end;
	outcome = CRYPTO_INVALID;
	if (!is_valid(scalar, group))
		goto end;
	if (peer != NULL) {
		octets[0] = POINT_CONVERSION_UNCOMPRESSED;
		memcpy(octets + 1, peer, 2 * CRYPTO_P256_SIZE);
		if (EC_POINT_oct2point(group, point, octets, sizeof octets, NULL) != 1)
			goto end;
	}
	outcome = CRYPTO_FAILED;
	if (EC_POINT_mul(group, point, peer == NULL ? scalar : NULL, peer == NULL ? NULL : point,
			peer == NULL ? NULL : scalar, NULL) != 1)
		goto end;
	if (EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof octets, NULL) != sizeof octets)
		goto end;
	memcpy(coordinates, octets + 1, 2 * CRYPTO_P256_SIZE);
	outcome = CRYPTO_DONE;
end:
	EC_POINT_clear_free(point);
	BN_clear_free(scalar);
	EC_GROUP_free(group);
	OPENSSL_cleanse(octets, sizeof octets);
	return outcome;
}

enum crypto_outcome crypto_port_p256_public_key(const uint8_t private_key[CRYPTO_P256_SIZE],
	uint8_t public_key[2 * CRYPTO_P256_SIZE])
{
	return multiply(private_key, NULL, public_key);
}

enum crypto_outcome crypto_port_p256_shared_secret(const uint8_t private_key[CRYPTO_P256_SIZE],
	const uint8_t peer[2 * CRYPTO_P256_SIZE], uint8_t secret[CRYPTO_P256_SIZE])
{
	uint8_t shared[2 * CRYPTO_P256_SIZE];
	enum crypto_outcome outcome = multiply(private_key, peer, shared);
	if (outcome == CRYPTO_DONE)
		memcpy(secret, shared, CRYPTO_P256_SIZE);
	OPENSSL_cleanse(shared, sizeof shared);
	return outcome;
}

bool crypto_port_random(uint8_t *target, size_t length)
{
	while (length > 0) {
		ssize_t got = getrandom(target, length, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		target += got;
		length -= (size_t)got;
	}
	return true;
}

/* One at a time, as port.h says. */
static struct {
	void (*work)(void *);
	void (*done)(void *);
	void *context;
} errand;

static void *run(void *unused)
{
	(void)unused;
	errand.work(errand.context);
	/* What OpenSSL keeps for this thread goes with it, before anybody may end the program. */
	OPENSSL_thread_stop();
	crypto_post(errand.done, errand.context);
	return NULL;
}

bool crypto_port_run(void (*work)(void *), void (*done)(void *), void *context)
{
	pthread_t thread;
	errand.work = work;
	errand.done = done;
	errand.context = context;
	return pthread_create(&thread, NULL, run, NULL) == 0 && pthread_detach(thread) == 0;
}
