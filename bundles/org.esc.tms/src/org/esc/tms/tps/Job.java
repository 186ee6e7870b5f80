// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tms.Officers;
import org.esc.tms.Tms;
import org.esc.tms.TokenDesk;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Profiles.Facts;
import org.esc.tms.db.Profiles.Purpose;
import org.esc.tms.db.Settings;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.db.TokenStore.Unrecorded;
import org.esc.tms.users.Login;
import org.esc.tms.users.User;
import org.esc.tps.EndCode;

/** One operation on one card: what is known so far, and the steps that several operations share. */
final class Job implements AutoCloseable {

    /** How far the card has been changed, for the record if the operation breaks off. */
    enum Damage {
        /** The card is as it was. */
        NONE,
        /** Its applet is being replaced. */
        WIPED,
        /** Its keys are being replaced. */
        REKEYED
    }

    final Tms tms;
    final TpsOptions options;
    final Conversation talk;
    final CardSide card;
    private final List<String> claims = new ArrayList<>();

    Optional<Identity> identity = Optional.empty();
    Optional<TokenRecord> token = Optional.empty();
    Optional<User> user = Optional.empty();
    /** The security officer's word for this operation, when it is done at an officer's desk. */
    private Optional<Officers.Ticket> ticket = Optional.empty();
    Operation kind;
    Damage damage = Damage.NONE;
    String keyInfo = "";
    /** Certificates issued for this card that have not been recorded as its own yet. */
    final List<BigInteger> issued = new ArrayList<>();
    private TokenProfile profile;

    Job(Tms tms, TpsOptions options, Conversation talk, Operation kind) {
        this.tms = tms;
        this.options = options;
        this.talk = talk;
        this.kind = kind;
        card = new CardSide(talk, tms.keys());
    }

    Identity id() {
        return identity.orElseThrow();
    }

    Cuid cuid() {
        return id().cuid();
    }

    TokenProfile profile() {
        return profile;
    }

    void profile(TokenProfile other) {
        profile = other;
    }

    /** Reads who the card is and looks it up. */
    void identify() throws EscException {
        identity = Optional.of(Refused.as(EndCode.CANNOT_ESTABLISH_COMMUNICATION, card::identify));
        claim(TokenDesk.lease(cuid()), EndCode.SNAC, "Another operation with this token is under way.");
        // what a server that was killed in the middle of it may have left
        Refused.run(EndCode.UPDATE_TOKENDB_FAILED, () -> tms.desk().settle(cuid()));
        token = tms.tokens().find(cuid());
    }

    /** Keeps others from working with the same thing at the same time. */
    void claim(String what, EndCode code, String message) throws EscException {
        if (!tms.leases().take(what, kind.wire())) {
            throw Refused.with(code, "begin the operation", message);
        }
        claims.add(what);
    }

    /** Does several things in one transaction, unless another server has taken the token over. */
    private void held(Refused.Step step) throws EscException {
        run(() -> {
            for (String claim : claims) {
                tms.leases().check(claim);
            }
            step.run();
        });
    }

    /** Makes sure that a part of the system which the operation needs is enabled. */
    void need(String connector) throws EscException {
        Refused.run(EndCode.MISCONFIGURATION, () -> tms.entries().require(connector));
    }

    /** Finds the profile for the card. */
    void resolve(Purpose purpose) throws EscException {
        need("tks1");
        if (purpose == Purpose.ENROLL) {
            need("ca1");
        }
        var facts = new Facts(purpose, purpose == Purpose.PIN_RESET ? token.flatMap(TokenRecord::type)
                : talk.extension("tokenType"),
                talk.extension("keySet"), cuid().toString(), talk.extension("tokenATR"));
        profile = Refused.as(EndCode.MISCONFIGURATION, () -> tms.profiles().resolve(facts));
        desk(purpose);
    }

    /** Takes the officer's word for it, if the client shows it; a profile of the officers' desk needs one. */
    private void desk(Purpose purpose) throws EscException {
        Optional<String> shown = talk.extension("officerTicket");
        if (shown.isPresent()) {
            ticket = tms.officers().redeem(shown.get(), cuid()).filter(t -> t.task().purpose() == purpose);
            if (ticket.isEmpty()) {
                throw Refused.with(EndCode.DISABLED_TOKEN, "check the security officer's word",
                        "What the client shows of a security officer's word is not for this card and operation, or too old.");
            }
        } else if (profile.access() == TokenProfile.Access.DESK) {
            throw Refused.with(EndCode.DISABLED_TOKEN, "check the security officer's word", "The profile " + profile.id()
                    + " is for a security officer's desk only.");
        }
    }

    /** Who answers for it, for the activity log; empty if it is not done at an officer's desk. */
    String note() {
        return ticket.map(Officers.Ticket::note).orElse("");
    }

    /** Asks who is there. */
    User login() throws EscException {
        try (var given = talk.login("Token login", "Log in with your user ID and password to go on.")) {
            user = switch (tms.users().authenticate(given.uid(), given.password())) {
                case Login.Accepted(User u) -> Optional.of(u);
                case Login.Refused _ -> throw Refused.with(EndCode.LOGIN, "log in", "Wrong user ID or password for “"
                        + shown(given.uid()) + "”.");
                case Login.Blocked(var wait) -> throw Refused.with(EndCode.LOGIN, "log in",
                        "Too many failed logins of “" + shown(given.uid()) + "”; blocked for another "
                                + wait.toSeconds() + " s.");
            };
            if (profile.access() == TokenProfile.Access.OFFICERS && !Officers.isOfficer(user.get())) {
                throw Refused.with(EndCode.LOGIN, "log in", uid() + " is no security officer, and the profile " + profile.id()
                        + " is for those only.");
            }
            if (ticket.flatMap(Officers.Ticket::user).filter(u -> !u.equals(uid())).isPresent()) {
                throw Refused.with(EndCode.LOGIN, "log in", uid() + " logged in, but the security officer's word is for "
                        + ticket.flatMap(Officers.Ticket::user).get() + ".");
            }
            return user.get();
        }
    }

    /** A name typed by a stranger, fit for a log. */
    private static String shown(String uid) {
        return uid.substring(0, Math.min(32, uid.length())).replaceAll("[^\\p{Alnum}@._-]", "?");
    }

    /** Whether the record allows a format of this card. */
    void mayFormat() throws EscException {
        if (token.isEmpty()) {
            unknown();
        } else if (!token.get().state().byOperation().contains(TokenState.FORMATTED)) {
            throw Refused.with(EndCode.DISABLED_TOKEN, "check the token's state",
                    "The token is on record as: " + token.get().state().label() + ".");
        } else if (user.isPresent() && user.get().roles().isEmpty()
                && token.get().userId().filter(owner -> !owner.equals(uid())).isPresent()) {
            // a card's number is no secret: without this, any user could have another's certificates revoked
            throw Refused.with(EndCode.NOT_TOKEN_OWNER, "check the token's owner", "The token is not " + uid() + "'s.");
        }
    }

    /** Whether a card that is not on record is welcome. */
    void unknown() throws EscException {
        if (!tms.settings().on(Settings.ALLOW_UNKNOWN_TOKENS)) {
            throw Refused.with(EndCode.UNKNOWN_TOKEN, "look the token up", "The token is not in the database.");
        }
    }

    /**
     * Loads the applet anew, writes the issuer information and moves the card to its own keys, then records the card as
     * formatted.
     *
     * @param from first percentage to report
     * @param to   last percentage
     */
    void wipe(int from, int to) throws EscException {
        Applet applet = appletFor();
        try (var manager = Refused.as(EndCode.SECURE_CHANNEL, () -> card.openManager(id()))) {
            Damage before = damage;
            damage = Damage.WIPED;
            if (!Refused.as(EndCode.UPGRADE_APPLET, () -> card.remove(manager))) {
                damage = before;
                throw Refused.with(EndCode.UPGRADE_APPLET, "format the card", "The card keeps its applet.");
            }
            Refused.run(EndCode.UPGRADE_APPLET, () -> card.load(manager, id(), applet, part ->
                    talk.status(from + (int) ((to - from) * part), "PROGRESS_APPLET_BLOCK")));
        }
        try (var channel = Refused.as(EndCode.SECURE_CHANNEL, () -> card.openApplet(id()))) {
            Refused.run(EndCode.SECURE_CHANNEL, () -> card.issuerInfo(channel, profile.homeless() ? "" : options.phoneHome().toString()));
        }
        ownKeys();
        identity = Optional.of(Refused.as(EndCode.CANNOT_ESTABLISH_COMMUNICATION, card::identify));
        String appletId = applet.version().or(() -> id().appletId()).orElse("");
        Refused.run(EndCode.UPDATE_TOKENDB_FAILED, () -> held(() -> {
            if (profile.revokeOnFormat()) {
                revoke(token.isEmpty() ? List.of() : tms.tokens().certificates(cuid()), List.of(),
                        RevocationReason.CESSATION_OF_OPERATION);
            }
            tms.tokens().formatted(cuid(), profile.id(), appletId, keyInfo);
        }));
        token = tms.tokens().find(cuid());
        damage = Damage.NONE;
    }

    /**
     * Lets the card replace a key. The old one counts as gone from then on, unless the card says that it did not do it (6985): clients answer
     * so for it when its owner wants to keep the keys.
     */
    <T> T replacing(EndCode code, Refused.Work<T> work) throws EscException {
        Damage before = damage;
        damage = Damage.REKEYED;
        try {
            return Refused.as(code, work);
        } catch (EscException e) {
            if (e.problem().sw().filter(sw -> sw.value() == 0x6985).isPresent()) {
                damage = before;
            }
            throw e;
        }
    }

    /** Gives the card keys of its own if it has not got them yet, and notes what it has. */
    void ownKeys() throws EscException {
        int version = Refused.as(EndCode.KEY_CHANGE_OVER, () -> card.ownKeys(id(), to -> run(() -> {
            // noted at once: whatever breaks off from here on, the card has these keys now
            tms.keys().moved(cuid(), to);
            if (token.isPresent()) {
                tms.tokens().setCard(cuid(), appletId(), keyInfo(to));
            }
            tms.activities().append(Operation.KEY_CHANGEOVER, true, Optional.of(cuid()), uid(), ip(),
                    String.format("Card keys changed to version %02X.", to));
        })));
        keyInfo = keyInfo(version);
    }

    private static String keyInfo(int version) {
        return String.format("%02X01", version);
    }

    /** Has a certificate issued for this card, and notes that it is not on record yet. */
    IssuedCertificate issue(Issue step) throws EscException {
        IssuedCertificate certificate = tms.inTransaction(_ -> {
            for (String claim : claims) {
                tms.leases().check(claim);
            }
            var c = step.run();
            tms.tokens().issued(new Unrecorded(cuid(), c.serial(), uid(), damage == Damage.REKEYED));
            return c;
        });
        issued.add(certificate.serial());
        return certificate;
    }

    /** Issues a certificate. */
    interface Issue {
        IssuedCertificate run() throws EscException;
    }

    /** The same in {@code commit} of an operation. */
    void commit(Refused.Step step) throws EscException {
        held(step);
    }

    /** Does several things in one transaction. */
    void run(Refused.Step step) throws EscException {
        tms.inTransaction(_ -> {
            step.run();
            return Boolean.TRUE;
        });
    }

    private Applet appletFor() throws EscException {
        if (options.applet().isPresent()) {
            return options.applet().get();
        }
        if (id().software()) {
            return Applet.standIn();
        }
        throw Refused.with(EndCode.MISCONFIGURATION, "choose the applet",
                "This looks like a real card. Start the server with --applet FILE, naming a CoolKey applet that "
                        + "fits it.");
    }

    /** Revokes what is not kept, unless another active token holds it still. Part of the caller's transaction. */
    void revoke(List<TokenCertificate> old, List<BigInteger> keep, RevocationReason reason) throws EscException {
        for (TokenCertificate c : old) {
            if (!keep.contains(c.serial()) && !heldElsewhere(c)) {
                tms.ca().revoke(c.serial(), reason);
                tms.activities().append(Operation.CERT_REVOCATION, true, Optional.of(cuid()), c.userId(), ip(),
                        "certificate " + c.serial().toString(16) + " revoked: "
                                + reason.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
    }

    private boolean heldElsewhere(TokenCertificate c) throws EscException {
        for (TokenCertificate other : tms.tokens().holders(c.serial())) {
            if (!other.cuid().equals(cuid()) && tms.tokens().find(other.cuid())
                    .filter(t -> t.state() == TokenState.ACTIVE).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Asks for the token's password and sets it. */
    void setPin(org.esc.securechannel.SecureChannel channel) throws EscException {
        try (Secret pin = talk.newPin(profile.pinMin(), profile.pinMax())) {
            Refused.run(EndCode.MAC_RESET_PIN_PDU, () -> card.setPin(channel, pin));
        }
    }

    /** Applet version for the record. */
    String appletId() {
        return token.flatMap(TokenRecord::appletId).or(() -> id().appletId()).orElse("");
    }

    String uid() {
        return user.map(User::uid).orElse("");
    }

    String ip() {
        return talk.peer().getHostAddress();
    }

    /** Puts the records right after the operation broke off, and notes why. */
    void failed(String why) {
        try {
            held(() -> {
                for (BigInteger serial : issued) {
                    tms.ca().revoke(serial, RevocationReason.CESSATION_OF_OPERATION);
                }
                if (!issued.isEmpty()) {
                    tms.tokens().settled(cuid());
                }
                String more = "";
                if (damage != Damage.NONE && token.isPresent()) {
                    revoke(tms.tokens().certificates(cuid()), List.of(), RevocationReason.CESSATION_OF_OPERATION);
                    if (damage == Damage.WIPED) {
                        tms.tokens().interrupted(cuid());
                        more = " The card was left half-done and must be formatted.";
                    } else {
                        tms.tokens().formatted(cuid(), profile.id(), appletId(), keyInfo);
                        more = " The card was left half-done and must be enrolled anew.";
                    }
                }
                tms.activities().append(kind, false, identity.map(Identity::cuid), uid(), ip(), why + more + note());
            });
        } catch (EscException e) {
            // whoever took the token over has recorded the end
            boolean taken = e.problem().code().equals("lease-lost");
            System.getLogger(Job.class.getName()).log(taken ? System.Logger.Level.WARNING : System.Logger.Level.ERROR,
                    () -> taken ? "An operation was ended by another server: " + e.getMessage()
                            : "The end of an operation could not be recorded: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        claims.forEach(tms.leases()::release);
        claims.clear();
    }
}
