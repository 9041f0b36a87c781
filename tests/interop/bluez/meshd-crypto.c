/*
 * meshd-crypto.c - the crypto half of the shim. bluetooth-meshd takes AES-ECB,
 * AES-CCM and AES-CMAC from libell, and libell asks the kernel for them through
 * AF_ALG sockets, which containers and CI machines do not have. Here stands
 * every libell crypto function that the daemon imports (harness.test.ts holds
 * this list against the daemon), and OpenSSL's libcrypto does the work.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define KEY_LEN 16

/* ------------------------------------------------------------- AES-ECB */

enum { CIPHER_AES_ECB = 0 };	/* libell's number */

struct l_cipher {
	EVP_CIPHER_CTX *encrypt;
};

void l_cipher_free(struct l_cipher *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->encrypt);
	free(c);
}

struct l_cipher *l_cipher_new(int type, const void *key, size_t key_len)
{
	struct l_cipher *c;

	if (type != CIPHER_AES_ECB || key_len != KEY_LEN ||
	    !(c = calloc(1, sizeof(*c))))
		return NULL;
	c->encrypt = EVP_CIPHER_CTX_new();
	if (!c->encrypt || EVP_EncryptInit_ex(c->encrypt, EVP_aes_128_ecb(),
						NULL, key, NULL) != 1) {
		l_cipher_free(c);
		return NULL;
	}
	EVP_CIPHER_CTX_set_padding(c->encrypt, 0);
	return c;
}

bool l_cipher_encrypt(struct l_cipher *c, const void *in, void *out, size_t len)
{
	int n = 0;

	return c && EVP_EncryptUpdate(c->encrypt, out, &n, in, (int) len) == 1 &&
		(size_t) n == len;
}

/* ------------------------------------------------------------- AES-CCM */

enum { AEAD_AES_CCM = 0 };	/* libell's number */

struct l_aead_cipher {
	uint8_t key[KEY_LEN];
	size_t tag_len;
};

/* A piece of memory: OpenSSL's CCM takes many of them. */
struct piece {
	const void *data;
	size_t len;
};

void l_aead_cipher_free(struct l_aead_cipher *c)
{
	free(c);
}

struct l_aead_cipher *l_aead_cipher_new(int type, const void *key,
					size_t key_len, size_t tag_len)
{
	struct l_aead_cipher *c;

	if (type != AEAD_AES_CCM || key_len != KEY_LEN || tag_len > 16 ||
	    !(c = calloc(1, sizeof(*c))))
		return NULL;
	memcpy(c->key, key, KEY_LEN);
	c->tag_len = tag_len;
	return c;
}

/*
 * Both directions. When decrypting, `tag` is the tag that came; when encrypting,
 * it is NULL, and the caller fetches the one that was made.
 */
static bool run_ccm(EVP_CIPHER_CTX *x, const struct l_aead_cipher *c,
			uint8_t *tag, struct piece nonce, struct piece ad,
			struct piece in, uint8_t *out)
{
	int encrypt = tag == NULL, n = 0;

	if (EVP_CipherInit_ex(x, EVP_aes_128_ccm(), NULL, NULL, NULL,
							encrypt) != 1 ||
	    EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_IVLEN, (int) nonce.len,
							NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, (int) c->tag_len,
							tag) != 1 ||
	    EVP_CipherInit_ex(x, NULL, NULL, c->key, nonce.data, encrypt) != 1)
		return false;
	/* CCM needs to know the length of the text before anything else. */
	if (EVP_CipherUpdate(x, NULL, &n, NULL, (int) in.len) != 1)
		return false;
	if (ad.len && EVP_CipherUpdate(x, NULL, &n, ad.data, (int) ad.len) != 1)
		return false;
	/* When decrypting, this is the call that checks the tag. */
	return EVP_CipherUpdate(x, out, &n, in.data, (int) in.len) == 1;
}

/* Output: the text, and the tag behind it. */
bool l_aead_cipher_encrypt(struct l_aead_cipher *c,
				const void *in, size_t in_len,
				const void *ad, size_t ad_len,
				const void *nonce, size_t nonce_len,
				void *out, size_t out_len)
{
	EVP_CIPHER_CTX *x;
	uint8_t *text;
	bool ok;

	if (!c || out_len < in_len + c->tag_len)
		return false;
	/* Aside: callers encrypt in place, and OpenSSL's CCM may not. */
	text = malloc(in_len + 16);
	x = EVP_CIPHER_CTX_new();
	ok = x && text && run_ccm(x, c, NULL, (struct piece) { nonce, nonce_len },
				(struct piece) { ad, ad_len },
				(struct piece) { in, in_len }, text) &&
		EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, (int) c->tag_len,
				(uint8_t *) out + in_len) == 1;
	if (ok)
		memcpy(out, text, in_len);
	free(text);
	EVP_CIPHER_CTX_free(x);
	return ok;
}

/* Input: the text, and the tag behind it. */
bool l_aead_cipher_decrypt(struct l_aead_cipher *c,
				const void *in, size_t in_len,
				const void *ad, size_t ad_len,
				const void *nonce, size_t nonce_len,
				void *out, size_t out_len)
{
	EVP_CIPHER_CTX *x;
	uint8_t *text, tag[16];
	size_t len;
	bool ok;

	if (!c || in_len < c->tag_len || out_len < in_len - c->tag_len)
		return false;
	len = in_len - c->tag_len;
	memcpy(tag, (const uint8_t *) in + len, c->tag_len);
	text = malloc(len + 16);
	x = EVP_CIPHER_CTX_new();
	ok = x && text && run_ccm(x, c, tag, (struct piece) { nonce, nonce_len },
				(struct piece) { ad, ad_len },
				(struct piece) { in, len }, text);
	if (ok)
		memcpy(out, text, len);
	free(text);
	EVP_CIPHER_CTX_free(x);
	return ok;
}

/* ------------------------------------------------------------ AES-CMAC */

struct l_checksum {
	EVP_MAC_CTX *mac;
};

void l_checksum_free(struct l_checksum *s)
{
	if (!s)
		return;
	EVP_MAC_CTX_free(s->mac);
	free(s);
}

struct l_checksum *l_checksum_new_cmac_aes(const void *key, size_t key_len)
{
	static char name[] = "AES-128-CBC";
	const OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0),
		OSSL_PARAM_construct_end(),
	};
	struct l_checksum *s = calloc(1, sizeof(*s));
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);

	if (s && mac)
		s->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (!s || !s->mac || EVP_MAC_init(s->mac, key, key_len, params) != 1) {
		l_checksum_free(s);
		return NULL;
	}
	return s;
}

bool l_checksum_update(struct l_checksum *s, const void *data, size_t len)
{
	return s && EVP_MAC_update(s->mac, data, len) == 1;
}

ssize_t l_checksum_get_digest(struct l_checksum *s, void *out, size_t len)
{
	uint8_t full[EVP_MAX_MD_SIZE];
	size_t n = 0;

	if (!s || !len)
		return -EINVAL;
	if (EVP_MAC_final(s->mac, full, &n, sizeof(full)) != 1)
		return -EIO;
	/* Callers go on with it, so it starts anew; the key stays. */
	EVP_MAC_init(s->mac, NULL, 0, NULL);
	if (n > len)
		n = len;
	memcpy(out, full, n);
	return (ssize_t) n;
}
