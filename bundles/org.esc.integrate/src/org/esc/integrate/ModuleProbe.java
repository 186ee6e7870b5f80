// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The program that asks one PKCS #11 library what it is and what the tokens it sees can do, started by {@link ModuleAsker} as a process of
 * its own: a library may crash or hang. It needs no other class of ours, opens no session and asks for no PIN. Each line it prints begins
 * with {@link #MARK}; libraries print, too.
 */
final class ModuleProbe {

    /** Begins each line that is ours. */
    static final String MARK = "esc-module\t";

    // places in CK_FUNCTION_LIST (PKCS #11 2.40, 3.6)
    private static final int INITIALIZE = 0;
    private static final int FINALIZE = 1;
    private static final int GET_INFO = 2;
    private static final int GET_SLOT_LIST = 4;
    private static final int GET_TOKEN_INFO = 6;
    private static final int GET_MECHANISM_LIST = 7;
    private static final int GET_MECHANISM_INFO = 8;

    private static final int TEXT = 32;
    private static final int MODEL = 16;
    /** Room for structures that a module might fill further than this version of the standard has it. */
    private static final int ROOM = 1024;
    private static final int MOST = 4096;

    // on Windows the standard's CK_ULONG has four bytes and its structures have no gaps
    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");
    private static final MemoryLayout ULONG = WINDOWS ? ValueLayout.JAVA_INT : ValueLayout.JAVA_LONG;
    private static final int ULONG_SIZE = (int) ULONG.byteSize();
    private static final int VERSION_SIZE = 2;

    private final Arena arena;
    private final MemorySegment functions;

    private ModuleProbe(Arena arena, MemorySegment functions) {
        this.arena = arena;
        this.functions = functions;
    }

    /** The library's path is the one argument. */
    public static void main(String[] arguments) {
        try (var arena = Arena.ofConfined()) {
            SymbolLookup library;
            try {
                library = SymbolLookup.libraryLookup(Path.of(arguments[0]), arena);
            } catch (IllegalArgumentException _) {
                end("unloadable", "");
                return;
            }
            var entry = library.find("C_GetFunctionList");
            if (entry.isEmpty()) {
                end("foreign", "");
                return;
            }
            var place = arena.allocate(ValueLayout.ADDRESS);
            var get = Linker.nativeLinker().downcallHandle(entry.get(), FunctionDescriptor.of(ULONG, ValueLayout.ADDRESS));
            check("C_GetFunctionList", get.invoke(place));
            new ModuleProbe(arena, place.get(ValueLayout.ADDRESS, 0).reinterpret(ROOM)).ask();
            end("end", "");
        } catch (Refused e) {
            end("refused", e.getMessage());
        } catch (Throwable e) {
            end("failed", e.toString());
        }
    }

    /** A function's answer other than CKR_OK. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private void ask() throws Throwable {
        try {
            call(INITIALIZE, "C_Initialize", MemorySegment.NULL);
        } catch (Refused e) {
            // some do so when the PC/SC service does not run: no reason to call them unusable
            line("hindered", e.getMessage());
            return;
        }
        var info = arena.allocate(ROOM, Long.BYTES);
        call(GET_INFO, "C_GetInfo", info);
        int description = offset(VERSION_SIZE + TEXT, ULONG_SIZE) + ULONG_SIZE;
        line("library", text(info, description, TEXT), info.get(ValueLayout.JAVA_BYTE, description + TEXT) + "."
                + info.get(ValueLayout.JAVA_BYTE, description + TEXT + 1));
        for (long slot : list("C_GetSlotList", GET_SLOT_LIST, (byte) 1)) {
            try {
                token(slot);
            } catch (Refused _) {
                // taken out meanwhile, or not one that this library understands
            }
        }
        call(FINALIZE, "C_Finalize", MemorySegment.NULL);
    }

    private void token(long slot) throws Throwable {
        var token = arena.allocate(ROOM, Long.BYTES);
        call(GET_TOKEN_INFO, "C_GetTokenInfo", slot, token);
        var signs = new StringBuilder();
        for (long mechanism : list("C_GetMechanismList", GET_MECHANISM_LIST, slot)) {
            var info = arena.allocate(3L * ULONG_SIZE, Long.BYTES);
            call(GET_MECHANISM_INFO, "C_GetMechanismInfo", slot, mechanism, info);
            signs.append(Long.toHexString(mechanism)).append(':').append(Long.toHexString(ulong(info, 2 * ULONG_SIZE))).append(' ');
        }
        line("token", text(token, 0, TEXT), text(token, 2 * TEXT, MODEL), signs.toString().strip());
    }

    /** Asks how many there are, then for all of them. */
    private long[] list(String name, int function, Object what) throws Throwable {
        var count = arena.allocate(Long.BYTES, Long.BYTES);
        call(function, name, what, MemorySegment.NULL, count);
        long n = Math.min(ulong(count, 0), MOST);
        var all = arena.allocate(Math.max(1, n) * ULONG_SIZE, Long.BYTES);
        set(count, n);
        call(function, name, what, all, count);
        var values = new long[(int) Math.min(n, ulong(count, 0))];
        Arrays.setAll(values, i -> ulong(all, i * ULONG_SIZE));
        return values;
    }

    private void call(int index, String name, Object... arguments) throws Throwable {
        var types = new MemoryLayout[arguments.length];
        var values = arguments.clone();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case Long l -> {
                    types[i] = ULONG;
                    values[i] = WINDOWS ? (Object) l.intValue() : l;
                }
                case Byte _ -> types[i] = ValueLayout.JAVA_BYTE;
                default -> types[i] = ValueLayout.ADDRESS;
            }
        }
        long at = offset(VERSION_SIZE, ValueLayout.ADDRESS.byteSize()) + index * ValueLayout.ADDRESS.byteSize();
        var function = functions.get(ValueLayout.ADDRESS_UNALIGNED, at);
        check(name, Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ULONG, types)).invokeWithArguments(values));
    }

    private static void check(String name, Object answer) throws Refused {
        long code = ((Number) answer).longValue();
        if (code != 0) {
            throw new Refused(name + " 0x" + Long.toHexString(code));
        }
    }

    private static int offset(int from, long alignment) {
        return WINDOWS ? from : (int) ((from + alignment - 1) / alignment * alignment);
    }

    private static long ulong(MemorySegment s, int at) {
        return WINDOWS ? Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT_UNALIGNED, at)) : s.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }

    private static void set(MemorySegment s, long value) {
        if (WINDOWS) {
            s.set(ValueLayout.JAVA_INT_UNALIGNED, 0, (int) value);
        } else {
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
        }
    }

    private static String text(MemorySegment s, int at, int length) {
        return new String(s.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8).replace('\0', ' ').strip();
    }

    private static void line(String... words) {
        var out = new StringBuilder(MARK);
        for (String w : words) {
            out.append(w.replaceAll("\\p{Cntrl}", " ")).append('\t');
        }
        System.out.writeBytes(out.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    /** The last line; what a library does when its process ends is spared. */
    private static void end(String word, String why) {
        line(word, why);
        Runtime.getRuntime().halt(0);
    }
}
