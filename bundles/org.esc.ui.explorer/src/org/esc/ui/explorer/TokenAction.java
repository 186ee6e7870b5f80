// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attestation;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.KeyRemoval;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.verbs.TokenContent;

/** What can be done with what is selected in the Token Explorer: one verb each, offered only where the driver has the capability. */
enum TokenAction {

    VERIFY_PIN("Verify PIN", "&Verify PIN…", "pin verify", "Verify", "Tries whether a PIN is right. A wrong one costs a try.", "pin"),
    CHANGE_PIN("Change PIN", "&Change PIN…", "pin change", "Change", "Asks for the present PIN and for a new one.", "pin"),
    UNBLOCK_PIN("Unblock PIN", "&Unblock PIN…", "pin unblock", "Unblock", "Gives a blocked or forgotten PIN a new value.", "pin"),
    EXPORT_CERTIFICATE("Export Certificate", "E&xport Certificate…", "certs export", "Export", "Writes the certificate to a file.", "certificate"),
    IMPORT_CERTIFICATE("Import Certificate", "&Import Certificate…", "certs import", "Import", "Puts a certificate from a file on the token.", "install"),
    GENERATE_KEY("Generate Key", "&Generate Key…", "keys generate", "Generate", "Makes a key pair on the token. The private key never leaves it.", "key"),
    REQUEST("Certificate Request", "Certificate &Request…", "keys csr", "Make Request",
            "Makes a certificate request for this key, signed by the token.", "certificate"),
    IMPORT_KEY("Import Key", "Import &Key…", "keys import", "Import", "Puts a private key from a file on the token.", "install"),
    SIGN("Sign File", "&Sign File…", "keys sign", "Sign", "Signs a file with this key.", "key"),
    DECRYPT("Decrypt File", "&Decrypt File…", "keys decrypt", "Decrypt", "Decrypts a file with this key (RSA, PKCS#1 v1.5).", "key"),
    ATTEST("Attest Key", "&Attest Key…", "keys attest", "Attest", "Has the token prove that this key was made on it.", "certificate"),
    MOVE_KEY("Move Key", "&Move Key…", "keys move", "Move", "Moves this key to another, empty slot.", "key"),
    SAVE_OBJECT("Save Object", "Save &Object…", "objects read", "Save", "Writes the object's bytes to a file.", "object"),
    WRITE_OBJECT("Write Object", "&Write Object…", "objects write", "Write", "Writes a file's bytes to the object.", "install"),
    DELETE("Delete", "D&elete…", "", "Delete", "Deletes it from the token.", "delete"),
    ADMINISTRATOR_KEY("Change Administrator's Key", "Change Administrator's Ke&y…", "admin-key change", "Change",
            "Asks for the present key and, twice, for a new one.", "key"),
    STEP("Reset or End Application", "Reset or End App&lication…", "token take", "Go On", "Takes a step with the whole application.", "delete");

    /** How a value is given. */
    enum Input {
        TEXT, OPEN, SAVE, FLAG, CHOICE
    }

    /**
     * A value that the person gives.
     *
     * @param word    component of the verb's arguments
     * @param label   with mnemonic
     * @param hint    shown while the box is empty
     * @param choices for a choice, the first is chosen beforehand
     */
    record Field(String word, String label, String hint, Input input, boolean required, List<String> choices) {

        static Field of(String word, String label, String hint, Input input, boolean required) {
            return new Field(word, label, hint, input, required, List.of());
        }

        static Field choice(String word, String label, List<String> choices) {
            return new Field(word, label, "", Input.CHOICE, true, choices);
        }
    }

    private static final Field FORCE = Field.of("force", "Over&write the file if it is there", "", Input.FLAG, false);

    private final String label;
    private final String menu;
    private final String verb;
    private final String button;
    private final String explanation;
    private final String icon;

    TokenAction(String label, String menu, String verb, String button, String explanation, String icon) {
        this.label = label;
        this.menu = menu;
        this.verb = verb;
        this.button = button;
        this.explanation = explanation;
        this.icon = icon;
    }

    String label() {
        return label;
    }

    String menu() {
        return menu;
    }

    String button() {
        return button;
    }

    String icon() {
        return icon;
    }

    /** Name of its command. */
    String command() {
        return "org.esc.ui.explorer." + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    String explanation(Entry e) {
        if (this == STEP) {
            return e.application().map(a -> String.join(" ", a.steps().stream().map(s -> s.label() + ": " + s.consequence()).toList())).orElse(explanation);
        }
        return explanation;
    }

    /** The verb that does it. */
    String verb(Entry e) {
        return this != DELETE ? verb : switch (e.kind()) {
            case CERTIFICATE -> "certs delete";
            case KEY -> "keys delete";
            default -> "objects delete";
        };
    }

    /** True if it only reads: the card need not be read anew afterwards. */
    boolean reads() {
        return switch (this) {
            case EXPORT_CERTIFICATE, REQUEST, SIGN, DECRYPT, ATTEST, SAVE_OBJECT -> true;
            default -> false;
        };
    }

    /** True if the driver offers it for this entry. */
    boolean fits(Entry e) {
        if (e.application().isEmpty()) {
            return false;
        }
        TokenContent.Application a = e.application().get();
        return switch (this) {
            case VERIFY_PIN -> e.pin().filter(p -> !p.blocked()).isPresent();
            case CHANGE_PIN -> e.pin().filter(Pin::changeable).filter(p -> !p.blocked()).isPresent();
            case UNBLOCK_PIN -> e.pin().flatMap(Pin::unblockedBy).isPresent() && a.offers(Pins.class);
            case EXPORT_CERTIFICATE -> e.certificate().isPresent();
            case IMPORT_CERTIFICATE -> a.offers(CertificateWriting.class) && !a.certificateSlots().isEmpty();
            case GENERATE_KEY -> a.offers(KeyGeneration.class) && !slots(e, true).isEmpty();
            case REQUEST, SIGN -> e.key().filter(k -> !k.signatures().isEmpty()).isPresent();
            case IMPORT_KEY -> a.offers(KeyImport.class) && !slots(e, false).isEmpty();
            case DECRYPT -> e.key().filter(TokenContent.KeyRow::decrypts).isPresent();
            case ATTEST -> e.key().filter(TokenContent.KeyRow::present).isPresent() && a.offers(Attestation.class);
            case MOVE_KEY -> e.key().filter(TokenContent.KeyRow::present).isPresent() && a.offers(KeyRemoval.class);
            case SAVE_OBJECT -> e.object().filter(o -> o.present()).isPresent();
            case WRITE_OBJECT -> e.object().isPresent() && a.offers(ObjectWriting.class);
            case DELETE -> e.certificate().isPresent() && a.certificateSlots().contains(e.id())
                    || e.key().filter(TokenContent.KeyRow::present).isPresent() && a.offers(KeyRemoval.class)
                    || e.object().filter(o -> o.present()).isPresent() && a.offers(ObjectWriting.class);
            case ADMINISTRATOR_KEY -> a.offers(AdministratorKey.class) && a.administratorKey().isPresent();
            case STEP -> a.offers(ApplicationLifeCycle.class) && !a.steps().isEmpty();
        };
    }

    private static List<TokenContent.KeyRow> slots(Entry e, boolean generate) {
        return e.application().orElseThrow().keys().stream().filter(k -> !(generate ? k.generatable() : k.importable()).isEmpty()).toList();
    }

    /** The slots, the selected one first. */
    private static List<String> first(List<String> slots, String selected) {
        return slots.contains(selected) ? java.util.stream.Stream.concat(java.util.stream.Stream.of(selected),
                slots.stream().filter(s -> !s.equals(selected))).toList() : slots;
    }

    /** What the person has to give. */
    List<Field> fields(Entry e) {
        TokenContent.Application a = e.application().orElseThrow();
        return switch (this) {
            case EXPORT_CERTIFICATE -> List.of(Field.of("file", "&File:", "the file to write", Input.SAVE, true),
                    Field.of("der", "In &binary (DER), not as text (PEM)", "", Input.FLAG, false), FORCE);
            case IMPORT_CERTIFICATE -> List.of(Field.choice("slot", "S&lot:", first(a.certificateSlots(), e.id())),
                    Field.of("file", "&File:", "PEM or DER", Input.OPEN, true));
            case GENERATE_KEY -> List.of(Field.choice("slot", "S&lot:", first(slots(e, true).stream().map(TokenContent.KeyRow::slot).toList(), e.id())),
                    Field.choice("algorithm", "&Algorithm:", slots(e, true).stream().flatMap(k -> k.generatable().stream()).distinct().sorted()
                            .map(Entry::words).toList()),
                    Field.choice("pinPolicy", "Asks for the &PIN:", words(KeyPolicy.PinUse.values())),
                    Field.choice("touchPolicy", "Asks for a &touch:", words(KeyPolicy.Touch.values())),
                    Field.of("out", "P&ublic key to:", "a file, if wanted (PEM)", Input.SAVE, false), FORCE);
            case REQUEST -> List.of(Field.of("subject", "&Subject:", "CN=Jo Doe,O=Example", Input.TEXT, true),
                    Field.of("email", "&E-mail address:", "to be in the certificate, if wanted", Input.TEXT, false),
                    Field.of("out", "&File:", "the file to write, if wanted (PEM)", Input.SAVE, false), FORCE);
            case IMPORT_KEY -> List.of(Field.choice("slot", "S&lot:", first(slots(e, false).stream().map(TokenContent.KeyRow::slot).toList(), e.id())),
                    Field.of("file", "&File:", "PKCS#8 or PKCS#12", Input.OPEN, true),
                    Field.choice("pinPolicy", "Asks for the &PIN:", words(KeyPolicy.PinUse.values())),
                    Field.choice("touchPolicy", "Asks for a &touch:", words(KeyPolicy.Touch.values())));
            case SIGN -> List.of(Field.of("file", "&File:", "what is to be signed", Input.OPEN, true),
                    Field.choice("algorithm", "&Algorithm:", e.key().orElseThrow().signatures().stream().map(Entry::words).toList()),
                    Field.of("out", "Signature &to:", "the file to write", Input.SAVE, true), FORCE);
            case DECRYPT -> List.of(Field.of("file", "&File:", "what is to be decrypted", Input.OPEN, true),
                    Field.of("out", "Message &to:", "the file to write", Input.SAVE, true), FORCE);
            case ATTEST -> List.of(Field.of("out", "&File:", "the file to write, if wanted (PEM)", Input.SAVE, false), FORCE);
            case MOVE_KEY -> List.of(Field.of("to", "&To slot:", "an empty one", Input.TEXT, true));
            case SAVE_OBJECT -> List.of(Field.of("out", "&File:", "the file to write", Input.SAVE, true), FORCE);
            case WRITE_OBJECT -> List.of(Field.of("file", "&File:", "its new content", Input.OPEN, true));
            case ADMINISTRATOR_KEY -> List.of(Field.choice("kind", "&Kind of the new key:", a.administratorKey().orElseThrow().kinds().stream()
                    .map(AdministratorKey.Kind::name).toList()));
            case STEP -> List.of(Field.choice("step", "&Step:", a.steps().stream().map(ApplicationLifeCycle.Step::id).toList()));
            case VERIFY_PIN, CHANGE_PIN, UNBLOCK_PIN, DELETE -> List.of();
        };
    }

    private static List<String> words(Enum<?>[] values) {
        return java.util.Arrays.stream(values).map(Entry::words).toList();
    }

    /** The words that follow from what is selected. */
    Map<String, List<String>> words(Entry e) {
        var words = new HashMap<String, List<String>>();
        words.put("reader", List.of(e.reader()));
        words.put("driver", List.of(e.driver()));
        Optional<String> own = switch (this) {
            case VERIFY_PIN, CHANGE_PIN, UNBLOCK_PIN -> Optional.of("pin");
            case EXPORT_CERTIFICATE, SAVE_OBJECT, WRITE_OBJECT -> Optional.of("id");
            case REQUEST, SIGN, DECRYPT, ATTEST, MOVE_KEY -> Optional.of("slot");
            case DELETE -> Optional.of(e.kind() == Entry.Kind.OBJECT ? "id" : "slot");
            default -> Optional.empty();
        };
        own.ifPresent(w -> words.put(w, List.of(e.id())));
        return words;
    }
}
