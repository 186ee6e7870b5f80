// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A terminal of Linux, read through the C library: Java's own console cannot be made to stop waiting for a line, and would leave the
 * terminal without echo, and what was typed of a password in its buffer for the next program to show.
 */
final class Tty {

    /** How often to look whether an answer is still wanted. */
    private static final int LOOK_MILLIS = 50;
    /** The longest line that a terminal passes on. */
    private static final int LONGEST = 4096;

    private static final int TERMIOS_SIZE = 60;
    private static final int LOCAL_FLAGS = 12;
    private static final int ECHO = 0x08;
    private static final int ECHO_NEWLINE = 0x40;
    private static final int NOW = 0;
    private static final int NOW_AND_FORGET_INPUT = 2;
    private static final short READABLE = 1;

    private static final MethodHandle ISATTY = function("isatty", JAVA_INT);
    private static final MethodHandle TCGETATTR = function("tcgetattr", JAVA_INT, ADDRESS);
    private static final MethodHandle TCSETATTR = function("tcsetattr", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle POLL = function("poll", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = function("read", JAVA_INT, ADDRESS, JAVA_LONG);

    private final int descriptor;

    /** The one behind this descriptor. */
    Tty(int descriptor) {
        this.descriptor = descriptor;
    }

    /** True on systems that this class knows. */
    static boolean known() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** True if there is a terminal behind this descriptor. */
    static boolean at(int descriptor) {
        return call(ISATTY, descriptor) == 1;
    }

    /**
     * Reads a line.
     *
     * @param prompt    asks for it, once nothing is shown any more that shall not be
     * @param hidden    true to show nothing of what is typed
     * @param withdrawn when true the line is not wanted any more: what was typed of it is thrown away
     * @return without its end, for the caller to erase; empty at end of input and when it is not wanted any more
     */
    Optional<char[]> line(Runnable prompt, boolean hidden, BooleanSupplier withdrawn) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate(TERMIOS_SIZE, 8);
            boolean settable = call(TCGETATTR, descriptor, before) == 0;
            if (hidden && settable) {
                MemorySegment silent = arena.allocate(TERMIOS_SIZE, 8).copyFrom(before);
                silent.set(JAVA_INT, LOCAL_FLAGS, before.get(JAVA_INT, LOCAL_FLAGS) & ~ECHO | ECHO_NEWLINE);
                call(TCSETATTR, descriptor, NOW, silent);
            }
            boolean forget = true;
            try {
                prompt.run();
                var line = read(arena, withdrawn);
                forget = withdrawn.getAsBoolean();
                return line;
            } finally {
                if (settable) {
                    call(TCSETATTR, descriptor, forget ? NOW_AND_FORGET_INPUT : NOW, before);
                }
            }
        }
    }

    private Optional<char[]> read(Arena arena, BooleanSupplier withdrawn) {
        MemorySegment wait = arena.allocate(8, 4);
        wait.set(JAVA_INT, 0, descriptor);
        wait.set(JAVA_SHORT, 4, READABLE);
        MemorySegment bytes = arena.allocate(LONGEST);
        int n = 0;
        try {
            while (!withdrawn.getAsBoolean()) {
                if (call(POLL, wait, 1L, LOOK_MILLIS) <= 0) {
                    continue;
                }
                long got = call(READ, descriptor, bytes.asSlice(n), (long) LONGEST - n);
                if (got <= 0 && n == 0) {
                    return Optional.empty();
                }
                n += (int) Math.max(0, got);
                // a part without an end was sent off by the key for "end of input": the rest of the line follows
                if (got <= 0 || n == LONGEST || bytes.get(JAVA_BYTE, n - 1L) == '\n') {
                    return Optional.of(text(bytes.asSlice(0, n)));
                }
            }
            return Optional.empty();
        } finally {
            bytes.fill((byte) 0);
        }
    }

    /** UTF-8, or what the locale says if it is none. */
    private static char[] text(MemorySegment line) {
        ByteBuffer bytes = line.asByteBuffer();
        while (bytes.hasRemaining() && (bytes.get(bytes.limit() - 1) == '\n' || bytes.get(bytes.limit() - 1) == '\r')) {
            bytes.limit(bytes.limit() - 1);
        }
        CharBuffer chars;
        try {
            chars = StandardCharsets.UTF_8.newDecoder().decode(bytes);
        } catch (CharacterCodingException _) {
            chars = Charset.forName(System.getProperty("native.encoding", "ISO-8859-1")).decode(bytes.rewind());
        }
        char[] text = Arrays.copyOfRange(chars.array(), chars.arrayOffset(), chars.arrayOffset() + chars.limit());
        Arrays.fill(chars.array(), '\0');
        return text;
    }

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        var linker = Linker.nativeLinker();
        MemoryLayout result = name.equals("read") ? JAVA_LONG : JAVA_INT;
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
