/* What the desktop build alone has in C, as functions of XS; native-desktop.ts says what each is given. */

#include "xsmc.h"
#include "xsHost.h"

#include "ether-port.h"
#include "nor-file.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static guint button_source;
static xsMachine *button_machine;
static xsSlot button_pushed;

/* As many octets of a text as there is room for; what is returned is their number. */
static void give_text(xsMachine *the, const char *text)
{
	void *target;
	xsUnsignedValue room;
	size_t length = strlen(text);
	xsmcGetBufferWritable(xsArg(0), &target, &room);
	if (length > room)
		length = room;
	memcpy(target, text, length);
	xsmcSetInteger(xsResult, (xsIntegerValue)length);
}

void fledgling_etherAt(xsMachine *the)
{
	xsmcSetInteger(xsResult, ether_port_at(xsmcToString(xsArg(0))));
}

void fledgling_etherPath(xsMachine *the)
{
	give_text(the, ether_port_path());
}

void fledgling_etherIsJoined(xsMachine *the)
{
	xsmcSetInteger(xsResult, ether_port_is_joined());
}

void fledgling_flashOpen(xsMachine *the)
{
	size_t size = (size_t)xsmcToInteger(xsArg(1));
	xsmcSetInteger(xsResult, nor_file_open(xsmcToString(xsArg(0)), size));
}

void fledgling_flashPath(xsMachine *the)
{
	give_text(the, nor_file_path());
}

void fledgling_flashRead(xsMachine *the)
{
	void *target;
	xsUnsignedValue length;
	size_t offset = (size_t)xsmcToInteger(xsArg(0));
	xsmcGetBufferWritable(xsArg(1), &target, &length);
	xsmcSetInteger(xsResult, nor_file_read(offset, target, length));
}

void fledgling_flashProgram(xsMachine *the)
{
	void *octets;
	xsUnsignedValue length;
	size_t offset = (size_t)xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &octets, &length);
	xsmcSetInteger(xsResult, nor_file_program(offset, octets, length));
}

void fledgling_flashErase(xsMachine *the)
{
	size_t offset = (size_t)xsmcToInteger(xsArg(0));
	size_t length = (size_t)xsmcToInteger(xsArg(1));
	xsmcSetInteger(xsResult, nor_file_erase(offset, length));
}

/* In the XS task: the main loop that runs the machine has the signal's source. */
static gboolean pushed(gpointer unused)
{
	xsMachine *the = button_machine;
	(void)unused;
	xsBeginHost(the);
	xsResult = xsAccess(button_pushed);
	xsCallFunction0(xsResult, xsGlobal);
	xsEndHost(the);
	return G_SOURCE_CONTINUE;
}

void fledgling_onPushSignal(xsMachine *the)
{
	if (button_source != 0)
		xsUnknownError("there is one button, and somebody listens to it");
	button_pushed = xsArg(0);
	xsRemember(button_pushed);
	button_machine = the;
	button_source = g_unix_signal_add(SIGUSR1, pushed, NULL);
}

/* The simulator may unload the program, whose code the main loop must not call then. */
__attribute__((destructor)) static void unloaded(void)
{
	if (button_source != 0)
		g_source_remove(button_source);
}
