/*
 * Preloaded into a stock `btvirt -s`, so that it makes virtual controllers on a kernel without AF_ALG, with its
 * sockets where one wants them.
 *
 * 1. btvirt opens AF_ALG sockets for every controller that it makes, and gives the controller up when that fails:
 *    the client sees its connection closed at once. It uses them only for LE Encrypt, link encryption and resolvable
 *    addresses, none of which the mesh services need. So an AF_ALG socket becomes an unconnected AF_UNIX one, on
 *    which every later operation fails.
 *
 * 2. btvirt's server sockets have fixed names (bt-server-le and others) in the system's temporary directory, so that
 *    two of them get in each other's way. They are made in the directory that BTVIRT_DIR names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

/* The path itself, or where it is moved to, written into buffer. */
static const char *moved(const char *path, char buffer[PATH_SIZE])
{
	const char *directory = getenv("BTVIRT_DIR");
	const char *name = strrchr(path, '/');

	if (!directory || !name || strncmp(name, "/bt-server-", 11) != 0)
		return path;
	if (snprintf(buffer, PATH_SIZE, "%s%s", directory, name) >= (int)PATH_SIZE) {
		fprintf(stderr, "btvirt-shim: too long for a socket: %s%s\n", directory, name);
		exit(1);
	}
	return buffer;
}

int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");

	return domain == AF_ALG ? real(AF_UNIX, type, 0) : real(domain, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
	struct sockaddr_un local = { 0 };
	char buffer[PATH_SIZE];
	const char *path;

	if (address->sa_family == AF_ALG)
		return 0;
	if (address->sa_family != AF_UNIX || length > sizeof(local))
		return real(fd, address, length);
	memcpy(&local, address, length);
	local.sun_path[PATH_SIZE - 1] = '\0';
	path = moved(local.sun_path, buffer);
	if (path == buffer)
		memcpy(local.sun_path, buffer, PATH_SIZE);
	return real(fd, (struct sockaddr *)&local, sizeof(local));
}

int unlink(const char *path)
{
	int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
	char buffer[PATH_SIZE];

	return real(moved(path, buffer));
}
