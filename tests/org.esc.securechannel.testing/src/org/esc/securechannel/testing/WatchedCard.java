// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.testing;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;

/** A card that notes what it is sent, and answers with the first of its plain bytes. */
public final class WatchedCard implements CardChannel {

    /** Its key diversification data. */
    public static final String KDD = "40906145C76224192D2B";
    /** Most bytes that it answers. */
    public static final int MOST_ANSWER = 200;

    /** The commands it got. */
    public final List<CommandApdu> seen = new ArrayList<>();
    /** Its production data; empty to have none. */
    public String cplc = "00112233445566778899AABBCCDDEEFF0011223344556677";
    /** Other data objects that it tells, by tag. */
    public final Map<Integer, byte[]> objects = new HashMap<>();
    /** Whether it tells the options of its protocol. */
    public boolean tellsOptions = true;
    /** Whether it refuses to be authenticated to. */
    public boolean refuses;
    private final ScpVersion scp;
    private final KeySet keys;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private final CardSecureChannel end = new CardSecureChannel();

    /** With this protocol and these keys, which the caller keeps. */
    public WatchedCard(ScpVersion scp, KeySet keys) {
        this.scp = scp;
        this.keys = keys;
    }

    /** True if it got a command of this kind. */
    public boolean saw(int ins) {
        return seen.stream().anyMatch(c -> c.ins() == ins);
    }

    @Override
    public ResponseApdu transmit(CommandApdu c) {
        seen.add(c);
        try {
            return switch (c.ins()) {
                case 0xA4 -> ResponseApdu.of(0x9000);
                case 0xCA -> data(c.p1() << 8 | c.p2());
                case CardSecureChannel.INITIALIZE_UPDATE -> c.nc() != scp.challengeLength() ? ResponseApdu.of(0x6700)
                        : ResponseApdu.ok(end.initializeUpdate(keys, scp, Hex.parse(KDD), c.data(), 7,
                                new byte[CardSecureChannel.challengeLength(scp)]));
                case CardSecureChannel.EXTERNAL_AUTHENTICATE -> {
                    if (refuses) {
                        yield ResponseApdu.of(0x6300);
                    }
                    end.externalAuthenticate(c);
                    yield ResponseApdu.of(0x9000);
                }
                default -> {
                    if (SecureChannel.isPart(c)) {
                        begun.writeBytes(c.data());
                        yield ResponseApdu.of(0x9000);
                    }
                    byte[] sent = end.unwrap(whole(c)).data();
                    yield end.wrap(ResponseApdu.ok(Arrays.copyOf(sent, Math.min(sent.length, MOST_ANSWER))));
                }
            };
        } catch (CardRefusal e) {
            return ResponseApdu.of(e.sw().value());
        }
    }

    private CommandApdu whole(CommandApdu last) {
        begun.writeBytes(last.data());
        byte[] all = begun.toByteArray();
        begun.reset();
        return last.nc() == all.length ? last
                : CommandApdu.of(last.cla(), last.ins(), last.p1(), last.p2(), all, 0, all.length, last.ne());
    }

    private ResponseApdu data(int tag) {
        if (tag == 0x9F7F && !cplc.isEmpty()) {
            return ResponseApdu.ok(Hex.parse("9F7F" + Hex.of(cplc.length() / 2) + cplc));
        }
        if (tag == 0x66 && tellsOptions) {
            String oid = "2A864886FC6B04" + Hex.of(scp.protocol()) + Hex.of(scp.i());
            return ResponseApdu.ok(Hex.parse("660F730D640B0609" + oid));
        }
        return objects.containsKey(tag) ? ResponseApdu.ok(objects.get(tag)) : ResponseApdu.of(0x6A88);
    }

    /** Decrypts as the card what its host encrypted as key material. */
    public byte[] decrypted(byte[] data) throws CardRefusal {
        return end.decryptDek(data);
    }

    @Override
    public void close() {
        end.close();
    }
}
