// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Cipher;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.card.CardArgs;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.Ins;
import org.esc.driver.CardDriver;
import org.esc.driver.TokenCertificate;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tps.client.EnrollVerb;
import org.esc.tps.client.FormatVerb;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.ResetPinVerb;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.TokenResult;
import org.esc.tps.client.TokenWork;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.Trust;
import org.esc.tps.client.Wish;

/** A desk with readers, software tokens and the three verbs, put together as the product does it. */
final class Desk implements AutoCloseable {

    final Readers readers = new Readers();
    final SoftReaders soft = new SoftReaders();
    final Drivers drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
    final Journal journal;
    final TpsClient client;
    final TokenWork work;
    final Map<String, String> answers = new LinkedHashMap<>();
    /** Titles of what was asked before something irreversible; every one is answered with yes. */
    final List<String> questions = new CopyOnWriteArrayList<>();
    volatile String pin = "Start1";
    volatile Cancel cancel = new Cancel();
    /** Called with every form before it is answered. */
    volatile Runnable onForm = () -> { };
    /** Called with every progress. */
    volatile java.util.function.IntConsumer onProgress = p -> { };
    private final URI tps;
    private final List<Path> trust;
    private final boolean plainLogin;

    Desk(Path dir, URI tps, List<Path> trust, boolean plainLogin) {
        this.tps = tps;
        this.trust = trust;
        this.plainLogin = plainLogin;
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        journal = new Journal(dir.resolve("journal"));
        client = new TpsClient(journal);
        work = new TokenWork(readers, drivers, client, journal, Optional.of(soft), new PhoneHome(dir.resolve("issuers")),
                dir.resolve("client.properties"));
    }

    /** Over TLS, or plain where the server can be reached like that. */
    static Desk at(Dogtag dogtag, Path dir, boolean wanted, boolean plainLogin) throws Exception {
        boolean tls = wanted || !dogtag.speaks(false);
        return new Desk(dir, tls ? dogtag.https : dogtag.http, tls ? List.of(dogtag.ca, dogtag.pin(dir)) : List.of(), plainLogin);
    }

    /** Plugs a new card in; the result is its reader. */
    String plug(CardSpec spec) {
        return soft.plug("token " + spec.cuid(), SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
    }

    /** Plugs a blank token in and formats it; returns its reader. */
    String formatted(CardSpec spec, String user) throws EscException {
        String reader = plug(spec);
        format(reader, user);
        return reader;
    }

    /** As {@link #formatted}, and enrols it. */
    String enrolled(CardSpec spec, String user) throws EscException {
        String reader = formatted(spec, user);
        enroll(reader, user);
        return reader;
    }

    TokenResult format(String reader, String user) throws EscException {
        return new FormatVerb(work).run(new FormatVerb.Args(which(reader, user), Optional.of("userKey"), link()), context());
    }

    TokenResult enroll(String reader, String user) throws EscException {
        return enroll(reader, user, Wish.NONE);
    }

    /** Enrols with {@code --renew}, {@code --temporary} or {@code --recover}. */
    TokenResult enroll(String reader, String user, Wish wish) throws EscException {
        return new EnrollVerb(work).run(new EnrollVerb.Args(which(reader, user), Optional.of("userKey"), link(), wish, false), context());
    }

    TokenResult resetPin(String reader, String user) throws EscException {
        return new ResetPinVerb(work).run(new ResetPinVerb.Args(which(reader, user), link()), context());
    }

    /** Logs in at the token with a password. */
    void checkPin(String reader, String pin) throws Exception {
        try (var session = readers.connect(reader, Origin.verb("test")); var applet = new CoolKey(TransportRules.over(session));
                var secret = Secret.of(pin)) {
            assertTrue(applet.select());
            applet.verifyPin(0, secret);
        }
    }

    /** The certificates on a token. */
    List<TokenCertificate> read(String reader) throws Exception {
        try (var session = readers.connect(reader, Origin.verb("test"))) {
            var state = readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().orElseThrow();
            return drivers.read(state, TransportRules.over(session)).certificates();
        }
    }

    /** The one of them whose key decrypts. */
    static X509Certificate forEncryption(List<TokenCertificate> all) {
        return all.stream().map(TokenCertificate::certificate)
                .filter(c -> c.getKeyUsage() != null && c.getKeyUsage()[2] && !c.getKeyUsage()[0]).findFirst().orElseThrow();
    }

    /** Encrypts as a mail program would, for {@link #decrypt}. */
    static byte[] encrypt(X509Certificate to, String text) throws Exception {
        var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, to.getPublicKey());
        return cipher.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Decrypts on the card with whichever of its private keys fits; the padding is PKCS #1 v1.5. */
    String decrypt(String reader, byte[] message) throws Exception {
        try (var session = readers.connect(reader, Origin.verb("test")); var applet = new CoolKey(TransportRules.over(session));
                var secret = Secret.of(pin)) {
            assertTrue(applet.select());
            applet.verifyPin(0, secret);
            for (var key : applet.listKeys()) {
                if (key.type() == 2 || key.type() == 3) {
                    byte[] block;
                    try {
                        block = applet.computeCrypt(key.number(), Ins.DIRECTION_DECRYPT, message);
                    } catch (CardException e) {
                        // to the other key, whose modulus may be less, this may be no number it can take
                        assertEquals(Optional.of(new StatusWord(0x9C0F)), e.problem().sw());
                        continue;
                    }
                    int zero = 2;
                    while (zero < block.length && block[zero] != 0) {
                        zero++;
                    }
                    if (block[0] == 0 && block[1] == 2 && zero >= 10 && zero < block.length) {
                        return new String(block, zero + 1, block.length - zero - 1, StandardCharsets.UTF_8);
                    }
                }
            }
        }
        return "";
    }

    private TokenArgs which(String reader, String user) {
        return new TokenArgs(CardArgs.in(reader), Optional.of(tps), trust, Trust.Revocation.SOFT,
                Optional.of(user));
    }

    private LinkArgs link() {
        return new LinkArgs(Optional.empty(), 120, false, plainLogin);
    }

    Context context() {
        return new Context(new Interaction() {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                onForm.run();
                var m = new LinkedHashMap<String, Secret>();
                form.fields().forEach(f -> m.put(f.id(), Secret.of(answers.getOrDefault(f.id(), Dogtag.PASSWORD))));
                return CompletableFuture.completedFuture(new Answers(m));
            }

            @Override
            public CompletableFuture<Secret> newPin(NewPin request) {
                return CompletableFuture.completedFuture(Secret.of(pin));
            }

            @Override
            public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
                questions.add(confirmation.title());
                return CompletableFuture.completedFuture(true);
            }

            @Override
            public void tell(String message) {
                // the server's own record is what the tests look at
            }
        }, (percent, _) -> onProgress.accept(percent), cancel);
    }

    @Override
    public void close() {
        soft.unplugAll();
    }
}
