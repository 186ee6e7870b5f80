// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.tps.Applet;
import org.osgi.service.component.annotations.Component;

/** {@code tms start}: serves until told to stop. */
@Component(service = Verb.class, property = "verb=tms start")
public final class TmsStart extends NamedVerb<TmsStart.Args, TmsStart.Result> {

    private static final Words WORDS = Words.of(TmsStart.class);

    /** What can be said at the terminal. */
    public record Args(
            @Arg(names = "--http", label = "PORT", help = "Port for plain connections; 0 picks a free one.",
                    defaultValue = "8080") int http,
            @Arg(names = "--https", label = "PORT", help = "Port for TLS; 0 picks a free one.",
                    defaultValue = "8443") int https,
            @Arg(names = "--data", label = "DIR",
                    help = "Data directory, made at the first start.") Optional<Path> data,
            @Arg(names = "--db", label = "JDBC-URL",
                    help = "Another database than the one in the data directory: jdbc:postgresql://host/name?user=name.") Optional<String> db,
            @Arg(names = "--no-demo-users",
                    help = "Make no demonstration users at the first start.") boolean noDemoUsers,
            @Arg(names = "--address", label = "ADDRESS", help = "Address to listen on.",
                    defaultValue = "localhost") String address,
            @Arg(names = "--host", label = "NAME",
                    help = "Name or address by which clients reach the server.") List<String> hosts,
            @Arg(names = "--applet", label = "FILE",
                    help = "CoolKey applet (IJC file) to load onto real cards.") Optional<Path> applet) {

        private static final Pattern PASSWORD = Pattern.compile("[?&;](ssl)?password=|//[^/@]*:[^/@]*@", Pattern.CASE_INSENSITIVE);

        /** @throws IllegalArgumentException if the database's address holds a password: arguments are for everybody to see */
        public Args {
            if (db.map(PASSWORD::matcher).filter(Matcher::find).isPresent()) {
                String why = WORDS.say("--db takes an address without a password: PostgreSQL's driver reads it from the file "
                        + ".pgpass, or from the one that PGPASSFILE names.");
                throw new IllegalArgumentException(why);
            }
            hosts = List.copyOf(hosts);
        }
    }

    /** Where it served. */
    public record Result(String http, String https) {
    }

    /** For declarative services. */
    public TmsStart() {
        super("tms start", "Start the embedded token management system and serve until stopped.", Args.class);
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        for (int port : new int[] {a.http(), a.https()}) {
            if (port < 0 || port > 65535) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the arguments"), WORDS.say("There is no port {0}.", port)).exception();
            }
        }
        InetAddress address;
        try {
            address = a.address().equals("localhost") ? InetAddress.getByName("127.0.0.1")
                    : InetAddress.getByName(a.address());
        } catch (UnknownHostException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("start the server"), WORDS.say("There is no address {0}.", a.address())).exception(e);
        }
        Optional<Applet> applet = a.applet().isPresent() ? Optional.of(Applet.of(a.applet().get())) : Optional.empty();
        TmsOptions opening = TmsOptions.standard().demoUsers(!a.noDemoUsers());
        if (a.db().isPresent()) {
            opening = opening.database(a.db().get());
        }
        try (Tms tms = Tms.open(a.data().orElseGet(Tms::usualDirectory), opening);
                TmsServer server = TmsServer.start(tms,
                        new TmsServer.Options(address, a.http(), a.https(), a.hosts(), applet))) {
            // the one line that scripts wait for, so it goes out at once and not with the result
            System.out.println("ready http=" + server.http() + " https=" + server.https() + " ca=" + tms.caFile()
                    + " admin="
                    + tms.adminFile());
            System.out.flush();
            awaitStop(context.cancel());
            return new Result(server.http().toString(), server.https().toString());
        }
    }

    private static void awaitStop(Cancel cancel) {
        var stop = new CountDownLatch(1);
        try (var _ = cancel.onCancel(stop::countDown)) {
            stop.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void print(Result result, PrintWriter out) {
        // all was said when it began
    }
}
