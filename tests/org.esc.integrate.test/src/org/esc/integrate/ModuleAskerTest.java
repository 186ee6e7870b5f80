// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.pcscd.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Libraries good, bad and worse, each asked in a process of its own. */
@Timeout(120)
class ModuleAskerTest {

    @TempDir
    Path dir;

    private ModuleAnswer ask(Path library) throws EscException {
        return new ModuleAsker(Duration.ofSeconds(40)).ask(library, new Cancel());
    }

    /** A library made of some C. */
    private Path compiled(String code) throws Exception {
        assumeTrue(Programs.program("gcc").isPresent(), "gcc is not installed");
        Path source = Files.writeString(dir.resolve("module.c"), code);
        Path library = dir.resolve("module.so");
        var o = Programs.run("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
        assertEquals(0, o.exit(), o.text());
        return library;
    }

    private static void assertFails(String why, ModuleAnswer a) {
        assertTrue(a.failure().filter(f -> f.contains(why)).isPresent(), a.toString());
        assertTrue(a.verdict().startsWith("It cannot be used"), a.verdict());
    }

    @Test
    void thoseOfTheDistributionSayWhatTheyAre() throws Exception {
        var library = Programs.library("opensc-pkcs11.so");
        assumeTrue(library.isPresent(), "opensc-pkcs11.so is not installed");
        var a = ask(library.get());
        assertEquals(Optional.empty(), a.failure());
        assertTrue(a.description().startsWith("OpenSC smartcard framework "), a.description());
    }

    @Test
    void noFileAndNoLibraryAreNamed() throws Exception {
        assertFails("no such file", ask(dir.resolve("absent.so")));
        assertFails("no such file", ask(dir));
        assertFails("cannot be loaded", ask(Files.writeString(dir.resolve("text.so"), "no library")));
    }

    @Test
    void anotherKindOfLibraryIsNamed() throws Exception {
        assertFails("no PKCS #11 library", ask(compiled("int x(void) { return 0; }")));
    }

    @Test
    void aRefusalIsNamed() throws Exception {
        assertFails("C_GetFunctionList answers 0x5", ask(compiled("unsigned long C_GetFunctionList(void **l) { return 5; }")));
    }

    /** As the CoolKey module does where no PC/SC service runs. */
    @Test
    void aModuleThatDoesNotStartNowIsNoBadOne() throws Exception {
        var a = ask(compiled("unsigned long five(void *a) { return 5; }\n"
                + "static struct { char v[2]; void *f[70]; } list = { { 2, 40 }, { five } };\n"
                + "unsigned long C_GetFunctionList(void **l) { *l = &list; return 0; }"));
        assertEquals(Optional.empty(), a.failure());
        assertTrue(a.verdict().startsWith("It sees no token now (its C_Initialize answers 0x5; "), a.verdict());
    }

    @Test
    void aCrashIsNamed() throws Exception {
        assertFails("crashed", ask(compiled("unsigned long C_GetFunctionList(void **l) { *(volatile int *) 0 = 1; return 0; }")));
    }

    @Test
    void aProcessThatTheLibraryEndsIsNamed() throws Exception {
        assertFails("crashed", ask(compiled("#include <stdlib.h>\nunsigned long C_GetFunctionList(void **l) { _Exit(0); }")));
    }

    private static final String HANGS = "#include <unistd.h>\nunsigned long C_GetFunctionList(void **l) { for (;;) sleep(1); }";

    @Test
    void aLibraryThatHangsIsLeftAlone() throws Exception {
        Path library = compiled(HANGS);
        assertFails("within 2 seconds", new ModuleAsker(Duration.ofSeconds(2)).ask(library, new Cancel()));
    }

    @Test
    void cancelDoesNotWaitForIt() throws Exception {
        Path library = compiled(HANGS);
        var cancel = new Cancel();
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(500);
            } catch (InterruptedException _) {
                // cancelled a little early
            }
            cancel.cancel();
        });
        long start = System.nanoTime();
        var e = assertThrows(EscException.class, () -> new ModuleAsker(Duration.ofSeconds(60)).ask(library, cancel));
        assertEquals(Fault.CANCELLED, e.fault());
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(20).toNanos());
    }
}
