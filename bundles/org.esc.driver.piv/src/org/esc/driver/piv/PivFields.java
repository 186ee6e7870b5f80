// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectContent.Field;
import org.esc.piv.Biometric;
import org.esc.piv.Chuid;
import org.esc.piv.DiscoveryObject;
import org.esc.piv.FascN;
import org.esc.piv.KeyHistory;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivObject;
import org.esc.piv.SecurityObject;

/** What the bytes of the application's objects mean. */
final class PivFields {

    private static final Words WORDS = Words.of(PivFields.class);

    private static final int ERROR_DETECTION = 0xFE;
    private static final int MOST_HEX = 64;

    private PivFields() {
    }

    static ObjectContent content(PivObject o, byte[] b) {
        List<Field> fields;
        Optional<byte[]> image = Optional.empty();
        try {
            fields = switch (o.kind()) {
                case FACE, FINGERPRINTS, IRIS -> biometric(o, b);
                default -> simple(o, b);
            };
            if (o.kind() == PivObject.Kind.FACE) {
                image = Biometric.parse(b, o.label()).image().map(Biometric.Image::bytes);
            }
        } catch (CardException e) {
            fields = List.of(new Field(WORDS.say("Damaged"), e.getMessage(), 0, b.length));
        } catch (IllegalArgumentException e) {
            fields = List.of(new Field(WORDS.say("Damaged"), WORDS.say("This is no sequence of data objects: {0}.", e.getMessage()), 0, b.length));
        }
        return new ObjectContent(b, fields, image);
    }

    private static List<Field> simple(PivObject o, byte[] b) throws CardException {
        var fields = new ArrayList<Field>();
        for (Tlv.Placed t : Tlv.parsePlaced(b)) {
            fields.add(field(o, t, b));
        }
        return fields;
    }

    private static Field field(PivObject o, Tlv.Placed t, byte[] whole) throws CardException {
        int tag = t.tlv().tag();
        byte[] v = t.tlv().value();
        String name = name(o.kind(), tag);
        List<Field> parts = List.of();
        String value = switch (o.kind()) {
            case CHUID -> switch (tag) {
                case Chuid.FASC_N -> {
                    parts = fascN(v, t.valueOffset());
                    yield FascN.of(v).map(FascN::card).orElse(WORDS.say("not readable: {0}", hex(v)));
                }
                case Chuid.GUID, Chuid.CARDHOLDER -> Chuid.uuid(v).map(Object::toString).orElse(hex(v));
                case Chuid.EXPIRY -> Chuid.date(v).map(Object::toString).orElse(WORDS.say("no date: {0}", text(v)));
                case Chuid.ORGANIZATION, Chuid.DUNS -> text(v);
                case Chuid.SIGNATURE -> v.length == 0 ? WORDS.say("none") : bytes(v);
                default -> hex(v);
            };
            case PRINTED -> text(v);
            case KEY_HISTORY -> tag == KeyHistory.URL ? text(v) : v.length == 1 ? Integer.toString(v[0] & 0xFF) : hex(v);
            case DISCOVERY -> tag == DiscoveryObject.POLICY ? DiscoveryObject.parse(whole).inWords() : hex(v);
            case SECURITY -> switch (tag) {
                case SecurityObject.MAPPING -> {
                    parts = mapping(v, t.valueOffset());
                    yield "";
                }
                case SecurityObject.HASHES -> bytes(v);
                default -> hex(v);
            };
            case CERTIFICATE -> switch (tag) {
                case PivCertificate.CERTIFICATE -> {
                    X509Certificate x = PivCertificate.parse(whole, o.label());
                    yield x.getSubjectX500Principal().getName();
                }
                case PivCertificate.INFORMATION -> PivCertificate.isCompressed(v) ? WORDS.say("compressed") : WORDS.say("not compressed");
                default -> hex(v);
            };
            default -> hex(v);
        };
        return new Field(name, value, t.offset(), t.length(), parts);
    }

    private static String name(PivObject.Kind kind, int tag) {
        if (tag == ERROR_DETECTION) {
            return WORDS.say("Error detection code");
        }
        return switch (kind) {
            case CHUID -> switch (tag) {
                case Chuid.BUFFER_LENGTH -> WORDS.say("Buffer length");
                case Chuid.FASC_N -> "FASC-N";
                case Chuid.ORGANIZATION -> WORDS.say("Organisation identifier");
                case Chuid.DUNS -> "DUNS";
                case Chuid.GUID -> WORDS.say("Card UUID");
                case Chuid.EXPIRY -> WORDS.say("Expiration date");
                case Chuid.CARDHOLDER -> WORDS.say("Cardholder UUID");
                case Chuid.SIGNATURE -> WORDS.say("Issuer's signature");
                default -> unknown(tag);
            };
            case CCC -> switch (tag) {
                case 0xF0 -> WORDS.say("Card identifier");
                case 0xF1 -> WORDS.say("Capability container version");
                case 0xF2 -> WORDS.say("Capability grammar version");
                case 0xF3 -> WORDS.say("Applications card URL");
                case 0xF4 -> "PKCS#15";
                case 0xF5 -> WORDS.say("Registered data model");
                case 0xF6 -> WORDS.say("Access control rule table");
                case 0xF7 -> WORDS.say("Card APDUs");
                case 0xFA -> WORDS.say("Redirection tag");
                case 0xFB -> WORDS.say("Capability tuples");
                case 0xFC -> WORDS.say("Status tuples");
                case 0xFD -> WORDS.say("Next CCC");
                default -> unknown(tag);
            };
            case PRINTED -> switch (tag) {
                case 0x01 -> WORDS.say("Name");
                case 0x02 -> WORDS.say("Employee affiliation");
                case 0x04 -> WORDS.say("Expiration date");
                case 0x05 -> WORDS.say("Agency card serial number");
                case 0x06 -> WORDS.say("Issuer identification");
                case 0x07 -> WORDS.say("Organisational affiliation, line 1");
                case 0x08 -> WORDS.say("Organisational affiliation, line 2");
                default -> unknown(tag);
            };
            case KEY_HISTORY -> switch (tag) {
                case KeyHistory.ON_CARD -> WORDS.say("Retired keys with certificates on the card");
                case KeyHistory.OFF_CARD -> WORDS.say("Retired keys with certificates elsewhere");
                case KeyHistory.URL -> WORDS.say("URL of those certificates");
                default -> unknown(tag);
            };
            case DISCOVERY -> switch (tag) {
                case DiscoveryObject.AID -> WORDS.say("Application");
                case DiscoveryObject.POLICY -> WORDS.say("PIN usage policy");
                default -> unknown(tag);
            };
            case SECURITY -> switch (tag) {
                case SecurityObject.MAPPING -> WORDS.say("Objects that are hashed");
                case SecurityObject.HASHES -> WORDS.say("Hashes, signed");
                default -> unknown(tag);
            };
            case CERTIFICATE -> switch (tag) {
                case PivCertificate.CERTIFICATE -> WORDS.say("Certificate");
                case PivCertificate.INFORMATION -> WORDS.say("Information");
                case PivCertificate.MSCUID -> "MSCUID";
                default -> unknown(tag);
            };
            case BIT_GROUP -> tag == 0x02 ? WORDS.say("Number of fingers") : tag == 0x7F60 ? WORDS.say("Biometric information template") : unknown(tag);
            case PAIRING_CODE -> tag == 0x99 ? WORDS.say("Pairing code") : unknown(tag);
            default -> unknown(tag);
        };
    }

    private static String unknown(int tag) {
        return WORDS.say("Tag {0}", "%02X".formatted(tag));
    }

    private static List<Field> fascN(byte[] v, int at) {
        // its parts are of 5 bits and have no bytes of their own
        return FascN.of(v).map(f -> List.of(new Field(WORDS.say("Agency code"), f.agency(), at, v.length), new Field(WORDS.say("System code"), f.system(), at, v.length),
                new Field(WORDS.say("Credential number"), f.credential(), at, v.length), new Field(WORDS.say("Credential series"), f.series(), at, v.length),
                new Field(WORDS.say("Individual credential issue"), f.issue(), at, v.length), new Field(WORDS.say("Person identifier"), f.person(), at, v.length),
                new Field(WORDS.say("Organisational category"), f.categoryText(), at, v.length),
                new Field(WORDS.say("Organisational identifier"), f.organization(), at, v.length),
                new Field(WORDS.say("Association with the organisation"), f.associationText(), at, v.length))).orElse(List.of());
    }

    private static List<Field> mapping(byte[] v, int at) {
        var fields = new ArrayList<Field>();
        for (int i = 0; i + 2 < v.length; i += 3) {
            int container = (v[i + 1] & 0xFF) << 8 | v[i + 2] & 0xFF;
            fields.add(new Field(WORDS.say("Hash {0}", v[i] & 0xFF), PivObject.ofContainer(container).map(PivObject::label)
                    .orElse(WORDS.say("object {0}", "%04X".formatted(container))), at + i, 3));
        }
        return fields;
    }

    private static List<Field> biometric(PivObject o, byte[] b) throws CardException {
        Biometric r = Biometric.parse(b, o.label());
        int head = r.dataAt() - Biometric.HEADER;
        var parts = new ArrayList<Field>();
        parts.add(new Field(WORDS.say("Data length"), bytes(r.data()), head + 2, 4));
        parts.add(new Field(WORDS.say("Signature length"), bytes(r.signature()), head + 6, 2));
        parts.add(new Field(WORDS.say("Created"), date(r.created()), head + 12, 8));
        parts.add(new Field(WORDS.say("Good from"), date(r.from()), head + 20, 8));
        parts.add(new Field(WORDS.say("Good until"), date(r.until()), head + 28, 8));
        parts.add(new Field(WORDS.say("Biometric type"), switch (r.type()) {
            case 0x02 -> WORDS.say("face");
            case 0x08 -> WORDS.say("fingerprint");
            case 0x10 -> WORDS.say("iris");
            default -> "%06X".formatted(r.type());
        }, head + 36, 3));
        parts.add(new Field(WORDS.say("Creator"), r.creator(), head + 41, 18));
        parts.add(new Field("FASC-N", FascN.of(r.fascN()).map(FascN::card).orElse(WORDS.say("not readable: {0}", hex(r.fascN()))), head + 59, FascN.LENGTH,
                fascN(r.fascN(), head + 59)));
        var fields = new ArrayList<Field>();
        fields.add(new Field(WORDS.say("Header"), "", head, Biometric.HEADER, parts));
        fields.add(new Field(WORDS.say("Biometric data"), r.image().map(i -> WORDS.say("{0} picture, {1} × {2}", i.type(), i.width(), i.height()))
                .orElse(WORDS.say("template")),
                r.dataAt(), r.data().length));
        fields.add(new Field(WORDS.say("Issuer's signature"), r.signature().length == 0 ? WORDS.say("none") : bytes(r.signature()),
                r.dataAt() + r.data().length, r.signature().length));
        return fields;
    }

    private static String date(Optional<Instant> at) {
        return at.map(Instant::toString).orElse(WORDS.say("not told"));
    }

    private static String text(byte[] v) {
        var s = new StringBuilder();
        for (char c : new String(v, StandardCharsets.UTF_8).toCharArray()) {
            s.append(Character.isISOControl(c) ? '.' : c);
        }
        return s.toString().strip();
    }

    private static String hex(byte[] v) {
        return v.length <= MOST_HEX ? Hex.of(v) : bytes(v);
    }

    private static String bytes(byte[] v) {
        return WORDS.say("{0} bytes", v.length);
    }
}
