// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.apdu.testing.InLanguage;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.esc.tms.db.ActivityQuery;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server sends and writes down is the same whatever language the person speaks who started it. */
@Timeout(300)
@InLanguage("en")
class LanguageTest {

    private static final Cuid STRANGER = Cuid.of("40906145C76224192D2B");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"de", "en-XA", "ar-EG", "tr"})
    void aServerSendsAndWritesTheSameInEveryLanguage(String language) throws Exception {
        List<String> english = day(folder.resolve("en"));
        Locale.setDefault(Locale.forLanguageTag(language));
        List<String> other = day(folder.resolve("other"));
        assertEquals(english.size(), other.size());
        for (int i = 0; i < english.size(); i++) {
            assertEquals(english.get(i), other.get(i));
        }
        assertTrue(english.size() > 40, english::toString);
    }

    @Test
    @InLanguage("de")
    void thePersonWhoStartedItHearsTheirOwn() throws Exception {
        try (var tms = TestTms.demo(folder)) {
            assertEquals("Das Token " + STRANGER + " ist nicht bekannt.",
                    assertThrows(EscException.class, () -> tms.desk().changeState(STRANGER, TokenState.DAMAGED, "local:alice", "")).getMessage());
            assertEquals("Ausgemustert", TokenState.TERMINATED.label());
            assertEquals("Terminated", Words.in(Locale.ENGLISH, TokenState.TERMINATED::label));
        }
    }

    /** What a server said and wrote in a day, without what is another every time. */
    private static List<String> day(Path data) throws Exception {
        var all = new ArrayList<String>();
        try (var tms = TestTms.demo(data); var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
            tms.keys().create(2, KeyType.DES3, 128, Diversification.VISA2);
            var card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
            for (var o : List.of(with(server, card).format(), with(server, card).extended().user("alice", "wrong").enroll(), with(server, card).enroll(),
                    with(server, card).pin("x").resetPin(), with(server, card).resetPin(), with(server, card).user("user1", "Secret.123").format(),
                    with(server, card).type("nothing").enroll(), with(server, card).leaveAfter(3).format())) {
                all.add(o.code() + " " + o.tasks() + " " + o.form());
            }
            // the server notices a little later that the last client has gone
            while (tms.activities().list(new ActivityQuery(Optional.empty(), Optional.empty(), 0, 1000, true, Optional.empty())).stream()
                    .filter(a -> a.operation() == Operation.FORMAT && !a.success()).count() < 2) {
                Thread.sleep(20);
            }
            tms.desk().changeState(card.cuid(), TokenState.SUSPENDED, "local:alice", "");
            all.add(with(server, card).format().code().toString());
            try (var c = administrator(tms, data)) {
                for (String request : List.of("GET account/login", "GET tokens/xyz", "GET tokens/" + STRANGER, "GET tokens/" + card.cuid(),
                        "POST tokens/" + card.cuid() + "?status=UNFORMATTED", "POST tokens/" + card.cuid() + "?status=ACTIVE", "GET admin/users/alice",
                        "GET admin/users/nobody", "DELETE admin/users/alice", "GET profiles/none", "GET profiles/userKey", "POST profiles/userKey?action=disable", "GET selftests",
                        "POST selftests/run", "GET config", "GET audit", "GET activities/99999", "PATCH tokens/" + card.cuid())) {
                    String[] w = request.split(" ");
                    var r = c.send(HttpRequest.newBuilder(server.https().resolve("/tps/rest/" + w[1])).method(w[0], BodyPublishers.ofString("nonsense")).build(),
                            BodyHandlers.ofString());
                    all.add(w[0] + " " + r.statusCode() + " " + r.headers().map().keySet() + " " + r.body());
                }
                all.add(c.send(HttpRequest.newBuilder(server.https().resolve("/tps/rest/officer/search")).POST(BodyPublishers.ofString("{}")).build(),
                        BodyHandlers.ofString()).body());
            }
            for (var a : tms.activities().list(new ActivityQuery(Optional.empty(), Optional.empty(), 0, 1000, true, Optional.empty()))) {
                all.add(a.operation() + " " + a.success() + " " + a.userId() + " " + a.message());
            }
            for (var t : tms.tokens().certificates(card.cuid())) {
                all.add(t.subject() + " " + t.role() + " " + t.type());
            }
            tms.profiles().list().forEach(p -> all.add(p.toString()));
            tms.users().list().forEach(u -> all.add(u.toString()));
            all.add(new TreeMap<>(tms.settings().all()).toString());
            all.add(tms.ca().certificate().getSubjectX500Principal().toString());
            return all.stream().map(s -> alike(s, card.cuid().toString(), server)).toList();
        }
    }

    private static ScriptedClient with(TmsServer server, SoftCard card) {
        return new ScriptedClient(server.tps(), card::transmit).atr(card.atr().toString());
    }

    /** Without numbers of certificates and cards, ports and times. */
    private static String alike(String s, String cuid, TmsServer server) {
        return s.replace(cuid, "CUID").replaceAll("localhost:\\d+", "HOST").replaceAll("\\b[0-9a-fA-F]{8,}\\b", "HEX").replaceAll("\\d{10,}", "TIME")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME").replaceAll("(?i)(statistics|duration|took)\":\"?\\d+", "$1");
    }

    private static HttpClient administrator(Tms tms, Path data) throws Exception {
        var trust = KeyStore.getInstance(KeyStore.getDefaultType());
        trust.load(null, null);
        trust.setCertificateEntry("ca", tms.ca().certificate());
        var trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        var store = KeyStore.getInstance("PKCS12");
        char[] password = Files.readString(data.resolve("admin.pass")).strip().toCharArray();
        try (var in = Files.newInputStream(tms.adminFile())) {
            store.load(in, password);
        }
        keys.init(store, password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
