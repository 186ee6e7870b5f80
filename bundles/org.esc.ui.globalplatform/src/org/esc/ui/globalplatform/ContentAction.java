// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.RegistryEntry;

/** What can be done with a card's content: one verb each. */
enum ContentAction {

    /** Loads a package and installs its applets. */
    INSTALL("Install Applet", "gp install", "Install", "Loads a package from a file and installs its applets.", List.of(
            new Field("which", "&File:", "", Kind.FILE), new Field("applet", "&Applet class:", "AID; all of the package without it", Kind.TEXT),
            new Field("instance", "Ins&tance:", "AID; that of its class without it", Kind.TEXT),
            new Field("privileges", "&Privileges:", "in words, with commas", Kind.TEXT),
            new Field("params", "Pa&rameters:", "hexadecimal text", Kind.TEXT),
            new Field("isDefault", "&Selected when the card is reset", "", Kind.FLAG),
            new Field("replace", "R&eplace the package if it is there, with its applications and their data", "", Kind.FLAG))),
    /** Deletes what is selected. */
    DELETE("Delete", "gp delete", "Delete", "Deletes it from the card. What it held is lost.", List.of(
            new Field("related", "&With all that was installed from it or belongs to it", "", Kind.FLAG))),
    /** Locks an application. */
    LOCK("Lock", "gp lock", "Lock", "Nobody can select it until it is unlocked.", List.of()),
    /** Unlocks an application. */
    UNLOCK("Unlock", "gp unlock", "Unlock", "It can be selected again.", List.of()),
    /** Ends an installation that left this out. */
    MAKE_SELECTABLE("Make Selectable", "gp make-selectable", "Make Selectable", "It was only installed; from now on it can be selected.",
            List.of(new Field("isDefault", "&Selected when the card is reset", "", Kind.FLAG))),
    /** Has an application selected by a reset. */
    MAKE_DEFAULT("Make Default", "gp make-default", "Make Default", "It is selected when the card is reset.", List.of()),
    /** Adds or replaces keys. */
    PUT_KEY("Put Keys", "gp put-key", "Put Keys", "Puts a key set on the card, beside the others or in the place of one. The keys are asked for in a moment.",
            List.of(new Field("newVersion", "&Version:", "of the new keys, 01 to 7F", Kind.TEXT),
                    new Field("replace", "In the &place of version:", "leave empty to add", Kind.TEXT))),
    /** Changes keys safely. */
    ROTATE("Rotate Keys", "gp rotate", "Rotate", "Puts a new key set on the card, proves that it works, and only then deletes the old one if that is wanted.",
            List.of(new Field("newVersion", "&Version:", "of the new keys, 01 to 7F", Kind.TEXT),
                    new Field("deleteOld", "&Delete the key set used so far", "", Kind.FLAG))),
    /** Deletes a key set. */
    DELETE_KEY("Delete Keys", "gp delete-key", "Delete", "Deletes a key set from the card.", List.of(
            new Field("version", "&Version:", "two hexadecimal digits", Kind.TEXT))),
    /** Locks the card. */
    LOCK_CARD("Lock Card", "gp lock-card", "Lock", "Nothing but the issuer's domain can be selected until the card is unlocked.", List.of()),
    /** Unlocks the card. */
    UNLOCK_CARD("Unlock Card", "gp lock-card", "Unlock", "The card's applications can be selected again.", List.of()),
    /** Ends the card. */
    TERMINATE("Terminate Card", "gp terminate", "Terminate", "Ends the card's life. Nothing brings it back.", List.of());

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

    private final String label;
    private final String verb;
    private final String button;
    private final String explanation;
    private final List<Field> fields;

    ContentAction(String label, String verb, String button, String explanation, List<Field> fields) {
        this.label = label;
        this.verb = verb;
        this.button = button;
        this.explanation = explanation;
        this.fields = fields;
    }

    String label() {
        return label;
    }

    String verb() {
        return verb;
    }

    String button() {
        return button;
    }

    String explanation() {
        return explanation;
    }

    List<Field> fields() {
        return fields;
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
