// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * A software card's file: three lines that a person can read, an empty line, then records {@code length4 check4 body check4}. The first
 * record is the whole card, each further one the lasting changes of one command. Records are only ever appended, and a file is only ever replaced
 * by a complete new one, so that whenever the program is killed the card is as it was after some command; a last record that is cut short
 * is dropped. The file is readable by its owner only and locked while a card lives on it.
 */
public final class CardFile {

    private static final Words WORDS = Words.of(CardFile.class);

    /** Length from which the changes are folded into a new file while the card is in use. */
    private static final int FOLD_AT = 1 << 20;
    private static final long LARGEST = 64L << 20;
    /** Bytes of a record around its body: length and two checks. */
    private static final int FRAME = 12;

    private static final String FIRST_LINE = "ESC software token, format 1";
    private static final String SECOND_LINE = "FOR TESTS ONLY. This file holds private keys and PINs that a real card would never give away.";
    private static final int MOST_HEADER = 1024;
    private static final Pattern PROTECTION =
            Pattern.compile("protection: (none|scrypt-aes256gcm n=(\\d{1,8}) r=(\\d{1,3}) p=(\\d{1,3}) salt=([0-9A-F]{32}))");

    private static final int SCRYPT_N = 1 << 15;
    private static final int SCRYPT_R = 8;
    private static final int SCRYPT_P = 1;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private static final String STEP = WORDS.say("open the software token");

    /** Locks of a file belong to the process, and closing any channel on it would give them up: so no file is opened twice here. */
    private static final Set<Path> OPEN = new HashSet<>();

    private CardFile() {
    }

    /**
     * Creates a file with a new card. Never overwrites.
     *
     * @param passphrase encrypts it, when given; the caller closes it
     * @throws EscException USAGE if there is such a file already, CARD if it cannot be written
     */
    public static void create(Path file, CardSpec spec, Optional<Secret> passphrase) throws EscException {
        create(file, spec, List.of(), passphrase);
    }

    /** As {@link #create(Path, CardSpec, Optional)}, with applets on it from the start. */
    public static void create(Path file, CardSpec spec, List<AppletFactory> applets, Optional<Secret> passphrase) throws EscException {
        CardStore store = SoftCard.fresh(spec, applets);
        try {
            Header header = Header.fresh(passphrase);
            if (Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Path temporary = temporary(file);
            try {
                try (FileChannel c = newFile(temporary)) {
                    writeFully(c, ByteBuffer.wrap(header.text));
                    writeFully(c, header.record(store.snapshot(), 0));
                    c.force(true);
                }
                // a link, unlike a rename, does not replace what somebody else put there in the meantime
                link(temporary, file);
                syncDirectory(file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (FileAlreadyExistsException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), WORDS.say("There is a file {0} already; it was left alone.", file))
                    .code("file-exists").advice(WORDS.say("Choose another name, or delete that file yourself.")).exception(e);
        } catch (NoSuchFileException e) {
            throw failed(WORDS.say("create the software token"), WORDS.say("The folder of {0} does not exist.", file), "file-error", e);
        } catch (IOException e) {
            throw failed(WORDS.say("create the software token"), WORDS.say("The file {0} cannot be written: {1}.", file, reason(e)), "file-error", e);
        }
    }

    private static void link(Path temporary, Path file) throws IOException {
        try {
            Files.createLink(file, temporary);
        } catch (UnsupportedOperationException | java.nio.file.AccessDeniedException e) {
            move(temporary, file, false);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (java.nio.file.FileSystemException e) {
            move(temporary, file, false);
        }
    }

    /**
     * Opens the card on a file and locks it until the card is closed.
     *
     * @param passphrase needed if the file is encrypted; the caller closes it
     * @param applets    software for its applets
     * @throws EscException CARD if there is none, it is in use, it is damaged (it is then left as it is); LOGIN if the passphrase is
     *                      wrong, USAGE if one is needed and there is none
     */
    public static SoftCard open(Path file, Optional<Secret> passphrase, Supplier<List<AppletFactory>> applets) throws EscException {
        Path real;
        try {
            real = file.toRealPath();
        } catch (IOException e) {
            throw failed(STEP, WORDS.say("There is no file {0}.", file), "no-file", e);
        }
        synchronized (OPEN) {
            if (!OPEN.add(real)) {
                throw inUse(file);
            }
        }
        boolean opened = false;
        Journal journal = null;
        try {
            journal = new Journal(real, file);
            var store = new CardStore(journal);
            journal.load(store, passphrase);
            SoftCard card = SoftCard.over(store, applets);
            opened = true;
            return card;
        } catch (IllegalArgumentException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw failed(STEP, WORDS.say("The file {0} cannot be opened for reading and writing: {1}.", file, reason(e)), "file-error",
                    e);
        } finally {
            if (!opened) {
                if (journal != null) {
                    journal.release();
                } else {
                    synchronized (OPEN) {
                        OPEN.remove(real);
                    }
                }
            }
        }
    }

    /** True if the file needs a passphrase; false also if it cannot be read, which {@link #open} will explain. */
    public static boolean isEncrypted(Path file) {
        return begins(file, false, head -> Header.read(head).filter(h -> h.salt.length > 0).isPresent());
    }

    /** True if the file begins as a software token's does, or a card lives on it here. */
    static boolean isCard(Path file) {
        byte[] first = FIRST_LINE.substring(0, FIRST_LINE.indexOf(',')).getBytes(StandardCharsets.US_ASCII);
        return begins(file, true, head -> Arrays.equals(first, Arrays.copyOf(head, first.length)));
    }

    /** What is true of a file's first bytes; {@code open} if it must not be looked into because a card lives on it. */
    private static boolean begins(Path file, boolean open, Predicate<byte[]> test) {
        try {
            Path real = file.toRealPath();
            synchronized (OPEN) {
                if (OPEN.contains(real)) {
                    return open;
                }
                try (var in = Files.newInputStream(real)) {
                    return test.test(in.readNBytes(MOST_HEADER));
                }
            }
        } catch (IOException _) {
            return false;
        }
    }

    private static CardException failed(String step, String message, String code, Exception cause) {
        return new CardException(Problem.of(Fault.CARD, step, message).code(code), cause);
    }

    private static CardException inUse(Path file) {
        return new CardException(Problem.of(Fault.CARD, STEP, WORDS.say("The software token {0} is in use by another program.", file))
                .code("file-in-use").advice(WORDS.say("Close that program, or take the token out there.")), null);
    }

    private static CardException damaged(Path file, Exception cause) {
        return new CardException(Problem.of(Fault.CARD, STEP,
                WORDS.say("The file {0} is no software token, or it is damaged. It was left as it is.", file)).code("file-damaged")
                .advice(WORDS.say("Use a backup of it, or make a new software token.")), cause);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException _ -> WORDS.say("access is denied");
            case java.nio.file.FileSystemException x when Files.isDirectory(Path.of(x.getFile())) -> WORDS.say("it is a folder");
            case java.nio.file.FileSystemException x when x.getReason() != null -> x.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static Path temporary(Path file) {
        Path name = file.getFileName();
        return file.resolveSibling("." + name + "." + Long.toHexString(new SecureRandom().nextLong()) + ".tmp");
    }

    /** Removes what a program left behind that was killed while it wrote the file anew. */
    private static void sweep(Path file) {
        String start = "." + file.getFileName() + ".";
        try (var siblings = Files.newDirectoryStream(file.toAbsolutePath().getParent(),
                p -> p.getFileName().toString().startsWith(start) && p.getFileName().toString().matches(".*\\.[0-9a-f]{1,16}\\.tmp"))) {
            for (Path p : siblings) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException _) {
            // litter does no harm
        }
    }

    private static FileChannel newFile(Path file) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileAttribute<?>[] ownerOnly = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
        return FileChannel.open(file, options, ownerOnly);
    }

    private static void move(Path from, Path to, boolean replace) throws IOException {
        if (!replace) {
            Files.move(from, to);
        } else {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void syncDirectory(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try (FileChannel d = FileChannel.open(folder, StandardOpenOption.READ)) {
            d.force(true);
        } catch (IOException _) {
            // some systems cannot sync a folder; the file itself is safe
        }
    }

    private static void writeFully(FileChannel c, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            c.write(bytes);
        }
    }

    /** The readable lines and, for an encrypted file, the key made from the passphrase. */
    private static final class Header {

        private final byte[] text;
        private final int n;
        private final int r;
        private final int p;
        private final byte[] salt;
        private SecretKeySpec key;
        private final SecureRandom random = new SecureRandom();

        private Header(byte[] text, int n, int r, int p, byte[] salt) {
            this.text = text;
            this.n = n;
            this.r = r;
            this.p = p;
            this.salt = salt;
        }

        static Header fresh(Optional<Secret> passphrase) {
            byte[] salt = new byte[passphrase.isPresent() ? 16 : 0];
            new SecureRandom().nextBytes(salt);
            String protection = passphrase.isPresent()
                    ? "scrypt-aes256gcm n=" + SCRYPT_N + " r=" + SCRYPT_R + " p=" + SCRYPT_P + " salt=" + Hex.of(salt) : "none";
            byte[] text = (FIRST_LINE + "\n" + SECOND_LINE + "\nprotection: " + protection + "\n\n")
                    .getBytes(StandardCharsets.US_ASCII);
            var h = new Header(text, SCRYPT_N, SCRYPT_R, SCRYPT_P, salt);
            passphrase.ifPresent(h::unlock);
            return h;
        }

        /** The header at the start of a file, if it is one of ours. */
        static Optional<Header> read(byte[] start) {
            String s = new String(start, StandardCharsets.US_ASCII);
            int end = s.indexOf("\n\n");
            if (end < 0) {
                return Optional.empty();
            }
            String[] lines = s.substring(0, end).split("\n", -1);
            if (lines.length != 3 || !lines[0].equals(FIRST_LINE)) {
                return Optional.empty();
            }
            Matcher m = PROTECTION.matcher(lines[2]);
            if (!m.matches()) {
                return Optional.empty();
            }
            byte[] text = Arrays.copyOf(start, end + 2);
            if (m.group(5) == null) {
                return Optional.of(new Header(text, 0, 0, 0, new byte[0]));
            }
            int n = Integer.parseInt(m.group(2));
            int r = Integer.parseInt(m.group(3));
            int p = Integer.parseInt(m.group(4));
            // a forged header must not make us fill the memory
            boolean sane = n >= 2 && n <= 1 << 20 && Integer.bitCount(n) == 1 && r >= 1 && p >= 1 && p <= 16
                    && 128L * n * r <= 256L << 20;
            return sane ? Optional.of(new Header(text, n, r, p, Hex.parse(m.group(5)))) : Optional.empty();
        }

        void unlock(Secret passphrase) {
            byte[] pass = passphrase.bytes();
            byte[] k = SCrypt.generate(pass, salt, n, r, p, 32);
            Arrays.fill(pass, (byte) 0);
            key = new SecretKeySpec(k, "AES");
            Arrays.fill(k, (byte) 0);
        }

        /** One record. Its checks (CRC-32) cover the length and the body as they stand in the file, each with the record's number. */
        ByteBuffer record(byte[] content, long number) throws IOException {
            byte[] body = key == null ? content : seal(content, number);
            var b = ByteBuffer.allocate(FRAME + body.length);
            b.putInt(body.length).putInt(check(body.length, number)).put(body).putInt(crc(body, number));
            return b.flip();
        }

        private byte[] seal(byte[] content, long number) throws IOException {
            byte[] nonce = new byte[NONCE];
            random.nextBytes(nonce);
            try {
                Cipher c = cipher(Cipher.ENCRYPT_MODE, nonce, number);
                byte[] body = new byte[NONCE + c.getOutputSize(content.length)];
                System.arraycopy(nonce, 0, body, 0, NONCE);
                c.doFinal(content, 0, content.length, body, NONCE);
                return body;
            } catch (GeneralSecurityException e) {
                throw new IOException("Encryption failed", e);
            }
        }

        byte[] content(byte[] body, long number) throws IOException, GeneralSecurityException {
            if (salt.length == 0) {
                return body;
            }
            if (body.length < NONCE + TAG_BITS / 8) {
                throw new IOException("A record is too short");
            }
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(body, NONCE), number).doFinal(body, NONCE, body.length - NONCE);
        }

        private Cipher cipher(int mode, byte[] nonce, long number) throws GeneralSecurityException {
            Cipher c = Cipher.getInstance("AES/GCM/NoPadding");
            c.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            // bound to this file and to its place in it
            c.updateAAD(text);
            c.updateAAD(ByteBuffer.allocate(8).putLong(number).array());
            return c;
        }
    }

    /** Its own check keeps a damaged length from looking like a record that was cut short. */
    private static int check(int length, long number) {
        return crc(ByteBuffer.allocate(4).putInt(length).array(), number);
    }

    private static int crc(byte[] body, long number) {
        var crc = new CRC32();
        crc.update(ByteBuffer.allocate(8).putLong(number).array());
        crc.update(body);
        return (int) crc.getValue();
    }

    /** The open, locked file. */
    private static final class Journal implements CardStore.Sink {

        private final Path real;
        private final Path asked;
        private FileChannel channel;
        private FileLock lock;
        private Header header;
        private long end;
        private long records;
        private long foldAt = FOLD_AT;
        private boolean unsynced;
        private boolean changed;
        private boolean broken;

        Journal(Path real, Path asked) throws IOException, CardException {
            this.real = real;
            this.asked = asked;
            try {
                channel = FileChannel.open(real, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Object before = Files.readAttributes(real, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
                lock = lock(channel);
                Object after = Files.readAttributes(real, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
                if (lock == null || before != null && !before.equals(after)) {
                    // locked by somebody, or replaced by its last user while we waited to look
                    throw inUse(asked);
                }
                sweep(real);
            } catch (IOException | CardException e) {
                release();
                throw e;
            }
        }

        private static FileLock lock(FileChannel c) throws IOException {
            try {
                return c.tryLock();
            } catch (OverlappingFileLockException _) {
                return null;
            }
        }

        void load(CardStore store, Optional<Secret> passphrase) throws IOException, EscException {
            if (channel.size() > LARGEST) {
                throw damaged(asked, null);
            }
            byte[] all = new byte[(int) channel.size()];
            var into = ByteBuffer.wrap(all);
            while (into.hasRemaining() && channel.read(into, into.position()) >= 0) {
                // reads on
            }
            header = Header.read(Arrays.copyOf(all, Math.min(all.length, MOST_HEADER))).orElseThrow(() -> damaged(asked, null));
            if (header.salt.length > 0) {
                header.unlock(passphrase.orElseThrow(() -> Problem.of(Fault.USAGE, STEP,
                        WORDS.say("The software token {0} is encrypted and no passphrase was given.", asked)).code("passphrase-missing")
                        .advice(WORDS.say("Name an environment variable that holds it with --passphrase-env.")).exception()));
            }
            try (var in = new DataInputStream(new ByteArrayInputStream(all, header.text.length, all.length - header.text.length))) {
                end = header.text.length;
                while (in.available() > 0) {
                    Optional<byte[]> body = body(in);
                    if (body.isEmpty()) {
                        break;
                    }
                    store.replay(content(body.get()));
                    end += FRAME + body.get().length;
                    records++;
                }
            } catch (IOException e) {
                throw damaged(asked, e);
            }
            if (records == 0) {
                throw damaged(asked, null);
            }
        }

        /** The next record's body, or empty if the file ends within the record: the program was killed while it wrote it. */
        private Optional<byte[]> body(DataInputStream in) throws IOException {
            if (in.available() < 8) {
                return Optional.empty();
            }
            int length = in.readInt();
            if (in.readInt() != check(length, records) || length < 0 || length > LARGEST) {
                throw new IOException("The length of record " + records + " is wrong");
            }
            if (in.available() < length + 4) {
                return Optional.empty();
            }
            byte[] body = in.readNBytes(length);
            if (in.readInt() != crc(body, records)) {
                throw new IOException("The check of record " + records + " is wrong");
            }
            return Optional.of(body);
        }

        private byte[] content(byte[] body) throws IOException, EscException {
            try {
                return header.content(body, records);
            } catch (AEADBadTagException e) {
                if (records == 0) {
                    throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The passphrase does not open the software token {0}.", asked))
                            .code("wrong-passphrase").advice(WORDS.say("Check the passphrase. The file was left as it is.")).exception(e);
                }
                throw new IOException("Record " + records + " was changed", e);
            } catch (GeneralSecurityException e) {
                throw new IOException("Decryption failed", e);
            }
        }

        @Override
        public void append(byte[] changes) throws IOException {
            if (broken) {
                throw new IOException("An earlier write failed");
            }
            ByteBuffer record = header.record(changes, records);
            int length = record.remaining();
            if (channel.size() != end) {
                // the torn tail of a killed program
                channel.truncate(end);
            }
            try {
                channel.position(end);
                writeFully(channel, record);
            } catch (IOException e) {
                try {
                    channel.truncate(end);
                } catch (IOException _) {
                    broken = true;
                }
                throw e;
            }
            end += length;
            records++;
            changed = true;
            unsynced = true;
        }

        @Override
        public void tidy(CardStore store) {
            if (end > foldAt) {
                try {
                    fold(store);
                    foldAt = FOLD_AT;
                } catch (IOException _) {
                    // the changes are safe where they are; the folding is tried again later
                    foldAt = 2 * end;
                }
            }
        }

        @Override
        public void sync() throws IOException {
            if (unsynced && !broken) {
                channel.force(false);
                unsynced = false;
            }
        }

        @Override
        public void close(CardStore store) throws IOException {
            try {
                if (changed && !broken) {
                    fold(store);
                }
            } finally {
                release();
            }
        }

        /** Puts a new file with the whole card in place of this one, and goes on with it. */
        private void fold(CardStore store) throws IOException {
            Path temporary = temporary(real);
            FileChannel next = newFile(temporary);
            boolean done = false;
            try {
                FileLock nextLock = lock(next);
                writeFully(next, ByteBuffer.wrap(header.text));
                writeFully(next, header.record(store.snapshot(), 0));
                next.force(true);
                move(temporary, real, true);
                syncDirectory(real);
                FileChannel old = channel;
                channel = next;
                lock = nextLock;
                end = next.size();
                records = 1;
                unsynced = false;
                done = true;
                old.close();
            } finally {
                if (!done) {
                    next.close();
                    Files.deleteIfExists(temporary);
                }
            }
        }

        void release() {
            synchronized (OPEN) {
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } catch (IOException _) {
                    // nothing more can be done; the lock goes with the process
                } finally {
                    lock = null;
                    OPEN.remove(real);
                }
            }
        }
    }
}
