// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A data object of the application (SP 800-73-4 part 1, tables 3 and 9).
 *
 * @param tag       as GET DATA names it, 1 to 3 bytes: {@code 0x5FC102}
 * @param container its number in the security object, 0 if it has none
 * @param label     its name in words
 * @param kind      what is in it
 * @param pin       true if it is read only after the PIN was verified
 */
public record PivObject(int tag, int container, String label, Kind kind, boolean pin) {

    /** What an object contains. */
    public enum Kind {
        /** Card Capability Container. */
        CCC,
        /** Card Holder Unique Identifier. */
        CHUID,
        /** A certificate. */
        CERTIFICATE,
        /** Fingerprint templates in a CBEFF structure. */
        FINGERPRINTS,
        /** A facial image in a CBEFF structure. */
        FACE,
        /** Iris images in a CBEFF structure. */
        IRIS,
        /** Printed information. */
        PRINTED,
        /** Hashes of the other objects, signed. */
        SECURITY,
        /** Discovery object. */
        DISCOVERY,
        /** Key history object. */
        KEY_HISTORY,
        /** Biometric information templates. */
        BIT_GROUP,
        /** Pairing code reference data. */
        PAIRING_CODE,
        /** What a management program of Yubico's or Microsoft's keeps. */
        VENDOR
    }

    /** Card Capability Container. */
    public static final PivObject CCC = new PivObject(0x5FC107, 0xDB00, "Card Capability Container", Kind.CCC, false);
    /** Card Holder Unique Identifier. */
    public static final PivObject CHUID = new PivObject(0x5FC102, 0x3000, "Card Holder Unique Identifier", Kind.CHUID, false);
    /** Cardholder Fingerprints. */
    public static final PivObject FINGERPRINTS = new PivObject(0x5FC103, 0x6010, "Cardholder Fingerprints", Kind.FINGERPRINTS, true);
    /** Security Object. */
    public static final PivObject SECURITY = new PivObject(0x5FC106, 0x9000, "Security Object", Kind.SECURITY, false);
    /** Cardholder Facial Image. */
    public static final PivObject FACE = new PivObject(0x5FC108, 0x6030, "Cardholder Facial Image", Kind.FACE, true);
    /** Printed Information. */
    public static final PivObject PRINTED = new PivObject(0x5FC109, 0x3001, "Printed Information", Kind.PRINTED, true);
    /** Discovery Object. */
    public static final PivObject DISCOVERY = new PivObject(0x7E, 0x6050, "Discovery Object", Kind.DISCOVERY, false);
    /** Key History Object. */
    public static final PivObject KEY_HISTORY = new PivObject(0x5FC10C, 0x6060, "Key History Object", Kind.KEY_HISTORY, false);
    /** Cardholder Iris Images. */
    public static final PivObject IRIS = new PivObject(0x5FC121, 0x1015, "Cardholder Iris Images", Kind.IRIS, true);
    /** Biometric Information Templates Group Template. */
    public static final PivObject BIT_GROUP =
            new PivObject(0x7F61, 0x1016, "Biometric Information Templates Group Template", Kind.BIT_GROUP, false);
    /** Certificate of the signer of secure messaging certificates. */
    public static final PivObject SM_SIGNER =
            new PivObject(0x5FC122, 0x1017, "Secure Messaging Certificate Signer", Kind.CERTIFICATE, false);
    /** Pairing Code Reference Data Container. */
    public static final PivObject PAIRING_CODE = new PivObject(0x5FC123, 0x1018, "Pairing Code Reference Data", Kind.PAIRING_CODE, true);
    /** Yubico: flags and salt of its PIV manager. */
    public static final PivObject ADMIN_DATA = new PivObject(0x5FFF00, 0, "PIV Manager data", Kind.VENDOR, false);
    /** Yubico: map of containers of its smart card minidriver. */
    public static final PivObject MSCMAP = new PivObject(0x5FFF10, 0, "Minidriver container map", Kind.VENDOR, false);

    /** All, in the order to show them. */
    public static final List<PivObject> ALL;

    static {
        var all = new ArrayList<>(List.of(DISCOVERY, CHUID, CCC, SECURITY, KEY_HISTORY, PRINTED, FACE, FINGERPRINTS, IRIS));
        for (PivSlot s : PivSlot.values()) {
            all.add(s.object());
        }
        all.addAll(List.of(BIT_GROUP, SM_SIGNER, PAIRING_CODE, ADMIN_DATA, MSCMAP));
        for (int i = 1; i <= 5; i++) {
            all.add(new PivObject(0x5FFF10 + i, 0, "Minidriver root certificates " + i, Kind.VENDOR, false));
        }
        ALL = List.copyOf(all);
    }

    /** The object with a tag. */
    public static Optional<PivObject> of(int tag) {
        return ALL.stream().filter(o -> o.tag == tag).findFirst();
    }

    /** The object with a number in the security object. */
    public static Optional<PivObject> ofContainer(int container) {
        return ALL.stream().filter(o -> o.container == container && container != 0).findFirst();
    }

    /** The tag in lower-case hexadecimal digits, as the application's users call the object. */
    public String id() {
        return Integer.toHexString(tag).toLowerCase(Locale.ROOT);
    }

    /** True for the two whose content is not wrapped in tag 53 (SP 800-73-4 part 2 §3.1.2). */
    public boolean bare() {
        return tag == 0x7E || tag == 0x7F61;
    }
}
