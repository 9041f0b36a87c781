/*
 * Lines for a person, at one pin: 115,200 baud, 8 bits, no parity, nothing heard. ../xs/native-chip.ts and native-start.ts
 * say what each function does.
 */

#include "xsmc.h"
#include "xsHost.h"

#include "nrf_gpio.h"
#include "nrf_uart.h"

/* No line of ours is as long; what a fault says may be. */
#define MAX_LINE 240

/* An octet takes 5,600 cycles, and a look at the event four at least: it has left by then, or never will. */
#define MAX_LOOKS 20000

#define NO_PIN UINT32_MAX

static uint32_t print_pin = NO_PIN;

void fledgling_openPrint(xsMachine *the)
{
	xsIntegerValue pin = xsmcToInteger(xsArg(0));
	if (pin < 0 || !nrf_gpio_pin_present_check((uint32_t)pin))
		xsRangeError("trace-pin: no such pin");

	print_pin = (uint32_t)pin;
	/* A line at rest is high, also while the UART is off. */
	nrf_gpio_pin_set(print_pin);
	nrf_gpio_cfg_output(print_pin);
}

#ifdef mxDebug

void fledgling_print(xsMachine *the)
{
	xsTrace(xsmcToString(xsArg(0)));
}

#else

static bool put(uint8_t octet)
{
	nrf_uart_event_clear(NRF_UART0, NRF_UART_EVENT_TXDRDY);
	nrf_uart_txd_set(NRF_UART0, octet);
	for (uint32_t looks = 0; looks < MAX_LOOKS; looks++) {
		if (nrf_uart_event_check(NRF_UART0, NRF_UART_EVENT_TXDRDY))
			return true;
	}
	return false;
}

static void put_line(const char *text)
{
	for (int i = 0; i < MAX_LINE && text[i] != 0; i++) {
		if ((text[i] == '\n' && !put('\r')) || !put((uint8_t)text[i]))
			return;
	}
}

/* The UART is on for the line alone: it keeps the fast clock awake. A release build of the SDK uses none. */
void fledgling_print(xsMachine *the)
{
	if (print_pin == NO_PIN)
		return;

	nrf_uart_txrx_pins_set(NRF_UART0, print_pin, NRF_UART_PSEL_DISCONNECTED);
	nrf_uart_hwfc_pins_disconnect(NRF_UART0);
	nrf_uart_configure(NRF_UART0, NRF_UART_PARITY_EXCLUDED, NRF_UART_HWFC_DISABLED);
	nrf_uart_baudrate_set(NRF_UART0, NRF_UART_BAUDRATE_115200);
	nrf_uart_enable(NRF_UART0);
	nrf_uart_task_trigger(NRF_UART0, NRF_UART_TASK_STARTTX);
	put_line(xsmcToString(xsArg(0)));
	nrf_uart_task_trigger(NRF_UART0, NRF_UART_TASK_STOPTX);
	nrf_uart_disable(NRF_UART0);
	nrf_uart_txrx_pins_disconnect(NRF_UART0);
}

#endif
