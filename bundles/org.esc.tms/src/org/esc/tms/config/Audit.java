// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.tms.Tms;
import org.esc.tms.db.Activity;
import org.esc.tms.db.ActivityQuery;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Refused;

/**
 * What the activity log takes down, and the log as files, one for each month. Whatever is done with tokens, certificates, keys, users and settings is
 * always taken down; what administrators' sessions bring with them can be left out.
 */
public final class Audit {

    /** What may be left out. */
    public static final Set<Operation> OPTIONAL = Set.of(Operation.AUTH, Operation.AUTHZ, Operation.ACCESS_SESSION_ESTABLISH,
            Operation.ACCESS_SESSION_TERMINATED, Operation.SELFTESTS_EXECUTION);

    private static final String ON = "audit.enabled";
    private static final String LEFT_OUT = "audit.events-left-out";
    private static final Pattern NAME = Pattern.compile("activities-([0-9]{4}-[0-9]{2})\\.log");
    private static final int PART = 1000;

    private final Tms tms;

    /** Of a back office. */
    public Audit(Tms tms) {
        this.tms = tms;
    }

    /** Whether what is optional is taken down at all. */
    public boolean enabled() throws EscException {
        return tms.settings().get(ON).map(Boolean::parseBoolean).orElse(true);
    }

    /** Switches all that is optional on or off. */
    public void enable(boolean on, Entries.Caller caller) throws EscException {
        tms.inTransaction(_ -> {
            tms.settings().set(ON, "" + on);
            return changed("Audit of sessions and refusals is " + (on ? "on." : "off."), caller);
        });
    }

    /** Every kind of event: {@code mandatory}, {@code enabled} or {@code disabled}. */
    public Map<String, String> events() throws EscException {
        var out = leftOut();
        var all = new LinkedHashMap<String, String>();
        Arrays.stream(Operation.values()).sorted((a, b) -> a.name().compareTo(b.name())).forEach(o -> all.put(o.name(),
                !OPTIONAL.contains(o) ? "mandatory" : out.contains(o) ? "disabled" : "enabled"));
        return all;
    }

    private Set<Operation> leftOut() throws EscException {
        var set = new TreeSet<Operation>();
        for (String name : tms.settings().get(LEFT_OUT).orElse("").split(",")) {
            Operation.of(name.strip().toLowerCase(Locale.ROOT)).filter(OPTIONAL::contains).ifPresent(set::add);
        }
        return set;
    }

    /** Changes what is taken down. @throws EscException USAGE for an unknown event, or one that cannot be left out */
    public void setEvents(Map<String, String> changes, Entries.Caller caller) throws EscException {
        tms.inTransaction(_ -> {
            var out = leftOut();
            for (var c : changes.entrySet()) {
                String step = "change what is audited";
                var event = Operation.of(c.getKey().toLowerCase(Locale.ROOT)).filter(o -> o.name().equals(c.getKey()))
                        .orElseThrow(() -> Refused.usage(step, "There is no event " + c.getKey() + "."));
                String now = !OPTIONAL.contains(event) ? "mandatory" : out.contains(event) ? "disabled" : "enabled";
                if (c.getValue().equals(now)) {
                    continue;
                }
                if (!OPTIONAL.contains(event) || !c.getValue().matches("enabled|disabled")) {
                    throw Refused.usage(step, "The event " + event + " cannot be made " + c.getValue() + ".");
                }
                if (c.getValue().equals("disabled")) {
                    out.add(event);
                } else {
                    out.remove(event);
                }
            }
            tms.settings().set(LEFT_OUT, String.join(",", out.stream().map(Operation::name).toList()));
            return changed("Not audited now: " + (out.isEmpty() ? "nothing" : out.toString()) + ".", caller);
        });
    }

    private Activity changed(String what, Entries.Caller caller) throws EscException {
        return tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), caller.uid(), caller.ip(), what);
    }

    /** Takes down what may be left out, unless it is. */
    public void note(Operation event, boolean success, String uid, String ip, String message) throws EscException {
        if (enabled() && !leftOut().contains(event)) {
            tms.activities().append(event, success, Optional.empty(), uid, ip, message);
        }
    }

    /** A log. @param name {@code activities-2026-11.log} @param entries how many there are in it */
    public record File(String name, long entries) {
    }

    /** The logs that are not empty, oldest first. */
    public List<File> files() throws EscException {
        var files = new ArrayList<File>();
        var first = tms.activities().list(new ActivityQuery(Optional.empty(), Optional.empty(), 0, 1, true, Optional.empty()));
        if (first.isEmpty()) {
            return files;
        }
        var last = tms.activities().list(Optional.empty(), 0, 1).getFirst();
        var end = month(last.at());
        for (var m = month(first.getFirst().at()); !m.isAfter(end); m = m.plusMonths(1)) {
            long n = tms.activities().countBetween(start(m), start(m.plusMonths(1)));
            if (n > 0) {
                files.add(new File("activities-" + m + ".log", n));
            }
        }
        return files;
    }

    private static YearMonth month(Instant at) {
        return YearMonth.from(at.atZone(ZoneOffset.UTC));
    }

    private static Instant start(YearMonth m) {
        return m.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Whether a log of this name may exist. */
    public static boolean isFile(String name) {
        return NAME.matcher(name).matches() && Integer.parseInt(name.substring(16, 18)) >= 1 && Integer.parseInt(name.substring(16, 18)) <= 12;
    }

    /** Writes a log: one line an entry, its number, time, result, operation, token, user, address, message and keyed hash with bars between them. */
    public void write(String name, OutputStream out) throws EscException, IOException {
        var m = YearMonth.parse(name.substring("activities-".length(), "activities-".length() + 7));
        Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        long after = tms.activities().lastBefore(start(m));
        while (true) {
            var part = tms.activities().chain(after, PART);
            for (var e : part) {
                Activity a = e.activity();
                if (!a.at().isBefore(start(m.plusMonths(1)))) {
                    text.flush();
                    return;
                }
                text.write(a.id() + "|" + a.at() + "|" + (a.success() ? "success" : "failure") + "|" + a.operation().wire() + "|"
                        + a.cuid().map(Cuid::toString).orElse("") + "|" + bare(a.userId()) + "|" + bare(a.ip()) + "|" + bare(a.message()) + "|"
                        + Hex.of(e.mac()) + "\n");
                after = a.id();
            }
            if (part.size() < PART) {
                text.flush();
                return;
            }
        }
    }

    private static String bare(String text) {
        return text.replace('|', '/');
    }
}
