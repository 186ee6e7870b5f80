// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.esc.pcscd.testing.Programs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes, offsets and codes of the binding: against those written down in {@link Platform}, and against the installed header files with a C compiler. */
class HeadersTest {

    private static final Path HEADERS = Path.of("/usr/include/PCSC");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void theBindingHasThePlatformsLayout(Platform p) {
        Pcsc.Abi abi = p.abi();
        assertEquals(List.of(p.dword, p.handle, p.stateSize, p.atr, p.featureRequest, p.suffix),
                List.of(abi.dword(), abi.handle(), abi.stateSize(), abi.atrOffset(), abi.featureRequest(), abi.suffix()));
        assertEquals(p.currentState, 16);
        assertEquals(p.eventState, 16 + abi.dword());
        assertEquals(p.atrLength, 16 + 2 * abi.dword());
        assertEquals(p.ioRequestSize, 2 * abi.dword());
        assertEquals(p.ioRequestLength, abi.dword());
    }

    @ParameterizedTest
    @EnumSource
    void theHeaderFilesSaySo(Platform p) throws Exception {
        var compiler = compiler(p);
        assertEquals("", complaints(compiler, source(p, claims(p))));
        // a claim that is wrong must not pass
        for (String claim : List.of("sizeof(SCARD_READERSTATE) == " + (p.stateSize + 3), "SCARD_E_SHARING_VIOLATION == (LONG)0x8010000C")) {
            assertNotEquals("", complaints(compiler, source(p, List.of(claim))), claim);
        }
    }

    /** What compiles for a platform here: pcsc-lite's headers have the layout of macOS, too. */
    private static List<String> compiler(Platform p) {
        String program = p == Platform.WINDOWS ? "x86_64-w64-mingw32-gcc" : "gcc";
        assumeTrue(Programs.program(program).isPresent(), program + " is not installed");
        if (p == Platform.WINDOWS) {
            return List.of(program);
        }
        assumeTrue(Files.exists(HEADERS.resolve("winscard.h")), "the header files of PC/SC (package libpcsclite-dev) are not installed");
        return p == Platform.MAC ? List.of(program, "-I" + HEADERS, "-D__APPLE__") : List.of(program, "-I" + HEADERS);
    }

    private static String source(Platform p, List<String> claims) {
        var c = new StringBuilder(p == Platform.WINDOWS ? "#include <windows.h>\n#include <winscard.h>\n#include <winioctl.h>\n"
                + "#define SCARD_READERSTATE SCARD_READERSTATEA\n#define CM_IOCTL_GET_FEATURE_REQUEST SCARD_CTL_CODE(3400)\n"
                : "#include <winscard.h>\n#include <reader.h>\n");
        c.append("#include <stddef.h>\n");
        claims.forEach(x -> c.append("_Static_assert(").append(x).append(", \"").append(x).append("\");\n"));
        return c.toString();
    }

    private static List<String> claims(Platform p) throws IllegalAccessException {
        var claims = new ArrayList<>(List.of("sizeof(DWORD) == " + p.dword, "sizeof(LONG) == " + p.dword, "sizeof(SCARDCONTEXT) == " + p.handle,
                "sizeof(SCARDHANDLE) == " + p.handle, "sizeof(SCARD_READERSTATE) == " + p.stateSize,
                "offsetof(SCARD_READERSTATE, szReader) == 0", "offsetof(SCARD_READERSTATE, dwCurrentState) == " + p.currentState,
                "offsetof(SCARD_READERSTATE, dwEventState) == " + p.eventState, "offsetof(SCARD_READERSTATE, cbAtr) == " + p.atrLength,
                "offsetof(SCARD_READERSTATE, rgbAtr) == " + p.atr,
                "CM_IOCTL_GET_FEATURE_REQUEST == 0x" + Integer.toHexString(p.featureRequest)));
        if (p != Platform.MAC) {
            // pcsc-lite has unsigned long here even for macOS, whose own header has uint32_t
            claims.add("sizeof(SCARD_IO_REQUEST) == " + p.ioRequestSize);
            claims.add("offsetof(SCARD_IO_REQUEST, cbPciLength) == " + p.ioRequestLength);
        }
        if (p != Platform.WINDOWS) {
            claims.addAll(List.of("sizeof(PIN_VERIFY_STRUCTURE) == 19", "sizeof(PIN_MODIFY_STRUCTURE) == 24", "sizeof(PIN_PROPERTIES_STRUCTURE) == 4",
                    "offsetof(PIN_VERIFY_STRUCTURE, wPINMaxExtraDigit) == 5", "offsetof(PIN_VERIFY_STRUCTURE, bMsgIndex) == 11",
                    "offsetof(PIN_VERIFY_STRUCTURE, ulDataLength) == 15", "offsetof(PIN_MODIFY_STRUCTURE, wPINMaxExtraDigit) == 7",
                    "offsetof(PIN_MODIFY_STRUCTURE, bConfirmPIN) == 9", "offsetof(PIN_MODIFY_STRUCTURE, bMsgIndex1) == 14",
                    "offsetof(PIN_MODIFY_STRUCTURE, ulDataLength) == 20",
                    "FEATURE_VERIFY_PIN_DIRECT == " + PinPadFeatures.VERIFY_PIN_DIRECT, "FEATURE_MODIFY_PIN_DIRECT == " + PinPadFeatures.MODIFY_PIN_DIRECT,
                    "FEATURE_IFD_PIN_PROPERTIES == " + PinPadFeatures.IFD_PIN_PROPERTIES,
                    "FEATURE_GET_TLV_PROPERTIES == " + PinPadFeatures.GET_TLV_PROPERTIES));
        }
        for (var f : Pcsc.class.getDeclaredFields()) {
            String name = f.getName();
            if (f.getType() != int.class || !Modifier.isStatic(f.getModifiers()) || !name.matches("(E|W|F|STATE|SHARE|PROTOCOL|LEAVE|RESET)_.*")
                    // of Windows alone
                    || p != Platform.WINDOWS && name.equals("E_COMM_DATA_LOST")) {
                continue;
            }
            f.setAccessible(true);
            claims.add("(unsigned int)SCARD_" + name + " == 0x" + Integer.toHexString(f.getInt(null)).toUpperCase(Locale.ROOT));
        }
        assertTrue(claims.size() > 40, "the codes are among them");
        return claims;
    }

    /** What the compiler complains about; empty if nothing. */
    private String complaints(List<String> compiler, String source) throws Exception {
        Path file = Files.writeString(folder.resolve("claims.c"), source);
        var command = new ArrayList<>(compiler);
        command.addAll(List.of("-std=gnu11", "-fsyntax-only", file.toString()));
        var outcome = Programs.run(command.toArray(String[]::new));
        return outcome.exit() == 0 ? "" : "exit code " + outcome.exit() + "\n" + outcome.text();
    }
}
