// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

/**
 * What the header files of each platform say, written down here apart from the binding so that one is judged by the other: winscard.h,
 * pcsclite.h, wintypes.h and reader.h of pcsc-lite, whose {@code __APPLE__} parts are those of macOS; winscard.h and winsmcrd.h of Windows.
 * {@link HeadersTest} holds it against the header files that are installed.
 */
enum Platform {

    /** DWORD and LONG are {@code unsigned long} and {@code long}; SCARD_READERSTATE has its natural padding behind 33 bytes of ATR. */
    LINUX(8, 8, 80, 16, 24, 32, 40, 16, 8, "", 0x42000D48),
    /** DWORD and LONG have 32 bits; SCARD_READERSTATE is packed. */
    MAC(4, 4, 61, 16, 20, 24, 28, 8, 4, "", 0x42000D48),
    /** DWORD has 32 bits, handles those of a pointer; an ATR has room for 36 bytes. Text functions end in A. */
    WINDOWS(4, 8, 64, 16, 20, 24, 28, 8, 4, "A", 0x00313520);

    final int dword;
    final int handle;
    final int stateSize;
    final int currentState;
    final int eventState;
    final int atrLength;
    final int atr;
    final int ioRequestSize;
    final int ioRequestLength;
    final String suffix;
    final int featureRequest;

    Platform(int dword, int handle, int stateSize, int currentState, int eventState, int atrLength, int atr, int ioRequestSize,
            int ioRequestLength, String suffix, int featureRequest) {
        this.dword = dword;
        this.handle = handle;
        this.stateSize = stateSize;
        this.currentState = currentState;
        this.eventState = eventState;
        this.atrLength = atrLength;
        this.atr = atr;
        this.ioRequestSize = ioRequestSize;
        this.ioRequestLength = ioRequestLength;
        this.suffix = suffix;
        this.featureRequest = featureRequest;
    }

    /** What the binding takes this platform for. */
    Pcsc.Abi abi() {
        return switch (this) {
            case LINUX -> Pcsc.Abi.linux();
            case MAC -> Pcsc.Abi.mac();
            case WINDOWS -> Pcsc.Abi.windows();
        };
    }
}
