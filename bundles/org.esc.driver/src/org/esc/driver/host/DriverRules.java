// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.UserDirs;

/** The rules people have made about drivers, kept in a file that the workbench and the terminal share: a rule a line. */
public final class DriverRules {

    private static final ReentrantLock HERE = new ReentrantLock();

    private final Path file;

    /** In the user's settings. */
    public DriverRules() {
        this(UserDirs.config().resolve("drivers.rules"));
    }

    /** In another file. */
    public DriverRules(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** All rules. @throws EscException if the file is there and cannot be read */
    public List<DriverRule> all() throws EscException {
        try {
            return lines().stream().flatMap(l -> DriverRule.parse(l).stream()).toList();
        } catch (IOException e) {
            throw broken("read", e);
        }
    }

    /** Adds a rule in place of those about the same driver and the same cards; a new PIN also replaces another driver's. */
    public void add(DriverRule rule) throws EscException {
        change(kept -> {
            kept.removeIf(r -> same(r, rule) && (r.driver().equals(rule.driver())
                    || r.kind() == rule.kind() && rule.kind() == DriverRule.Kind.PIN));
            kept.add(rule);
        });
    }

    /** Removes all rules about a driver, or only those about certain cards. @return how many there were */
    public int remove(String driver, java.util.function.Predicate<DriverRule> which) throws EscException {
        int[] gone = {0};
        change(kept -> {
            int before = kept.size();
            kept.removeIf(r -> r.driver().equals(driver) && which.test(r));
            gone[0] = before - kept.size();
        });
        return gone[0];
    }

    private static boolean same(DriverRule a, DriverRule b) {
        return a.scope() == b.scope() && a.value().equals(b.value());
    }

    private void change(Consumer<List<DriverRule>> what) throws EscException {
        HERE.lock();
        try {
            UserDirs.create(file.getParent());
            try (var channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); var _ = channel.lock()) {
                // a line that a later version wrote and this one cannot read stays
                var strange = lines().stream().filter(l -> !l.isBlank() && DriverRule.parse(l).isEmpty()).toList();
                var rules = new ArrayList<>(all());
                what.accept(rules);
                var fresh = new ArrayList<>(strange);
                rules.forEach(r -> fresh.add(r.line()));
                Path temp = Files.createTempFile(file.getParent(), "drivers", ".tmp");
                try {
                    Files.write(temp, fresh, StandardCharsets.UTF_8, StandardOpenOption.SYNC);
                    Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(temp);
                }
            }
        } catch (IOException e) {
            throw broken("keep", e);
        } finally {
            HERE.unlock();
        }
    }

    private List<String> lines() throws IOException {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    private EscException broken(String verb, IOException e) {
        return Problem.of(Fault.USAGE, verb + " the rules about drivers", "The file " + file + " cannot be used: " + e.getMessage())
                .code("driver-rules").exception(e);
    }
}
