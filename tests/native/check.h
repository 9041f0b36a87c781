/* A test program in C: cases that run one after the other, each with a line on standard output. */

#ifndef FLEDGLING_CHECK_H
#define FLEDGLING_CHECK_H

#include <stdio.h>

static const char *check_failed;
static int check_line;

/* Ends the case where it does not hold. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			check_failed = #condition; \
			check_line = __LINE__; \
			return; \
		} \
	} while (0)

/* The same in a function that a case calls; the case goes on. */
#define CHECK_ALL_THE_SAME(condition) \
	do { \
		if (!(condition) && check_failed == NULL) { \
			check_failed = #condition; \
			check_line = __LINE__; \
		} \
	} while (0)

static void run_case(const char *name, void (*body)(void))
{
	check_failed = NULL;
	body();
	if (check_failed == NULL)
		printf("ok %s\n", name);
	else
		printf("not ok %s\tline %d: %s\n", name, check_line, check_failed);
	fflush(stdout);
}

#endif
