// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding.Severity;
import org.osgi.service.component.annotations.Component;

/** Rules about PINs. */
public final class PinRules {

    private static final Words WORDS = Words.of(PinRules.class);

    private static final Pattern NAME = Pattern.compile("VERIFY|CHANGE REFERENCE DATA|RESET RETRY COUNTER|PIN CHANGE"
            + "|(VERIFY|CHANGE|SET|CREATE|UNBLOCK|RESET).*\\b(PIN|PUK|PASSWORD|CHV)\\b.*");
    private static final Pattern CONTACTLESS = Pattern.compile("(?i).*(contactless|picc|nfc|\\bCL\\b).*");

    private PinRules() {
    }

    /** True if a PIN is sent, changed or set. */
    static boolean sendsPin(Row row) {
        return row.data().length() > 0 && NAME.matcher(row.brief().name()).matches();
    }

    /** True if who listens reads what is sent: not wrapped, or wrapped by a channel that only adds MACs. */
    static boolean readable(Row row) {
        var security = row.before().security();
        return !row.secured() || security.isOpen() && (security.level() & 0x02) == 0;
    }

    private static boolean contactless(Row row) {
        var card = row.entry().card();
        byte[] atr = card.atr().bytes();
        // PC/SC part 3 §3.1.3.2: ATRs that readers make up for contactless cards
        boolean made = atr.length >= 4 && atr[0] == 0x3B && (atr[1] & 0xF0) == 0x80 && (atr[2] & 0xFF) == 0x80 && atr[3] == 0x01;
        return made || card.protocol().equals("T=CL") || CONTACTLESS.matcher(card.reader()).matches();
    }

    /** PINs that others can read on their way. */
    @Component(service = FindingRule.class)
    public static final class InClear extends Rule {

        /** As a service. */
        public InClear() {
            super("pin-in-clear", WORDS.say("PIN sent in clear"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                if (r.entry().pinAtReader() || !sendsPin(r) || !readable(r)) {
                    return Optional.empty();
                }
                if (r.entry().origin().kind() == Origin.Kind.SERVER) {
                    return Optional.of(new Case(Severity.WARNING, WORDS.say("A server ({0}) sends a PIN to the card without encryption.", r.entry().origin().name()),
                            WORDS.say("Have the server open a secure channel with encryption before it sends PINs.")));
                }
                return Optional.of(contactless(r)
                        ? new Case(Severity.WARNING, WORDS.say("A PIN is sent to a contactless card without encryption: who listens nearby can read it."),
                                WORDS.say("Use the card's contacts, or secure messaging, for commands with PINs."))
                        : new Case(Severity.NOTE, WORDS.say("A PIN is sent to the card in clear."),
                                WORDS.say("That is usual with contacts. Programs on this computer can read it; a reader with a keypad hides it "
                        + "from them.")));
            });
        }
    }

    /** Tries of PINs that run out. */
    @Component(service = FindingRule.class)
    public static final class Tries extends Rule {

        private static final int FEW = 2;

        /** As a service. */
        public Tries() {
            super("tries", WORDS.say("Tries running out"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                int sw = r.sw();
                int left = sw < 0 ? -1 : new StatusWord(sw).triesLeft();
                if (sw == 0x6983 || left == 0) {
                    return Optional.of(new Case(Severity.ERROR, WORDS.say("{0} is blocked: no try is left.", which(r)),
                            WORDS.say("Unblock it with the PUK or by the administrator. More tries change nothing.")));
                }
                return left < 0 || left > FEW ? Optional.empty()
                        : Optional.of(new Case(Severity.WARNING, WORDS.many(left, "{1} has {0} try left.", "{1} has {0} tries left.", which(r)),
                                WORDS.say("Be sure of the PIN before the next try; a right one sets the number back.")));
            });
        }

        private static String which(Row r) {
            return ofApplication(r.p2() < 0 ? r.name() : WORDS.say("{0} of reference {1}", r.name(), Hex.of(r.p2())), r);
        }
    }

    /** Keypads that are not used. */
    @Component(service = FindingRule.class)
    public static final class KeypadUnused extends Rule {

        /** As a service. */
        public KeypadUnused() {
            super("keypad-unused", WORDS.say("Keypad of the reader not used"));
        }

        @Override
        public Watch begin() {
            return new Watch() {
                private final Set<String> keypads = new HashSet<>();
                private final Map<String, List<Long>> typed = Cases.recent();

                @Override
                public void row(Row r) {
                    String reader = r.entry().card().reader();
                    if (reader.isEmpty()) {
                        return;
                    }
                    if (r.entry().pinAtReader()) {
                        if (keypads.size() < Finding.MOST_PLACES) {
                            keypads.add(reader);
                        }
                    } else if (sendsPin(r) && r.entry().origin().kind() != Origin.Kind.SERVER) {
                        List<Long> l = typed.computeIfAbsent(reader, _ -> new ArrayList<>());
                        if (l.size() < Finding.MOST_PLACES) {
                            l.add(number(r));
                        }
                    }
                }

                @Override
                public List<Finding> findings() {
                    var cases = new Cases(KeypadUnused.this);
                    typed.forEach((reader, numbers) -> {
                        if (keypads.contains(reader)) {
                            cases.add(new Case(Severity.NOTE, WORDS.say("A PIN was typed at the computer although {0} has a keypad.", reader),
                                    WORDS.say("Enter PINs at the reader, where no program can read them.")), numbers);
                        }
                    });
                    return cases.findings();
                }
            };
        }
    }
}
