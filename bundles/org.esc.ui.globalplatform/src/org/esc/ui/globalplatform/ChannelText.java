// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.Optional;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
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

    private static final Words WORDS = Words.of(ChannelText.class);

    static ChannelText of(ContentModel model) {
        Optional<FailedTries> tries = model.failedTries();
        String count = tries.map(t -> " · " + WORDS.many(t.failures(), "{0} failed try", "{0} failed tries")).orElse("");
        String warning = tries.map(t -> "\n" + t.text() + "\n" + WORDS.say("Last tried: {0}.", t.keys())).orElse("");
        return switch (model.channel()) {
            case NONE -> new ChannelText("channel-none", WORDS.say("No card"), WORDS.say("There is no card to open a secure channel to."));
            case BUSY -> new ChannelText("channel-busy", WORDS.say("Reading the card…"), WORDS.say("A job works with the card; see the Progress view."));
            case CLOSED -> new ChannelText(tries.isPresent() ? "channel-careful" : "channel-closed", WORDS.say("No secure channel") + count,
                    WORDS.say("What the card tells to anybody is shown. Open a secure channel to see what is on it.") + warning);
            case READ -> opened(model.opened());
            case FAILED -> new ChannelText("channel-failed", WORDS.say("Closed: {0}", model.problem().map(ChannelText::reason).orElse("")) + count,
                    model.problem().map(ProblemText::forPerson).orElse("") + warning);
        };
    }

    private static ChannelText opened(Optional<OpenedChannel> channel) {
        return new ChannelText("channel-open", channel.map(c -> c.scp() + " · " + c.level() + " · " + c.keys() + " · " + WORDS.say("version {0}", c.keyVersion()))
                .orElse(WORDS.say("Read over a secure channel")),
                        channel.map(c -> WORDS.say("Protocol and options: {0}\nProtection: {1}\nKeys: {2}\nVersion of the card's key set: {3}",
                        c.scp(), c.level(), c.keys(), c.keyVersion()) + "\n").orElse("")
                        + WORDS.say("The channel was closed when the card had been read; each action opens one of its own."));
    }

    /** A few words; the whole sentence is beneath. */
    private static String reason(Problem p) {
        return switch (p.code()) {
            case "card-not-authentic" -> WORDS.say("the card does not have these keys");
            case "authentication-refused" -> WORDS.say("the card refused the keys");
            case "confirmation-missing" -> WORDS.say("one more try was not agreed to");
            default -> ProblemText.heading(p).substring(0, 1).toLowerCase(java.util.Locale.ROOT) + ProblemText.heading(p).substring(1);
        };
    }
}
