// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import com.google.gson.JsonElement;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.naming.Context;
import javax.naming.NameAlreadyBoundException;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.BasicAttribute;
import javax.naming.directory.BasicAttributes;
import javax.naming.directory.InitialDirContext;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.tps.admin.AdminServer;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.SignIn;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.Trust;

/**
 * What an administrator waits for at a Dogtag with as many tokens, and ten activities of each, as its directory takes within some time: pages and searches by our
 * class, and beside it the same requests sent plainly. What was loaded is taken out again.
 *
 * <p>{@code DOGTAG_LDAP}, {@code DOGTAG_BASE} and {@code DOGTAG_PW} name the directory's port on this machine, its suffix and its manager's password.
 */
final class DogtagDirectory {

    private static final int LOADERS = 4;
    private static final int ACTIVITIES_OF_EACH = 10;
    private static final DateTimeFormatter LDAP_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT);
    private static final String GROUP = "administration of Dogtag";

    private final Report report;
    private final Cancel cancel = new Cancel();
    private final String base = "dc=tps,dc=pki," + setting("DOGTAG_BASE", "dc=example,dc=com");

    DogtagDirectory(Report report) {
        this.report = report;
    }

    private static String setting(String name, String otherwise) {
        return Optional.ofNullable(System.getenv(name)).orElse(otherwise);
    }

    /** Something done with the directory by one of several. */
    private interface Work {
        void at(InitialDirContext directory) throws NamingException;
    }

    /** How long something took, in milliseconds. */
    private interface Timed {
        double time() throws Exception;
    }

    void run(int seconds, int rounds) throws Exception {
        var plain = DogtagRest.ofEnvironment();
        Report.say("loading tokens into the directory for " + seconds + " s");
        var loaded = new AtomicInteger();
        long began = System.nanoTime();
        try {
            together(directory -> {
                while (System.nanoTime() - began < seconds * 1_000_000_000L) {
                    add(directory, loaded.incrementAndGet());
                }
            });
            report.note(String.format(Locale.ROOT, "Dogtag's directory took %d tokens and %d activities in %.0f s.", loaded.get(), loaded.get() * ACTIVITIES_OF_EACH,
                    (System.nanoTime() - began) / 1e9));
            Path pin = Files.createTempFile("esc-bench-pin", ".pem");
            try (var none = Secret.of("")) {
                Files.writeString(pin, "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(plain.certificate().getEncoded()) + "\n-----END CERTIFICATE-----\n");
                try (var admin = TpsAdmin.connect(AdminServer.at(plain.root(), new Trust(List.of(pin), Trust.Revocation.OFF)),
                        SignIn.file(DogtagRest.creds().resolve("admin.pem"), none), cancel)) {
                    ask(admin, plain, loaded.get(), rounds);
                }
            } finally {
                Files.delete(pin);
            }
        } finally {
            Report.say("taking them out again");
            var next = new AtomicInteger();
            together(directory -> {
                for (int n = next.incrementAndGet(); n <= loaded.get(); n = next.incrementAndGet()) {
                    remove(directory, n);
                }
            });
        }
    }

    private InitialDirContext open() throws NamingException {
        var environment = new Hashtable<String, Object>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        environment.put(Context.PROVIDER_URL, URI.create("ldap://localhost:" + setting("DOGTAG_LDAP", "13389")).toString());
        environment.put(Context.SECURITY_PRINCIPAL, "cn=Directory Manager");
        environment.put(Context.SECURITY_CREDENTIALS, setting("DOGTAG_PW", "Secret.123"));
        return new InitialDirContext(environment);
    }

    private void together(Work work) throws Exception {
        try (var loaders = Executors.newFixedThreadPool(LOADERS)) {
            var done = new ArrayList<Future<?>>();
            for (int i = 0; i < LOADERS; i++) {
                done.add(loaders.submit((Callable<Void>) () -> {
                    InitialDirContext directory = open();
                    try {
                        work.at(directory);
                    } finally {
                        directory.close();
                    }
                    return null;
                }));
            }
            for (Future<?> f : done) {
                f.get();
            }
        }
    }

    private static String cuid(int n) {
        return String.format(Locale.ROOT, "40906250%012d", n);
    }

    private String token(int n) {
        return "cn=" + cuid(n) + ",ou=Tokens," + base;
    }

    private String activity(int n, int i) {
        return "cn=" + cuid(n) + "." + i + ",ou=Activities," + base;
    }

    private static void add(InitialDirContext directory, String name, String kind, Map<String, String> values) throws NamingException {
        var attributes = new BasicAttributes(true);
        var classes = new BasicAttribute("objectClass", "top");
        classes.add(kind);
        attributes.put(classes);
        values.forEach(attributes::put);
        try {
            directory.createSubcontext(name, attributes).close();
        } catch (NameAlreadyBoundException _) {
            // a run before this one was ended in the middle
        }
    }

    private void add(InitialDirContext directory, int n) throws NamingException {
        String at = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC).plusSeconds(n).format(LDAP_TIME);
        add(directory, token(n), "tokenRecord", Map.of("cn", cuid(n), "tokenType", "userKey", "tokenStatus", n % 10 == 0 ? "SUSPENDED" : "ACTIVE", "tokenUserID",
                "person" + n, "tokenAppletID", "1.4.58768072", "keyInfo", "0101", "dateOfCreate", at, "dateOfModify", at));
        for (int i = 0; i < ACTIVITIES_OF_EACH; i++) {
            add(directory, activity(n, i), "tokenActivity", Map.of("cn", cuid(n) + "." + i, "tokenID", cuid(n), "tokenUserID", "person" + n, "tokenType", "userKey",
                    "tokenIP", "192.0.2.1", "tokenOp", i == 0 ? "format" : "enrollment", "tokenResult", i % 5 == 3 ? "failure" : "success",
                    "tokenMsg", "number " + n + " of many", "dateOfCreate", at));
        }
    }

    private void remove(InitialDirContext directory, int n) throws NamingException {
        for (int i = 0; i < ACTIVITIES_OF_EACH; i++) {
            remove(directory, activity(n, i));
        }
        remove(directory, token(n));
    }

    private static void remove(InitialDirContext directory, String name) throws NamingException {
        try {
            directory.destroySubcontext(name);
        } catch (NameNotFoundException _) {
            // it was not loaded any more
        }
    }

    private void ask(TpsAdmin admin, DogtagRest plain, int tokens, int rounds) throws Exception {
        String one = cuid(tokens / 2);
        var queries = new LinkedHashMap<String, Query>();
        queries.put("first page", Query.ALL);
        queries.put("a page in the middle", Query.ALL.start(tokens / 2));
        queries.put("text in one", Query.ALL.filter(one));
        queries.put("text in none", Query.ALL.filter("nowhere"));
        for (var q : queries.entrySet()) {
            compare("tokens, " + q.getKey(), () -> timed(() -> admin.tokens().list(q.getValue(), cancel)), () -> timed(() -> get(plain, "tokens", q.getValue())), rounds);
            compare("activities, " + q.getKey(), () -> timed(() -> admin.activities().list(q.getValue(), cancel)),
                    () -> timed(() -> get(plain, "activities", q.getValue())), rounds);
        }
        System.gc();
        long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        var most = new AtomicLong();
        var n = new AtomicInteger();
        long t = System.nanoTime();
        admin.tokens().all(Query.ALL, cancel, _ -> {
            if (n.incrementAndGet() % 5_000 == 0) {
                System.gc();
                most.accumulateAndGet(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() - before, Math::max);
            }
        });
        report.add(GROUP, "export of " + n.get() + " tokens", (System.nanoTime() - t) / 1e9, "s",
                String.format(Locale.ROOT, "live memory at most %.1f MB above the beginning", most.get() / 1e6));
    }

    private static JsonElement get(DogtagRest plain, String what, Query q) throws Exception {
        return plain.get("tps/rest/" + what + "?start=" + q.start() + "&size=" + q.size() + q.filter().map(f -> "&filter=" + f).orElse(""));
    }

    private static double timed(Callable<?> work) throws Exception {
        long t = System.nanoTime();
        work.call();
        return (System.nanoTime() - t) / 1e6;
    }

    private void compare(String name, Timed ours, Timed plainly, int rounds) throws Exception {
        ours.time();
        plainly.time();
        var first = new ArrayList<Double>();
        var second = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            first.add(ours.time());
            second.add(plainly.time());
        }
        double mine = Report.median(first);
        double itself = Report.median(second);
        report.add(GROUP, name, mine, "ms", String.format(Locale.ROOT, "asked plainly %.1f ms, on top %.1f ms", itself, mine - itself));
    }
}
