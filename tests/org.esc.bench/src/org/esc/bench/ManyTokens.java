// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;

/**
 * Many tokens by one {@code ./esc batch run} with one, two and four readers, beside a process {@code ./esc enroll} or {@code ./esc format} for each of as
 * many: whole processes, starts included. On the embedded system, and where there is a Dogtag formats there, beside its tpsclient.
 */
final class ManyTokens {

    private static final List<Integer> READERS = List.of(1, 2, 4);
    private static final int READERS_OF_SINGLE_CALLS = 0;

    private final Report report;
    private final String esc = Path.of(System.getProperty("esc.home", ".")).toAbsolutePath().normalize().resolve("esc").toString();

    ManyTokens(Report report) {
        this.report = report;
    }

    /** Tokens in files, and their numbers. */
    private record Stack(Path folder, Map<Path, Cuid> tokens) {

        static Stack of(Path folder, int count) throws Exception {
            Files.createDirectories(folder);
            var tokens = new LinkedHashMap<Path, Cuid>();
            for (int i = 0; i < count; i++) {
                var spec = CardSpec.standard().withCuid(CardSpec.randomCuid());
                Path file = folder.resolve(String.format(Locale.ROOT, "%04d.token", i));
                CardFile.create(file, spec, Optional.empty());
                tokens.put(file, spec.cuid());
            }
            return new Stack(folder, tokens);
        }
    }

    void run(int count) throws Exception {
        try (var desk = new Desk(); var tms = Tms.open(desk.directory().resolve("tms"), TmsOptions.standard());
                var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
            List<String> where = List.of("--tps", server.secureTps().toString(), "--ca", tms.caFile().toString());
            var users = new ArrayList<String>();
            for (int i = 1; i <= count; i++) {
                users.add("user" + i);
            }
            Judge judge = (op, cuid) -> tms.tokens().find(cuid).map(t -> t.state()).equals(Optional.of(op == Operation.ENROLL ? TokenState.ACTIVE
                    : TokenState.FORMATTED));
            // what runs the first time loads what the others find ready
            Stack warm = Stack.of(desk.directory().resolve("warm"), 1);
            batch(desk, warm, Operation.ENROLL, 1, users, where, judge);
            free(tms, warm);
            for (Operation op : List.of(Operation.ENROLL, Operation.FORMAT)) {
                var seconds = new LinkedHashMap<Integer, Double>();
                for (int readers : List.of(1, READERS_OF_SINGLE_CALLS, 2, 4)) {
                    Stack stack = Stack.of(desk.directory().resolve(op + "-" + readers), count);
                    seconds.put(readers, readers == READERS_OF_SINGLE_CALLS ? single(desk, stack, op, users, where, judge)
                            : batch(desk, stack, op, readers, users, where, judge));
                    free(tms, stack);
                }
                publish("many tokens, embedded system, " + word(op), count, seconds, seconds.remove(READERS_OF_SINGLE_CALLS), "single calls of ./esc " + word(op));
            }
        }
    }

    /** Formats on Dogtag. */
    void dogtag(int count) throws Exception {
        var theirs = new AgainstTpsclient(report);
        try (var desk = new Desk()) {
            String user = theirs.freeUsers(1).getFirst();
            List<String> where = List.of("--tps", theirs.tps().toString());
            Judge judge = (op, cuid) -> {
                theirs.judge(op, cuid, user);
                return true;
            };
            var seconds = new LinkedHashMap<Integer, Double>();
            double single = 0;
            for (int readers : READERS) {
                Stack stack = Stack.of(desk.directory().resolve("dogtag-" + readers), count);
                seconds.put(readers, batch(desk, stack, Operation.FORMAT, readers, java.util.Collections.nCopies(count, user), where, judge));
                if (readers == READERS.getFirst()) {
                    for (int i = 0; i < count; i++) {
                        Cuid cuid = CardSpec.randomCuid();
                        single += theirs.tpsclient(desk, theirs.tps(), Operation.FORMAT, cuid, user).wall() / 1000;
                        theirs.judge(Operation.FORMAT, cuid, user);
                    }
                }
            }
            publish("many tokens, Dogtag, format", count, seconds, single, "single calls of tpsclient");
        }
    }

    private void publish(String group, int count, Map<Integer, Double> seconds, double single, String beside) {
        report.add(group, beside, single, "s", count + " tokens");
        seconds.forEach((readers, s) -> {
            report.add(group, "one batch run, readers: " + readers, s, "s", "");
            report.add(group, "ratio, readers: " + readers, s / single, "", "");
        });
    }

    /** Says whether the server has a token where it belongs; the program's own word is not believed. */
    private interface Judge {
        boolean good(Operation op, Cuid cuid) throws Exception;
    }

    private static String word(Operation op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private static void check(Stack stack, Operation op, Judge judge) throws Exception {
        for (Cuid cuid : stack.tokens().values()) {
            if (!judge.good(op, cuid)) {
                throw new IOException("the server does not say that " + cuid + " was done: " + op);
            }
        }
    }

    /** Users may have one active token each. */
    private static void free(Tms tms, Stack stack) throws Exception {
        for (Cuid cuid : stack.tokens().values()) {
            if (tms.tokens().find(cuid).orElseThrow().state() == TokenState.ACTIVE) {
                tms.desk().changeState(cuid, TokenState.TERMINATED, "bench", "");
            }
        }
    }

    private double batch(Desk desk, Stack stack, Operation op, int readers, List<String> users, List<String> where, Judge judge) throws Exception {
        var rows = new StringBuilder("cuid,operation,user,profile\n");
        for (int i = 0; i < stack.tokens().size(); i++) {
            rows.append("*,").append(word(op)).append(',').append(users.get(i)).append(",userKey\n");
        }
        Path plan = Files.writeString(desk.directory().resolve(stack.folder().getFileName() + ".csv"), rows);
        var command = new ArrayList<>(List.of(esc, "batch", "run", plan.toString(), "--feed", stack.folder().toString(), "--virtual-readers", "" + readers));
        command.addAll(where);
        return whole(desk, command, op, stack, judge);
    }

    private double single(Desk desk, Stack stack, Operation op, List<String> users, List<String> where, Judge judge) throws Exception {
        double sum = 0;
        int i = 0;
        for (var token : stack.tokens().entrySet()) {
            var command = new ArrayList<>(List.of(esc, word(op), "--soft", token.getKey().toString(), "--user", users.get(i++), "--token-type", "userKey"));
            command.addAll(where);
            sum += whole(desk, command, op, new Stack(stack.folder(), Map.of(token.getKey(), token.getValue())), judge);
        }
        return sum;
    }

    private static double whole(Desk desk, List<String> command, Operation op, Stack stack, Judge judge) throws Exception {
        command.addAll(List.of("--password-env", "ESC_BENCH_PASSWORD", "--yes", "--json"));
        if (op == Operation.ENROLL) {
            command.addAll(List.of("--pin-env", "ESC_BENCH_PIN"));
        }
        var done = AgainstTpsclient.exec(desk, command, "");
        if (!done.output().contains("\"ok\":true")) {
            throw new IOException(String.join(" ", command) + ": " + done.output());
        }
        try {
            check(stack, op, judge);
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + done.output(), e);
        }
        return done.wall() / 1000;
    }
}
