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
import org.esc.apdu.Words;
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

    VERIFY_PIN("pin verify", "pin"),
    CHANGE_PIN("pin change", "pin"),
    UNBLOCK_PIN("pin unblock", "pin"),
    PIN_TRIES("pin tries", "pin"),
    EXPORT_CERTIFICATE("certs export", "certificate"),
    IMPORT_CERTIFICATE("certs import", "install"),
    GENERATE_KEY("keys generate", "key"),
    REQUEST("keys csr", "certificate"),
    IMPORT_KEY("keys import", "install"),
    SIGN("keys sign", "key"),
    DECRYPT("keys decrypt", "key"),
    AGREE("keys agree", "key"),
    ATTEST("keys attest", "certificate"),
    MOVE_KEY("keys move", "key"),
    SAVE_OBJECT("objects read", "object"),
    SAVE_PICTURE("objects read", "object"),
    WRITE_OBJECT("objects write", "install"),
    DELETE("", "delete"),
    ADMINISTRATOR_KEY("admin-key change", "key"),
    STEP("token take", "delete");

    private static final Words WORDS = Words.of(TokenAction.class);

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

    private final String verb;
    private final String icon;

    TokenAction(String verb, String icon) {
        this.verb = verb;
        this.icon = icon;
    }

    String label() {
        return switch (this) {
            case VERIFY_PIN -> WORDS.say("Verify PIN");
            case CHANGE_PIN -> WORDS.say("Change PIN");
            case UNBLOCK_PIN -> WORDS.say("Unblock PIN");
            case PIN_TRIES -> WORDS.say("Set Tries");
            case EXPORT_CERTIFICATE -> WORDS.say("Export Certificate");
            case IMPORT_CERTIFICATE -> WORDS.say("Import Certificate");
            case GENERATE_KEY -> WORDS.say("Generate Key");
            case REQUEST -> WORDS.say("Certificate Request");
            case IMPORT_KEY -> WORDS.say("Import Key");
            case SIGN -> WORDS.say("Sign File");
            case DECRYPT -> WORDS.say("Decrypt File");
            case AGREE -> WORDS.say("Agree on Secret");
            case ATTEST -> WORDS.say("Attest Key");
            case MOVE_KEY -> WORDS.say("Move Key");
            case SAVE_OBJECT -> WORDS.say("Save Object");
            case SAVE_PICTURE -> WORDS.say("Save Picture");
            case WRITE_OBJECT -> WORDS.say("Write Object");
            case DELETE -> WORDS.say("Delete");
            case ADMINISTRATOR_KEY -> WORDS.say("Change Administrator's Key");
            case STEP -> WORDS.say("Reset or End Application");
        };
    }

    String menu() {
        return switch (this) {
            case VERIFY_PIN -> WORDS.say("&Verify PIN…");
            case CHANGE_PIN -> WORDS.say("&Change PIN…");
            case UNBLOCK_PIN -> WORDS.say("&Unblock PIN…");
            case PIN_TRIES -> WORDS.say("Set &Tries…");
            case EXPORT_CERTIFICATE -> WORDS.say("E&xport Certificate…");
            case IMPORT_CERTIFICATE -> WORDS.say("&Import Certificate…");
            case GENERATE_KEY -> WORDS.say("&Generate Key…");
            case REQUEST -> WORDS.say("Certificate &Request…");
            case IMPORT_KEY -> WORDS.say("Import &Key…");
            case SIGN -> WORDS.say("&Sign File…");
            case DECRYPT -> WORDS.say("&Decrypt File…");
            case AGREE -> WORDS.say("Agree o&n Secret…");
            case ATTEST -> WORDS.say("&Attest Key…");
            case MOVE_KEY -> WORDS.say("&Move Key…");
            case SAVE_OBJECT -> WORDS.say("Save &Object…");
            case SAVE_PICTURE -> WORDS.say("Save &Picture…");
            case WRITE_OBJECT -> WORDS.say("&Write Object…");
            case DELETE -> WORDS.say("D&elete…");
            case ADMINISTRATOR_KEY -> WORDS.say("Change Administrator's Ke&y…");
            case STEP -> WORDS.say("Reset or End App&lication…");
        };
    }

    String button() {
        return switch (this) {
            case VERIFY_PIN -> WORDS.say("Verify");
            case CHANGE_PIN -> WORDS.say("Change");
            case UNBLOCK_PIN -> WORDS.say("Unblock");
            case PIN_TRIES -> WORDS.say("Set");
            case EXPORT_CERTIFICATE -> WORDS.say("Export");
            case IMPORT_CERTIFICATE -> WORDS.say("Import");
            case GENERATE_KEY -> WORDS.say("Generate");
            case REQUEST -> WORDS.say("Make Request");
            case IMPORT_KEY -> WORDS.say("Import");
            case SIGN -> WORDS.say("Sign");
            case DECRYPT -> WORDS.say("Decrypt");
            case AGREE -> WORDS.say("Agree");
            case ATTEST -> WORDS.say("Attest");
            case MOVE_KEY -> WORDS.say("Move");
            case SAVE_OBJECT -> WORDS.say("Save");
            case SAVE_PICTURE -> WORDS.say("Save");
            case WRITE_OBJECT -> WORDS.say("Write");
            case DELETE -> WORDS.say("Delete");
            case ADMINISTRATOR_KEY -> WORDS.say("Change");
            case STEP -> WORDS.say("Go On");
        };
    }

    String icon() {
        return icon;
    }

    /** Name of its command. */
    String command() {
        return "org.esc.ui.explorer." + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private String explanation() {
        return switch (this) {
            case VERIFY_PIN -> WORDS.say("Tries whether a PIN is right. A wrong one costs a try.");
            case CHANGE_PIN -> WORDS.say("Asks for the present PIN and for a new one.");
            case UNBLOCK_PIN -> WORDS.say("Gives a PIN that is blocked, forgotten or not set a new value.");
            case PIN_TRIES -> WORDS.say("Says how often each PIN may be tried before it is blocked.");
            case EXPORT_CERTIFICATE -> WORDS.say("Writes the certificate to a file.");
            case IMPORT_CERTIFICATE -> WORDS.say("Puts a certificate from a file on the token.");
            case GENERATE_KEY -> WORDS.say("Makes a key pair on the token. The private key never leaves it.");
            case REQUEST -> WORDS.say("Makes a certificate request for this key, signed by the token.");
            case IMPORT_KEY -> WORDS.say("Puts a private key from a file on the token.");
            case SIGN -> WORDS.say("Signs a file with this key.");
            case DECRYPT -> WORDS.say("Decrypts a file with this key (RSA, PKCS#1 v1.5).");
            case AGREE -> WORDS.say("Agrees on a secret with the holder of another key (ECDH, X25519). Only you may read the file with it.");
            case ATTEST -> WORDS.say("Has the token prove that this key was made on it.");
            case MOVE_KEY -> WORDS.say("Moves this key to another, empty slot.");
            case SAVE_OBJECT -> WORDS.say("Writes the object's bytes to a file.");
            case SAVE_PICTURE -> WORDS.say("Writes the picture in the object to a file.");
            case WRITE_OBJECT -> WORDS.say("Writes a file's bytes to the object.");
            case DELETE -> WORDS.say("Deletes it from the token.");
            case ADMINISTRATOR_KEY -> WORDS.say("Asks for the present key and, twice, for a new one.");
            case STEP -> WORDS.say("Takes a step with the whole application.");
        };
    }

    String explanation(Entry e) {
        if (this == PIN_TRIES) {
            return (explanation() + " " + e.application().flatMap(TokenContent.Application::tries).map(PinVerbs.Tries::consequence).orElse("")).strip();
        }
        if (this == STEP) {
            return e.application().map(a -> String.join(" ", a.steps().stream().map(s -> s.label() + ": " + s.consequence()).toList())).orElse(explanation());
        }
        return explanation();
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

    private static Field force() {
        return Field.of("force", WORDS.say("Over&write the file if it is there"), "", Input.FLAG, false);
    }

    /** The selected one first; the others as they are. */
    private static List<Choice> first(Stream<Choice> choices, String selected) {
        return choices.sorted(Comparator.comparing(c -> !c.value().equals(selected))).toList();
    }

    private static Choice slot(TokenContent.Application a, String id) {
        return new Choice(id, a.keys().stream().filter(k -> k.slot().equals(id)).findFirst()
                .map(k -> id + (k.label().isEmpty() ? "" : "  " + k.label()) + (k.present() ? "" : " " + WORDS.say("(empty)"))).orElse(id));
    }

    private static Field keySlot(Entry e, Function<TokenContent.KeyRow, List<KeyAlgorithm>> kinds) {
        return Field.choice("slot", WORDS.say("S&lot:"), first(slots(e, kinds).stream().map(k -> slot(e.application().orElseThrow(), k.slot())), e.id()));
    }

    /** Nothing to choose, nothing is asked. */
    private static List<Field> policies(TokenContent.Application a) {
        var fields = new ArrayList<Field>();
        if (a.pinUses().size() > 1) {
            fields.add(Field.choice("pinPolicy", WORDS.say("Asks for the &PIN:"), a.pinUses().stream().map(p -> new Choice(Entry.words(p), switch (p) {
                case DEFAULT -> WORDS.say("as usual");
                case NEVER -> WORDS.say("never");
                case ONCE -> WORDS.say("once");
                case ALWAYS -> WORDS.say("before each use");
            })).toList()));
        }
        if (a.touches().size() > 1) {
            fields.add(Field.choice("touchPolicy", WORDS.say("Asks for a &touch:"), a.touches().stream().map(t -> new Choice(Entry.words(t), switch (t) {
                case DEFAULT -> WORDS.say("as usual");
                case NEVER -> WORDS.say("never");
                case ALWAYS -> WORDS.say("before each use");
                case CACHED -> WORDS.say("before each use, but not within 15 seconds");
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
                    p.tries().isPresent()
                            ? WORDS.say("{0} now; {1} to {2}", p.tries().getAsInt(), a.tries().orElseThrow().least(), a.tries().orElseThrow().most())
                            : WORDS.say("{0} to {1}", a.tries().orElseThrow().least(), a.tries().orElseThrow().most()), Input.TEXT, p.tries().isEmpty(), _ -> List.of())));
            case EXPORT_CERTIFICATE -> fields.addAll(List.of(Field.of("file", WORDS.say("&File:"), WORDS.say("the file to write"), Input.SAVE, true),
                    Field.of("der", WORDS.say("In &binary (DER), not as text (PEM)"), "", Input.FLAG, false), force()));
            case IMPORT_CERTIFICATE -> fields.addAll(List.of(Field.choice("slot", WORDS.say("S&lot:"), first(a.certificateSlots().stream().map(c -> slot(a, c)),
                    e.id())), Field.of("file", WORDS.say("&File:"), WORDS.say("PEM or DER"), Input.OPEN, true)));
            case GENERATE_KEY -> {
                fields.add(keySlot(e, TokenContent.KeyRow::generatable));
                fields.add(Field.choice("algorithm", WORDS.say("&Algorithm:"), chosen -> a.keys().stream().filter(k -> k.slot().equals(chosen.get("slot")))
                        .flatMap(k -> k.generatable().stream()).map(k -> new Choice(Entry.words(k), Entry.algorithm(k))).toList()));
                fields.addAll(policies(a));
                fields.add(Field.of("out", WORDS.say("P&ublic key to:"), WORDS.say("a file, if wanted (PEM)"), Input.SAVE, false));
                fields.add(force());
            }
            case REQUEST -> fields.addAll(List.of(Field.of("subject", WORDS.say("&Subject:"), "CN=Jo Doe,O=Example", Input.TEXT, true),
                    Field.of("email", WORDS.say("&E-mail address:"), WORDS.say("to be in the certificate, if wanted"), Input.TEXT, false),
                    Field.of("out", WORDS.say("&File:"), WORDS.say("the file to write, if wanted (PEM)"), Input.SAVE, false), force()));
            case IMPORT_KEY -> {
                fields.add(keySlot(e, TokenContent.KeyRow::importable));
                fields.add(Field.of("file", WORDS.say("&File:"), WORDS.say("PKCS#8 or PKCS#12"), Input.OPEN, true));
                fields.addAll(policies(a));
            }
            case SIGN -> fields.addAll(List.of(Field.of("file", WORDS.say("&File:"), WORDS.say("what is to be signed"), Input.OPEN, true),
                    Field.choice("algorithm", WORDS.say("&Algorithm:"), e.key().orElseThrow().signatures().stream()
                            .map(s -> new Choice(Entry.words(s), s.standardName())).toList()),
                    Field.of("out", WORDS.say("Signature &to:"), WORDS.say("the file to write"), Input.SAVE, true), force()));
            case DECRYPT -> fields.addAll(List.of(Field.of("file", WORDS.say("&File:"), WORDS.say("what is to be decrypted"), Input.OPEN, true),
                    Field.of("out", WORDS.say("Message &to:"), WORDS.say("the file to write"), Input.SAVE, true), force()));
            case AGREE -> fields.addAll(List.of(Field.of("file", WORDS.say("&Public key:"), WORDS.say("the other's, PEM or DER"), Input.OPEN, true),
                    Field.of("out", WORDS.say("Secret &to:"), WORDS.say("the file to write"), Input.SAVE, true), force()));
            case ATTEST -> fields.addAll(List.of(Field.of("out", WORDS.say("&File:"), WORDS.say("the file to write, if wanted (PEM)"), Input.SAVE, false), force()));
            case MOVE_KEY -> fields.add(Field.choice("to", WORDS.say("&To slot:"), e.key().orElseThrow().moveTargets().stream().map(t -> slot(a, t)).toList()));
            case SAVE_OBJECT, SAVE_PICTURE -> fields.addAll(List.of(Field.of("out", WORDS.say("&File:"), WORDS.say("the file to write"), Input.SAVE, true), force()));
            case WRITE_OBJECT -> fields.add(Field.of("file", WORDS.say("&File:"), WORDS.say("its new content"), Input.OPEN, true));
            case ADMINISTRATOR_KEY -> fields.add(Field.choice("kind", WORDS.say("&Kind of the new key:"), first(a.administratorKey().orElseThrow().kinds().stream()
                    .map(AdministratorKey.Kind::name).map(k -> new Choice(k, k)), a.administratorKey().orElseThrow().kind().name())));
            case STEP -> fields.add(Field.choice("step", WORDS.say("&Step:"), a.steps().stream().map(s -> new Choice(s.id(), s.label())).toList()));
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
