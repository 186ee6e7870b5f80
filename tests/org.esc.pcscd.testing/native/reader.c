// SPDX-License-Identifier: EPL-2.0
/*
 * A reader for pcscd that is all software and does what the files of a folder say, so that a test can have what vpcd has not: a keypad, a
 * slow card, a reader that is pulled out in the middle. The folder is the DEVICENAME of the reader's configuration.
 *
 *   card      there is a card; its ATR in hexadecimal
 *   gone      the reader was pulled out
 *   slow      milliseconds that a command or an entry takes; a card that is pulled ends it
 *   features, properties, entry
 *             what the reader answers to CM_IOCTL_GET_FEATURE_REQUEST, FEATURE_GET_TLV_PROPERTIES, and to a keypad's structure, in hexadecimal
 *   asked     written here: one line for each command and each control code
 *
 * The card answers with the command and 9000.
 */
#include <ifdhandler.h>
#include <reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 16
#define PROPERTIES 0x42330112

static char folders[MOST][512];
static volatile int stopping[MOST];

static int at(DWORD lun)
{
	return (int)(lun >> 16) % MOST;
}

static int path(DWORD lun, const char *name, char *into, size_t room)
{
	return snprintf(into, room, "%s/%s", folders[at(lun)], name);
}

static int is(DWORD lun, const char *name)
{
	char file[600];
	path(lun, name, file, sizeof file);
	return access(file, F_OK) == 0;
}

/* The bytes that a file has in hexadecimal, -1 if there is none. */
static int hex(DWORD lun, const char *name, unsigned char *into, int room)
{
	char file[600];
	unsigned int byte;
	int n = 0;
	path(lun, name, file, sizeof file);
	FILE *f = fopen(file, "r");
	if (f == NULL)
		return -1;
	while (n < room && fscanf(f, "%2x", &byte) == 1)
		into[n++] = (unsigned char)byte;
	fclose(f);
	return n;
}

static void note(DWORD lun, const char *what, DWORD code, const unsigned char *bytes, DWORD length)
{
	char file[600];
	path(lun, "asked", file, sizeof file);
	FILE *f = fopen(file, "a");
	if (f == NULL)
		return;
	fprintf(f, "%s %08lX:", what, (unsigned long)code);
	for (DWORD i = 0; i < length; i++)
		fprintf(f, "%02X", bytes[i]);
	fputc('\n', f);
	fclose(f);
}

static void millis(long n)
{
	struct timespec t = {n / 1000, n % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* Takes its time over something. */
static RESPONSECODE work(DWORD lun)
{
	char file[600];
	long most = 0;
	path(lun, "slow", file, sizeof file);
	FILE *f = fopen(file, "r");
	if (f != NULL) {
		if (fscanf(f, "%ld", &most) != 1)
			most = 0;
		fclose(f);
	}
	for (long i = 0; i < most && is(lun, "slow"); i += 10) {
		if (is(lun, "gone"))
			return IFD_NO_SUCH_DEVICE;
		if (!is(lun, "card"))
			return IFD_COMMUNICATION_ERROR;
		millis(10);
	}
	return is(lun, "gone") ? IFD_NO_SUCH_DEVICE : is(lun, "card") ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
	snprintf(folders[at(lun)], sizeof folders[0], "%s", name);
	stopping[at(lun)] = 0;
	return is(lun, "gone") ? IFD_NO_SUCH_DEVICE : IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
	(void)lun;
	(void)channel;
	return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
	stopping[at(lun)] = 1;
	return IFD_SUCCESS;
}

/* Returns when a card comes or goes, as a reader with an interrupt endpoint does. */
static RESPONSECODE polling(DWORD lun, int timeout)
{
	int before = is(lun, "card");
	for (int i = 0; i < timeout && !stopping[at(lun)] && is(lun, "card") == before && !is(lun, "gone"); i += 5)
		millis(5);
	return is(lun, "gone") ? IFD_NO_SUCH_DEVICE : IFD_SUCCESS;
}

static RESPONSECODE stop(DWORD lun)
{
	stopping[at(lun)] = 1;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
	void *function = NULL;
	int n;
	switch (tag) {
	case TAG_IFD_ATR:
		n = hex(lun, "card", value, (int)*length);
		*length = n < 0 ? 0 : (DWORD)n;
		return IFD_SUCCESS;
	case TAG_IFD_SIMULTANEOUS_ACCESS:
		*length = 1;
		*value = MOST;
		return IFD_SUCCESS;
	case TAG_IFD_SLOTS_NUMBER:
	case TAG_IFD_THREAD_SAFE:
	case TAG_IFD_SLOT_THREAD_SAFE:
		*length = 1;
		*value = tag == TAG_IFD_SLOTS_NUMBER || tag == TAG_IFD_THREAD_SAFE;
		return IFD_SUCCESS;
	case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
		if (!is(lun, "tells"))
			return IFD_NOT_SUPPORTED;
		function = (void *)polling;
		break;
	case TAG_IFD_STOP_POLLING_THREAD:
		function = (void *)stop;
		break;
	default:
		return IFD_ERROR_TAG;
	}
	*length = sizeof function;
	memcpy(value, &function, sizeof function);
	return IFD_SUCCESS;
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
	(void)lun;
	(void)tag;
	(void)length;
	(void)value;
	return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
	(void)lun;
	(void)protocol;
	(void)flags;
	(void)pts1;
	(void)pts2;
	(void)pts3;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
{
	int n = hex(lun, "card", atr, MAX_ATR_SIZE);
	*length = 0;
	if (action == IFD_POWER_DOWN)
		return IFD_SUCCESS;
	if (n < 0)
		return IFD_ERROR_POWER_ACTION;
	*length = (DWORD)n;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR tx, DWORD txLength, PUCHAR rx, PDWORD rxLength,
	PSCARD_IO_HEADER receive)
{
	(void)send;
	(void)receive;
	note(lun, "transmit", 0, tx, txLength);
	RESPONSECODE r = work(lun);
	if (r != IFD_SUCCESS) {
		*rxLength = 0;
		return r;
	}
	if (*rxLength < txLength + 2)
		return IFD_ERROR_INSUFFICIENT_BUFFER;
	memcpy(rx, tx, txLength);
	rx[txLength] = 0x90;
	rx[txLength + 1] = 0;
	*rxLength = txLength + 2;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR tx, DWORD txLength, PUCHAR rx, DWORD rxLength, LPDWORD returned)
{
	int n;
	*returned = 0;
	note(lun, "control", code, tx, txLength);
	if (code == CM_IOCTL_GET_FEATURE_REQUEST || code == PROPERTIES) {
		n = hex(lun, code == PROPERTIES ? "properties" : "features", rx, (int)rxLength);
	} else {
		RESPONSECODE r = work(lun);
		if (r != IFD_SUCCESS)
			return r;
		n = hex(lun, "entry", rx, (int)rxLength);
	}
	if (n < 0)
		return IFD_NOT_SUPPORTED;
	*returned = (DWORD)n;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
	return is(lun, "gone") ? IFD_NO_SUCH_DEVICE : is(lun, "card") ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
