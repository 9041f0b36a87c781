/* The way from a thread into the XS task of the desktop build: by the queue that the SDK has for its workers. */

#include "xsAll.h"
#include "crypto-post.h"

#include "../xs/crypto/port.h"

/* The queue frees what it has called. */
struct errand {
	txWorkerJob job;
	void (*done)(void *);
	void *context;
};

static void call(void *machine, void *job)
{
	struct errand *errand = job;
	(void)machine;
	errand->done(errand->context);
}

void crypto_post(void (*done)(void *), void *context)
{
	struct errand *errand = calloc(1, sizeof *errand);
	if (errand == NULL)
		abort();
	errand->job.callback = call;
	errand->done = done;
	errand->context = context;
	fxQueueWorkerJob(crypto_machine(), errand);
}
