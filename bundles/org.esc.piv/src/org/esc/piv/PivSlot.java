// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A place for a private key and its certificate (SP 800-73-4 part 1, table 4b). */
public enum PivSlot {
    /** PIV Authentication. */
    AUTHENTICATION(0x9A, 0x5FC105, 0x0101, "PIV Authentication"),
    /** Digital Signature. */
    SIGNATURE(0x9C, 0x5FC10A, 0x0100, "Digital Signature"),
    /** Key Management. */
    KEY_MANAGEMENT(0x9D, 0x5FC10B, 0x0102, "Key Management"),
    /** Card Authentication. */
    CARD_AUTHENTICATION(0x9E, 0x5FC101, 0x0500, "Card Authentication"),
    /** Retired key management key 1. */
    RETIRED_1(1),
    /** Retired key management key 2. */
    RETIRED_2(2),
    /** Retired key management key 3. */
    RETIRED_3(3),
    /** Retired key management key 4. */
    RETIRED_4(4),
    /** Retired key management key 5. */
    RETIRED_5(5),
    /** Retired key management key 6. */
    RETIRED_6(6),
    /** Retired key management key 7. */
    RETIRED_7(7),
    /** Retired key management key 8. */
    RETIRED_8(8),
    /** Retired key management key 9. */
    RETIRED_9(9),
    /** Retired key management key 10. */
    RETIRED_10(10),
    /** Retired key management key 11. */
    RETIRED_11(11),
    /** Retired key management key 12. */
    RETIRED_12(12),
    /** Retired key management key 13. */
    RETIRED_13(13),
    /** Retired key management key 14. */
    RETIRED_14(14),
    /** Retired key management key 15. */
    RETIRED_15(15),
    /** Retired key management key 16. */
    RETIRED_16(16),
    /** Retired key management key 17. */
    RETIRED_17(17),
    /** Retired key management key 18. */
    RETIRED_18(18),
    /** Retired key management key 19. */
    RETIRED_19(19),
    /** Retired key management key 20. */
    RETIRED_20(20),
    /** Yubico: the key that signs attestations. */
    ATTESTATION(0xF9, 0x5FFF01, 0, "Attestation");

    private final int reference;
    private final int tag;
    private final int container;
    private final String label;

    PivSlot(int retired) {
        this(0x81 + retired, 0x5FC10C + retired, 0x1000 + retired, "Retired Key Management " + retired);
    }

    PivSlot(int reference, int tag, int container, String label) {
        this.reference = reference;
        this.tag = tag;
        this.container = container;
        this.label = label;
    }

    /** The slot with a key reference. */
    public static Optional<PivSlot> of(int reference) {
        return Arrays.stream(values()).filter(s -> s.reference == reference).findFirst();
    }

    /** The slot that people call so: "9a". */
    public static Optional<PivSlot> named(String id) {
        return Arrays.stream(values()).filter(s -> s.id().equals(id.toLowerCase(Locale.ROOT))).findFirst();
    }

    /** Key reference, one byte. */
    public int reference() {
        return reference;
    }

    /** The key reference in two lower-case hexadecimal digits. */
    public String id() {
        return Integer.toHexString(reference);
    }

    /** The slot's name in words. */
    public String label() {
        return label;
    }

    /** Where its certificate lies. */
    public PivObject object() {
        return new PivObject(tag, container, this == ATTESTATION ? "Attestation certificate" : "Certificate for " + label,
                PivObject.Kind.CERTIFICATE, false);
    }

    /** True for the twenty that keep old key management keys. */
    public boolean isRetired() {
        return reference >= 0x82 && reference <= 0x95;
    }
}
