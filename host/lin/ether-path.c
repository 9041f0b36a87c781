/* Where the ether's socket is: the rule of host/simulator/ether-path.ts. */

#include "ether-port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static bool choose(const char *folder, const char *below)
{
	int folder_length = (int)strlen(folder);
	while (folder_length > 0 && folder[folder_length - 1] == '/')
		folder_length--;
	int length = snprintf(path, sizeof(path), "%.*s%s", folder_length, folder, below);
	if (length > 0 && (size_t)length < sizeof(path))
		return true;
	path[0] = 0;
	return false;
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static const char *temporary_folder(void)
{
	static const char *const names[] = { "TMPDIR", "TMP", "TEMP" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (setting(names[i]))
			return setting(names[i]);
	return "/tmp";
}

bool ether_port_at(const char *given)
{
	if (given && *given)
		return choose(given, "");
	const char *folder = setting("XDG_RUNTIME_DIR");
	if (folder)
		return choose(folder, "/fledgling/ether");
	char own[48];
	snprintf(own, sizeof(own), "/fledgling-%u/ether", (unsigned)getuid());
	return choose(temporary_folder(), own);
}

const char *ether_port_path(void)
{
	return path;
}
