// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.KeySpec;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.db.TokenStore.Unrecorded;

/**
 * What an administrator does with tokens, with all that follows: certificates are held, revoked or given back, and it
 * is logged.
 */
public final class TokenDesk {

    private static final String TOKEN = "token ";

    private final Tms tms;

    TokenDesk(Tms tms) {
        this.tms = tms;
    }

    /**
     * Changes a token's state. Lost, damaged and terminated tokens have their certificates revoked, suspended ones
     * held, found ones given back, as the token's profile says. All in one transaction.
     *
     * @param actor who does it
     * @param ip    from where, may be empty
     * @throws EscException REFUSED, END_OP 26 or 16
     */
    public TokenRecord changeState(Cuid cuid, TokenState to, String actor, String ip) throws EscException {
        return tms.inTransaction(_ -> {
            var before = tms.tokens().find(cuid);
            var after = tms.tokens().changeState(cuid, to);
            var from = before.orElseThrow().state();
            tms.activities().append(Operation.TOKEN_STATUS_CHANGE, true, Optional.of(cuid), actor, ip, "From " + from
                    + " to " + after.state() + ".");
            if (after.state() == TokenState.ACTIVE || after.state() == TokenState.FORMATTED) {
                for (var c : tms.tokens().certificates(cuid)) {
                    giveBack(c, actor, ip);
                }
            } else if (after.state() != TokenState.UNFORMATTED) {
                var profile = before.get().type().isPresent() ? tms.profiles().find(before.get().type().get())
                        : Optional.<org.esc.tms.db.TokenProfile>empty();
                for (var c : tms.tokens().certificates(cuid)) {
                    var rule = profile.flatMap(p -> p.key(c.role())).map(k -> k.onLoss().get(after.state()));
                    if (rule.isPresent()) {
                        withdraw(c, rule.get(), actor, ip);
                    }
                }
            }
            return after;
        });
    }

    private void giveBack(TokenCertificate c, String actor, String ip) throws EscException {
        var issued = tms.ca().find(c.serial());
        if (issued.map(i -> i.status() == IssuedCertificate.Status.ON_HOLD).orElse(false)) {
            tms.ca().unhold(c.serial());
            tms.activities().append(Operation.CERT_RESTORATION, true, Optional.of(c.cuid()), actor, ip,
                    "Certificate " + c.serial().toString(16) + " taken off hold.");
        }
    }

    private void withdraw(TokenCertificate c, KeySpec.LossRule rule, String actor, String ip) throws EscException {
        if (rule.revoke().isEmpty() || rule.untilLast() && onAnotherActive(c)) {
            return;
        }
        revoke(c, rule.revoke().get(), rule.revokeExpired(), actor, ip);
    }

    private boolean onAnotherActive(TokenCertificate c) throws EscException {
        for (var holder : tms.tokens().holders(c.serial())) {
            if (!holder.cuid().equals(c.cuid())
                    && tms.tokens().find(holder.cuid()).map(t -> t.state() == TokenState.ACTIVE).orElse(false)) {
                return true;
            }
        }
        return false;
    }

    private boolean revoke(TokenCertificate c, RevocationReason reason, boolean expiredToo, String actor, String ip)
            throws EscException {
        var issued = tms.ca().find(c.serial());
        if (issued.isEmpty() || issued.get().status() == IssuedCertificate.Status.REVOKED
                || issued.get().status() == IssuedCertificate.Status.EXPIRED && !expiredToo
                || issued.get().status() == IssuedCertificate.Status.ON_HOLD
                && reason == RevocationReason.CERTIFICATE_HOLD) {
            return false;
        }
        tms.ca().revoke(c.serial(), reason);
        tms.activities().append(Operation.CERT_REVOCATION, true, Optional.of(c.cuid()), actor, ip,
                "Certificate " + c.serial().toString(16) + (reason == RevocationReason.CERTIFICATE_HOLD
                ? " put on hold." : " revoked ("
                        + reason.name().toLowerCase(java.util.Locale.ROOT) + ")."));
        return true;
    }

    /**
     * Revokes every certificate of a token that no other active token holds, as before a format. Joins the caller's
     * transaction.
     *
     * @return how many were revoked
     */
    public int revokeAll(Cuid cuid, RevocationReason reason, String actor, String ip) throws EscException {
        return tms.inTransaction(_ -> {
            int n = 0;
            for (var c : tms.tokens().certificates(cuid)) {
                n += !onAnotherActive(c) && revoke(c, reason, false, actor, ip) ? 1 : 0;
            }
            return n;
        });
    }

    /** The name under which a token is taken by an operation. */
    public static String lease(Cuid cuid) {
        return TOKEN + cuid;
    }

    /** Ends what servers that were killed have left without an end: enrolments, and other operations that nobody will end any more. */
    public void settle() throws EscException {
        for (var cuid : tms.tokens().unrecorded().stream().map(Unrecorded::cuid).distinct().toList()) {
            // what a server works on now is its own affair
            if (tms.leases().take(lease(cuid), "settle")) {
                try {
                    settle(cuid);
                } finally {
                    tms.leases().release(lease(cuid));
                }
            }
        }
        for (var left : tms.leases().abandoned()) {
            if (tms.leases().take(left.what(), left.operation())) {
                try {
                    if (left.what().startsWith(TOKEN)) {
                        var cuid = Cuid.of(left.what().substring(TOKEN.length()));
                        tms.activities().append(Operation.of(left.operation()).orElse(Operation.TOKEN_MODIFY), false, Optional.of(cuid), "", "",
                                "The server was stopped in the middle of this.");
                    }
                } finally {
                    tms.leases().release(left.what());
                }
            }
        }
    }

    /**
     * Ends the enrolment of a token that a killed server left without an end: what it issued is revoked, and a token that had lost its former keys by
     * then goes back to FORMATTED. Only for who has taken the token.
     */
    public void settle(Cuid cuid) throws EscException {
        tms.inTransaction(_ -> {
            var mine = tms.tokens().unrecorded(cuid);
            if (mine.isEmpty()) {
                return Boolean.FALSE;
            }
            for (var u : mine) {
                tms.ca().revoke(u.serial(), RevocationReason.CESSATION_OF_OPERATION);
            }
            var token = tms.tokens().find(cuid).filter(t -> t.state() == TokenState.ACTIVE && mine.stream().anyMatch(Unrecorded::rekeyed));
            if (token.isPresent()) {
                revokeAll(cuid, RevocationReason.CESSATION_OF_OPERATION, mine.getFirst().userId(), "");
                tms.tokens().formatted(cuid, token.get().type().orElse(""), token.get().appletId().orElse(""), token.get().keyInfo().orElse(""));
            }
            tms.tokens().settled(cuid);
            tms.activities().append(Operation.ENROLLMENT, false, Optional.of(cuid), mine.getFirst().userId(), "",
                    "The server was stopped in the middle of this. The card was left half-done and must be enrolled anew.");
            return Boolean.TRUE;
        });
    }

    /** Adds a token by hand, UNFORMATTED. */
    public TokenRecord add(Cuid cuid, String actor, String ip) throws EscException {
        return tms.inTransaction(_ -> {
            var token = tms.tokens().add(cuid);
            tms.activities().append(Operation.ADD, true, Optional.of(cuid), actor, ip, "Token added.");
            return token;
        });
    }

    /** Removes a token from the database; its certificates stay as they are. */
    public void remove(Cuid cuid, String actor, String ip) throws EscException {
        tms.inTransaction(_ -> {
            tms.tokens().remove(cuid);
            return tms.activities().append(Operation.DELETE, true, Optional.of(cuid), actor, ip, "Token removed.");
        });
    }

    /** Says whose a token without certificates is to be; nobody's if empty. */
    public TokenRecord setOwner(Cuid cuid, Optional<String> userId, String actor, String ip) throws EscException {
        return tms.inTransaction(_ -> {
            var token = tms.tokens().setOwner(cuid, userId);
            tms.activities().append(Operation.TOKEN_MODIFY, true, Optional.of(cuid), actor, ip,
                    userId.map(u -> "The token is for " + u + ".").orElse("The token is for nobody in particular."));
            return token;
        });
    }

    /** Changes a token's policy. */
    public TokenRecord setPolicy(Cuid cuid, Policy policy, String actor, String ip) throws EscException {
        return tms.inTransaction(_ -> {
            var token = tms.tokens().setPolicy(cuid, policy);
            tms.activities().append(Operation.TOKEN_MODIFY, true, Optional.of(cuid), actor, ip, "Policy is now "
                    + policy + ".");
            return token;
        });
    }
}
