// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Field;

/**
 * ASN.1 in DER: X.509 certificates, public keys, signatures and some more by the names their standards give to the parts, everything else by its
 * types. Also what was cut short, as far as it goes.
 */
public final class Der {

    private static final Words WORDS = Words.of(Der.class);

    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OID = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int MOST_DEPTH = 24;
    /** A component of an ECDSA signature is no longer, a modulus no shorter. */
    private static final int LONGEST_SCALAR = 67;

    /** Names the elements of something constructed. */
    @FunctionalInterface
    private interface Names {

        /** @param index which of the elements; those with a context tag are not counted */
        Name of(int index, int tag);
    }

    private record Name(String name, Names inside) {
    }

    private static final Names PLAIN = (_, tag) -> new Name(type(tag), Der.PLAIN);

    private Der() {
    }

    /** True if all of it is well-formed and begins with a SEQUENCE of more than nothing. */
    public static boolean looksLike(byte[] b) {
        try {
            List<Tlv> all = Tlv.parseAll(b);
            return all.size() == 1 && all.getFirst().tag() == SEQUENCE && !all.getFirst().children().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Reads it. */
    public static Meaning read(byte[] der) {
        return read(der, 0);
    }

    private static Meaning read(byte[] der, int depth) {
        List<Tlv.Placed> all = Tlv.parseBeginning(der);
        String kind = "";
        Names names = PLAIN;
        if (all.size() == 1 && all.getFirst().tlv().tag() == SEQUENCE) {
            Shape s = shape(Tlv.parseBeginning(all.getFirst().tlv().value()).stream().map(Tlv.Placed::tlv).toList());
            kind = s.kind;
            Names inside = s.names;
            names = (_, tag) -> new Name(s.kind.isEmpty() ? type(tag) : s.kind, inside);
        }
        return new Meaning(kind, fields(der, names, depth));
    }

    private record Shape(String kind, Names names) {
    }

    private static Shape shape(List<Tlv> parts) {
        int[] tags = parts.stream().mapToInt(Tlv::tag).toArray();
        if (tags.length > 0 && tags[0] == SEQUENCE && certificate(parts.getFirst())) {
            return new Shape("X.509 certificate", named("tbsCertificate", (Names) Der::tbs, "signatureAlgorithm", ALGORITHM, "signatureValue", PLAIN));
        }
        if (Arrays.equals(tags, new int[] {SEQUENCE, BIT_STRING}) && algorithm(parts.getFirst())) {
            return new Shape("SubjectPublicKeyInfo", KEY_INFO);
        }
        if (Arrays.equals(tags, new int[] {SEQUENCE, OCTET_STRING}) && algorithm(parts.getFirst())) {
            return new Shape("DigestInfo", named("digestAlgorithm", ALGORITHM, "digest", PLAIN));
        }
        if (Arrays.equals(tags, new int[] {INTEGER, INTEGER})) {
            return parts.getFirst().length() > LONGEST_SCALAR ? new Shape("RSAPublicKey", named("modulus", PLAIN, "publicExponent", PLAIN))
                    : new Shape("ECDSA signature", named("r", PLAIN, "s", PLAIN));
        }
        if (Arrays.equals(tags, new int[] {OID, 0xA0})) {
            return new Shape("CMS ContentInfo", named("contentType", PLAIN));
        }
        return new Shape("", PLAIN);
    }

    private static boolean certificate(Tlv first) {
        int[] tags = Tlv.parseBeginning(first.value()).stream().mapToInt(p -> p.tlv().tag()).toArray();
        int at = tags.length > 0 && tags[0] == 0xA0 ? 1 : 0;
        return tags.length > at + 2 && tags[at] == INTEGER && tags[at + 1] == SEQUENCE && tags[at + 2] == SEQUENCE;
    }

    private static boolean algorithm(Tlv first) {
        List<Tlv.Placed> parts = Tlv.parseBeginning(first.value());
        return !parts.isEmpty() && parts.getFirst().tlv().tag() == OID;
    }

    private static final Names ALGORITHM = named("algorithm", PLAIN, "parameters", PLAIN);
    private static final Names KEY_INFO = named("algorithm", ALGORITHM, "subjectPublicKey", PLAIN);
    private static final Names EXTENSION = (index, tag) -> new Name(index == 0 ? "extnID" : tag == 0x01 ? "critical" : "extnValue", PLAIN);
    private static final Names EXTENSIONS = (_, _) -> new Name("extension", EXTENSION);
    private static final Names RDN = (_, _) -> new Name("RelativeDistinguishedName", (_, _) -> new Name("attribute", named("type", PLAIN, "value", PLAIN)));

    private static Name tbs(int index, int tag) {
        return switch (tag) {
            case 0xA0 -> new Name("version", PLAIN);
            case 0x81, 0xA1 -> new Name("issuerUniqueID", PLAIN);
            case 0x82, 0xA2 -> new Name("subjectUniqueID", PLAIN);
            case 0xA3 -> new Name("extensions", (_, _) -> new Name("Extensions", EXTENSIONS));
            default -> switch (index) {
                case 0 -> new Name("serialNumber", PLAIN);
                case 1 -> new Name("signature", ALGORITHM);
                case 2 -> new Name("issuer", RDN);
                case 3 -> new Name("validity", named("notBefore", PLAIN, "notAfter", PLAIN));
                case 4 -> new Name("subject", RDN);
                case 5 -> new Name("subjectPublicKeyInfo", KEY_INFO);
                default -> new Name(type(tag), PLAIN);
            };
        };
    }

    /** Names one after the other. */
    private static Names named(Object... namesAndInsides) {
        return (index, tag) -> 2 * index + 1 < namesAndInsides.length && (tag & 0xC0) != 0x80
                ? new Name((String) namesAndInsides[2 * index], (Names) namesAndInsides[2 * index + 1]) : new Name(type(tag), PLAIN);
    }

    private static List<Field> fields(byte[] der, Names names, int depth) {
        var list = new ArrayList<Field>();
        int index = 0;
        int end = 0;
        for (Tlv.Placed p : Tlv.parseBeginning(der)) {
            Tlv t = p.tlv();
            Name n = names.of(index, t.tag());
            index += (t.tag() & 0xC0) == 0x80 ? 0 : 1;
            List<Field> inner = depth < MOST_DEPTH ? inside(t, n, depth) : List.of();
            list.add(Field.of(n.name, words(t, n), p.offset(), p.length(), inner.stream().map(f -> f.moved(p.valueOffset())).toList()));
            end = p.offset() + p.length();
        }
        if (end < der.length) {
            list.add(Field.of(WORDS.say("not explained"), "", end, der.length - end));
        }
        return list;
    }

    private static List<Field> inside(Tlv t, Name n, int depth) {
        if (t.isConstructed()) {
            return fields(t.value(), n.inside, depth + 1);
        }
        byte[] v = t.value();
        if (t.tag() == OCTET_STRING && looksLike(v)) {
            return fields(v, PLAIN, depth + 1);
        }
        if (t.tag() == BIT_STRING && v.length > 1 && v[0] == 0 && looksLike(Arrays.copyOfRange(v, 1, v.length))) {
            return read(Arrays.copyOfRange(v, 1, v.length), depth + 1).parts().stream().map(f -> f.moved(1)).toList();
        }
        return List.of();
    }

    private static String words(Tlv t, Name n) {
        byte[] v = t.value();
        return switch (t.tag()) {
            case 0x01 -> v.length == 1 ? v[0] == 0 ? "false" : "true" : "";
            case INTEGER, 0x0A -> v.length > 0 && v.length <= 8 ? new java.math.BigInteger(v).toString() : v.length <= 20 ? ""
                    : WORDS.say("{0} bits", 8 * (v[0] == 0 ? v.length - 1 : v.length));
            case OID -> Oids.words(v);
            case 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A -> Reading.text(v);
            case 0x17, 0x18 -> time(new String(v, java.nio.charset.StandardCharsets.US_ASCII));
            case SEQUENCE -> n.inside == RDN || n.name.equals("issuer") || n.name.equals("subject") ? distinguished(t) : "";
            default -> "";
        };
    }

    private static String distinguished(Tlv name) {
        try {
            return new X500Principal(name.encoded()).getName(X500Principal.RFC1779);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static String time(String s) {
        String full = s.length() == 13 ? (s.compareTo("50") < 0 ? "20" : "19") + s : s;
        return full.matches("[0-9]{14}Z") ? full.replaceFirst("(....)(..)(..)(..)(..)(..)Z", "$1-$2-$3 $4:$5:$6 UTC") : s;
    }

    private static String type(int tag) {
        return switch (tag) {
            case 0x01 -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case BIT_STRING -> "BIT STRING";
            case OCTET_STRING -> "OCTET STRING";
            case 0x05 -> "NULL";
            case OID -> "OBJECT IDENTIFIER";
            case 0x0A -> "ENUMERATED";
            case 0x0C -> "UTF8String";
            case 0x12 -> "NumericString";
            case 0x13 -> "PrintableString";
            case 0x14 -> "TeletexString";
            case 0x16 -> "IA5String";
            case 0x17 -> "UTCTime";
            case 0x18 -> "GeneralizedTime";
            case 0x1A -> "VisibleString";
            case 0x1E -> "BMPString";
            case SEQUENCE -> "SEQUENCE";
            case 0x31 -> "SET";
            default -> (tag & 0xC0) == 0x80 && tag <= 0xFF ? "[" + (tag & 0x1F) + "]" : "%02X".formatted(tag);
        };
    }
}
