// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * The privileges of an application, one byte (before GlobalPlatform 2.2) or three.
 *
 * @param bits 24 bits, the first byte in bits 23–16
 */
public record Privileges(int bits) {

    private static final Words WORDS = Words.of(Privileges.class);

    /** None at all. */
    public static final Privileges NONE = new Privileges(0);

    private static final int SECURITY_DOMAIN = 0x800000;

    public Privileges {
        if ((bits & ~0xFFFFFF) != 0) {
            throw new IllegalArgumentException("Privileges have 24 bits");
        }
    }

    /** From the bytes of a card's answer: none, one, two or three; what is behind them is left out. */
    public static Privileges of(byte[] bytes) {
        int bits = 0;
        for (int i = 0; i < 3; i++) {
            bits = bits << 8 | (i < bytes.length ? bytes[i] & 0xFF : 0);
        }
        return new Privileges(bits);
    }

    /** These privileges. */
    public static Privileges of(Privilege... privileges) {
        int bits = 0;
        for (Privilege p : privileges) {
            bits |= p.mask();
        }
        return new Privileges(bits);
    }

    /**
     * From words or hexadecimal text: {@code card-reset,security-domain}, {@code 04}, {@code 9EFE80}; a word may be the beginning of
     * one privilege's name.
     *
     * @throws IllegalArgumentException if a word is none, or means several
     */
    public static Privileges of(String text) {
        if (text.strip().matches("[0-9A-Fa-f]{2}|[0-9A-Fa-f]{6}")) {
            return of(Hex.parse(text));
        }
        int bits = 0;
        for (String word : text.split("[,;|]")) {
            String wanted = word.strip().toUpperCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
            if (wanted.isEmpty()) {
                continue;
            }
            var found = new ArrayList<Privilege>();
            for (Privilege p : Privilege.values()) {
                if (p.name().equals(wanted) || wanted.equals("DEFAULT_SELECTED") && p == Privilege.CARD_RESET) {
                    found.clear();
                    found.add(p);
                    break;
                }
                if (p.name().startsWith(wanted)) {
                    found.add(p);
                }
            }
            if (found.size() != 1) {
                throw new IllegalArgumentException(found.isEmpty()
                        ? WORDS.say("\"{0}\" is no privilege; there are {1}", word.strip(), names())
                        : WORDS.say("\"{0}\" is not one privilege; there are {1}", word.strip(), names()));
            }
            bits |= found.getFirst().mask();
        }
        return new Privileges(bits);
    }

    private static String names() {
        var names = new ArrayList<String>();
        for (Privilege p : Privilege.values()) {
            names.add(p.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        return String.join(", ", names);
    }

    /** True if all bits of {@code p} are set; of the two DAP privileges only the one that is meant counts. */
    public boolean has(Privilege p) {
        int mandated = Privilege.MANDATED_DAP_VERIFICATION.mask();
        return (bits & p.mask()) == p.mask() && !(p == Privilege.DAP_VERIFICATION && (bits & mandated) == mandated);
    }

    /** True for security domains. */
    public boolean isSecurityDomain() {
        return (bits & SECURITY_DOMAIN) != 0;
    }

    /** The same and {@code p}. */
    public Privileges with(Privilege p) {
        return new Privileges(bits | p.mask());
    }

    /** All of them, in the specification's order. */
    public List<Privilege> list() {
        var list = new ArrayList<Privilege>();
        for (Privilege p : Privilege.values()) {
            if (has(p)) {
                list.add(p);
            }
        }
        return list;
    }

    /** In words. */
    public List<String> words() {
        return list().stream().map(Privilege::words).toList();
    }

    /** All three bytes. */
    public byte[] three() {
        return new byte[] {(byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
    }

    /** One byte where that says it all, as cards before GlobalPlatform 2.2 want it; else three. */
    public byte[] shortest() {
        return (bits & 0xFFFF) == 0 ? new byte[] {(byte) (bits >> 16)} : three();
    }

    /** As hexadecimal text of three bytes. */
    @Override
    public String toString() {
        return Hex.of(three());
    }
}
