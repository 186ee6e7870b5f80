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
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.coolkey.Attribute;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.SeparateObject;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.ObjectContent.Field;

/** What the bytes of the applet's objects mean. */
final class ObjectFields {

    private static final Words WORDS = Words.of(ObjectFields.class);

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
                case 'c', 'k', 'd' -> List.of(new Field(WORDS.say("Version"), Integer.toString(b.length == 0 ? 0 : b[0]), 0, Math.min(1, b.length)),
                        object(SeparateObject.parse(b), 1, b.length - 1));
                default -> List.of();
            };
        } catch (CardException e) {
            return List.of(new Field(WORDS.say("Damaged"), e.getMessage(), 0, b.length));
        }
    }

    private static List<Field> combined(byte[] b) throws CardException {
        TokenObjects all = TokenObjects.parse(b);
        var fields = new ArrayList<Field>();
        fields.add(new Field(WORDS.say("Format version"), b[0] + "." + b[1], 0, 2));
        fields.add(new Field(WORDS.say("Object version"), Integer.toString(all.version()), 2, 2));
        fields.add(new Field(WORDS.say("Card's unique ID"), all.cuid().display(), 4, 10));
        fields.add(new Field(WORDS.say("Compression"), b[15] == 0 ? WORDS.say("none") : "zlib", 14, 2));
        fields.add(new Field(WORDS.say("Length"), Integer.toString((b[16] & 0xFF) << 8 | b[17] & 0xFF), 16, 2));
        fields.add(new Field(WORDS.say("Offset"), Integer.toString((b[18] & 0xFF) << 8 | b[19] & 0xFF), 18, 2));
        var parts = new ArrayList<Field>();
        parts.add(new Field(WORDS.say("Token name"), all.name(), HEADER, b.length - HEADER));
        // the parts of a compressed payload have no bytes of their own
        all.objects().forEach(o -> parts.add(object(o, HEADER, b.length - HEADER)));
        fields.add(new Field(WORDS.say("Objects"), Integer.toString(all.objects().size()), HEADER, b.length - HEADER, parts));
        return fields;
    }

    private static Field object(TokenObject o, int offset, int length) {
        var parts = new ArrayList<Field>();
        parts.add(new Field(WORDS.say("Key id"), Integer.toString(o.keyId()), offset, length));
        if (!o.flags().isEmpty()) {
            parts.add(new Field(WORDS.say("Flags"), String.join(", ", o.flags().stream().sorted().map(ObjectFields::words).toList()), offset, length));
        }
        for (Attribute a : o.attributes()) {
            parts.add(new Field(name(a.type()), value(a), offset, length));
        }
        return new Field(o.id().toString(), words(o.kind()) + (o.label().isEmpty() ? "" : " \"" + o.label() + "\""), offset, length,
                parts);
    }

    private static String value(Attribute a) {
        return switch (a) {
            case Attribute.Int n -> a.type() == Attribute.KEY_TYPE
                    ? n.value() == Attribute.KEY_TYPE_RSA ? "RSA" : n.value() == Attribute.KEY_TYPE_EC ? "EC" : Integer.toString(n.value())
                    : Integer.toString(n.value());
            case Attribute.Bool t -> t.value() ? WORDS.say("true") : WORDS.say("false");
            case Attribute.Bytes x -> a.type() == Attribute.LABEL ? new String(x.value(), StandardCharsets.UTF_8) : Hex.of(x.value());
        };
    }

    private static String name(int type) {
        return switch (type) {
            case Attribute.LABEL -> WORDS.say("Label");
            case Attribute.VALUE -> WORDS.say("Value");
            case Attribute.ISSUER -> WORDS.say("Issuer");
            case Attribute.SERIAL_NUMBER -> WORDS.say("Serial number");
            case Attribute.KEY_TYPE -> WORDS.say("Key type");
            case Attribute.SUBJECT -> WORDS.say("Subject");
            case Attribute.ID -> WORDS.say("Id");
            case Attribute.MODULUS -> WORDS.say("Modulus");
            case Attribute.MODULUS_BITS -> WORDS.say("Modulus bits");
            case Attribute.PUBLIC_EXPONENT -> WORDS.say("Public exponent");
            case Attribute.EC_PARAMS -> WORDS.say("EC parameters");
            case Attribute.EC_POINT -> WORDS.say("EC point");
            default -> Arrays.stream(TokenObject.Flag.values()).filter(f -> f.type() == type).findFirst().map(ObjectFields::words)
                    .orElse(WORDS.say("Attribute {0}", "%03X".formatted(type)));
        };
    }

    private static String words(TokenObject.Kind kind) {
        return switch (kind) {
            case DATA -> WORDS.say("Data");
            case CERTIFICATE -> WORDS.say("Certificate");
            case PUBLIC_KEY -> WORDS.say("Public key");
            case PRIVATE_KEY -> WORDS.say("Private key");
            case SECRET_KEY -> WORDS.say("Secret key");
            case OTHER_5, OTHER_6, OTHER_7 -> WORDS.say("Other {0}", kind.ordinal());
        };
    }

    private static String words(TokenObject.Flag flag) {
        return switch (flag) {
            case TOKEN -> WORDS.say("Token");
            case PRIVATE -> WORDS.say("Private");
            case MODIFIABLE -> WORDS.say("Modifiable");
            case DERIVE -> WORDS.say("Derive");
            case LOCAL -> WORDS.say("Local");
            case ENCRYPT -> WORDS.say("Encrypt");
            case DECRYPT -> WORDS.say("Decrypt");
            case WRAP -> WORDS.say("Wrap");
            case UNWRAP -> WORDS.say("Unwrap");
            case SIGN -> WORDS.say("Sign");
            case SIGN_RECOVER -> WORDS.say("Sign recover");
            case VERIFY -> WORDS.say("Verify");
            case VERIFY_RECOVER -> WORDS.say("Verify recover");
            case SENSITIVE -> WORDS.say("Sensitive");
            case ALWAYS_SENSITIVE -> WORDS.say("Always sensitive");
            case EXTRACTABLE -> WORDS.say("Extractable");
            case NEVER_EXTRACTABLE -> WORDS.say("Never extractable");
        };
    }

    private static List<Field> certificate(byte[] b) {
        try {
            var x = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(b));
            return List.of(new Field(WORDS.say("Certificate of"), x.getSubjectX500Principal().getName(), 0, b.length));
        } catch (CertificateException | RuntimeException _) {
            return List.of(new Field(WORDS.say("Damaged"), WORDS.say("This is no certificate."), 0, b.length));
        }
    }
}
