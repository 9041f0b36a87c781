/* What the tests' addon uses of Node-API, whose names and forms are stable over Node's versions. */

#ifndef FLEDGLING_NODE_API_H
#define FLEDGLING_NODE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_ref__ *napi_ref;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);

/* They return 0 for success. */
int napi_get_undefined(napi_env env, napi_value *result);
int napi_create_double(napi_env env, double value, napi_value *result);
int napi_get_value_double(napi_env env, napi_value value, double *result);
int napi_get_value_bool(napi_env env, napi_value value, bool *result);
int napi_create_arraybuffer(napi_env env, size_t length, void **data, napi_value *result);
int napi_create_typedarray(napi_env env, int type, size_t length, napi_value buffer, size_t offset, napi_value *result);
int napi_get_typedarray_info(napi_env env, napi_value array, int *type, size_t *length, void **data,
	napi_value *buffer, size_t *offset);
int napi_create_function(napi_env env, const char *name, size_t length, napi_callback callback, void *data,
	napi_value *result);
int napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *values, napi_value *self,
	void **data);
int napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);
int napi_get_named_property(napi_env env, napi_value object, const char *name, napi_value *result);
int napi_create_reference(napi_env env, napi_value value, uint32_t count, napi_ref *result);
int napi_get_reference_value(napi_env env, napi_ref reference, napi_value *result);
int napi_call_function(napi_env env, napi_value self, napi_value function, size_t count, const napi_value *values,
	napi_value *result);

#endif
