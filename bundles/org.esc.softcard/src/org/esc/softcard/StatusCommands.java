// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Registry.Application;
import org.esc.softcard.Registry.LoadFile;

/** The registry and the life cycles in it: GET STATUS and SET STATUS (GlobalPlatform 2.1.1 §9.4.2, §9.9). */
final class StatusCommands {

    private static final int CHUNK = 240;
    private static final int ISSUER_PRIVILEGES = 0x9EFE80;

    private final Domains domains;
    private final Registry registry;
    private List<byte[]> left = List.of();

    StatusCommands(Domains domains) {
        this.domains = domains;
        registry = domains.registry();
    }

    void reset() {
        left = List.of();
    }

    ResponseApdu set(CommandApdu c) throws CardRefusal {
        switch (c.p1()) {
            case 0x80 -> cardStatus(c.p2());
            case 0x40 -> {
                Aid aid = Fields.aid(c.data());
                Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
                // only the lock bit is the card manager's to set, and only that is looked at: the rest is the application's own
                int state = a.state() & 0x7F | c.p2() & 0x80;
                if (state == a.state()) {
                    throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
                }
                registry.replace(a.withState(state));
            }
            default -> throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        domains.save();
        return ResponseApdu.ok();
    }

    /** The card's own way, forwards; only locking can be undone (GlobalPlatform 2.1.1 figure 5-1). */
    private void cardStatus(int wanted) throws CardRefusal {
        int now = registry.state;
        boolean legal = switch (wanted) {
            case Registry.INITIALIZED -> now == Registry.OP_READY;
            case Registry.SECURED -> now == Registry.INITIALIZED || now == Registry.CARD_LOCKED;
            case Registry.CARD_LOCKED -> now == Registry.SECURED;
            case Registry.TERMINATED -> true;
            default -> throw new CardRefusal(Sw.WRONG_P1_P2);
        };
        if (!legal) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        registry.state = wanted;
    }

    ResponseApdu get(CommandApdu c) throws CardRefusal {
        boolean tlv = (c.p2() & 0x02) != 0;
        if ((c.p2() & ~0x03) != 0 || c.p1() != 0x80 && c.p1() != 0x40 && c.p1() != 0x20 && c.p1() != 0x10) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if ((c.p2() & 0x01) == 0) {
            var f = new Fields(c.data());
            if (f.next() != 0x4F) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            left = entries(c.p1(), f.block(), tlv);
        }
        if (left.isEmpty()) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        var out = new ByteArrayOutputStream();
        int n = 0;
        while (n < left.size() && (n == 0 || out.size() + left.get(n).length <= CHUNK)) {
            out.writeBytes(left.get(n++));
        }
        left = List.copyOf(left.subList(n, left.size()));
        return ResponseApdu.of(out.toByteArray(), left.isEmpty() ? 0x9000 : Sw.MORE_DATA);
    }

    /** Each entry by itself, so that an answer is never cut within one. A domain that is not the issuer's sees what belongs to it. */
    private List<byte[]> entries(int kind, byte[] prefix, boolean tlv) {
        var list = new ArrayList<RegistryEntry>();
        switch (kind) {
            case 0x80 -> {
                if (domains.isIssuer()) {
                    list.add(new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, domains.issuerName(), registry.state, new Privileges(old()
                            ? ISSUER_PRIVILEGES & 0xFF0000 : ISSUER_PRIVILEGES), Optional.empty(), home(Optional.empty()), Optional.empty(),
                            List.of(), List.of()));
                }
            }
            case 0x40 -> registry.applications.stream().filter(a -> domains.sees(a.domain()) || a.aid().equals(domains.selected())).forEach(a -> list.add(
                    new RegistryEntry(RegistryEntry.Kind.APPLICATION, a.aid(), a.state(), new Privileges(a.privileges()),
                            old() ? Optional.empty() : Optional.of(a.loadFile()), home(a.domain()), Optional.empty(), List.of(),
                            List.of())));
            default -> registry.loadFiles.stream().filter(l -> domains.sees(l.domain())).forEach(l -> list.add(new RegistryEntry(
                    kind == 0x10 ? RegistryEntry.Kind.LOAD_FILE_MODULES : RegistryEntry.Kind.LOAD_FILE, l.aid(), 0x01, Privileges.NONE,
                    Optional.empty(), home(l.domain()), old() ? Optional.empty() : l.version().map(v -> String.format("%04X", v)),
                    List.of(), kind == 0x10 ? modules(l) : List.of())));
        }
        return list.stream().filter(e -> e.aid().startsWith(prefix)).map(e -> RegistryEntry.encode(List.of(e), tlv)).toList();
    }

    /** True for a card of the time before GlobalPlatform 2.2, which tells neither domains nor load files. */
    private boolean old() {
        return registry.scp.protocol() == 1;
    }

    private Optional<Aid> home(Optional<Aid> domain) {
        return old() ? Optional.empty() : domain.or(() -> Optional.of(domains.issuerName()));
    }

    private List<Aid> modules(LoadFile l) {
        return !l.modules().isEmpty() ? l.modules()
                : registry.applications.stream().filter(a -> a.loadFile().equals(l.aid())).map(Application::module).distinct().toList();
    }
}
