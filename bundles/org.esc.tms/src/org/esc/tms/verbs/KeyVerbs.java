// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Verb;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.tms.Tms;
import org.esc.tms.db.DataDirectory;
import org.esc.tms.db.Operation;
import org.esc.tms.db.PrivateFiles;
import org.esc.tms.db.Refused;
import org.esc.tms.tks.MasterKey;
import org.osgi.service.component.annotations.Component;

/** {@code tms keys …}. */
final class KeyVerbs {

    private static final Words WORDS = Words.of(KeyVerbs.class);

    private KeyVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new ListKeys(), new Create(), new Import(), new Split(), new Forget());
    }

    /** Kinds of keys to make. */
    enum Kind {
        /** For SCP01 and SCP02. */
        DES3,
        /** For SCP03. */
        AES,
        /** One of each under the same version. */
        BOTH
    }

    /** A master key for a face; never the key itself. */
    record Shown(String version, String type, int bits, String diversification, String kcv, String created) {

        static Shown of(MasterKey k) {
            return new Shown(Hex.of(k.version()), k.type().name().toLowerCase(java.util.Locale.ROOT), k.bits(),
                    k.diversification().name().toLowerCase(java.util.Locale.ROOT), k.kcv(), k.created().toString());
        }
    }

    /** Keys as a result. */
    record Keys(List<Shown> keys) {
        void print(PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("VERSION"), WORDS.say("TYPE"), WORDS.say("BITS"), WORDS.say("DIVERSIFICATION"), WORDS.say("CHECK VALUE"),
                    WORDS.say("CREATED")),
                    keys.stream()
                    .map(k -> List.of(k.version, k.type, Integer.toString(k.bits), k.diversification, k.kcv,
                    k.created)).toList());
        }
    }

    private static int version(String text) throws EscException {
        if (!text.matches("[0-9A-Fa-f]{1,2}")) {
            throw Refused.usage(WORDS.say("read the key version"), WORDS.say("A key version is two hexadecimal digits, 02 to 7F."));
        }
        return Integer.parseInt(text, 16);
    }

    private static int version(Tms tms, Optional<String> text) throws EscException {
        if (text.isPresent()) {
            return version(text.get());
        }
        return tms.keys().list().stream().mapToInt(MasterKey::version).max().orElse(1) + 1;
    }

    private static Diversification usual(KeyType type) {
        return type == KeyType.AES ? Diversification.GPKMC : Diversification.NIST_SP800_108;
    }

    private static void logged(Tms tms, MasterKey k, String what, String actor) throws EscException {
        tms.activities().append(Operation.MASTER_KEY, true, Optional.empty(), actor, "", k.type()
                + " master key of version " + Hex.of(k.version())
                + " " + what + ", " + k.bits() + " bits, " + k.diversification() + ", check value " + k.kcv() + ".");
    }

    /** {@code tms keys}. */
    @Component(service = Verb.class, property = "verb=tms keys")
    public static final class ListKeys extends TmsVerb<ListKeys.Args, ListKeys.Result> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data)
                implements AtData {
        }

        record Result(List<Shown> keys, boolean factoryKeysOnly) {
        }

        /** For declarative services. */
        public ListKeys() {
            super("tms keys", "Show the master keys: versions and check values.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var keys = tms.keys().list().stream().map(Shown::of).toList();
            return new Result(keys, keys.isEmpty());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.factoryKeysOnly) {
                out.println(WORDS.say("There is no master key: cards keep the factory's keys, which everybody knows."));
            } else {
                new Keys(r.keys).print(out);
            }
        }
    }

    /** {@code tms keys create}. */
    @Component(service = Verb.class, property = "verb=tms keys create")
    public static final class Create extends TmsVerb<Create.Args, Keys> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data,
                @Arg(names = "--version", label = "HEX",
                help = "Key version, 02 to 7F; the next free one if not given.") Optional<String> version,
                @Arg(names = "--type", label = "TYPE", help = "des3 (SCP01, SCP02), aes (SCP03) or both.",
                defaultValue = "both") Kind type,
                @Arg(names = "--bits", label = "N", help = "Length of an AES key: 128, 192 or 256.",
                defaultValue = "128") int bits,
                @Arg(names = "--diversification", label = "METHOD",
                help = "How card keys are made: visa2, emv, nist-sp800-108 or none for des3; "
                        + "gpkmc or none for aes.") Optional<Diversification> diversification) implements AtData {
        }

        /** For declarative services. */
        public Create() {
            super("tms keys create", "Make a random master key; cards move to it when they are formatted.", Args.class, Keys.class);
        }

        @Override
        Keys perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            int version = version(tms, a.version());
            var types = switch (a.type()) {
                case DES3 -> List.of(KeyType.DES3);
                case AES -> List.of(KeyType.AES);
                case BOTH -> List.of(KeyType.DES3, KeyType.AES);
            };
            if (types.size() > 1 && a.diversification().isPresent()) {
                throw Refused.usage(WORDS.say("make a master key"),
                        WORDS.say("Say --type des3 or --type aes together with --diversification."));
            }
            var made = new ArrayList<Shown>();
            for (var type : types) {
                var key = tms.keys().create(version, type, type == KeyType.AES ? a.bits() : 128, a.diversification()
                        .orElse(usual(type)));
                logged(tms, key, "made", actor);
                made.add(Shown.of(key));
            }
            return new Keys(made);
        }

        @Override
        public void print(Keys r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code tms keys import}. */
    @Component(service = Verb.class, property = "verb=tms keys import")
    public static final class Import extends TmsVerb<Import.Args, Keys> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data,
                @Arg(names = "--version", label = "HEX",
                help = "Key version, 02 to 7F; the next free one if not given.") Optional<String> version,
                @Arg(names = "--type", label = "TYPE", help = "des3 (SCP01, SCP02) or aes (SCP03).",
                defaultValue = "des3") KeyType type,
                @Arg(names = "--diversification", label = "METHOD",
                help = "How card keys are made: visa2, emv, nist-sp800-108, gpkmc or none.")
                Optional<Diversification> diversification,
                @Arg(names = "--components", label = "N", help = "How many components the key comes in.",
                defaultValue = "2") int components,
                @Arg(names = "--kcv", label = "HEX",
                help = "Check value the key must have, 6 digits.") Optional<String> kcv) implements AtData {

            Args {
                if (components < 1 || components > 9) {
                    String why = WORDS.say("A key comes in 1 to 9 components.");
                    throw new IllegalArgumentException(why);
                }
            }
        }

        /** For declarative services. */
        public Import() {
            super("tms keys import", "Import a master key in components, which are asked for (fields COMPONENT1, COMPONENT2, …).", Args.class, Keys.class);
        }

        @Override
        Map<String, Secret> ask(Args a, Context context) throws EscException {
            String step = WORDS.say("import a master key");
            var fields = new Form.Field[a.components()];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = new Form.Field("COMPONENT" + (i + 1), WORDS.say("Component {0} (hexadecimal)", i + 1), "",
                        Form.Kind.PASSWORD);
            }
            var result = new LinkedHashMap<String, Secret>();
            boolean good = false;
            try (var answers = Ask.await(context.interaction().fill(Form.of(WORDS.say("Import a master key"),
                    WORDS.say("Each custodian enters a component. The components are combined by XOR."), fields)),
                    context.cancel(), step)) {
                for (var f : fields) {
                    var typed = answers.get(f.id()).orElseThrow(() -> new EscException(Fault.USAGE, step, WORDS.say("{0} was not given.", f.name())));
                    result.put(f.id(), parsed(typed, f.name()));
                }
                good = true;
                return result;
            } finally {
                if (!good) {
                    result.values().forEach(Secret::close);
                }
            }
        }

        /** Hexadecimal digits to bytes without a string that could not be erased. */
        private static Secret parsed(Secret typed, String name) throws EscException {
            char[] chars = typed.chars();
            byte[] bytes = new byte[chars.length / 2];
            int digits = 0;
            try {
                for (char c : chars) {
                    if (Character.isWhitespace(c) || c == ':' || c == '-') {
                        continue;
                    }
                    int digit = Character.digit(c, 16);
                    if (digit < 0) {
                        throw Refused.usage(WORDS.say("import a master key"), WORDS.say("{0} has a character that is no hexadecimal digit.", name));
                    }
                    if (digits / 2 < bytes.length) {
                        bytes[digits / 2] = (byte) (bytes[digits / 2] << 4 | digit);
                    }
                    digits++;
                }
                if (digits % 2 != 0) {
                    throw Refused.usage(WORDS.say("import a master key"), WORDS.say("{0} has an odd number of digits.", name));
                }
                byte[] exact = Arrays.copyOf(bytes, digits / 2);
                var secret = Secret.of(exact);
                Arrays.fill(exact, (byte) 0);
                return secret;
            } finally {
                Arrays.fill(chars, '\0');
                Arrays.fill(bytes, (byte) 0);
            }
        }

        @Override
        Keys perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var components = new ArrayList<Secret>();
            for (int i = 1; i <= a.components(); i++) {
                components.add(secrets.get("COMPONENT" + i));
            }
            var key = tms.keys().importKey(version(tms, a.version()), a.type(), a.diversification()
                    .orElse(usual(a.type())), components, a.kcv());
            logged(tms, key, "imported in " + components.size() + " component(s)", actor);
            return new Keys(List.of(Shown.of(key)));
        }

        @Override
        public void print(Keys r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code tms keys split}. */
    @Component(service = Verb.class, property = "verb=tms keys split")
    public static final class Split extends TmsVerb<Split.Args, Split.Result> {

        record Args(@Arg(label = "VERSION", help = "Key version, two hexadecimal digits.") String version,
                @Arg(names = "--type", label = "TYPE", help = "des3 or aes.", defaultValue = "des3") KeyType type,
                @Arg(names = "--components", label = "N", help = "How many custodians.",
                        defaultValue = "2") int components,
                @Arg(names = "--out", label = "DIR",
                help = "Folder for the components, one file each, for the owner only.") Path out,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(List<String> files) {
        }

        /** For declarative services. */
        public Split() {
            super("tms keys split", "Write a master key as components for custodians, to be imported elsewhere.", Args.class, Result.class);
        }

        @Override
        Args prepared(Args a) {
            return new Args(a.version(), a.type(), a.components(), a.out().toAbsolutePath(), a.data());
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            int version = version(a.version());
            var parts = tms.keys().split(version, a.type(), a.components());
            try {
                PrivateFiles.directory(a.out());
                var files = new ArrayList<String>();
                for (int i = 0; i < parts.size(); i++) {
                    Path file = a.out().resolve("key-" + Hex.of(version) + "-" + a.type().name()
                            .toLowerCase(java.util.Locale.ROOT) + "-component-"
                            + (i + 1) + ".txt");
                    if (Files.exists(file)) {
                        throw Problem.of(Fault.USAGE, WORDS.say("split a master key"), WORDS.say("{0} exists already.", file))
                                .code("file-exists").exception();
                    }
                    PrivateFiles.write(file, parts.get(i).use(b -> (Hex.of(b) + "\n")
                            .getBytes(StandardCharsets.US_ASCII)));
                    files.add(file.toString());
                }
                tms.activities().append(Operation.MASTER_KEY, true, Optional.empty(), actor, "", a.type()
                        + " master key of version "
                        + Hex.of(version) + " written as " + parts.size() + " components.");
                return new Result(files);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("split a master key"),
                        WORDS.say("The components cannot be written: {0}", DataDirectory.reason(e))).exception(e);
            } finally {
                parts.forEach(Secret::close);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.files.forEach(out::println);
        }
    }

    /** {@code tms keys forget}. */
    @Component(service = Verb.class, property = "verb=tms keys forget")
    public static final class Forget extends TmsVerb<TokenVerbs.OneArgs, Forget.Result> {

        record Result(String cuid) {
        }

        /** For declarative services. */
        public Forget() {
            super("tms keys forget", "Allow a card that was given our own keys to come back with the factory's.", TokenVerbs.OneArgs.class, Result.class);
        }

        @Override
        Result perform(Tms tms, TokenVerbs.OneArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            Cuid cuid = a.cuid();
            return tms.inTransaction(_ -> {
                tms.keys().forget(cuid);
                tms.activities().append(Operation.KEY_CHANGEOVER, true, Optional.of(cuid), actor, "",
                        "The card may come back with factory keys.");
                return new Result(cuid.toString());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Token {0} may come back with factory keys", r.cuid));
        }
    }
}
