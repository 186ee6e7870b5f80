// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.esc.apdu.Cuid;
import org.esc.softcard.CardSpec;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsRequest;

/**
 * Format and enrolment on one Dogtag, by this client and by {@code tpsclient}, in turn. {@code ESC_DOGTAG_URL} is its TPS (plain HTTP, which is
 * all that tpsclient speaks), {@code ESC_DOGTAG_DIR} holds {@code creds/admin.pem} and {@code creds/ca.crt}, {@code ESC_TPSCLIENT} is the
 * command that runs tpsclient. After every operation the server's own record of the token must say that it happened.
 */
final class AgainstTpsclient {

    private static final String CARD_KEY = "404142434445464748494a4b4c4d4e4f";
    /** What both cards show as the version of their applet: not the server's, so that an enrolment loads the applet for either. */
    private static final String OTHER_BUILD = "6FBBC105";
    private static final int WARMUP = 4;
    /** Operations on the embedded system, which warm up our end and leave Dogtag alone. */
    private static final int OWN_WARMUP = 150;
    private static final List<Operation> OPERATIONS = List.of(Operation.FORMAT, Operation.ENROLL);

    private final Report report;
    private final URI tps = URI.create(System.getenv("ESC_DOGTAG_URL"));
    private final List<String> tpsclient = List.of(System.getenv("ESC_TPSCLIENT").strip().split("\\s+"));
    private final DogtagRest rest;
    private final Map<String, List<Double>> series = new LinkedHashMap<>();
    private Tap tap;

    AgainstTpsclient(Report report) throws Exception {
        this.report = report;
        rest = DogtagRest.ofEnvironment();
    }

    /** What the environment lacks. */
    static Optional<String> missing() {
        return List.of("ESC_DOGTAG_URL", "ESC_DOGTAG_DIR", "ESC_TPSCLIENT").stream().filter(v -> System.getenv(v) == null).findFirst()
                .map(v -> v + " is not set");
    }

    record Whole(double wall, double cpu, String output) {
    }

    void run(int rounds, int cold) throws Exception {
        Report.say("format and enrolment on " + tps + ", " + rounds + " rounds of each in turn, " + WARMUP + " before them to warm up");
        var users = freeUsers(3);
        var esc = Path.of(System.getProperty("esc.home", ".")).toAbsolutePath().normalize().resolve("esc").toString();
        var bits = new TreeSet<String>();
        try (var desk = new Desk(); var tap = new Tap(tps)) {
            this.tap = tap;
            warm(desk);
            var own = CardSpec.standard().withBuildId(OTHER_BUILD);
            String reader = desk.plug(own);
            Cuid theirs = CardSpec.randomCuid();
            Path file = desk.directory().resolve("cold.esc");
            exec(desk, List.of(esc, "soft", "create", file.toString(), "--json"), "");
            String mine = users.get(0);
            String other = users.get(1);
            for (int round = -WARMUP; round < rounds; round++) {
                for (Operation op : OPERATIONS) {
                    if (op == Operation.ENROLL && (round & 1) == 0) {
                        // a login takes the directory longer for one user than for another, always: both clients get both users
                        String swap = mine;
                        mine = other;
                        other = swap;
                    }
                    // who goes first changes, so that nobody profits from the other
                    if ((round & 1) == 0) {
                        ours(desk, op, reader, own.cuid(), mine, round >= 0);
                        theirs(desk, op, theirs, other, round >= 0);
                    } else {
                        theirs(desk, op, theirs, other, round >= 0);
                        ours(desk, op, reader, own.cuid(), mine, round >= 0);
                    }
                    if (round >= 0 && round < cold) {
                        cold(desk, esc, op, file, users.get(2));
                    }
                }
                if (round == 0) {
                    bits.addAll(keySizes(own.cuid()));
                    bits.addAll(keySizes(theirs));
                }
                Report.say("round " + (round + 1 + WARMUP) + " of " + (rounds + WARMUP));
            }
            // leaves the users free for the next run
            ours(desk, Operation.FORMAT, reader, own.cuid(), mine, false);
            theirs(desk, Operation.FORMAT, theirs, other, false);
            cold(desk, esc, Operation.FORMAT, file, users.get(2));
        }
        series.forEach(report::series);
        report.note("Sizes of the keys in the certificates, both clients: " + String.join(", ", bits) + " bits.");
        for (Operation op : OPERATIONS) {
            String o = op.name().toLowerCase(Locale.ROOT);
            String group = "Dogtag, " + o;
            report.add(group, "ours, BEGIN_OP to END_OP, warm", median(o + ".esc.ms"), "ms", "tpsclient " + ms(o + ".tpsclient.ms"));
            report.add(group, "ratio of the medians", median(o + ".esc.ms") / median(o + ".tpsclient.ms"), "", "target at most 1.0");
            report.add(group, "ratio without the server's answer to the login", median(o + ".esc.other.ms") / median(o + ".tpsclient.other.ms"), "",
                    ms(o + ".esc.other.ms") + " and " + ms(o + ".tpsclient.other.ms"));
            report.add(group, "the server's answer to the login, ours", median(o + ".esc.login.ms"), "ms", "tpsclient " + ms(o + ".tpsclient.login.ms"));
            report.add(group, "the server's other time, ours", median(o + ".esc.server.ms"), "ms", "tpsclient " + ms(o + ".tpsclient.server.ms"));
            report.add(group, "the client's time, ours", median(o + ".esc.client.ms"), "ms", "tpsclient " + ms(o + ".tpsclient.client.ms"));
            report.add(group, "commands to the card, ours", median(o + ".esc.apdus"), "", String.format(Locale.ROOT,
                    "tpsclient %.0f", median(o + ".tpsclient.apdus")));
            report.add(group, "ours, the software card", median(o + ".esc.card.ms"), "ms", "");
            report.add(group, "processor time, ours, warm", median(o + ".esc.cpu.ms"), "ms", "card included");
            report.add(group, "processor time, tpsclient", median(o + ".tpsclient.cpu.ms"), "ms", "whole process");
            report.add(group, "whole process, ours (cold)", median(o + ".esc.cold.ms"), "ms", String.format(Locale.ROOT,
                    "processor %.0f ms; card in a file", median(o + ".esc.cold.cpu.ms")));
            report.add(group, "whole process, tpsclient", median(o + ".tpsclient.whole.ms"), "ms", "");
        }
    }

    private static void warm(Desk desk) throws Exception {
        Report.say("warming up our client and card on the embedded system");
        try (var tms = Tms.open(desk.directory().resolve("tms"), TmsOptions.standard());
                var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
            String reader = desk.plug(CardSpec.standard());
            for (int i = 0; i < OWN_WARMUP; i++) {
                var op = i % 5 == 4 ? Operation.ENROLL : Operation.FORMAT;
                desk.run(TpsRequest.of(op, server.tps()).extendedLogin(false).statusUpdates(false), reader, "user1");
            }
        }
    }

    private double median(String name) {
        return Report.median(series.get(name));
    }

    private String ms(String name) {
        return String.format(Locale.ROOT, "%.1f ms", median(name));
    }

    /** What the tap saw of an operation, and by step who kept the other waiting. */
    private void record(boolean counted, String who, Tap.Passage passage) {
        double whole = passage.nanos() / 1e6;
        double login = passage.loginMillis();
        record(counted, who + ".ms", whole);
        record(counted, who + ".login.ms", login);
        record(counted, who + ".other.ms", whole - login);
        record(counted, who + ".server.ms", passage.millis(true) - login);
        record(counted, who + ".client.ms", passage.millis(false));
        var steps = new TreeMap<String, Double>();
        passage.turns().forEach(t -> steps.merge((t.byServer() ? ".server." : ".client.") + t.what(), t.nanos() / 1e6, Double::sum));
        steps.forEach((step, time) -> record(counted, who + step + ".ms", time));
    }

    private void record(boolean counted, String name, double value) {
        if (counted) {
            series.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
        }
    }

    /**
     * Lets the server come to rest. Its directory looks for work five times a second; how that falls together with a login must be chance, and
     * not depend on how soon a client starts after the question that judged the one before.
     */
    private static void pause() throws InterruptedException {
        Thread.sleep(500 + ThreadLocalRandom.current().nextInt(500));
    }

    private void ours(Desk desk, Operation op, String reader, Cuid cuid, String user, boolean counted) throws Exception {
        pause();
        var os = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        // as tpsclient does it: plain login, no status updates
        var request = TpsRequest.of(op, tap.address()).tokenType("userKey").extendedLogin(false).statusUpdates(false);
        long cpu = os.getProcessCpuTime();
        var result = desk.run(request, reader, user);
        var times = result.times();
        String o = op.name().toLowerCase(Locale.ROOT);
        record(counted, o + ".esc.cpu.ms", (os.getProcessCpuTime() - cpu) / 1e6);
        record(counted, o + ".esc.card.ms", times.card().toNanos() / 1e6);
        record(counted, o + ".esc", tap.passage());
        record(counted, o + ".esc.apdus", result.apdus());
        judge(op, cuid, user);
    }

    private void theirs(Desk desk, Operation op, Cuid cuid, String user, boolean counted) throws Exception {
        pause();
        var whole = tpsclient(desk, tap.address(), op, cuid, user);
        String o = op.name().toLowerCase(Locale.ROOT);
        record(counted, o + ".tpsclient", tap.passage());
        record(counted, o + ".tpsclient.apdus", whole.output.split("PDU_REQUEST: pdu_encoded", -1).length - 1);
        record(counted, o + ".tpsclient.whole.ms", whole.wall);
        record(counted, o + ".tpsclient.cpu.ms", whole.cpu);
        judge(op, cuid, user);
    }

    /** One operation by a process of its own. */
    Whole tpsclient(Desk desk, URI at, Operation op, Cuid cuid, String user) throws Exception {
        String name = op == Operation.FORMAT ? "ra_format" : "ra_enroll";
        String script = "op=var_set name=ra_host value=" + at.getHost() + "\nop=var_set name=ra_port value=" + at.getPort()
                + "\nop=var_set name=ra_uri value=" + tps.getPath() + "\nop=token_set cuid=" + cuid
                + " msn=01020304 app_ver=" + OTHER_BUILD + " key_info=0101 major_ver=0 minor_ver=0\nop=token_set auth_key=" + CARD_KEY
                + "\nop=token_set mac_key=" + CARD_KEY + "\nop=token_set kek_key=" + CARD_KEY + "\nop=" + name + " uid=" + user + " pwd="
                + Desk.PASSWORD + " new_pin=" + Desk.PIN + " num_threads=1 max_ops=1 keygen=true extensions=tokenType=userKey\nop=exit\n";
        var whole = exec(desk, tpsclient, script);
        if (!Pattern.compile("Operation '" + name + "' \\w+ \\((\\d+) msec\\)").matcher(whole.output).find()) {
            throw new IOException("tpsclient said: " + whole.output.substring(Math.max(0, whole.output.length() - 500)));
        }
        return whole;
    }

    /** The TPS. */
    URI tps() {
        return tps;
    }

    private void cold(Desk desk, String esc, Operation op, Path file, String user) throws Exception {
        String o = op.name().toLowerCase(Locale.ROOT);
        var command = new ArrayList<>(List.of(esc, o, "--soft", file.toString(), "--tps", tps.toString(), "--user", user, "--password-env",
                "ESC_BENCH_PASSWORD", "--yes", "--json"));
        if (op == Operation.ENROLL) {
            command.addAll(List.of("--pin-env", "ESC_BENCH_PIN"));
        }
        var whole = exec(desk, command, "");
        if (!whole.output.contains("\"ok\":true")) {
            throw new IOException(String.join(" ", command) + ": " + whole.output);
        }
        record(true, o + ".esc.cold.ms", whole.wall);
        record(true, o + ".esc.cold.cpu.ms", whole.cpu);
    }

    /** Runs a program to its end. */
    static Whole exec(Desk desk, List<String> command, String input) throws Exception {
        Path in = Files.writeString(desk.directory().resolve("in"), input);
        Path out = desk.directory().resolve("out");
        var builder = new ProcessBuilder(command).redirectInput(in.toFile()).redirectOutput(out.toFile())
                .redirectError(desk.directory().resolve("err").toFile());
        builder.environment().putAll(Map.of("ESC_BENCH_PASSWORD", Desk.PASSWORD, "ESC_BENCH_PIN", Desk.PIN, "ESC_NO_BUILD", "1", "LC_ALL", "C"));
        double cpu = childrenCpu();
        long start = System.nanoTime();
        var p = builder.start();
        if (!p.waitFor(5, TimeUnit.MINUTES)) {
            p.destroyForcibly();
            throw new IOException(command.getFirst() + " does not end");
        }
        return new Whole((System.nanoTime() - start) / 1e6, childrenCpu() - cpu, Files.readString(out, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** Processor time of all ended children, ms: user and system, of 10 ms each (proc(5), fields 16 and 17 of stat). */
    private static double childrenCpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] f = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10.0 * (Long.parseLong(f[13]) + Long.parseLong(f[14]));
    }

    void judge(Operation op, Cuid cuid, String user) throws Exception {
        JsonObject token = rest.get("tps/rest/tokens/" + cuid).getAsJsonObject();
        String wanted = op == Operation.FORMAT ? "FORMATTED" : "ACTIVE";
        String state = token.get("Status").toString();
        if (!state.contains(wanted)) {
            throw new IOException("after " + op + " by " + user + " the server says of token " + cuid + ": " + state);
        }
    }

    /** Sizes of the keys in a token's certificates. */
    private List<String> keySizes(Cuid cuid) throws Exception {
        var sizes = new ArrayList<String>();
        for (JsonElement e : rest.get("tps/rest/certs?tokenID=" + cuid + "&size=100").getAsJsonObject().getAsJsonArray("entries")) {
            String serial = e.getAsJsonObject().get("SerialNumber").getAsString();
            String pem = rest.get("ca/rest/certs/" + serial).getAsJsonObject().get("Encoded").getAsString();
            sizes.add(Integer.toString(((RSAPublicKey) DogtagRest.certificates(pem).getFirst().getPublicKey()).getModulus().bitLength()));
        }
        return sizes;
    }

    /** Users without an active token. */
    List<String> freeUsers(int count) throws Exception {
        String tokens = rest.get("tps/rest/tokens?size=2000").toString();
        var taken = new TreeSet<String>();
        for (JsonElement t : JsonParser.parseString(tokens).getAsJsonObject().getAsJsonArray("entries")) {
            if (t.toString().contains("ACTIVE") && t.getAsJsonObject().has("UserID") && !t.getAsJsonObject().get("UserID").isJsonNull()) {
                taken.add(t.getAsJsonObject().get("UserID").getAsString());
            }
        }
        var free = new ArrayList<String>();
        for (int n = 99; n > 0 && free.size() < count; n--) {
            if (!taken.contains("user" + n)) {
                free.add("user" + n);
            }
        }
        if (free.size() < count) {
            throw new IOException("the server has too few users without a token");
        }
        return free;
    }
}
