// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** {@code ./esc bench [micro|readers|traces|scroll|throughput|open|batch|dogtag|admin|directory]… [NAME=VALUE]…}: what is asked for, or everything that can run here but {@code directory},
 * which fills a server for ten minutes. */
public final class Bench {

    private static final List<String> PARTS = List.of("micro", "readers", "traces", "scroll", "throughput", "open", "batch", "dogtag", "admin", "directory");

    private final Map<String, Integer> numbers = new HashMap<>(Map.of("tokens", 32, "seconds", 60, "rounds", 15, "cold", 7, "moves", 1000, "cards", 12, "load", 600));

    private Bench() {
    }

    /** The program. */
    public static void main(String[] arguments) throws Exception {
        System.exit(new Bench().run(arguments));
    }

    private int run(String[] arguments) throws Exception {
        Set<String> parts = new LinkedHashSet<>();
        for (String a : arguments) {
            int eq = a.indexOf('=');
            if (PARTS.contains(a)) {
                parts.add(a);
            } else if (eq > 0 && numbers.containsKey(a.substring(0, eq)) && a.substring(eq + 1).matches("[1-9][0-9]{0,4}")) {
                numbers.put(a.substring(0, eq), Integer.parseInt(a.substring(eq + 1)));
            } else {
                System.err.println("usage: ./esc bench [micro] [readers] [traces] [scroll] [throughput] [open] [batch] [dogtag] [admin] [directory] [tokens=N] [seconds=N] [rounds=N] [cold=N] [moves=N] [cards=N] [load=N]");
                return 2;
            }
        }
        boolean all = parts.isEmpty();
        var report = new Report();
        if (all || parts.contains("micro")) {
            micro(report);
        }
        if (all || parts.contains("readers")) {
            new RoundTrip(report).run(numbers.get("rounds"));
            new Sightings(report).run(numbers.get("rounds"));
        }
        if (all || parts.contains("traces")) {
            new AgainstTshark(report).run(Math.min(5, numbers.get("rounds")));
            new Decoding(report).run(Math.min(5, numbers.get("rounds")));
        }
        var noDisplay = Scroll.missing();
        if (noDisplay.isEmpty() && (all || parts.contains("scroll"))) {
            new Scroll(report).run(numbers.get("moves"));
        } else if (all || parts.contains("scroll")) {
            report.note("Not scrolled: " + noDisplay.get() + ".");
        }
        if (all || parts.contains("open")) {
            new Throughput(report).open(numbers.get("cold"));
        }
        if (all || parts.contains("throughput")) {
            new Throughput(report).run(numbers.get("tokens"), numbers.get("seconds"));
        }
        if (all || parts.contains("admin")) {
            new Administration(report).run(Math.min(5, numbers.get("rounds")));
        }
        if (parts.contains("directory")) {
            if (DogtagRest.missing().isPresent()) {
                report.note("No Dogtag's directory was filled: " + DogtagRest.missing().get() + ".");
            } else {
                new DogtagDirectory(report).run(numbers.get("load"), Math.min(5, numbers.get("rounds")));
            }
        }
        var missing = AgainstTpsclient.missing();
        if (all || parts.contains("batch")) {
            new ManyTokens(report).run(numbers.get("cards"));
            if (missing.isEmpty()) {
                new ManyTokens(report).dogtag(numbers.get("cards"));
            } else {
                report.note("Many tokens not compared with tpsclient: " + missing.get() + ".");
            }
        }
        if (missing.isEmpty() && (all || parts.contains("dogtag"))) {
            new AgainstTpsclient(report).run(numbers.get("rounds"), numbers.get("cold"));
        } else if (all || parts.contains("dogtag")) {
            report.note("Not compared with tpsclient: " + missing.get() + ".");
        }
        report.publish(Path.of(System.getProperty("esc.bench.out", "target/bench/bench.json")));
        return missing.isPresent() && parts.contains("dogtag") || DogtagRest.missing().isPresent() && parts.contains("directory") || noDisplay.isPresent() && parts.contains("scroll") ? 2 : 0;
    }

    private static void micro(Report report) throws Exception {
        var options = new OptionsBuilder().include("org\\.esc\\.bench\\..*Bench\\..*").forks(1).warmupIterations(3)
                .warmupTime(TimeValue.seconds(1)).measurementIterations(5).measurementTime(TimeValue.seconds(1))
                .timeUnit(TimeUnit.NANOSECONDS).verbosity(VerboseMode.SILENT).shouldFailOnError(true).build();
        Report.say("microbenchmarks (JMH), about two and a half minutes");
        var scores = new HashMap<String, Double>();
        for (RunResult r : new Runner(options).run()) {
            String method = r.getParams().getBenchmark().replaceAll(".*\\.([^.]+\\.[^.]+)$", "$1");
            String scp = r.getParams().getParam("scp");
            String name = (scp == null ? "" : "SCP0" + scp + " ") + r.getParams().getParam("bytes") + " bytes";
            scores.put(method + " " + name, r.getPrimaryResult().getScore());
        }
        for (String scp : List.of("1", "2", "3")) {
            for (String bytes : List.of("16", "200")) {
                String name = "SCP0" + scp + " " + bytes + " bytes";
                double ours = scores.get("SecureChannelBench.ours " + name);
                double baseline = scores.get("SecureChannelBench.baseline " + name);
                report.add("secure channel, wrap + unwrap", name, ours, "ns", String.format(java.util.Locale.ROOT,
                        "baseline %.0f ns, ratio %.2f", baseline, ours / baseline));
            }
        }
        for (String bytes : List.of("16 bytes", "200 bytes")) {
            report.add("TPS message with a command", "encode " + bytes, scores.get("MessageBench.encode " + bytes), "ns", "");
            report.add("TPS message with a command", "decode " + bytes, scores.get("MessageBench.decode " + bytes), "ns", "");
        }
    }
}
