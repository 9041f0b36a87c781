/* How the thread of P-256 reaches the XS task: a build for XS has crypto-post.c, a test something of its own. */

#ifndef FLEDGLING_CRYPTO_POST_H
#define FLEDGLING_CRYPTO_POST_H

/* Call `done` with `context` in the XS task, soon. From any thread. */
void crypto_post(void (*done)(void *), void *context);

#endif
