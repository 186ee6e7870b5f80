// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Progress;
import org.esc.tps.admin.Activity;
import org.esc.tps.admin.Page;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenCert;
import org.esc.tps.admin.TokenStatus;
import org.esc.tps.admin.TpsAdmin;

/**
 * Counts how things stand on a server with what every TPS's interface offers, so that it stays cheap where there is a lot: states by the totals of filtered
 * lists, days by reading the newest activities only, expiry by reading certificates in the order in which they expire.
 */
final class Overview {

    private static final Words WORDS = Words.of(Overview.class);

    /** Days that are looked at. */
    static final int DAYS = 14;
    /** Activities that are read at most. */
    static final int ACTIVITIES = 50_000;
    /** Certificates that are read at most. */
    static final int CERTIFICATES = 20_000;
    /** Causes that have a bar of their own. */
    private static final int CAUSES = 8;
    /** Tokens that are counted one by one at most, where a server does not tell how many there are. */
    private static final int COUNTED = 100_000;

    private static final Duration SOON = Duration.ofDays(90);

    /** What is counted. */
    enum Part {
        STATES,
        ENROLMENTS,
        EXPIRY,
        FAILURES;

        String title() {
            return switch (this) {
                case STATES -> WORDS.say("Tokens by state");
                case ENROLMENTS -> WORDS.say("Enrolments per day");
                case EXPIRY -> WORDS.say("Certificates about to expire");
                case FAILURES -> WORDS.say("Failures by cause");
            };
        }
    }

    private Overview() {
    }

    /**
     * Counts all.
     *
     * @param shown   given each part when it has been counted
     * @param missing given what went wrong with a part that cannot be counted; the others are
     * @throws EscException if the server cannot be reached, or CANCELLED
     */
    static void count(TpsAdmin admin, BiConsumer<Part, Figures> shown, BiConsumer<Part, Problem> missing, Progress progress,
            Cancel cancel) throws EscException {
        part(Part.STATES, missing, () -> shown.accept(Part.STATES, states(admin, progress, cancel)));
        part(Part.ENROLMENTS, missing, () -> {
            Newest newest = newest(admin, progress, cancel);
            shown.accept(Part.ENROLMENTS, enrolments(newest, admin.embedded()));
            shown.accept(Part.FAILURES, failures(newest, admin.embedded()));
        });
        part(Part.EXPIRY, missing, () -> shown.accept(Part.EXPIRY, expiry(admin, progress, cancel)));
    }

    private interface Counting {
        void run() throws EscException;
    }

    private static void part(Part part, BiConsumer<Part, Problem> missing, Counting counting) throws EscException {
        try {
            counting.run();
        } catch (EscException e) {
            if (e.fault() == Fault.CANCELLED || e.fault() == Fault.NETWORK || e.fault() == Fault.LOGIN || e.fault() == Fault.TLS) {
                throw e;
            }
            missing.accept(part, e.problem());
            if (part == Part.ENROLMENTS) {
                missing.accept(Part.FAILURES, e.problem());
            }
        }
    }

    // ---- states

    private static Figures states(TpsAdmin admin, Progress progress, Cancel cancel) throws EscException {
        var bars = new ArrayList<Figures.Bar>();
        var states = List.of(TokenStatus.UNFORMATTED, TokenStatus.FORMATTED, TokenStatus.ACTIVE, TokenStatus.SUSPENDED, TokenStatus.DAMAGED,
                TokenStatus.PERM_LOST, TokenStatus.TERMINATED);
        boolean capped = false;
        for (int i = 0; i < states.size(); i++) {
            TokenStatus s = states.get(i);
            progress.at(i * 40 / states.size(), WORDS.say("Tokens: {0}", s.label()));
            Query one = Query.ALL.with("status", s.name()).size(1);
            OptionalLong total = admin.tokens().list(one, cancel).total();
            long n;
            if (total.isPresent()) {
                n = total.getAsLong();
            } else {
                long[] seen = {0};
                try {
                    n = admin.tokens().all(one, cancel, (Token _) -> {
                        if (++seen[0] > COUNTED) {
                            throw Problem.of(Fault.USAGE, "count", "enough").code("enough").exception();
                        }
                    });
                } catch (EscException e) {
                    if (!e.problem().code().equals("enough")) {
                        throw e;
                    }
                    n = COUNTED;
                    capped = true;
                }
            }
            bars.add(new Figures.Bar(s.label(), n, switch (s) {
                case ACTIVE -> Figures.Tone.GOOD;
                case SUSPENDED -> Figures.Tone.WARN;
                case DAMAGED, PERM_LOST -> Figures.Tone.BAD;
                case TERMINATED, UNFORMATTED -> Figures.Tone.PALE;
                default -> Figures.Tone.PLAIN;
            }, Optional.of(new Figures.Target(Kind.TOKENS, Filter.of("status", s.name())))));
        }
        long all = bars.stream().mapToLong(Figures.Bar::value).sum();
        return new Figures(Part.STATES.title(), WORDS.say("State"), bars, WORDS.many(all, "{0} token in all.", "{0} tokens in all.") + (capped ? " "
                + WORDS.many(COUNTED, "This server does not tell how many there are; no more than {0} of a state was counted.",
                        "This server does not tell how many there are; no more than {0} of a state were counted.") : ""));
    }

    // ---- activities

    /** The newest activities. @param from since when they are all there @param whole true if that is as long ago as wanted */
    private record Newest(Map<LocalDate, Long> enrolments, Map<String, Long> failures, Map<String, String> operations, Instant from, boolean whole, long read) {
    }

    private static Newest newest(TpsAdmin admin, Progress progress, Cancel cancel) throws EscException {
        ZoneId zone = ZoneId.systemDefault();
        LocalDate first = LocalDate.now(zone).minusDays(DAYS - 1L);
        Instant begin = first.atStartOfDay(zone).toInstant();
        var enrolments = new HashMap<LocalDate, Long>();
        var failures = new HashMap<String, Long>();
        var operations = new HashMap<String, String>();
        Instant oldest = Instant.now();
        long read = 0;
        Query q = Query.ALL.size(Query.LARGEST_PAGE);
        while (read < ACTIVITIES) {
            progress.at(40 + (int) (read * 30 / ACTIVITIES), WORDS.many(read, "Activities: {0}", "Activities: {0}"));
            Page<Activity> page = admin.activities().list(q, cancel);
            for (Activity a : page.entries()) {
                Instant at = a.date().orElse(oldest);
                if (at.isBefore(begin)) {
                    return new Newest(enrolments, failures, operations, begin, true, read);
                }
                oldest = at.isBefore(oldest) ? at : oldest;
                read++;
                if (a.success() && a.operation().equals("enrollment")) {
                    enrolments.merge(LocalDate.ofInstant(at, zone), 1L, Long::sum);
                } else if (!a.success()) {
                    String cause = Texts.operation(a.operation()) + ": " + cause(a.message());
                    failures.merge(cause, 1L, Long::sum);
                    operations.putIfAbsent(cause, a.message());
                }
            }
            if (page.entries().isEmpty() || !page.more()) {
                return new Newest(enrolments, failures, operations, begin, true, read);
            }
            q = q.start(q.start() + page.entries().size());
        }
        return new Newest(enrolments, failures, operations, oldest, false, read);
    }

    /** A message without what differs from case to case: ids, numbers, names in quotes. */
    static String cause(String message) {
        String plain = message.replaceAll("\\b(?=\\w*[0-9])[0-9A-Fa-f]{8,}\\b", "…").replaceAll("\"[^\"]{1,80}\"|'[^']{1,80}'",
                "…").replaceAll("\\b[0-9]{3,}\\b", "…")
                .replaceAll("\\s+", " ").strip();
        return plain.isEmpty() ? WORDS.say("no reason given") : plain.length() > 120 ? plain.substring(0, 119) + "…" : plain;
    }

    private static String millis(LocalDate day) {
        return String.valueOf(day.atStartOfDay(ZoneId.systemDefault()).toInstant().toEpochMilli());
    }

    private static String since(Newest n) {
        return n.whole() ? WORDS.say("The last {0} days.", DAYS) : WORDS.many(n.read(), "The newest {0} activity only, back to {1}.",
                "The newest {0} activities only, back to {1}.", Texts.time(Optional.of(n.from())));
    }

    private static Figures enrolments(Newest n, boolean filters) {
        var format = (Words.locale().getLanguage().equals("en") ? DateTimeFormatter.ofPattern("d MMM")
                : DateTimeFormatter.ofLocalizedPattern("MMMd")).localizedBy(Words.locale());
        LocalDate today = LocalDate.now();
        var bars = new ArrayList<Figures.Bar>();
        for (int i = DAYS - 1; i >= 0; i--) {
            LocalDate day = today.minusDays(i);
            bars.add(new Figures.Bar(format.format(day), n.enrolments().getOrDefault(day, 0L), Figures.Tone.PLAIN,
                    Optional.of(new Figures.Target(Kind.ACTIVITIES, filters ? new Filter("", Map.of("operation", "enrollment", "result", "success",
                            "from", millis(day), "until", millis(day.plusDays(1)))) : Filter.ALL))));
        }
        return new Figures(Part.ENROLMENTS.title(), WORDS.say("Day"), bars, since(n) + " " + WORDS.say("Successful enrolments."));
    }

    private static Figures failures(Newest n, boolean filters) {
        var sorted = n.failures().entrySet().stream().sorted(Map.Entry.<String,
                Long>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey())).toList();
        var bars = new ArrayList<Figures.Bar>();
        sorted.stream().limit(CAUSES).forEach(e -> bars.add(new Figures.Bar(e.getKey(), e.getValue(), Figures.Tone.BAD,
                Optional.of(new Figures.Target(Kind.ACTIVITIES, filters ? Filter.of("result", "failure") : Filter.ALL)))));
        long others = sorted.stream().skip(CAUSES).mapToLong(Map.Entry::getValue).sum();
        if (others > 0) {
            bars.add(new Figures.Bar(WORDS.say("Other causes"), others, Figures.Tone.PALE, Optional.empty()));
        }
        return new Figures(Part.FAILURES.title(), WORDS.say("Cause"), bars, since(n) + (bars.isEmpty() ? " " + WORDS.say("Nothing has failed.") : ""));
    }

    // ---- certificates

    private static Figures expiry(TpsAdmin admin, Progress progress, Cancel cancel) throws EscException {
        if (!admin.embedded()) {
            throw Problem.of(Fault.REFUSED, WORDS.say("count certificates"), WORDS.say("This server's interface does not tell when certificates expire."))
                    .advice(WORDS.say("Its certificate authority has lists of them.")).exception();
        }
        Instant now = Instant.now();
        long[] counts = new long[3];
        long read = 0;
        boolean whole = false;
        Query q = Query.ALL.with("status", "active").sort("NotAfter", false).size(Query.LARGEST_PAGE);
        counting:
        while (read < CERTIFICATES) {
            progress.at(70 + (int) (read * 30 / CERTIFICATES), WORDS.many(read, "Certificates: {0}", "Certificates: {0}"));
            Page<TokenCert> page = admin.certs().list(q, cancel);
            for (TokenCert c : page.entries()) {
                read++;
                if (c.notAfter().isEmpty() || !c.status().equals("active")) {
                    continue;
                }
                Duration left = Duration.between(now, c.notAfter().get());
                if (left.compareTo(SOON) > 0) {
                    whole = true;
                    break counting;
                }
                counts[left.toDays() < 7 ? 0 : left.toDays() < 30 ? 1 : 2]++;
            }
            if (page.entries().isEmpty() || !page.more()) {
                whole = true;
                break;
            }
            q = q.start(q.start() + page.entries().size());
        }
        var bars = new ArrayList<Figures.Bar>();
        var target = Optional.of(new Figures.Target(Kind.CERTIFICATES, Filter.of("status", "active")));
        bars.add(new Figures.Bar(WORDS.say("Within 7 days"), counts[0], Figures.Tone.BAD, target));
        bars.add(new Figures.Bar(WORDS.say("8 to 30 days"), counts[1], Figures.Tone.WARN, target));
        bars.add(new Figures.Bar(WORDS.say("31 to 90 days"), counts[2], Figures.Tone.PLAIN, target));
        return new Figures(Part.EXPIRY.title(), WORDS.say("Expires"), bars, WORDS.say("Active certificates on tokens.") + (whole ? ""
                : " " + WORDS.many(read, "Only the first {0} to expire was counted.", "Only the first {0} to expire were counted.")));
    }
}
