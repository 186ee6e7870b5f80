// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.esc.apdu.Hex;

/**
 * A PC/SC library made of native entry points into this class, laid out as one platform's: what pcscd and vpcd cannot show, and how the
 * binding reads and writes the memory of a platform that is not this one. One context and one card at a time.
 */
final class FakePcsc {

    private static final int PRESENT = 0x20;
    private static final long CARD = 77;

    /** A reader as the library knows it. */
    static final class Slot {
        private byte[] atr = {};
        private int events;
    }

    final Map<String, Slot> slots = new LinkedHashMap<>();
    final List<String> sent = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile UnaryOperator<String> card = _ -> "9000";
    volatile UnaryOperator<String> reader = _ -> "";
    volatile int protocol = Pcsc.PROTOCOL_T1;
    volatile int establishCode;
    volatile int connectCode;
    volatile int beginCode;
    volatile int transmitCode;
    volatile int controlCode;
    volatile int statusCode;
    volatile int reconnectCode;
    volatile int watchCode;
    volatile int mostStates = Integer.MAX_VALUE;
    volatile Optional<String> lateReader = Optional.empty();

    private final Platform platform;
    private final Pcsc.Abi abi;
    private final Object change = new Object();
    private int generation;
    private boolean cancelled;

    FakePcsc(Platform platform) {
        this(platform, platform.abi());
    }

    /** With what the binding takes the platform for. */
    FakePcsc(Platform platform, Pcsc.Abi abi) {
        this.platform = platform;
        this.abi = abi;
    }

    /** The binding on top of this library. */
    Pcsc load() {
        Map<String, MemorySegment> entries = new LinkedHashMap<>();
        Class<?> d = platform.dword == 8 ? long.class : int.class;
        Class<?> h = platform.handle == 8 ? long.class : int.class;
        Class<?> p = MemorySegment.class;
        entry(entries, "SCardEstablishContext", "establish", d, p, p, p);
        entry(entries, "SCardReleaseContext", "ok", h);
        entry(entries, "SCardListReaders" + platform.suffix, "list", h, p, p, p);
        entry(entries, "SCardGetStatusChange" + platform.suffix, "watch", h, d, p, d);
        entry(entries, "SCardCancel", "cancel", h);
        entry(entries, "SCardConnect" + platform.suffix, "connect", h, p, d, d, p, p);
        entry(entries, "SCardReconnect", "reconnect", h, d, d, d, p);
        entry(entries, "SCardDisconnect", "disconnect", h, d);
        entry(entries, "SCardBeginTransaction", "begin", h);
        entry(entries, "SCardEndTransaction", "ok", h, d);
        entry(entries, "SCardTransmit", "transmit", h, p, p, d, p, p, p);
        entry(entries, "SCardControl", "control", h, d, p, d, p, d, p);
        entry(entries, "SCardStatus" + platform.suffix, "status", h, p, p, p, p, p, p);
        SymbolLookup lookup = name -> Optional.ofNullable(entries.get(name));
        return new Pcsc(abi, lookup);
    }

    private java.lang.foreign.ValueLayout returnsLayout() {
        return platform.dword == 8 ? java.lang.foreign.ValueLayout.JAVA_LONG : java.lang.foreign.ValueLayout.JAVA_INT;
    }

    /** Each entry collects its arguments, integers widened, and hands them to one method of this class. */
    private void entry(Map<String, MemorySegment> entries, String name, String method, Class<?>... arguments) {
        try {
            MethodHandle m = MethodHandles.lookup().bind(this, "call", MethodType.methodType(int.class, String.class, Object[].class))
                    .bindTo(method).asCollector(Object[].class, arguments.length);
            Class<?> returns = platform.dword == 8 ? long.class : int.class;
            m = m.asType(MethodType.methodType(returns, arguments));
            var layouts = Arrays.stream(arguments).map(a -> a == long.class ? java.lang.foreign.ValueLayout.JAVA_LONG
                    : a == int.class ? java.lang.foreign.ValueLayout.JAVA_INT : ADDRESS.withTargetLayout(
                            java.lang.foreign.MemoryLayout.sequenceLayout(1 << 20, JAVA_BYTE)))
                    .toArray(java.lang.foreign.MemoryLayout[]::new);
            entries.put(name, Linker.nativeLinker().upcallStub(m, FunctionDescriptor.of(returnsLayout(), layouts), Arena.global()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private int call(String method, Object[] a) {
        return switch (method) {
            case "establish" -> establish(at(a[3]));
            case "list" -> list(at(a[2]), at(a[3]));
            case "watch" -> watch(number(a[1]), at(a[2]), (int) number(a[3]));
            case "cancel" -> cancel();
            case "connect" -> connect(at(a[1]).getString(0), number(a[2]), number(a[3]), at(a[4]), at(a[5]));
            case "reconnect" -> reconnect(number(a[2]), at(a[4]));
            case "disconnect" -> disconnect();
            case "begin" -> beginCode;
            case "transmit" -> transmit(number(a[0]), at(a[1]), at(a[2]), number(a[3]), at(a[5]), at(a[6]));
            case "control" -> control(number(a[1]), at(a[2]), number(a[3]), at(a[4]), at(a[6]));
            case "status" -> status(at(a[5]), at(a[6]));
            default -> Pcsc.SUCCESS;
        };
    }

    private static MemorySegment at(Object argument) {
        return (MemorySegment) argument;
    }

    private static long number(Object argument) {
        return argument instanceof Integer i ? Integer.toUnsignedLong(i) : (Long) argument;
    }

    private void dword(MemorySegment s, long offset, long value) {
        if (platform.dword == 8) {
            s.set(JAVA_LONG_UNALIGNED, offset, value);
        } else {
            s.set(JAVA_INT_UNALIGNED, offset, (int) value);
        }
    }

    private long dword(MemorySegment s, long offset) {
        return platform.dword == 8 ? s.get(JAVA_LONG_UNALIGNED, offset) : Integer.toUnsignedLong(s.get(JAVA_INT_UNALIGNED, offset));
    }

    private void putHandle(MemorySegment s, long value) {
        if (platform.handle == 8) {
            s.set(JAVA_LONG_UNALIGNED, 0, value);
        } else {
            s.set(JAVA_INT_UNALIGNED, 0, (int) value);
        }
    }

    /** Something happened to the readers. */
    void plug(String name) {
        synchronized (change) {
            slots.put(name, new Slot());
            changed();
        }
    }

    void unplug(String name) {
        synchronized (change) {
            slots.remove(name);
            changed();
        }
    }

    void insert(String name, String atr) {
        synchronized (change) {
            slots.get(name).atr = Hex.parse(atr);
            slots.get(name).events++;
            changed();
        }
    }

    void fail(int code) {
        synchronized (change) {
            watchCode = code;
            changed();
        }
    }

    private void changed() {
        generation++;
        change.notifyAll();
    }

    private int establish(MemorySegment context) {
        putHandle(context, 5);
        return establishCode;
    }

    private int list(MemorySegment text, MemorySegment length) {
        synchronized (change) {
            if (slots.isEmpty()) {
                return Pcsc.E_NO_READERS_AVAILABLE;
            }
            if (text.address() != 0 && lateReader.isPresent()) {
                slots.put(lateReader.get(), new Slot());
                lateReader = Optional.empty();
            }
            byte[] all = (String.join("\0", slots.keySet()) + "\0\0").getBytes(StandardCharsets.UTF_8);
            long room = dword(length, 0);
            dword(length, 0, all.length);
            if (text.address() != 0) {
                if (room < all.length) {
                    return Pcsc.E_INSUFFICIENT_BUFFER;
                }
                MemorySegment.copy(all, 0, text, JAVA_BYTE, 0, all.length);
            }
            return Pcsc.SUCCESS;
        }
    }

    private int watch(long timeout, MemorySegment states, int count) {
        if (count > mostStates) {
            return Pcsc.E_INVALID_PARAMETER;
        }
        long until = System.nanoTime() + (timeout == Pcsc.FOREVER ? Long.MAX_VALUE / 2 : timeout * 1_000_000);
        synchronized (change) {
            while (true) {
                if (cancelled) {
                    cancelled = false;
                    return Pcsc.E_CANCELLED;
                }
                if (watchCode != Pcsc.SUCCESS) {
                    return watchCode;
                }
                boolean differs = false;
                for (int i = 0; i < count; i++) {
                    differs |= fill(states.asSlice((long) i * platform.stateSize, platform.stateSize));
                }
                if (differs) {
                    return Pcsc.SUCCESS;
                }
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return Pcsc.E_TIMEOUT;
                }
                try {
                    change.wait(Math.min(left, 60_000));
                } catch (InterruptedException _) {
                    return Pcsc.E_CANCELLED;
                }
            }
        }
    }

    private boolean fill(MemorySegment s) {
        String name = MemorySegment.ofAddress(s.get(JAVA_LONG_UNALIGNED, 0)).reinterpret(1024).getString(0);
        long known = dword(s, platform.currentState);
        long eventAt = platform.eventState;
        long now;
        if (name.equals(Pcsc.NEW_READERS)) {
            now = (long) generation << 16;
        } else {
            Slot slot = slots.get(name);
            if (slot == null) {
                dword(s, eventAt, Pcsc.STATE_CHANGED | Pcsc.STATE_UNKNOWN);
                return true;
            }
            now = (long) slot.events << 16 | (slot.atr.length > 0 ? PRESENT : 0x10);
            dword(s, platform.atrLength, slot.atr.length);
            MemorySegment.copy(slot.atr, 0, s, JAVA_BYTE, platform.atr, slot.atr.length);
        }
        boolean differs = now != (known & ~Pcsc.STATE_CHANGED);
        dword(s, eventAt, now | (differs ? Pcsc.STATE_CHANGED : 0));
        return differs;
    }

    private int cancel() {
        synchronized (change) {
            cancelled = true;
            changed();
        }
        return Pcsc.SUCCESS;
    }

    private int connect(String name, long share, long protocols, MemorySegment handle, MemorySegment chosen) {
        calls.add("connect " + name);
        if (share == Pcsc.SHARE_DIRECT != (protocols == 0)) {
            return Pcsc.E_INVALID_VALUE;
        }
        putHandle(handle, CARD);
        dword(chosen, 0, protocol);
        return connectCode;
    }

    private int disconnect() {
        calls.add("disconnect");
        return Pcsc.SUCCESS;
    }

    private int reconnect(long initialization, MemorySegment chosen) {
        calls.add("reconnect " + initialization);
        dword(chosen, 0, protocol);
        beginCode = Pcsc.SUCCESS;
        transmitCode = Pcsc.SUCCESS;
        return reconnectCode;
    }

    private int transmit(long handle, MemorySegment pci, MemorySegment out, long length, MemorySegment in, MemorySegment inLength) {
        String command = Hex.of(out.asSlice(0, length).toArray(JAVA_BYTE));
        sent.add(command);
        if (handle != CARD || dword(pci, 0) != protocol || dword(pci, platform.ioRequestLength) != platform.ioRequestSize) {
            return Pcsc.E_INVALID_PARAMETER;
        }
        byte[] answer = Hex.parse(card.apply(command));
        if (dword(inLength, 0) < answer.length) {
            return Pcsc.E_INSUFFICIENT_BUFFER;
        }
        MemorySegment.copy(answer, 0, in, JAVA_BYTE, 0, answer.length);
        dword(inLength, 0, answer.length);
        return transmitCode;
    }

    private int control(long code, MemorySegment in, long length, MemorySegment out, MemorySegment outLength) {
        String request = Long.toHexString(code).toUpperCase(java.util.Locale.ROOT) + ":" + Hex.of(in.asSlice(0, length).toArray(JAVA_BYTE));
        calls.add("control " + request);
        byte[] answer = Hex.parse(reader.apply(request));
        if (controlCode != Pcsc.SUCCESS) {
            return controlCode;
        }
        MemorySegment.copy(answer, 0, out, JAVA_BYTE, 0, answer.length);
        dword(outLength, 0, answer.length);
        return Pcsc.SUCCESS;
    }

    private int status(MemorySegment atr, MemorySegment length) {
        calls.add("status");
        synchronized (change) {
            if (statusCode != Pcsc.SUCCESS) {
                return statusCode;
            }
            byte[] bytes = new ArrayList<>(slots.values()).getFirst().atr;
            MemorySegment.copy(bytes, 0, atr, JAVA_BYTE, 0, bytes.length);
            dword(length, 0, bytes.length);
            return Pcsc.SUCCESS;
        }
    }
}
