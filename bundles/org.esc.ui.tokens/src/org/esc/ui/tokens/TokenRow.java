// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.core.runtime.IAdaptable;
import org.esc.card.ReaderState;
import org.esc.ui.DesktopSettings;

/**
 * One line of the Tokens view: a reader and what is known about the card in it.
 *
 * @param reader   the reader as it stood when this was made
 * @param state    of the token
 * @param activity what is being done with it, when {@link TokenState#BUSY}; else empty
 * @param facts    what was read from the card, if anything
 * @param trouble  why the card could not be read, in words; else empty
 */
public record TokenRow(ReaderState reader, TokenState state, String activity, Optional<Facts> facts, String trouble) implements IAdaptable {

    /** Tells other views, which do not know this class, which reader is selected. */
    @Override
    public <T> T getAdapter(Class<T> type) {
        return type == ReaderState.class ? type.cast(reader) : null;
    }

    /** Identity of the card that this is about: reader and insertion. An operation is bound to it. */
    public String card() {
        return reader.name() + "#" + reader.insertion();
    }

    /** The state in words. */
    public String stateText() {
        return activity.isEmpty() ? state.words() : activity;
    }

    /** Whether an operation can be started. */
    public boolean possible(Operation operation) {
        return operation.possible(state) && switch (operation) {
            case FORMAT -> !DesktopSettings.hidesFormat() && facts.filter(f -> f.more().login()).isEmpty();
            case CHANGE_PIN -> facts.filter(f -> f.more().pinChangeable()).isPresent();
            case UNBLOCK -> facts.filter(f -> f.more().unblockable()).isPresent();
            default -> true;
        };
    }

    /**
     * What was read from a card, ready to be shown.
     *
     * @param state    of the token
     * @param issuer   who issued it, may be empty
     * @param issuedTo whom it belongs to, may be empty
     * @param keyId    the card's own number, as people read it, may be empty
     * @param expiry   when its first certificate ends, may be empty
     * @param expired  true if that day has passed
     * @param nextStep what the card itself says should be done next, in a sentence, may be empty
     * @param sections the rest
     * @param more     what else matters for what can be done next
     */
    public record Facts(TokenState state, String issuer, String issuedTo, String keyId, String expiry, boolean expired,
            String nextStep, List<Section> sections, More more) {

        /** Copies the list. */
        public Facts {
            sections = List.copyOf(sections);
        }

        /** Of a token about which there is no more to say. */
        public Facts(TokenState state, String issuer, String issuedTo, String keyId, String expiry, boolean expired, String nextStep,
                List<Section> sections) {
            this(state, issuer, issuedTo, keyId, expiry, expired, nextStep, sections, More.NONE);
        }
    }

    /**
     * What matters for what can be done next.
     *
     * @param until         when its first certificate ends, if it has one
     * @param soon          true if that is near, or past
     * @param login         true if the person has logged in to the desktop with it
     * @param pinChangeable true if its password can be changed without a server
     * @param unblockable   true if its PIN is blocked and another one unblocks it
     * @param page          the issuer's own page to enrol by, if one is known
     * @param welcome       the issuer's page for enrolled tokens, if one is known
     */
    public record More(Optional<Instant> until, boolean soon, boolean login, boolean pinChangeable, boolean unblockable, Optional<URI> page,
            Optional<URI> welcome) {

        /** Nothing more. */
        public static final More NONE = new More(Optional.empty(), false, false, false, false, Optional.empty(), Optional.empty());
    }

    /** A heading of the Details view with what stands under it; icons by name. */
    public record Section(String heading, String summary, String icon, List<Property> properties, List<Section> parts) {

        /** Copies the lists. */
        public Section {
            properties = List.copyOf(properties);
            parts = List.copyOf(parts);
        }
    }

    /** A name and its value. */
    public record Property(String name, String value) {
    }
}
