// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Interaction;

/**
 * Random PINs and the file they are written to, which only its owner may read: a table with a line for each PIN before it goes to a card ({@code sent}) and
 * one more once the server said that it is set ({@code set}). Whoever prints letters takes the last line {@code set} of a card.
 */
final class PinLetters {

    private static final Words WORDS = Words.of(PinLetters.class);

    private static final String STEP = WORDS.say("write the PIN letter");
    private static final String HEAD = "time,row,cuid,user,pin,state\n";
    /** Nothing that one person reads as another thing: no 0 O 1 I l. */
    private static final String LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";
    private static final String DIGITS = "0123456789";

    private final Path file;
    private final int length;
    private final SecureRandom random = new SecureRandom();

    private PinLetters(Path file, int length) {
        this.file = file;
        this.length = length;
    }

    /** In this file, which is made if need be. @throws EscException USAGE if it cannot be written or others may read it */
    static PinLetters in(Path file, int length) throws EscException {
        try {
            boolean posix = file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix");
            if (!Files.exists(file)) {
                FileAttribute<?>[] owner = posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                        : new FileAttribute<?>[0];
                Files.createFile(file, owner);
                append(file, HEAD.getBytes(StandardCharsets.US_ASCII));
            } else if (posix) {
                Set<PosixFilePermission> others = EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE,
                        PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
                others.retainAll(Files.getPosixFilePermissions(file));
                if (!others.isEmpty()) {
                    throw Problem.of(Fault.USAGE, STEP, WORDS.say("Others than its owner may read or write {0}.", file)).code("letters-not-private")
                            .advice(WORDS.say("Take their rights away (chmod 600), or name another file.")).exception();
                }
            }
            byte[] text = Files.readAllBytes(file);
            if (text.length > 0 && text[text.length - 1] != '\n') {
                // cut off by a power cut: what follows must not run into it
                append(file, new byte[] {'\n'});
            }
            Arrays.fill(text, (byte) 0);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        return new PinLetters(file, length);
    }

    /** Makes a PIN within these limits and writes it down. The caller closes it. @throws EscException USAGE if it cannot be written: then it is not used */
    Secret make(Interaction.NewPin limits, int row, Cuid cuid, String user) throws EscException {
        String alphabet = limits.digitsOnly() ? DIGITS : LETTERS;
        byte[] pin = new byte[Math.clamp(length, limits.minLength(), limits.maxLength())];
        for (int i = 0; i < pin.length; i++) {
            pin[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
        try {
            write(row, cuid, user, pin, "sent");
            return Secret.of(pin);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
    }

    /** Writes that the PIN is set. */
    void set(Secret pin, int row, Cuid cuid, String user) throws EscException {
        byte[] bytes = pin.bytes();
        try {
            write(row, cuid, user, bytes, "set");
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Writes that the PIN sent last is set after all, as turned out later.
     *
     * @return false if none was sent
     */
    boolean setAfterAll(int row, Cuid cuid, String user) throws EscException {
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8).reversed()) {
                // the PIN holds no comma and is the last but one
                String[] f = line.split(",");
                if (f.length >= 6 && f[1].equals(Integer.toString(row)) && f[2].equals(cuid.toString())) {
                    if (f[f.length - 1].equals("sent")) {
                        write(row, cuid, user, f[f.length - 2].getBytes(StandardCharsets.US_ASCII), "set");
                    }
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException _) {
            return false;
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private synchronized void write(int row, Cuid cuid, String user, byte[] pin, String state) throws EscException {
        byte[] before = (Instant.now() + "," + row + "," + cuid + "," + Table.written(user) + ",").getBytes(StandardCharsets.UTF_8);
        byte[] after = ("," + state + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] line = new byte[before.length + pin.length + after.length];
        System.arraycopy(before, 0, line, 0, before.length);
        System.arraycopy(pin, 0, line, before.length, pin.length);
        System.arraycopy(after, 0, line, before.length + pin.length, after.length);
        try {
            append(file, line);
        } catch (IOException e) {
            throw unwritable(file, e);
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }

    private static void append(Path file, byte[] bytes) throws IOException {
        try (var c = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            var b = ByteBuffer.wrap(bytes);
            while (b.hasRemaining()) {
                c.write(b);
            }
            c.force(true);
        }
    }

    private static EscException unwritable(Path file, IOException e) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The PIN letters cannot be written to {0}: {1}", file, e.getMessage())).code("file-unwritable")
                .advice(WORDS.say("Make room or name another file with --pin-letters. No card got a PIN that was not written down.")).exception(e);
    }
}
