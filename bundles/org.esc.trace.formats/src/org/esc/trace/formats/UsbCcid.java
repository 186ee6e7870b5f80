// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat.Sink;

/**
 * Exchanges in captures of USB: CCID messages (USB device class specification for integrated circuit cards, revision 1.1) on bulk
 * endpoints. Readers at the level of APDUs, of extended APDUs in pieces, and of TPDUs, whose blocks of T=1 (ISO/IEC 7816-3 §11) are put
 * together.
 */
final class UsbCcid {

    private static final Words WORDS = Words.of(UsbCcid.class);

    private static final int LINUX = 189;
    private static final int LINUX_MMAPPED = 220;
    private static final int USBPCAP = 249;
    private static final int BULK = 3;
    private static final int CONTROL = 2;
    private static final int MESSAGE = 10;
    private static final int MOST_BYTES = 1 << 17;

    /** PCB of the S-block that begins to count anew. */
    private static final int RESYNCH = 0xC0;
    private static final int POWER_ON = 0x62;
    private static final int POWER_OFF = 0x63;
    private static final int XFR_BLOCK = 0x6F;
    private static final int SET_PARAMETERS = 0x61;
    private static final int SECURE = 0x69;
    private static final int DATA_BLOCK = 0x80;
    private static final int SLOT_STATUS = 0x81;
    private static final int PARAMETERS = 0x82;
    private static final int FEATURE_TPDU = 0x0001_0000;
    private static final int FEATURE_APDU = 0x0006_0000;

    private final Sink sink;
    private final Exchanges.Sessions sessions = new Exchanges.Sessions();
    private final Map<String, Device> devices = new HashMap<>();

    UsbCcid(Sink sink) {
        this.sink = sink;
    }

    static boolean isUsb(int linkType) {
        return linkType == LINUX || linkType == LINUX_MMAPPED || linkType == USBPCAP;
    }

    /** A reader. */
    private static final class Device {
        private final String place;
        private final Map<Integer, Slot> slots = new HashMap<>();
        private byte[] out = {};
        private byte[] in = {};
        private String product = "";
        private int features;

        Device(String place) {
            this.place = place;
        }

        String name(int slot) {
            return "USB " + place + (product.isEmpty() ? "" : " (" + product + ")") + (slot == 0 ? "" : " slot " + slot);
        }
    }

    /** A slot of a reader, and what is going on there. */
    private static final class Slot {
        private final Exchanges exchanges;
        private int asked;
        private Optional<Instant> time = Optional.empty();
        private Masked command = Masked.none();
        private Masked response = Masked.none();
        private boolean t1;
        private int lastSent = -1;
        private int lastGot = -1;
        private boolean sentAll;
        private boolean begun;

        Slot(Exchanges exchanges) {
            this.exchanges = exchanges;
        }

        void forget() {
            command = Masked.none();
            response = Masked.none();
            begun = false;
        }
    }

    void packet(CaptureFile.Packet p) throws EscException, Unreadable {
        byte[] d = p.data();
        boolean windows = p.from().linkType() == USBPCAP;
        int header = windows ? d.length < 27 ? 27 : le16(d, 0) : p.from().linkType() == LINUX ? 48 : 64;
        if (d.length < header || windows && header < 27) {
            throw new Unreadable(1, WORDS.say("a USB packet is cut short"));
        }
        boolean big = false;
        int transfer;
        String place;
        boolean in;
        boolean completes;
        if (windows) {
            transfer = d[22];
            place = le16(d, 17) + "." + le16(d, 19);
            in = (d[21] & 0x80) != 0;
            completes = (d[16] & 1) != 0;
        } else {
            transfer = d[9];
            big = d[12] == 0 && d[13] != 0;
            place = (big ? d[13] & 0xFF : le16(d, 12)) + "." + (d[11] & 0xFF);
            in = (d[10] & 0x80) != 0;
            completes = d[8] == 'C';
        }
        if (in != completes) {
            return;
        }
        Device device = devices.computeIfAbsent(place, Device::new);
        byte[] data = Arrays.copyOfRange(d, header, d.length);
        if (transfer == CONTROL && in) {
            descriptors(device, data);
        } else if (transfer == BULK && data.length > 0) {
            if (p.length() > d.length) {
                throw new Unreadable(1, WORDS.say("a USB packet was not captured whole"));
            }
            bulk(device, data, in, p.time());
        }
    }

    private static int le16(byte[] d, int at) {
        return d[at] & 0xFF | (d[at + 1] & 0xFF) << 8;
    }

    private static int le32(byte[] d, int at) {
        return le16(d, at) | le16(d, at + 2) << 16;
    }

    /** Device and configuration descriptors that pass by (USB 2.0 §9.6; CCID §5.1). */
    private static void descriptors(Device device, byte[] d) {
        int at = 0;
        while (at + 2 <= d.length && (d[at] & 0xFF) >= 2 && at + (d[at] & 0xFF) <= d.length) {
            int n = d[at] & 0xFF;
            if (d[at + 1] == 1 && n == 18) {
                device.product = String.format("%04X:%04X", le16(d, at + 8), le16(d, at + 10));
            } else if (d[at + 1] == 0x21 && n == 0x36) {
                device.features = le32(d, at + 40);
            }
            at += n;
        }
    }

    private void bulk(Device device, byte[] data, boolean in, Optional<Instant> time) throws EscException, Unreadable {
        byte[] before = in ? device.in : device.out;
        byte[] all = Arrays.copyOf(before, before.length + data.length);
        System.arraycopy(data, 0, all, before.length, data.length);
        int at = 0;
        Optional<Unreadable> first = Optional.empty();
        while (all.length - at >= MESSAGE) {
            int type = all[at] & 0xFF;
            int n = le32(all, at + 1);
            if (!isMessage(type, in) || n < 0 || n > MOST_BYTES) {
                // another class of device, or we came in the middle
                at = all.length;
                break;
            }
            if (all.length - at < MESSAGE + n) {
                break;
            }
            byte[] m = Arrays.copyOfRange(all, at, at + MESSAGE + n);
            at += MESSAGE + n;
            try {
                if (in) {
                    got(device, slot(device, m[5] & 0xFF), m, time);
                } else {
                    sent(device, slot(device, m[5] & 0xFF), m, time);
                }
            } catch (Unreadable e) {
                first = first.or(() -> Optional.of(e));
            }
        }
        byte[] rest = Arrays.copyOfRange(all, at, all.length);
        if (in) {
            device.in = rest;
        } else {
            device.out = rest;
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }

    private static boolean isMessage(int type, boolean in) {
        return in ? type >= DATA_BLOCK && type <= 0x84 : type >= SET_PARAMETERS && type <= 0x73;
    }

    private Slot slot(Device device, int number) {
        return device.slots.computeIfAbsent(number, _ -> new Slot(new Exchanges(sink, Origin.other("USB"), sessions)));
    }

    // ---- to the reader

    private static void sent(Device device, Slot s, byte[] m, Optional<Instant> time) throws EscException, Unreadable {
        s.asked = m[0] & 0xFF;
        byte[] data = Arrays.copyOfRange(m, MESSAGE, m.length);
        switch (s.asked) {
            case POWER_ON, POWER_OFF -> {
                s.exchanges.connected();
                s.exchanges.reader(device.name(m[5] & 0xFF));
                s.forget();
                s.lastSent = -1;
                s.lastGot = -1;
                s.t1 = false;
            }
            case XFR_BLOCK -> {
                s.exchanges.reader(device.name(m[5] & 0xFF));
                block(device, s, data, le16(m, 8), time);
            }
            case SECURE -> secure(s, data, time);
            default -> {
                // parameters, clock, the reader's own
            }
        }
    }

    private static void block(Device device, Slot s, byte[] data, int level, Optional<Instant> time) throws EscException, Unreadable {
        if (isT1(device, s, data)) {
            if ((data[1] & 0xFF) == RESYNCH) {
                s.lastSent = -1;
                s.lastGot = -1;
            } else if ((data[1] & 0x80) == 0 && (data[1] & 0x40) >> 6 != s.lastSent) {
                s.lastSent = (data[1] & 0x40) >> 6;
                begin(s, s.sentAll || !s.begun, time);
                s.command = s.command.join(Masked.open(Arrays.copyOfRange(data, 3, data.length - 1)));
                s.sentAll = (data[1] & 0x20) == 0;
                if (s.sentAll) {
                    s.exchanges.command(s.command, s.time, 1);
                }
            }
            return;
        }
        // how an extended APDU is cut: 0 whole, 1 begins, 2 ends, 3 goes on, 16 the answer goes on (CCID §6.1.4)
        if (level == 0x10) {
            return;
        }
        begin(s, level == 0 || level == 1, time);
        s.command = s.command.join(Masked.open(data));
        if (level == 0 || level == 2) {
            s.exchanges.command(s.command, s.time, 1);
        }
    }

    private static void begin(Slot s, boolean begins, Optional<Instant> time) {
        if (begins) {
            s.forget();
            s.begun = true;
            s.time = time;
        }
    }

    /** True if it is a block of T=1 with a right checksum, to or from a reader that leaves the protocol to the computer. */
    private static boolean isT1(Device device, Slot s, byte[] d) {
        boolean apdus = (device.features & FEATURE_APDU) != 0;
        if (apdus || d.length < 4 || (d[2] & 0xFF) != d.length - 4) {
            return false;
        }
        int check = 0;
        for (byte b : d) {
            check ^= b;
        }
        boolean t1 = check == 0 && (s.t1 || (device.features & FEATURE_TPDU) != 0 || d[0] == 0);
        s.t1 |= t1;
        return t1;
    }

    /** A PIN that is entered at the reader: the command is what the reader fills in (CCID §6.1.11). */
    private static void secure(Slot s, byte[] d, Optional<Instant> time) throws EscException, Unreadable {
        int at = d.length == 0 ? 0 : switch (d[0]) {
            case 0 -> 15;
            // verification and change; a change names one to three messages
            case 1 -> d.length < 12 ? d.length : 17 + Math.clamp(d[10], 1, 3);
            default -> d.length;
        };
        if (at >= d.length) {
            s.exchanges.lostCommand();
            throw new Unreadable(1, WORDS.say("a PIN entry without a command"));
        }
        s.forget();
        s.exchanges.command(Masked.of(Arrays.copyOfRange(d, at, d.length), 5, d.length), time, 1);
    }

    // ---- from the reader

    private static void got(Device device, Slot s, byte[] m, Optional<Instant> time) throws EscException, Unreadable {
        int status = m[7] >> 6 & 3;
        if (status == 2) {
            // the card asks for more time
            return;
        }
        int asked = s.asked;
        byte[] data = Arrays.copyOfRange(m, MESSAGE, m.length);
        Optional<Duration> took = s.exchanges.sent().flatMap(b -> time.map(t -> Duration.between(b, t)));
        switch (m[0] & 0xFF) {
            case DATA_BLOCK -> {
                if (asked == POWER_ON) {
                    if (status == 0 && data.length >= 2 && data.length <= 33) {
                        s.exchanges.atr(Atr.of(data));
                    }
                } else if (status == 1) {
                    s.exchanges.failed(WORDS.say("the reader reports error {0}", Hex.of(m[8] & 0xFF)), took);
                } else if (asked == SECURE) {
                    s.exchanges.responseToPinEntry(Masked.open(answer(device, s, data)), took, 1);
                } else if (asked == XFR_BLOCK) {
                    answered(device, s, data, m[9] & 0xFF, took);
                }
            }
            case PARAMETERS -> {
                if (status == 0 && m[9] >= 0 && m[9] <= 1) {
                    s.exchanges.protocol("T=" + m[9]);
                }
            }
            case SLOT_STATUS -> {
                if (asked == XFR_BLOCK || asked == SECURE) {
                    s.exchanges.failed(WORDS.say("the reader reports error {0}", Hex.of(m[8] & 0xFF)), took);
                }
            }
            default -> {
                // what the reader's maker made up
            }
        }
    }

    private static byte[] answer(Device device, Slot s, byte[] data) {
        return isT1(device, s, data) && (data[1] & 0x80) == 0 ? Arrays.copyOfRange(data, 3, data.length - 1) : data;
    }

    private static void answered(Device device, Slot s, byte[] data, int chain, Optional<Duration> took) throws EscException, Unreadable {
        if (isT1(device, s, data)) {
            int pcb = data[1];
            if ((pcb & 0x80) == 0 && (pcb & 0x40) >> 6 != s.lastGot) {
                s.lastGot = (pcb & 0x40) >> 6;
                s.response = s.response.join(Masked.open(Arrays.copyOfRange(data, 3, data.length - 1)));
                if ((pcb & 0x20) == 0) {
                    complete(s, took);
                }
            }
            return;
        }
        // 0 whole, 1 begins, 2 ends, 3 goes on, 16 the command is to go on (CCID §6.2.1)
        if (chain == 0x10) {
            return;
        }
        s.response = chain == 0 || chain == 1 ? Masked.open(data) : s.response.join(Masked.open(data));
        if (chain == 0 || chain == 2) {
            complete(s, took);
        }
    }

    private static void complete(Slot s, Optional<Duration> took) throws EscException, Unreadable {
        Masked all = s.response;
        s.forget();
        s.exchanges.response(all, took, 1);
    }

    void end() throws EscException {
        for (Device d : devices.values()) {
            for (Slot s : d.slots.values()) {
                s.exchanges.flush();
            }
        }
    }
}
