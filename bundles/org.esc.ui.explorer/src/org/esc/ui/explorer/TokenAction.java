// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyRemoval;
import org.esc.driver.Pin;
import org.esc.driver.verbs.ObjectVerbs;
import org.esc.driver.verbs.PinVerbs;
import org.esc.driver.verbs.TokenContent;

/** What can be done with what is selected in the Token Explorer: one verb each, offered only where the driver has the capability. */
enum TokenAction {

    VERIFY_PIN("Verify PIN", "&Verify PIN…", "pin verify", "Verify", "Tries whether a PIN is right. A wrong one costs a try.", "pin"),
    CHANGE_PIN("Change PIN", "&Change PIN…", "pin change", "Change", "Asks for the present PIN and for a new one.", "pin"),
    UNBLOCK_PIN("Unblock PIN", "&Unblock PIN…", "pin unblock", "Unblock", "Gives a PIN that is blocked, forgotten or not set a new value.", "pin"),
    PIN_TRIES("Set Tries", "Set &Tries…", "pin tries", "Set", "Says how often each PIN may be tried before it is blocked.", "pin"),
    EXPORT_CERTIFICATE("Export Certificate", "E&xport Certificate…", "certs export", "Export", "Writes the certificate to a file.", "certificate"),
    IMPORT_CERTIFICATE("Import Certificate", "&Import Certificate…", "certs import", "Import", "Puts a certificate from a file on the token.", "install"),
    GENERATE_KEY("Generate Key", "&Generate Key…", "keys generate", "Generate", "Makes a key pair on the token. The private key never leaves it.", "key"),
    REQUEST("Certificate Request", "Certificate &Request…", "keys csr", "Make Request",
            "Makes a certificate request for this key, signed by the token.", "certificate"),
    IMPORT_KEY("Import Key", "Import &Key…", "keys import", "Import", "Puts a private key from a file on the token.", "install"),
    SIGN("Sign File", "&Sign File…", "keys sign", "Sign", "Signs a file with this key.", "key"),
    DECRYPT("Decrypt File", "&Decrypt File…", "keys decrypt", "Decrypt", "Decrypts a file with this key (RSA, PKCS#1 v1.5).", "key"),
    AGREE("Agree on Secret", "Agree o&n Secret…", "keys agree", "Agree",
            "Agrees on a secret with the holder of another key (ECDH, X25519). Only you may read the file with it.", "key"),
    ATTEST("Attest Key", "&Attest Key…", "keys attest", "Attest", "Has the token prove that this key was made on it.", "certificate"),
    MOVE_KEY("Move Key", "&Move Key…", "keys move", "Move", "Moves this key to another, empty slot.", "key"),
    SAVE_OBJECT("Save Object", "Save &Object…", "objects read", "Save", "Writes the object's bytes to a file.", "object"),
    SAVE_PICTURE("Save Picture", "Save &Picture…", "objects read", "Save", "Writes the picture in the object to a file.", "object"),
    WRITE_OBJECT("Write Object", "&Write Object…", "objects write", "Write", "Writes a file's bytes to the object.", "install"),
    DELETE("Delete", "D&elete…", "", "Delete", "Deletes it from the token.", "delete"),
    ADMINISTRATOR_KEY("Change Administrator's Key", "Change Administrator's Ke&y…", "admin-key change", "Change",
            "Asks for the present key and, twice, for a new one.", "key"),
    STEP("Reset or End Application", "Reset or End App&lication…", "token take", "Go On", "Takes a step with the whole application.", "delete");

    /** How a value is given. */
    enum Input {
        TEXT, OPEN, SAVE, FLAG, CHOICE
    }

    /** Something to choose: as the verb takes it, and in words. */
    record Choice(String value, String words) {
    }

    /**
     * A value that the person gives.
     *
     * @param word    component of the verb's arguments
     * @param before  stands before the value in what the verb is given, "pin="; else empty
     * @param label   with mnemonic
     * @param hint    shown while the box is empty
     * @param choices for a choice, by what is chosen in the field before it that has more than one; the first is chosen beforehand
     */
    record Field(String word, String before, String label, String hint, Input input, boolean required,
            Function<Map<String, String>, List<Choice>> choices) {

        static Field of(String word, String label, String hint, Input input, boolean required) {
            return new Field(word, "", label, hint, input, required, _ -> List.of());
        }

        static Field choice(String word, String label, List<Choice> choices) {
            return choice(word, label, _ -> choices);
        }

        static Field choice(String word, String label, Function<Map<String, String>, List<Choice>> choices) {
            return new Field(word, "", label, "", Input.CHOICE, true, choices);
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
        if (this == PIN_TRIES) {
            return (explanation + " " + e.application().flatMap(TokenContent.Application::tries).map(PinVerbs.Tries::consequence).orElse("")).strip();
        }
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
            case EXPORT_CERTIFICATE, REQUEST, SIGN, DECRYPT, AGREE, ATTEST, SAVE_OBJECT, SAVE_PICTURE -> true;
            default -> false;
        };
    }

    /** True if the driver offers it for this entry. @param model knows what has been read of objects */
    boolean fits(Entry e, ExplorerModel model) {
        if (e.application().isEmpty()) {
            return false;
        }
        TokenContent.Application a = e.application().get();
        return switch (this) {
            case VERIFY_PIN -> e.pin().filter(TokenContent.PinRow::verifiable).map(TokenContent.PinRow::pin).filter(TokenAction::canBeTried).isPresent();
            case CHANGE_PIN -> e.pin().map(TokenContent.PinRow::pin).filter(Pin::changeable).filter(TokenAction::canBeTried).isPresent();
            case UNBLOCK_PIN -> e.pin().map(TokenContent.PinRow::pin).flatMap(Pin::unblockedBy).flatMap(by -> pin(a, by))
                    .filter(TokenAction::canBeTried).isPresent();
            case PIN_TRIES -> (e.kind() == Entry.Kind.PINS || e.kind() == Entry.Kind.PIN) && a.tries().isPresent();
            case EXPORT_CERTIFICATE -> e.certificate().isPresent();
            case IMPORT_CERTIFICATE -> a.offers(CertificateWriting.class) && !a.certificateSlots().isEmpty();
            case GENERATE_KEY -> !slots(e, TokenContent.KeyRow::generatable).isEmpty();
            case REQUEST, SIGN -> e.key().filter(k -> !k.signatures().isEmpty()).isPresent();
            case IMPORT_KEY -> !slots(e, TokenContent.KeyRow::importable).isEmpty();
            case DECRYPT -> e.key().filter(TokenContent.KeyRow::decrypts).isPresent();
            case AGREE -> e.key().filter(TokenContent.KeyRow::agrees).isPresent();
            case ATTEST -> e.key().filter(TokenContent.KeyRow::attested).isPresent();
            case MOVE_KEY -> e.key().filter(k -> !k.moveTargets().isEmpty()).isPresent();
            case SAVE_OBJECT -> e.object().filter(o -> o.object().present()).isPresent();
            case SAVE_PICTURE -> model.object(e).flatMap(ObjectVerbs.ReadVerb.Result::image).isPresent();
            case WRITE_OBJECT -> e.object().filter(TokenContent.ObjectRow::writable).isPresent();
            case DELETE -> e.certificate().isPresent() && a.certificateSlots().contains(e.id())
                    || e.key().filter(TokenContent.KeyRow::present).isPresent() && a.offers(KeyRemoval.class)
                    || e.object().filter(TokenContent.ObjectRow::deletable).isPresent();
            case ADMINISTRATOR_KEY -> a.administratorKey().filter(k -> !k.kinds().isEmpty()).isPresent();
            case STEP -> a.offers(ApplicationLifeCycle.class) && !a.steps().isEmpty();
        };
    }

    private static boolean canBeTried(Pin p) {
        return p.set() && !p.blocked();
    }

    private static Optional<Pin> pin(TokenContent.Application a, String id) {
        return a.pins().stream().map(TokenContent.PinRow::pin).filter(p -> p.id().equals(id)).findFirst();
    }

    private static List<TokenContent.KeyRow> slots(Entry e, Function<TokenContent.KeyRow, List<KeyAlgorithm>> kinds) {
        return e.application().orElseThrow().keys().stream().filter(k -> !kinds.apply(k).isEmpty()).toList();
    }

    /** The selected one first; the others as they are. */
    private static List<Choice> first(Stream<Choice> choices, String selected) {
        return choices.sorted(Comparator.comparing(c -> !c.value().equals(selected))).toList();
    }

    private static Choice slot(TokenContent.Application a, String id) {
        return new Choice(id, a.keys().stream().filter(k -> k.slot().equals(id)).findFirst()
                .map(k -> id + (k.label().isEmpty() ? "" : "  " + k.label()) + (k.present() ? "" : " (empty)")).orElse(id));
    }

    private static Field keySlot(Entry e, Function<TokenContent.KeyRow, List<KeyAlgorithm>> kinds) {
        return Field.choice("slot", "S&lot:", first(slots(e, kinds).stream().map(k -> slot(e.application().orElseThrow(), k.slot())), e.id()));
    }

    /** Nothing to choose, nothing is asked. */
    private static List<Field> policies(TokenContent.Application a) {
        var fields = new ArrayList<Field>();
        if (a.pinUses().size() > 1) {
            fields.add(Field.choice("pinPolicy", "Asks for the &PIN:", a.pinUses().stream().map(p -> new Choice(Entry.words(p), switch (p) {
                case DEFAULT -> "as usual";
                case NEVER -> "never";
                case ONCE -> "once";
                case ALWAYS -> "before each use";
            })).toList()));
        }
        if (a.touches().size() > 1) {
            fields.add(Field.choice("touchPolicy", "Asks for a &touch:", a.touches().stream().map(t -> new Choice(Entry.words(t), switch (t) {
                case DEFAULT -> "as usual";
                case NEVER -> "never";
                case ALWAYS -> "before each use";
                case CACHED -> "before each use, but not within 15 seconds";
            })).toList()));
        }
        return fields;
    }

    /** What the person has to give. */
    List<Field> fields(Entry e) {
        TokenContent.Application a = e.application().orElseThrow();
        var fields = new ArrayList<Field>();
        switch (this) {
            case PIN_TRIES -> a.pins().stream().map(TokenContent.PinRow::pin).forEach(p -> fields.add(new Field("tries", p.id() + "=", p.label().replace("&", "&&") + ":",
                    (p.tries().isPresent() ? p.tries().getAsInt() + " now; " : "") + a.tries().orElseThrow().least() + " to "
                            + a.tries().orElseThrow().most(), Input.TEXT, p.tries().isEmpty(), _ -> List.of())));
            case EXPORT_CERTIFICATE -> fields.addAll(List.of(Field.of("file", "&File:", "the file to write", Input.SAVE, true),
                    Field.of("der", "In &binary (DER), not as text (PEM)", "", Input.FLAG, false), FORCE));
            case IMPORT_CERTIFICATE -> fields.addAll(List.of(Field.choice("slot", "S&lot:", first(a.certificateSlots().stream().map(c -> slot(a, c)),
                    e.id())), Field.of("file", "&File:", "PEM or DER", Input.OPEN, true)));
            case GENERATE_KEY -> {
                fields.add(keySlot(e, TokenContent.KeyRow::generatable));
                fields.add(Field.choice("algorithm", "&Algorithm:", chosen -> a.keys().stream().filter(k -> k.slot().equals(chosen.get("slot")))
                        .flatMap(k -> k.generatable().stream()).map(k -> new Choice(Entry.words(k), Entry.algorithm(k))).toList()));
                fields.addAll(policies(a));
                fields.add(Field.of("out", "P&ublic key to:", "a file, if wanted (PEM)", Input.SAVE, false));
                fields.add(FORCE);
            }
            case REQUEST -> fields.addAll(List.of(Field.of("subject", "&Subject:", "CN=Jo Doe,O=Example", Input.TEXT, true),
                    Field.of("email", "&E-mail address:", "to be in the certificate, if wanted", Input.TEXT, false),
                    Field.of("out", "&File:", "the file to write, if wanted (PEM)", Input.SAVE, false), FORCE));
            case IMPORT_KEY -> {
                fields.add(keySlot(e, TokenContent.KeyRow::importable));
                fields.add(Field.of("file", "&File:", "PKCS#8 or PKCS#12", Input.OPEN, true));
                fields.addAll(policies(a));
            }
            case SIGN -> fields.addAll(List.of(Field.of("file", "&File:", "what is to be signed", Input.OPEN, true),
                    Field.choice("algorithm", "&Algorithm:", e.key().orElseThrow().signatures().stream()
                            .map(s -> new Choice(Entry.words(s), s.standardName())).toList()),
                    Field.of("out", "Signature &to:", "the file to write", Input.SAVE, true), FORCE));
            case DECRYPT -> fields.addAll(List.of(Field.of("file", "&File:", "what is to be decrypted", Input.OPEN, true),
                    Field.of("out", "Message &to:", "the file to write", Input.SAVE, true), FORCE));
            case AGREE -> fields.addAll(List.of(Field.of("file", "&Public key:", "the other's, PEM or DER", Input.OPEN, true),
                    Field.of("out", "Secret &to:", "the file to write", Input.SAVE, true), FORCE));
            case ATTEST -> fields.addAll(List.of(Field.of("out", "&File:", "the file to write, if wanted (PEM)", Input.SAVE, false), FORCE));
            case MOVE_KEY -> fields.add(Field.choice("to", "&To slot:", e.key().orElseThrow().moveTargets().stream().map(t -> slot(a, t)).toList()));
            case SAVE_OBJECT, SAVE_PICTURE -> fields.addAll(List.of(Field.of("out", "&File:", "the file to write", Input.SAVE, true), FORCE));
            case WRITE_OBJECT -> fields.add(Field.of("file", "&File:", "its new content", Input.OPEN, true));
            case ADMINISTRATOR_KEY -> fields.add(Field.choice("kind", "&Kind of the new key:", first(a.administratorKey().orElseThrow().kinds().stream()
                    .map(AdministratorKey.Kind::name).map(k -> new Choice(k, k)), a.administratorKey().orElseThrow().kind().name())));
            case STEP -> fields.add(Field.choice("step", "&Step:", a.steps().stream().map(s -> new Choice(s.id(), s.label())).toList()));
            case VERIFY_PIN, CHANGE_PIN, UNBLOCK_PIN, DELETE -> {
                // PINs are asked for by the verb
            }
        }
        return fields;
    }

    /** The words that follow from what is selected. */
    Map<String, List<String>> words(Entry e) {
        var words = new HashMap<String, List<String>>();
        words.put("reader", List.of(e.reader()));
        words.put("driver", List.of(e.driver()));
        Optional<String> own = switch (this) {
            case VERIFY_PIN, CHANGE_PIN, UNBLOCK_PIN -> Optional.of("pin");
            case EXPORT_CERTIFICATE, SAVE_OBJECT, SAVE_PICTURE, WRITE_OBJECT -> Optional.of("id");
            case REQUEST, SIGN, DECRYPT, AGREE, ATTEST, MOVE_KEY -> Optional.of("slot");
            case DELETE -> Optional.of(e.kind() == Entry.Kind.OBJECT ? "id" : "slot");
            default -> Optional.empty();
        };
        own.ifPresent(w -> words.put(w, List.of(e.id())));
        if (this == SAVE_PICTURE) {
            words.put("picture", List.of("true"));
        }
        return words;
    }
}
