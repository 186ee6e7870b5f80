// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Words;

/** The three places for key pairs, and the tags of all that belongs to each (OpenPGP card 3.4.1 §4.4.1). */
public enum KeySlot {
    /** Signs. */
    SIGN("sig", 0xB6, 2),
    /** Decrypts or agrees on secrets. */
    DECRYPT("dec", 0xB8, 1),
    /** Authenticates its holder. */
    AUTHENTICATE("aut", 0xA4, 0);

    private static final Words WORDS = Words.of(KeySlot.class);

    private final String id;
    private final int reference;
    private final int certificate;

    KeySlot(String id, int reference, int certificate) {
        this.id = id;
        this.reference = reference;
        this.certificate = certificate;
    }

    /** "sig", "dec" or "aut". */
    public String id() {
        return id;
    }

    /** "signature", "decryption" or "authentication", to stand before "key". */
    public String words() {
        return switch (this) {
            case SIGN -> WORDS.say("signature");
            case DECRYPT -> WORDS.say("decryption");
            case AUTHENTICATE -> WORDS.say("authentication");
        };
    }

    /** What the specification calls the key, before the word "key"; the same in every language. */
    String standard() {
        return switch (this) {
            case SIGN -> "signature";
            case DECRYPT -> "decryption";
            case AUTHENTICATE -> "authentication";
        };
    }

    /** Tag of the control reference template that names the key: B6, B8 or A4. */
    public int reference() {
        return reference;
    }

    /** Number of the key in key references and in the key information, 1 to 3. */
    public int number() {
        return ordinal() + 1;
    }

    /** Which of the objects 7F21 is its certificate, 0 to 2 (§7.2.5: authentication, decryption, signature). */
    public int certificate() {
        return certificate;
    }

    /** Tag of the algorithm attributes. */
    public int attributes() {
        return 0xC1 + ordinal();
    }

    /** Tag of the fingerprint. */
    public int fingerprint() {
        return 0xC7 + ordinal();
    }

    /** Tag of the CA fingerprint of the same number. */
    public int caFingerprint() {
        return 0xCA + ordinal();
    }

    /** Tag of the date of generation. */
    public int date() {
        return 0xCE + ordinal();
    }

    /** Tag of the user interaction flag. */
    public int interaction() {
        return 0xD6 + ordinal();
    }

    /** The slot with an {@link #id}. */
    public static Optional<KeySlot> of(String id) {
        return Arrays.stream(values()).filter(s -> s.id.equals(id)).findFirst();
    }
}
