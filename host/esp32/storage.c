/*
 * Records in a partition of NVS that is the node's alone, so that nobody else's data fill it up. Each write is durable
 * when it returns, and after a power cut a key has its old value or its new one: that is what NVS promises.
 * native-storage.ts says what each function does.
 */

#include "xsmc.h"
#include "xsHost.h"

#include <string.h>

#include "nvs.h"
#include "nvs_flash.h"

#define PARTITION "mesh"
#define NAMESPACE "fledgling"
#define MAX_VALUE 48
#define NO_RECORD (-1)

enum { OPENED = 0, ERASED = 1 };

static nvs_handle_t storage;

/* Of the keys that are being told. */
static nvs_iterator_t iterator;

/* It lies in XS's memory: good until XS allocates. */
static const char *key_of(xsMachine *the)
{
	const char *key = xsmcToString(xsArg(0));
	size_t length = strlen(key);
	if (length == 0 || length >= NVS_KEY_NAME_MAX_SIZE)
		xsRangeError("a key has 1 to 15 characters");
	return key;
}

/* What lay there was no storage of ours, or of a newer kind: that one is erased. */
void fledgling_storageOpen(xsMachine *the)
{
	int outcome = OPENED;
	esp_err_t error = nvs_flash_init_partition(PARTITION);
	if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND) {
		outcome = ERASED;
		error = nvs_flash_erase_partition(PARTITION);
		if (error == ESP_OK)
			error = nvs_flash_init_partition(PARTITION);
	}
	if (error == ESP_OK)
		error = nvs_open_from_partition(PARTITION, NAMESPACE, NVS_READWRITE, &storage);
	if (error != ESP_OK)
		xsUnknownError("the partition " PARTITION " cannot be opened (%d)", (int)error);
	xsmcSetInteger(xsResult, outcome);
}

void fledgling_storageRead(xsMachine *the)
{
	void *target;
	xsUnsignedValue room;
	xsmcGetBufferWritable(xsArg(1), &target, &room);
	size_t length = room;
	esp_err_t error = nvs_get_blob(storage, key_of(the), target, &length);
	xsmcSetInteger(xsResult, error == ESP_OK ? (xsIntegerValue)length : NO_RECORD);
}

static bool holds(const char *key, const void *value, size_t length)
{
	uint8_t current[MAX_VALUE];
	size_t current_length = sizeof current;
	return nvs_get_blob(storage, key, current, &current_length) == ESP_OK && current_length == length &&
		memcmp(current, value, length) == 0;
}

/* What is there already is not written again: that would only wear the flash. */
void fledgling_storageWrite(xsMachine *the)
{
	void *value;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(1), &value, &length);
	if (length > MAX_VALUE)
		xsRangeError("a record has at most 48 octets");
	const char *key = key_of(the);
	bool written = holds(key, value, length) ||
		(nvs_set_blob(storage, key, value, length) == ESP_OK && nvs_commit(storage) == ESP_OK);
	xsmcSetInteger(xsResult, written);
}

void fledgling_storageErase(xsMachine *the)
{
	esp_err_t error = nvs_erase_key(storage, key_of(the));
	if (error == ESP_OK)
		error = nvs_commit(storage);
	if (error != ESP_OK && error != ESP_ERR_NVS_NOT_FOUND)
		xsUnknownError("a record cannot be erased (%d)", (int)error);
}

static esp_err_t iterate(bool anew)
{
	if (!anew)
		return nvs_entry_next(&iterator);
	nvs_release_iterator(iterator);
	iterator = NULL;
	return nvs_entry_find_in_handle(storage, NVS_TYPE_BLOB, &iterator);
}

void fledgling_storageNextKey(xsMachine *the)
{
	void *target;
	xsUnsignedValue room;
	nvs_entry_info_t entry;
	xsmcGetBufferWritable(xsArg(0), &target, &room);
	size_t length = 0;
	if (iterate(xsmcToInteger(xsArg(1)) != 0) == ESP_OK && nvs_entry_info(iterator, &entry) == ESP_OK)
		length = strnlen(entry.key, sizeof entry.key);
	if (length > room)
		xsRangeError("no room for a key");
	memcpy(target, entry.key, length);
	xsmcSetInteger(xsResult, (xsIntegerValue)length);
}
