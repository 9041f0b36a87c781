/* P-256 in a task of its own: p256-job.h says what these functions do. */

#include "p256-job.h"

#include <string.h>

/* The worker has it between `start` and `done`, the XS task otherwise: no lock is needed. */
static struct {
	enum { JOB_NONE, JOB_RUNNING, JOB_FINISHED } state;
	enum crypto_outcome outcome;
	bool has_peer;
	uint8_t private_key[CRYPTO_P256_SIZE];
	uint8_t peer[P256_POINT_SIZE];
	uint8_t result[P256_POINT_SIZE];
	void (*finished)(void);
} job;

/* Not memset, which a compiler leaves out where nobody reads afterwards. */
static void wipe(void *start, size_t length)
{
	volatile uint8_t *octets = start;
	while (length-- > 0)
		*octets++ = 0;
}

static void wipe_all(void)
{
	wipe(job.private_key, sizeof job.private_key);
	wipe(job.peer, sizeof job.peer);
	wipe(job.result, sizeof job.result);
}

static void work(void *context)
{
	(void)context;
	if (job.has_peer)
		job.outcome = crypto_port_p256_shared_secret(job.private_key, job.peer, job.result);
	else
		job.outcome = crypto_port_p256_public_key(job.private_key, job.result);
	wipe(job.private_key, sizeof job.private_key);
}

static void done(void *context)
{
	(void)context;
	job.state = JOB_FINISHED;
	job.finished();
}

bool p256_job_start(const uint8_t private_key[CRYPTO_P256_SIZE], const uint8_t *peer, void (*finished)(void))
{
	if (job.state != JOB_NONE)
		return false;
	memcpy(job.private_key, private_key, CRYPTO_P256_SIZE);
	job.has_peer = peer != NULL;
	if (peer != NULL)
		memcpy(job.peer, peer, P256_POINT_SIZE);
	job.finished = finished;
	job.state = JOB_RUNNING;
	if (crypto_port_run(work, done, NULL))
		return true;
	wipe_all();
	job.state = JOB_NONE;
	return false;
}

enum crypto_outcome p256_job_take(uint8_t *result, size_t length)
{
	if (job.state != JOB_FINISHED)
		return CRYPTO_FAILED;
	size_t size = job.has_peer ? CRYPTO_P256_SIZE : P256_POINT_SIZE;
	enum crypto_outcome outcome = job.outcome;
	if (outcome == CRYPTO_DONE && length == size)
		memcpy(result, job.result, size);
	else if (outcome == CRYPTO_DONE)
		outcome = CRYPTO_FAILED;
	wipe_all();
	job.state = JOB_NONE;
	return outcome;
}
