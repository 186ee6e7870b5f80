// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.apdu.testing.InLanguage;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Arguments;
import org.esc.command.Arguments.Parameter;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.tms.Tms;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.users.Role;
import org.esc.tps.admin.Embedded;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.UserSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every verb {@code admin …} with the words that a person types, at an embedded system over its REST interface. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminVerbsTest {

    private static final String TOKEN = "40906145C76224192E01";
    private static final String OTHER = "40906145C76224192E02";
    private static final List<String> KINDS = List.of("profiles", "mappings", "connectors", "authenticators");

    private Path folder;
    private Embedded system;
    private final Map<String, Verb<?, ?>> verbs = new TreeMap<>();
    private final Map<String, String> answers = new LinkedHashMap<>();

    /** What came of a verb. @param code of the problem, empty if there was none @param json what {@code --json} would print, as maps, lists and values */
    private record Outcome(int exit, String code, String message, Map<?, ?> json, String printed) {

        Outcome ends(int with) {
            assertEquals(with, exit, message + printed);
            return this;
        }

        Outcome refused(String why) {
            assertEquals(why, code, message);
            return this;
        }

        Object at(String path) {
            Object o = json;
            for (String p : path.split("/")) {
                o = o instanceof List<?> l ? l.get(Integer.parseInt(p)) : ((Map<?, ?>) o).get(p);
            }
            return o;
        }

        List<?> list(String path) {
            return (List<?>) at(path);
        }
    }

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        folder = dir;
        system = Embedded.start();
        for (var u : Map.of("boss", Role.ADMINISTRATOR, "agent", Role.AGENT, "looker", Role.OPERATOR, "auditor", Role.AUDITOR).entrySet()) {
            system.add(u.getKey(), u.getValue());
        }
        answers.put(TlsIdentities.PASSWORD, Files.readString(system.folder.resolve("data/admin.pass")).strip());
        answers.put(AdminDesk.PASSWORD, Embedded.PASSWORD);
        answers.put(PeopleVerbs.PASSWORD, "Another.123");
        var settings = new UserSettings(folder.resolve("client.properties"));
        var drivers = new Drivers(new DriverRules(folder.resolve("rules")), Limits.DEFAULT);
        var desk = new AdminDesk(new TlsIdentities(new Readers(), drivers, Optional.empty(), settings),
                new SavedServers(folder.resolve("servers.properties")), settings);
        for (Class<?> home : List.of(ListVerbs.class, TokenVerbs.class, ProfileVerbs.class, MappingVerbs.class, ConnectorVerbs.class, AuthenticatorVerbs.class,
                PeopleVerbs.class, ServerVerbs.class, SystemVerbs.class)) {
            for (Class<?> c : home.getDeclaredClasses()) {
                if (AdminVerb.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers())) {
                    var verb = (Verb<?, ?>) c.getConstructor(AdminDesk.class).newInstance(desk);
                    verbs.put(verb.name(), verb);
                }
            }
        }
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
    }

    private List<String> server(String... who) {
        return Stream.concat(Stream.of("--server", system.server.https().toString(), "--ca", system.tms.caFile().toString(), "--revocation", "off"),
                Stream.of(who)).toList();
    }

    /** As the first administrator, who has every role. */
    private Outcome root(String verb, String... words) {
        return run(verb, false, Stream.concat(Stream.of(words), server("--client-p12", system.tms.adminFile().toString()).stream()).toList());
    }

    /** The same, with {@code --yes}. */
    private Outcome sure(String verb, String... words) {
        return run(verb, true, Stream.concat(Stream.of(words), server("--client-p12", system.tms.adminFile().toString()).stream()).toList());
    }

    private Outcome as(String user, String verb, String... words) {
        return run(verb, true, Stream.concat(Stream.of(words), server("--user", user).stream()).toList());
    }

    private Outcome run(String name, boolean yes, List<String> words) {
        return run(verbs.get("admin " + name), yes, words);
    }

    private <A extends Record, R extends Record> Outcome run(Verb<A, R> verb, boolean yes, List<String> words) {
        try {
            R result = Verbs.run(verb, byComponent(verb, words), Context.of(new Person(yes)));
            var text = new StringWriter();
            verb.print(result, new PrintWriter(text, true));
            assertFalse(answers.values().stream().anyMatch(text.toString()::contains), "a secret is shown");
            return new Outcome(verb.agrees(result) ? 0 : 1, "", "", (Map<?, ?>) plain(result), text.toString());
        } catch (EscException e) {
            assertFalse(e.getMessage().isBlank() || e.problem().step().isBlank(), verb.name());
            return new Outcome(e.fault().exit(), e.problem().code(), e.getMessage(), Map.of(), "");
        }
    }

    private static Map<String, List<String>> byComponent(Verb<?, ?> verb, List<String> words) throws EscException {
        List<Parameter> all = Arguments.of(verb.arguments());
        var places = new ArrayList<>(all.stream().filter(p -> p.names().isEmpty()).toList());
        var given = new LinkedHashMap<String, List<String>>();
        for (int i = 0; i < words.size(); i++) {
            String w = words.get(i);
            boolean option = w.startsWith("--");
            Optional<Parameter> p = option ? all.stream().filter(x -> x.names().contains(w)).findFirst() : places.stream().findFirst();
            if (p.isEmpty()) {
                throw new EscException(Fault.USAGE, "read the arguments", "There is no place for " + w);
            }
            if (!option && !p.get().repeatable()) {
                places.removeFirst();
            }
            var values = given.computeIfAbsent(p.get().component(), _ -> new ArrayList<>());
            if (!p.get().flag()) {
                values.add(option ? words.get(++i) : w);
            }
        }
        return given;
    }

    /** A result as JSON has it: whatever is no value, list, map or record cannot be printed. */
    private static Object plain(Object o) {
        return switch (o) {
            case Optional<?> x -> x.map(AdminVerbsTest::plain).orElse("");
            case Enum<?> x -> x.name().toLowerCase(Locale.ROOT);
            case Boolean x -> x;
            case Number x -> x;
            case String x -> x;
            case List<?> x -> x.stream().map(AdminVerbsTest::plain).toList();
            case Map<?, ?> x -> x.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().toString(), e -> plain(e.getValue())));
            case Record r -> {
                var map = new LinkedHashMap<String, Object>();
                for (var c : r.getClass().getRecordComponents()) {
                    try {
                        c.getAccessor().setAccessible(true);
                        map.put(c.getName(), plain(c.getAccessor().invoke(r)));
                    } catch (ReflectiveOperationException e) {
                        fail(e);
                    }
                }
                yield map;
            }
            default -> fail("not for JSON: " + o.getClass());
        };
    }

    /** Answers every field, and says yes only if that was said beforehand. */
    private final class Person implements Interaction {

        private final boolean yes;

        Person(boolean yes) {
            this.yes = yes;
        }

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            return CompletableFuture.completedFuture(new Answers(form.fields().stream().collect(Collectors.toMap(Form.Field::id, f ->
                    Secret.of(answers.get(f.id()))))));
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return Interaction.nobody().newPin(request);
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation c) {
            return yes ? CompletableFuture.completedFuture(true) : Interaction.nobody().confirm(c);
        }

        @Override
        public void tell(String message) {
            // nobody listens
        }
    }

    @Test
    void whatChangesSomethingCanBeTriedFirst() {
        var changing = verbs.values().stream().filter(v -> v.name().matches(".* (add|set|remove|status|step|jobs)")).toList();
        assertEquals(28, changing.size(), changing.stream().map(Verb::name).toList().toString());
        for (var v : changing) {
            assertTrue(Arguments.of(v.arguments()).stream().anyMatch(p -> p.names().contains("--dry-run") && p.flag()), v.name());
        }
    }

    @Test
    void readingVerbsShowWhatIsThere() throws Exception {
        sure("tokens add", OTHER, "--owner", "alice").ends(0);
        var me = root("login-check").ends(0);
        assertEquals(Arrays.stream(Right.values()).map(r -> r.name().toLowerCase(Locale.ROOT)).toList(), me.list("may"));
        assertTrue(me.printed().contains("You may ") && me.printed().contains("look at tokens"), me.printed());
        assertTrue(root("tokens", "--user-id", "alice", "--status", "UNFORMATTED", "--filter", OTHER).ends(0).printed().contains(OTHER));
        assertEquals("UNFORMATTED", root("tokens show", OTHER).ends(0).at("token/status"));
        assertFalse(root("activities", "--token", OTHER).ends(0).list("activities").isEmpty());
        root("certs", "--size", "5").ends(0);
        for (String kind : KINDS) {
            var all = root(kind).ends(0).list("entries");
            String first = String.valueOf(((Map<?, ?>) all.getFirst()).get("id"));
            var one = root(kind + " show", first).ends(0);
            assertEquals(first, one.at("entry/id"));
            assertTrue(one.printed().startsWith("# " + first + ": enabled; possible: disable"), one.printed());
        }
        assertTrue(root("config").ends(0).printed().contains("target.agent_approve.list="));
        assertTrue(root("audit").ends(0).printed().startsWith("# audit on, signed"));
        assertTrue(root("users", "--filter", "looker").ends(0).printed().contains("looker"));
        assertEquals(List.of("TPS Operators"), root("users show", "looker").ends(0).list("user/groups"));
        assertEquals(List.of("looker"), root("groups", "--members", "TPS Operators").ends(0).list("groups/0/members").stream().filter("looker"::equals).toList());
        assertTrue(root("groups").ends(0).printed().contains("Administrators"));
        String test = String.valueOf(root("selftests").ends(0).at("selftests/0/id"));
        assertEquals(1, root("selftests run", "--only", test).ends(0).list("results").size());
        assertTrue(root("selftests run").ends(0).printed().contains("passed"));
        assertFalse(root("jobs").ends(0).list("jobs").isEmpty());
        String log = String.valueOf(root("audit files").ends(0).at("files/0/name"));
        Path copy = folder.resolve("copy.log");
        root("audit files", "--get", log, "--to", copy.toString()).ends(0);
        assertTrue(Files.size(copy) > 0);
        for (String list : Stream.concat(Stream.of("tokens", "activities", "certs", "users"), KINDS.stream()).toList()) {
            for (String ending : List.of(".csv", ".json")) {
                Path file = folder.resolve(list + ending);
                var written = root(list, "--export", file.toString()).ends(0);
                long lines = ((Number) written.at("exported/entries")).longValue();
                assertTrue(Files.readString(file).lines().count() >= lines + (ending.equals(".csv") ? 1 : 0), list + ending);
            }
        }
    }

    @Test
    void aTokenIsPutOnRecordChangedAndForgotten() {
        assertEquals(false, root("tokens add", TOKEN, "--owner", "alice", "--dry-run").ends(0).at("changed"));
        root("tokens show", TOKEN).ends(1).refused("not-found");
        root("tokens add", TOKEN).ends(0);
        root("tokens add", TOKEN).ends(1).refused("exists");
        root("tokens add", TOKEN, "--dry-run").ends(1).refused("exists");
        assertTrue(root("tokens set", TOKEN, "--owner", "alice", "--dry-run").ends(0).printed().startsWith("Nothing was changed"));
        assertEquals("", root("tokens show", TOKEN).at("token/userId"));
        assertEquals("alice", root("tokens set", TOKEN, "--owner", "alice").ends(0).at("token/userId"));
        assertTrue(root("tokens status", TOKEN, "DAMAGED", "--dry-run").ends(0).printed().startsWith("Would follow: "));
        root("tokens status", TOKEN, "DAMAGED").ends(8);
        assertEquals("UNFORMATTED", root("tokens show", TOKEN).at("token/status"));
        assertEquals("DAMAGED", sure("tokens status", TOKEN, "DAMAGED").ends(0).at("token/status"));
        sure("tokens status", TOKEN, "ACTIVE").ends(2).refused("bad-transition");
        assertEquals(false, root("tokens remove", TOKEN, "--dry-run").ends(0).at("removed"));
        root("tokens remove", TOKEN).ends(8);
        root("tokens show", TOKEN).ends(0);
        sure("tokens remove", TOKEN).ends(0);
        root("tokens remove", TOKEN, "--dry-run").ends(1).refused("not-found");
    }

    @Test
    void profilesAndTheirLikesLiveThroughTheirStates() throws Exception {
        root("connectors add", "other", "--like", "kra1", "--dry-run").ends(0);
        root("connectors add", "other", "--like", "kra1").ends(2);
        root("connectors step", "kra1", "disable").ends(0);
        changes("connectors", "kra1");
        sure("connectors remove", "kra1").ends(1).refused("wrong-state");
        String prefix = "auths.instance.fresh.";
        Map<String, String[]> fresh = Map.of("profiles", new String[] {"fresh", "--like", "userKey"},
                "mappings", new String[] {"fresh", "--like", "enrollProfileMappingResolver"},
                "authenticators", new String[] {"fresh", "--property", prefix + "ldap.ldapconn.host=localhost", "--property", prefix
                        + "dnpattern=uid={0},dc=example"});
        for (var words : fresh.entrySet()) {
            String kind = words.getKey();
            String id = "fresh";
            assertEquals(false, root(kind + " add", with(words.getValue(), "--dry-run")).ends(0).at("changed"));
            root(kind + " show", id).ends(1).refused("not-found");
            root(kind + " add", words.getValue()).ends(0);
            root(kind + " add", words.getValue()).ends(1).refused("exists");
            changes(kind, id);
            sure(kind + " remove", id).ends(1).refused("wrong-state");
            assertTrue(root(kind + " step", id, "disable").ends(0).printed().startsWith(id + " is disabled; possible now: enable"));
            assertEquals(false, root(kind + " remove", id, "--dry-run").ends(0).at("removed"));
            root(kind + " remove", id).ends(8);
            sure(kind + " remove", id).ends(0);
            root(kind + " show", id).ends(1).refused("not-found");
        }
    }

    /** What is disabled is changed, put back, and enabled. */
    private void changes(String kind, String id) throws Exception {
        var properties = (Map<?, ?>) root(kind + " show", id).ends(0).at("entry/properties");
        String name = String.valueOf(properties.keySet().stream().sorted().findFirst().orElseThrow());
        String value = String.valueOf(properties.get(name));
        Path file = Files.writeString(folder.resolve(kind + ".properties"), root(kind + " show", id).printed());
        assertEquals("tried", root(kind + " set", id, "--property", name + "=tried", "--dry-run").ends(0).at("entry/properties/" + name));
        assertEquals(value, root(kind + " show", id).at("entry/properties/" + name));
        assertEquals(true, root(kind + " set", id, "--file", file.toString()).ends(0).at("changed"));
        assertEquals(properties, root(kind + " show", id).at("entry/properties"));
        assertEquals("DISABLED", root(kind + " step", id, "enable", "--dry-run").ends(0).at("entry/status"));
        assertEquals("ENABLED", root(kind + " step", id, "enable").ends(0).at("entry/status"));
        root(kind + " set", id, "--property", name + "=x").ends(1).refused("wrong-state");
    }

    @Test
    void settingsAuditAndJobsAreTriedBeforeTheyAreDone() {
        String name = "tps.allow-multiple-active-tokens";
        Object before = root("config").at("settings/" + name);
        String other = "true".equals(before) ? "false" : "true";
        assertEquals(other, root("config set", name + "=" + other, "--dry-run").ends(0).at("settings/" + name));
        assertEquals(before, root("config").at("settings/" + name));
        assertEquals(other, root("config set", name + "=" + other).ends(0).at("settings/" + name));
        root("config set", name + "=" + before).ends(0);
        Object event = root("audit").at("events/AUTHZ");
        String turned = "enabled".equals(event) ? "disabled" : "enabled";
        var tried = root("audit set", "AUTHZ=" + turned, "--off", "--dry-run").ends(0);
        assertEquals(List.of(turned, false, false), List.of(tried.at("events/AUTHZ"), tried.at("enabled"), tried.at("changed")));
        assertTrue(tried.printed().startsWith("# Nothing was changed"), tried.printed());
        assertEquals(List.of(event, true), List.of(root("audit").at("events/AUTHZ"), root("audit").at("enabled")));
        assertEquals(turned, root("audit set", "AUTHZ=" + turned).ends(0).at("events/AUTHZ"));
        root("audit set", "AUTHZ=" + event).ends(0);
        root("audit set", "--off").ends(8);
        assertEquals(false, sure("audit set", "--off").ends(0).at("enabled"));
        assertEquals(true, root("audit set", "--on").ends(0).at("enabled"));
        String job = String.valueOf(root("jobs").at("jobs/0/id"));
        assertEquals(List.of("", job), List.of(root("jobs", "--start", job, "--dry-run").ends(0).at("started"),
                root("jobs", "--start", job, "--dry-run").at("wouldStart")));
        assertEquals(job, root("jobs", "--start", job).ends(0).at("started"));
        root("jobs", "--start", "none", "--dry-run").ends(1).refused("not-found");
        root("jobs", "--start", "none").ends(1).refused("not-found");
    }

    @Test
    void aUserIsAddedChangedAndRemoved() throws Exception {
        String[] carol = {"carol", "--name", "Carol Test", "--group", "TPS Operators"};
        assertEquals(List.of("TPS Operators"), root("users add", with(carol, "--dry-run")).ends(0).list("user/groups"));
        root("users show", "carol").ends(1).refused("not-found");
        assertEquals(true, root("users add", carol).ends(0).at("changed"));
        root("users add", carol).ends(1).refused("exists");
        root("users add", with(carol, "--dry-run")).ends(1).refused("exists");
        var pair = KeyPairGenerator.getInstance("RSA");
        pair.initialize(2048);
        var issued = system.tms.ca().issue(CertificateRequest.of(pair.generateKeyPair().getPublic(), CertificateKind.USER_SIGNING,
                system.tms.users().find("carol").orElseThrow(), Duration.ofDays(1))).certificate();
        Path pem = Files.write(folder.resolve("carol.pem"), Tms.pem(issued));
        String[] change = {"carol", "--name", "Carol Else", "--join", "Auditors", "--leave", "TPS Operators", "--add-cert", pem.toString()};
        var would = root("users set", with(change, "--dry-run")).ends(0);
        assertEquals(List.of("Carol Else", List.of("Auditors")), List.of(would.at("user/fullName"), would.at("user/groups")));
        assertEquals(1, would.list("user/certs").size());
        var still = root("users show", "carol");
        assertEquals(List.of("Carol Test", List.of("TPS Operators"), List.of()),
                List.of(still.at("user/fullName"), still.at("user/groups"), still.at("user/certs")));
        var done = root("users set", change).ends(0);
        assertEquals(List.of("Carol Else", List.of("Auditors")), List.of(done.at("user/fullName"), done.at("user/groups")));
        assertEquals(((Map<?, ?>) would.at("user/certs/0")).get("subject"), ((Map<?, ?>) done.at("user/certs/0")).get("subject"));
        assertEquals(true, root("users set", "carol", "--disable").ends(0).at("user/disabled"));
        root("users set", "carol", "--enable", "--password", "--remove-cert", String.valueOf(done.at("user/certs/0/id"))).ends(0);
        answers.put(AdminDesk.PASSWORD, answers.get(PeopleVerbs.PASSWORD));
        as("carol", "audit files").ends(0);
        answers.put(AdminDesk.PASSWORD, Embedded.PASSWORD);
        assertEquals(false, root("users remove", "carol", "--dry-run").ends(0).at("removed"));
        root("users remove", "carol").ends(8);
        sure("users remove", "carol").ends(0);
        root("users show", "carol").ends(1).refused("not-found");
    }

    private static String[] with(String[] words, String more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aServerIsSavedAndCalledByItsName() {
        List<String> office = List.of("office", system.server.https().toString(), "--ca", system.tms.caFile().toString(), "--revocation", "off", "--user",
                "looker");
        assertEquals(false, run("servers add", false, Stream.concat(office.stream(), Stream.of("--dry-run")).toList()).ends(0).at("changed"));
        assertEquals(List.of(), run("servers", false, List.of()).ends(0).list("servers"));
        run("tokens", false, List.of()).ends(2).refused("no-server");
        assertEquals(true, run("servers add", false, office).ends(0).at("changed"));
        assertTrue(run("servers", false, List.of()).printed().contains("user looker"));
        // the only one that is saved need not be named
        assertEquals("looker", run("login-check", false, List.of()).ends(0).at("id"));
        run("tokens", false, List.of("--server", "office")).ends(0);
        assertEquals(false, run("servers remove", false, List.of("office", "--dry-run")).ends(0).at("changed"));
        assertEquals(1, run("servers", false, List.of()).list("servers").size());
        run("servers remove", false, List.of("office")).ends(0);
        run("servers remove", false, List.of("office", "--dry-run")).ends(2).refused("no-server");
        run("servers remove", false, List.of("office")).ends(2).refused("no-server");
    }

    @Test
    void whoMayNotIsRefusedWithTheRoleThatIsMissing() {
        sure("tokens add", "40906145C76224192E03").ends(0);
        Function<Outcome, String> role = o -> o.ends(1).refused("role-missing").message();
        as("looker", "tokens").ends(0);
        assertTrue(role.apply(as("looker", "tokens status", "40906145C76224192E03", "DAMAGED")).contains("TPS Agents"));
        for (List<String> words : List.of(List.of("config"), List.of("users"), List.of("groups"), List.of("audit"), List.of("selftests"), List.of("jobs"),
                List.of("profiles"), List.of("connectors"), List.of("tokens add", OTHER), List.of("tokens set", "40906145C76224192E03", "--owner", "alice"),
                List.of("tokens remove", "40906145C76224192E03"))) {
            role.apply(as("looker", words.getFirst(), words.subList(1, words.size()).toArray(String[]::new)));
        }
        role.apply(as("auditor", "tokens"));
        role.apply(as("boss", "audit files"));
        assertTrue(role.apply(as("agent", "config set", "a=b")).contains("Administrators"));
        root("tokens show", "40906145C76224192E03").ends(0);
        as("ghost", "tokens").ends(5).refused("not-signed-in");
        run("tokens", false, List.of("--server", system.server.https().toString(), "--revocation", "off", "--user", "looker")).ends(6);
    }

    /** Words that each verb takes, for what goes wrong before or behind them. */
    private static List<String> needed(Verb<?, ?> verb) {
        return Arguments.of(verb.arguments()).stream().filter(p -> p.required() || p.names().isEmpty()).flatMap(p -> Stream.concat(p.names().stream().limit(1),
                Stream.of(switch (p.label()) {
                    case "CUID" -> TOKEN;
                    case "STATUS" -> "DAMAGED";
                    case "STEP" -> "enable";
                    case "NAME=VALUE" -> "a=b";
                    case "EVENT=enabled|disabled" -> "AUTHZ=enabled";
                    case "URL" -> "https://localhost:1";
                    default -> "x";
                }))).toList();
    }

    @Test
    void aDeadServerAndGarbageAreToldAtOnce() {
        for (var verb : verbs.values()) {
            boolean asks = Arguments.of(verb.arguments()).stream().anyMatch(p -> p.names().contains("--server"));
            var dead = new ArrayList<>(needed(verb));
            if (verb.name().equals("admin tokens set")) {
                dead.addAll(List.of("--owner", "alice"));
            }
            if (asks) {
                var to = new ArrayList<>(dead);
                to.addAll(List.of("--server", "https://localhost:1", "--user", "boss", "--timeout", "20"));
                run(verb, true, to).ends(4);
                for (List<String> bad : List.of(List.of("--server", "no address"), List.of("--server", "http://localhost:1"), List.of("--timeout", "0"),
                        List.of("--timeout", "soon"), List.of("--revocation", "maybe"), List.of("--user", "boss", "--client-p12", "admin.p12"),
                        List.of("--client-p12", folder.resolve("none.p12").toString(), "--server", "https://localhost:1"))) {
                    run(verb, true, Stream.concat(dead.stream(), bad.stream()).toList()).ends(2);
                }
            }
            run(verb, true, Stream.concat(dead.stream(), Stream.of("--fly")).toList()).ends(2);
        }
        for (List<String> bad : List.of(List.of("tokens", "--size", "0"), List.of("tokens", "--size", "1001"), List.of("users", "--filter", "ab"),
                List.of("tokens show", "zz"),
                List.of("tokens show"), List.of("tokens set", TOKEN), List.of("users set", "x", "--enable", "--disable"), List.of("config set", "novalue"),
                List.of("audit set", "AUTHZ=maybe"), List.of("audit set", "--on", "--off"), List.of("profiles step", "userKey", "fly"),
                List.of("profiles add", "x", "--property", "novalue"), List.of("profiles add", "x", "--file", "a", "--like", "b"),
                List.of("profiles add", "x", "--file", folder.resolve("none").toString()),
                        List.of("users set", "looker", "--add-cert", system.tms.adminFile().toString()))) {
            root(bad.getFirst(), bad.subList(1, bad.size()).toArray(String[]::new)).ends(2);
        }
        run("servers add", false, List.of("a b", "https://localhost:1")).ends(2);
        run("servers add", false, List.of("office", "http://localhost:1")).ends(2);
        assertEquals(List.of(), run("servers", false, List.of()).ends(0).list("servers"));
    }

    @Test
    @InLanguage("en")
    void peopleReadGermanAndProgramsTheSameAsEver() {
        sure("tokens add", "40906145C76224192E04").ends(0);
        var english = root("tokens show", "40906145C76224192E04").ends(0);
        var me = root("login-check").ends(0);
        Locale.setDefault(Locale.GERMAN);
        var german = root("tokens show", "40906145C76224192E04").ends(0);
        assertEquals(english.at("token"), german.at("token"));
        assertTrue(german.printed().contains("Kartenschlüssel unbekannt") && german.printed().contains("Unformatiert"), german.printed());
        assertEquals(me.json(), root("login-check").ends(0).json());
        assertTrue(as("looker", "config").ends(1).refused("role-missing").message().startsWith("Das dürfen Sie nicht: Konfiguration ansehen und ändern."));
    }
}
