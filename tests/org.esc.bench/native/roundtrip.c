/* SPDX-License-Identifier: EPL-2.0
 *
 * The loop in C that the Java bindings are measured against. Connects to the reader named by the first argument. For each line on standard
 * input, a number n, it sends the command n times and prints the median of the round trips in nanoseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void check(LONG rc) {
    if (rc != SCARD_S_SUCCESS) {
        fprintf(stderr, "PC/SC error %08lX\n", (unsigned long)rc & 0xFFFFFFFF);
        exit(1);
    }
}

int main(int argc, char **argv) {
    static const BYTE command[] = {0x80, 0xCA, 0x00, 0x01, 0x10};
    BYTE answer[258];
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    long n;
    if (argc != 2) {
        return 2;
    }
    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
    while (scanf("%ld", &n) == 1 && n > 0) {
        int64_t *times = malloc((size_t)n * sizeof *times);
        if (times == NULL) {
            return 1;
        }
        check(SCardConnect(context, argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol));
        const SCARD_IO_REQUEST *pci = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
        check(SCardBeginTransaction(card));
        for (long i = 0; i < n; i++) {
            DWORD length = sizeof answer;
            int64_t start = now();
            check(SCardTransmit(card, pci, command, sizeof command, NULL, answer, &length));
            times[i] = now() - start;
            if (length != 18) {
                return 1;
            }
        }
        check(SCardEndTransaction(card, SCARD_LEAVE_CARD));
        check(SCardDisconnect(card, SCARD_LEAVE_CARD));
        qsort(times, (size_t)n, sizeof *times, ascending);
        printf("%lld\n", (long long)times[n / 2]);
        fflush(stdout);
        free(times);
    }
    return 0;
}
