// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.store;

import java.io.IOException;
import java.net.URL;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.eclipse.equinox.security.storage.ISecurePreferences;
import org.eclipse.equinox.security.storage.SecurePreferencesFactory;
import org.eclipse.equinox.security.storage.StorageException;
import org.eclipse.equinox.security.storage.provider.IProviderHints;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction.NewPin;
import org.esc.command.UserDirs;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.keys.Kcv;
import org.esc.securechannel.keys.KeyVault;
import org.esc.securechannel.keys.NamedKeys;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Key sets in Equinox secure storage, in a file of the user's. Its keys are encrypted with AES-256 under a master password, which is asked
 * for or taken from the environment variable {@value #VARIABLE}; there is no other. Equinox stretches a password with few rounds, so it is
 * given one that PBKDF2 has made of the person's. Everything else about a set lies open in the file; name and method are encrypted with the
 * keys as well, so that they are not altered unnoticed.
 *
 * <p>Equinox keeps a storage in memory once it was opened and writes over what others wrote meanwhile. So each use works on a copy of the
 * file, under a lock, and a change takes the file's place as a whole.
 */
@Component(service = KeyVault.class)
public final class SecureStorageVault implements KeyVault {

    private static final Words WORDS = Words.of(SecureStorageVault.class);

    /** Environment variable that holds the master password. */
    static final String VARIABLE = "ESC_KEYS_PASSWORD";

    private static final String STEP = WORDS.say("open the store of key sets");
    private static final String FIELD = "MASTER_PASSWORD";
    private static final int ROUNDS = 600_000;
    /** More would only keep a person waiting: whoever can write the file could ask for years. */
    private static final int MOST_ROUNDS = 20_000_000;
    /** No key text begins with it. */
    private static final char SEAL = '=';
    private static final int SHORTEST = 8;
    private static final String PROOF = "esc";
    private static final ReentrantLock HERE = new ReentrantLock();

    private final Path file;
    private final UnaryOperator<String> environment;

    /** In the user's configuration folder. */
    @Activate
    public SecureStorageVault() {
        this(UserDirs.config().resolve("keys.secure"), System::getenv);
    }

    /** In this file. @param environment gives a variable's value, or {@code null} */
    SecureStorageVault(Path file, UnaryOperator<String> environment) {
        this.file = file.toAbsolutePath();
        this.environment = environment;
    }

    /** What is done with the storage while it is open. */
    private interface Use<T> {
        T with(ISecurePreferences root) throws StorageException, IOException, EscException;
    }

    @Override
    public List<NamedKeys> list() throws EscException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return use(Optional.empty(), false, root -> {
            var all = new ArrayList<NamedKeys>();
            ISecurePreferences sets = root.node("sets");
            for (String name : sets.childrenNames()) {
                all.add(read(name, sets.node(name)));
            }
            all.sort(Comparator.comparing(NamedKeys::name));
            return List.copyOf(all);
        });
    }

    private static NamedKeys read(String name, ISecurePreferences node) throws StorageException {
        String library = node.get("library", "");
        Optional<NamedKeys.Token> token = library.isEmpty() ? Optional.empty()
                : Optional.of(new NamedKeys.Token(Path.of(library), Optional.of(node.get("slot", "")).filter(s -> !s.isEmpty())
                        .map(Integer::valueOf), Optional.of(node.get("label", "")).filter(s -> !s.isEmpty())));
        var kcvs = new ArrayList<Kcv>();
        for (String kcv : node.get("kcvs", "").split(";")) {
            String[] w = kcv.split(" ");
            if (w.length == 4) {
                kcvs.add(new Kcv(w[0], KeyType.valueOf(w[1]), Integer.parseInt(w[2]), w[3]));
            }
        }
        return new NamedKeys(name, Diversification.of(node.get("kdf", "NONE")), token, kcvs);
    }

    private static String text(List<Kcv> kcvs) {
        return String.join(";", kcvs.stream().map(k -> k.purpose() + " " + k.type() + " " + k.bits() + " " + k.kcv()).toList());
    }

    @Override
    public Secret get(NamedKeys set, Context context) throws EscException {
        try (Secret password = password(context)) {
            return use(Optional.of(password), false, root -> {
                prove(root);
                byte[] kept = root.node("sets").node(set.name()).getByteArray("keys", new byte[0]);
                try {
                    if (kept.length == 0) {
                        throw Problem.of(Fault.USAGE, STEP, WORDS.say("The store has no keys of the set {0}.", set.name())).code("no-such-keys")
                                .exception();
                    }
                    return unsealed(set, kept);
                } finally {
                    Arrays.fill(kept, (byte) 0);
                }
            });
        }
    }

    @Override
    public void put(NamedKeys set, Optional<Secret> keys, Context context) throws EscException {
        Optional<Secret> password = keys.isEmpty() ? Optional.empty() : Optional.of(isNew() ? newPassword(context) : password(context));
        try {
            use(password, true, root -> {
                if (keys.isPresent()) {
                    prove(root);
                }
                ISecurePreferences sets = root.node("sets");
                sets.node(set.name()).removeNode();
                ISecurePreferences node = sets.node(set.name());
                node.put("kdf", set.kdf().name(), false);
                node.put("kcvs", text(set.kcvs()), false);
                if (set.token().isPresent()) {
                    node.put("library", set.token().get().library().toString(), false);
                    node.put("slot", set.token().get().slot().map(String::valueOf).orElse(""), false);
                    node.put("label", set.token().get().label().orElse(""), false);
                }
                if (keys.isPresent()) {
                    byte[] bytes = keys.get().bytes();
                    byte[] sealed = joined(seal(set), bytes);
                    try {
                        node.putByteArray("keys", sealed, true);
                    } finally {
                        Arrays.fill(bytes, (byte) 0);
                        Arrays.fill(sealed, (byte) 0);
                    }
                }
                return true;
            });
        } finally {
            password.ifPresent(Secret::close);
        }
    }

    /** What stands, encrypted, before a set's keys: its name and method, which lie open as well and could be altered there. */
    static byte[] seal(NamedKeys set) {
        return (SEAL + set.name() + "\n" + set.kdf().name() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** The keys behind their seal; those that an earlier version stored have none. */
    static Secret unsealed(NamedKeys set, byte[] kept) throws EscException {
        byte[] seal = kept[0] == SEAL ? seal(set) : new byte[0];
        if (kept.length < seal.length || !Arrays.equals(kept, 0, seal.length, seal, 0, seal.length)) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The stored key set {0} was altered: its name or method is another than it was stored with.",
                    set.name())).code("key-set-altered").advice(WORDS.say("Find out who can write the file. Remove the set and store it again."))
                    .exception();
        }
        byte[] keys = Arrays.copyOfRange(kept, seal.length, kept.length);
        try {
            return Secret.of(keys);
        } finally {
            Arrays.fill(keys, (byte) 0);
        }
    }

    @Override
    public boolean remove(String name) throws EscException {
        if (!Files.exists(file)) {
            return false;
        }
        return use(Optional.empty(), true, root -> {
            ISecurePreferences sets = root.node("sets");
            if (!sets.nodeExists(name)) {
                return false;
            }
            sets.node(name).removeNode();
            boolean secrets = false;
            for (String other : sets.childrenNames()) {
                secrets |= List.of(sets.node(other).keys()).contains("keys");
            }
            if (!secrets) {
                // nothing is encrypted any more: another master password may be chosen
                root.node("master").removeNode();
            }
            return true;
        });
    }

    /** True if nothing was encrypted so far, so that a master password is chosen now. */
    private boolean isNew() throws EscException {
        return !Files.exists(file) || use(Optional.empty(), false, root -> Arrays.stream(root.node("master").keys())
                .noneMatch("proof"::equals));
    }

    /** Makes sure of the password before anything is read or written with it. */
    private static void prove(ISecurePreferences root) throws StorageException, EscException {
        ISecurePreferences master = root.node("master");
        if (Arrays.stream(master.keys()).noneMatch("proof"::equals)) {
            master.put("proof", PROOF, true);
            return;
        }
        boolean good;
        try {
            good = PROOF.equals(master.get("proof", ""));
        } catch (StorageException e) {
            if (e.getErrorCode() != StorageException.DECRYPTION_ERROR) {
                throw e;
            }
            good = false;
        }
        if (!good) {
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("That is not the master password of the key sets.")).code("wrong-master-password")
                    .advice(WORDS.say("A forgotten master password cannot be recovered: remove the sets and store them again.")).exception();
        }
    }

    private Optional<Secret> fromEnvironment() {
        return Optional.ofNullable(environment.apply(VARIABLE)).filter(v -> !v.isEmpty()).map(Secret::of);
    }

    private Secret password(Context context) throws EscException {
        Optional<Secret> given = fromEnvironment();
        if (given.isPresent()) {
            return given.get();
        }
        var form = Form.of(WORDS.say("Master password of the key sets"), WORDS.say("It was chosen when the first key set was stored. A script sets {0}.", VARIABLE),
                new Form.Field(FIELD, WORDS.say("Master password"), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), STEP)) {
            return answers.get(FIELD).filter(s -> s.length() > 0)
                    .orElseThrow(() -> new EscException(Fault.USAGE, STEP, WORDS.say("No master password was given."))).copy();
        }
    }

    private Secret newPassword(Context context) throws EscException {
        Optional<Secret> given = fromEnvironment();
        if (given.isEmpty()) {
            return Ask.await(context.interaction().newPin(
                    new NewPin(WORDS.say("a master password that encrypts your key sets"), SHORTEST, 128, false)), context.cancel(), STEP);
        }
        if (given.get().length() < SHORTEST) {
            given.get().close();
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The master password in {0} is too short.", VARIABLE)).code("short-master-password")
                    .advice(WORDS.say("Choose one of {0} characters or more.", SHORTEST)).exception();
        }
        return given.get();
    }

    private <T> T use(Optional<Secret> password, boolean change, Use<T> what) throws EscException {
        HERE.lock();
        try {
            UserDirs.create(file.getParent());
            try (var channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); var _ = channel.lock()) {
                Path copy = Files.createTempFile(file.getParent(), "keys", ".tmp");
                try {
                    return onCopy(copy, password, change, what);
                } finally {
                    Files.deleteIfExists(copy);
                }
            }
        } catch (IOException | StorageException | IllegalArgumentException | IllegalStateException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The store of key sets {0} cannot be used: {1}", file, e.getMessage()))
                    .code("key-store").advice(WORDS.say("Check that the file is yours and undamaged.")).exception(e);
        } finally {
            HERE.unlock();
        }
    }

    /** Equinox takes the path out of an address as it stands there: a blank must not be written as %20. */
    @SuppressWarnings("deprecation")
    private static URL address(Path file) throws IOException {
        String path = file.toUri().getPath();
        var address = new URL("file", "", path);
        if (!address.getPath().equals(path)) {
            throw new IOException(WORDS.say("it lies in a folder whose name has a character that an address cannot have"));
        }
        return address;
    }

    private <T> T onCopy(Path copy, Optional<Secret> password, boolean change, Use<T> what)
            throws IOException, StorageException, EscException {
        if (Files.exists(file)) {
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(copy);
        }
        // without a password this never asks for one: nothing encrypted is touched then
        ISecurePreferences plain = SecurePreferencesFactory.open(address(copy), Map.of(IProviderHints.PROMPT_USER, false));
        ISecurePreferences root = plain;
        if (password.isPresent()) {
            char[] strong = stretched(plain.node("master"), password.get());
            var spec = new PBEKeySpec(strong);
            Arrays.fill(strong, '\0');
            root = SecurePreferencesFactory.open(address(copy),
                    Map.of(IProviderHints.PROMPT_USER, false, IProviderHints.DEFAULT_PASSWORD, spec));
        }
        T result = what.with(root);
        if (change) {
            root.flush();
            if (copy.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // Equinox makes a new file that everybody may read
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
            }
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return result;
    }

    /** A password that is slow to guess, from the person's. */
    private static char[] stretched(ISecurePreferences master, Secret password) throws StorageException {
        String salt = master.get("salt", "");
        if (salt.isEmpty()) {
            byte[] fresh = new byte[16];
            new SecureRandom().nextBytes(fresh);
            salt = Hex.of(fresh);
            master.put("salt", salt, false);
            master.putInt("rounds", ROUNDS, false);
        }
        char[] chars = password.chars();
        var spec = new PBEKeySpec(chars, Hex.parse(salt), Math.clamp(master.getInt("rounds", ROUNDS), ROUNDS, MOST_ROUNDS), 256);
        byte[] key = {};
        try {
            key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
            byte[] hex = new byte[2 * key.length];
            for (int i = 0; i < key.length; i++) {
                hex[2 * i] = (byte) Character.forDigit(key[i] >> 4 & 0xF, 16);
                hex[2 * i + 1] = (byte) Character.forDigit(key[i] & 0xF, 16);
            }
            CharBuffer text = StandardCharsets.US_ASCII.decode(java.nio.ByteBuffer.wrap(hex));
            Arrays.fill(hex, (byte) 0);
            return Arrays.copyOf(text.array(), text.remaining());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime lacks PBKDF2WithHmacSHA512", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(chars, '\0');
            Arrays.fill(key, (byte) 0);
        }
    }
}
