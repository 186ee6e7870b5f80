// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.ResponseApdu;
import org.esc.globalplatform.Receipt;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.CardRefusal;

/**
 * Tokens, by which the issuer allows what a delegated domain does, and receipts, by which the card confirms it (GlobalPlatform 2.3.1
 * §9.1.3, §C.4, §C.5). Both keys are the issuer's: version 70 for tokens, 71 for receipts. The specification names no status words for
 * refusals; these are 6985 for a missing or used token, 6A88 for a missing key, 6982 for a wrong signature.
 */
final class DelegatedManagement {

    static final int TOKEN_KEY = 0x70;
    static final int RECEIPT_KEY = 0x71;
    private static final int MOST_TOKENS = 255;
    private static final int LONGEST_ID = 64;
    private static final int LAST_RECEIPT = 0xFFFF;

    private final Domains domains;
    private final Registry registry;
    private final DomainKeys keys;

    DelegatedManagement(Domains domains, DomainKeys keys) {
        this.domains = domains;
        this.keys = keys;
        registry = domains.registry();
    }

    /**
     * That an operation is allowed.
     *
     * @param byToken whether by a token, so that it is confirmed by a receipt
     * @param tokenId identifier of the token, may be empty
     */
    record Permit(boolean byToken, byte[] tokenId) {
        private static final Permit OWN = new Permit(false, new byte[0]);
    }

    /**
     * Checks a command's token. Domains that manage by themselves need none; one that comes all the same is checked if there is a key.
     *
     * @param signed what the token signs
     * @param token  may be empty
     * @param id     identifier of the token, if it has one; with one it is good once only
     */
    Permit check(byte[] signed, byte[] token, Optional<byte[]> id) throws CardRefusal {
        boolean needed = domains.isDelegated();
        if (token.length == 0) {
            if (needed) {
                throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
            }
            return Permit.OWN;
        }
        Optional<SignatureKey> key = keys.single(Optional.empty(), TOKEN_KEY, 1);
        if (key.isEmpty()) {
            if (needed) {
                throw new CardRefusal(Sw.UNKNOWN_DATA);
            }
            return Permit.OWN;
        }
        byte[] tokenId = id.orElse(new byte[0]);
        if (tokenId.length > LONGEST_ID) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        try (SignatureKey k = key.get()) {
            if (!k.verify(signed, token)) {
                throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
            }
        }
        if (registry.usedTokens.stream().anyMatch(t -> Arrays.equals(t, tokenId))) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        if (tokenId.length > 0 && registry.usedTokens.size() >= MOST_TOKENS) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        return new Permit(true, tokenId);
    }

    /** Uses up the token, keeps the books and answers; with a receipt if there is a key for it. @param subjects what the receipt signs */
    ResponseApdu done(Permit permit, byte[] subjects) {
        if (permit.tokenId().length > 0) {
            registry.usedTokens.add(permit.tokenId());
        }
        Optional<SignatureKey> key = permit.byToken() ? keys.single(Optional.empty(), RECEIPT_KEY, 1) : Optional.empty();
        // a counter at its end stays there: no receipt may come twice
        if (key.isEmpty() || registry.receipts >= LAST_RECEIPT) {
            domains.save();
            return ResponseApdu.ok((byte) 0);
        }
        registry.receipts++;
        domains.save();
        try (SignatureKey k = key.get()) {
            return ResponseApdu.ok(Receipt.sign(registry.receipts, uniqueData(), permit.tokenId(), k, subjects).encode());
        }
    }

    /** The issuer's identification and image number as STORE DATA set them; without an image number the card's unique id. */
    private byte[] uniqueData() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(registry.dataObjects.getOrDefault(0x42, new byte[0]));
        out.writeBytes(registry.dataObjects.getOrDefault(0x45, registry.cuid.bytes()));
        return out.toByteArray();
    }
}
