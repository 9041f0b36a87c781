/* P-256 takes a tenth of a second and more: it is computed in a task of its own, so that XS goes on meanwhile. */

#include "xsmc.h"
#include "xsHost.h"

#include "../xs/crypto/port.h"

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

/* In octets, as ESP-IDF counts them. */
#define STACK_SIZE 6144
/* The XS task has 4. */
#define PRIORITY 3

static StackType_t stack[STACK_SIZE / sizeof(StackType_t)];
static StaticTask_t task_memory;
static TaskHandle_t task;

/* One at a time: written by the XS task while `busy` is false, read by the other one while it is true. */
static volatile bool busy;
static void (*work)(void *);
static void (*done)(void *);
static void *context;

static void finish(void *the, void *reference, uint8_t *message, uint16_t length)
{
	(void)the;
	(void)reference;
	(void)message;
	(void)length;
	/* It may ask for the next one. */
	busy = false;
	done(context);
}

static void run(void *parameter)
{
	(void)parameter;
	for (;;) {
		ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
		work(context);
		/* Its queue is full now and then. */
		while (modMessagePostToMachine(crypto_machine(), NULL, 0, finish, NULL) != 0)
			vTaskDelay(1);
	}
}

bool crypto_port_run(void (*new_work)(void *), void (*new_done)(void *), void *new_context)
{
	if (busy)
		return false;
	if (task == NULL)
		task = xTaskCreateStatic(run, "crypto", STACK_SIZE, NULL, PRIORITY, stack, &task_memory);
	if (task == NULL)
		return false;
	work = new_work;
	done = new_done;
	context = new_context;
	busy = true;
	xTaskNotifyGive(task);
	return true;
}
