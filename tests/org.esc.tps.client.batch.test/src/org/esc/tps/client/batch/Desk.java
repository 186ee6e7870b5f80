// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.LinkedHashMap;
import java.util.function.Supplier;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.driver.CardDriver;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.admin.verbs.AdminDesk;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.TokenWork;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;

/** The product's client at its desk: readers, software tokens in a folder, the journal of tokens, and batches. */
final class Desk implements AutoCloseable {

    static final String PASSWORD = "Secret.123";
    static final String PIN = "Sesame12";

    final Readers readers = new Readers();
    final SoftReaders soft = new SoftReaders();
    final Journal journal;
    final Batches batches;
    final AdminDesk administration;
    final Path folder;

    Desk(Path folder) {
        this.folder = folder;
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        journal = new Journal(folder.resolve("token-journal"));
        var work = new TokenWork(readers, drivers, new TpsClient(journal), journal, Optional.of(soft), new PhoneHome(), folder.resolve("no-settings"));
        administration = new AdminDesk(new TlsIdentities(readers, drivers, Optional.of(soft), new UserSettings(folder.resolve("no-settings"))),
                new SavedServers(folder.resolve("servers.properties")), new UserSettings(folder.resolve("no-settings")));
        batches = new Batches(readers, drivers, work, journal, folder.resolve("recent"));
    }

    /** The verb that works through plans. */
    BatchRunVerb run() {
        return new BatchRunVerb(batches, administration, soft);
    }

    /** New blank tokens in a folder. */
    static List<Cuid> tokens(Path folder, int count) throws Exception {
        Files.createDirectories(folder);
        var cuids = new ArrayList<Cuid>();
        for (int i = 0; i < count; i++) {
            var spec = CardSpec.standard();
            cuids.add(spec.cuid());
            CardFile.create(folder.resolve(String.format("%04d.token", i)), spec, Optional.empty());
        }
        return cuids;
    }

    static TokenArgs server(URI tps, Path ca) {
        return new TokenArgs(CardArgs.ANY, Optional.of(tps), List.of(ca), Trust.Revocation.OFF, Optional.empty());
    }

    static LinkArgs link() {
        return new LinkArgs(Optional.empty(), 60, false, false);
    }

    /** Somebody who knows the password, chooses a PIN and says yes. */
    static Context context() {
        return context(() -> PASSWORD, new Cancel());
    }

    static Context context(Supplier<String> password, Cancel cancel) {
        return new Context(new Person(password), Progress.NONE, cancel);
    }

    private record Person(Supplier<String> password) implements Interaction {

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            var values = new LinkedHashMap<String, Secret>();
            form.fields().forEach(f -> values.put(f.id(), Secret.of(f.kind() == Form.Kind.PASSWORD ? password.get() : "alice")));
            return CompletableFuture.completedFuture(new Answers(values));
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return CompletableFuture.completedFuture(Secret.of(PIN));
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void tell(String message) {
            // nobody listens
        }
    }

    /** Begins a run. */
    BatchRun begin(Plan plan, TokenArgs server, BatchOptions options) throws EscException {
        return batches.begin(plan, folder.resolve("plan.csv"), Optional.empty(), options, server, link(), Optional.empty());
    }

    /** Goes on with the last one. */
    BatchRun resume(Plan plan, TokenArgs server, BatchOptions options) throws EscException {
        Path file = folder.resolve("plan.csv");
        return batches.resume(Optional.of(plan), file, Batches.journal(file), options, server, link(), Optional.empty());
    }

    @Override
    public void close() {
        soft.unplugAll();
    }
}
