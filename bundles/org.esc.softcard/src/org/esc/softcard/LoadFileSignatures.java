// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.globalplatform.DapBlock;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Registry.Application;

/**
 * Checks load files: their hash, and their signatures (DAP) for the domain they come to and for every domain that mandates it
 * (GlobalPlatform 2.3.1 §9.2, §11.6.2.3, §C.3). A domain's DAP key is its key version 73, id 1. The specification names no status words
 * for refusals; these are 6985 for a missing hash or signature, 6A80 for another hash, 6A88 for a missing key or domain, 6982 for a wrong
 * signature.
 */
final class LoadFileSignatures {

    static final int DAP_KEY = 0x73;

    private final Registry registry;
    private final DomainKeys keys;

    LoadFileSignatures(Registry registry, DomainKeys keys) {
        this.registry = registry;
        this.keys = keys;
    }

    /**
     * @param file  with its signatures
     * @param image the load file data block's content
     * @param hash  as INSTALL [for load] told it, may be empty
     * @param home  the domain it comes to; empty for the issuer's
     */
    void check(byte[] file, byte[] image, byte[] hash, Optional<Aid> home) throws CardRefusal {
        if (hash.length > 0 && !MessageDigest.isEqual(algorithm(hash).of(image), hash)) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        List<DapBlock> blocks;
        try {
            blocks = DapBlock.in(file);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        List<Aid> wanting = registry.applications.stream().filter(a -> wants(a, home)).map(Application::aid).toList();
        for (Aid domain : wanting) {
            if (blocks.stream().noneMatch(b -> b.domain().equals(domain))) {
                throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
            }
        }
        for (DapBlock b : blocks) {
            Optional<SignatureKey> key = key(b.domain());
            if (key.isPresent()) {
                if (hash.length == 0) {
                    throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
                }
                try (SignatureKey k = key.get()) {
                    if (!b.verify(image, algorithm(hash), k)) {
                        throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
                    }
                }
            }
        }
    }

    private static boolean wants(Application a, Optional<Aid> home) {
        return a.has(Privilege.MANDATED_DAP_VERIFICATION)
                || a.has(Privilege.DAP_VERIFICATION) && home.filter(a.aid()::equals).isPresent();
    }

    /** The key to check with; the issuer's domain checks only if it was given one. */
    private Optional<SignatureKey> key(Aid domain) throws CardRefusal {
        if (Domains.issuer(domain.bytes()).isPresent()) {
            return keys.single(Optional.empty(), DAP_KEY, 1);
        }
        Application a = registry.application(domain).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        if (!a.has(Privilege.DAP_VERIFICATION) && !a.has(Privilege.MANDATED_DAP_VERIFICATION)) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        return Optional.of(keys.single(Optional.of(domain), DAP_KEY, 1).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA)));
    }

    private static DapBlock.Hash algorithm(byte[] hash) throws CardRefusal {
        return Arrays.stream(DapBlock.Hash.values()).filter(h -> h.of(new byte[0]).length == hash.length).findFirst()
                .orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
    }
}
