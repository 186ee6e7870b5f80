// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.esc.apdu.Atr;
import org.esc.apdu.AtrFields;
import org.esc.apdu.Hex;
import org.esc.trace.Field;

/** How the bytes of a field are read. What it throws is taken as having nothing to say. */
@FunctionalInterface
public interface Reading {

    /** Bytes without more to say about. */
    Reading BYTES = _ -> Meaning.NONE;
    /** A short value that is best read in its hexadecimal digits. */
    Reading HEX = words(Hex::of);
    /** A number without sign of up to 8 bytes. */
    Reading NUMBER = words(b -> b.length > 8 ? "" : Long.toUnsignedString(number(b)));
    /** A number of bytes. */
    Reading SIZE = words(b -> b.length == 0 || b.length > 4 ? "" : Fields.size(number(b)));
    /** Text: ASCII, or UTF-8 beyond it. */
    Reading TEXT = words(Reading::text);
    /** Digits, two in a byte, filled up with F. */
    Reading DIGITS = words(b -> Hex.of(b).replaceAll("F+$", ""));
    /** A date of three or four bytes of digits: YYMMDD or YYYYMMDD. */
    Reading DATE = words(Reading::date);
    /** An AID, with the name of what it is if that is widely known. */
    Reading AID = words(b -> {
        String name = KnownAids.name(b);
        return Hex.of(b) + (name.isEmpty() ? "" : " (" + name + ")");
    });
    /** An object identifier in dotted form, with its name if it is widely known. */
    Reading OID = words(Oids::words);
    /** Historical bytes (ISO/IEC 7816-4 §12.1.1), at most 15. */
    Reading HISTORICAL = Reading::historical;
    /** BER-TLV of whatever tags. */
    Reading TLV = b -> Meaning.of(Tags.NONE.read(b));
    /** Something in DER: a certificate, a key, a signature by the names of its parts; else by its ASN.1 types. */
    Reading DER = Der::read;

    /** What the bytes of a field say. */
    Meaning read(byte[] value);

    /** Words alone. */
    static Reading words(Function<byte[], String> words) {
        return b -> Meaning.of(words.apply(b));
    }

    /** Parts, one behind the other. */
    static Reading parts(Consumer<Fields> parts) {
        return b -> Meaning.of(Fields.of(b, parts));
    }

    /** Data objects of these tags. */
    static Reading tags(Tags tags) {
        return b -> Meaning.of(tags.read(b));
    }

    /** The meaning of a number of up to 4 bytes; one that is not in the table is told in digits. */
    static Reading table(Map<Integer, String> table) {
        return words(b -> {
            String name = b.length == 0 || b.length > 4 ? null : table.get((int) number(b));
            return name == null ? Hex.of(b) : name;
        });
    }

    /** The names of the bits that are set in the first byte, from bit 8 down to bit 1; an empty name stands for a bit without meaning. */
    static Reading flags(String... names) {
        return words(b -> b.length == 0 ? "" : bits(b[0], names));
    }

    /** The names of the bits that are set in a byte, from bit 8 down to bit 1, or "none". */
    static String bits(int value, String... names) {
        return Fields.bits(value, names);
    }

    /** The number that bytes are, the first one the highest; of more than 8 the last 8 count. */
    static long number(byte[] b) {
        long n = 0;
        for (byte x : b) {
            n = n << 8 | x & 0xFF;
        }
        return n;
    }

    /** Bytes as text, what is no printable character shown as a dot; empty if most are none. */
    static String text(byte[] b) {
        String s = new String(b, StandardCharsets.UTF_8);
        if (s.indexOf('\uFFFD') >= 0) {
            s = new String(b, StandardCharsets.ISO_8859_1);
        }
        var out = new StringBuilder();
        int strange = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            boolean control = Character.isISOControl(c);
            strange += control ? 1 : 0;
            out.append(control ? '.' : c);
        }
        return 2 * strange > s.length() ? "" : "\"" + out + "\"";
    }

    private static Meaning historical(byte[] b) {
        if (b.length == 0 || b.length > 15) {
            return Meaning.NONE;
        }
        byte[] atr = new byte[2 + b.length];
        atr[0] = 0x3B;
        atr[1] = (byte) b.length;
        System.arraycopy(b, 0, atr, 2, b.length);
        return Meaning.of(AtrFields.of(Atr.of(atr)).fields().stream().filter(f -> f.offset() >= 2)
                .map(f -> Field.of(f.name(), f.value().replaceFirst("^[0-9A-F]+: ", ""), f.offset() - 2, f.length())).toList());
    }

    /** One COMPACT-TLV value as historical bytes have it, by the second digit of its tag: 3 card service data, 7 card capabilities. */
    static Reading compact(int tag) {
        return words(b -> {
            byte[] bytes = new byte[2 + b.length];
            bytes[0] = (byte) 0x80;
            bytes[1] = (byte) (tag << 4 | b.length);
            System.arraycopy(b, 0, bytes, 2, b.length);
            return b.length > 13 ? "" : historical(bytes).parts().getLast().value();
        });
    }

    private static String date(byte[] b) {
        String d = Hex.of(b);
        if (!d.matches("[0-9]{6}|[0-9]{8}")) {
            return "";
        }
        int n = d.length();
        return (n == 6 ? "20" : "") + d.substring(0, n - 4) + "-" + d.substring(n - 4, n - 2) + "-" + d.substring(n - 2);
    }

    /** The same; what it throws is nothing to say. */
    default Meaning readSafely(byte[] value) {
        try {
            return read(value);
        } catch (RuntimeException _) {
            return Meaning.NONE;
        }
    }
}
