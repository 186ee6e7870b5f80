// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.coolkey.Ins;
import org.esc.globalplatform.CapFile;

/**
 * What is loaded onto a card under the package AID of the CoolKey applet: a load file from the operator, or our
 * stand-in, which is filler that only software tokens accept.
 */
public final class Applet {

    private static final Words WORDS = Words.of(Applet.class);

    private static final int STAND_IN_SIZE = 3000;
    private static final int GREATEST = 200_000;
    private static final Pattern NAME = Pattern.compile("(\\d+\\.\\d+\\.[0-9A-Fa-f]{8})\\.(?:ijc|cap)");

    private final byte[] image;
    private final Optional<String> version;
    private final boolean standIn;

    private Applet(byte[] image, Optional<String> version, boolean standIn) {
        this.image = image;
        this.version = version;
        this.standIn = standIn;
    }

    /** Our stand-in: the same bytes every time, no code in them. */
    public static Applet standIn() {
        byte[] title = "Stand-in for the CoolKey applet, for software tokens only. ".getBytes(
                StandardCharsets.US_ASCII);
        byte[] image = Arrays.copyOf(title, STAND_IN_SIZE);
        int at = title.length;
        for (int block = 0; at < image.length; block++) {
            byte[] filler = sha256(ByteBuffer.allocate(title.length + 4).put(title).putInt(block).array());
            int n = Math.min(filler.length, image.length - at);
            System.arraycopy(filler, 0, image, at, n);
            at += n;
        }
        return new Applet(image, Optional.empty(), true);
    }

    /**
     * A CoolKey applet: a CAP file, or its components one after the other (IJC). A name such as
     * {@code 1.4.58768072.ijc} tells its version.
     *
     * @throws EscException USAGE if the file cannot be read or holds something else
     */
    public static Applet of(Path file) throws EscException {
        byte[] bytes;
        try {
            if (Files.size(file) > GREATEST) {
                throw unusable(file, WORDS.say("it is too big for a card"));
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw unusable(file, WORDS.say("it cannot be read"));
        }
        CapFile cap;
        try {
            cap = CapFile.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw unusable(file, WORDS.say("it is no Java Card applet ({0})", e.getMessage()));
        }
        if (!cap.packageAid().equals(Ins.PACKAGE)) {
            throw unusable(file, WORDS.say("its package is {0}, CoolKey's is {1}", cap.packageAid(), Ins.PACKAGE));
        }
        Matcher m = NAME.matcher(String.valueOf(file.getFileName()));
        return new Applet(cap.image(), m.matches() ? Optional.of(m.group(1).toLowerCase(Locale.ROOT))
                : Optional.empty(), false);
    }

    private static EscException unusable(Path file, String why) {
        return Problem.of(Fault.USAGE, WORDS.say("read the applet"), WORDS.say("The applet file {0} cannot be used: {1}.", file, why))
                .code("bad-applet").exception();
    }

    /** The load file. */
    byte[] image() {
        return image.clone();
    }

    /** Version as {@code 1.4.58768072}, if the file's name tells it. */
    Optional<String> version() {
        return version;
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("The Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return (standIn ? "stand-in" : "load file") + version.map(v -> " " + v).orElse("") + ", " + image.length
                + " bytes, SHA-256 "
                + Hex.of(Arrays.copyOf(sha256(image), 4)) + "…";
    }
}
