// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.Words;

/** What the application can do (OpenPGP card 3.4.1 §4.4.3.7): ten bytes, fewer before version 2. Immutable. */
public final class ExtendedCapabilities {

    private static final Words WORDS = Words.of(ExtendedCapabilities.class);

    private static final int LENGTH = 10;

    private final byte[] b;

    private ExtendedCapabilities(byte[] b) {
        this.b = b;
    }

    /** Reads them; what is missing counts as zero. */
    public static ExtendedCapabilities parse(byte[] bytes) {
        return new ExtendedCapabilities(Arrays.copyOf(bytes, LENGTH));
    }

    private boolean flag(int mask) {
        return (b[0] & mask) != 0;
    }

    private int number(int at) {
        return (b[at] & 0xFF) << 8 | b[at + 1] & 0xFF;
    }

    /** True if secure messaging is understood. */
    public boolean secureMessaging() {
        return flag(0x80);
    }

    /** True if GET CHALLENGE is. */
    public boolean challenge() {
        return flag(0x40);
    }

    /** True if keys can be imported. */
    public boolean keyImport() {
        return flag(0x20);
    }

    /** True if it can be changed how long a verification of PW1 lasts. */
    public boolean passwordStatusChangeable() {
        return flag(0x10);
    }

    /** True if there are the objects for private use. */
    public boolean privateUse() {
        return flag(0x08);
    }

    /** True if the algorithm of a key can be changed. */
    public boolean algorithmChangeable() {
        return flag(0x04);
    }

    /** True if there is an AES key. */
    public boolean aes() {
        return flag(0x02);
    }

    /** True if passwords can be hashed before they are sent. */
    public boolean kdf() {
        return flag(0x01);
    }

    /** Longest challenge in bytes. */
    public int longestChallenge() {
        return number(2);
    }

    /** Longest certificate in bytes. */
    public int longestCertificate() {
        return number(4);
    }

    /** Longest special object (private use, login, URL, KDF …) in bytes; before version 3 something else. */
    public int longestSpecial() {
        return number(6);
    }

    /** True if the decryption and authentication keys can take each other's place (MANAGE SECURITY ENVIRONMENT). */
    public boolean keyExchange() {
        return b[9] == 1;
    }

    /** What is offered, in words. */
    public List<String> words() {
        var w = new ArrayList<String>();
        add(w, secureMessaging(), WORDS.say("secure messaging"));
        add(w, challenge(), WORDS.say("challenges of up to {0} bytes", longestChallenge()));
        add(w, keyImport(), WORDS.say("key import"));
        add(w, passwordStatusChangeable(), WORDS.say("changeable PW1 validity"));
        add(w, privateUse(), WORDS.say("objects for private use"));
        add(w, algorithmChangeable(), WORDS.say("changeable algorithms"));
        add(w, aes(), "AES");
        add(w, kdf(), "KDF");
        add(w, keyExchange(), WORDS.say("exchangeable keys"));
        return List.copyOf(w);
    }

    private static void add(List<String> to, boolean really, String word) {
        if (really) {
            to.add(word);
        }
    }
}
