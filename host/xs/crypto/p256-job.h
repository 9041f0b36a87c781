/*
 * P-256 in a task of its own, one computation at a time: what is between the port and the binding for XS. The worker
 * sees nothing but memory of this file, as XS moves its own.
 */

#ifndef FLEDGLING_P256_JOB_H
#define FLEDGLING_P256_JOB_H

#include "port.h"

#define P256_POINT_SIZE (2 * CRYPTO_P256_SIZE)

/*
 * Compute the public key of `private_key`, or with `peer` (not NULL) the secret that they share. Both are copied.
 * `finished` follows in the XS task. false: one is under way, has not been taken yet, or no task could be started.
 */
bool p256_job_start(const uint8_t private_key[CRYPTO_P256_SIZE], const uint8_t *peer, void (*finished)(void));

/*
 * What has come of it, once: CRYPTO_DONE fills `result` with `length` octets, P256_POINT_SIZE or CRYPTO_P256_SIZE.
 * CRYPTO_FAILED where there is nothing to take, or not so much. Nothing of the keys is left behind.
 */
enum crypto_outcome p256_job_take(uint8_t *result, size_t length);

#endif
