// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A reader of pcscd that is all software ({@code native/reader.c}): it may have a keypad, its card may be slow, it may be pulled out, and it may tell
 * of cards at once, as vpcd's do not. Its card answers with the command and 9000.
 */
public final class PlayReader {

    private final String name;
    private final Path folder;

    /** Empty, without keypad, looked at by pcscd from time to time. {@code folder} must be made and be its own. */
    public PlayReader(String name, Path folder) {
        this.name = name;
        this.folder = folder;
    }

    /**
     * Makes its driver, once for a folder.
     *
     * @throws Pcscd.Unavailable if there is no compiler or header file here
     */
    static Path driver(Path folder) throws Pcscd.Unavailable, IOException, InterruptedException {
        if (Programs.program("gcc").isEmpty() || !Files.exists(Path.of("/usr/include/PCSC/ifdhandler.h"))) {
            throw new Pcscd.Unavailable("gcc and the header files of pcscd (package libpcsclite-dev) are not installed");
        }
        Path driver = folder.resolve("libreader.so");
        if (Files.exists(driver)) {
            return driver;
        }
        Path source = folder.resolve("reader.c");
        try (InputStream in = PlayReader.class.getResourceAsStream("/native/reader.c")) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        var made = Programs.run("gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-I/usr/include/PCSC", "-o", driver.toString(), source.toString());
        if (made.exit() != 0) {
            throw new IOException(made.text());
        }
        return driver;
    }

    /** Its entry in pcscd's settings. */
    String settings(Path driver) {
        return "FRIENDLYNAME \"" + name + "\"\nDEVICENAME " + folder + "\nLIBPATH " + driver + "\n";
    }

    /** Puts a card in. */
    public void insert(String atr) throws IOException {
        set("card", atr);
    }

    /** Takes the card out, which ends what it is doing. */
    public void pull() throws IOException {
        Files.deleteIfExists(folder.resolve("card"));
    }

    /** Takes the reader itself away, or brings it back. */
    public void gone(boolean gone) throws IOException {
        if (gone) {
            set("gone", "");
        } else {
            Files.deleteIfExists(folder.resolve("gone"));
        }
    }

    /** Lets it tell pcscd of cards at once, as most readers do; before pcscd starts. */
    public void tellsAtOnce() throws IOException {
        set("tells", "");
    }

    /** How long commands and entries take from now on; zero ends one under way. */
    public void slow(Duration time) throws IOException {
        if (time.isZero()) {
            Files.deleteIfExists(folder.resolve("slow"));
        } else {
            set("slow", "" + time.toMillis());
        }
    }

    /** What it answers to CM_IOCTL_GET_FEATURE_REQUEST and FEATURE_GET_TLV_PROPERTIES (control code 42330112), in hexadecimal. */
    public void keypad(String features, String properties) throws IOException {
        set("features", features);
        set("properties", properties);
    }

    /** How an entry at the keypad ends, in hexadecimal. */
    public void entry(String answer) throws IOException {
        set("entry", answer);
    }

    /** What it was asked: {@code transmit 00000000:BYTES} or {@code control CODE:BYTES}. */
    public List<String> asked() throws IOException {
        Path log = folder.resolve("asked");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private void set(String file, String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve(file + ".new"), content);
        Files.move(fresh, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }
}
