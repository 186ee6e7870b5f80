// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * One PKCS#11 library (version 2.20 and later), as far as static keys need it. The JDK's own binding knows neither two-key triple DES keys
 * nor AES-CMAC. The library is loaded once per process, stays loaded, and is called by one thread at a time.
 *
 * <p>Sizes (PKCS#11 base specification §2.1): CK_ULONG is a C {@code unsigned long}; on Windows that has 4 bytes and structures are packed.
 */
final class Cryptoki {

    private static final Words WORDS = Words.of(Cryptoki.class);

    static final long CKR_OK = 0;
    static final long CKR_KEY_FUNCTION_NOT_PERMITTED = 0x68;
    private static final long CKR_USER_ALREADY_LOGGED_IN = 0x100;
    private static final long CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
    private static final long CKR_PIN_INCORRECT = 0xA0;
    private static final long CKR_PIN_LOCKED = 0xA4;

    private static final String STEP = WORDS.say("use the keys in the token");
    private static final boolean WINDOWS = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final int ULONG = WINDOWS ? 4 : 8;
    private static final MemoryLayout ULONG_LAYOUT = WINDOWS ? ValueLayout.JAVA_INT : ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    /** CK_ATTRIBUTE and CK_MECHANISM have the same shape: a number, an address, a length. */
    private static final int TRIPLE = 2 * ULONG + 8;
    private static final Map<Path, Cryptoki> LOADED = new ConcurrentHashMap<>();

    /** The functions used, with their places in CK_FUNCTION_LIST. */
    private enum Function {
        INITIALIZE(0, "P"), SLOT_LIST(4, "BPP"), TOKEN_INFO(6, "UP"), MECHANISM_LIST(7, "UPP"), OPEN_SESSION(12, "UUPPP"),
        CLOSE_SESSION(13, "U"), LOGIN(18, "UUPU"), GET_ATTRIBUTE(24, "UUPU"), FIND_INIT(26, "UPU"), FIND(27, "UPUP"), FIND_FINAL(28, "U"),
        ENCRYPT_INIT(29, "UPU"), ENCRYPT(30, "UPUPP"), SIGN_INIT(42, "UPU"), SIGN(43, "UPUPP");

        private final int place;
        private final String parameters;

        Function(int place, String parameters) {
            this.place = place;
            this.parameters = parameters;
        }

        private FunctionDescriptor descriptor() {
            return FunctionDescriptor.of(ULONG_LAYOUT, parameters.chars().mapToObj(c -> switch (c) {
                case 'P' -> POINTER;
                case 'B' -> ValueLayout.JAVA_BYTE;
                default -> ULONG_LAYOUT;
            }).toArray(MemoryLayout[]::new));
        }
    }

    /** A token present in a slot. */
    record Token(long slot, String label, long flags) {

        boolean loginRequired() {
            return (flags & 0x04) != 0;
        }

        /** A PIN pad or the like of its own. */
        boolean ownPinEntry() {
            return (flags & 0x100) != 0;
        }

        boolean lastTry() {
            return (flags & 0x40000) != 0;
        }

        boolean locked() {
            return (flags & 0x80000) != 0;
        }
    }

    private final EnumMap<Function, MethodHandle> functions = new EnumMap<>(Function.class);
    private final ReentrantLock lock = new ReentrantLock();

    private Cryptoki(Path library) throws EscException {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("{0} cannot be loaded as a library.", library)).code("pkcs11-library")
                    .advice(WORDS.say("Give the PKCS#11 library that came with the token, for this machine's kind of processor.")).exception(e);
        }
        MemorySegment entry = symbols.find("C_GetFunctionList").orElseThrow(() -> Problem.of(Fault.USAGE, STEP,
                WORDS.say("{0} is no PKCS#11 library.", library)).code("pkcs11-library").advice(WORDS.say("Give the library that came with the token."))
                        .exception());
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(POINTER);
            MethodHandle getList = linker.downcallHandle(entry, FunctionDescriptor.of(ULONG_LAYOUT, POINTER));
            check(number(call(getList, out)), "C_GetFunctionList");
            int first = WINDOWS ? 2 : 8;
            MemorySegment list = out.get(POINTER, 0).reinterpret(first + 68L * 8);
            for (Function f : Function.values()) {
                MemorySegment address = list.get(ValueLayout.ADDRESS_UNALIGNED, first + 8L * f.place);
                functions.put(f, linker.downcallHandle(address, f.descriptor()));
            }
            long rv = run(Function.INITIALIZE, MemorySegment.NULL);
            if (rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
                check(rv, "C_Initialize");
            }
        }
    }

    /** The library of this path. @throws EscException if it cannot be loaded, or does not start */
    static Cryptoki load(Path library) throws EscException {
        Path path = library.toAbsolutePath().normalize();
        Cryptoki known = LOADED.get(path);
        if (known != null) {
            return known;
        }
        Cryptoki fresh = new Cryptoki(path);
        Cryptoki other = LOADED.putIfAbsent(path, fresh);
        return other == null ? fresh : other;
    }

    private static Object call(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(Object ulong) {
        return ulong instanceof Integer i ? Integer.toUnsignedLong(i) : (Long) ulong;
    }

    /** Calls a function; numbers may be given as long. */
    private long run(Function f, Object... arguments) {
        Object[] given = arguments.clone();
        for (int i = 0; i < given.length; i++) {
            if (given[i] instanceof Long n && WINDOWS) {
                given[i] = (int) (long) n;
            }
        }
        lock.lock();
        try {
            return number(call(functions.get(f), given));
        } finally {
            lock.unlock();
        }
    }

    private static long ulong(MemorySegment at, long offset) {
        return WINDOWS ? Integer.toUnsignedLong(at.get(INT, offset)) : at.get(LONG, offset);
    }

    private static void ulong(MemorySegment at, long offset, long value) {
        if (WINDOWS) {
            at.set(INT, offset, (int) value);
        } else {
            at.set(LONG, offset, value);
        }
    }

    private static void triple(MemorySegment at, long offset, long number, MemorySegment value, long length) {
        ulong(at, offset, number);
        at.set(ValueLayout.ADDRESS_UNALIGNED, offset + ULONG, value);
        ulong(at, offset + ULONG + 8, length);
    }

    /** All slots that hold a token. */
    List<Token> tokens() throws EscException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(8);
            check(run(Function.SLOT_LIST, (byte) 1, MemorySegment.NULL, count), "C_GetSlotList");
            long n = ulong(count, 0);
            MemorySegment slots = arena.allocate(Math.max(n, 1) * ULONG);
            if (n > 0) {
                check(run(Function.SLOT_LIST, (byte) 1, slots, count), "C_GetSlotList");
                n = Math.min(n, ulong(count, 0));
            }
            var all = new ArrayList<Token>();
            for (int i = 0; i < n; i++) {
                long slot = ulong(slots, (long) i * ULONG);
                MemorySegment info = arena.allocate(512, 8);
                if (run(Function.TOKEN_INFO, slot, info) == CKR_OK) {
                    byte[] label = info.asSlice(0, 32).toArray(ValueLayout.JAVA_BYTE);
                    all.add(new Token(slot, new String(label, StandardCharsets.UTF_8).strip(), ulong(info, 96)));
                }
            }
            return all;
        }
    }

    /** The mechanisms of a token. */
    List<Long> mechanisms(long slot) throws EscException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(8);
            check(run(Function.MECHANISM_LIST, slot, MemorySegment.NULL, count), "C_GetMechanismList");
            long n = ulong(count, 0);
            MemorySegment list = arena.allocate(Math.max(n, 1) * ULONG);
            check(run(Function.MECHANISM_LIST, slot, list, count), "C_GetMechanismList");
            var all = new ArrayList<Long>();
            for (long i = 0; i < Math.min(n, ulong(count, 0)); i++) {
                all.add(ulong(list, i * ULONG));
            }
            return all;
        }
    }

    /** A session that only reads. */
    long openSession(long slot) throws EscException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment session = arena.allocate(8);
            check(run(Function.OPEN_SESSION, slot, 0x04L, MemorySegment.NULL, MemorySegment.NULL, session), "C_OpenSession");
            return ulong(session, 0);
        }
    }

    void closeSession(long session) {
        run(Function.CLOSE_SESSION, session);
    }

    /** Logs the user in; an empty PIN leaves its entry to the token. @throws EscException LOGIN if the PIN is wrong or locked */
    void login(long session, byte[] pin) throws EscException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment given = pin.length == 0 ? MemorySegment.NULL : arena.allocateFrom(ValueLayout.JAVA_BYTE, pin);
            long rv;
            try {
                rv = run(Function.LOGIN, session, 1L, given, (long) pin.length);
            } finally {
                if (pin.length > 0) {
                    given.fill((byte) 0);
                }
            }
            if (rv == CKR_PIN_INCORRECT) {
                throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The token did not accept the PIN.")).code("wrong-pin")
                        .advice(WORDS.say("Make sure of the PIN before you try again: tokens lock.")).exception();
            }
            if (rv == CKR_PIN_LOCKED) {
                throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The token's PIN is locked.")).code("pin-locked")
                        .advice(WORDS.say("Its security officer can set a new one.")).exception();
            }
            if (rv != CKR_USER_ALREADY_LOGGED_IN) {
                check(rv, "C_Login");
            }
        }
    }

    /** Secret keys, all or those with this label. */
    List<Long> secretKeys(long session, String label) throws EscException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment kind = arena.allocate(8);
            ulong(kind, 0, 4);
            byte[] wanted = label.getBytes(StandardCharsets.UTF_8);
            MemorySegment template = arena.allocate(2L * TRIPLE, 8);
            triple(template, 0, Attribute.CLASS, kind, ULONG);
            triple(template, TRIPLE, Attribute.LABEL, arena.allocateFrom(ValueLayout.JAVA_BYTE, wanted), wanted.length);
            check(run(Function.FIND_INIT, session, template, wanted.length == 0 ? 1L : 2L), "C_FindObjectsInit");
            try {
                var all = new ArrayList<Long>();
                MemorySegment found = arena.allocate(8L * 64);
                MemorySegment count = arena.allocate(8);
                do {
                    check(run(Function.FIND, session, found, 64L, count), "C_FindObjects");
                    for (long i = 0; i < ulong(count, 0); i++) {
                        all.add(ulong(found, i * ULONG));
                    }
                } while (ulong(count, 0) == 64);
                return all;
            } finally {
                run(Function.FIND_FINAL, session);
            }
        }
    }

    /** Attributes of objects. */
    static final class Attribute {
        static final long CLASS = 0x00;
        static final long LABEL = 0x03;
        static final long KEY_TYPE = 0x100;
        static final long SENSITIVE = 0x103;
        static final long VALUE_LEN = 0x161;
        static final long EXTRACTABLE = 0x162;

        private Attribute() {
        }
    }

    /** An attribute's bytes; empty if the object does not tell. */
    byte[] attribute(long session, long object, long type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(256);
            MemorySegment template = arena.allocate(TRIPLE, 8);
            triple(template, 0, type, value, 256);
            if (run(Function.GET_ATTRIBUTE, session, object, template, 1L) != CKR_OK) {
                return new byte[0];
            }
            return value.asSlice(0, ulong(template, ULONG + 8)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** An attribute that is a number, or -1 if the object does not tell. */
    long numberAttribute(long session, long object, long type) {
        byte[] b = attribute(session, object, type);
        return b.length == ULONG ? ulong(MemorySegment.ofArray(b), 0) : -1;
    }

    /** The result of an operation that a token may refuse. */
    record Result(long rv, byte[] bytes) {
    }

    /** Encrypts with a key of the token. */
    Result encrypt(long session, long key, long mechanism, byte[] iv, byte[] data) {
        return crypt(Function.ENCRYPT_INIT, Function.ENCRYPT, session, key, mechanism, iv, data);
    }

    /** Computes a MAC with a key of the token. */
    Result sign(long session, long key, long mechanism, byte[] data) {
        return crypt(Function.SIGN_INIT, Function.SIGN, session, key, mechanism, new byte[0], data);
    }

    private Result crypt(Function init, Function run, long session, long key, long mechanism, byte[] parameter, byte[] data) {
        // two calls that belong together
        lock.lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(TRIPLE, 8);
            triple(m, 0, mechanism, parameter.length == 0 ? MemorySegment.NULL : arena.allocateFrom(ValueLayout.JAVA_BYTE, parameter),
                    parameter.length);
            long rv = run(init, session, m, key);
            if (rv != CKR_OK) {
                return new Result(rv, new byte[0]);
            }
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
            MemorySegment out = arena.allocate(data.length + 64L);
            MemorySegment length = arena.allocate(8);
            ulong(length, 0, data.length + 64L);
            rv = run(run, session, in, (long) data.length, out, length);
            byte[] result = rv == CKR_OK ? out.asSlice(0, ulong(length, 0)).toArray(ValueLayout.JAVA_BYTE) : new byte[0];
            in.fill((byte) 0);
            out.fill((byte) 0);
            return new Result(rv, result);
        } finally {
            lock.unlock();
        }
    }

    /** @throws EscException if the library refused */
    static void check(long rv, String function) throws EscException {
        if (rv != CKR_OK) {
            throw failure(rv, function);
        }
    }

    static EscException failure(long rv, String function) {
        String meaning = switch ((int) rv) {
            case 0x05 -> WORDS.say("general error");
            case 0x30 -> WORDS.say("device error");
            case 0x32 -> WORDS.say("the token was removed");
            case 0x54 -> WORDS.say("function not supported");
            case 0x60, 0x82 -> WORDS.say("no such key");
            case 0x62 -> WORDS.say("the key's size does not fit");
            case 0x63 -> WORDS.say("the kind of key does not fit");
            case 0x68 -> WORDS.say("the key may not do that");
            case 0x70 -> WORDS.say("the token has no such mechanism");
            case 0xB3 -> WORDS.say("the session is over");
            case 0xE0 -> WORDS.say("there is no token");
            case 0x101 -> WORDS.say("nobody is logged in");
            case 0x190 -> WORDS.say("the library was not started");
            default -> WORDS.say("error");
        };
        return Problem.of(Fault.CARD, STEP, WORDS.say("The token's PKCS#11 library refused: {0} ({1}, {2}).", meaning, function,
                String.format("%08X", rv))).code("pkcs11")
                .advice(WORDS.say("See the documentation of the token.")).exception();
    }
}
