// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

/** A run as a table, as data, or as a page that needs nothing else. */
public final class Report {

    private static final Words WORDS = Words.of(Report.class);

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
                <html lang="%1$s">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>%2$s</title>
                <style>
                :root { color-scheme: light dark; }
                body { font: 15px/1.45 system-ui, sans-serif; margin: 2em; }
                table { border-collapse: collapse; width: 100%%; margin: 1em 0; }
                th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid color-mix(in srgb, currentColor 25%%, transparent); }
                td.id { font-family: ui-monospace, monospace; white-space: nowrap; }
                td.done::before { content: "✓ "; } td.failed::before { content: "✗ "; } td.failed { font-weight: bold; }
                p.counts { font-size: 1.3em; }
                @media print { body { margin: 0; } tr { break-inside: avoid; } }
                </style>
                </head>
                <body>
                <h1>%2$s</h1>
                """.formatted(Words.locale().getLanguage(), escaped(WORDS.say("Report of a batch run"))));
        b.append("<p class=\"counts\">").append(escaped(c.inWords())).append("</p>\n<p>").append(escaped(WORDS.say("Plan {0}", run.plan()))).append("<br>")
                .append(escaped(WORDS.say("Begun {0}, last change {1} ({2})", time(run.started()), time(run.last()), words(run)))).append("</p>\n");
        table(b, WORDS.say("Row"), WORDS.say("Card"), WORDS.say("Operation"), WORDS.say("User"), WORDS.say("State"), WORDS.say("Result"), WORDS.say("Reader"),
                WORDS.say("Ended"));
        for (RowState r : run.rows()) {
            var said = new ArrayList<String>();
            said.add(r.message());
            said.add(r.advice());
            said.addAll(r.notes());
            if (!r.certificates().isEmpty()) {
                said.add(WORDS.say("Certificates {0}.", String.join(", ", r.certificates())));
            }
            if (!r.keysBefore().equals(r.keysAfter()) && !r.keysAfter().isEmpty()) {
                said.add(WORDS.say("Card keys {0} → {1}.", r.keysBefore(), r.keysAfter()));
            }
            said.removeIf(String::isEmpty);
            b.append("<tr><td>").append(r.number()).append("</td><td class=\"id\">").append(escaped(r.cuid().map(Cuid::display).orElse(WORDS.say("any card"))))
                    .append("</td><td>").append(escaped(r.row().task().label())).append(escaped(r.row().profile().map(p -> " (" + p + ")").orElse("")))
                    .append("</td><td>").append(escaped(r.row().user().orElse(""))).append("</td><td class=\"").append(r.state().word()).append("\">")
                    .append(escaped(r.state().label())).append("</td><td>").append(escaped(String.join(" ",
                            said))).append("</td><td>").append(escaped(r.reader()))
                    .append("</td><td>").append(r.ended().map(Report::time).orElse("")).append("</td></tr>\n");
        }
        b.append("</tbody>\n</table>\n");
        if (!run.refused().isEmpty()) {
            b.append("<h2>").append(escaped(WORDS.say("Cards that were refused"))).append("</h2>\n");
            table(b, WORDS.say("Time"), WORDS.say("Reader"), WORDS.say("Card"), WORDS.say("Why"));
            for (var r : run.refused()) {
                b.append("<tr><td>").append(time(r.at())).append("</td><td>").append(escaped(r.reader())).append("</td><td class=\"id\">")
                        .append(escaped(r.cuid())).append("</td><td>").append(escaped(r.why())).append("</td></tr>\n");
            }
            b.append("</tbody>\n</table>\n");
        }
        return b.append("</body>\n</html>\n").toString();
    }

    private static void table(StringBuilder b, String... heads) {
        b.append("<table>\n<thead><tr>");
        for (String h : heads) {
            b.append("<th>").append(escaped(h)).append("</th>");
        }
        b.append("</tr></thead>\n<tbody>\n");
    }

    private static String words(RunState run) {
        Duration d = Duration.between(run.started(), run.last());
        String time = d.toHours() > 0 ? WORDS.say("{0} h {1} min", d.toHours(), d.toMinutesPart())
                : d.toMinutes() > 0 ? WORDS.say("{0} min {1} s", d.toMinutes(), d.toSecondsPart()) : WORDS.say("{0} s", d.toSeconds());
        return run.sessions() > 1 ? WORDS.say("{0}, in {1} sittings", time, run.sessions()) : time;
    }

    private static String time(Instant at) {
        return (Words.locale().getLanguage().equals("en") ? TIME : DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).localizedBy(Words.locale()))
                .format(at.atZone(ZoneId.systemDefault()));
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
