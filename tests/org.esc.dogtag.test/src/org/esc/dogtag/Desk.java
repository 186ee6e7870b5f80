// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.driver.CardDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
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

/** A desk with readers, software tokens and the three verbs, put together as the product does it. */
final class Desk implements AutoCloseable {

    final Readers readers = new Readers();
    final SoftReaders soft = new SoftReaders();
    final Drivers drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
    final Journal journal;
    final TpsClient client;
    final TokenWork work;
    final Map<String, String> answers = new LinkedHashMap<>();
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

    /** Plugs a new card in; the result is its reader. */
    String plug(CardSpec spec) {
        return soft.plug("token " + spec.cuid(), SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
    }

    TokenResult format(String reader, String user) throws EscException {
        return new FormatVerb(work).run(new FormatVerb.Args(which(reader, user), Optional.of("userKey"), link()), context());
    }

    TokenResult enroll(String reader, String user) throws EscException {
        return new EnrollVerb(work).run(new EnrollVerb.Args(which(reader, user), Optional.of("userKey"), link()), context());
    }

    TokenResult resetPin(String reader, String user) throws EscException {
        return new ResetPinVerb(work).run(new ResetPinVerb.Args(which(reader, user), link()), context());
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
