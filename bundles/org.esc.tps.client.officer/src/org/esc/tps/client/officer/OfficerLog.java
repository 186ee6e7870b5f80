// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;

/**
 * What was done at this desk: a file that is only ever added to, one line of JSON for each event. Each line carries the hash of the one before
 * it, so that a line that was changed or taken out shows. Nothing secret gets into it, and of an identity document only its kind.
 */
public final class OfficerLog {

    private static final Words WORDS = Words.of(OfficerLog.class);

    /** What stands before the first line. */
    private static final String START = "0".repeat(64);
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final ReentrantLock HERE = new ReentrantLock();

    private final Path file;

    /** The log of this user. */
    public OfficerLog() {
        this(UserDirs.state().resolve("officer.log"));
    }

    /** A log in a file, which is made when needed. */
    public OfficerLog(Path file) {
        this.file = file.toAbsolutePath();
    }

    /**
     * One event.
     *
     * @param time     when, ISO 8601
     * @param officer  short name
     * @param card     number of the officer's card
     * @param event    sign-in, sign-out, locked, or what was done: enroll, format …
     * @param cuid     number of the other card, may be empty
     * @param user     short name of the person it was for, may be empty
     * @param document kind of the identity document that was checked, may be empty
     * @param server   the TPS, may be empty
     * @param result   "done", "refused", "cancelled" or "failed"
     * @param message  in words
     * @param before   SHA-256 of the line before, hexadecimal
     */
    public record Event(String time, String officer, String card, String event, String cuid, String user, String document, String server, String result,
            String message, String before) {
    }

    /**
     * What the log says.
     *
     * @param events in order
     * @param intact false if a line was changed or taken out
     * @param firstBad number of the first line that does not fit to the one before, 0 if there is none
     */
    public record Reading(List<Event> events, boolean intact, int firstBad) {

        public Reading {
            events = List.copyOf(events);
        }
    }

    /** The file. */
    public Path path() {
        return file;
    }

    /** Adds an event: its time and {@code before} are filled in here. @throws EscException USAGE if it cannot be kept: nothing is issued without its record */
    public void add(Event e) throws EscException {
        HERE.lock();
        try {
            UserDirs.create(file.getParent());
            try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                long end = channel.size();
                String last = lastLine(channel, end);
                var whole = new Event(Instant.now().toString(), e.officer(), e.card(), e.event(), e.cuid(), e.user(), e.document(), e.server(), e.result(),
                        e.message(), last.isEmpty() ? START : hash(last));
                // a line that was cut off by a power failure stays, and this one begins on a line of its own
                String begin = end > 0 && !endsLine(channel, end) ? "\n" : "";
                var bytes = ByteBuffer.wrap((begin + JSON.toJson(whole) + "\n").getBytes(StandardCharsets.UTF_8));
                channel.position(end);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
        } catch (IOException x) {
            throw Problem.of(Fault.USAGE, WORDS.say("keep the officers' log"), WORDS.say("The officers' log {0} cannot be written.", file)).code("officer-log")
                    .advice(WORDS.say("Without its record nothing is done at the desk. Make room, or correct the rights of the file.")).exception(x);
        } finally {
            HERE.unlock();
        }
    }

    private static boolean endsLine(FileChannel channel, long end) throws IOException {
        var one = ByteBuffer.allocate(1);
        channel.read(one, end - 1);
        return one.get(0) == '\n';
    }

    private static String lastLine(FileChannel channel, long end) throws IOException {
        int size = (int) Math.min(end, 64 * 1024);
        var tail = ByteBuffer.allocate(size);
        while (tail.hasRemaining() && channel.read(tail, end - size + tail.position()) > 0) {
            // reads on
        }
        String text = new String(tail.array(), 0, tail.position(), StandardCharsets.UTF_8).stripTrailing();
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    /** Everything in it. @throws EscException USAGE if it cannot be read */
    public Reading read() throws EscException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return new Reading(List.of(), true, 0);
        } catch (IOException x) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the officers' log"), WORDS.say("The officers' log {0} cannot be read.", file))
                    .code("officer-log").exception(x);
        }
        var events = new ArrayList<Event>();
        String before = START;
        int bad = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank()) {
                continue;
            }
            Optional<Event> e = parse(line);
            if (e.isEmpty() || !before.equals(e.get().before())) {
                bad = bad == 0 ? i + 1 : bad;
            }
            e.ifPresent(events::add);
            before = hash(line);
        }
        return new Reading(events, bad == 0, bad);
    }

    private static Optional<Event> parse(String line) {
        try {
            return Optional.ofNullable(JSON.fromJson(line, Event.class)).filter(e -> e.time() != null && e.event() != null && e.officer() != null
                    && e.card() != null && e.cuid() != null && e.user() != null && e.document() != null && e.server() != null && e.result() != null
                    && e.message() != null);
        } catch (JsonParseException _) {
            return Optional.empty();
        }
    }

    private static String hash(String line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
