// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.esc.apdu.EscException;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.card.ReaderProvider;
import org.esc.card.Readers;
import org.esc.driver.CardDriver;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.securechannel.testing.PullableCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.securechannel.testing.Person;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.Operation;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.admin.verbs.AdminDesk;
import org.esc.tps.client.Journal;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;

/** An office for tests: the embedded system, a desk with readers, and cards; every exchange with a card is counted. */
final class Office implements AutoCloseable {

    static final String PASSWORD = "Secret.123";
    static final String OFFICER_PIN = "Officer1";

    final Tms tms;
    final TmsServer server;
    final Readers readers = new Readers();
    final SoftReaders soft = new SoftReaders();
    final Drivers drivers;
    final TpsClient client;
    final Desk desk;
    final AdminDesk administration;
    final Path ca;
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();

    Office(Path folder) throws EscException {
        this(folder, cards -> cards);
    }

    /** @param front puts other readers in front of the cards */
    Office(Path folder, UnaryOperator<ReaderProvider> front) throws EscException {
        tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        ca = tms.caFile();
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(front.apply(soft));
        readers.addObserver(exchanges::add);
        drivers = new Drivers(new DriverRules(folder.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        client = new TpsClient(new Journal(folder.resolve("journal")));
        var identities = new TlsIdentities(readers, drivers, Optional.of(soft), new UserSettings(folder.resolve("client.properties")));
        administration = new AdminDesk(identities, new SavedServers(folder.resolve("servers.properties")),
                new UserSettings(folder.resolve("client.properties")));
        desk = new Desk(readers, drivers, client, identities, Optional.of(soft),
                new DeskSettings(new UserSettings(folder.resolve("client.properties"))),
                new OfficerLog(folder.resolve("officer.log")));
    }

    /** Makes somebody a security officer. */
    void appoint(String uid) throws EscException {
        User u = tms.users().find(uid).orElseThrow();
        var roles = new HashSet<>(u.roles());
        roles.add(Role.OFFICER);
        tms.users().update(new User(u.uid(), u.fullName(), u.email(), roles, u.demo(), u.disabled()));
    }

    /** Adds somebody who administers the server with the usual password. */
    void administrator(String uid, Role role) throws EscException {
        try (var password = org.esc.apdu.Secret.of(PASSWORD)) {
            tms.users().add(new User(uid, uid, Optional.empty(), Set.of(role), false, false), password);
        }
    }

    void dismiss(String uid) throws EscException {
        User u = tms.users().find(uid).orElseThrow();
        tms.users().update(new User(u.uid(), u.fullName(), u.email(), Set.of(), u.demo(), u.disabled()));
    }

    /** Puts a card into a reader; it can be pulled ({@code soft.unplug}) and put back. */
    void plug(String reader, SoftCard card) {
        soft.plug(reader, new PullableCard(card));
    }

    SoftCard blank() {
        return SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
    }

    /** A card that somebody enrolled before, without a desk. */
    SoftCard enrolled(String uid, String profile, String pin) throws EscException {
        SoftCard card = blank();
        String reader = "workshop";
        plug(reader, card);
        try (var session = readers.connect(reader, Origin.verb("test"))) {
            var request = TpsRequest.of(Operation.ENROLL, server.secureTps()).trust(Trust.with(ca)).tokenType(profile).user(uid);
            client.run(request, session, Person.user(uid, PASSWORD, pin).context());
        } finally {
            soft.unplug(reader);
        }
        return card;
    }

    /** The desk's arguments when the officer's card is in this reader. */
    DeskArgs args(String reader) {
        return DeskArgs.in(reader).at(server.secureTps(), ca);
    }

    /** The officer who types their PIN, the holder who types password and new PIN, and who agrees to everything. */
    static Person people(String holder) {
        var p = Person.user(holder, PASSWORD, "Holder12");
        p.answers.put("OFFICER_PIN", OFFICER_PIN);
        return p;
    }

    /** Which origins have spoken to the card in a reader since the last {@link #forget}. */
    List<String> spokeTo(String reader) {
        return exchanges.stream().filter(x -> x.reader().equals(reader)).map(x -> x.origin().kind() + "").distinct().sorted().toList();
    }

    /** How many commands went to the card in a reader since the last {@link #forget}. */
    long commands(String reader) {
        return exchanges.stream().filter(x -> x.reader().equals(reader)).count();
    }

    /** How many commands of a server went to the card in a reader. */
    long fromServer(String reader) {
        return exchanges.stream().filter(x -> x.reader().equals(reader) && x.origin().kind() == Origin.Kind.SERVER).count();
    }

    void forget() {
        exchanges.clear();
    }

    List<String> logged() throws EscException {
        var lines = new ArrayList<String>();
        for (var e : desk.log().read().events()) {
            lines.add(e.event() + " " + e.result());
        }
        return lines;
    }

    @Override
    public void close() {
        soft.unplugAll();
        server.close();
        tms.close();
    }
}
