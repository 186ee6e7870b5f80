// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * What can be said of a key while somebody types it; holds nothing of the key but check values.
 *
 * @param complaint why it is no key yet; empty once it is one
 * @param kcvs      check values, as each kind that a key of this length may be
 * @param doubts    what makes one look twice at a triple DES key, in words; they do not keep it from being used
 */
public record TypedKey(Optional<String> complaint, List<Kcv> kcvs, List<String> doubts) {

    private static final Words WORDS = Words.of(TypedKey.class);

    public TypedKey {
        kcvs = List.copyOf(kcvs);
        doubts = List.copyOf(doubts);
    }

    /**
     * Looks at what was typed so far.
     *
     * @param purpose ENC, MAC or DEK
     * @param text    hexadecimal digits, blanks do not count; the caller closes it
     */
    public static TypedKey of(String purpose, Secret text) {
        Optional<String> complaint = complaint(text);
        if (complaint.isPresent()) {
            return new TypedKey(complaint, List.of(), List.of());
        }
        byte[][] three;
        try {
            three = KeyText.parse(text, WORDS.say("The box"));
        } catch (EscException e) {
            return new TypedKey(Optional.of(e.problem().message()), List.of(), List.of());
        }
        byte[] key = three[0];
        try {
            var kcvs = new ArrayList<Kcv>();
            for (KeyType type : KeyType.values()) {
                if (type.allows(key.length)) {
                    kcvs.add(new Kcv(purpose, type, 8 * key.length, Hex.of(KeySet.kcv(type, key))));
                }
            }
            return new TypedKey(Optional.empty(), kcvs, doubts(key));
        } finally {
            for (byte[] k : three) {
                Arrays.fill(k, (byte) 0);
            }
        }
    }

    private static Optional<String> complaint(Secret text) {
        char[] chars = text.chars();
        int digits = 0;
        try {
            for (char c : chars) {
                if (Character.isWhitespace(c)) {
                    continue;
                }
                if (Character.digit(c, 16) < 0) {
                    return Optional.of(WORDS.say("Only hexadecimal digits (0 to 9, A to F) make a key."));
                }
                digits++;
            }
        } finally {
            Arrays.fill(chars, '\0');
        }
        return digits == 32 || digits == 48 || digits == 64 ? Optional.empty()
                : Optional.of(WORDS.say("{0} hexadecimal digits; a key has 32, 48 or 64.", digits));
    }

    private static List<String> doubts(byte[] key) {
        var doubts = new ArrayList<String>();
        if (key.length == 32) {
            return doubts;
        }
        boolean odd = true;
        for (byte b : key) {
            odd &= Integer.bitCount(b & 0xFF) % 2 == 1;
        }
        if (!odd) {
            doubts.add(WORDS.say("parity not odd"));
        }
        if (Arrays.equals(key, 0, 8, key, 8, 16)) {
            doubts.add(WORDS.say("halves the same, as weak as single DES"));
        }
        return doubts;
    }

    /** In words for a person, on one line. */
    public String text() {
        if (complaint.isPresent()) {
            return complaint.get();
        }
        var all = new ArrayList<String>();
        for (Kcv k : kcvs) {
            all.add(k.type() == KeyType.AES ? WORDS.say("{0} as AES", k.kcv()) : doubts.isEmpty() ? WORDS.say("{0} as triple DES", k.kcv())
                    : WORDS.say("{0} as triple DES ({1})", k.kcv(), String.join(", ", doubts)));
        }
        return WORDS.say("{0} bytes. Check value {1}.", kcvs.getFirst().bits() / 8, String.join(", ", all));
    }
}
