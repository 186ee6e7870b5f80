// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.config.Entries;
import org.esc.tms.config.Entries.Kind;
import org.esc.tms.config.Entries.Status;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Login;
import org.esc.tps.EndCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator changes in the configuration is what operations then do. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigurationTest {

    private static final Entries.Caller AGENT = new Entries.Caller("admin", "", true);

    private Tms tms;
    private TmsServer server;
    private int users;

    @BeforeAll
    void start(@TempDir Path data) throws EscException {
        tms = Tms.open(data, TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
    }

    @AfterAll
    void stop() {
        server.close();
        tms.close();
    }

    private ScriptedClient next(SoftCard card) {
        return new ScriptedClient(server.tps(), card::transmit).atr(card.atr().toString()).user("user" + ++users, "Secret.123");
    }

    private static SoftCard blank() {
        return SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
    }

    private void change(Kind kind, String id, Map<String, String> changes) throws EscException {
        var all = new TreeMap<>(tms.entries().find(kind, id).orElseThrow().properties());
        all.putAll(changes);
        replace(kind, id, all);
    }

    private void replace(Kind kind, String id, Map<String, String> properties) throws EscException {
        tms.entries().act(kind, id, "disable", AGENT);
        try {
            tms.entries().modify(kind, id, properties, AGENT);
        } finally {
            tms.entries().act(kind, id, "enable", AGENT);
        }
    }

    @Test
    void aChangedProfileChangesWhatAnEnrolmentMakes() throws Exception {
        var before = tms.entries().find(Kind.PROFILE, "userKey").orElseThrow().properties();
        var other = new TreeMap<>(before);
        other.keySet().removeIf(k -> k.startsWith("op.enroll.userKey.keyGen.encryption.") || k.equals("op.enroll.userKey.keyGen.keyType.value.1"));
        other.put("op.enroll.userKey.keyGen.keyType.num", "1");
        other.put("op.enroll.userKey.keyGen.signing.keySize", "1024");
        replace(Kind.PROFILE, "userKey", other);
        try {
            SoftCard card = blank();
            assertEquals(OptionalInt.of(0), next(card).enroll().code());
            var certificates = tms.tokens().certificates(card.cuid());
            assertEquals(List.of("signing"), certificates.stream().map(TokenCertificate::role).toList());
            var key = (java.security.interfaces.RSAPublicKey) tms.ca().find(certificates.getFirst().serial()).orElseThrow().certificate().getPublicKey();
            assertEquals(1024, key.getModulus().bitLength());
        } finally {
            replace(Kind.PROFILE, "userKey", before);
        }
        assertEquals(before, tms.entries().find(Kind.PROFILE, "userKey").orElseThrow().properties());
        assertEquals(2, tms.profiles().find("userKey").orElseThrow().keys().size());
    }

    @Test
    void aProfileThatIsDisabledIsRefused() throws Exception {
        tms.entries().act(Kind.PROFILE, "userKey", "disable", AGENT);
        try {
            assertEquals(OptionalInt.of(EndCode.DISABLED_TOKEN.number()), next(blank()).format().code());
        } finally {
            tms.entries().act(Kind.PROFILE, "userKey", "enable", AGENT);
        }
    }

    @Test
    void aMappingDecidesTheProfile() throws Exception {
        String rules = "mappingResolver.formatProfileMappingResolver.mapping.";
        SoftCard card = blank();
        String cuid = card.cuid().toString();
        change(Kind.MAPPING, "formatProfileMappingResolver", Map.of(rules + "order", "99,0,1,2,3,4,5,6,7", rules + "99.filter.tokenCUID.start", cuid,
                rules + "99.filter.tokenCUID.end", cuid, rules + "99.target.tokenType", "userKeyTemporary"));
        assertEquals(OptionalInt.of(0), next(card).format().code());
        assertEquals("userKeyTemporary", tms.tokens().find(card.cuid()).orElseThrow().type().orElse(""));
        SoftCard other = blank();
        assertEquals(OptionalInt.of(0), next(other).format().code());
        assertEquals("userKey", tms.tokens().find(other.cuid()).orElseThrow().type().orElse(""));
        tms.entries().act(Kind.MAPPING, "formatProfileMappingResolver", "disable", AGENT);
        assertEquals(OptionalInt.of(EndCode.DISABLED_TOKEN.number()), next(blank()).format().code());
        tms.entries().act(Kind.MAPPING, "formatProfileMappingResolver", "enable", AGENT);
        assertThrows(EscException.class, () -> change(Kind.MAPPING, "enrollProfileMappingResolver",
                Map.of("mappingResolver.enrollProfileMappingResolver.mapping.0.target.tokenType", "nowhere")));
    }

    @Test
    void aConnectorThatIsDisabledStopsWhatNeedsIt() throws Exception {
        var misconfigured = OptionalInt.of(EndCode.MISCONFIGURATION.number());
        tms.entries().act(Kind.CONNECTOR, "kra1", "disable", AGENT);
        SoftCard card = blank();
        assertEquals(OptionalInt.of(0), next(card).format().code(), "a format needs no key archive");
        assertEquals(misconfigured, next(card).enroll().code());
        assertEquals(List.of(), tms.tokens().certificates(card.cuid()));
        tms.entries().act(Kind.CONNECTOR, "kra1", "enable", AGENT);
        tms.entries().act(Kind.CONNECTOR, "ca1", "disable", AGENT);
        assertEquals(misconfigured, next(card).enroll().code());
        tms.entries().act(Kind.CONNECTOR, "ca1", "enable", AGENT);
        tms.entries().act(Kind.CONNECTOR, "tks1", "disable", AGENT);
        assertEquals(misconfigured, next(card).format().code());
        tms.entries().act(Kind.CONNECTOR, "tks1", "enable", AGENT);
        assertEquals(OptionalInt.of(0), next(card).enroll().code());
        assertThrows(EscException.class, () -> tms.entries().add(Kind.CONNECTOR, "ca2", true, Map.of(), AGENT));
    }

    @Test
    void anAuthenticatorIsWherePasswordsAreChecked() throws Exception {
        try (var password = Secret.of("Secret.123")) {
            assertTrue(tms.users().authenticate("user50", password) instanceof Login.Accepted);
            tms.entries().act(Kind.AUTHENTICATOR, "local", "disable", AGENT);
            assertTrue(tms.users().authenticate("user50", password) instanceof Login.Refused);
            tms.entries().act(Kind.AUTHENTICATOR, "local", "enable", AGENT);
            assertTrue(tms.users().authenticate("user50", password) instanceof Login.Accepted);
            String p = "auths.instance.ldap1.";
            var ldap = tms.entries().add(Kind.AUTHENTICATOR, "ldap1", false, Map.of(p + "ldap.ldapconn.host", "localhost", p + "ldap.ldapconn.port", "1",
                    p + "ldap.ldapconn.secureConn", "false", p + "dnpattern", "uid={0},dc=example"), AGENT);
            assertEquals(Status.DISABLED, ldap.status());
            assertEquals("ldap://localhost:1", tms.settings().get("users.ldap-address").orElse(""));
            tms.entries().act(Kind.AUTHENTICATOR, "ldap1", "enable", AGENT);
            // a name that is not known here is looked for there, and nobody answers
            assertThrows(EscException.class, () -> tms.users().authenticate("stranger", password));
            tms.entries().act(Kind.AUTHENTICATOR, "ldap1", "disable", AGENT);
            assertTrue(tms.users().authenticate("stranger", password) instanceof Login.Refused);
            tms.entries().remove(Kind.AUTHENTICATOR, "ldap1", AGENT);
            assertThrows(EscException.class, () -> tms.entries().add(Kind.AUTHENTICATOR, "plain", false, Map.of("auths.instance.plain.ldap.ldapconn.host",
                    "ldap.example.org", "auths.instance.plain.ldap.ldapconn.secureConn", "false", "auths.instance.plain.dnpattern", "uid={0}"), AGENT));
        }
    }

    @Test
    void propertiesThatAreWrongAreNamed() throws Exception {
        var good = new TreeMap<>(tms.entries().find(Kind.PROFILE, "userKey").orElseThrow().properties());
        for (String wrong : List.of("op.enroll.userKey.keyGen.signing.keySize=many", "op.enroll.userKey.keyGen.signing.keySize=99999",
                "op.enroll.userKey.keyGen.signing.certId=Q", "op.enroll.userKey.keyGen.signing.recovery.onHold.scheme=Pray",
                "op.enroll.userKey.misspelt=true", "op.format.userKey.auth.enable=perhaps", "op.enroll.userKey.temporaryToken.tokenType=nowhere")) {
            var bad = new TreeMap<>(good);
            String name = wrong.substring(0, wrong.indexOf('='));
            bad.put(name, wrong.substring(wrong.indexOf('=') + 1));
            tms.entries().act(Kind.PROFILE, "userKey", "disable", AGENT);
            try {
                var e = assertThrows(EscException.class, () -> tms.entries().modify(Kind.PROFILE, "userKey", bad, AGENT));
                assertTrue(e.getMessage().contains(name) || e.getMessage().contains("nowhere"), e.getMessage());
            } finally {
                tms.entries().act(Kind.PROFILE, "userKey", "enable", AGENT);
            }
        }
        assertEquals(good, tms.entries().find(Kind.PROFILE, "userKey").orElseThrow().properties());
    }
}
