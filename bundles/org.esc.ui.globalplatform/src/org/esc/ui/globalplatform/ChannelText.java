// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.Optional;
import org.esc.apdu.Problem;
import org.esc.securechannel.keys.FailedTries;
import org.esc.securechannel.keys.OpenedChannel;
import org.esc.ui.ProblemText;

/**
 * Where the secure channel stands, for a person.
 *
 * @param icon    name of the icon; each state has a shape of its own
 * @param words   on one line
 * @param tooltip all that is known
 */
record ChannelText(String icon, String words, String tooltip) {

    static ChannelText of(ContentModel model) {
        Optional<FailedTries> tries = model.failedTries();
        String count = tries.map(t -> " · " + t.failures() + (t.failures() == 1 ? " failed try" : " failed tries")).orElse("");
        String warning = tries.map(t -> "\n" + t.text() + "\nLast tried: " + t.keys() + ".").orElse("");
        return switch (model.channel()) {
            case NONE -> new ChannelText("channel-none", "No card", "There is no card to open a secure channel to.");
            case BUSY -> new ChannelText("channel-busy", "Reading the card…", "A job works with the card; see the Progress view.");
            case CLOSED -> new ChannelText(tries.isPresent() ? "channel-careful" : "channel-closed", "No secure channel" + count,
                    "What the card tells to anybody is shown. Open a secure channel to see what is on it." + warning);
            case READ -> opened(model.opened());
            case FAILED -> new ChannelText("channel-failed", "Closed: " + model.problem().map(ChannelText::reason).orElse("") + count,
                    model.problem().map(ProblemText::forPerson).orElse("") + warning);
        };
    }

    private static ChannelText opened(Optional<OpenedChannel> channel) {
        return new ChannelText("channel-open", channel.map(c -> c.scp() + " · " + c.level() + " · " + c.keys() + " · version " + c.keyVersion())
                .orElse("Read over a secure channel"), channel.map(c -> "Protocol and options: " + c.scp() + "\nProtection: " + c.level()
                        + "\nKeys: " + c.keys() + "\nVersion of the card's key set: " + c.keyVersion() + "\n").orElse("")
                        + "The channel was closed when the card had been read; each action opens one of its own.");
    }

    /** A few words; the whole sentence is beneath. */
    private static String reason(Problem p) {
        return switch (p.code()) {
            case "card-not-authentic" -> "the card does not have these keys";
            case "authentication-refused" -> "the card refused the keys";
            case "confirmation-missing" -> "one more try was not agreed to";
            default -> ProblemText.heading(p).substring(0, 1).toLowerCase(java.util.Locale.ROOT) + ProblemText.heading(p).substring(1);
        };
    }
}
