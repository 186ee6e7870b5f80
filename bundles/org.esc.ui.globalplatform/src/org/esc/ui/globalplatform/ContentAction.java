// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.RegistryEntry;

/** What can be done with a card's content: one verb each. */
enum ContentAction {

    /** Loads a package and installs its applets. */
    INSTALL("gp install"),
    /** Deletes what is selected. */
    DELETE("gp delete"),
    /** Locks an application. */
    LOCK("gp lock"),
    /** Unlocks an application. */
    UNLOCK("gp unlock"),
    /** Ends an installation that left this out. */
    MAKE_SELECTABLE("gp make-selectable"),
    /** Has an application selected by a reset. */
    MAKE_DEFAULT("gp make-default"),
    /** Adds or replaces keys. */
    PUT_KEY("gp put-key"),
    /** Changes keys safely. */
    ROTATE("gp rotate"),
    /** Deletes a key set. */
    DELETE_KEY("gp delete-key"),
    /** Locks the card. */
    LOCK_CARD("gp lock-card"),
    /** Unlocks the card. */
    UNLOCK_CARD("gp lock-card"),
    /** Ends the card. */
    TERMINATE("gp terminate");

    /** How a value is given. */
    enum Kind {
        TEXT, FILE, FLAG
    }

    /**
     * A value that the person gives.
     *
     * @param word  component of the verb's arguments
     * @param label with mnemonic
     * @param hint  shown while the box is empty
     */
    record Field(String word, String label, String hint, Kind kind) {
    }

    private static final Words WORDS = Words.of(ContentAction.class);

    private final String verb;

    ContentAction(String verb) {
        this.verb = verb;
    }

    String label() {
        return switch (this) {
            case INSTALL -> WORDS.say("Install Applet");
            case DELETE -> WORDS.say("Delete");
            case LOCK -> WORDS.say("Lock");
            case UNLOCK -> WORDS.say("Unlock");
            case MAKE_SELECTABLE -> WORDS.say("Make Selectable");
            case MAKE_DEFAULT -> WORDS.say("Make Default");
            case PUT_KEY -> WORDS.say("Put Keys");
            case ROTATE -> WORDS.say("Rotate Keys");
            case DELETE_KEY -> WORDS.say("Delete Keys");
            case LOCK_CARD -> WORDS.say("Lock Card");
            case UNLOCK_CARD -> WORDS.say("Unlock Card");
            case TERMINATE -> WORDS.say("Terminate Card");
        };
    }

    String verb() {
        return verb;
    }

    /** What the button says that does it; its first letter is the mnemonic. */
    String button() {
        return switch (this) {
            case INSTALL -> WORDS.say("Install");
            case DELETE -> WORDS.say("Delete");
            case LOCK -> WORDS.say("Lock");
            case UNLOCK -> WORDS.say("Unlock");
            case MAKE_SELECTABLE -> WORDS.say("Make Selectable");
            case MAKE_DEFAULT -> WORDS.say("Make Default");
            case PUT_KEY -> WORDS.say("Put Keys");
            case ROTATE -> WORDS.say("Rotate");
            case DELETE_KEY -> WORDS.say("Delete");
            case LOCK_CARD -> WORDS.say("Lock");
            case UNLOCK_CARD -> WORDS.say("Unlock");
            case TERMINATE -> WORDS.say("Terminate");
        };
    }

    String explanation() {
        return switch (this) {
            case INSTALL -> WORDS.say("Loads a package from a file and installs its applets.");
            case DELETE -> WORDS.say("Deletes it from the card. What it held is lost.");
            case LOCK -> WORDS.say("Nobody can select it until it is unlocked.");
            case UNLOCK -> WORDS.say("It can be selected again.");
            case MAKE_SELECTABLE -> WORDS.say("It was only installed; from now on it can be selected.");
            case MAKE_DEFAULT -> WORDS.say("It is selected when the card is reset.");
            case PUT_KEY -> WORDS.say("Puts a key set on the card, beside the others or in the place of one. The keys are asked for in a moment.");
            case ROTATE -> WORDS.say("Puts a new key set on the card, proves that it works, and only then deletes the old one if that is wanted.");
            case DELETE_KEY -> WORDS.say("Deletes a key set from the card.");
            case LOCK_CARD -> WORDS.say("Nothing but the issuer's domain can be selected until the card is unlocked.");
            case UNLOCK_CARD -> WORDS.say("The card's applications can be selected again.");
            case TERMINATE -> WORDS.say("Ends the card's life. Nothing brings it back.");
        };
    }

    List<Field> fields() {
        return switch (this) {
            case INSTALL -> List.of(
                    new Field("which", WORDS.say("&File:"), "", Kind.FILE), new Field("applet", WORDS.say("&Applet class:"), WORDS.say("AID; all of the package without it"),
                            Kind.TEXT),
                    new Field("instance", WORDS.say("Ins&tance:"), WORDS.say("AID; that of its class without it"), Kind.TEXT),
                    new Field("privileges", WORDS.say("&Privileges:"), WORDS.say("in words, with commas"), Kind.TEXT),
                    new Field("params", WORDS.say("Pa&rameters:"), WORDS.say("hexadecimal text"), Kind.TEXT),
                    new Field("isDefault", WORDS.say("&Selected when the card is reset"), "", Kind.FLAG),
                    new Field("replace", WORDS.say("R&eplace the package if it is there, with its applications and their data"), "", Kind.FLAG));
            case DELETE -> List.of(
                    new Field("related", WORDS.say("&With all that was installed from it or belongs to it"), "", Kind.FLAG));
            case MAKE_SELECTABLE -> List.of(new Field("isDefault", WORDS.say("&Selected when the card is reset"), "", Kind.FLAG));
            case PUT_KEY -> List.of(new Field("newVersion", WORDS.say("&Version:"), WORDS.say("of the new keys, 01 to 7F"), Kind.TEXT),
                    new Field("replace", WORDS.say("In the &place of version:"), WORDS.say("leave empty to add"), Kind.TEXT));
            case ROTATE -> List.of(new Field("newVersion", WORDS.say("&Version:"), WORDS.say("of the new keys, 01 to 7F"), Kind.TEXT),
                    new Field("deleteOld", WORDS.say("&Delete the key set used so far"), "", Kind.FLAG));
            case DELETE_KEY -> List.of(
                    new Field("version", WORDS.say("&Version:"), WORDS.say("two hexadecimal digits"), Kind.TEXT));
            default -> List.of();
        };
    }

    /** True if it can be done with this card and what is selected in its tree. */
    boolean fits(CardTree tree, Optional<Node> selected) {
        Optional<RegistryEntry> entry = selected.flatMap(Node::entry);
        boolean application = entry.filter(e -> e.kind() == RegistryEntry.Kind.APPLICATION).isPresent();
        return switch (this) {
            case INSTALL, PUT_KEY, ROTATE, DELETE_KEY -> true;
            case DELETE -> entry.filter(e -> e.kind() != RegistryEntry.Kind.ISSUER_DOMAIN).isPresent();
            case LOCK -> application && !entry.orElseThrow().isLocked();
            case UNLOCK -> application && entry.orElseThrow().isLocked();
            case MAKE_SELECTABLE -> application && entry.orElseThrow().isInstalledOnly();
            case MAKE_DEFAULT -> application && !entry.orElseThrow().isDefaultSelected();
            case LOCK_CARD -> tree.state().filter(CardState.SECURED::equals).isPresent();
            case UNLOCK_CARD -> tree.state().filter(CardState.CARD_LOCKED::equals).isPresent();
            case TERMINATE -> tree.state().filter(CardState.TERMINATED::equals).isEmpty();
        };
    }

    /** The words that follow from what is selected. */
    Map<String, List<String>> words(Optional<Node> selected) {
        return switch (this) {
            case DELETE, LOCK, UNLOCK, MAKE_SELECTABLE, MAKE_DEFAULT -> Map.of("aid", List.of(selected.flatMap(Node::entry).orElseThrow().aid().toString()));
            case UNLOCK_CARD -> Map.of("undo", List.of("true"));
            default -> Map.of();
        };
    }

    /** What it is done with, for the dialog's title. */
    String subject(Node card, Optional<Node> selected) {
        return switch (this) {
            case DELETE, LOCK, UNLOCK, MAKE_SELECTABLE, MAKE_DEFAULT -> selected.map(Node::name).orElse("");
            default -> card.name();
        };
    }
}
