// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * A biometric record in a CBEFF structure (SP 800-76-2 §9): a header of 88 bytes, the biometric data, the issuer's signature.
 *
 * @param created   when it was made
 * @param from      from when it is good
 * @param until     until when it is good
 * @param type      biometric type: 000002 face, 000008 fingerprint, 000010 iris
 * @param creator   who made it
 * @param fascN     FASC-N of the card it is for, 25 bytes
 * @param data      the biometric data block
 * @param dataAt    where that begins in the object's content
 * @param signature CMS SignedData over {@link #signed}; no bytes if it is not signed
 * @param signed    header and data
 */
public record Biometric(Optional<Instant> created, Optional<Instant> from, Optional<Instant> until, int type, String creator, byte[] fascN,
        byte[] data, int dataAt, byte[] signature, byte[] signed) {

    private static final Words WORDS = Words.of(Biometric.class);

    /** Tag of the record in its object. */
    public static final int RECORD = 0xBC;
    /** Length of the header in bytes. */
    public static final int HEADER = 88;
    /** Biometric type of faces. */
    public static final int FACE = 0x02;

    private static final int FACE_HEADER = 14;
    private static final int FACE_INFORMATION = 20;
    private static final int FEATURE_POINT = 8;
    private static final int IMAGE_INFORMATION = 12;
    private static final byte[] FAC = {'F', 'A', 'C', 0};

    public Biometric {
        fascN = fascN.clone();
        data = data.clone();
        signature = signature.clone();
        signed = signed.clone();
    }

    @Override
    public byte[] fascN() {
        return fascN.clone();
    }

    @Override
    public byte[] data() {
        return data.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public byte[] signed() {
        return signed.clone();
    }

    /** Reads an object's content. @param what the object in words. @throws CardException if it is cut short */
    public static Biometric parse(byte[] content, String what) throws CardException {
        String step = WORDS.say("read \"{0}\"", what);
        try {
            List<Tlv.Placed> all = Tlv.parsePlaced(content);
            var record = all.stream().filter(t -> t.tlv().tag() == RECORD).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(WORDS.say("tag BC is missing")));
            byte[] b = record.tlv().value();
            if (b.length < HEADER) {
                throw new IllegalArgumentException(WORDS.say("its header has {0} bytes, not {1}", b.length, HEADER));
            }
            var buffer = ByteBuffer.wrap(b);
            long dataLength = buffer.getInt(2) & 0xFFFFFFFFL;
            int signatureLength = buffer.getShort(6) & 0xFFFF;
            if (HEADER + dataLength + signatureLength > b.length) {
                throw new IllegalArgumentException(WORDS.say("it says that {0} bytes of data and {1} of signature follow its header; there are {2}",
                        dataLength, signatureLength, b.length - HEADER));
            }
            int end = HEADER + (int) dataLength;
            return new Biometric(date(b, 12), date(b, 20), date(b, 28), (b[36] & 0xFF) << 16 | (b[37] & 0xFF) << 8 | b[38] & 0xFF,
                    text(b, 41, 18), Arrays.copyOfRange(b, 59, 59 + FascN.LENGTH), Arrays.copyOfRange(b, HEADER, end),
                    record.valueOffset() + HEADER, Arrays.copyOfRange(b, end, end + signatureLength), Arrays.copyOf(b, end));
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(step, e);
        }
    }

    /** Eight bytes: century, year, month, day, hour, minute and second as numbers, and a Z. */
    private static Optional<Instant> date(byte[] b, int at) {
        try {
            return Optional.of(LocalDateTime.of(100 * b[at] + b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6])
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static String text(byte[] b, int at, int length) {
        var s = new StringBuilder();
        for (int i = at; i < at + length && b[i] >= 0x20 && b[i] < 0x7F; i++) {
            s.append((char) b[i]);
        }
        return s.toString().strip();
    }

    /**
     * A picture in a facial record (INCITS 385 §5).
     *
     * @param type   "JPEG" or "JPEG 2000"
     * @param width  in pixels, as the record says
     * @param height in pixels, as the record says
     * @param bytes  the picture's file
     */
    public record Image(String type, int width, int height, byte[] bytes) {

        public Image {
            bytes = bytes.clone();
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }
    }

    /** The first picture of a face; empty if there is none. */
    public Optional<Image> image() {
        var b = ByteBuffer.wrap(data);
        if (data.length < FACE_HEADER + FACE_INFORMATION + IMAGE_INFORMATION || !Arrays.equals(FAC, Arrays.copyOf(data, FAC.length))) {
            return Optional.empty();
        }
        long block = b.getInt(FACE_HEADER) & 0xFFFFFFFFL;
        int points = b.getShort(FACE_HEADER + 4) & 0xFFFF;
        long at = FACE_HEADER + FACE_INFORMATION + (long) points * FEATURE_POINT;
        long end = Math.min(data.length, FACE_HEADER + block);
        if (at + IMAGE_INFORMATION > end) {
            return Optional.empty();
        }
        int a = (int) at;
        return Optional.of(new Image(data[a + 1] == 0 ? "JPEG" : "JPEG 2000", b.getShort(a + 2) & 0xFFFF, b.getShort(a + 4) & 0xFFFF,
                Arrays.copyOfRange(data, a + IMAGE_INFORMATION, (int) end)));
    }
}
