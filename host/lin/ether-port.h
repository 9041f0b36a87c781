/*
 * The radio of the desktop build: the air that simulators on this machine share, in place of a vendor's stack. What is
 * sent goes out at a local stream socket, what comes in at it is heard; host/simulator/ether.ts has the other side.
 */

#ifndef FLEDGLING_ETHER_PORT_H
#define FLEDGLING_ETHER_PORT_H

#include <stdbool.h>

/*
 * Where the ether's socket is; before radio_port_start. NULL or empty: this user's, by the rule of the simulator.
 * false: that is no path for a socket.
 */
bool ether_port_at(const char *path);

/* The path that was chosen. */
const char *ether_port_path(void);

/* Whether the others are reached at the moment; from any task. Until then all that is sent is lost. */
bool ether_port_is_joined(void);

#endif
