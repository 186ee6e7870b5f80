// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.driver.TokenCertificate;
import org.esc.driver.host.TokenInfo;

/** What an operation made of a token's certificates: before and after compared, with what was seen on the way to the card. */
final class Outcomes {

    /** A certificate older than this when it comes onto the token has been somewhere else before. */
    private static final Duration FRESH = Duration.ofMinutes(30);

    private final List<TokenCertificate> before;
    private final List<TokenCertificate> after;
    private final CardWatch watch;
    private final KeyLog keys;
    private final Optional<Cuid> cuid;
    private final Instant begin;

    Outcomes(Optional<TokenInfo> before, TokenInfo after, CardWatch watch, KeyLog keys, Optional<Cuid> cuid, Instant begin) {
        this.before = before.map(TokenInfo::certificates).orElse(List.of());
        this.after = after.certificates();
        this.watch = watch;
        this.keys = keys;
        this.cuid = cuid;
        this.begin = begin;
    }

    List<TokenResult.Certificate> now() {
        return after.stream().map(c -> TokenResult.Certificate.of(c, outcome(c))).toList();
    }

    List<TokenResult.Certificate> removed() {
        return before.stream().filter(old -> after.stream().noneMatch(c -> c.certificate().equals(old.certificate()) || sameKey(c, old)))
                .map(c -> TokenResult.Certificate.of(c, TokenResult.Outcome.REMOVED)).toList();
    }

    private TokenResult.Outcome outcome(TokenCertificate c) {
        if (before.stream().anyMatch(old -> old.certificate().equals(c.certificate()))) {
            return TokenResult.Outcome.KEPT;
        }
        if (before.stream().anyMatch(old -> sameKey(old, c))) {
            return TokenResult.Outcome.RENEWED;
        }
        boolean brought = origin(c).filter(o -> o == KeyLog.Origin.SERVER).isPresent();
        boolean old = c.certificate().getNotBefore().toInstant().isBefore(begin.minus(FRESH));
        return brought && (old || cuid.filter(token -> keys.elsewhere(token, key(c))).isPresent()) ? TokenResult.Outcome.RECOVERED
                : TokenResult.Outcome.NEW;
    }

    /** Notes how the keys that are on the token now came onto it. */
    void remember() {
        cuid.ifPresent(token -> {
            var found = new LinkedHashMap<PublicKey, KeyLog.Origin>();
            after.forEach(c -> origin(c).or(() -> keys.origin(token, key(c))).ifPresent(o -> found.put(key(c), o)));
            keys.keep(token, found);
        });
    }

    /** The private key of certificate n is in slot 2n, by the convention of all servers. */
    private Optional<KeyLog.Origin> origin(TokenCertificate c) {
        int n = c.id().length() == 2 ? Character.digit(c.id().charAt(1), 36) : -1;
        return Optional.ofNullable(watch.made().get(2 * n));
    }

    private static boolean sameKey(TokenCertificate a, TokenCertificate b) {
        return key(a).equals(key(b));
    }

    private static PublicKey key(TokenCertificate c) {
        return c.certificate().getPublicKey();
    }
}
