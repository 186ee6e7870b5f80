// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.coolkey.Attribute;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.SeparateObject;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.ObjectContent.Field;

/** What the bytes of the applet's objects mean. */
final class ObjectFields {

    private static final int HEADER = 20;

    private ObjectFields() {
    }

    static List<Field> of(ObjectId id, byte[] b) {
        try {
            if (id.equals(ObjectId.COMBINED)) {
                return combined(b);
            }
            return switch (id.letter()) {
                case 'C' -> certificate(b);
                case 'c', 'k', 'd' -> List.of(new Field("Version", Integer.toString(b.length == 0 ? 0 : b[0]), 0, Math.min(1, b.length)),
                        object(SeparateObject.parse(b), 1, b.length - 1));
                default -> List.of();
            };
        } catch (CardException e) {
            return List.of(new Field("Damaged", e.getMessage(), 0, b.length));
        }
    }

    private static List<Field> combined(byte[] b) throws CardException {
        TokenObjects all = TokenObjects.parse(b);
        var fields = new ArrayList<Field>();
        fields.add(new Field("Format version", b[0] + "." + b[1], 0, 2));
        fields.add(new Field("Object version", Integer.toString(all.version()), 2, 2));
        fields.add(new Field("Card's unique ID", all.cuid().display(), 4, 10));
        fields.add(new Field("Compression", b[15] == 0 ? "none" : "zlib", 14, 2));
        fields.add(new Field("Length", Integer.toString((b[16] & 0xFF) << 8 | b[17] & 0xFF), 16, 2));
        fields.add(new Field("Offset", Integer.toString((b[18] & 0xFF) << 8 | b[19] & 0xFF), 18, 2));
        var parts = new ArrayList<Field>();
        parts.add(new Field("Token name", all.name(), HEADER, b.length - HEADER));
        // the parts of a compressed payload have no bytes of their own
        all.objects().forEach(o -> parts.add(object(o, HEADER, b.length - HEADER)));
        fields.add(new Field("Objects", Integer.toString(all.objects().size()), HEADER, b.length - HEADER, parts));
        return fields;
    }

    private static Field object(TokenObject o, int offset, int length) {
        var parts = new ArrayList<Field>();
        parts.add(new Field("Key id", Integer.toString(o.keyId()), offset, length));
        if (!o.flags().isEmpty()) {
            parts.add(new Field("Flags", String.join(", ", o.flags().stream().sorted().map(f -> words(f.name())).toList()), offset, length));
        }
        for (Attribute a : o.attributes()) {
            parts.add(new Field(name(a.type()), value(a), offset, length));
        }
        return new Field(o.id().toString(), words(o.kind().name()) + (o.label().isEmpty() ? "" : " \"" + o.label() + "\""), offset, length,
                parts);
    }

    private static String value(Attribute a) {
        return switch (a) {
            case Attribute.Int n -> a.type() == Attribute.KEY_TYPE
                    ? n.value() == Attribute.KEY_TYPE_RSA ? "RSA" : n.value() == Attribute.KEY_TYPE_EC ? "EC" : Integer.toString(n.value())
                    : Integer.toString(n.value());
            case Attribute.Bool t -> t.value() ? "true" : "false";
            case Attribute.Bytes x -> a.type() == Attribute.LABEL ? new String(x.value(), StandardCharsets.UTF_8) : Hex.of(x.value());
        };
    }

    private static String name(int type) {
        return switch (type) {
            case Attribute.LABEL -> "Label";
            case Attribute.VALUE -> "Value";
            case Attribute.ISSUER -> "Issuer";
            case Attribute.SERIAL_NUMBER -> "Serial number";
            case Attribute.KEY_TYPE -> "Key type";
            case Attribute.SUBJECT -> "Subject";
            case Attribute.ID -> "Id";
            case Attribute.MODULUS -> "Modulus";
            case Attribute.MODULUS_BITS -> "Modulus bits";
            case Attribute.PUBLIC_EXPONENT -> "Public exponent";
            case Attribute.EC_PARAMS -> "EC parameters";
            case Attribute.EC_POINT -> "EC point";
            default -> Arrays.stream(TokenObject.Flag.values()).filter(f -> f.type() == type).findFirst().map(f -> words(f.name()))
                    .orElse("Attribute %03X".formatted(type));
        };
    }

    private static String words(String constant) {
        String w = constant.toLowerCase(Locale.ROOT).replace('_', ' ');
        return Character.toUpperCase(w.charAt(0)) + w.substring(1);
    }

    private static List<Field> certificate(byte[] b) {
        try {
            var x = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(b));
            return List.of(new Field("Certificate of", x.getSubjectX500Principal().getName(), 0, b.length));
        } catch (CertificateException | RuntimeException _) {
            return List.of(new Field("Damaged", "This is no certificate.", 0, b.length));
        }
    }
}
