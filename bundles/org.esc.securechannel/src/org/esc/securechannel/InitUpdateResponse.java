// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * What a card answers to INITIALIZE UPDATE: 28 bytes for SCP01 and SCP02, 29 or 32 for SCP03 (45 or 48 in its S16
 * mode). Immutable.
 */
public final class InitUpdateResponse {

    private static final Words WORDS = Words.of(InitUpdateResponse.class);

    private final byte[] kdd;
    private final int keyVersion;
    private final ScpVersion scp;
    private final byte[] challenge;
    private final byte[] cryptogram;
    private final int sequence;

    private InitUpdateResponse(byte[] kdd, int keyVersion, ScpVersion scp, byte[] challenge, byte[] cryptogram,
            int sequence) {
        this.kdd = kdd;
        this.keyVersion = keyVersion;
        this.scp = scp;
        this.challenge = challenge;
        this.cryptogram = cryptogram;
        this.sequence = sequence;
    }

    /**
     * Builds an answer, for the card end.
     *
     * @param kdd        key diversification data, 10 bytes
     * @param keyVersion 0 to 255
     * @param sequence   the sequence counter (SCP02: 2 bytes; SCP03 with pseudo-random challenge: 3 bytes), else
     *                   ignored
     * @param challenge  8 bytes (SCP02: 6; SCP03 S16: 16)
     * @param cryptogram 8 bytes (SCP03 S16: 16)
     */
    public static InitUpdateResponse of(byte[] kdd, int keyVersion, ScpVersion scp, int sequence, byte[] challenge,
            byte[] cryptogram) {
        int c = scp.protocol() == 2 ? 6 : scp.challengeLength();
        if (scp.isImplicit() || kdd.length != 10 || challenge.length != c || cryptogram.length != scp.macLength()) {
            throw new IllegalArgumentException("Wrong lengths for " + scp + ": " + kdd.length + ", " + challenge.length
                    + ", "
                    + cryptogram.length);
        }
        boolean counted = scp.protocol() == 2 || scp.protocol() == 3 && scp.pseudoRandom();
        int limit = scp.protocol() == 2 ? 0xFFFF : 0xFFFFFF;
        return new InitUpdateResponse(kdd.clone(), keyVersion & 0xFF, scp, challenge.clone(), cryptogram.clone(),
                counted ? sequence & limit : -1);
    }

    /**
     * What stands in for an answer where there is none, SCP02 with implicit initiation: what the host knows or has asked for.
     *
     * @param kdd        key diversification data, 10 bytes
     * @param keyVersion the key set the card uses, 0 if not known
     * @param sequence   the sequence counter
     * @param selected   the application the channel will be opened to
     */
    public static InitUpdateResponse implicit(byte[] kdd, int keyVersion, ScpVersion scp, int sequence, Aid selected) {
        if (!scp.isImplicit() || kdd.length != 10) {
            throw new IllegalArgumentException(scp + " answers INITIALIZE UPDATE, or wrong key diversification data");
        }
        return new InitUpdateResponse(kdd.clone(), keyVersion & 0xFF, scp, selected.bytes(), new byte[0], sequence & 0xFFFF);
    }

    /**
     * Reads a card's answer. SCP01 and SCP02 do not tell their options "i": the usual ones are assumed, see {@link
     * #withI}.
     *
     * @throws CardException if the bytes are no answer of a protocol we know
     */
    public static InitUpdateResponse parse(byte[] data) throws CardException {
        int n = data.length;
        int protocol = n > 11 ? data[11] & 0xFF : 0;
        boolean s16 = n == 45 || n == 48;
        boolean known = switch (protocol) {
            case 1, 2 -> n == 28;
            case 3 -> (n == 29 || n == 32 || s16) && s16 == ((data[12] & 0x01) != 0);
            default -> false;
        };
        if (!known) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("open the secure channel"),
                    WORDS.say("The card's answer to INITIALIZE UPDATE ({0} bytes, protocol {1}) is none of SCP01, SCP02 or SCP03.", n, protocol))
                            .code("unknown-secure-channel")
                    .advice(WORDS.say("Check that this is a GlobalPlatform card.")), null);
        }
        byte[] kdd = Arrays.copyOf(data, 10);
        int version = data[10] & 0xFF;
        return switch (protocol) {
            case 1 -> new InitUpdateResponse(kdd, version, ScpVersion.SCP01_05, Arrays.copyOfRange(data, 12, 20),
                    Arrays.copyOfRange(data, 20, 28), -1);
            case 2 -> new InitUpdateResponse(kdd, version, ScpVersion.SCP02_15, Arrays.copyOfRange(data, 14, 20),
                    Arrays.copyOfRange(data, 20, 28), (data[12] & 0xFF) << 8 | data[13] & 0xFF);
            default -> {
                int c = s16 ? 16 : 8;
                int end = 13 + 2 * c;
                int sequence = n == end ? -1 : (data[end] & 0xFF) << 16
                        | (data[end + 1] & 0xFF) << 8 | data[end + 2] & 0xFF;
                yield new InitUpdateResponse(kdd, version, new ScpVersion(3, data[12] & 0xFF),
                        Arrays.copyOfRange(data, 13, 13 + c), Arrays.copyOfRange(data, 13 + c, end), sequence);
            }
        };
    }

    /** The bytes as the card sends them, before 9000. */
    public byte[] encoded() {
        byte[] seq = switch (scp.protocol()) {
            case 2 -> new byte[] {(byte) (sequence >> 8), (byte) sequence};
            case 3 -> sequence < 0 ? new byte[0]
                    : new byte[] {(byte) (sequence >> 16), (byte) (sequence >> 8), (byte) sequence};
            default -> new byte[0];
        };
        return switch (scp.protocol()) {
            case 1 -> Primitives.concat(kdd, new byte[] {(byte) keyVersion, 1}, challenge, cryptogram);
            case 2 -> Primitives.concat(kdd, new byte[] {(byte) keyVersion, 2}, seq, challenge, cryptogram);
            default -> Primitives.concat(kdd, new byte[] {(byte) keyVersion, 3, (byte) scp.i()}, challenge, cryptogram,
                    seq);
        };
    }

    /**
     * The same answer with the options that the card's GET DATA 0066 told; SCP03 tells them itself and is left alone.
     */
    public InitUpdateResponse withI(int i) {
        return scp.protocol() == 3 ? this
                : new InitUpdateResponse(kdd, keyVersion, new ScpVersion(scp.protocol(), i), challenge, cryptogram,
                        sequence);
    }

    /** Key diversification data, 10 bytes: what a server derives the card's keys from. */
    public byte[] kdd() {
        return kdd.clone();
    }

    /** Version of the key set the card chose, 0 to 255. */
    public int keyVersion() {
        return keyVersion;
    }

    /** Protocol and options. */
    public ScpVersion scp() {
        return scp;
    }

    /**
     * The card's challenge: 8 or 16 bytes, 6 for SCP02 (whose sequence counter stands before it); with implicit initiation the AID of
     * the application, which takes its place.
     */
    public byte[] challenge() {
        return challenge.clone();
    }

    /** The card's cryptogram; empty with implicit initiation. */
    public byte[] cryptogram() {
        return cryptogram.clone();
    }

    /** Sequence counter of SCP02, or of SCP03 with pseudo-random challenge. */
    public OptionalInt sequence() {
        return sequence < 0 ? OptionalInt.empty() : OptionalInt.of(sequence);
    }

    @Override
    public String toString() {
        return String.format("InitUpdateResponse[%s, key version %02X]", scp, keyVersion);
    }
}
