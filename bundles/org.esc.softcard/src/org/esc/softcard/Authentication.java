// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.SecureRandom;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;

/**
 * How secure channels to the card begin and end, and how failures are counted (GlobalPlatform 2.1.1 §9.4, Open Platform 2.0.1' for SCP01).
 */
final class Authentication {

    /** After so many failed authentications in a row the card takes no more. */
    static final int MOST_FAILURES = 10;

    private final Domains domains;
    private final Registry registry;
    private final CardSecureChannel channel;
    private final SecureRandom random;

    Authentication(Domains domains, CardSecureChannel channel, SecureRandom random) {
        this.domains = domains;
        this.channel = channel;
        this.random = random;
        registry = domains.registry();
    }

    /** True if a command meets an open channel, or opens one by itself. */
    boolean isChannelOpen(CommandApdu c) {
        return channel.isOpen() || registry.scp.isImplicit() && c.cla() == 0x84;
    }

    /** Takes the channel's protection off; where channels begin implicitly, a signed command may begin one. */
    CommandApdu unwrap(CommandApdu c) throws CardRefusal {
        if (!registry.scp.isImplicit() || c.cla() != 0x84 || channel.level().cMac()) {
            return channel.unwrap(c);
        }
        mayAuthenticate();
        CommandApdu plain;
        try {
            plain = channel.initiate(registry.keys.getFirst(), registry.scp, registry.sequence, domains.asked(), c);
        } catch (CardRefusal e) {
            failed(e);
            throw e;
        }
        authenticated();
        return plain;
    }

    private void mayAuthenticate() throws CardRefusal {
        if (registry.failures >= MOST_FAILURES) {
            throw new CardRefusal(Sw.BLOCKED);
        }
        // a counter at its end stays there: no session may come twice
        if (registry.sequence == (registry.scp.protocol() == 2 ? 0xFFFF : 0xFFFFFF)) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
    }

    private void failed(CardRefusal e) {
        int sw = e.sw().value();
        if (sw == Sw.AUTHENTICATION_FAILED || sw == Sw.WRONG_SECURE_MESSAGING) {
            registry.failures = Math.min(MOST_FAILURES, registry.failures + 1);
            domains.save();
        }
    }

    /** The counter of SCP02 counts sessions that began, that of SCP03 attempts. */
    private void authenticated() {
        if (registry.failures > 0 || registry.scp.protocol() == 2) {
            registry.failures = 0;
            if (registry.scp.protocol() == 2) {
                registry.sequence++;
            }
            domains.save();
        }
    }

    ResponseApdu initializeUpdate(CommandApdu c) throws CardRefusal {
        if (registry.scp.isImplicit()) {
            throw new CardRefusal(Sw.UNKNOWN_INS);
        }
        channel.close();
        if (c.cla() != 0x80) {
            throw new CardRefusal(Sw.UNKNOWN_CLA);
        }
        mayAuthenticate();
        if (c.p2() > 1) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        List<KeySet> sets = domains.keysInUse();
        KeySet keys = c.p1() == 0 ? sets.getFirst()
                : sets.stream().filter(k -> k.version() == c.p1()).findFirst().orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        ScpVersion scp = registry.scp;
        byte[] challenge = new byte[CardSecureChannel.challengeLength(scp)];
        if (scp.pseudoRandom()) {
            if (scp.protocol() == 3) {
                // Amendment D counts every attempt, so that no two challenges are alike
                registry.sequence++;
                domains.save();
            }
            challenge = CardSecureChannel.pseudoRandomChallenge(keys, scp, registry.sequence, domains.asked().bytes());
        } else {
            random.nextBytes(challenge);
        }
        return ResponseApdu.ok(channel.initializeUpdate(keys, scp, registry.cuid.bytes(), c.data(), registry.sequence, challenge));
    }

    ResponseApdu externalAuthenticate(CommandApdu c) throws CardRefusal {
        if (registry.scp.isImplicit()) {
            throw new CardRefusal(Sw.UNKNOWN_INS);
        }
        if (c.cla() != 0x84) {
            throw new CardRefusal(Sw.UNKNOWN_CLA);
        }
        try {
            channel.externalAuthenticate(c);
        } catch (CardRefusal e) {
            failed(e);
            throw e;
        }
        authenticated();
        return ResponseApdu.of(0x9000);
    }
}
