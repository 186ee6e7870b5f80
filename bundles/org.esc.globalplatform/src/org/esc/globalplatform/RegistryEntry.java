// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.Tlv;

/**
 * One entry of the card's registry, as GET STATUS lists it (GlobalPlatform 2.1.1 §9.4).
 *
 * @param kind       what it is
 * @param aid        its AID
 * @param lifeCycle  state byte, see {@link #state}
 * @param privileges first privileges byte
 * @param modules    AIDs of the applet classes of a load file, when asked for
 */
public record RegistryEntry(Kind kind, Aid aid, int lifeCycle, int privileges, List<Aid> modules) {

    /** The parts of the registry, with P1 of GET STATUS. */
    public enum Kind {
        /** The card manager. */
        ISSUER_DOMAIN(0x80),
        /** Applications and security domains. */
        APPLICATION(0x40),
        /** Load files. */
        LOAD_FILE(0x20),
        /** Load files with their modules. */
        LOAD_FILE_MODULES(0x10);

        private final int p1;

        Kind(int p1) {
            this.p1 = p1;
        }

        /** P1 of GET STATUS. */
        public int p1() {
            return p1;
        }
    }

    /** Instruction byte of GET STATUS. */
    public static final int INS = 0xF2;

    public RegistryEntry {
        modules = List.copyOf(modules);
    }

    /** The state in a word. */
    public String state() {
        return switch (kind) {
            case ISSUER_DOMAIN -> CardState.of(lifeCycle).map(s -> s.name().toLowerCase(java.util.Locale.ROOT)
                    .replace('_', ' '))
                    .orElse(String.format("state %02X", lifeCycle));
            case APPLICATION -> (lifeCycle & 0x80) != 0 ? "locked"
                    : switch (lifeCycle) {
                        case 0x03 -> "installed";
                        case 0x07 -> "selectable";
                        case 0x0F -> "personalized";
                        default -> String.format("state %02X", lifeCycle);
                    };
            default -> lifeCycle == 0x01 ? "loaded" : String.format("state %02X", lifeCycle);
        };
    }

    /**
     * Writes the entries as an answer to GET STATUS.
     *
     * @param tlv P2 bit 2: data objects {@code E3} instead of plain fields
     */
    public static byte[] encode(List<RegistryEntry> entries, boolean tlv) {
        var out = new ByteArrayOutputStream();
        for (RegistryEntry e : entries) {
            if (tlv) {
                var inner = new ArrayList<Tlv>();
                inner.add(Tlv.of(0x4F, e.aid.bytes()));
                inner.add(Tlv.of(0x9F70, (byte) e.lifeCycle));
                if (e.kind == Kind.ISSUER_DOMAIN || e.kind == Kind.APPLICATION) {
                    inner.add(Tlv.of(0xC5, (byte) e.privileges));
                }
                e.modules.forEach(m -> inner.add(Tlv.of(0x84, m.bytes())));
                out.writeBytes(Tlv.of(0xE3, inner).encoded());
            } else {
                Fields.lv(out, e.aid.bytes());
                out.write(e.lifeCycle);
                out.write(e.privileges);
                if (e.kind == Kind.LOAD_FILE_MODULES) {
                    out.write(e.modules.size());
                    e.modules.forEach(m -> Fields.lv(out, m.bytes()));
                }
            }
        }
        return out.toByteArray();
    }

    /** Reads an answer to GET STATUS. @throws IllegalArgumentException if it does not fit together */
    public static List<RegistryEntry> parse(Kind kind, byte[] answer, boolean tlv) {
        var list = new ArrayList<RegistryEntry>();
        if (tlv) {
            for (Tlv entry : Tlv.parseAll(answer)) {
                if (entry.tag() != 0xE3) {
                    continue;
                }
                Aid aid = null;
                int state = 0;
                int privileges = 0;
                var modules = new ArrayList<Aid>();
                for (Tlv t : entry.children()) {
                    byte[] v = t.value();
                    switch (t.tag()) {
                        case 0x4F -> aid = Aid.of(v);
                        case 0x9F70 -> state = v.length > 0 ? v[0] & 0xFF : 0;
                        case 0xC5 -> privileges = v.length > 0 ? v[0] & 0xFF : 0;
                        case 0x84 -> modules.add(Aid.of(v));
                        default -> {
                            // data objects of later versions
                        }
                    }
                }
                if (aid == null) {
                    throw new IllegalArgumentException("A registry entry has no AID");
                }
                list.add(new RegistryEntry(kind, aid, state, privileges, modules));
            }
        } else {
            var f = new Fields(answer);
            while (f.more()) {
                Aid aid = f.aid();
                int state = f.u1();
                int privileges = f.u1();
                var modules = new ArrayList<Aid>();
                if (kind == Kind.LOAD_FILE_MODULES) {
                    for (int n = f.u1(); n > 0; n--) {
                        modules.add(f.aid());
                    }
                }
                list.add(new RegistryEntry(kind, aid, state, privileges, modules));
            }
        }
        return List.copyOf(list);
    }
}
