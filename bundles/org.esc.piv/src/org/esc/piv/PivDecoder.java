// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. Its secrets are masked by instruction: VERIFY, GENERAL AUTHENTICATE and its like are known to every trace. */
@Component(service = Decoder.class)
public final class PivDecoder implements Decoder {

    private static final Words WORDS = Words.of(PivDecoder.class);

    private static final byte[] RID_AND_PIX = {(byte) 0xA0, 0, 0, 3, 8};
    private static final int SELECT = 0xA4;
    private static final int TAG_LIST = 0x5C;
    private static final int CONTENT = 0x53;

    private static final Reading UUID = Reading.words(b -> Chuid.uuid(b).map(Object::toString).orElse(WORDS.say("none")));
    private static final Reading FASC_N = Reading.words(b -> FascN.of(b).map(f -> f.card() + ", " + f.associationText()).orElse(""));
    private static final Reading DATE = Reading.words(b -> Chuid.date(b).map(Object::toString).orElse(Reading.text(b)));
    private static final Reading ALGORITHM = Reading.words(b -> b.length == 0 ? "" : algorithm(b[0] & 0xFF));

    private static final Tags AUTHENTICATION = Tags.NONE
            .and(0x7C, "dynamic authentication template", Tags.NONE.and(0x80, "witness").and(0x81, "challenge")
            .and(0x82, "response").and(0x85, "exponentiation"));
    private static final Tags PUBLIC_KEY = Tags.NONE
            .and(0x7F49, "public key", Tags.NONE.and(0x81, "modulus", Reading.words(b -> WORDS.say("{0} bits", 8 * b.length)))
            .and(0x82, "public exponent", Reading.NUMBER)
            .and(0x86, "point", Reading.words(b -> b.length < 2 ? "" : WORDS.say("{0} bits", 4 * (b.length - 1)))));
    private static final Tags GENERATE = Tags.NONE.and(0xAC, "control reference template", Tags.NONE.and(0x80, "algorithm", ALGORITHM)
            .and(0x81, "parameter", Reading.HEX).and(0xAA, "PIN policy", Reading.HEX).and(0xAB, "touch policy", Reading.HEX));
    private static final Tags PROPERTY = Tags.NONE
            .and(0x61, "application property template", Tags.NONE.and(0x4F, "application identifier", Reading.HEX)
            .and(0x79, "coexistent tag allocation authority", Tags.NONE.and(0x4F, "application identifier", Reading.HEX))
            .and(0x50, "application label", Reading.TEXT).and(0x5F50, "URL of the specification", Reading.TEXT)
            .and(0xAC, "cryptographic algorithms supported", Tags.NONE.and(0x80, "algorithm", ALGORITHM)
            .and(0x06, "object identifier", Reading.OID)));
    private static final Tags METADATA = Tags.NONE.and(0x01, "algorithm", ALGORITHM).and(0x02, "PIN and touch policy", Reading.HEX)
            .and(0x03, "origin", Reading.words(b -> b.length != 1 ? "" : b[0] == 1 ? WORDS.say("made on the card") : b[0] == 2
            ? WORDS.say("imported") : Hex.of(b)))
            .and(0x04, "public key", Reading.tags(Tags.NONE.and(0x81, "modulus").and(0x82, "public exponent", Reading.NUMBER)
            .and(0x86, "point")))
            .and(0x05, "has its default value", Reading.words(b -> b.length == 1 && b[0] != 0 ? WORDS.say("yes") : WORDS.say("no")))
            .and(0x06, "tries", Reading.parts(f -> {
                f.u1("after a success");
                f.u1("left");
            }));
    private static final Tags DISCOVERY = Tags.NONE.and(DiscoveryObject.AID, "application identifier", Reading.HEX)
            .and(DiscoveryObject.POLICY, "PIN usage policy", Reading.words(b -> b.length == 0 ? "" : new DiscoveryObject(new byte[0],
                    Optional.of(b[0] & 0xFF), b.length > 1 ? b[1] & 0xFF : 0).inWords()));

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.startsWith(RID_AND_PIX)).isPresent() ? APPLICATION : 0;
    }

    private static boolean isOurs(CommandApdu c) {
        return (c.cla() & 0xE0) == 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return isOurs(command) ? PivIns.name(command.ins()) : "";
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return PivStatus.meaning(sw);
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case PivIns.GET_DATA, PivIns.PUT_DATA -> object(tag(c.data()));
            case PivIns.VERIFY, PivIns.CHANGE_REFERENCE_DATA, PivIns.RESET_RETRY_COUNTER -> reference(c.p2());
            case PivIns.GENERATE, PivIns.GENERAL_AUTHENTICATE, PivIns.GET_METADATA, PivIns.IMPORT_KEY -> key(c.p2());
            case PivIns.ATTEST -> key(c.p1());
            case PivIns.MOVE_KEY -> c.p1() == 0xFF ? WORDS.say("{0}, delete", key(c.p2())) : WORDS.say("{0} to {1}", key(c.p2()), key(c.p1()));
            case PivIns.SET_MANAGEMENT_KEY -> WORDS.say("management key");
            default -> "";
        };
    }

    /** The tag that GET DATA or PUT DATA is about, 0 if there is none. */
    private static int tag(byte[] data) {
        List<Tlv.Placed> all = Tlv.parseBeginning(data);
        if (all.isEmpty()) {
            return 0;
        }
        Tlv first = all.getFirst().tlv();
        return first.tag() != TAG_LIST ? first.tag() : first.length() > 3 ? 0 : (int) Reading.number(first.value());
    }

    private static String object(int tag) {
        return tag == 0 ? "" : PivObject.of(tag).map(o -> o.label() + " (" + o.id() + ")").orElse("%02X".formatted(tag));
    }

    private static String key(int reference) {
        return reference == PivIns.MANAGEMENT_KEY ? WORDS.say("management key (9B)")
                : PivSlot.of(reference).map(s -> WORDS.say("{0} key ({1})", s.label(), s.id())).orElseGet(() -> WORDS.say("key {0}", "%02X".formatted(reference)));
    }

    private static String reference(int p2) {
        return switch (p2) {
            case PivIns.PIN_GLOBAL -> WORDS.say("global PIN");
            case PivIns.PIN_APPLICATION -> "PIN";
            case PivIns.PUK -> "PUK";
            case 0x96 -> WORDS.say("primary finger");
            case 0x97 -> WORDS.say("secondary finger");
            case 0x98 -> WORDS.say("pairing code");
            default -> WORDS.say("reference {0}", "%02X".formatted(p2));
        };
    }

    private static String algorithm(int id) {
        return PivAlgorithm.of(id).map(PivAlgorithm::text).orElseGet(() -> id == 0 ? WORDS.say("triple DES (3 keys)")
                : WORDS.say("algorithm {0}", "%02X".formatted(id)));
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case PivIns.VERIFY -> Fields.parameters(c.p1() == 0xFF ? WORDS.say("take the verification back") : WORDS.say("verify"), reference(c.p2()));
            case PivIns.CHANGE_REFERENCE_DATA, PivIns.RESET_RETRY_COUNTER -> Fields.parameters("", reference(c.p2()));
            case PivIns.GENERATE -> Fields.parameters("", key(c.p2()));
            case PivIns.GENERAL_AUTHENTICATE, PivIns.IMPORT_KEY -> Fields.parameters(algorithm(c.p1()), key(c.p2()));
            case PivIns.GET_DATA, PivIns.PUT_DATA -> Fields.together("place", WORDS.say("current DF"));
            case PivIns.GET_METADATA -> Fields.parameters("", c.p2() == PivIns.PIN_APPLICATION || c.p2() == PivIns.PUK ? reference(c.p2()) : key(c.p2()));
            case PivIns.ATTEST -> Fields.parameters(key(c.p1()), "");
            case PivIns.MOVE_KEY -> Fields.parameters(c.p1() == 0xFF ? WORDS.say("delete") : WORDS.say("to {0}", key(c.p1())), WORDS.say("from {0}", key(c.p2())));
            case PivIns.SET_RETRIES -> Fields.parameters(WORDS.say("{0} tries of the PIN", c.p1()), WORDS.say("{0} tries of the PUK", c.p2()));
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case PivIns.GET_DATA -> named(0).read(data);
            case PivIns.PUT_DATA -> named(tag(data)).read(data);
            case PivIns.GENERAL_AUTHENTICATE -> AUTHENTICATION.read(data);
            case PivIns.GENERATE -> GENERATE.read(data);
            case PivIns.VERIFY -> List.of(Field.of("PIN, filled up with FF", "", 0, data.length));
            case PivIns.CHANGE_REFERENCE_DATA -> Fields.of(data, f -> f.bytes("old value", PivIns.PIN_LENGTH)
                    .bytes("new value", PivIns.PIN_LENGTH));
            case PivIns.RESET_RETRY_COUNTER -> Fields.of(data, f -> f.bytes("PUK", PivIns.PIN_LENGTH).bytes("new PIN", PivIns.PIN_LENGTH));
            case PivIns.SET_MANAGEMENT_KEY -> Fields.of(data, f -> {
                f.bytes("algorithm", 1, ALGORITHM);
                f.u1("key reference", Hex::of);
                f.lv("key", Reading.BYTES);
            });
            case PivIns.IMPORT_KEY -> Tags.NONE.and(0x01, "p").and(0x02, "q").and(0x03, "d mod p-1").and(0x04, "d mod q-1").and(0x05, "1/q mod p")
                    .and(0x06, "private scalar").and(0x07, "private key").and(0x08, "private key")
                    .and(0xAA, "PIN policy", Reading.HEX)
                    .and(0xAB, "touch policy", Reading.HEX).read(data);
            default -> List.of();
        };
    }

    /** What GET DATA and PUT DATA carry: a tag list and the object's content, by its tag. */
    private static Tags named(int tag) {
        return Tags.NONE.and(TAG_LIST, "tag list", Reading.words(b -> b.length > 3 ? Hex.of(b) : object((int) Reading.number(b))))
                .and(CONTENT, "content", b -> content(tag, b)).and(0x7E, "Discovery Object", DISCOVERY)
                .and(0x7F61, "Biometric Information Templates Group");
    }

    private static Meaning content(int tag, byte[] b) {
        PivObject.Kind kind = PivObject.of(tag).map(PivObject::kind).orElse(PivObject.Kind.VENDOR);
        return Meaning.of(switch (kind) {
            case CERTIFICATE -> certificate(b);
            case CHUID -> Tags.NONE.and(Chuid.BUFFER_LENGTH, "buffer length", Reading.NUMBER).and(Chuid.FASC_N, "FASC-N", FASC_N)
                    .and(Chuid.ORGANIZATION, "organizational identifier", Reading.TEXT).and(Chuid.DUNS, "DUNS", Reading.TEXT)
                    .and(Chuid.GUID, "GUID", UUID)
                    .and(Chuid.EXPIRY, "expiration date", DATE).and(Chuid.CARDHOLDER, "cardholder UUID", UUID)
                    .and(Chuid.SIGNATURE, "issuer asymmetric signature", Reading.DER).and(Chuid.CODE, "error detection code").read(b);
            case CCC -> Tags.NONE.and(0xF0, "card identifier", Reading.HEX).and(0xF1, "capability container version", Reading.HEX)
                    .and(0xF2, "capability grammar version", Reading.HEX).and(0xF3, "applications CardURL", Reading.HEX)
                    .and(0xF4, "PKCS #15", Reading.HEX)
                    .and(0xF5, "registered data model number", Reading.HEX).and(0xF6, "access control rule table", Reading.HEX)
                    .and(0xF7, "card APDUs")
                    .and(0xFA, "redirection tag").and(0xFB, "capability tuples").and(0xFC, "status tuples")
                    .and(0xFD, "next CCC")
                    .and(0xE3, "extended application CardURL").and(0xB4, "security object buffer")
                    .and(0xFE, "error detection code").read(b);
            case PRINTED -> Tags.NONE.and(0x01, "name", Reading.TEXT).and(0x02, "employee affiliation", Reading.TEXT)
                    .and(0x04, "expiration date", Reading.TEXT).and(0x05, "agency card serial number", Reading.TEXT)
                    .and(0x06, "issuer identification", Reading.TEXT).and(0x07, "organization affiliation 1", Reading.TEXT)
                    .and(0x08, "organization affiliation 2", Reading.TEXT).and(0xFE, "error detection code").read(b);
            case KEY_HISTORY -> Tags.NONE.and(KeyHistory.ON_CARD, "keys with certificates on the card", Reading.NUMBER)
                    .and(KeyHistory.OFF_CARD, "keys with certificates elsewhere", Reading.NUMBER)
                    .and(KeyHistory.URL, "URL of those", Reading.TEXT)
                    .and(0xFE, "error detection code").read(b);
            case SECURITY -> Tags.NONE.and(SecurityObject.MAPPING, "mapping of hashes to containers", Reading.parts(PivDecoder::mapping))
                    .and(SecurityObject.HASHES, "security object", Reading.DER).and(0xFE, "error detection code").read(b);
            case FINGERPRINTS, FACE, IRIS -> Tags.NONE.and(Biometric.RECORD, "CBEFF record").and(0xFE, "error detection code").read(b);
            case PAIRING_CODE -> Tags.NONE.and(0x99, "pairing code").and(0xFE, "error detection code").read(b);
            default -> Tags.NONE.read(b);
        });
    }

    private static List<Field> certificate(byte[] b) {
        boolean packed = Tlv.parseBeginning(b).stream().anyMatch(p -> p.tlv().tag() == PivCertificate.INFORMATION
                && PivCertificate.isCompressed(p.tlv().value()));
        return Tags.NONE.and(PivCertificate.CERTIFICATE, packed ? "certificate, compressed" : "certificate", packed ? Reading.BYTES
                : Reading.DER)
                .and(PivCertificate.INFORMATION, "certificate information",
                        Reading.words(i -> PivCertificate.isCompressed(i) ? WORDS.say("compressed by gzip")
                        : WORDS.say("not compressed"))).and(PivCertificate.MSCUID, "MSCUID", Reading.TEXT).and(0xFE, "error detection code").read(b);
    }

    private static void mapping(Fields f) {
        while (f.more()) {
            f.group("mapping", g -> {
                g.u1("number of the hash");
                g.bytes("container", 2, Reading.words(b -> PivObject.ofContainer((int) Reading.number(b)).map(PivObject::label).orElse(Hex.of(b))));
            });
        }
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case SELECT -> PROPERTY.read(data);
            case PivIns.GET_DATA -> named(tag(c.data())).read(data);
            case PivIns.GENERAL_AUTHENTICATE -> AUTHENTICATION.read(data);
            case PivIns.GENERATE -> PUBLIC_KEY.read(data);
            case PivIns.GET_METADATA -> METADATA.read(data);
            case PivIns.ATTEST -> Reading.DER.readSafely(data).parts();
            case PivIns.GET_SERIAL -> List.of(Field.of("serial number", String.valueOf(Reading.number(data)), 0, data.length));
            case PivIns.GET_VERSION -> Fields.of(data, f -> {
                f.u1("major");
                f.u1("minor");
                f.u1("patch");
            });
            default -> List.of();
        };
    }
}
