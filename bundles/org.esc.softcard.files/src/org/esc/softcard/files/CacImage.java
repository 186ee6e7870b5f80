// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.esc.apdu.Hex;
import org.esc.softcard.files.CardImage.Condition;
import org.esc.softcard.files.CardImage.FileSpec;
import org.esc.softcard.files.CardImage.KeySpec;
import org.esc.softcard.files.CardImage.Kind;
import org.esc.softcard.files.CardImage.PinSpec;

/** The image of a Common Access Card (GSC-IS 2.1, CACv2): capabilities, access control, two certificates with their keys, the holder. */
final class CacImage {

    static final String PIN = "77777777";

    private static final String CAPABILITIES = "A000000116DB00";
    private static final String ACCESS_CONTROL = "A0000000791000";
    private static final String CAC = "A000000079";

    private CacImage() {
    }

    /** A new one with fresh keys. */
    static CardImage fresh() {
        var people = new TestPeople();
        KeyPair identity = people.rsa(2048);
        KeyPair mail = people.rsa(2048);
        String name = "CN=EXAMPLE.PAT.Q.1234567890,OU=Nobody,O=ESC tests";
        var files = new ArrayList<FileSpec>();
        files.add(FileSpec.folder(CAPABILITIES));
        files.add(object(CAPABILITIES + "/DB00", Condition.ALWAYS, -1, capabilities()));
        files.add(FileSpec.folder(ACCESS_CONTROL));
        files.add(FileSpec.folder(CAC + "0100"));
        files.add(object(CAC + "0100/0100", Condition.ALWAYS, 1, certificate(people.certificate(name, identity.getPublic(),
                KeyUsage.digitalSignature), true)));
        files.add(FileSpec.folder(CAC + "0101"));
        files.add(object(CAC + "0101/0101", Condition.ALWAYS, 2, certificate(people.certificate(name, mail.getPublic(),
                KeyUsage.keyEncipherment), false)));
        files.add(FileSpec.folder(CAC + "0200"));
        files.add(object(CAC + "0200/0200", new Condition(0), -1, person()));
        files.add(FileSpec.folder(CAC + "0201"));
        files.add(object(CAC + "0201/0201", new Condition(0), -1, new Part(0x24, text("F")), new Part(0x25, text("05")), new Part(0x26, text("SSG"))));
        return new CardImage(Map.of(0, new PinSpec(0, text(PIN), 3, 4, 8, 0xFF, -1)),
                Map.of(1, new KeySpec(1, identity.getPrivate().getEncoded(), 0, true, true),
                        2, new KeySpec(2, mail.getPrivate().getEncoded(), 0, true, true)),
                new TreeMap<>(), files);
    }

    private record Part(int tag, byte[] value) {
    }

    /** Tags and lengths in one buffer, values in the other; a length from 255 on is FF and two bytes, the low one first. */
    private static FileSpec object(String path, Condition read, int key, Part... parts) {
        var tags = new ByteArrayOutputStream();
        var values = new ByteArrayOutputStream();
        for (Part p : parts) {
            int n = p.value().length;
            tags.write(p.tag());
            if (n < 0xFF) {
                tags.write(n);
            } else {
                tags.write(0xFF);
                tags.write(n);
                tags.write(n >> 8);
            }
            values.writeBytes(p.value());
        }
        return new FileSpec(Kind.BUFFERS, path, List.of(), new byte[0], -1, read, Condition.NEVER, key,
                List.of(tags.toByteArray(), values.toByteArray()));
    }

    private static Part[] capabilities() {
        return new Part[] {new Part(0xF0, Hex.parse("A000000079" + "03" + "02" + "4553430000000000000000000001")),
            new Part(0xF1, new byte[] {0x21}), new Part(0xF2, new byte[] {0x21}),
            new Part(0xF3, url(0x01, "0200")), new Part(0xF3, url(0x01, "0201")), new Part(0xF3, url(0x04, "0100")), new Part(0xF3, url(0x04, "0101")),
            new Part(0xF4, new byte[] {0}), new Part(0xF5, new byte[] {0x10}), new Part(0xF6, new byte[0]), new Part(0xF7, new byte[0]),
            new Part(0xFA, new byte[0]), new Part(0xFB, new byte[0]), new Part(0xFC, new byte[0]), new Part(0xFD, new byte[0]),
            new Part(0xFE, new byte[0])};
    }

    /** RID, type (01 container, 04 key), object, application, access profile. */
    private static byte[] url(int type, String id) {
        return Hex.parse(CAC + Hex.of((byte) type) + id + id + "000000000000");
    }

    private static Part[] certificate(byte[] der, boolean compressed) {
        return new Part[] {new Part(0x70, compressed ? gzip(der) : der), new Part(0x71, new byte[] {(byte) (compressed ? 1 : 0)}),
            new Part(0x72, new byte[0])};
    }

    private static Part[] person() {
        return new Part[] {new Part(0x01, text("PAT")), new Part(0x02, text("Q")), new Part(0x03, text("EXAMPLE")),
            new Part(0x06, text("19700101")), new Part(0x11, text("0+")), new Part(0x17, text("1234567890")), new Part(0x18, text("Y")),
            new Part(0x62, text("20260101")), new Part(0x63, text("20360101"))};
    }

    private static byte[] gzip(byte[] b) {
        var out = new ByteArrayOutputStream();
        try (var z = new GZIPOutputStream(out)) {
            z.write(b);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }
}
