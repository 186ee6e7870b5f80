// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Cuid;

/** A run as a table, as data, or as a page that needs nothing else. */
public final class Report {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private Report() {
    }

    /** How a report is written. */
    public enum Format {
        /** A table for spreadsheets. */
        CSV,
        /** Data for programs. */
        JSON,
        /** A page for people. */
        HTML
    }

    /** The report. */
    public static String of(RunState run, Format format) {
        return switch (format) {
            case CSV -> csv(run);
            case JSON -> json(run);
            case HTML -> html(run);
        };
    }

    private static String csv(RunState run) {
        var text = new StringBuilder(Table.line(List.of("row", "cuid", "operation", "user", "profile", "state", "code", "end_op", "message", "advice", "reader",
                "attempts", "began", "ended", "certificates", "keys_before", "keys_after", "notes")));
        for (RowState r : run.rows()) {
            text.append(Table.line(List.of(Integer.toString(r.number()), r.cuid().map(Cuid::toString).orElse("*"), r.row().task().word(),
                    r.row().user().orElse(""), r.row().profile().orElse(""), r.state().word(), r.code(), r.endOp() < 0 ? "" : Integer.toString(r.endOp()),
                    r.message(), r.advice(), r.reader(), Integer.toString(r.attempts()), r.began().map(Instant::toString).orElse(""),
                    r.ended().map(Instant::toString).orElse(""), String.join(" ", r.certificates()), r.keysBefore(), r.keysAfter(),
                    String.join(" ", r.notes()))));
        }
        return text.toString();
    }

    static JsonObject json(RowState r) {
        var o = new JsonObject();
        o.addProperty("row", r.number());
        o.addProperty("cuid", r.cuid().map(Cuid::toString).orElse(null));
        o.addProperty("operation", r.row().task().word());
        o.addProperty("user", r.row().user().orElse(null));
        o.addProperty("profile", r.row().profile().orElse(null));
        o.addProperty("state", r.state().word());
        o.addProperty("code", r.code());
        o.addProperty("endOp", r.endOp() < 0 ? null : r.endOp());
        o.addProperty("message", r.message());
        o.addProperty("advice", r.advice());
        o.addProperty("reader", r.reader());
        o.addProperty("attempts", r.attempts());
        o.addProperty("began", r.began().map(Instant::toString).orElse(null));
        o.addProperty("ended", r.ended().map(Instant::toString).orElse(null));
        o.add("certificates", array(r.certificates()));
        o.addProperty("keysBefore", r.keysBefore());
        o.addProperty("keysAfter", r.keysAfter());
        o.add("notes", array(r.notes()));
        return o;
    }

    private static JsonArray array(List<String> list) {
        var a = new JsonArray();
        list.forEach(a::add);
        return a;
    }

    private static String json(RunState run) {
        var o = new JsonObject();
        o.addProperty("journal", run.journal().toString());
        o.addProperty("plan", run.plan());
        o.addProperty("started", run.started().toString());
        o.addProperty("last", run.last().toString());
        o.addProperty("sessions", run.sessions());
        o.addProperty("finished", run.finished());
        var c = run.counts();
        var counts = new JsonObject();
        counts.addProperty("all", c.all());
        counts.addProperty("done", c.done());
        counts.addProperty("failed", c.failed());
        counts.addProperty("skipped", c.skipped());
        counts.addProperty("interrupted", c.interrupted());
        counts.addProperty("open", c.open());
        o.add("counts", counts);
        var rows = new JsonArray();
        run.rows().forEach(r -> rows.add(json(r)));
        o.add("rows", rows);
        var refused = new JsonArray();
        for (var r : run.refused()) {
            var x = new JsonObject();
            x.addProperty("at", r.at().toString());
            x.addProperty("reader", r.reader());
            x.addProperty("cuid", r.cuid());
            x.addProperty("why", r.why());
            refused.add(x);
        }
        o.add("refused", refused);
        return new GsonBuilder().serializeNulls().disableHtmlEscaping().setPrettyPrinting().create().toJson(o) + "\n";
    }

    private static String html(RunState run) {
        var c = run.counts();
        var b = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>Report of a batch run</title>
                <style>
                :root { color-scheme: light dark; }
                body { font: 15px/1.45 system-ui, sans-serif; margin: 2em; }
                table { border-collapse: collapse; width: 100%; margin: 1em 0; }
                th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
                td.id { font-family: ui-monospace, monospace; white-space: nowrap; }
                td.done::before { content: "✓ "; } td.failed::before { content: "✗ "; } td.failed { font-weight: bold; }
                p.counts { font-size: 1.3em; }
                @media print { body { margin: 0; } tr { break-inside: avoid; } }
                </style>
                </head>
                <body>
                <h1>Report of a batch run</h1>
                """);
        b.append("<p class=\"counts\">").append(escaped(c.inWords())).append("</p>\n<p>Plan ").append(escaped(run.plan())).append("<br>Begun ")
                .append(time(run.started())).append(", last change ").append(time(run.last())).append(" (").append(words(run)).append(")</p>\n");
        b.append("<table>\n<thead><tr><th>Row</th><th>Card</th><th>Operation</th><th>User</th><th>State</th><th>Result</th><th>Reader</th><th>Ended</th></tr></thead>\n<tbody>\n");
        for (RowState r : run.rows()) {
            var said = new ArrayList<String>();
            said.add(r.message());
            said.add(r.advice());
            said.addAll(r.notes());
            if (!r.certificates().isEmpty()) {
                said.add("Certificates " + String.join(", ", r.certificates()) + ".");
            }
            if (!r.keysBefore().equals(r.keysAfter()) && !r.keysAfter().isEmpty()) {
                said.add("Card keys " + r.keysBefore() + " → " + r.keysAfter() + ".");
            }
            said.removeIf(String::isEmpty);
            b.append("<tr><td>").append(r.number()).append("</td><td class=\"id\">").append(escaped(r.cuid().map(Cuid::display).orElse("any card")))
                    .append("</td><td>").append(r.row().task().word()).append(escaped(r.row().profile().map(p -> " (" + p + ")").orElse("")))
                    .append("</td><td>").append(escaped(r.row().user().orElse(""))).append("</td><td class=\"").append(r.state().word()).append("\">")
                    .append(r.state().word()).append("</td><td>").append(escaped(String.join(" ", said))).append("</td><td>").append(escaped(r.reader()))
                    .append("</td><td>").append(r.ended().map(Report::time).orElse("")).append("</td></tr>\n");
        }
        b.append("</tbody>\n</table>\n");
        if (!run.refused().isEmpty()) {
            b.append("<h2>Cards that were refused</h2>\n<table>\n<thead><tr><th>Time</th><th>Reader</th><th>Card</th><th>Why</th></tr></thead>\n<tbody>\n");
            for (var r : run.refused()) {
                b.append("<tr><td>").append(time(r.at())).append("</td><td>").append(escaped(r.reader())).append("</td><td class=\"id\">")
                        .append(escaped(r.cuid())).append("</td><td>").append(escaped(r.why())).append("</td></tr>\n");
            }
            b.append("</tbody>\n</table>\n");
        }
        return b.append("</body>\n</html>\n").toString();
    }

    private static String words(RunState run) {
        Duration d = Duration.between(run.started(), run.last());
        String time = d.toHours() > 0 ? d.toHours() + " h " + d.toMinutesPart() + " min" : d.toMinutes() > 0 ? d.toMinutes() + " min " + d.toSecondsPart() + " s"
                : d.toSeconds() + " s";
        return time + (run.sessions() > 1 ? ", in " + run.sessions() + " sittings" : "");
    }

    private static String time(Instant at) {
        return TIME.format(at.atZone(ZoneId.systemDefault()));
    }

    /** Text for a page, whatever a server or card put into it. */
    static String escaped(String text) {
        var b = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> b.append("&lt;");
                case '>' -> b.append("&gt;");
                case '&' -> b.append("&amp;");
                case '"' -> b.append("&quot;");
                case '\'' -> b.append("&#39;");
                default -> b.append(Character.isISOControl(c) ? " " : Character.toString(c));
            }
        });
        return b.toString();
    }
}
