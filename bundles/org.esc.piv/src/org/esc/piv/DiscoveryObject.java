// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * The discovery object (SP 800-73-4 part 1 §3.3.2): which PINs the card has and which comes first.
 *
 * @param application AID that it names, 5–16 bytes; no bytes if missing
 * @param policy      first byte of the PIN usage policy: 40 application PIN, 20 global PIN, 10 on-card comparison, 08 virtual contact interface,
 *                    04 pairing code not needed for it; empty if missing
 * @param preferred   second byte: 10 the application's PIN comes first, 20 the global one, 00 where there is no choice
 */
public record DiscoveryObject(byte[] application, Optional<Integer> policy, int preferred) {

    private static final Words WORDS = Words.of(DiscoveryObject.class);

    /** Tag of the AID. */
    public static final int AID = 0x4F;
    /** Tag of the PIN usage policy. */
    public static final int POLICY = 0x5F2F;

    private static final int APPLICATION_PIN = 0x40;
    private static final int GLOBAL_PIN = 0x20;
    private static final int ON_CARD = 0x10;
    private static final int VIRTUAL = 0x08;
    private static final int NO_PAIRING = 0x04;
    private static final int PREFER_APPLICATION = 0x10;
    private static final int PREFER_GLOBAL = 0x20;

    public DiscoveryObject {
        application = application.clone();
    }

    @Override
    public byte[] application() {
        return application.clone();
    }

    /** Reads what tag 7E holds. @throws CardException if it is no sequence of data objects */
    public static DiscoveryObject parse(byte[] content) throws CardException {
        try {
            List<Tlv> all = Tlv.parseAll(content);
            Optional<byte[]> policy = PivTlv.value(all, POLICY).filter(p -> p.length > 0);
            return new DiscoveryObject(PivTlv.value(all, AID).orElse(new byte[0]), policy.map(p -> p[0] & 0xFF),
                    policy.filter(p -> p.length > 1).map(p -> p[1] & 0xFF).orElse(0));
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("read the Discovery Object"), e);
        }
    }

    /** True if the application's own PIN satisfies access rules; so it is on a card without this object, too. */
    public boolean hasApplicationPin() {
        return policy.isEmpty() || (policy.get() & APPLICATION_PIN) != 0;
    }

    /** True if the global PIN does. */
    public boolean hasGlobalPin() {
        return policy.isPresent() && (policy.get() & GLOBAL_PIN) != 0;
    }

    /** True if the global PIN is the one to ask for. */
    public boolean prefersGlobalPin() {
        return hasGlobalPin() && (preferred == PREFER_GLOBAL || !hasApplicationPin());
    }

    /** What it says, in words. */
    public String inWords() {
        if (policy.isEmpty()) {
            return WORDS.say("no PIN usage policy");
        }
        var words = new ArrayList<String>();
        if (hasApplicationPin()) {
            words.add(WORDS.say("application PIN"));
        }
        if (hasGlobalPin()) {
            words.add(WORDS.say("global PIN"));
        }
        if ((policy.get() & ON_CARD) != 0) {
            words.add(WORDS.say("on-card comparison"));
        }
        if ((policy.get() & VIRTUAL) != 0) {
            words.add((policy.get() & NO_PAIRING) != 0 ? WORDS.say("virtual contact interface without pairing code") : WORDS.say("virtual contact interface"));
        }
        String all = words.isEmpty() ? WORDS.say("no PIN") : String.join(", ", words);
        return !hasApplicationPin() || !hasGlobalPin() ? all : prefersGlobalPin() ? WORDS.say("{0}; the global PIN comes first", all)
                : WORDS.say("{0}; the application PIN comes first", all);
    }

    /** What contradicts itself or the standard, in words. */
    public List<String> faults() {
        var faults = new ArrayList<String>();
        if (application.length == 0) {
            faults.add(WORDS.say("The discovery object does not name the application."));
        } else if (!org.esc.apdu.Hex.of(application).startsWith(PivIns.ANY_VERSION.toString())) {
            faults.add(WORDS.say("The discovery object names another application, {0}.", org.esc.apdu.Hex.of(application)));
        }
        if (policy.isEmpty()) {
            faults.add(WORDS.say("The discovery object has no PIN usage policy."));
            return faults;
        }
        if ((policy.get() & APPLICATION_PIN) == 0) {
            faults.add(WORDS.say("The discovery object says that the card has no application PIN, which every PIV card has."));
        }
        if ((policy.get() & 0x83) != 0) {
            faults.add(WORDS.say("The discovery object's PIN usage policy sets bits that have no meaning ({0}).", org.esc.apdu.Hex.of(policy.get())));
        }
        if (hasGlobalPin() && preferred != PREFER_APPLICATION && preferred != PREFER_GLOBAL) {
            faults.add(WORDS.say("The discovery object offers two PINs but does not say which comes first ({0}).", org.esc.apdu.Hex.of(preferred)));
        }
        if (!hasGlobalPin() && preferred != 0) {
            faults.add(WORDS.say("The discovery object prefers one PIN ({0}) although there is no choice.", org.esc.apdu.Hex.of(preferred)));
        }
        return faults;
    }
}
