// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was measured: a table for a person, JSON for a program. */
final class Report {

    private record Row(String group, String name, double value, String unit, String note) {
    }

    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final JsonObject series = new JsonObject();
    private final String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private final double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

    /** A figure. {@code note} may be empty. */
    void add(String group, String name, double value, String unit, String note) {
        rows.add(new Row(group, name, value, unit, note));
        say(String.format(Locale.ROOT, "%s, %s: %s %s %s", group, name, number(value), unit, note).strip());
    }

    /** All single measurements behind a median. */
    void series(String name, List<Double> values) {
        var array = new JsonArray();
        values.forEach(v -> array.add(Math.round(v * 1000) / 1000.0));
        series.add(name, array);
    }

    /** A sentence under the table. */
    void note(String sentence) {
        notes.add(sentence);
        say(sentence);
    }

    /** Progress, on standard error. */
    static void say(String line) {
        System.err.println("esc: " + line);
    }

    static double median(List<Double> values) {
        double[] v = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return v.length == 0 ? Double.NaN : v.length % 2 == 1 ? v[v.length / 2] : (v[v.length / 2 - 1] + v[v.length / 2]) / 2;
    }

    private static String number(double v) {
        return Math.abs(v) >= 100 ? String.format(Locale.ROOT, "%.0f", v) : String.format(Locale.ROOT, v >= 10 ? "%.1f" : "%.2f", v);
    }

    private static String machine() {
        String cpu = "unknown processor";
        try {
            cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst().orElse(cpu);
        } catch (IOException _) {
            // not Linux
        }
        return cpu + ", " + Runtime.getRuntime().availableProcessors() + " cores; " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + "; Java " + Runtime.version();
    }

    /** Prints the table and writes the JSON. */
    void publish(Path file) throws IOException {
        int group = width(rows.stream().map(Row::group).toList());
        int name = width(rows.stream().map(Row::name).toList());
        String last = "";
        System.out.println(machine() + "; load at the start " + number(load));
        for (Row r : rows) {
            System.out.printf(Locale.ROOT, "%-" + group + "s  %-" + name + "s  %9s %-14s %s%n", r.group.equals(last) ? "" : r.group,
                    r.name, number(r.value), r.unit, r.note);
            last = r.group;
        }
        notes.forEach(System.out::println);
        var json = new JsonObject();
        json.addProperty("time", started);
        json.addProperty("machine", machine());
        json.addProperty("loadAtStart", load);
        var array = new JsonArray();
        for (Row r : rows) {
            var o = new JsonObject();
            o.addProperty("group", r.group);
            o.addProperty("name", r.name);
            o.addProperty("value", r.value);
            o.addProperty("unit", r.unit);
            o.addProperty("note", r.note);
            array.add(o);
        }
        json.add("results", array);
        json.add("series", series);
        var sentences = new JsonArray();
        notes.forEach(sentences::add);
        json.add("notes", sentences);
        Files.createDirectories(file.getParent());
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create().toJson(json) + "\n");
        System.out.println("also in " + file);
    }

    private static int width(List<String> texts) {
        return Math.max(1, Arrays.stream(texts.toArray(String[]::new)).mapToInt(String::length).max().orElse(1));
    }
}
