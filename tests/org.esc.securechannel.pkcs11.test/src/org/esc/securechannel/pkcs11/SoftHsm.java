// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A token of SoftHSM in a folder of its own, and keys put into it (64-bit Unix only, as SoftHSM is here). */
final class SoftHsm {

    static final String PIN = "sesame-1234";

    private static final long DES2 = 0x14;
    private static final long DES3 = 0x15;
    private static final long AES = 0x1F;
    private static final long GENERIC = 0x10;

    final Path library;
    private final Arena arena = Arena.global();
    private final SymbolLookup symbols;

    private SoftHsm(Path library) {
        this.library = library;
        symbols = SymbolLookup.libraryLookup(library, arena);
    }

    /** Makes two tokens; skips the test where SoftHSM is not installed. */
    static SoftHsm start(Path folder) throws Exception {
        var found = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so").map(Path::of).filter(Files::exists).findFirst();
        assumeTrue(found.isPresent(), "SoftHSM is not installed: package softhsm2");
        Path conf = folder.resolve("softhsm2.conf");
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(conf, "directories.tokendir = " + folder.resolve("tokens") + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        for (String label : List.of("keys", "other")) {
            var util = new ProcessBuilder("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "so-pin-123", "--pin", PIN)
                    .redirectErrorStream(true).redirectOutput(folder.resolve("util.log").toFile());
            util.environment().put("SOFTHSM2_CONF", conf.toString());
            var p = util.start();
            assertEquals(true, p.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, p.exitValue(), Files.readString(folder.resolve("util.log")));
        }
        try (Arena a = Arena.ofConfined()) {
            // the library reads the environment of this process
            var linker = Linker.nativeLinker();
            var setenv = linker.downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), FunctionDescriptor
                    .of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            assertEquals(0, invoke(setenv, a.allocateFrom("SOFTHSM2_CONF"), a.allocateFrom(conf.toString()), 1));
        }
        return new SoftHsm(found.get());
    }

    private static Object invoke(java.lang.invoke.MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void call(String function, Object... arguments) {
        var layouts = Stream.of(arguments).map(a -> a instanceof Long ? ValueLayout.JAVA_LONG : ValueLayout.ADDRESS)
                .toArray(MemoryLayout[]::new);
        var handle = Linker.nativeLinker().downcallHandle(symbols.find(function).orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
        assertEquals(0L, invoke(handle, arguments), function);
    }

    /** The slot of a token by its label. */
    int slot(String label) throws Exception {
        return (int) Cryptoki.load(library).tokens().stream().filter(t -> t.label().equals(label)).findFirst().orElseThrow().slot();
    }

    void des(String label, byte[] key) throws Exception {
        put(label, key.length == 16 ? DES2 : DES3, key, false, true);
    }

    void aes(String label, byte[] key, boolean maySign) throws Exception {
        put(label, AES, key, false, maySign);
    }

    void generic(String label, byte[] key) throws Exception {
        put(label, GENERIC, key, false, true);
    }

    void extractable(String label, byte[] key) throws Exception {
        put(label, AES, key, true, true);
    }

    private void put(String label, long type, byte[] key, boolean extractable, boolean maySign) throws Exception {
        int slot = slot("keys");
        MemorySegment session = arena.allocate(8);
        call("C_OpenSession", (long) slot, 6L, MemorySegment.NULL, MemorySegment.NULL, session);
        long s = session.get(ValueLayout.JAVA_LONG, 0);
        byte[] pin = PIN.getBytes(StandardCharsets.UTF_8);
        call("C_Login", s, 1L, arena.allocateFrom(ValueLayout.JAVA_BYTE, pin), (long) pin.length);
        var attributes = new ArrayList<Object[]>();
        attributes.add(new Object[] {0x00L, number(4)});
        attributes.add(new Object[] {0x01L, new byte[] {1}});
        attributes.add(new Object[] {0x02L, new byte[] {1}});
        attributes.add(new Object[] {0x03L, label.getBytes(StandardCharsets.UTF_8)});
        attributes.add(new Object[] {0x100L, number(type)});
        attributes.add(new Object[] {0x103L, new byte[] {(byte) (extractable ? 0 : 1)}});
        attributes.add(new Object[] {0x162L, new byte[] {(byte) (extractable ? 1 : 0)}});
        attributes.add(new Object[] {0x104L, new byte[] {1}});
        attributes.add(new Object[] {0x108L, new byte[] {(byte) (maySign ? 1 : 0)}});
        attributes.add(new Object[] {0x11L, key});
        MemorySegment template = arena.allocate(24L * attributes.size(), 8);
        for (int i = 0; i < attributes.size(); i++) {
            byte[] value = (byte[]) attributes.get(i)[1];
            template.set(ValueLayout.JAVA_LONG, 24L * i, (Long) attributes.get(i)[0]);
            template.set(ValueLayout.ADDRESS, 24L * i + 8, arena.allocateFrom(ValueLayout.JAVA_BYTE, value));
            template.set(ValueLayout.JAVA_LONG, 24L * i + 16, value.length);
        }
        call("C_CreateObject", s, template, (long) attributes.size(), arena.allocate(8));
        call("C_CloseSession", s);
    }

    private static byte[] number(long n) {
        return java.nio.ByteBuffer.allocate(8).order(java.nio.ByteOrder.nativeOrder()).putLong(n).array();
    }
}
