// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.command.UserDirs;

/**
 * Remembers how the keys of each token came onto it, as far as this client saw it: whether the card made them, or they came from the server. A
 * key that a card made exists nowhere else; one that came from the server may be in its archive. Only digests of public keys are kept.
 */
final class KeyLog {

    private final Path dir;

    /** The log of this user. */
    KeyLog() {
        this(UserDirs.state().resolve("keys"));
    }

    /** A log in a directory, which is made when needed. */
    KeyLog(Path dir) {
        this.dir = dir;
    }

    /** How a key came onto its card. */
    enum Origin {
        /** The card made it: there is no other copy. */
        CARD,
        /** The server sent it. */
        SERVER
    }

    /** Notes what this token holds now; what was noted of it before is gone. */
    void keep(Cuid cuid, Map<PublicKey, Origin> keys) {
        var lines = keys.entrySet().stream().map(e -> digest(e.getKey()) + " " + e.getValue()).toList();
        try {
            UserDirs.create(dir);
            Path part = Files.createTempFile(dir, "keys", ".tmp");
            Files.write(part, lines, StandardCharsets.US_ASCII);
            Files.move(part, file(cuid), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            // then it is not known to be archived, which is the careful side
        }
    }

    /** How this key came onto this token, if that was seen. */
    Optional<Origin> origin(Cuid cuid, PublicKey key) {
        return Optional.ofNullable(read(file(cuid)).get(digest(key)));
    }

    /** True if another token has been given this key. */
    boolean elsewhere(Cuid cuid, PublicKey key) {
        if (!Files.isDirectory(dir)) {
            return false;
        }
        String wanted = digest(key);
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".keys") && !f.equals(file(cuid)))
                    .anyMatch(f -> read(f).containsKey(wanted));
        } catch (IOException | UncheckedIOException _) {
            return false;
        }
    }

    private static Map<String, Origin> read(Path file) {
        var keys = new LinkedHashMap<String, Origin>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                String[] f = line.split(" ");
                for (Origin o : Origin.values()) {
                    if (f.length == 2 && f[1].equals(o.name())) {
                        keys.put(f[0], o);
                    }
                }
            }
        } catch (NoSuchFileException _) {
            return Map.of();
        } catch (IOException _) {
            // a torn file says what its whole lines say
            return keys;
        }
        return keys;
    }

    private Path file(Cuid cuid) {
        return dir.resolve(cuid + ".keys");
    }

    private static String digest(PublicKey key) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

}
