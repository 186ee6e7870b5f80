// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.card.Origin;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding.Severity;
import org.osgi.service.component.annotations.Component;

/** Rules about cards and sessions with them. */
public final class CardRules {

    private CardRules() {
    }

    /** Cards that were reset in the middle of something. */
    @Component(service = FindingRule.class)
    public static final class ResetInTheMiddle extends Rule {

        private record Last(long session, Atr atr, String unfinished, long number) {
        }

        /** As a service. */
        public ResetInTheMiddle() {
            super("reset", "Card reset in the middle", "Cards that begin anew while a chain, an answer in pieces or a secure channel was not done with.");
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
                            cases.add(new Case(Severity.WARNING, "The card answers to reset in another way than before, within one session.",
                                    "It was reset or exchanged without the program's knowledge: what was selected and verified is gone."), number(r));
                        } else if (last.session != card.session() && !other && !last.unfinished.isEmpty()) {
                            cases.add(new Case(Severity.WARNING, "The card begins anew after exchange " + last.number + ", in the middle of " + last.unfinished + ".",
                                    "Another program or a poor contact may have reset it. Begin the whole step again."), number(r));
                        }
                    }
                    String unfinished = r.isChained() && r.succeeded() ? "a chain of commands" : r.waits() ? "an answer in pieces"
                            : r.sw() < 0 && r.before().security().isOpen() ? "a secure channel" : "";
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
            super("shared-session", "Session shared without a reset", "Sessions in which one program verified a PIN or key, and another one goes on without a reset of the card.");
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
                        cases.add(new Case(Severity.NOTE, "In session " + session(r) + ", " + o + " goes on after " + right.origin + " succeeded with " + right.what
                                + ", without a reset of the card.", "What was verified may still be open to it. Reset the card between programs that are not to share rights."),
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
            super("life-cycle", "Locked or terminated", "Cards, applications and files that are locked, deactivated or terminated.");
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
                                ? Optional.of(new Case(Severity.ERROR, "The card is terminated (SET STATUS, TERMINATED).", "That cannot be undone."))
                                : r.p2() == 0x7F ? Optional.of(new Case(Severity.WARNING, "The card is locked (SET STATUS, CARD_LOCKED).",
                                        "Only the holder of its keys can unlock it; until then no application can be selected.")) : Optional.empty();
                        case 0x20, 0x40, 0x60 -> (r.p2() & 0x80) != 0 ? Optional.of(new Case(Severity.WARNING, "An application is locked (SET STATUS).",
                                "It cannot be selected until it is unlocked by SET STATUS.")) : Optional.empty();
                        default -> Optional.empty();
                    };
                }
                if (r.cla() >= 0x80) {
                    return Optional.empty();
                }
                // ISO/IEC 7816-9 §5
                return switch (r.ins()) {
                    case 0xFE -> Optional.of(new Case(Severity.ERROR, "The card is terminated (TERMINATE CARD USAGE).", "That cannot be undone."));
                    case 0xE6 -> Optional.of(new Case(Severity.ERROR, "An application or folder is terminated (TERMINATE DF)" + ofApplication(r) + ".",
                            "Some applications can be brought back by ACTIVATE FILE, which erases them; most cannot."));
                    case 0xE8 -> Optional.of(new Case(Severity.ERROR, "A file is terminated (TERMINATE EF).", "That cannot be undone."));
                    case 0x04 -> Optional.of(new Case(Severity.WARNING, "A file is deactivated (DEACTIVATE FILE).", "ACTIVATE FILE brings it back."));
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
            super("extended-length", "Extended length not announced", "Commands of extended length to cards whose answer to reset says that they do not take them.");
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> r.entry().command().length() >= 7 && r.entry().command().at(4) == 0 && refuses(r.entry().card().atr())
                    ? Optional.of(new Case(Severity.WARNING, "A command of extended length goes to a card whose answer to reset does not announce it.",
                            "Use command chaining or short pieces; the card may misread the length."))
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
