// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/** The files of ISO/IEC 7816-15 (PKCS #15), taken apart. What makes no sense ends in a {@link CardException}, whatever the bytes are. */
public final class Pkcs15 {

    private static final Words WORDS = Words.of(Pkcs15.class);

    /** The application's AID by PKCS #15. */
    public static final Aid APPLICATION = Aid.of("A000000063504B43532D3135");
    /** Its AID by ISO/IEC 7816-15. */
    public static final Aid ISO_APPLICATION = Aid.of("E828BD080F");
    /** Identifier of EF.ODF. */
    public static final byte[] ODF = {0x50, 0x31};
    /** Identifier of EF.CIAInfo, once EF.TokenInfo. */
    public static final byte[] TOKEN_INFO = {0x50, 0x32};

    private static final int DEEPEST = 24;
    private static final int MOST_OBJECTS = 500;
    private static final int SMALLEST_CURVE = 128;

    private Pkcs15() {
    }

    /** Where something lies. @param path identifiers, absolute if it begins with 3F00; index first byte, length -1 for the whole file */
    public record Path(byte[] path, int index, int length) {
        public Path {
            path = path.clone();
        }

        @Override
        public byte[] path() {
            return path.clone();
        }

        @Override
        public String toString() {
            return Hex.of(path).replaceAll("(?<=\\G.{4})(?=.)", "/");
        }
    }

    /** A value: where it lies, or the value itself (DER). */
    public record Value(Optional<Path> path, Optional<byte[]> direct) {
        static final Value NONE = new Value(Optional.empty(), Optional.empty());
    }

    /** An application in EF.DIR. @param aid its AID, label its name, may be empty, path where its files are, empty if it does not say */
    public record Application(byte[] aid, String label, byte[] path) {

        /** True if it is one of ISO/IEC 7816-15. */
        public boolean isPkcs15() {
            return isApplication(aid);
        }
    }

    /** True if an AID is that of an application of ISO/IEC 7816-15: it begins with one of the two names (§7.5.5). */
    public static boolean isApplication(byte[] aid) {
        return startsWith(aid, APPLICATION.bytes()) || startsWith(aid, ISO_APPLICATION.bytes());
    }

    private static boolean startsWith(byte[] a, byte[] start) {
        return a.length >= start.length && Arrays.equals(Arrays.copyOf(a, start.length), start);
    }

    /** Kinds of directories that EF.ODF names. */
    public enum Directory {
        /** Private keys. */
        PRIVATE_KEYS(0),
        /** Public keys. */
        PUBLIC_KEYS(1),
        /** Public keys that are trusted. */
        TRUSTED_PUBLIC_KEYS(2),
        /** Secret keys. */
        SECRET_KEYS(3),
        /** Certificates. */
        CERTIFICATES(4),
        /** Certificates that are trusted. */
        TRUSTED_CERTIFICATES(5),
        /** Certificates of others. */
        USEFUL_CERTIFICATES(6),
        /** Data objects. */
        DATA_OBJECTS(7),
        /** PINs and other ways to authenticate. */
        AUTHENTICATION(8);

        private final int tag;

        Directory(int tag) {
            this.tag = tag;
        }
    }

    /** An entry of EF.ODF: a directory's file, or its objects themselves. */
    public record Entry(Directory directory, Optional<Path> path, byte[] objects) {
    }

    /** An algorithm of the card. @param mechanism as PKCS #11 numbers it; cardReference what MANAGE SECURITY ENVIRONMENT takes, if any */
    public record Algorithm(int reference, int mechanism, OptionalInt cardReference) {
    }

    /** What EF.CIAInfo tells. @param flags "read-only", "login required" and so on */
    public record TokenInfo(int version, String serial, String manufacturer, String label, List<String> flags, List<Algorithm> algorithms) {
    }

    /** What all objects have. @param authId id of the PIN that protects it, empty if none */
    public record Common(String label, boolean isPrivate, boolean modifiable, byte[] authId) {
    }

    /** What a key may do, in the standard's order of bits. */
    public enum Usage {
        /** See the standard. */
        ENCRYPT, DECRYPT, SIGN, SIGN_RECOVER, WRAP, UNWRAP, VERIFY, VERIFY_RECOVER, DERIVE, NON_REPUDIATION
    }

    /** A key. @param type "RSA", "EC" …; reference for MANAGE SECURITY ENVIRONMENT; bits 0 if not told; algorithms references of the {@link TokenInfo} */
    public record Key(Common common, boolean isPrivate, String type, byte[] id, Set<Usage> usage, OptionalInt reference, int bits,
            List<Integer> algorithms, Value value) {
    }

    /** A certificate. */
    public record Certificate(Common common, byte[] id, boolean authority, Value value) {
    }

    /** A data object. */
    public record Data(Common common, String application, Value value) {
    }

    /** A PIN. @param type 0 BCD, 1 ASCII digits, 2 UTF-8, 3 half a byte a digit, 4 ISO 9564-1; pad -1 for none; stored length 0 if not told */
    public record Pin(Common common, byte[] authId, Set<PinFlag> flags, int type, int min, int stored, int max, int reference, int pad,
            Optional<Path> path) {
    }

    /** Properties of a PIN, in the standard's order of bits. */
    public enum PinFlag {
        /** See the standard. */
        CASE_SENSITIVE, LOCAL, CHANGE_DISABLED, UNBLOCK_DISABLED, INITIALIZED, NEEDS_PADDING, UNBLOCKING, SECURITY_OFFICER, DISABLE_ALLOWED,
        INTEGRITY_PROTECTED, CONFIDENTIALITY_PROTECTED, EXCHANGE_REFERENCE_DATA
    }

    private interface Parser<T> {
        T parse() throws Exception;
    }

    private static <T> T guarded(String what, Parser<T> parser) throws CardException {
        try {
            return parser.parse();
        } catch (CardException e) {
            throw e;
        } catch (Exception e) {
            throw new CardException(org.esc.apdu.Problem.of(org.esc.apdu.Fault.CARD, WORDS.say("read {0}", what),
                    WORDS.say("The card's {0} makes no sense.", what)), e);
        }
    }

    /** The data objects of a file one by one, without its padding. @throws CardException if a length runs over the end */
    static List<byte[]> split(byte[] content, String what) throws CardException {
        var list = new ArrayList<byte[]>();
        int at = 0;
        while (at < content.length && content[at] != (byte) 0xFF && list.size() < MOST_OBJECTS) {
            if (content[at] == 0) {
                // an object that was removed, or padding
                at++;
                continue;
            }
            int[] head = head(content, at, content.length);
            if (head.length == 0) {
                throw new CardException(WORDS.say("read {0}", what), WORDS.say("The card's {0} is cut short or damaged at byte {1}.", what, at));
            }
            byte[] one = Arrays.copyOfRange(content, at, head[0] + head[1]);
            if (!shallow(one, 0, one.length, 0)) {
                throw new CardException(WORDS.say("read {0}", what), WORDS.say("The card's {0} is damaged at byte {1}.", what, at));
            }
            list.add(one);
            at = head[0] + head[1];
        }
        return list;
    }

    /** Where the value begins and how long it is, or nothing. */
    private static int[] head(byte[] b, int at, int end) {
        int p = at;
        if ((b[p++] & 0x1F) == 0x1F) {
            while (p < end && (b[p++] & 0x80) != 0) {
                // high tag numbers have more bytes
            }
        }
        if (p >= end) {
            return new int[0];
        }
        int length = b[p++] & 0xFF;
        if (length >= 0x80) {
            int count = length & 0x7F;
            if (count == 0 || count > 3 || p + count > end) {
                return new int[0];
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | b[p++] & 0xFF;
            }
        }
        return length > end - p ? new int[0] : new int[] {p, length};
    }

    /** False if it is nested so deep, or so badly, that a parser must not see it. */
    private static boolean shallow(byte[] b, int from, int end, int depth) {
        int at = from;
        while (at < end) {
            int[] head = head(b, at, end);
            if (head.length == 0 || depth > DEEPEST) {
                return false;
            }
            if ((b[at] & 0x20) != 0 && !shallow(b, head[0], head[0] + head[1], depth + 1)) {
                return false;
            }
            at = head[0] + head[1];
        }
        return true;
    }

    /** EF.DIR. */
    public static List<Application> applications(byte[] content) throws CardException {
        String what = "EF.DIR";
        var list = new ArrayList<Application>();
        for (byte[] one : split(content, what)) {
            guarded(what, () -> {
                var parts = org.esc.apdu.Tlv.parseAll(one);
                byte[] aid = org.esc.apdu.Tlv.find(parts, 0x4F).map(org.esc.apdu.Tlv::value).orElse(new byte[0]);
                String label = org.esc.apdu.Tlv.find(parts, 0x50).map(t -> text(t.value())).orElse("");
                list.add(new Application(aid, label, org.esc.apdu.Tlv.find(parts, 0x51).map(org.esc.apdu.Tlv::value).orElse(new byte[0])));
                return null;
            });
        }
        return list;
    }

    /** EF.ODF. */
    public static List<Entry> directories(byte[] content) throws CardException {
        String what = WORDS.say("list of directories (EF.ODF)");
        var list = new ArrayList<Entry>();
        for (byte[] one : split(content, what)) {
            guarded(what, () -> {
                var tagged = ASN1TaggedObject.getInstance(ASN1Primitive.fromByteArray(one));
                for (Directory d : Directory.values()) {
                    if (d.tag == tagged.getTagNo()) {
                        ASN1Encodable inner = tagged.getExplicitBaseObject();
                        if (inner instanceof ASN1TaggedObject direct) {
                            ASN1Sequence all = ASN1Sequence.getInstance(direct, false);
                            var out = new java.io.ByteArrayOutputStream();
                            for (ASN1Encodable o : all) {
                                out.writeBytes(o.toASN1Primitive().getEncoded());
                            }
                            list.add(new Entry(d, Optional.empty(), out.toByteArray()));
                        } else {
                            list.add(new Entry(d, Optional.of(path(ASN1Sequence.getInstance(inner))), new byte[0]));
                        }
                    }
                }
                return null;
            });
        }
        return list;
    }

    /** EF.CIAInfo. */
    public static TokenInfo tokenInfo(byte[] content) throws CardException {
        String what = WORDS.say("token information (EF.CIAInfo)");
        List<byte[]> all = split(content, what);
        if (all.isEmpty()) {
            throw new CardException(WORDS.say("read {0}", what), WORDS.say("The card's {0} is empty.", what));
        }
        return guarded(what, () -> {
            int version = 0;
            String serial = "";
            String manufacturer = "";
            String label = "";
            List<String> flags = List.of();
            var algorithms = new ArrayList<Algorithm>();
            for (ASN1Encodable e : ASN1Sequence.getInstance(all.getFirst())) {
                switch (e) {
                    case ASN1Integer i -> version = small(i);
                    case ASN1OctetString o -> serial = Hex.of(o.getOctets());
                    case ASN1BitString b -> flags = words(b, WORDS.say("read-only"), WORDS.say("login required"),
                            WORDS.say("makes random numbers"), WORDS.say("EID compliant"));
                    case ASN1TaggedObject t when t.getTagNo() == 0 -> label = text(ASN1OctetString.getInstance(t, false).getOctets());
                    case ASN1TaggedObject t when t.getTagNo() == 2 -> {
                        for (ASN1Encodable a : ASN1Sequence.getInstance(t, false)) {
                            algorithm(ASN1Sequence.getInstance(a)).ifPresent(algorithms::add);
                        }
                    }
                    case ASN1String s -> manufacturer = clean(s.getString());
                    default -> {
                    }
                }
            }
            return new TokenInfo(version, serial, manufacturer, label, flags, algorithms);
        });
    }

    private static Optional<Algorithm> algorithm(ASN1Sequence s) throws CardException {
        if (s.size() < 2) {
            return Optional.empty();
        }
        OptionalInt card = OptionalInt.empty();
        boolean afterOid = false;
        for (int i = 2; i < s.size(); i++) {
            if (s.getObjectAt(i) instanceof ASN1ObjectIdentifier) {
                afterOid = true;
            } else if (afterOid && s.getObjectAt(i) instanceof ASN1Integer n) {
                card = OptionalInt.of(small(n) & 0xFF);
            }
        }
        return Optional.of(new Algorithm(small(ASN1Integer.getInstance(s.getObjectAt(0))), small(ASN1Integer.getInstance(s.getObjectAt(1))), card));
    }

    /** An object as all directories have them: which alternative it is (-1 the untagged one) and its attributes. */
    private record Raw(int choice, Common common, ASN1Sequence own, Optional<ASN1Encodable> type) {
    }

    private static Raw raw(byte[] der) throws Exception {
        ASN1Primitive p = ASN1Primitive.fromByteArray(der);
        int choice = p instanceof ASN1TaggedObject t ? t.getTagNo() : -1;
        ASN1Sequence s = p instanceof ASN1TaggedObject t ? ASN1Sequence.getInstance(t, false) : ASN1Sequence.getInstance(p);
        Common common = common(ASN1Sequence.getInstance(s.getObjectAt(0)));
        Optional<ASN1Encodable> type = Optional.empty();
        for (int i = 2; i < s.size(); i++) {
            if (s.getObjectAt(i) instanceof ASN1TaggedObject t && t.getTagNo() == 1) {
                type = Optional.of(t.getExplicitBaseObject());
            }
        }
        return new Raw(choice, common, ASN1Sequence.getInstance(s.getObjectAt(1)), type);
    }

    private static Common common(ASN1Sequence s) {
        String label = "";
        boolean isPrivate = false;
        boolean modifiable = false;
        byte[] auth = new byte[0];
        for (ASN1Encodable e : s) {
            switch (e) {
                case ASN1BitString b -> {
                    isPrivate = bit(b, 0);
                    modifiable = bit(b, 1);
                }
                case ASN1OctetString o -> auth = o.getOctets();
                case ASN1String t -> label = clean(t.getString());
                default -> {
                }
            }
        }
        return new Common(label, isPrivate, modifiable, auth);
    }

    /** The private or public keys of a directory. */
    public static List<Key> keys(byte[] content, boolean isPrivate) throws CardException {
        String what = isPrivate ? WORDS.say("directory of private keys") : WORDS.say("directory of public keys");
        var list = new ArrayList<Key>();
        for (byte[] one : split(content, what)) {
            list.add(guarded(what, () -> key(raw(one), isPrivate)));
        }
        return list;
    }

    private static Key key(Raw r, boolean isPrivate) throws Exception {
        String[] types = {"RSA", "EC", "DH", "DSA", "KEA"};
        String type = r.choice + 1 < types.length ? types[r.choice + 1] : WORDS.say("unknown");
        byte[] id = new byte[0];
        Set<Usage> usage = EnumSet.noneOf(Usage.class);
        OptionalInt reference = OptionalInt.empty();
        var algorithms = new ArrayList<Integer>();
        for (ASN1Encodable e : r.own) {
            switch (e) {
                case ASN1OctetString o -> id = o.getOctets();
                // the first list of bits is the usage, a second one the access flags
                case ASN1BitString b when usage.isEmpty() -> {
                    for (Usage u : Usage.values()) {
                        if (bit(b, u.ordinal())) {
                            usage.add(u);
                        }
                    }
                }
                case ASN1Integer i -> reference = OptionalInt.of(small(i) & 0xFF);
                case ASN1TaggedObject t when t.getTagNo() == 1 -> {
                    for (ASN1Encodable a : ASN1Sequence.getInstance(t, false)) {
                        algorithms.add(small(ASN1Integer.getInstance(a)));
                    }
                }
                default -> {
                }
            }
        }
        int bits = 0;
        Value value = Value.NONE;
        if (r.type.isPresent() && r.type.get() instanceof ASN1Sequence s && s.size() > 0) {
            value = value(s.getObjectAt(0));
            if (s.size() > 1 && s.getObjectAt(1) instanceof ASN1Integer n) {
                // of an EC key the standard has a reference here, and many cards its size
                bits = r.choice == -1 || small(n) >= SMALLEST_CURVE ? Math.clamp(small(n), 0, 1 << 16) : 0;
            }
        }
        return new Key(r.common, isPrivate, type, id, usage, reference, bits, algorithms, value);
    }

    /** The X.509 certificates of a directory. */
    public static List<Certificate> certificates(byte[] content) throws CardException {
        String what = WORDS.say("directory of certificates");
        var list = new ArrayList<Certificate>();
        for (byte[] one : split(content, what)) {
            guarded(what, () -> {
                Raw r = raw(one);
                if (r.choice == -1) {
                    byte[] id = new byte[0];
                    boolean authority = false;
                    for (ASN1Encodable e : r.own) {
                        if (e instanceof ASN1OctetString o) {
                            id = o.getOctets();
                        } else if (e instanceof ASN1Boolean b) {
                            authority = b.isTrue();
                        }
                    }
                    list.add(new Certificate(r.common, id, authority, r.type.filter(t -> t instanceof ASN1Sequence s && s.size() > 0)
                            .map(t -> value(((ASN1Sequence) t).getObjectAt(0))).orElse(Value.NONE)));
                }
                return null;
            });
        }
        return list;
    }

    /** The data objects of a directory. */
    public static List<Data> dataObjects(byte[] content) throws CardException {
        String what = WORDS.say("directory of data objects");
        var list = new ArrayList<Data>();
        for (byte[] one : split(content, what)) {
            guarded(what, () -> {
                Raw r = raw(one);
                String application = "";
                for (ASN1Encodable e : r.own) {
                    application = e instanceof ASN1String s ? clean(s.getString())
                            : application.isEmpty() && e instanceof ASN1ObjectIdentifier o ? o.getId() : application;
                }
                list.add(new Data(r.common, application, r.type.map(Pkcs15::value).orElse(Value.NONE)));
                return null;
            });
        }
        return list;
    }

    /** The PINs of a directory; other ways to authenticate are left out. */
    public static List<Pin> pins(byte[] content) throws CardException {
        String what = WORDS.say("directory of PINs");
        var list = new ArrayList<Pin>();
        for (byte[] one : split(content, what)) {
            guarded(what, () -> {
                Raw r = raw(one);
                if (r.choice == -1 && r.type.isPresent()) {
                    list.add(pin(r, ASN1Sequence.getInstance(r.type.get())));
                }
                return null;
            });
        }
        return list;
    }

    private static Pin pin(Raw r, ASN1Sequence s) throws CardException {
        byte[] id = new byte[0];
        for (ASN1Encodable e : r.own) {
            id = e instanceof ASN1OctetString o ? o.getOctets() : id;
        }
        Set<PinFlag> flags = EnumSet.noneOf(PinFlag.class);
        int type = 1;
        int reference = 0;
        int pad = -1;
        var lengths = new ArrayList<Integer>();
        Optional<Path> path = Optional.empty();
        for (ASN1Encodable e : s) {
            switch (e) {
                case ASN1BitString b -> {
                    for (PinFlag f : PinFlag.values()) {
                        if (bit(b, f.ordinal())) {
                            flags.add(f);
                        }
                    }
                }
                case ASN1Enumerated n -> type = Math.clamp(n.intValueExact(), 0, 255);
                case ASN1Integer i -> lengths.add(Math.clamp(small(i), 0, 255));
                case ASN1TaggedObject t when t.getTagNo() == 0 -> reference = small(ASN1Integer.getInstance(t, false)) & 0xFF;
                case ASN1OctetString o when o.getOctets().length > 0 -> pad = o.getOctets()[0] & 0xFF;
                case ASN1Sequence p -> path = Optional.of(path(p));
                default -> {
                }
            }
        }
        int min = lengths.isEmpty() ? 4 : lengths.getFirst();
        int stored = lengths.size() < 2 ? 0 : lengths.get(1);
        return new Pin(r.common, id, flags, type, min, stored, lengths.size() > 2 ? lengths.get(2) : stored == 0 ? 8 : stored, reference, pad,
                path);
    }

    private static Value value(ASN1Encodable e) {
        try {
            return switch (e) {
                case ASN1Sequence s when s.size() > 0 && s.getObjectAt(0) instanceof ASN1OctetString -> new Value(Optional.of(path(s)), Optional.empty());
                case ASN1TaggedObject t when t.getTagNo() == 0 -> new Value(Optional.empty(),
                        Optional.of((t.isExplicit() && t.getExplicitBaseObject() instanceof ASN1TaggedObject inner ? spki(inner)
                                : ASN1Sequence.getInstance(t, false)).getEncoded()));
                default -> Value.NONE;
            };
        } catch (Exception x) {
            throw new IllegalArgumentException(x);
        }
    }

    private static ASN1Sequence spki(ASN1TaggedObject t) {
        return ASN1Sequence.getInstance(t, false);
    }

    private static Path path(ASN1Sequence s) {
        byte[] p = ASN1OctetString.getInstance(s.getObjectAt(0)).getOctets();
        int index = 0;
        int length = -1;
        for (int i = 1; i < s.size(); i++) {
            if (s.getObjectAt(i) instanceof ASN1Integer n) {
                index = small(n);
            } else if (s.getObjectAt(i) instanceof ASN1TaggedObject t && t.getTagNo() == 0) {
                length = small(ASN1Integer.getInstance(t, false));
            }
        }
        if (index < 0 || index > 0x7FFF || length > 0xFFFF || length < -1) {
            throw new IllegalArgumentException("A path with an index of " + index + " and a length of " + length);
        }
        return new Path(p, index, length);
    }

    private static int small(ASN1Integer i) {
        BigInteger v = i.getValue();
        if (v.bitLength() > 31) {
            throw new IllegalArgumentException("A number of " + v.bitLength() + " bits");
        }
        return v.intValue();
    }

    private static boolean bit(ASN1BitString b, int n) {
        byte[] bytes = b.getBytes();
        return n / 8 < bytes.length && (bytes[n / 8] & 0x80 >> n % 8) != 0;
    }

    private static List<String> words(ASN1BitString b, String... names) {
        var list = new ArrayList<String>();
        for (int i = 0; i < names.length; i++) {
            if (bit(b, i)) {
                list.add(names[i]);
            }
        }
        return list;
    }

    private static String text(byte[] utf8) {
        return clean(new String(utf8, java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Without control characters, which a hostile card might send to a terminal. */
    private static String clean(String s) {
        return s.codePoints().filter(c -> !Character.isISOControl(c)).limit(200).collect(StringBuilder::new, StringBuilder::appendCodePoint,
                StringBuilder::append).toString().strip();
    }
}
