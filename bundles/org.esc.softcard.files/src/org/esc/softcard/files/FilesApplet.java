// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletHost;
import org.esc.softcard.files.CardImage.Condition;
import org.esc.softcard.files.CardImage.FileSpec;
import org.esc.softcard.files.CardImage.KeySpec;
import org.esc.softcard.files.CardImage.Kind;
import org.esc.softcard.files.CardImage.PinSpec;

/**
 * A card of files (ISO/IEC 7816-4, -8): SELECT, READ and UPDATE BINARY, READ and UPDATE RECORD, GET DATA, VERIFY, CHANGE REFERENCE DATA, RESET
 * RETRY COUNTER, MANAGE SECURITY ENVIRONMENT, PERFORM SECURITY OPERATION, INTERNAL AUTHENTICATE, GET CHALLENGE. For objects of GSC-IS 2.1 also
 * READ BUFFER, GET PROPERTIES, GET ACR and PRIVATE SIGN/DECRYPT. What it holds an image says.
 */
final class FilesApplet implements Applet {

    private static final int END_OF_FILE = 0x6282;
    private static final int WRONG_PIN = 0x63C0;
    private static final int WRONG_LENGTH = 0x6700;
    private static final int WRONG_STRUCTURE = 0x6981;
    private static final int SECURITY = 0x6982;
    private static final int BLOCKED = 0x6983;
    private static final int CONDITIONS = 0x6985;
    private static final int NO_FILE_SELECTED = 0x6986;
    private static final int WRONG_DATA = 0x6A80;
    private static final int NOT_FOUND = 0x6A82;
    private static final int NO_RECORD = 0x6A83;
    private static final int NO_SPACE = 0x6A84;
    private static final int WRONG_P1_P2 = 0x6A86;
    private static final int NO_REFERENCE = 0x6A88;
    private static final int BEYOND = 0x6B00;
    private static final int UNKNOWN_INS = 0x6D00;
    private static final int UNKNOWN_CLA = 0x6E00;

    private static final int GSC_CLA = 0x80;
    /** Algorithm reference with which the card hashes by SHA-1 before it signs on a curve; with any other it is given the digest. */
    private static final int ECDSA_SHA1 = 0x21;
    private static final String MF = "3F00";

    private final AppletHost host;
    private final CardImage image;
    private final Map<Integer, CardKey> keys = new HashMap<>();
    private final Set<Integer> verified = new HashSet<>();
    private final Map<Integer, Integer> environment = new HashMap<>();
    private final Map<Integer, Integer> algorithms = new HashMap<>();
    private final ByteArrayOutputStream steps = new ByteArrayOutputStream();
    private FileSpec folder;
    private Optional<FileSpec> file = Optional.empty();
    private int record;

    FilesApplet(AppletHost host, CardImage image) {
        this.host = host;
        this.image = image;
        forget();
    }

    @Override
    public ResponseApdu selected() {
        forget();
        return ResponseApdu.ok(control(folder, 0));
    }

    @Override
    public void deselected() {
        forget();
    }

    @Override
    public void reset() {
        forget();
    }

    private void forget() {
        verified.clear();
        environment.clear();
        algorithms.clear();
        steps.reset();
        enter(image.files().getFirst());
    }

    private void enter(FileSpec target) {
        folder = target;
        file = Optional.empty();
        record = 0;
        if (target.kind() != Kind.DF) {
            file = Optional.of(target);
            folder = find(target.parent()).orElse(target);
        } else if (!target.path().contains("/") && !target.path().equals(MF)) {
            // an application of GSC-IS with one object only: that is selected along with it
            var objects = children(target).filter(f -> f.kind() == Kind.BUFFERS).toList();
            file = objects.size() == 1 ? Optional.of(objects.getFirst()) : Optional.empty();
        }
    }

    private Optional<FileSpec> find(String path) {
        return image.files().stream().filter(f -> f.path().equals(path)).findFirst();
    }

    private java.util.stream.Stream<FileSpec> children(FileSpec of) {
        return image.files().stream().filter(f -> f.parent().equals(of.path()));
    }

    @Override
    public Optional<ResponseApdu> select(CommandApdu c) {
        byte[] name = c.data();
        for (FileSpec f : image.files()) {
            boolean application = f.kind() == Kind.DF && !f.path().contains("/") && !f.path().equals(MF);
            var names = new ArrayList<>(f.names());
            if (application) {
                names.add(Hex.parse(f.path()));
            }
            if (name.length >= 5 && names.stream().anyMatch(n -> n.length >= name.length && Arrays.equals(Arrays.copyOf(n, name.length), name))) {
                enter(f);
                byte[] answer = f.select().length > 0 ? f.select() : control(f, c.p2());
                return Optional.of(ResponseApdu.ok(answer));
            }
        }
        return Optional.empty();
    }

    @Override
    public ResponseApdu process(CommandApdu c) throws CardRefusal {
        if (c.cla() != 0x00 && c.cla() != GSC_CLA) {
            throw new CardRefusal(UNKNOWN_CLA);
        }
        if (c.ins() != 0x42) {
            steps.reset();
        }
        if (file.filter(f -> f.kind() == Kind.BUFFERS).isPresent() || folder.parent().isEmpty() && !folder.path().equals(MF)) {
            Optional<ResponseApdu> answer = gsc(c);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        if (c.cla() == GSC_CLA) {
            throw new CardRefusal(c.ins() == 0xCA ? NO_REFERENCE : UNKNOWN_INS);
        }
        return switch (c.ins()) {
            case 0xA4 -> selectFile(c);
            case 0xB0 -> readBinary(c);
            case 0xD6 -> updateBinary(c);
            case 0xB2 -> readRecord(c);
            case 0xDC -> updateRecord(c);
            case 0xCA -> getData(c);
            case 0x20 -> verify(c);
            case 0x24 -> change(c);
            case 0x2C -> unblock(c);
            case 0x22 -> manageEnvironment(c);
            case 0x2A -> securityOperation(c);
            case 0x88 -> ResponseApdu.ok(sign(0xA4, c.data()));
            case 0x84 -> challenge(c);
            default -> throw new CardRefusal(UNKNOWN_INS);
        };
    }

    // files

    private ResponseApdu selectFile(CommandApdu c) throws CardRefusal {
        byte[] d = c.data();
        FileSpec target = switch (c.p1()) {
            case 0x00 -> d.length == 0 ? byPath(MF) : byIdentifier(id(d));
            case 0x01 -> child(id(d), true);
            case 0x02 -> child(id(d), false);
            case 0x03 -> parent(d);
            case 0x08 -> byPath(path(image.files().getFirst().path(), d));
            case 0x09 -> byPath(path(folder.path(), d));
            default -> throw new CardRefusal(WRONG_P1_P2);
        };
        enter(target);
        return ResponseApdu.ok(control(target, c.p2()));
    }

    private static String id(byte[] d) throws CardRefusal {
        if (d.length != 2) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return Hex.of(d);
    }

    private FileSpec byPath(String path) throws CardRefusal {
        return find(path).orElseThrow(() -> new CardRefusal(NOT_FOUND));
    }

    private static String path(String from, byte[] ids) throws CardRefusal {
        if (ids.length == 0 || ids.length % 2 != 0 || ids.length > 14) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        var s = new StringBuilder(from);
        for (int i = 0; i < ids.length; i += 2) {
            String id = Hex.of(Arrays.copyOfRange(ids, i, i + 2));
            // many hosts begin an absolute path with the master file's own identifier
            if (i > 0 || !id.equals(MF)) {
                s.append('/').append(id);
            }
        }
        return s.toString();
    }

    /** The master file, the folder itself, a child, the parent or one of its children. */
    private FileSpec byIdentifier(String id) throws CardRefusal {
        if (id.equals(MF)) {
            return byPath(MF);
        }
        if (folder.name().equals(id)) {
            return folder;
        }
        Optional<FileSpec> child = find(folder.path() + "/" + id);
        if (child.isPresent() || folder.parent().isEmpty()) {
            return child.orElseThrow(() -> new CardRefusal(NOT_FOUND));
        }
        FileSpec parent = byPath(folder.parent());
        return parent.name().equals(id) ? parent : byPath(parent.path() + "/" + id);
    }

    private FileSpec child(String id, boolean isFolder) throws CardRefusal {
        FileSpec f = byPath(folder.path() + "/" + id);
        if ((f.kind() == Kind.DF) != isFolder) {
            throw new CardRefusal(NOT_FOUND);
        }
        return f;
    }

    private FileSpec parent(byte[] d) throws CardRefusal {
        if (d.length > 0) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        if (folder.parent().isEmpty()) {
            throw new CardRefusal(NOT_FOUND);
        }
        return byPath(folder.parent());
    }

    /** FCI, FCP or FMD, or nothing, as P2 asks for (ISO/IEC 7816-4 table 40). */
    private byte[] control(FileSpec f, int p2) {
        var parameters = new ArrayList<Tlv>();
        if (f.kind() == Kind.EF) {
            parameters.add(Tlv.of(0x80, shortOf(content(f).length)));
        } else if (f.kind() != Kind.DF) {
            parameters.add(Tlv.of(0x81, shortOf(f.parts().stream().mapToInt(p -> p.length).sum())));
        }
        int longest = f.parts().stream().mapToInt(p -> p.length).max().orElse(0);
        parameters.add(switch (f.kind()) {
            case DF -> Tlv.of(0x82, (byte) 0x38);
            case EF -> Tlv.of(0x82, (byte) 0x01);
            case RECORDS -> Tlv.of(0x82, (byte) 0x04, (byte) 0x21, (byte) (longest >> 8), (byte) longest, (byte) f.parts().size());
            case BUFFERS -> Tlv.of(0x82, (byte) 0x39);
        });
        if (f.name().length() == 4) {
            parameters.add(Tlv.of(0x83, Hex.parse(f.name())));
        } else {
            parameters.add(Tlv.of(0x84, Hex.parse(f.name())));
        }
        f.names().forEach(n -> parameters.add(Tlv.of(0x84, n)));
        if (f.sfi() > 0) {
            parameters.add(Tlv.of(0x88, (byte) (f.sfi() << 3)));
        }
        parameters.add(Tlv.of(0x8A, (byte) 0x05));
        var management = f.names().stream().map(n -> Tlv.of(0x84, n)).toList();
        return switch (p2 & 0x0C) {
            case 0x00 -> Tlv.of(0x6F, parameters).encoded();
            case 0x04 -> Tlv.of(0x62, parameters).encoded();
            case 0x08 -> Tlv.of(0x64, management).encoded();
            default -> new byte[0];
        };
    }

    private static byte[] shortOf(int n) {
        return new byte[] {(byte) (n >> 8), (byte) n};
    }

    private byte[] content(FileSpec f) {
        return host.memory().get("ef/" + f.path()).orElse(f.parts().getFirst());
    }

    private List<byte[]> records(FileSpec f) {
        var list = new ArrayList<byte[]>();
        for (int i = 0; i < f.parts().size(); i++) {
            list.add(host.memory().get("ef/" + f.path() + "." + (i + 1)).orElse(f.parts().get(i)));
        }
        return list;
    }

    private void allow(Condition condition) throws CardRefusal {
        if (condition.pin() != -1 && !verified.contains(condition.pin())) {
            throw new CardRefusal(SECURITY);
        }
    }

    /** The file a command is about, which it selects if it names one by its short identifier. */
    private FileSpec file(int sfi, Kind kind) throws CardRefusal {
        if (sfi > 0) {
            file = Optional.of(children(folder).filter(f -> f.sfi() == sfi).findFirst().orElseThrow(() -> new CardRefusal(NOT_FOUND)));
            record = 0;
        }
        FileSpec f = file.orElseThrow(() -> new CardRefusal(NO_FILE_SELECTED));
        if (f.kind() != kind) {
            throw new CardRefusal(WRONG_STRUCTURE);
        }
        return f;
    }

    private ResponseApdu readBinary(CommandApdu c) throws CardRefusal {
        boolean bySfi = (c.p1() & 0x80) != 0;
        if (bySfi && (c.p1() & 0x60) != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        FileSpec f = file(bySfi ? c.p1() & 0x1F : 0, Kind.EF);
        allow(f.read());
        byte[] b = content(f);
        int offset = bySfi ? c.p2() : c.p1() << 8 | c.p2();
        if (offset > b.length) {
            throw new CardRefusal(BEYOND);
        }
        int ne = c.ne().orElse(0);
        byte[] part = Arrays.copyOfRange(b, offset, Math.min(b.length, offset + ne));
        boolean all = ne == 256 || ne == 65536 || part.length == ne;
        return ResponseApdu.of(part, all ? 0x9000 : END_OF_FILE);
    }

    private ResponseApdu updateBinary(CommandApdu c) throws CardRefusal {
        boolean bySfi = (c.p1() & 0x80) != 0;
        FileSpec f = file(bySfi ? c.p1() & 0x1F : 0, Kind.EF);
        allow(f.update());
        byte[] b = content(f).clone();
        int offset = bySfi ? c.p2() : c.p1() << 8 | c.p2();
        byte[] d = c.data();
        if (offset > b.length) {
            throw new CardRefusal(BEYOND);
        }
        if (offset + d.length > b.length) {
            throw new CardRefusal(NO_SPACE);
        }
        System.arraycopy(d, 0, b, offset, d.length);
        host.memory().put("ef/" + f.path(), b);
        return ResponseApdu.ok();
    }

    private ResponseApdu readRecord(CommandApdu c) throws CardRefusal {
        FileSpec f = file(c.p2() >> 3, Kind.RECORDS);
        allow(f.read());
        List<byte[]> all = records(f);
        if ((c.p2() & 7) == 5) {
            int from = number(c.p1(), all.size());
            var out = new ByteArrayOutputStream();
            all.subList(from - 1, all.size()).forEach(out::writeBytes);
            return ResponseApdu.ok(out.toByteArray());
        }
        int n = switch (c.p2() & 7) {
            case 0 -> 1;
            case 1 -> all.size();
            case 2 -> record + 1;
            case 3 -> record == 0 ? all.size() : record - 1;
            case 4 -> number(c.p1(), all.size());
            default -> throw new CardRefusal(WRONG_P1_P2);
        };
        if (n < 1 || n > all.size()) {
            throw new CardRefusal(NO_RECORD);
        }
        if ((c.p2() & 7) < 4) {
            if (c.p1() != 0) {
                throw new CardRefusal(WRONG_P1_P2);
            }
            record = n;
        }
        return ResponseApdu.ok(all.get(n - 1));
    }

    private int number(int p1, int size) throws CardRefusal {
        int n = p1 == 0 ? record : p1;
        if (n < 1 || n > size) {
            throw new CardRefusal(NO_RECORD);
        }
        return n;
    }

    private ResponseApdu updateRecord(CommandApdu c) throws CardRefusal {
        FileSpec f = file(c.p2() >> 3, Kind.RECORDS);
        allow(f.update());
        if ((c.p2() & 7) != 4) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        int n = number(c.p1(), f.parts().size());
        byte[] d = c.data();
        if (d.length > 255) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        host.memory().put("ef/" + f.path() + "." + n, d);
        return ResponseApdu.ok();
    }

    private ResponseApdu getData(CommandApdu c) throws CardRefusal {
        byte[] d = image.data().get(c.p1() << 8 | c.p2());
        if (d == null) {
            throw new CardRefusal(NO_REFERENCE);
        }
        return ResponseApdu.ok(d);
    }

    private ResponseApdu challenge(CommandApdu c) throws CardRefusal {
        int ne = c.ne().orElseThrow(() -> new CardRefusal(WRONG_LENGTH));
        byte[] b = new byte[ne == 256 && folder.path().startsWith("A000000079") ? 8 : Math.min(ne, 256)];
        host.random().nextBytes(b);
        return ResponseApdu.ok(b);
    }

    // PINs

    private PinSpec pin(int reference) throws CardRefusal {
        PinSpec p = image.pins().get(reference & 0x7F);
        if (p == null) {
            throw new CardRefusal(NO_REFERENCE);
        }
        return p;
    }

    private int tries(PinSpec p) {
        return host.memory().get("tries/" + p.reference()).map(b -> (int) b[0]).orElse(p.tries());
    }

    private void tries(PinSpec p, int left) {
        host.memory().put("tries/" + p.reference(), new byte[] {(byte) left});
    }

    private byte[] value(PinSpec p) {
        return host.memory().get("pin/" + p.reference()).orElse(p.value());
    }

    private static byte[] padded(PinSpec p, byte[] value) {
        byte[] b = Arrays.copyOf(value, p.max());
        Arrays.fill(b, value.length, b.length, (byte) p.pad());
        return b;
    }

    private ResponseApdu verify(CommandApdu c) throws CardRefusal {
        if (c.p1() == 0xFF && c.nc() == 0) {
            verified.remove(pin(c.p2()).reference());
            return ResponseApdu.ok();
        }
        if (c.p1() != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        PinSpec p = pin(c.p2());
        if (c.nc() == 0) {
            int left = tries(p);
            return ResponseApdu.of(verified.contains(p.reference()) ? 0x9000 : left == 0 ? BLOCKED : WRONG_PIN | left);
        }
        verify(p, c.data());
        return ResponseApdu.ok();
    }

    private void verify(PinSpec p, byte[] given) throws CardRefusal {
        try {
            verified.remove(p.reference());
            int left = tries(p);
            if (left == 0) {
                throw new CardRefusal(BLOCKED);
            }
            byte[] own = p.pad() < 0 ? value(p) : padded(p, value(p));
            if (!MessageDigest.isEqual(own, given)) {
                tries(p, left - 1);
                host.pauseAfterWrongPin();
                throw new CardRefusal(left == 1 ? BLOCKED : WRONG_PIN | left - 1);
            }
            tries(p, p.tries());
            verified.add(p.reference());
        } finally {
            Arrays.fill(given, (byte) 0);
        }
    }

    private void replace(PinSpec p, byte[] fresh) throws CardRefusal {
        byte[] value = fresh;
        if (p.pad() >= 0) {
            if (fresh.length != p.max()) {
                throw new CardRefusal(WRONG_LENGTH);
            }
            int n = fresh.length;
            while (n > 0 && (fresh[n - 1] & 0xFF) == p.pad()) {
                n--;
            }
            value = Arrays.copyOf(fresh, n);
        }
        if (value.length < p.min() || value.length > p.max()) {
            throw new CardRefusal(WRONG_DATA);
        }
        host.memory().put("pin/" + p.reference(), value);
        tries(p, p.tries());
    }

    /** The old or unblocking value in front of the new one. */
    private byte[][] split(PinSpec first, byte[] both) throws CardRefusal {
        int n = first.pad() >= 0 ? first.max() : value(first).length;
        if (both.length <= n) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return new byte[][] {Arrays.copyOf(both, n), Arrays.copyOfRange(both, n, both.length)};
    }

    private ResponseApdu change(CommandApdu c) throws CardRefusal {
        PinSpec p = pin(c.p2());
        if (c.p1() != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        byte[][] parts = split(p, c.data());
        verify(p, parts[0]);
        replace(p, parts[1]);
        return ResponseApdu.ok();
    }

    private ResponseApdu unblock(CommandApdu c) throws CardRefusal {
        PinSpec p = pin(c.p2());
        PinSpec by = pin(p.unblocking() < 0 ? 0x7F : p.unblocking());
        byte[] d = c.data();
        switch (c.p1()) {
            case 0x00 -> {
                byte[][] parts = split(by, d);
                verify(by, parts[0]);
                replace(p, parts[1]);
            }
            case 0x01 -> {
                verify(by, d);
                tries(p, p.tries());
            }
            case 0x02, 0x03 -> {
                allow(new Condition(by.reference()));
                if (c.p1() == 0x02) {
                    replace(p, d);
                }
                tries(p, p.tries());
            }
            default -> throw new CardRefusal(WRONG_P1_P2);
        }
        return ResponseApdu.ok();
    }

    // keys

    private ResponseApdu manageEnvironment(CommandApdu c) throws CardRefusal {
        if (c.p1() == 0xF3) {
            environment.clear();
        algorithms.clear();
            return ResponseApdu.ok();
        }
        if ((c.p1() & 0x0F) != 0x01 || c.p2() != 0xA4 && c.p2() != 0xB6 && c.p2() != 0xB8) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        try {
            algorithms.remove(c.p2());
            for (Tlv t : Tlv.parseAll(c.data())) {
                if (t.tag() == 0x80 && t.length() == 1) {
                    algorithms.put(c.p2(), t.value()[0] & 0xFF);
                }
                if ((t.tag() == 0x83 || t.tag() == 0x84) && t.length() == 1) {
                    int reference = t.value()[0] & 0xFF;
                    if (!image.keys().containsKey(reference)) {
                        throw new CardRefusal(NO_REFERENCE);
                    }
                    environment.put(c.p2(), reference);
                }
            }
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        }
        return ResponseApdu.ok();
    }

    private KeySpec key(int template, boolean sign) throws CardRefusal {
        Integer reference = environment.get(template);
        KeySpec k = reference == null ? null : image.keys().get(reference);
        if (k == null) {
            throw new CardRefusal(NO_REFERENCE);
        }
        if (sign ? !k.sign() : !k.decrypt()) {
            throw new CardRefusal(CONDITIONS);
        }
        allow(new Condition(k.pin()));
        return k;
    }

    private CardKey cardKey(KeySpec k) {
        return keys.computeIfAbsent(k.reference(), _ -> CardKey.of(k.pkcs8()));
    }

    private byte[] sign(int template, byte[] in) throws CardRefusal {
        CardKey key = cardKey(key(template, true));
        if (key.isRsa() || algorithms.getOrDefault(template, 0) != ECDSA_SHA1) {
            return key.sign(in);
        }
        try {
            return key.sign(MessageDigest.getInstance("SHA-1").digest(in));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ResponseApdu securityOperation(CommandApdu c) throws CardRefusal {
        byte[] d = c.data();
        return switch (c.p1() << 8 | c.p2()) {
            case 0x9E9A -> ResponseApdu.ok(sign(0xB6, d));
            case 0x8086 -> ResponseApdu.ok(decipher(cardKey(key(0xB8, false)), d));
            default -> throw new CardRefusal(WRONG_P1_P2);
        };
    }

    /** With RSA a padding indicator and the cryptogram, with EC the other key: {@code A6 {7F49 {86 point}}} or the point alone. */
    private static byte[] decipher(CardKey key, byte[] d) throws CardRefusal {
        if (key.isRsa()) {
            if (d.length < 1 || d[0] != 0) {
                throw new CardRefusal(WRONG_DATA);
            }
            return key.decrypt(Arrays.copyOfRange(d, 1, d.length));
        }
        if (d.length > 0 && (d[0] & 0xFF) == 0xA6) {
            try {
                return key.agree(Tlv.find(Tlv.parseAll(d), 0x86).orElseThrow(() -> new CardRefusal(WRONG_DATA)).value());
            } catch (IllegalArgumentException _) {
                throw new CardRefusal(WRONG_DATA);
            }
        }
        return key.agree(d);
    }

    // GSC-IS 2.1

    private Optional<ResponseApdu> gsc(CommandApdu c) throws CardRefusal {
        return switch (c.ins()) {
            case 0x52 -> Optional.of(readBuffer(c));
            case 0x56 -> Optional.of(properties(c));
            case 0x4C -> Optional.of(accessRules(c));
            case 0x42 -> Optional.of(privateSignDecrypt(c));
            default -> Optional.empty();
        };
    }

    private FileSpec object() throws CardRefusal {
        return file.filter(f -> f.kind() == Kind.BUFFERS).orElseThrow(() -> new CardRefusal(NO_FILE_SELECTED));
    }

    /** READ BUFFER (GSC-IS 2.1 §5.3.4.4): P1 P2 offset, data {@code type length}; a buffer begins with its length, low byte first. */
    private ResponseApdu readBuffer(CommandApdu c) throws CardRefusal {
        FileSpec f = object();
        byte[] d = c.data();
        if (d.length != 2) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        if (d[0] != 1 && d[0] != 2) {
            throw new CardRefusal(WRONG_DATA);
        }
        if (d[0] == 2) {
            allow(f.read());
        }
        byte[] buffer = f.parts().get(d[0] - 1);
        byte[] whole = new byte[2 + buffer.length];
        whole[0] = (byte) buffer.length;
        whole[1] = (byte) (buffer.length >> 8);
        System.arraycopy(buffer, 0, whole, 2, buffer.length);
        int from = c.p1() << 8 | c.p2();
        int n = d[1] & 0xFF;
        if (from > whole.length) {
            throw new CardRefusal(BEYOND);
        }
        return ResponseApdu.ok(Arrays.copyOfRange(whole, from, Math.min(whole.length, from + n)));
    }

    private ResponseApdu properties(CommandApdu c) throws CardRefusal {
        if (c.p1() > 2) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        var objects = children(folder).filter(f -> f.kind() == Kind.BUFFERS).toList();
        var all = new ArrayList<Tlv>();
        boolean pki = objects.stream().anyMatch(f -> f.key() >= 0);
        all.add(Tlv.of(0x01, (byte) (pki ? 0x11 : 0x10), (byte) 2, (byte) 6, (byte) 2, (byte) 0));
        all.add(Tlv.of(0x40, (byte) objects.size()));
        for (FileSpec f : objects) {
            int t = f.parts().get(0).length;
            int v = f.parts().get(1).length;
            byte initialized = (byte) (f.key() < 0 ? 0 : 1);
            all.add(Tlv.of(f.key() < 0 ? 0x50 : 0x51, List.of(Tlv.of(0x41, Hex.parse(f.name())),
                    Tlv.of(0x42, (byte) 0, (byte) t, (byte) (t >> 8), (byte) v, (byte) (v >> 8)),
                    Tlv.of(0x43, (byte) (f.key() < 0 ? 0 : 6), (byte) (f.key() < 0 ? 0 : cardKey(image.keys().get(f.key())).length() / 8),
                            initialized, initialized))));
        }
        var out = new ByteArrayOutputStream();
        all.forEach(t -> out.writeBytes(t.encoded()));
        return ResponseApdu.ok(out.toByteArray());
    }

    /** GET ACR with P1 21: the table of applets. */
    private ResponseApdu accessRules(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0x21) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        var applications = image.files().stream().filter(f -> f.kind() == Kind.DF && f.parent().isEmpty() && !f.path().equals(MF)).toList();
        var out = new ByteArrayOutputStream();
        out.writeBytes(Tlv.of(0x01, (byte) 0x10, (byte) 2, (byte) 6, (byte) 2, (byte) 0).encoded());
        out.writeBytes(Tlv.of(0x94, (byte) applications.size()).encoded());
        for (int i = 0; i < applications.size(); i++) {
            byte[] aid = Hex.parse(applications.get(i).path());
            var entry = new ByteArrayOutputStream();
            entry.write(i);
            entry.writeBytes(Tlv.of(0x92, aid).encoded());
            out.writeBytes(Tlv.of(0x93, entry.toByteArray()).encoded());
        }
        return ResponseApdu.ok(out.toByteArray());
    }

    /** PRIVATE SIGN/DECRYPT (GSC-IS 2.1 §5.3.4.9): P1 bit 8 says that more of the block follows. */
    private ResponseApdu privateSignDecrypt(CommandApdu c) throws CardRefusal {
        FileSpec f = object();
        KeySpec k = Optional.ofNullable(image.keys().get(f.key())).orElseThrow(() -> new CardRefusal(CONDITIONS));
        allow(new Condition(k.pin()));
        byte[] d = c.data();
        if (steps.size() + d.length > 512) {
            steps.reset();
            throw new CardRefusal(WRONG_LENGTH);
        }
        steps.writeBytes(d);
        if ((c.p1() & 0x80) != 0) {
            return ResponseApdu.ok();
        }
        byte[] block = steps.toByteArray();
        steps.reset();
        return ResponseApdu.ok(cardKey(k).raw(block));
    }
}
