/*
 * The C behind the boards' cryptography, without XS and without a board: P-256 in a task of its own, on OpenSSL. The
 * first argument says what is computed, the others are its octets as hexadecimal digits; "rules" tries what may not be.
 */

/* Between the job and the task that it wants: here it can be refused. */
#define crypto_port_run run_unless_refused
#include "../../host/xs/crypto/p256-job.c"
#undef crypto_port_run

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../host/lin/crypto-post.h"

#define MAX_OCTETS 256

/* The XS task of this program: its main thread, which waits for what is posted to it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t posted;
	void (*done)(void *);
	void *context;
} mailbox = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL };

bool crypto_port_run(void (*work)(void *), void (*done)(void *), void *context);

static bool refuses;

bool run_unless_refused(void (*work)(void *), void (*done)(void *), void *context)
{
	return !refuses && crypto_port_run(work, done, context);
}

static pthread_t main_thread;
static int finishes;

void *crypto_machine(void)
{
	return NULL;
}

void crypto_post(void (*done)(void *), void *context)
{
	assert(!pthread_equal(pthread_self(), main_thread));
	pthread_mutex_lock(&mailbox.lock);
	mailbox.done = done;
	mailbox.context = context;
	pthread_cond_signal(&mailbox.posted);
	pthread_mutex_unlock(&mailbox.lock);
}

static void wait_for_it(void)
{
	pthread_mutex_lock(&mailbox.lock);
	while (mailbox.done == NULL)
		pthread_cond_wait(&mailbox.posted, &mailbox.lock);
	void (*done)(void *) = mailbox.done;
	mailbox.done = NULL;
	pthread_mutex_unlock(&mailbox.lock);
	done(mailbox.context);
}

static void finished(void)
{
	assert(pthread_equal(pthread_self(), main_thread));
	finishes++;
}

static size_t octets_of(const char *text, uint8_t *octets)
{
	size_t length = 0;
	for (; text[0] != '\0' && text[1] != '\0'; text += 2) {
		unsigned value;
		assert(length < MAX_OCTETS && sscanf(text, "%2x", &value) == 1);
		octets[length++] = (uint8_t)value;
	}
	return length;
}

static void print(const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	printf("\n");
}

static bool is_zero(const uint8_t *octets, size_t length)
{
	while (length-- > 0)
		if (*octets++ != 0)
			return false;
	return true;
}

static bool is_clean(void)
{
	return is_zero(job.private_key, sizeof job.private_key) && is_zero(job.peer, sizeof job.peer)
		&& is_zero(job.result, sizeof job.result);
}

static void compute(const uint8_t *private_key, const uint8_t *peer, size_t size)
{
	uint8_t result[P256_POINT_SIZE];
	bool is_started = p256_job_start(private_key, peer, finished);
	assert(is_started);
	wait_for_it();
	assert(finishes == 1);
	/* The key has gone before anybody takes the result. */
	assert(is_zero(job.private_key, sizeof job.private_key));
	enum crypto_outcome outcome = p256_job_take(result, size);
	assert(is_clean());
	if (outcome == CRYPTO_DONE)
		print(result, size);
	else
		printf("%s\n", outcome == CRYPTO_INVALID ? "invalid" : "failed");
}

static void rules(void)
{
	uint8_t one[CRYPTO_P256_SIZE] = { [CRYPTO_P256_SIZE - 1] = 1 };
	uint8_t result[P256_POINT_SIZE] = { 0 };

	assert(p256_job_take(result, sizeof result) == CRYPTO_FAILED);

	refuses = true;
	bool is_started = p256_job_start(one, NULL, finished);
	assert(!is_started && is_clean());
	refuses = false;

	is_started = p256_job_start(one, NULL, finished);
	assert(is_started);
	assert(p256_job_take(result, sizeof result) == CRYPTO_FAILED);
	assert(!p256_job_start(one, NULL, finished));
	/* The caller's memory is the caller's again. */
	memset(one, 0xee, sizeof one);
	wait_for_it();
	assert(!p256_job_start(one, NULL, finished));
	assert(p256_job_take(result, CRYPTO_P256_SIZE) == CRYPTO_FAILED);
	assert(is_zero(result, sizeof result) && is_clean());

	memset(one, 0, sizeof one);
	one[CRYPTO_P256_SIZE - 1] = 1;
	is_started = p256_job_start(one, NULL, finished);
	assert(is_started);
	wait_for_it();
	assert(p256_job_take(result, sizeof result) == CRYPTO_DONE);
	assert(p256_job_take(result, sizeof result) == CRYPTO_FAILED);
	assert(is_clean());
	printf("kept\n");
}

int main(int count, char **arguments)
{
	uint8_t first[MAX_OCTETS], second[MAX_OCTETS], result[CRYPTO_HMAC_SIZE];
	main_thread = pthread_self();
	assert(count >= 2);
	const char *what = arguments[1];
	size_t first_length = count > 2 ? octets_of(arguments[2], first) : 0;
	size_t second_length = count > 3 ? octets_of(arguments[3], second) : 0;

	if (strcmp(what, "aes") == 0) {
		assert(first_length == CRYPTO_AES_SIZE && second_length == CRYPTO_AES_SIZE);
		bool is_done = crypto_port_aes128(first, second, second);
		assert(is_done);
		print(second, CRYPTO_AES_SIZE);
	} else if (strcmp(what, "hmac") == 0) {
		bool is_done = crypto_port_hmac_sha256(first, first_length, second, second_length, result);
		assert(is_done);
		print(result, CRYPTO_HMAC_SIZE);
	} else if (strcmp(what, "public") == 0) {
		assert(first_length == CRYPTO_P256_SIZE);
		compute(first, NULL, P256_POINT_SIZE);
	} else if (strcmp(what, "secret") == 0) {
		assert(first_length == CRYPTO_P256_SIZE && second_length == P256_POINT_SIZE);
		compute(first, second, CRYPTO_P256_SIZE);
	} else {
		rules();
	}
	return 0;
}
