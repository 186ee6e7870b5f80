// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.testing;

import java.util.ArrayList;
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

/** A card that notes what it is sent. */
public final class WatchedCard implements CardChannel {

    /** Its key diversification data. */
    public static final String KDD = "40906145C76224192D2B";

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
                    CommandApdu plain = end.unwrap(c);
                    yield end.wrap(ResponseApdu.ok(plain.data()));
                }
            };
        } catch (CardRefusal e) {
            return ResponseApdu.of(e.sw().value());
        }
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
