// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.softcard.CardFile;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.db.KeySpec;
import org.esc.tms.db.Settings;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.client.TokenArgs;

/** The embedded token management system, and the judgement of its records against the cards. */
final class Office implements AutoCloseable {

    final Tms tms;
    final TmsServer server;

    Office(Path data) throws Exception {
        tms = Tms.open(data, TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
    }

    TokenArgs args() {
        return Desk.server(server.secureTps(), tms.caFile());
    }

    /** Certificates of people that the authority issued and has not revoked. */
    Set<BigInteger> valid() throws Exception {
        var valid = new HashSet<BigInteger>();
        for (int start = 0;; start += 500) {
            var page = tms.ca().list(Optional.empty(), start, 500);
            page.stream().filter(c -> c.kind() == CertificateKind.USER_SIGNING || c.kind() == CertificateKind.USER_ENCRYPTION)
                    .filter(c -> c.status() == IssuedCertificate.Status.VALID).forEach(c -> valid.add(c.serial()));
            if (page.size() < 500) {
                return valid;
            }
        }
    }

    /** What is on a card, read from the card. */
    static Set<BigInteger> onCard(Path file) throws Exception {
        try (SoftCard card = CardFile.open(file, Optional.empty(), () -> java.util.List.of(new CoolKeyAppletFactory()))) {
            var drivers = new org.esc.driver.host.Drivers(new org.esc.driver.host.DriverRules(Path.of("no-rules")), org.esc.driver.host.Limits.DEFAULT);
            drivers.addDriver(new CoolKeyDriver(), Map.of(org.esc.driver.CardDriver.NAME, "CoolKey", org.esc.driver.CardDriver.AID, "627601FF000000"));
            var reader = new org.esc.card.ReaderState("x", "", org.esc.card.ReaderState.Presence.PRESENT, Optional.of(card.atr()), 0);
            var serials = new TreeSet<BigInteger>();
            drivers.read(reader, org.esc.card.TransportRules.over(card.channel())).certificates().forEach(c -> serials.add(c.certificate().getSerialNumber()));
            return serials;
        }
    }

    /** All tokens of a folder are enrolled once: on the card what the record says and the authority vouches for, and nothing else is valid. */
    void agrees(Path folder, Map<Cuid, String> owners) throws Exception {
        var all = new HashMap<BigInteger, Cuid>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                Cuid cuid;
                try (SoftCard card = CardFile.open(file, Optional.empty(), () -> java.util.List.of(new CoolKeyAppletFactory()))) {
                    cuid = card.cuid();
                }
                if (!owners.containsKey(cuid)) {
                    assertEquals(Optional.empty(), tms.tokens().find(cuid), "a foreign card was touched");
                    continue;
                }
                var record = tms.tokens().find(cuid).orElseThrow(() -> new AssertionError("the server does not know " + cuid));
                assertEquals(TokenState.ACTIVE, record.state(), cuid.toString());
                assertEquals(Optional.of(owners.get(cuid)), record.userId(), cuid.toString());
                var recorded = new TreeSet<BigInteger>();
                for (TokenCertificate c : tms.tokens().certificates(cuid)) {
                    recorded.add(c.serial());
                }
                assertEquals(2, recorded.size(), cuid.toString());
                assertEquals(recorded, onCard(file), "card and record of " + cuid);
                for (BigInteger serial : recorded) {
                    assertEquals(null, all.put(serial, cuid), "a certificate is on two cards");
                }
            }
        }
        assertEquals(owners.size() * 2, all.size());
        assertEquals(valid(), all.keySet(), "valid certificates are those on cards");
        assertEquals(java.util.List.of(), tms.tokens().unrecorded());
        assertEquals(true, tms.activities().verify().intact());
    }

    /** Somebody who is signed in to the administration. */
    TokenRecords records() {
        return new TokenRecords() {
            @Override
            public Optional<Known> find(Cuid cuid) throws EscException {
                var token = tms.tokens().find(cuid);
                if (token.isEmpty()) {
                    return Optional.empty();
                }
                return Optional.of(new Known(token.get().state().name(), token.get().userId(),
                        tms.tokens().certificates(cuid).stream().map(c -> c.serial().toString(16)).toList()));
            }

            @Override
            public void terminate(Cuid cuid) throws EscException {
                tms.desk().changeState(cuid, TokenState.TERMINATED, "admin", "");
            }
        };
    }

    /** Short keys, for tests that are about many tokens and not about large primes. */
    void shortKeys() throws Exception {
        var p = tms.profiles().find("userKey").orElseThrow();
        var keys = p.keys().stream().map(k -> new KeySpec(k.role(), k.label(), k.certId(), k.privateKey(), k.publicKey(), 1024, k.serverKeygen(), k.archive(),
                k.kind(), k.validityDays(), k.onLoss())).toList();
        tms.profiles().save(new TokenProfile(p.id(), p.description(), p.enabled(), p.tokenName(), p.pinMin(), p.pinMax(), p.pinReset(), p.formatLogin(),
                p.revokeOnFormat(), p.temporaryType(), p.policy(), keys, p.access(), p.homeless()));
    }

    void allowMany() throws Exception {
        tms.settings().set(Settings.ALLOW_MULTIPLE_ACTIVE, "true");
    }

    @Override
    public void close() {
        server.close();
        tms.close();
    }
}
