// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding.Severity;
import org.osgi.service.component.annotations.Component;

/** Rules about cards and sessions with them. */
public final class CardRules {

    private static final Words WORDS = Words.of(CardRules.class);

    private CardRules() {
    }

    /** Cards that were reset in the middle of something. */
    @Component(service = FindingRule.class)
    public static final class ResetInTheMiddle extends Rule {

        private record Last(long session, Atr atr, Unfinished unfinished, long number) {
        }

        /** What the card was in the middle of. */
        private enum Unfinished {
            NOTHING, CHAIN, ANSWER, CHANNEL;

            String words() {
                return switch (this) {
                    case NOTHING -> "";
                    case CHAIN -> WORDS.say("a chain of commands");
                    case ANSWER -> WORDS.say("an answer in pieces");
                    case CHANNEL -> WORDS.say("a secure channel");
                };
            }
        }

        /** As a service. */
        public ResetInTheMiddle() {
            super("reset", WORDS.say("Card reset in the middle"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<String, Last> lasts = Cases.recent();

                @Override
                public void row(Row r) {
                    var card = r.entry().card();
                    Last last = lasts.get(card.reader());
                    if (last != null) {
                        boolean known = !last.atr.equals(Atr.UNKNOWN) && !card.atr().equals(Atr.UNKNOWN);
                        boolean other = known && !last.atr.equals(card.atr());
                        if (last.session == card.session() && other) {
                            cases.add(new Case(Severity.WARNING, WORDS.say("The card answers to reset in another way than before, within one session."),
                                    WORDS.say("It was reset or exchanged without the program's knowledge: what was selected and verified is gone.")), number(r));
                        } else if (last.session != card.session() && !other && last.unfinished != Unfinished.NOTHING) {
                            cases.add(new Case(Severity.WARNING, WORDS.say("The card begins anew after exchange {0}, in the middle of {1}.", last.number,
                                    last.unfinished.words()),
                                    WORDS.say("Another program or a poor contact may have reset it. Begin the whole step again.")), number(r));
                        }
                    }
                    Unfinished unfinished = r.isChained() && r.succeeded() ? Unfinished.CHAIN : r.waits() ? Unfinished.ANSWER
                            : r.sw() < 0 && r.before().security().isOpen() ? Unfinished.CHANNEL : Unfinished.NOTHING;
                    lasts.put(card.reader(), new Last(card.session(), card.atr(), unfinished, number(r)));
                }
            };
        }
    }

    /** Rights of one program that another one finds open. */
    @Component(service = FindingRule.class)
    public static final class SharedSession extends Rule {

        private record Right(Origin origin, String what) {
        }

        /** As a service. */
        public SharedSession() {
            super("shared-session", WORDS.say("Session shared without a reset"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Long, Right> rights = Cases.recent();

                @Override
                public void row(Row r) {
                    Origin o = r.entry().origin();
                    if (o.kind() == Origin.Kind.PROBE || o.kind() == Origin.Kind.TRANSPORT) {
                        return;
                    }
                    Right right = rights.get(session(r));
                    if (right != null && !right.origin.equals(o)) {
                        cases.add(new Case(Severity.NOTE, WORDS.say("In session {0}, {1} goes on after {2} succeeded with {3}, without a reset of the card.", session(r), o,
                                right.origin, right.what), WORDS.say("What was verified may still be open to it. Reset the card between "
                                        + "programs that are not to share rights.")),
                                number(r));
                        rights.remove(session(r));
                    }
                    if (r.sw() == 0x9000 && (r.ins() == 0x82 || PinRules.sendsPin(r))) {
                        rights.put(session(r), new Right(o, r.name()));
                    }
                }
            };
        }
    }

    /** Steps towards the end of a card, an application or a file. */
    @Component(service = FindingRule.class)
    public static final class LifeCycle extends Rule {

        /** As a service. */
        public LifeCycle() {
            super("life-cycle", WORDS.say("Locked or terminated"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                if (r.sw() != 0x9000) {
                    return Optional.empty();
                }
                if (r.isGlobalPlatform() && r.ins() == 0xF0) {
                    return switch (r.p1()) {
                        case 0x80 -> r.p2() == 0xFF
                                ? Optional.of(new Case(Severity.ERROR, WORDS.say("The card is terminated (SET STATUS, TERMINATED)."), WORDS.say("That cannot be undone.")))
                                : r.p2() == 0x7F ? Optional.of(new Case(Severity.WARNING, WORDS.say("The card is locked (SET STATUS, CARD_LOCKED)."),
                                        WORDS.say("Only the holder of its keys can unlock it; until then no "
                                                + "application can be selected."))) : Optional.empty();
                        case 0x20, 0x40, 0x60 -> (r.p2() & 0x80) != 0 ? Optional.of(new Case(Severity.WARNING, WORDS.say("An application is locked (SET STATUS)."),
                                WORDS.say("It cannot be selected until it is unlocked by SET STATUS."))) : Optional.empty();
                        default -> Optional.empty();
                    };
                }
                if (r.cla() >= 0x80) {
                    return Optional.empty();
                }
                // ISO/IEC 7816-9 §5
                return switch (r.ins()) {
                    case 0xFE -> Optional.of(new Case(Severity.ERROR, WORDS.say("The card is terminated (TERMINATE CARD USAGE)."), WORDS.say("That cannot be undone.")));
                    case 0xE6 -> Optional.of(new Case(Severity.ERROR, r.application().map(a -> WORDS.say("An application or folder is terminated (TERMINATE DF) of application {0}.", a))
                                    .orElseGet(() -> WORDS.say("An application or folder is terminated (TERMINATE DF).")),
                            WORDS.say("Some applications can be brought back by ACTIVATE FILE, which erases them; most cannot.")));
                    case 0xE8 -> Optional.of(new Case(Severity.ERROR, WORDS.say("A file is terminated (TERMINATE EF)."), WORDS.say("That cannot be undone.")));
                    case 0x04 -> Optional.of(new Case(Severity.WARNING, WORDS.say("A file is deactivated (DEACTIVATE FILE)."), WORDS.say("ACTIVATE FILE brings it back.")));
                    default -> Optional.empty();
                };
            });
        }
    }

    /** Long commands for cards that do not take them. */
    @Component(service = FindingRule.class)
    public static final class ExtendedLength extends Rule {

        /** As a service. */
        public ExtendedLength() {
            super("extended-length", WORDS.say("Extended length not announced"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> r.entry().command().length() >= 7 && r.entry().command().at(4) == 0 && refuses(r.entry().card().atr())
                    ? Optional.of(new Case(Severity.WARNING, WORDS.say("A command of extended length goes to a card whose answer to reset does not announce it."),
                            WORDS.say("Use command chaining or short pieces; the card may misread the length.")))
                    : Optional.empty());
        }

        /** True if the historical bytes tell the card's capabilities (ISO/IEC 7816-4 §12.1.1.9), and extended length is not among them. */
        private static boolean refuses(Atr atr) {
            byte[] h = atr.historicalBytes();
            if (h.length == 0 || h[0] != 0 && (h[0] & 0xFF) != 0x80) {
                return false;
            }
            int end = h[0] == 0 ? h.length - 3 : h.length;
            for (int i = 1; i < end; i += 1 + (h[i] & 0x0F)) {
                if ((h[i] & 0xFF) == 0x73 && i + 3 < end) {
                    return (h[i + 3] & 0x60) == 0;
                }
            }
            return false;
        }
    }
}
