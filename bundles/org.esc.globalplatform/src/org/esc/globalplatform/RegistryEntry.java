// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * One entry of the card's registry, as GET STATUS lists it (GlobalPlatform 2.3.1 §11.4, Open Platform 2.0.1 §9.4). What a card does not
 * tell is empty: those before GlobalPlatform 2.2 tell neither domain nor load file.
 *
 * @param kind       what it is
 * @param aid        its AID
 * @param lifeCycle  state byte, see {@link #state}
 * @param privileges what it may do
 * @param loadFile   C4, the load file an application came from
 * @param domain     CC, the security domain it belongs to
 * @param version    CE, version of a load file, as hexadecimal text
 * @param implicit   CF, where it is selected without being asked for
 * @param modules    AIDs of the applet classes of a load file, when asked for
 */
public record RegistryEntry(Kind kind, Aid aid, int lifeCycle, Privileges privileges, Optional<Aid> loadFile, Optional<Aid> domain,
        Optional<String> version, List<Integer> implicit, List<Aid> modules) {

    private static final Words WORDS = Words.of(RegistryEntry.class);

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

    private static final int INSTALLED = 0x03;
    private static final int SECURITY_DOMAIN_PERSONALIZED = 0x0F;

    public RegistryEntry {
        implicit = List.copyOf(implicit);
        modules = List.copyOf(modules);
    }

    /** An entry as cards before GlobalPlatform 2.2 tell it, with the first privileges byte. */
    public RegistryEntry(Kind kind, Aid aid, int lifeCycle, int firstPrivileges, List<Aid> modules) {
        this(kind, aid, lifeCycle, new Privileges((firstPrivileges & 0xFF) << 16), Optional.empty(), Optional.empty(), Optional.empty(),
                List.of(), modules);
    }

    /** True for the issuer's and other security domains. */
    public boolean isSecurityDomain() {
        return kind == Kind.ISSUER_DOMAIN || kind == Kind.APPLICATION && privileges.isSecurityDomain();
    }

    /** True for an application that was locked. */
    public boolean isLocked() {
        return kind == Kind.APPLICATION && (lifeCycle & 0x80) != 0;
    }

    /** True if it is selected after a reset without being asked for. */
    public boolean isDefaultSelected() {
        return privileges.has(Privilege.CARD_RESET) || implicit.stream().anyMatch(i -> (i & 0xC0) != 0 && (i & 0x1F) == 0);
    }

    /** True for an application, or a domain, that was installed and not made selectable since. */
    public boolean isInstalledOnly() {
        return kind == Kind.APPLICATION && lifeCycle == INSTALLED;
    }

    /** Version of a load file as people write it, "1.2"; empty if not told. */
    public String versionText() {
        return version.filter(v -> v.length() == 4)
                .map(v -> Integer.parseInt(v.substring(0, 2), 16) + "." + Integer.parseInt(v.substring(2), 16)).or(() -> version)
                .orElse("");
    }

    /** The state in a word. */
    public String state() {
        return switch (kind) {
            case ISSUER_DOMAIN -> CardState.of(lifeCycle).map(RegistryEntry::words)
                    .orElse(WORDS.say("state {0}", String.format("%02X", lifeCycle)));
            case APPLICATION -> isLocked() ? WORDS.say("locked")
                    : switch (lifeCycle) {
                        case INSTALLED -> WORDS.say("installed");
                        case 0x07 -> WORDS.say("selectable");
                        case SECURITY_DOMAIN_PERSONALIZED -> WORDS.say("personalized");
                        default -> WORDS.say("state {0}", String.format("%02X", lifeCycle));
                    };
            default -> lifeCycle == 0x01 ? WORDS.say("loaded") : WORDS.say("state {0}", String.format("%02X", lifeCycle));
        };
    }

    private static String words(CardState state) {
        return switch (state) {
            case OP_READY -> WORDS.say("op ready");
            case INITIALIZED -> WORDS.say("initialized");
            case SECURED -> WORDS.say("secured");
            case CARD_LOCKED -> WORDS.say("card locked");
            case TERMINATED -> WORDS.say("terminated");
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
                    // cards that tell domains are of a time with three bytes of privileges
                    inner.add(Tlv.of(0xC5, e.domain.isPresent() ? e.privileges.three() : e.privileges.shortest()));
                }
                e.implicit.forEach(i -> inner.add(Tlv.of(0xCF, i.byteValue())));
                e.loadFile.ifPresent(a -> inner.add(Tlv.of(0xC4, a.bytes())));
                e.version.ifPresent(v -> inner.add(Tlv.of(0xCE, Hex.parse(v))));
                e.modules.forEach(m -> inner.add(Tlv.of(0x84, m.bytes())));
                e.domain.ifPresent(a -> inner.add(Tlv.of(0xCC, a.bytes())));
                out.writeBytes(Tlv.of(0xE3, inner).encoded());
            } else {
                Fields.lv(out, e.aid.bytes());
                out.write(e.lifeCycle);
                out.write(e.privileges.bits() >> 16);
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
                list.add(parse(kind, entry));
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

    private static RegistryEntry parse(Kind kind, Tlv entry) {
        Optional<Aid> aid = Optional.empty();
        int state = 0;
        Privileges privileges = Privileges.NONE;
        Optional<Aid> loadFile = Optional.empty();
        Optional<Aid> domain = Optional.empty();
        Optional<String> version = Optional.empty();
        var implicit = new ArrayList<Integer>();
        var modules = new ArrayList<Aid>();
        for (Tlv t : entry.children()) {
            byte[] v = t.value();
            switch (t.tag()) {
                case 0x4F -> aid = Optional.of(Aid.of(v));
                // some cards tell two bytes, the second one meaning the contactless side
                case 0x9F70 -> state = v.length > 0 ? v[0] & 0xFF : 0;
                case 0xC5 -> privileges = Privileges.of(v);
                case 0xC4 -> loadFile = aidIn(v);
                case 0xCC -> domain = aidIn(v);
                case 0xCE -> version = Optional.of(Hex.of(v));
                case 0xCF -> {
                    for (byte b : v) {
                        implicit.add(b & 0xFF);
                    }
                }
                case 0x84 -> modules.add(Aid.of(v));
                default -> {
                    // data objects of later versions
                }
            }
        }
        Aid name = aid.orElseThrow(() -> new IllegalArgumentException(WORDS.say("A registry entry has no AID")));
        return new RegistryEntry(kind, name, state, privileges, loadFile, domain, version, implicit, modules);
    }

    /** An AID that some cards leave empty, or write as some other note. */
    private static Optional<Aid> aidIn(byte[] v) {
        return v.length >= 5 && v.length <= 16 ? Optional.of(Aid.of(v)) : Optional.empty();
    }
}
