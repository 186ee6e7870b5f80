// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;

/**
 * A card's confirmation of an operation by delegated management (GlobalPlatform 2.3.1 §11.1.6, §C.5).
 *
 * @param counter      confirmation counter
 * @param domainData   identification and image number of the domain that signed, hexadecimal
 * @param signature    the receipt itself
 * @param confirmation the bytes of the confirmation data, which are signed first
 */
public record Receipt(int counter, String domainData, byte[] signature, byte[] confirmation) {

    public Receipt {
        signature = signature.clone();
        confirmation = confirmation.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public byte[] confirmation() {
        return confirmation.clone();
    }

    /**
     * Reads the answer to LOAD, INSTALL or DELETE.
     *
     * @return empty if the card confirmed nothing, or did it without a receipt
     * @throws IllegalArgumentException if the answer does not fit together
     */
    public static Optional<Receipt> parse(byte[] answer) {
        var f = new Fields(answer);
        byte[] whole = f.berLvOrEnd();
        if (whole.length == 0) {
            return Optional.empty();
        }
        var inside = new Fields(whole);
        byte[] signature = inside.berLv();
        byte[] confirmation = inside.rest();
        if (signature.length == 0) {
            return Optional.empty();
        }
        var c = new Fields(confirmation);
        byte[] counter = c.lv();
        int n = 0;
        for (byte b : counter) {
            n = n << 8 | b & 0xFF;
        }
        return Optional.of(new Receipt(n, Hex.of(c.lv()), signature, confirmation));
    }

    /** The answer's bytes, for the card end. */
    public byte[] encode() {
        var inside = new ByteArrayOutputStream();
        Fields.berLv(inside, signature);
        inside.writeBytes(confirmation);
        var out = new ByteArrayOutputStream();
        Fields.berLv(out, inside.toByteArray());
        return out.toByteArray();
    }

    /** Signs, for the card end. @param subjects as {@link #verify} */
    public static Receipt sign(int counter, byte[] domainData, SignatureKey key, List<Aid> subjects) {
        return sign(counter, domainData, new byte[0], key, fields(subjects));
    }

    /**
     * Signs, for the card end.
     *
     * @param token    identifier of the token that allowed the operation, may be empty
     * @param subjects as {@link #fields} or {@link #registryUpdate} makes them
     */
    public static Receipt sign(int counter, byte[] domainData, byte[] token, SignatureKey key, byte[] subjects) {
        var confirmation = new ByteArrayOutputStream();
        Fields.lv(confirmation, new byte[] {(byte) (counter >> 8), (byte) counter});
        Fields.lv(confirmation, domainData);
        if (token.length > 0) {
            Fields.lv(confirmation, token);
        }
        byte[] c = confirmation.toByteArray();
        return new Receipt(counter, Hex.of(domainData), key.sign(joined(c, subjects)), c);
    }

    /** AIDs as a receipt signs them: each behind its length. */
    public static byte[] fields(List<Aid> subjects) {
        var out = new ByteArrayOutputStream();
        subjects.forEach(a -> Fields.lv(out, a.bytes()));
        return out.toByteArray();
    }

    /** What the receipt of a registry update signs (§C.5.5): domains before and after, privileges, no parameters. */
    public static byte[] registryUpdate(Aid domain, Aid application, Optional<Aid> newDomain, byte[] privileges) {
        var out = new ByteArrayOutputStream();
        Fields.lv(out, domain.bytes());
        Fields.lv(out, application.bytes());
        Fields.lv(out, newDomain.map(Aid::bytes).orElse(new byte[0]));
        Fields.lv(out, privileges);
        out.write(0);
        return out.toByteArray();
    }

    /**
     * Checks the signature.
     *
     * @param subjects the AIDs of the operation in the specification's order: load file and domain for LOAD; load file and instance for
     *                 INSTALL; old domain, application and new domain for extradition; what was deleted for DELETE
     */
    public boolean verify(SignatureKey key, List<Aid> subjects) {
        return verify(key, fields(subjects));
    }

    /** As the other form. @param subjects as {@link #fields} or {@link #registryUpdate} makes them */
    public boolean verify(SignatureKey key, byte[] subjects) {
        return key.verify(joined(confirmation, subjects), signature);
    }

    private static byte[] joined(byte[] confirmation, byte[] subjects) {
        byte[] all = Arrays.copyOf(confirmation, confirmation.length + subjects.length);
        System.arraycopy(subjects, 0, all, confirmation.length, subjects.length);
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Receipt that && counter == that.counter && Arrays.equals(signature, that.signature)
                && Arrays.equals(confirmation, that.confirmation);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }
}
