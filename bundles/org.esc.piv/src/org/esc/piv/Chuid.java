// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * A Card Holder Unique Identifier (SP 800-73-4 part 1, table 9).
 *
 * @param fascN      the FASC-N's 25 bytes as they are; no bytes if it is missing
 * @param guid       the card's UUID; empty if missing or all zero
 * @param expiry     the last day on which the card is good; empty if missing or no date
 * @param cardholder the cardholder's UUID
 * @param signature  CMS SignedData over {@link #signed}; no bytes if it is not signed
 * @param signed     what the signature covers
 */
public record Chuid(byte[] fascN, Optional<UUID> guid, Optional<LocalDate> expiry, Optional<UUID> cardholder, byte[] signature, byte[] signed) {

    private static final Words WORDS = Words.of(Chuid.class);

    /** Tag of the buffer length, not used any more. */
    public static final int BUFFER_LENGTH = 0xEE;
    /** Tag of the FASC-N. */
    public static final int FASC_N = 0x30;
    /** Tag of the organisation's identifier. */
    public static final int ORGANIZATION = 0x32;
    /** Tag of the DUNS. */
    public static final int DUNS = 0x33;
    /** Tag of the card's UUID. */
    public static final int GUID = 0x34;
    /** Tag of the expiration date. */
    public static final int EXPIRY = 0x35;
    /** Tag of the cardholder's UUID. */
    public static final int CARDHOLDER = 0x36;
    /** Tag of the issuer's signature. */
    public static final int SIGNATURE = 0x3E;
    /** Tag of the error detection code, always empty. */
    public static final int CODE = 0xFE;

    private static final int UUID_LENGTH = 16;

    public Chuid {
        fascN = fascN.clone();
        signature = signature.clone();
        signed = signed.clone();
    }

    @Override
    public byte[] fascN() {
        return fascN.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public byte[] signed() {
        return signed.clone();
    }

    /** Reads an object's content. @throws CardException if it is no sequence of data objects */
    public static Chuid parse(byte[] content) throws CardException {
        List<Tlv> all;
        try {
            all = Tlv.parseAll(content);
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("read the Card Holder Unique Identifier"), e);
        }
        var signed = new ByteArrayOutputStream();
        for (Tlv t : all) {
            if (t.tag() != SIGNATURE && t.tag() != BUFFER_LENGTH) {
                signed.writeBytes(t.encoded());
            }
        }
        return new Chuid(PivTlv.value(all, FASC_N).orElse(new byte[0]), PivTlv.value(all, GUID).flatMap(Chuid::uuid),
                PivTlv.value(all, EXPIRY).flatMap(Chuid::date), PivTlv.value(all, CARDHOLDER).flatMap(Chuid::uuid),
                PivTlv.value(all, SIGNATURE).orElse(new byte[0]), signed.toByteArray());
    }

    /** A UUID in 16 bytes; empty if there is another number of them, or all are zero. */
    public static Optional<UUID> uuid(byte[] b) {
        if (b.length != UUID_LENGTH) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(b);
        var uuid = new UUID(buffer.getLong(), buffer.getLong());
        return uuid.equals(new UUID(0, 0)) ? Optional.empty() : Optional.of(uuid);
    }

    /** A date in 8 digits, YYYYMMDD. */
    public static Optional<LocalDate> date(byte[] digits) {
        try {
            return Optional.of(LocalDate.parse(new String(digits, StandardCharsets.US_ASCII), DateTimeFormatter.BASIC_ISO_DATE));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** True if it is signed. */
    public boolean isSigned() {
        return signature.length > 0;
    }
}
