// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/**
 * How a card's own keys are computed from master keys and the card's 10 bytes of key diversification data (KDD, usually its CUID): one
 * of the known methods, or a template. Each master key makes the card key of the same purpose, number 1 (ENC), 2 (MAC) or 3 (DEK);
 * {@link #NIST_SP800_108} makes all three from the ENC master key. The computing is the master keys' own, which may be in a token.
 *
 * <p>A template says what is encrypted, byte by byte: {@code $0} … {@code $9} a byte of the KDD, {@code $k} the key's number, hexadecimal
 * digits (also as {@code 0x0F}) themselves; blanks do not count. The master key encrypts it (ECB), and the result is the card's key. With
 * {@code $_}, the number of the block, it is AES-CMAC in counter mode (SP 800-108) instead, and gives as many bytes as the master key has;
 * {@code $l$l} is then their number in bits. Master keys are AES where there is a {@code $_}, else triple DES, unless {@code aes:} or
 * {@code des3:} stands before it. GlobalPlatformPro reads the same templates.
 */
public final class Diversification {

    private static final Words WORDS = Words.of(Diversification.class);

    /** Every card has the master keys themselves. */
    public static final Diversification NONE = new Diversification("NONE", Optional.empty(), List.of(), false);

    /** VISA2: two halves of KDD bytes 0, 1, 4 to 7, under triple DES. */
    public static final Diversification VISA2 = template("VISA2", "$0$1$4$5$6$7 F0 $k $0$1$4$5$6$7 0F $k");

    /** EMV: two halves of KDD bytes 4 to 9, under triple DES. */
    public static final Diversification EMV = template("EMV", "$4$5$6$7$8$9 F0 $k $4$5$6$7$8$9 0F $k");

    /** KDF3: SP 800-108 in counter mode with AES-CMAC over the whole KDD. */
    public static final Diversification KDF3 = template("KDF3", "$_ 000000 $k 00 $0$1$2$3$4$5$6$7$8$9");

    /**
     * NIST SP 800-108 in counter mode with HMAC-SHA-256, as Dogtag's TKS has it: {@code i ‖ 04 ‖ 00 ‖ KDD ‖ 0180}, 48 bytes as ENC, MAC,
     * DEK, each set to odd DES parity.
     */
    public static final Diversification NIST_SP800_108 = new Diversification("NIST_SP800_108", Optional.of(KeyType.DES3), List.of(),
            false);

    /** SP 800-108 in counter mode with AES-CMAC over {@code i ‖ 00 00 00 t ‖ 00 ‖ 00 00 ‖ k6 … k9 ‖ k4 k5 ‖ L2}. */
    public static final Diversification GPKMC = template("GPKMC", "$_ 000000 $k 00 0000 $6$7$8$9 $4$5 $l$l");

    private static final List<Diversification> KNOWN = List.of(NONE, VISA2, EMV, KDF3, NIST_SP800_108, GPKMC);

    private static final int KDD_LENGTH = 10;

    private final String name;
    private final Optional<KeyType> masters;
    private final List<Part> parts;
    private final boolean counted;

    private Diversification(String name, Optional<KeyType> masters, List<Part> parts, boolean counted) {
        this.name = name;
        this.masters = masters;
        this.parts = parts;
        this.counted = counted;
    }

    /** A byte of a template. */
    private sealed interface Part {

        /** A fixed byte. */
        record Fixed(int value) implements Part {
        }

        /** A byte of the KDD. */
        record Kdd(int index) implements Part {
        }

        /** What a letter stands for: k, _ or l (twice). */
        record Letter(char letter) implements Part {
        }
    }

    /**
     * A known method by its name, whatever the case ({@code sp800-108} will do for the long name), or a template.
     *
     * @throws IllegalArgumentException with a sentence, if it is neither
     */
    public static Diversification of(String text) {
        String wanted = text.strip().replace('-', '_').toUpperCase(Locale.ROOT);
        for (Diversification d : KNOWN) {
            if (d.name.equals(wanted) || d.name.equals("NIST_" + wanted)) {
                return d;
            }
        }
        if (!text.contains("$")) {
            throw new IllegalArgumentException(WORDS.say("there is none, visa2, emv, kdf3, sp800-108, gpkmc, or a template with $0 to $9 and $k"));
        }
        return template(text.strip(), text);
    }

    /** The methods known by name. */
    public static List<Diversification> known() {
        return KNOWN;
    }

    private static Diversification template(String name, String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        Optional<KeyType> said = Optional.empty();
        for (KeyType type : KeyType.values()) {
            String prefix = type.name().toLowerCase(Locale.ROOT) + ":";
            if (t.startsWith(prefix)) {
                said = Optional.of(type);
                t = t.substring(prefix.length());
            }
        }
        List<Part> parts = new TemplateReader(t).parts();
        boolean counted = parts.contains(new Part.Letter('_'));
        if (counted && said.equals(Optional.of(KeyType.DES3))) {
            throw new IllegalArgumentException(WORDS.say("a template with $_ computes AES-CMAC, for which the master keys must be AES"));
        }
        KeyType usual = counted ? KeyType.AES : KeyType.DES3;
        if (!counted) {
            int block = said.orElse(usual).blockSize();
            if (parts.contains(new Part.Letter('l'))) {
                throw new IllegalArgumentException(WORDS.say("$l$l needs a $_ in the template"));
            }
            if (parts.size() % block != 0 || parts.size() > 32) {
                throw new IllegalArgumentException(WORDS.say("the template has {0} bytes, but it must be as long as the card's keys: 16, 24 or, for AES, 32, in "
                        + "whole blocks of {1}", parts.size(), block));
            }
        }
        return new Diversification(name, Optional.of(said.orElse(usual)), parts, counted);
    }

    /** Reads a template's text. */
    private record TemplateReader(String text) {

        List<Part> parts() {
            var parts = new java.util.ArrayList<Part>();
            String t = text.replaceAll("\\s", "").replace("0x", "");
            for (int at = 0; at < t.length(); at += 2) {
                if (at + 1 == t.length()) {
                    throw new IllegalArgumentException(WORDS.say("the template ends within a byte"));
                }
                char a = t.charAt(at);
                char b = t.charAt(at + 1);
                if (a != '$') {
                    parts.add(new Part.Fixed(digit(a) << 4 | digit(b)));
                } else if (b >= '0' && b <= '9') {
                    parts.add(new Part.Kdd(b - '0'));
                } else if (b == 'k' || b == '_' || b == 'l') {
                    parts.add(new Part.Letter(b));
                } else {
                    throw new IllegalArgumentException(WORDS.say("${0} is not known in a template: there are $0 to $9, $k, $_ and $l$l", b));
                }
            }
            long lengths = parts.stream().filter(new Part.Letter('l')::equals).count();
            if (lengths != 0 && (lengths != 2 || !parts.get(parts.indexOf(new Part.Letter('l')) + 1).equals(new Part.Letter('l')))) {
                throw new IllegalArgumentException(WORDS.say("the length takes two bytes: $l$l, once"));
            }
            return List.copyOf(parts);
        }

        private static int digit(char c) {
            int d = Character.digit(c, 16);
            if (d < 0) {
                throw new IllegalArgumentException(WORDS.say("'{0}' is no hexadecimal digit of a template", c));
            }
            return d;
        }
    }

    /** The method's name in capitals, or the template; {@link #of} reads it again. */
    public String name() {
        return name;
    }

    /** The kind of master keys it works with; empty for {@link #NONE}, which takes any. */
    public Optional<KeyType> masters() {
        return masters;
    }

    /**
     * The keys of one card, of the same kind as the master keys.
     *
     * @param master  master keys; the caller keeps and closes them
     * @param kdd     the card's key diversification data, 10 bytes
     * @param version key version of the result, 0 to 255
     * @return an own set, for the caller to close
     * @throws IllegalArgumentException if this method cannot work with such master keys, or the KDD has another length
     */
    public KeySet derive(KeySet master, byte[] kdd, int version) {
        return derive(master, kdd, version, master.type());
    }

    /**
     * As {@link #derive(KeySet, byte[], int)}, the result used as keys of another kind: some AES cards have keys made
     * by triple DES.
     */
    public KeySet derive(KeySet master, byte[] kdd, int version, KeyType result) {
        byte[][] keys = {};
        try (StaticKeys masterKeys = StaticKeys.of(master)) {
            keys = masters.isEmpty() ? new byte[][] {master.enc(), master.mac(), master.dek()} : keys(masterKeys, checked(kdd));
            return KeySet.of(version, result, keys[0], keys[1], keys[2]);
        } catch (EscException e) {
            throw new IllegalStateException("Keys at hand do not fail", e);
        } finally {
            erase(keys);
        }
    }

    /**
     * The keys of one card from master keys wherever they are.
     *
     * @param from   master keys; the caller keeps and closes them, not before the result
     * @param kdd    the card's key diversification data, 10 bytes
     * @param result kind of the card's keys
     * @return for the caller to close
     * @throws EscException             if the token that holds the master keys fails
     * @throws IllegalArgumentException if this method cannot work with such master keys, or the KDD has another length
     */
    public StaticKeys derive(StaticKeys from, byte[] kdd, KeyType result) throws EscException {
        if (masters.isEmpty()) {
            if (from.type() != result) {
                throw new IllegalArgumentException(WORDS.say("The keys are {0}, not {1}.", from.type(), result));
            }
            return new StaticKeys(from.enc().share(), from.mac().share(), from.dek().share());
        }
        byte[][] keys = keys(from, checked(kdd));
        try {
            return StaticKeys.of(result, keys[0], keys[1], keys[2]);
        } finally {
            erase(keys);
        }
    }

    private static byte[] checked(byte[] kdd) {
        if (kdd.length != KDD_LENGTH) {
            throw new IllegalArgumentException(WORDS.say("Key diversification data has 10 bytes, not {0}", kdd.length));
        }
        return kdd;
    }

    private byte[][] keys(StaticKeys from, byte[] kdd) throws EscException {
        if (!masters.equals(Optional.of(from.type()))) {
            throw new IllegalArgumentException(WORDS.say("Diversification {0} works with master keys of type {1}, not {2}.", this, masters.orElse(from.type()),
                    from.type()));
        }
        if (this == NIST_SP800_108) {
            return hmac(from.enc(), kdd);
        }
        byte[][] keys = new byte[3][];
        StaticKey[] all = {from.enc(), from.mac(), from.dek()};
        for (int t = 0; t < 3; t++) {
            keys[t] = counted ? cmac(all[t], kdd, t + 1) : all[t].ecbEncrypt(filled(kdd, t + 1, 0, 0));
        }
        return keys;
    }

    /** The template with everything put in. */
    private byte[] filled(byte[] kdd, int number, int counter, int bits) {
        var out = new ByteArrayOutputStream(parts.size());
        boolean low = false;
        for (Part p : parts) {
            out.write(switch (p) {
                case Part.Fixed f -> f.value();
                case Part.Kdd k -> kdd[k.index()];
                case Part.Letter l when l.letter() == 'k' -> number;
                case Part.Letter l when l.letter() == '_' -> counter;
                case Part.Letter _ -> low ? bits : bits >> 8;
            });
            low |= p.equals(new Part.Letter('l'));
        }
        return out.toByteArray();
    }

    private byte[] cmac(StaticKey master, byte[] kdd, int number) throws EscException {
        byte[] key = new byte[master.length()];
        for (int at = 0; at < key.length; at += 16) {
            byte[] block = master.cmac(filled(kdd, number, at / 16 + 1, 8 * key.length));
            System.arraycopy(block, 0, key, at, Math.min(16, key.length - at));
            Arrays.fill(block, (byte) 0);
        }
        return key;
    }

    private static byte[][] hmac(StaticKey master, byte[] kdd) throws EscException {
        byte[] stream = new byte[64];
        byte[] input = Primitives.concat(new byte[] {0, 0x04, 0x00}, kdd, new byte[] {0x01, (byte) 0x80});
        for (int i = 1; i <= 2; i++) {
            input[0] = (byte) i;
            System.arraycopy(master.hmacSha256(input), 0, stream, 32 * (i - 1), 32);
        }
        byte[][] keys = new byte[3][];
        for (int t = 0; t < 3; t++) {
            keys[t] = Arrays.copyOfRange(stream, 16 * t, 16 * t + 16);
            for (int i = 0; i < 16; i++) {
                int even = keys[t][i] & 0xFE;
                keys[t][i] = (byte) (even | ~Integer.bitCount(even) & 1);
            }
        }
        Arrays.fill(stream, (byte) 0);
        return keys;
    }

    private static void erase(byte[][] keys) {
        for (byte[] k : keys) {
            Arrays.fill(k, (byte) 0);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Diversification d && name.equals(d.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** As {@link #name}. */
    @Override
    public String toString() {
        return name;
    }
}
