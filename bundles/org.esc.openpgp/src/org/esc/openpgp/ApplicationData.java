// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Tlv;

/** The application related data (object 6E, OpenPGP card 3.4.1 §4.4.1). Whatever a card leaves out is told as missing. Immutable. */
public final class ApplicationData {

    private static final int FINGERPRINT = 20;
    private static final int DATE = 4;

    private final List<Tlv> parts;

    private ApplicationData(List<Tlv> parts) {
        this.parts = parts;
    }

    /** Where a key came from. */
    public enum Source {
        /** There is none. */
        ABSENT,
        /** The card made it. */
        GENERATED,
        /** It came from outside. */
        IMPORTED
    }

    /**
     * Longest commands and answers, in bytes.
     *
     * @param command longest command
     * @param answer  longest answer
     */
    public record Lengths(int command, int answer) {
    }

    /** Reads the object, with or without its own tag around it. @throws IllegalArgumentException if it is damaged */
    public static ApplicationData parse(byte[] content) {
        return new ApplicationData(Tlv.parseAll(content));
    }

    /** The content of any object inside, empty if it is not there. */
    public Optional<byte[]> value(int tag) {
        return Tlv.find(parts, tag).map(Tlv::value);
    }

    /** The application identifier. @throws IllegalArgumentException if it is none of an OpenPGP card */
    public Optional<CardAid> aid() {
        return value(Tag.AID).map(CardAid::parse);
    }

    /** The historical bytes, empty if the card leaves them out. */
    public byte[] historicalBytes() {
        return value(Tag.HISTORICAL_BYTES).orElse(new byte[0]);
    }

    /** What is offered. */
    public ExtendedCapabilities capabilities() {
        return ExtendedCapabilities.parse(value(Tag.CAPABILITIES).orElse(new byte[0]));
    }

    /** What kind of key a slot holds or would take. */
    public Optional<AlgorithmAttributes> attributes(KeySlot slot) {
        return value(slot.attributes()).map(AlgorithmAttributes::parse);
    }

    /** Tries left and lengths of the passwords. @throws IllegalArgumentException if they are cut short */
    public Optional<PasswordStatus> passwords() {
        return value(Tag.PASSWORD_STATUS).map(PasswordStatus::parse);
    }

    /** The fingerprint of a key, 20 bytes; empty if none is set. */
    public Optional<byte[]> fingerprint(KeySlot slot) {
        return part(Tag.FINGERPRINTS, slot.ordinal(), FINGERPRINT);
    }

    /** One of the three CA fingerprints, 20 bytes; empty if it is not set. @param n 0 to 2 */
    public Optional<byte[]> caFingerprint(int n) {
        return part(Tag.CA_FINGERPRINTS, n, FINGERPRINT);
    }

    /** When a key was made, empty if that is not set. */
    public Optional<Instant> date(KeySlot slot) {
        return part(Tag.GENERATION_DATES, slot.ordinal(), DATE)
                .map(b -> Instant.ofEpochSecond((b[0] & 0xFFL) << 24 | (b[1] & 0xFF) << 16 | (b[2] & 0xFF) << 8 | b[3] & 0xFF));
    }

    /** The n-th part of a row of equally long ones; one of nothing but zeroes is none. */
    private Optional<byte[]> part(int tag, int n, int length) {
        return value(tag).filter(b -> b.length >= (n + 1) * length).map(b -> Arrays.copyOfRange(b, n * length, (n + 1) * length))
                .filter(b -> !Arrays.equals(b, new byte[length]));
    }

    /** Whether a person must confirm each use of a key: 0 no, 1 yes, 2 yes and for good; empty if the card cannot ask. */
    public OptionalInt interaction(KeySlot slot) {
        return value(slot.interaction()).filter(b -> b.length > 0).map(b -> OptionalInt.of(b[0] & 0xFF)).orElse(OptionalInt.empty());
    }

    /** Where a key came from; empty if the card does not tell (before version 3.4). */
    public Optional<Source> source(KeySlot slot) {
        byte[] b = value(Tag.KEY_INFORMATION).orElse(new byte[0]);
        for (int i = 0; i + 1 < b.length; i += 2) {
            if (b[i] == slot.number() && b[i + 1] >= 0 && b[i + 1] < Source.values().length) {
                return Optional.of(Source.values()[b[i + 1]]);
            }
        }
        return Optional.empty();
    }

    /** Longest commands and answers with extended length, if the card tells. @throws IllegalArgumentException if the object is damaged */
    public Optional<Lengths> lengths() {
        Optional<byte[]> b = value(Tag.EXTENDED_LENGTH);
        if (b.isEmpty()) {
            return Optional.empty();
        }
        List<Tlv> two = Tlv.parseAll(b.get()).stream().filter(t -> t.tag() == 2 && t.length() == 2).toList();
        return two.size() != 2 ? Optional.empty() : Optional.of(new Lengths(number(two.get(0)), number(two.get(1))));
    }

    private static int number(Tlv t) {
        byte[] b = t.value();
        return (b[0] & 0xFF) << 8 | b[1] & 0xFF;
    }
}
