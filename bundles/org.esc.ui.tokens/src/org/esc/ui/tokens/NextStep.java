// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.card.ReaderState.Presence;
import org.esc.tps.client.Day;
import org.esc.ui.DesktopSettings;

/**
 * How a token stands, the one thing to do next with it, and what else can be done.
 *
 * @param words   how it stands and why that step is next
 * @param label   of the button that does it; empty if there is nothing to press
 * @param command id of the command behind the button; empty with the label
 * @param others  what else can be done with it, most likely first
 */
record NextStep(String words, String label, String command, List<Action> others) {

    private static final Words WORDS = Words.of(NextStep.class);

    static final String UNLOCK = "org.esc.ui.tokens.unlockSoftToken";
    private static final String COMMANDS = "org.esc.ui.tokens.";

    /** Something that can be done: words, and the command that does it. */
    record Action(String label, String command) {
    }

    NextStep {
        others = List.copyOf(others);
    }

    NextStep(String words, String label, String command) {
        this(words, label, command, List.of());
    }

    /** What comes next for this row; empty if nothing does. */
    static Optional<NextStep> of(TokenRow row) {
        return step(row).map(s -> new NextStep(s.words(), s.label(), s.command(), others(row, s.command())));
    }

    private static Optional<NextStep> step(TokenRow row) {
        if (DesktopSettings.hidesFormat() && (row.state() == TokenState.UNFORMATTED || row.state() == TokenState.INTERRUPTED)) {
            return Optional.of(only(row.state() == TokenState.UNFORMATTED ? WORDS.say("This token is blank. Take it to whoever manages tokens in your organisation.")
                    : WORDS.say("An operation with this token was cut off half-way, so it cannot be used. Take it to whoever manages "
                        + "tokens in your organisation.")));
        }
        return switch (row.state()) {
            case UNFORMATTED -> Optional.of(new NextStep(WORDS.say("This token is blank. Format it to make it ready to be enrolled."), WORDS.say("Format…"),
                    COMMANDS + "format"));
            case FORMATTED -> Optional.of(row.facts().flatMap(f -> f.more().page()).map(page -> new NextStep(
                    WORDS.say("This token is ready, and its issuer has a page of its own to enrol by ({0}).", page.getHost()), WORDS.say("Open Enrolment Page"),
                    COMMANDS + "enrolmentPage")).orElseGet(() -> new NextStep(
                    WORDS.say("This token is ready. Enrol it to put your keys and certificates onto it."), WORDS.say("Enrol…"), COMMANDS + "enroll")));
            case BLOCKED -> Optional.of(new NextStep(WORDS.say("The password of this token is locked: it was entered wrongly too often. Choose a new one."),
                    WORDS.say("Reset Password…"), COMMANDS + "resetPin"));
            case PIN_BLOCKED -> row.facts().map(f -> row.possible(Operation.UNBLOCK) ? new NextStep(f.nextStep(), WORDS.say("Unblock…"), COMMANDS + "unblock")
                    : only(f.nextStep()));
            case INTERRUPTED -> Optional.of(new NextStep(WORDS.say("An operation with this token was cut off half-way, so it cannot be used. Format it again to make it "
                        + "whole; then it can be enrolled."), WORDS.say("Format Again…"), COMMANDS + "format"));
            case ENROLLED -> row.facts().map(NextStep::enrolled);
            case LOCKED -> Optional.of(new NextStep(row.trouble(), WORDS.say("Unlock…"), UNLOCK));
            case MISSING -> Optional.of(new NextStep(row.trouble() + " " + WORDS.say("Bring it back and try again, or unplug the token to have it forgotten."),
                    WORDS.say("Try Again"), UNLOCK));
            case UNREADABLE -> Optional.of(new NextStep(row.trouble(), WORDS.say("Try Again"), UNLOCK));
            case MUTE -> Optional.of(row.trouble().isEmpty() || row.reader().presence() == Presence.MUTE
                    ? only(WORDS.say("This card does not answer. Take it out and put it back; check which way round it goes in.")) : only(row.trouble()));
            case FOREIGN -> Optional.of(new NextStep(WORDS.say("No token management system works with this card. The Token Explorer shows what is on it."),
                    WORDS.say("Open Token Explorer"), COMMANDS + "explorer"));
            case IN_USE -> Optional.of(only(WORDS.say("Another program is using this card. It is read when that program lets it go.")));
            case BUSY -> Optional.of(only(WORDS.say("An operation with this token is under way. Leave it in the reader.")));
            case EMPTY, READING -> Optional.empty();
        };
    }

    private static NextStep enrolled(TokenRow.Facts f) {
        String login = f.more().login() ? " " + WORDS.say("You are logged in with it.") : "";
        if (f.expired()) {
            return new NextStep(WORDS.say("A certificate on this token has expired. Renew it, or re-enrol the token to get new keys.") + login,
                    WORDS.say("Renew Now…"),
                    COMMANDS + "renew");
        }
        if (f.more().soon()) {
            return new NextStep(WORDS.say("A certificate on this token ends on {0}. Renew it before that day.", Day.text(f.expiry())) + login,
                    WORDS.say("Renew Now…"),
                    COMMANDS + "renew");
        }
        return new NextStep((f.expiry().isEmpty() ? WORDS.say("This token is ready to be used.")
                : WORDS.say("This token is ready to be used until {0}.", Day.text(f.expiry()))) + login, WORDS.say("Show Certificates"),
                COMMANDS + "details");
    }

    private static List<Action> others(TokenRow row, String next) {
        var actions = new ArrayList<Action>();
        for (Operation o : Operation.values()) {
            if (row.possible(o)) {
                actions.add(new Action(o.label() + "\u2026", o.command()));
            }
        }
        row.facts().ifPresent(f -> {
            if (row.state() == TokenState.FORMATTED && f.more().page().isPresent()) {
                actions.add(new Action(WORDS.say("Open Enrolment Page"), COMMANDS + "enrolmentPage"));
            }
            if (row.state() == TokenState.ENROLLED && f.more().welcome().isPresent()) {
                actions.add(new Action(WORDS.say("Issuer’s Page"), COMMANDS + "issuersPage"));
            }
        });
        if (Arrays.stream(Operation.values()).filter(Operation::byServer).anyMatch(o -> o.possible(row.state()))) {
            actions.add(new Action(WORDS.say("Phone Home…"), COMMANDS + "phoneHome"));
        }
        actions.removeIf(a -> a.command().equals(next));
        return actions;
    }

    private static NextStep only(String words) {
        return new NextStep(words, "", "");
    }
}
