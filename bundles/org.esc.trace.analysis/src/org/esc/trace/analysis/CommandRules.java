// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding.Severity;
import org.osgi.service.component.annotations.Component;

/** Rules about single commands and how programs go about them. */
public final class CommandRules {

    private static final Words WORDS = Words.of(CommandRules.class);

    private CommandRules() {
    }

    /** The command as it was sent, not what was inside. */
    private static Optional<CommandApdu> sent(Row row) {
        if (row.entry().plain().isEmpty()) {
            return row.command();
        }
        try {
            return Optional.of(CommandApdu.parse(row.entry().command().bytes()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The same command again and again, refused each time. */
    @Component(service = FindingRule.class)
    public static final class RetryStorm extends Rule {

        private static final int STORM = 5;

        /** As a service. */
        public RetryStorm() {
            super("retry-storm", WORDS.say("Retry storm"));
        }

        private static final class Run {
            private Masked command = Masked.none();
            private int sw;
            /** The last few. */
            private final List<Long> numbers = new ArrayList<>();
            private boolean told;
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Long, Run> runs = Cases.recent();

                @Override
                public void row(Row r) {
                    Run run = runs.computeIfAbsent(session(r), _ -> new Run());
                    if (!r.failed() || !r.entry().command().equals(run.command) || r.sw() != run.sw) {
                        run.command = r.entry().command();
                        run.sw = r.sw();
                        run.numbers.clear();
                        run.told = false;
                        if (!r.failed()) {
                            return;
                        }
                    }
                    run.numbers.add(number(r));
                    if (run.numbers.size() >= STORM) {
                        cases.add(new Case(Severity.WARNING,
                                WORDS.say("{0} is sent again and again although the card refuses it: {1}.", ofApplication(r.name(), r), status(r.sw())),
                                WORDS.say("Find out what the program waits for. It should give up or change something, not repeat itself.")),
                                run.told ? List.of(number(r)) : List.copyOf(run.numbers));
                        run.told = true;
                        run.numbers.removeFirst();
                    }
                }
            };
        }
    }

    /** Looking for what is not there. */
    @Component(service = FindingRule.class)
    public static final class Probing extends Rule {

        private static final int MANY = 8;

        private record Who(long session, String origin) {
        }

        /** As a service. */
        public Probing() {
            super("probing", WORDS.say("Looking for what is not there"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Who, List<Long>> misses = Cases.recent();

                @Override
                public void row(Row r) {
                    if (r.sw() != 0x6A82 && r.sw() != 0x6A83 && r.sw() != 0x6A88) {
                        return;
                    }
                    String origin = r.entry().origin().toString();
                    List<Long> l = misses.computeIfAbsent(new Who(session(r), origin), _ -> new ArrayList<>());
                    if (l.size() < MANY) {
                        l.add(number(r));
                        if (l.size() < MANY) {
                            return;
                        }
                        add(r, origin, l);
                    } else {
                        add(r, origin, List.of(number(r)));
                    }
                }

                private void add(Row r, String origin, List<Long> numbers) {
                    cases.add(new Case(Severity.NOTE, WORDS.say("In session {0}, {1} asks many times for what the card does not have (6A82, 6A83 or 6A88).",
                            session(r), origin),
                            WORDS.say("It costs time with every card. See whether the program can tell the card by its ATR, or ask for a "
                        + "directory first.")), numbers);
                }
            };
        }
    }

    /** Commands that took far longer than usual. */
    @Component(service = FindingRule.class)
    public static final class Slow extends Rule {

        private static final Duration LONG = Duration.ofSeconds(1);
        private static final int TIMES = 10;
        private static final int ENOUGH = 5;

        private record Candidate(long number, String name, Duration duration) {
        }

        /** As a service. */
        public Slow() {
            super("slow", WORDS.say("Slow command"));
        }

        @Override
        public Watch begin() {
            return new Watch() {
                private final Map<String, Durations> usual = Cases.recent();
                private final List<Candidate> candidates = new ArrayList<>();

                @Override
                public void row(Row r) {
                    r.entry().duration().ifPresent(d -> {
                        usual.computeIfAbsent(r.name(), _ -> new Durations()).add(d);
                        if (d.compareTo(LONG) > 0 && candidates.size() < Finding.MOST_PLACES) {
                            candidates.add(new Candidate(number(r), r.name(), d));
                        }
                    });
                }

                @Override
                public List<Finding> findings() {
                    var cases = new Cases(Slow.this);
                    for (Candidate c : candidates) {
                        Durations d = usual.getOrDefault(c.name, new Durations());
                        Duration median = d.quantile(0.5);
                        if (d.count() >= ENOUGH && c.duration.compareTo(median.multipliedBy(TIMES)) > 0) {
                            cases.add(new Case(Severity.WARNING,
                                    WORDS.say("{0} took {1} s; it usually takes {2} ms.", c.name,
                                            String.format(Words.locale(), "%.1f", c.duration.toMillis() / 1000.0),
                                            String.format(Words.locale(), "%.0f", median.toNanos() / 1e6)),
                                    WORDS.say("The card may have worked hard (keys, memory), the reader may have waited for it to answer again, or "
                        + "another program held the card.")),
                                    c.number);
                        }
                    }
                    return cases.findings();
                }
            };
        }
    }

    /** Answers that are longer than asked for. */
    @Component(service = FindingRule.class)
    public static final class LongerThanLe extends Rule {

        /** As a service. */
        public LongerThanLe() {
            super("longer-than-le", WORDS.say("Answer longer than asked for"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                int n = r.entry().response().length() - 2;
                return sent(r).filter(c -> c.ne().isPresent() && n > c.ne().getAsInt()).map(c -> new Case(Severity.WARNING,
                        WORDS.say("{0} asks for {1} bytes at most, the card answers with {2}.", r.name(), c.ne().getAsInt(), n),
                        WORDS.say("The card or the reader breaks ISO/IEC 7816-3. Some programs cut such answers short or refuse them: "
                        + "ask for as many bytes as there are.")));
            });
        }
    }

    /** A card that tells the right length, and a program that does not listen. */
    @Component(service = FindingRule.class)
    public static final class WrongLength extends Rule {

        private static final int MANY = 3;

        private record Told(Masked header, int length, long number, String name) {
        }

        /** As a service. */
        public WrongLength() {
            super("wrong-length", WORDS.say("Right length not taken up"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Long, Told> told = Cases.recent();
                private final Map<Masked, List<Long>> guessed = Cases.recent();

                @Override
                public void row(Row r) {
                    Masked wire = r.entry().command();
                    if (wire.length() < 4) {
                        return;
                    }
                    Masked header = wire.part(0, 4);
                    Told before = told.remove(session(r));
                    if (before != null
                            && !(header.equals(before.header) && sent(r).flatMap(c -> c.ne().stream().boxed().findFirst()).orElse(-1) == before.length)) {
                        cases.add(new Case(Severity.WARNING, WORDS.say("{0} is not sent again with the length that the card told ({1} bytes).", before.name,
                                before.length),
                                WORDS.say("Repeat the command with Le as in the second byte of 6Cxx; nothing was answered yet.")), before.number);
                    }
                    if (r.sw() >> 8 == 0x6C) {
                        told.put(session(r), new Told(header, (r.sw() & 0xFF) == 0 ? 256 : r.sw() & 0xFF, number(r), r.name()));
                    } else if (r.sw() == 0x6700) {
                        guess(r, guessed.computeIfAbsent(header, _ -> new ArrayList<>()));
                    }
                }

                private void guess(Row r, List<Long> l) {
                    var c = new Case(Severity.WARNING, WORDS.say("{0} is tried with one length after the other: the card answers 6700, wrong length.", r.name()),
                            WORDS.say("Take the length from the card's or applet's description instead of guessing."));
                    if (l.size() >= MANY) {
                        cases.add(c, number(r));
                        return;
                    }
                    l.add(number(r));
                    if (l.size() == MANY) {
                        cases.add(c, l);
                    }
                }
            };
        }
    }

    /** Commands that the card or nobody here knows. */
    @Component(service = FindingRule.class)
    public static final class Unknown extends Rule {

        /** As a service. */
        public Unknown() {
            super("unknown-command", WORDS.say("Unknown command"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                if (r.sw() == 0x6D00 || r.sw() == 0x6E00) {
                    return Optional.of(new Case(Severity.NOTE, WORDS.say("The card does not know {0}: {1}.", ofApplication(r.name(), r), status(r.sw())),
                            WORDS.say("Perhaps another application is selected than the program thinks.")));
                }
                return r.ins() >= 0 && r.brief().name().isEmpty()
                        ? Optional.of(new Case(Severity.NOTE, WORDS.say("Nobody here knows the command {0}.", ofApplication(r.name(), r)),
                                WORDS.say("A decoder for that application can explain it; see docs/trace-decode.md.")))
                        : Optional.empty();
            });
        }
    }

    /** Commands that were not answered. */
    @Component(service = FindingRule.class)
    public static final class NoAnswer extends Rule {

        /** As a service. */
        public NoAnswer() {
            super("no-answer", WORDS.say("No answer"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> r.entry().failure().map(f -> new Case(Severity.ERROR, WORDS.say("{0} was not answered: {1}", r.name(), f),
                    WORDS.say("If nobody pulled the card, try it in another reader. What the command changed is not known."))));
        }
    }
}
