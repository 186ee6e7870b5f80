// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.db.Json;
import org.esc.tms.db.Profiles.Purpose;
import org.esc.tms.db.Sql;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * Security officers: how they sign in with their token, and how they answer for an operation with another person's card. A sign-in gives a
 * session; within it a ticket can be had for one operation with one card, which the client shows when it begins that operation. Everything
 * is kept in the database, so that several servers on it know of each other's sessions; of the secrets only hashes are kept.
 */
public final class Officers {

    /** What an officer does at their desk. */
    public enum Task {
        /** A person's card. */
        ENROLL,
        /** A card for a few days. */
        ENROLL_TEMPORARY,
        /** An officer's card. */
        ENROLL_OFFICER,
        /** A person's card: wiped, phone home address and all. */
        FORMAT,
        /** A person's card: wiped, with a phone home address. */
        SET_HOME,
        /** An officer's card: wiped. */
        FORMAT_OFFICER;

        /** "enroll-temporary". */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** By that word. */
        public static Optional<Task> of(String word) {
            return List.of(values()).stream().filter(t -> t.word().equals(word)).findFirst();
        }

        /** What of a TPS's operations it is. */
        public Purpose purpose() {
            return enrols() ? Purpose.ENROLL : Purpose.FORMAT;
        }

        boolean enrols() {
            return name().startsWith("ENROLL");
        }
    }

    /**
     * An officer who has signed in.
     *
     * @param id      the secret that stands for the session
     * @param officer who
     * @param card    with which card
     * @param until   when it ends by itself
     */
    public record Session(String id, User officer, Cuid card, Instant until) {
    }

    /**
     * An officer's word for one operation.
     *
     * @param officer  short name
     * @param task     what
     * @param cuid     with which card
     * @param user     for whom, when it enrols
     * @param document the kind of identity document the officer looked at, empty if none
     */
    public record Ticket(String officer, Task task, String cuid, Optional<String> user, Optional<String> document) {

        /** For the activity log: " (security officer sam; identity document: passport)". */
        public String note() {
            return " (security officer " + officer + document.map(d -> "; identity document: " + d).orElse("") + ")";
        }
    }

    private static final String STEP = "sign in as a security officer";
    private static final Duration SESSION_TIME = Duration.ofHours(12);
    private static final Duration TICKET_TIME = Duration.ofMinutes(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private record Kept(String uid, String cuid, String serial) {
    }

    private final Tms tms;
    private final InstantSource clock;

    Officers(Tms tms, InstantSource clock) {
        this.tms = tms;
        this.clock = clock;
    }

    /**
     * Signs in with a certificate whose key the caller has proved to hold.
     *
     * @throws EscException LOGIN, if it is not that of an active token's signing key, or its owner no security officer
     */
    public Session signIn(X509Certificate certificate) throws EscException {
        var issued = tms.ca().find(certificate.getSerialNumber()).filter(c -> c.certificate().equals(certificate)).orElseThrow(
                () -> refused("unknown-certificate", "This server did not issue the card's certificate.", ""));
        var kept = tms.tokens().holders(issued.serial()).stream().map(TokenCertificate::cuid).filter(c -> active(c)).findFirst()
                .map(c -> new Kept(issued.userId(), c.toString(), issued.serial().toString(16)))
                .orElseThrow(() -> refused("token-not-active", "The certificate's token is not on record as active.",
                        "Another officer can look what happened to it."));
        User officer = check(kept);
        String id = keep("session", Json.write(kept), SESSION_TIME);
        return new Session(id, officer, Cuid.of(kept.cuid()), clock.instant().plus(SESSION_TIME));
    }

    private boolean active(Cuid cuid) {
        try {
            return tms.tokens().find(cuid).filter(t -> t.state() == TokenState.ACTIVE).isPresent();
        } catch (EscException e) {
            return false;
        }
    }

    /** Looks again whether this is an officer with a good card: that may end at any time. */
    private User check(Kept kept) throws EscException {
        var issued = tms.ca().find(new java.math.BigInteger(kept.serial(), 16));
        if (issued.filter(c -> c.status() == IssuedCertificate.Status.VALID
                && (c.kind() == CertificateKind.USER_SIGNING || c.kind() == CertificateKind.USER_DUAL)).isEmpty()) {
            throw refused("certificate-not-valid", "The card's certificate is not valid (any more), or not for signatures.", "");
        }
        if (!active(Cuid.of(kept.cuid()))) {
            throw refused("token-not-active", "The officer's token is not on record as active.", "");
        }
        return tms.users().find(kept.uid()).filter(u -> !u.disabled() && isOfficer(u)).orElseThrow(
                () -> refused("no-officer", kept.uid() + " is no security officer.", "An administrator gives that role: esc tms users change "
                        + kept.uid() + " --add-role officer."));
    }

    /** The session of this id. @throws EscException LOGIN, code {@code session-ended}, if there is none (any more) */
    public Session session(String id) throws EscException {
        var row = tms.inTransaction(sql -> sql.first("SELECT content, expires FROM officer_passes WHERE id = ? AND kind = 'session' AND expires > ?",
                r -> java.util.Map.entry(r.getString(1), r.getLong(2)), hash(id), clock.millis()));
        var found = row.orElseThrow(() -> refused("session-ended", "The officer is not signed in (any more).", "Sign in again."));
        var kept = Json.read(found.getKey(), Kept.class);
        return new Session(id, check(kept), Cuid.of(kept.cuid()), Instant.ofEpochMilli(found.getValue()));
    }

    /** Ends a session. */
    public void signOut(String id) throws EscException {
        take("session", id);
    }

    /**
     * Whether a card belongs to a security officer: its owner on record is one, or its profile is for officers.
     */
    public boolean isOfficers(TokenRecord token) throws EscException {
        if (token.userId().isEmpty()) {
            return false;
        }
        var type = token.type().isPresent() ? tms.profiles().find(token.type().get()) : Optional.<TokenProfile>empty();
        return type.filter(p -> p.access() == TokenProfile.Access.OFFICERS).isPresent()
                || tms.users().find(token.userId().get()).filter(Officers::isOfficer).isPresent();
    }

    /** True for a security officer. */
    public static boolean isOfficer(User user) {
        return user.roles().contains(Role.OFFICER);
    }

    /**
     * An officer's word for one operation with one card, good once and for half an hour.
     *
     * @throws EscException REFUSED, if the card on record is not of the kind that the task is for
     */
    public String ticket(Session session, Task task, Cuid cuid, Optional<String> user, Optional<String> document) throws EscException {
        String step = "begin at the officer's desk";
        if (cuid.equals(session.card()) && task != Task.FORMAT_OFFICER) {
            throw no(step, "own-card", "This is the officer's own card.");
        }
        var token = tms.tokens().find(cuid);
        String owner = token.flatMap(TokenRecord::userId).orElse("");
        boolean officers = token.isPresent() && isOfficers(token.get());
        if (task == Task.FORMAT_OFFICER && token.isPresent() && !officers) {
            throw no(step, "user-card", owner.isEmpty() ? "This card is no security officer's." : "This is the card of " + owner
                    + ", who is no security officer.");
        }
        if (task != Task.FORMAT_OFFICER && officers && !(task.enrols() && user.equals(Optional.of(owner)))) {
            throw no(step, "officer-card", "This card belongs to the security officer " + owner + ".");
        }
        if (task.enrols() && user.isEmpty()) {
            throw no(step, "no-user", "Say for whom.");
        }
        if (task == Task.ENROLL_OFFICER && tms.users().find(user.get()).filter(Officers::isOfficer).isEmpty()) {
            throw no(step, "no-officer", user.get() + " is no security officer.");
        }
        return keep("ticket", Json.write(new Ticket(session.officer().uid(), task, cuid.toString(), user, document)), TICKET_TIME);
    }

    /** Takes a ticket; it is gone then. Empty if there is none, or it is for another card. */
    public Optional<Ticket> redeem(String ticket, Cuid cuid) throws EscException {
        return take("ticket", ticket).map(json -> Json.read(json, Ticket.class)).filter(t -> t.cuid().equals(cuid.toString()));
    }

    private String keep(String kind, String content, Duration time) throws EscException {
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String id = HexFormat.of().formatHex(random);
        long now = clock.millis();
        tms.inTransaction(sql -> {
            sql.update("DELETE FROM officer_passes WHERE expires <= ?", now);
            return sql.update("INSERT INTO officer_passes (id, kind, content, expires) VALUES (?, ?, ?, ?)", hash(id), kind, content,
                    now + time.toMillis());
        });
        return id;
    }

    private Optional<String> take(String kind, String id) throws EscException {
        return tms.inTransaction(sql -> taken(sql, kind, hash(id), clock.millis()));
    }

    private static Optional<String> taken(Sql sql, String kind, String hash, long now) throws SQLException {
        var content = sql.first("SELECT content FROM officer_passes WHERE id = ? AND kind = ? AND expires > ?", r -> r.getString(1), hash, kind, now);
        // whoever comes second finds nothing to delete
        return sql.update("DELETE FROM officer_passes WHERE id = ? AND kind = ?", hash, kind) == 1 ? content : Optional.empty();
    }

    private static String hash(String id) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EscException refused(String code, String message, String advice) {
        return Problem.of(Fault.LOGIN, STEP, message).code(code).advice(advice).exception();
    }

    private static EscException no(String step, String code, String message) {
        return Problem.of(Fault.REFUSED, step, message).code(code).exception();
    }
}
