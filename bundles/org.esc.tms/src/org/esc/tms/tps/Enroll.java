// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.coolkey.LifeCycle;
import org.esc.securechannel.SecureChannel;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.KeySpec;
import org.esc.tms.db.KeySpec.LossRule;
import org.esc.tms.db.KeySpec.Recovery;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Profiles.Purpose;
import org.esc.tms.db.Settings;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.drm.KeyRecovery.Outcome;
import org.esc.tms.drm.ServerKey;
import org.esc.tms.users.User;
import org.esc.tps.EndCode;

/**
 * Gives a token to a user: password, keys, certificates. New keys, keys recovered from a lost token, or new
 * certificates for the keys that are there, as policy and profile say.
 */
final class Enroll {

    /** Where a key and its certificate come from. */
    private sealed interface Source {
        /** The card makes the key. */
        record OnCard() implements Source {
        }

        /** The server makes the key. */
        record OnServer() implements Source {
        }

        /** The archive released the key, the CA has the certificate. */
        record Archive(String name, ServerKey key, TokenCertificate certificate) implements Source {
        }

        /** The card has the key; it gets a new certificate. */
        record Renewal(TokenCertificate certificate) implements Source {
        }

    }

    /** One key pair and certificate to come. */
    private record Item(KeySpec spec, int certId, int privateKey, int publicKey, Source source) {
    }

    private final Job job;
    private final List<TokenContent> contents = new ArrayList<>();
    private final List<TokenCertificate> records = new ArrayList<>();

    Enroll(Job job) {
        this.job = job;
    }

    void run() throws EscException {
        job.identify();
        job.resolve(Purpose.ENROLL);
        if (job.profile().keys().isEmpty()) {
            throw Refused.with(EndCode.MISCONFIGURATION, "choose the profile", "The profile " + job.profile().id()
                    + " enrols nothing.");
        }
        boolean active = job.token.filter(t -> t.state() == TokenState.ACTIVE).isPresent();
        boolean renew = false;
        boolean wipe = false;
        if (job.token.isEmpty()) {
            job.unknown();
            wipe = true;
        } else {
            TokenRecord t = job.token.get();
            if (!t.state().byOperation().contains(TokenState.ACTIVE)) {
                throw Refused.with(EndCode.DISABLED_TOKEN, "check the token's state", "The token is on record as: "
                        + t.state().label() + ".");
            }
            renew = active && t.policy().renew() && job.id().appletId().isPresent();
            wipe = !renew && t.policy().forceFormat();
            if (active && !renew && !wipe && !t.policy().reEnroll()) {
                throw Refused.with(EndCode.DISABLED_TOKEN, "check the token's policy",
                        "The token is enrolled, and its policy allows neither renewal nor enrolling again.");
            }
        }
        User user = job.login();
        if (active && !job.token.get().userId().equals(Optional.of(user.uid()))) {
            throw Refused.with(EndCode.NOT_TOKEN_OWNER, "check the token's owner", "The token is not " + user.uid()
                    + "'s.");
        }
        job.claim("user " + user.uid(), EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN,
                "Another token is being enrolled for " + user.uid() + ".");
        List<TokenRecord> others = job.tms.tokens().list(TokenQuery.ofUser(user.uid())).stream()
                .filter(t -> !t.cuid().equals(job.cuid())).toList();
        if (!job.tms.settings().on(Settings.ALLOW_MULTIPLE_ACTIVE)) {
            oneActive(others);
        }
        Optional<TokenRecord> lost = active ? Optional.empty() : others.stream()
                .filter(t -> t.state() != TokenState.FORMATTED && t.state() != TokenState.UNFORMATTED
                        && t.state() != TokenState.ACTIVE)
                .max(Comparator.comparing(TokenRecord::modified));
        if (lost.isPresent() && lost.get().state() == TokenState.SUSPENDED
                && job.profile().temporaryType().isPresent()) {
            job.profile(temporary(job.profile().temporaryType().get()));
        }
        job.kind = renew ? Operation.RENEWAL : Operation.ENROLLMENT;

        List<Item> plan = renew ? renewal() : plan(lost);
        if (plan.stream().anyMatch(i -> i.source() instanceof Source.Archive)) {
            job.kind = Operation.RECOVERY;
        }
        if (plan.stream().anyMatch(i -> i.source() instanceof Source.OnServer || i.source() instanceof Source.Archive)) {
            job.need("kra1");
        }
        if (wipe || job.id().appletId().isEmpty() || !renew && outdated()) {
            job.wipe(5, 12);
        }
        boolean fresh = job.id().lifeCycle() != LifeCycle.PERSONALIZED;
        job.ownKeys();
        int version;
        try (var channel = open()) {
            if (!renew) {
                job.setPin(channel);
            }
            version = Refused.as(EndCode.CANNOT_PERFORM_OPERATION, () -> job.card.objectVersion(channel));
            job.talk.status(10, "PROGRESS_PROCESS_PROFILE");
            for (int i = 0; i < plan.size(); i++) {
                int at = 15 + 75 * i / plan.size();
                make(plan.get(i), channel, user, at, 15 + 75 * (i + 1) / plan.size() - 1);
            }
        }
        // a new channel: the card's sequence of protected commands starts again
        try (var channel = open()) {
            job.talk.status(92, "PROGRESS_WRITE_OBJECTS");
            String name = job.profile().tokenName().replace("$userid$", user.uid()).replace("$cn$", user.fullName());
            job.damage = job.damage == Job.Damage.NONE ? Job.Damage.REKEYED : job.damage;
            Refused.run(EndCode.MAC_ENROLL_PDU,
                    () -> job.card.writeObjects(channel, job.id(), version, name, contents));
            job.talk.status(98, "PROGRESS_ISSUER_INFO");
            Refused.run(EndCode.SECURE_CHANNEL, () -> job.card.issuerInfo(channel, job.options.phoneHome().toString()));
            job.talk.status(99, "PROGRESS_SET_LIFECYCLE");
            if (fresh) {
                Refused.run(EndCode.MAC_LIFECYCLE_PDU, () -> job.card.personalised(channel));
            }
            commit(user);
            // from here on nothing can fail any more: original clients hang up at the next command
            try {
                job.card.clearSlots(channel, contents);
                job.talk.status(100, "PROGRESS_DONE_ENROLLMENT");
            } catch (EscException e) {
                if (e.fault() != org.esc.apdu.Fault.NETWORK && e.fault() != org.esc.apdu.Fault.CARD) {
                    throw e;
                }
            }
        }
    }

    /** Whether the operator has put another version of the applet in place since the card was formatted. */
    private boolean outdated() {
        return job.options.applet().flatMap(Applet::version).filter(v -> !v.equals(job.appletId())).isPresent();
    }

    private SecureChannel open() throws EscException {
        return Refused.as(EndCode.SECURE_CHANNEL, () -> job.card.openApplet(job.id()));
    }

    private void oneActive(List<TokenRecord> others) throws EscException {
        for (TokenRecord t : others) {
            if (t.state() == TokenState.ACTIVE) {
                throw Refused.with(EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN, "check the user's other tokens",
                        job.uid() + " has the active token " + t.cuid() + ".");
            }
        }
    }

    private TokenProfile temporary(String id) throws EscException {
        return job.tms.profiles().find(id).filter(p -> p.enabled() && !p.keys().isEmpty())
                .orElseThrow(() -> Refused.with(
                EndCode.MISCONFIGURATION, "choose the profile", "The profile " + id
                        + " for temporary tokens cannot be used."));
    }

    /** New certificates for the keys that are there; a key without a certificate on record is made anew. */
    private List<Item> renewal() throws EscException {
        List<TokenCertificate> have = job.tms.tokens().certificates(job.cuid());
        var plan = new ArrayList<Item>();
        for (KeySpec spec : job.profile().keys()) {
            Source source = have.stream().filter(c -> c.role().equals(spec.role())).findFirst()
                    .<Source>map(Source.Renewal::new).orElseGet(() -> fresh(spec));
            plan.add(item(spec, source));
        }
        return plan;
    }

    private List<Item> plan(Optional<TokenRecord> lost) throws EscException {
        var plan = new ArrayList<Item>();
        int nextCert = job.profile().keys().stream().mapToInt(KeySpec::certId).max().orElse(0) + 1;
        int nextKey = job.profile().keys().stream().mapToInt(s -> Math.max(s.privateKey(), s.publicKey())).max()
                .orElse(1) + 1;
        for (KeySpec spec : job.profile().keys()) {
            Recovery how = lost.map(t -> spec.onLoss().get(t.state())).map(LossRule::recovery)
                    .orElse(Recovery.GENERATE_NEW_KEY);
            Optional<Source> archived = how == Recovery.GENERATE_NEW_KEY ? Optional.empty()
                    : archived(spec, lost.get(), how == Recovery.GENERATE_NEW_KEY_AND_RECOVER_LAST);
            switch (how) {
                case GENERATE_NEW_KEY -> plan.add(item(spec, fresh(spec)));
                case RECOVER_LAST -> plan.add(item(spec, archived.orElseGet(() -> fresh(spec))));
                case GENERATE_NEW_KEY_AND_RECOVER_LAST -> {
                    plan.add(item(spec, fresh(spec)));
                    if (archived.isPresent()) {
                        plan.add(new Item(spec, nextCert++, nextKey, nextKey + 1, archived.get()));
                        nextKey += 2;
                    }
                }
            }
        }
        return plan;
    }

    private static Source fresh(KeySpec spec) {
        return spec.serverKeygen() ? new Source.OnServer() : new Source.OnCard();
    }

    private static Item item(KeySpec spec, Source source) {
        return new Item(spec, spec.certId(), spec.privateKey(), spec.publicKey(), source);
    }

    /**
     * The archived key of a lost token. Asked for before the card is touched: agents may have to agree.
     *
     * @param revokedToo true if it is there beside a new one, to read what was encrypted before: then it does not matter
     *                   that its certificate has been revoked. A revoked one is never the only one
     */
    private Optional<Source> archived(KeySpec spec, TokenRecord lost, boolean revokedToo) throws EscException {
        for (TokenCertificate c : job.tms.tokens().certificates(lost.cuid())) {
            if (c.role().equals(spec.role()) && c.archivedKey().isPresent() && job.tms.ca().find(c.serial())
                    .filter(i -> revokedToo || i.status() != IssuedCertificate.Status.REVOKED).isPresent()) {
                String name = c.archivedKey().get();
                return switch (Refused.as(EndCode.RECOVERY_FAILED,
                        () -> job.tms.recovery().recover(name, job.cuid()))) {
                    case Outcome.Released(ServerKey key) -> Optional.of(new Source.Archive(name, key, c));
                    case Outcome.Waiting(var request) -> throw Refused.with(EndCode.RECOVERY_IS_PROCESSED,
                            "recover the key",
                            "Agents must agree to the release of the archived key first (request " + request.id() + ", "
                                    + request.approvals().size() + " of " + request.needed() + " so far).");
                };
            }
        }
        return Optional.empty();
    }

    private void make(Item item, SecureChannel channel, User user, int begin, int end) throws EscException {
        KeySpec spec = item.spec();
        Duration validity = Duration.ofDays(spec.validityDays());
        Cuid origin = job.cuid();
        Optional<String> archive = Optional.empty();
        IssuedCertificate certificate;
        switch (item.source()) {
            case Source.OnCard _ -> {
                job.talk.status(begin, "PROGRESS_KEY_GENERATION");
                RSAPublicKey key = job.replacing(EndCode.MAC_ENROLL_PDU,
                        () -> job.card.generate(channel, item.privateKey(),
                        item.publicKey(), spec.bits(), job.tms.settings().on(Settings.VERIFY_PROOF)));
                job.talk.status(end, "PROGRESS_ENROLL_CERT");
                certificate = Refused.as(EndCode.MAC_ENROLL_PDU,
                        () -> job.issue(() -> job.tms.ca().issue(CertificateRequest.of(key, spec.kind(), user, validity))));
            }
            case Source.OnServer _ -> {
                job.talk.status(begin, "PROGRESS_KEY_GENERATION");
                ServerKey key = Refused.as(EndCode.MAC_ENROLL_PDU,
                        () -> job.tms.recovery().generate(user.uid(), job.cuid(), spec.bits(), spec.archive()));
                archive = key.archive();
                job.talk.status(end, "PROGRESS_ENROLL_CERT");
                certificate = Refused.as(EndCode.MAC_ENROLL_PDU,
                        () -> job.issue(() -> job.tms.ca().issue(CertificateRequest.of(key.publicKey(), spec.kind(), user, validity))));
                if (archive.isPresent()) {
                    job.tms.recovery().certified(archive.get(), certificate.serial());
                }
                job.replacing(EndCode.MAC_ENROLL_PDU, () -> {
                    job.card.importKey(channel, item.privateKey(), item.publicKey(), spec.bits(), key.privateKey());
                    return true;
                });
            }
            case Source.Archive(String name, ServerKey key, TokenCertificate old) -> {
                job.talk.status(begin, "PROGRESS_KEY_GENERATION");
                certificate = job.tms.ca().find(old.serial()).orElseThrow(() -> Refused.with(EndCode.RECOVERY_FAILED,
                        "recover the key", "The certificate of the archived key is not on record."));
                archive = Optional.of(name);
                origin = old.origin();
                job.talk.status(end, "PROGRESS_ENROLL_CERT");
                job.damage = Job.Damage.REKEYED;
                int bits = key.privateKey().getModulus().bitLength();
                Refused.run(EndCode.RECOVERY_FAILED,
                        () -> job.card.importKey(channel, item.privateKey(), item.publicKey(), bits, key.privateKey()));
            }
            case Source.Renewal(TokenCertificate old) -> {
                job.talk.status(end, "PROGRESS_ENROLL_CERT");
                certificate = Refused.as(EndCode.RECOVERY_FAILED, () -> job.issue(() -> job.tms.ca().renew(old.serial(), validity)));
                archive = old.archivedKey();
                if (archive.isPresent()) {
                    job.tms.recovery().certified(archive.get(), certificate.serial());
                }
                origin = old.origin();
            }
        }
        X509Certificate x = certificate.certificate();
        contents.add(new TokenContent(spec.label(user.uid()), item.certId(), item.privateKey(), item.publicKey(),
                spec.kind(), x));
        records.add(new TokenCertificate(job.cuid(), certificate.serial(), x.getSubjectX500Principal().toString(),
                user.uid(), spec.role(),
                job.profile().id(), origin, archive, java.time.Instant.now()));
    }

    private void commit(User user) throws EscException {
        Refused.run(EndCode.UPDATE_TOKENDB_FAILED, () -> job.commit(() -> {
            if (!job.tms.settings().on(Settings.ALLOW_MULTIPLE_ACTIVE)) {
                oneActive(job.tms.tokens().list(TokenQuery.ofUser(user.uid())).stream()
                        .filter(t -> !t.cuid().equals(job.cuid())).toList());
            }
            List<TokenCertificate> before = job.token.isEmpty() ? List.of() : job.tms.tokens().certificates(job.cuid());
            List<BigInteger> keep = records.stream().map(TokenCertificate::serial).toList();
            job.tms.tokens().enrolled(job.cuid(), user.uid(), job.profile().id(), job.appletId(), job.keyInfo, records);
            job.revoke(before, keep, RevocationReason.SUPERSEDED);
            var said = new StringBuilder("token type ").append(job.profile().id()).append(", applet ")
                    .append(job.appletId())
                    .append(", certificates");
            keep.forEach(s -> said.append(' ').append(s.toString(16)));
            job.tms.activities().append(job.kind, true, Optional.of(job.cuid()), user.uid(), job.ip(), said + job.note());
        }));
        job.issued.clear();
        job.damage = Job.Damage.NONE;
    }
}
