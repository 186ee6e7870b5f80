// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.Words;

/**
 * The PC/SC library of the platform through {@code java.lang.foreign}: pcsc-lite on Linux, the PCSC framework on macOS, WinSCard on
 * Windows. Chosen over {@code javax.smartcardio} because that one offers no cancel, reads its library's path once from a property and keeps
 * a dead context after the service restarts. All that differs per platform (size of DWORD, struct padding, names) is in {@link Abi}.
 */
final class Pcsc {

    private static final Words WORDS = Words.of(Pcsc.class);

    static final int SUCCESS = 0;
    static final int E_CANCELLED = 0x80100002;
    static final int E_INVALID_HANDLE = 0x80100003;
    static final int E_INVALID_PARAMETER = 0x80100004;
    static final int E_INSUFFICIENT_BUFFER = 0x80100008;
    static final int E_UNKNOWN_READER = 0x80100009;
    static final int E_TIMEOUT = 0x8010000A;
    static final int E_SHARING_VIOLATION = 0x8010000B;
    static final int E_NO_SMARTCARD = 0x8010000C;
    static final int E_PROTO_MISMATCH = 0x8010000F;
    static final int E_INVALID_VALUE = 0x80100011;
    static final int F_COMM_ERROR = 0x80100013;
    static final int E_NOT_TRANSACTED = 0x80100016;
    static final int E_READER_UNAVAILABLE = 0x80100017;
    static final int E_NO_SERVICE = 0x8010001D;
    static final int E_SERVICE_STOPPED = 0x8010001E;
    static final int E_NO_READERS_AVAILABLE = 0x8010002E;
    static final int E_COMM_DATA_LOST = 0x8010002F;
    static final int W_UNSUPPORTED_CARD = 0x80100065;
    static final int W_UNRESPONSIVE_CARD = 0x80100066;
    static final int W_UNPOWERED_CARD = 0x80100067;
    static final int W_RESET_CARD = 0x80100068;
    static final int W_REMOVED_CARD = 0x80100069;
    static final int W_SECURITY_VIOLATION = 0x8010006A;

    static final int STATE_CHANGED = 0x0002;
    static final int STATE_UNKNOWN = 0x0004;
    static final int STATE_UNAVAILABLE = 0x0008;
    static final int STATE_PRESENT = 0x0020;
    static final int STATE_EXCLUSIVE = 0x0080;
    static final int STATE_MUTE = 0x0200;

    static final int SHARE_EXCLUSIVE = 1;
    static final int SHARE_SHARED = 2;
    static final int SHARE_DIRECT = 3;
    static final int PROTOCOL_T0 = 1;
    static final int PROTOCOL_T1 = 2;
    static final int LEAVE_CARD = 0;
    static final int RESET_CARD = 1;
    static final long FOREVER = 0xFFFFFFFFL;

    /** A pseudo reader whose state changes when readers come and go. */
    static final String NEW_READERS = "\\\\?PnP?\\Notification";

    private static final int MAX_ATR = 33;
    private static final int MOST_LOOKS = 10;

    /**
     * What differs between the platforms.
     *
     * @param dword      bytes of a DWORD and of a handle's and return code's register: 8 on Linux, 4 elsewhere
     * @param stateSize  bytes of SCARD_READERSTATE
     * @param atrOffset  where its ATR starts
     * @param suffix     of the functions that take text
     * @param featureRequest the control code CM_IOCTL_GET_FEATURE_REQUEST (PC/SC part 10 §2.2)
     * @param keepAliveMillis how often something must happen in a transaction so that it is not broken; 0 for never
     * @param libraries  where the library may be, best first
     */
    record Abi(int dword, int handle, int stateSize, int atrOffset, String suffix, int featureRequest, int keepAliveMillis,
            List<String> libraries) {

        /** SCARD_CTL_CODE(3400) of pcsc-lite, whose form macOS shares. */
        private static final int FEATURES_UNIX = 0x42000000 + 3400;
        /** CTL_CODE(FILE_DEVICE_SMARTCARD, 3400, METHOD_BUFFERED, FILE_ANY_ACCESS). */
        private static final int FEATURES_WINDOWS = 0x31 << 16 | 3400 << 2;
        /** Windows resets a card after five seconds without a call on it. */
        private static final int WINDOWS_MILLIS = 2000;


        static Abi here() {
            String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
            List<String> own = Optional.ofNullable(System.getProperty("esc.pcsc.library")).map(List::of).orElse(List.of());
            Abi usual = os.startsWith("windows") ? windows() : os.startsWith("mac") ? mac() : linux();
            return own.isEmpty() ? usual
                    : new Abi(usual.dword, usual.handle, usual.stateSize, usual.atrOffset, usual.suffix, usual.featureRequest,
                            usual.keepAliveMillis, own);
        }

        /** pcsc-lite on a 64-bit system: DWORD is {@code unsigned long}, an ATR has 33 bytes, SCARD_READERSTATE is padded. */
        static Abi linux() {
            return new Abi(8, 8, 80, 40, "", FEATURES_UNIX, 0, List.of("libpcsclite.so.1", "/usr/lib/x86_64-linux-gnu/libpcsclite.so.1",
                    "/usr/lib/aarch64-linux-gnu/libpcsclite.so.1", "/usr/lib64/libpcsclite.so.1", "/usr/lib/libpcsclite.so.1",
                    "/usr/local/lib/libpcsclite.so.1"));
        }

        /** The framework of macOS: 32-bit DWORD and handles, SCARD_READERSTATE packed without padding. */
        static Abi mac() {
            return new Abi(4, 4, 61, 28, "", FEATURES_UNIX, 0, List.of("/System/Library/Frameworks/PCSC.framework/PCSC"));
        }

        /** WinSCard, 64 bits: 32-bit DWORD, handles as wide as a pointer, room for 36 bytes of ATR. */
        static Abi windows() {
            return new Abi(4, 8, 64, 28, "A", FEATURES_WINDOWS, WINDOWS_MILLIS, List.of("winscard"));
        }

        ValueLayout dwordLayout() {
            return dword == 8 ? JAVA_LONG_UNALIGNED : JAVA_INT_UNALIGNED;
        }

        ValueLayout dwordArgument() {
            return dword == 8 ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT;
        }

        ValueLayout handleArgument() {
            return handle == 8 ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT;
        }
    }

    /** The library is not there. */
    static final class Missing extends Exception {

        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message);
        }
    }

    /** The answer to a status question about one reader. */
    record Status(String reader, int state, byte[] atr) {
    }

    private static final AtomicReference<MethodHandle> FIRST = new AtomicReference<>();

    /** The library's hot function as a constant to the compiler, which calls it without a detour. There is but one library in a process. */
    private static final class Hot {

        static final MethodHandle TRANSMIT = FIRST.get();
    }

    final Abi abi;
    private final MethodHandle establish;
    private final MethodHandle release;
    private final MethodHandle listReaders;
    private final MethodHandle statusChange;
    private final MethodHandle cancel;
    private final MethodHandle connect;
    private final MethodHandle reconnect;
    private final MethodHandle disconnect;
    private final MethodHandle begin;
    private final MethodHandle end;
    private final MethodHandle transmit;
    private final MethodHandle control;
    private final MethodHandle status;

    /** Takes the functions from {@code library}. @throws IllegalArgumentException if it lacks one */
    Pcsc(Abi abi, SymbolLookup library) {
        this.abi = abi;
        ValueLayout d = abi.dwordArgument();
        ValueLayout h = abi.handleArgument();
        establish = handle(library, "SCardEstablishContext", d, ADDRESS, ADDRESS, ADDRESS);
        release = handle(library, "SCardReleaseContext", h);
        listReaders = handle(library, "SCardListReaders" + abi.suffix(), h, ADDRESS, ADDRESS, ADDRESS);
        statusChange = handle(library, "SCardGetStatusChange" + abi.suffix(), h, d, ADDRESS, d);
        cancel = handle(library, "SCardCancel", h);
        connect = handle(library, "SCardConnect" + abi.suffix(), h, ADDRESS, d, d, ADDRESS, ADDRESS);
        reconnect = handle(library, "SCardReconnect", h, d, d, d, ADDRESS);
        disconnect = handle(library, "SCardDisconnect", h, d);
        begin = handle(library, "SCardBeginTransaction", h);
        end = handle(library, "SCardEndTransaction", h, d);
        transmit = handle(library, "SCardTransmit", h, ADDRESS, ADDRESS, d, ADDRESS, ADDRESS, ADDRESS);
        String controlName = library.find("SCardControl132").isPresent() ? "SCardControl132" : "SCardControl";
        control = handle(library, controlName, h, d, ADDRESS, d, ADDRESS, d, ADDRESS);
        status = handle(library, "SCardStatus" + abi.suffix(), h, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        FIRST.compareAndSet(null, transmit);
    }

    private MethodHandle handle(SymbolLookup library, String name, MemoryLayout... arguments) {
        var symbol = library.find(name).orElseThrow(() -> new IllegalArgumentException(name));
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(abi.dwordArgument(), arguments));
    }

    /**
     * Loads the library.
     *
     * @throws Missing in words for a person, if there is none
     */
    static Pcsc load() throws Missing {
        Abi abi = Abi.here();
        for (String name : abi.libraries()) {
            try {
                return new Pcsc(abi, SymbolLookup.libraryLookup(name, Arena.global()));
            } catch (IllegalArgumentException _) {
                // not there, or not a PC/SC library: the next place
            }
        }
        throw new Missing(WORDS.say("The PC/SC library was not found (looked for {0}).", String.join(", ", abi.libraries())));
    }

    /** Low 32 bits of a return code, the same on every platform. */
    private static int code(Object returned) {
        return ((Number) returned).intValue();
    }

    private Object dword(long value) {
        return abi.dword() == 8 ? (Object) value : (Object) (int) value;
    }

    private Object handle(long value) {
        return abi.handle() == 8 ? (Object) value : (Object) (int) value;
    }

    private int call(MethodHandle function, Object... arguments) {
        try {
            return code(function.invokeWithArguments(arguments));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private void setDword(MemorySegment s, long offset, long value) {
        if (abi.dword() == 8) {
            s.set(JAVA_LONG_UNALIGNED, offset, value);
        } else {
            s.set(JAVA_INT_UNALIGNED, offset, (int) value);
        }
    }

    private long getDword(MemorySegment s, long offset) {
        return abi.dword() == 8 ? s.get(JAVA_LONG_UNALIGNED, offset) : Integer.toUnsignedLong(s.get(JAVA_INT_UNALIGNED, offset));
    }

    private long getHandle(MemorySegment s) {
        return abi.handle() == 8 ? s.get(JAVA_LONG_UNALIGNED, 0) : s.get(JAVA_INT_UNALIGNED, 0);
    }

    /** Opens a context; {@code result[0]} is its handle. */
    int establish(long[] result) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment context = a.allocate(8, 8);
            int rc = call(establish, dword(2), MemorySegment.NULL, MemorySegment.NULL, context);
            result[0] = getHandle(context);
            return rc;
        }
    }

    int release(long context) {
        return call(release, handle(context));
    }

    /** Makes a blocked {@link #statusChange} of this context return. */
    int cancel(long context) {
        return call(cancel, handle(context));
    }

    /** Adds the names of all readers to {@code names}. */
    int listReaders(long context, List<String> names) {
        int rc = E_INSUFFICIENT_BUFFER;
        // a reader that comes between the two questions makes the list longer than the answer to the first
        for (int i = 0; i < MOST_LOOKS && rc == E_INSUFFICIENT_BUFFER; i++) {
            rc = listReadersOnce(context, names);
        }
        return rc == E_NO_READERS_AVAILABLE ? SUCCESS : rc;
    }

    private int listReadersOnce(long context, List<String> names) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment length = a.allocate(8, 8);
            int rc = call(listReaders, handle(context), MemorySegment.NULL, MemorySegment.NULL, length);
            if (rc != SUCCESS) {
                return rc;
            }
            long size = Math.clamp(getDword(length, 0), 1, 1 << 20);
            MemorySegment text = a.allocate(size);
            rc = call(listReaders, handle(context), MemorySegment.NULL, text, length);
            if (rc == SUCCESS) {
                String all = new String(text.asSlice(0, Math.min(getDword(length, 0), size)).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.UTF_8);
                for (String name : all.split("\0")) {
                    if (!name.isEmpty()) {
                        names.add(name);
                    }
                }
            }
            return rc;
        }
    }

    /**
     * Waits until a reader's state differs from the one known.
     *
     * @param known   readers with the states known so far (0 for not known)
     * @param timeout milliseconds, or {@link #FOREVER}
     * @param now     receives the states as they are now, in the same order
     */
    int statusChange(long context, long timeout, List<Status> known, List<Status> now) {
        try (Arena a = Arena.ofConfined()) {
            int size = abi.stateSize();
            MemorySegment states = a.allocate((long) size * Math.max(known.size(), 1), 8);
            int pointer = (int) ADDRESS.byteSize();
            for (int i = 0; i < known.size(); i++) {
                MemorySegment s = states.asSlice((long) i * size, size);
                s.set(ValueLayout.ADDRESS_UNALIGNED, 0, a.allocateFrom(known.get(i).reader()));
                setDword(s, 2L * pointer, Integer.toUnsignedLong(known.get(i).state()));
            }
            int rc = call(statusChange, handle(context), dword(timeout), states, dword(known.size()));
            for (int i = 0; i < known.size(); i++) {
                MemorySegment s = states.asSlice((long) i * size, size);
                int event = (int) getDword(s, 2L * pointer + abi.dword());
                int atrLength = (int) Math.clamp(getDword(s, 2L * pointer + 2L * abi.dword()), 0, MAX_ATR);
                byte[] atr = s.asSlice(abi.atrOffset(), atrLength).toArray(ValueLayout.JAVA_BYTE);
                now.add(new Status(known.get(i).reader(), event, atr));
            }
            return rc;
        }
    }

    /** Connects; {@code result} receives the card handle and the protocol. */
    int connect(long context, String reader, int share, long[] result) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment card = a.allocate(8, 8);
            MemorySegment protocol = a.allocate(8, 8);
            int rc = call(connect, handle(context), a.allocateFrom(reader), dword(share), dword(protocols(share)), card, protocol);
            result[0] = getHandle(card);
            result[1] = getDword(protocol, 0);
            return rc;
        }
    }

    /** A direct connection is to the reader: it wakes no card. */
    private static int protocols(int share) {
        return share == SHARE_DIRECT ? 0 : PROTOCOL_T0 | PROTOCOL_T1;
    }

    int reconnect(long card, int share, int initialization, long[] protocolResult) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment protocol = a.allocate(8, 8);
            int rc = call(reconnect, handle(card), dword(share), dword(PROTOCOL_T0 | PROTOCOL_T1), dword(initialization), protocol);
            protocolResult[0] = getDword(protocol, 0);
            return rc;
        }
    }

    int disconnect(long card, int disposition) {
        return call(disconnect, handle(card), dword(disposition));
    }

    int begin(long card) {
        return call(begin, handle(card));
    }

    int end(long card) {
        return call(end, handle(card), dword(LEAVE_CARD));
    }

    /** Reads the ATR of a connected card into {@code result}. */
    int atr(long card, List<byte[]> result) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment atr = a.allocate(64);
            MemorySegment length = a.allocate(8, 8);
            setDword(length, 0, 64);
            // without room for the reader's name, so that none is too long
            MemorySegment ignored = a.allocate(24, 8);
            int rc = call(status, handle(card), MemorySegment.NULL, ignored.asSlice(16), ignored, ignored.asSlice(8), atr, length);
            if (rc == SUCCESS) {
                result.add(atr.asSlice(0, Math.clamp(getDword(length, 0), 0, MAX_ATR)).toArray(ValueLayout.JAVA_BYTE));
            }
            return rc;
        }
    }

    int control(long card, int code, byte[] data, List<byte[]> result) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment in = a.allocate(Math.max(data.length, 1));
            MemorySegment.copy(data, 0, in, ValueLayout.JAVA_BYTE, 0, data.length);
            MemorySegment out = a.allocate(65536);
            MemorySegment length = a.allocate(8, 8);
            int rc = call(control, handle(card), dword(Integer.toUnsignedLong(code)), in, dword(data.length), out, dword(65536), length);
            in.fill((byte) 0);
            if (rc == SUCCESS) {
                result.add(out.asSlice(0, Math.clamp(getDword(length, 0), 0, 65536)).toArray(ValueLayout.JAVA_BYTE));
            }
            return rc;
        }
    }

    /** Buffers and exact method types for the hot path of one connection: no allocation but the result. */
    final class Transmitter implements AutoCloseable {

        private static final int MOST = 65544;

        private final Arena arena = Arena.ofShared();
        private final MemorySegment pci = arena.allocate(16, 8);
        private final MemorySegment out = arena.allocate(MOST);
        private final MemorySegment in = arena.allocate(MOST);
        private final MemorySegment length = arena.allocate(8, 8);
        private int lastLength;

        /** Sends {@code bytes[0..count)}; the answer is then in {@link #answer}. */
        int transmit(long card, int protocol, byte[] bytes, int count) {
            setDword(pci, 0, protocol);
            setDword(pci, abi.dword(), 2L * abi.dword());
            setDword(length, 0, MOST);
            MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, count);
            int rc;
            try {
                if (abi.dword() == 8 && transmit == Hot.TRANSMIT) {
                    rc = (int) (long) Hot.TRANSMIT.invokeExact(card, pci, out, (long) count, MemorySegment.NULL, in, length);
                } else {
                    rc = call(transmit, handle(card), pci, out, dword(count), MemorySegment.NULL, in, length);
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            } finally {
                out.asSlice(0, count).fill((byte) 0);
            }
            lastLength = rc == SUCCESS ? (int) Math.clamp(getDword(length, 0), 0, MOST) : 0;
            return rc;
        }

        byte[] answer() {
            byte[] answer = in.asSlice(0, lastLength).toArray(ValueLayout.JAVA_BYTE);
            in.asSlice(0, lastLength).fill((byte) 0);
            return answer;
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** What a return code means, in words. */
    static String meaning(int rc) {
        return switch (rc) {
            case E_NO_SERVICE, E_SERVICE_STOPPED -> WORDS.say("The PC/SC service is not running.");
            case E_UNKNOWN_READER, E_READER_UNAVAILABLE -> WORDS.say("The reader is gone.");
            case E_SHARING_VIOLATION -> WORDS.say("The card is in use by another program.");
            case E_NO_SMARTCARD, W_REMOVED_CARD -> WORDS.say("There is no card in the reader.");
            case W_UNRESPONSIVE_CARD -> WORDS.say("The card does not answer; it may be inserted the wrong way round.");
            case W_UNPOWERED_CARD -> WORDS.say("The card has no power.");
            case W_RESET_CARD -> WORDS.say("Another program, or the system, has reset the card.");
            case W_SECURITY_VIOLATION -> WORDS.say("The system does not let you use smart-card readers.");
            case W_UNSUPPORTED_CARD, E_PROTO_MISMATCH -> WORDS.say("The reader and the card find no protocol that both speak.");
            case F_COMM_ERROR, E_COMM_DATA_LOST -> WORDS.say("The reader lost the connection to the card.");
            case E_CANCELLED -> WORDS.say("Cancelled.");
            case E_TIMEOUT -> WORDS.say("The reader took too long.");
            default -> WORDS.say("The reader reports error {0}.", String.format("%08X", rc));
        };
    }

    /** For lists that a native call fills. */
    static <T> List<T> empty() {
        return new ArrayList<>(4);
    }
}
