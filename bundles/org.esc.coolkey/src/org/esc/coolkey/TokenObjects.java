// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.esc.apdu.CardException;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/**
 * All objects of a token: the content of the combined object {@code z0} (format version 1.0), or of separate objects gathered.
 *
 * @param version counter; any change tells readers to drop what they cached. 0–65535
 * @param cuid    the card's id
 * @param name    the token's name, at most 255 bytes of UTF-8
 * @param objects in the order they are written: per certificate {@code c}, private {@code k}, public {@code k}
 */
public record TokenObjects(int version, Cuid cuid, String name, List<TokenObject> objects) {

    private static final Words WORDS = Words.of(TokenObjects.class);

    private static final int FORMAT = 0x0100;
    private static final int HEADER = 20;
    private static final int COMPRESSION_NONE = 0;
    private static final int COMPRESSION_ZLIB = 1;
    /** More than any card holds, so that a few hostile bytes do not become a flood. */
    private static final int MOST_INFLATED = 0x40000;

    public TokenObjects {
        objects = List.copyOf(objects);
        if (name.getBytes(StandardCharsets.UTF_8).length > 255) {
            throw new IllegalArgumentException(WORDS.say("A token name has at most 255 bytes"));
        }
        if (version < 0 || version > 0xFFFF) {
            throw new IllegalArgumentException("An object version is 0 to 65535, not " + version);
        }
    }

    /** Reads a combined object. @throws CardException if it makes no sense */
    public static TokenObjects parse(byte[] content) throws CardException {
        var in = new Input(content);
        int format = in.int2();
        if (format >> 8 != FORMAT >> 8) {
            throw Input.broken(WORDS.say("format version {0}.{1} is not known", format >> 8, format & 0xFF));
        }
        int version = in.int2();
        Cuid cuid = Cuid.of(in.bytes(Cuid.LENGTH));
        int compression = in.int2();
        int length = in.int2();
        in.seek(in.int2());
        byte[] payload = in.bytes(length);
        var body = new Input(switch (compression) {
            case COMPRESSION_NONE -> payload;
            case COMPRESSION_ZLIB -> inflate(payload);
            default -> throw Input.broken(WORDS.say("compression {0} is not known", compression));
        });
        int offset = body.int2();
        int count = body.int2();
        String name = new String(body.bytes(body.int1()), StandardCharsets.UTF_8);
        if (name.getBytes(StandardCharsets.UTF_8).length > 255) {
            // broken UTF-8 grows when replaced by the replacement character
            name = "";
        }
        body.seek(offset);
        var objects = new ArrayList<TokenObject>();
        for (int i = 0; i < count; i++) {
            objects.add(Records.read(body));
        }
        return new TokenObjects(version, cuid, name, objects);
    }

    /** The combined object's content. @throws IllegalArgumentException if it would not fit its length fields */
    public byte[] encode(boolean compress) {
        byte[] n = name.getBytes(StandardCharsets.UTF_8);
        var inner = new ByteArrayOutputStream();
        inner.writeBytes(Numbers.bytes2(5 + n.length));
        inner.writeBytes(Numbers.bytes2(objects.size()));
        inner.write(n.length);
        inner.writeBytes(n);
        objects.forEach(o -> Records.write(o, inner));
        byte[] payload = compress ? deflate(inner.toByteArray()) : inner.toByteArray();
        if (payload.length > 0xFFFF) {
            throw new IllegalArgumentException("The objects have " + payload.length + " bytes, too many for a token");
        }
        return Numbers.join(Numbers.bytes2(FORMAT), Numbers.bytes2(version), cuid.bytes(),
                Numbers.bytes2(compress ? COMPRESSION_ZLIB : COMPRESSION_NONE), Numbers.bytes2(payload.length),
                Numbers.bytes2(HEADER), payload);
    }

    /** A certificate and the objects of its keys. */
    public record Certificate(TokenObject object, byte[] der) {

        public Certificate {
            der = der.clone();
        }

        @Override
        public byte[] der() {
            return der.clone();
        }

        /** Its label. */
        public String label() {
            return object.label();
        }
    }

    /** The certificates that come with their bytes. */
    public List<Certificate> certificates() {
        return objects.stream().filter(o -> o.kind() == TokenObject.Kind.CERTIFICATE)
                .flatMap(o -> o.bytes(Attribute.VALUE).map(v -> new Certificate(o, v)).stream()).toList();
    }

    /** The object with an id. */
    public Optional<TokenObject> find(ObjectId id) {
        return objects.stream().filter(o -> o.id().equals(id)).findFirst();
    }

    /**
     * Reads a token's objects: {@code z0} where there is one, else the separate objects. Objects that cannot be read are left out of a
     * separate set; a broken {@code z0} is an error.
     *
     * @param cuid  stands in the result if the token has no combined object
     * @return empty if the token has no objects
     */
    public static Optional<TokenObjects> read(ObjectCommands applet, List<ObjectInfo> list, Cuid cuid) throws EscException {
        for (ObjectInfo o : list) {
            if (o.id().equals(ObjectId.COMBINED)) {
                return Optional.of(parse(content(applet, o)));
            }
        }
        var objects = new TreeMap<ObjectId, TokenObject>();
        Map<Integer, byte[]> values = new TreeMap<>();
        for (ObjectInfo o : list) {
            switch (o.id().letter()) {
                case 'C' -> values.put(o.id().index(), content(applet, o));
                case 'c', 'k', 'd' -> {
                    byte[] b = content(applet, o);
                    try {
                        TokenObject t = SeparateObject.parse(b);
                        objects.put(o.id(), t);
                    } catch (CardException _) {
                        // one broken object does not hide the others
                    }
                }
                default -> {
                }
            }
        }
        if (objects.isEmpty()) {
            return Optional.empty();
        }
        values.forEach((n, der) -> {
            if (n >= 0) {
                objects.computeIfPresent(ObjectId.of('c', n), (_, t) -> {
                    var attributes = new ArrayList<>(t.attributes());
                    attributes.add(new Attribute.Bytes(Attribute.VALUE, der));
                    return t.withAttributes(attributes);
                });
            }
        });
        return Optional.of(new TokenObjects(0, cuid, "", List.copyOf(objects.values())));
    }

    private static byte[] content(ObjectCommands applet, ObjectInfo o) throws EscException {
        if (o.size() < 0 || o.size() > 0xFFFF) {
            throw Input.broken(WORDS.say("object {0} claims {1} bytes", o.id(), Integer.toUnsignedString(o.size())));
        }
        return applet.readObject(o.id(), 0, o.size());
    }

    private static byte[] deflate(byte[] plain) {
        try (var d = new Deflater()) {
            d.setInput(plain);
            d.finish();
            var out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1024];
            while (!d.finished()) {
                out.write(buffer, 0, d.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    private static byte[] inflate(byte[] packed) throws CardException {
        try (var i = new Inflater()) {
            i.setInput(packed);
            var out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!i.finished()) {
                int n = i.inflate(buffer);
                if (n == 0 && (i.needsInput() || i.needsDictionary())) {
                    throw Input.broken(WORDS.say("their compressed form is cut short"));
                }
                out.write(buffer, 0, n);
                if (out.size() > MOST_INFLATED) {
                    throw Input.broken(WORDS.say("they unpack to more than a card can hold"));
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw Input.broken(WORDS.say("their compressed form is damaged"));
        }
    }
}
