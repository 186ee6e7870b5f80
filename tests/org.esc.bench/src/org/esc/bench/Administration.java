// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.ActivityQuery;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.admin.AdminServer;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.SignIn;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.Trust;

/**
 * What an administrator waits for with many tokens: pages and searches over REST, beside the same questions asked of the server's own classes, and an
 * export of everything with the memory it takes. The database is filled by statements, not by operations.
 */
final class Administration {

    private static final int TOKENS = 100_000;
    private static final int ACTIVITIES = 1_000_000;
    private static final String GROUP = "administration, 100,000 tokens, 1,000,000 activities";

    private final Report report;
    private final Cancel cancel = new Cancel();

    Administration(Report report) {
        this.report = report;
    }

    private interface Question {
        void ask() throws EscException;
    }

    void run(int rounds) throws Exception {
        Path folder = Files.createTempDirectory("esc-bench-admin");
        String url = System.getenv("ESC_BENCH_POSTGRES");
        var options = url == null ? TmsOptions.standard() : TmsOptions.standard().database(url);
        report.note("Database: " + (url == null ? "H2, embedded" : "PostgreSQL") + ".");
        try (var tms = Tms.open(folder.resolve("data"), options)) {
            long t = System.nanoTime();
            fill(tms, url == null);
            Report.say("filled in " + (System.nanoTime() - t) / 1_000_000 + " ms");
            try (var server = TmsServer.start(tms, TmsServer.Options.anywhere());
                    var password = Secret.of(Files.readString(folder.resolve("data/admin.pass")).strip());
                    var admin = TpsAdmin.connect(AdminServer.at(server.https(), new Trust(List.of(tms.caFile()), Trust.Revocation.OFF)),
                            SignIn.file(tms.adminFile(), password), cancel)) {
                pages(tms, admin, rounds);
                export(admin);
            }
        } finally {
            try (var all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
    }

    private static void fill(Tms tms, boolean h2) throws EscException {
        String tokens = h2 ? "SYSTEM_RANGE(1, " + TOKENS + ") AS g (n)" : "generate_series(1, " + TOKENS + ") AS g (n)";
        String activities = h2 ? "SYSTEM_RANGE(1, " + ACTIVITIES + ") AS g (n)" : "generate_series(1, " + ACTIVITIES + ") AS g (n)";
        long start = 1_700_000_000_000L;
        tms.inTransaction(sql -> {
            sql.update("DELETE FROM tokens");
            sql.update("INSERT INTO tokens (cuid, state, user_id, type, applet_id, key_info, policy, created_at, modified_at) SELECT "
                    + "'409061' || LPAD(CAST(n AS VARCHAR), 14, '0'), CASE MOD(n, 10) WHEN 0 THEN 3 WHEN 1 THEN 6 WHEN 2 THEN 0 ELSE 4 END, "
                    + "'person' || CAST(n AS VARCHAR), CASE MOD(n, 20) WHEN 0 THEN 'soKey' ELSE 'userKey' END, '1.4.58768072', '0101', "
                    + "'RE_ENROLL=YES', " + start + " + n * 1000, " + start + " + n * 2000 FROM " + tokens);
            return sql.update("DELETE FROM activities");
        });
        tms.inTransaction(sql -> {
            sql.update("INSERT INTO activities (id, happened_at, cuid, user_id, ip, operation, success, message, mac) SELECT n, " + start
                    + " + n * 100, '409061' || LPAD(CAST(MOD(n, " + TOKENS + ") + 1 AS VARCHAR), 14, '0'), 'person' || CAST(MOD(n, " + TOKENS
                    + ") + 1 AS VARCHAR), '192.0.2.1', CASE MOD(n, 3) WHEN 0 THEN 'format' WHEN 1 THEN 'enrollment' ELSE 'pin_reset' END, "
                    + "MOD(n, 100) <> 7, CASE MOD(n, 100) WHEN 7 THEN 'The client went away. Number ' || CAST(n AS VARCHAR) "
                    + "ELSE 'token type userKey, applet 1.4.58768072' END, ? FROM " + activities, new byte[32]);
            return sql.update("UPDATE activity_head SET last_id = ? WHERE only_row = 1", (long) ACTIVITIES);
        });
        if (!h2) {
            tms.inTransaction(sql -> sql.update("ANALYZE"));
        } else {
            tms.inTransaction(sql -> sql.update("ANALYZE SAMPLE_SIZE 10000"));
        }
    }

    private static TokenQuery tokens(Optional<String> text, Optional<TokenState> state, int start) {
        return new TokenQuery(text, Optional.empty(), Optional.empty(), state, start, 20);
    }

    private void pages(Tms tms, TpsAdmin admin, int rounds) throws EscException {
        Map<String, Question[]> all = new LinkedHashMap<>();
        all.put("tokens, first page", both(tms, admin, Query.ALL, tokens(Optional.empty(), Optional.empty(), 0)));
        all.put("tokens, last page", both(tms, admin, Query.ALL.start(TOKENS - 20), tokens(Optional.empty(), Optional.empty(), TOKENS - 20)));
        all.put("tokens, one state", both(tms, admin, Query.ALL.with("status", "SUSPENDED"), tokens(Optional.empty(), Optional.of(TokenState.SUSPENDED), 0)));
        all.put("tokens, text in many", both(tms, admin, Query.ALL.filter("person1"), tokens(Optional.of("person1"), Optional.empty(), 0)));
        all.put("tokens, text in one", both(tms, admin, Query.ALL.filter("person54321"), tokens(Optional.of("person54321"), Optional.empty(), 0)));
        all.put("tokens, text in none", both(tms, admin, Query.ALL.filter("nowhere"), tokens(Optional.of("nowhere"), Optional.empty(), 0)));
        String cuid = "40906100000000054321";
        all.put("activities, first page", both(tms, admin, Query.ALL, ActivityQuery.of(Optional.empty(), 0, 20)));
        all.put("activities, of one token", both(tms, admin, Query.ALL.with("tokenID", cuid), ActivityQuery.of(Optional.of(Cuid.of(cuid)), 0, 20)));
        all.put("activities, text in many", both(tms, admin, Query.ALL.filter("went away"), text("went away")));
        all.put("activities, text in one", both(tms, admin, Query.ALL.filter("Number 777707"), text("Number 777707")));
        all.put("activities, text in none", both(tms, admin, Query.ALL.filter("nowhere"), text("nowhere")));
        all.put("activities, failed formats", both(tms, admin, Query.ALL.with("operation", "format").with("result", "failure"),
                new ActivityQuery(Optional.empty(), Optional.empty(), 0, 20, false, Optional.empty(), Optional.of(Operation.FORMAT),
                        Optional.of(false), Optional.empty(), Optional.empty())));
        for (var q : all.entrySet()) {
            double own = median(q.getValue()[0], rounds);
            double rest = median(q.getValue()[1], rounds);
            report.add(GROUP, q.getKey(), rest, "ms", String.format(Locale.ROOT, "the server itself %.1f ms, on top %.1f ms", own, rest - own));
        }
    }

    private static ActivityQuery text(String text) {
        return new ActivityQuery(Optional.of(text), Optional.empty(), 0, 20, false, Optional.empty());
    }

    private Question[] both(Tms tms, TpsAdmin admin, Query query, TokenQuery own) {
        return new Question[] {() -> {
            tms.tokens().list(own);
            tms.tokens().count(own);
        }, () -> admin.tokens().list(query, cancel)};
    }

    private Question[] both(Tms tms, TpsAdmin admin, Query query, ActivityQuery own) {
        return new Question[] {() -> {
            tms.activities().list(own);
            tms.activities().count(own);
        }, () -> admin.activities().list(query, cancel)};
    }

    private static double median(Question q, int rounds) throws EscException {
        q.ask();
        var times = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            long t = System.nanoTime();
            q.ask();
            times.add((System.nanoTime() - t) / 1e6);
        }
        return Report.median(times);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void export(TpsAdmin admin) throws EscException {
        long before = used();
        long[] most = {0};
        long[] n = {0};
        long t = System.nanoTime();
        admin.activities().all(Query.ALL, cancel, _ -> {
            if (++n[0] % 100_000 == 0) {
                most[0] = Math.max(most[0], used());
            }
        });
        double seconds = (System.nanoTime() - t) / 1e9;
        report.add(GROUP, "export of " + n[0] + " activities", seconds, "s", String.format(Locale.ROOT,
                "live memory of client and server together at most %.1f MB above the beginning", (most[0] - before) / 1e6));
    }
}
