// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * A load file's signature for one security domain: {@code E2 { 4F AID, C3 signature }} in front of the load file data block
 * (GlobalPlatform 2.3.1 §11.6.2.3, §C.3). What is signed is the hash of that block.
 *
 * @param domain    the security domain that verifies it
 * @param signature over the hash
 */
public record DapBlock(Aid domain, byte[] signature) {

    private static final Words WORDS = Words.of(DapBlock.class);

    private static final int DAP = 0xE2;
    private static final int IMAGE = 0xC4;

    /** Hash algorithms for load files. */
    public enum Hash {
        /** 20 bytes: what all cards know. */
        SHA1("SHA-1"),
        /** 32 bytes. */
        SHA256("SHA-256"),
        /** 48 bytes. */
        SHA384("SHA-384"),
        /** 64 bytes. */
        SHA512("SHA-512");

        private final String algorithm;

        Hash(String algorithm) {
            this.algorithm = algorithm;
        }

        /** The load file data block hash of an image. */
        public byte[] of(byte[] image) {
            try {
                return MessageDigest.getInstance(algorithm).digest(image);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("The Java runtime lacks " + algorithm, e);
            }
        }

        @Override
        public String toString() {
            return algorithm;
        }
    }

    public DapBlock {
        signature = signature.clone();
    }

    /** Signs an image for a domain. @throws IllegalStateException if the key can only verify */
    public static DapBlock sign(Aid domain, byte[] image, Hash hash, SignatureKey key) {
        return new DapBlock(domain, key.sign(hash.of(image)));
    }

    /** A copy of the signature. */
    @Override
    public byte[] signature() {
        return signature.clone();
    }

    /** True if this is the key's signature of the image. */
    public boolean verify(byte[] image, Hash hash, SignatureKey key) {
        return key.verify(hash.of(image), signature);
    }

    /** The block's bytes. */
    public byte[] encode() {
        return Tlv.of(DAP, List.of(Tlv.of(0x4F, domain.bytes()), Tlv.of(0xC3, signature))).encoded();
    }

    /** The whole load file: signatures, then {@code C4} and the image. */
    public static byte[] loadFile(List<DapBlock> signatures, byte[] image) {
        var out = new ByteArrayOutputStream();
        signatures.forEach(s -> out.writeBytes(s.encode()));
        out.writeBytes(Tlv.of(IMAGE, image).encoded());
        return out.toByteArray();
    }

    /** The signatures in front of a load file's image. @throws IllegalArgumentException if it is no load file */
    public static List<DapBlock> in(byte[] loadFile) {
        var list = new ArrayList<DapBlock>();
        for (Tlv t : Tlv.parseAll(loadFile)) {
            if (t.tag() == IMAGE) {
                return list;
            }
            if (t.tag() != DAP) {
                throw new IllegalArgumentException(WORDS.say("A load file begins with C4 or E2"));
            }
            var parts = t.children();
            list.add(new DapBlock(Tlv.find(parts, 0x4F).map(Tlv::value).map(Aid::of).orElseThrow(DapBlock::incomplete),
                    Tlv.find(parts, 0xC3).map(Tlv::value).orElseThrow(DapBlock::incomplete)));
        }
        throw new IllegalArgumentException(WORDS.say("The load file has no image C4"));
    }

    private static IllegalArgumentException incomplete() {
        return new IllegalArgumentException(WORDS.say("A DAP block names no domain or has no signature"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DapBlock that && domain.equals(that.domain) && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * domain.hashCode() + Arrays.hashCode(signature);
    }
}
