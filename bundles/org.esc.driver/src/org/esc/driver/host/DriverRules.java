// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.LineFile;
import org.esc.command.UserDirs;

/** The rules people have made about drivers, kept in a file that the workbench and the terminal share: a rule a line. */
public final class DriverRules {

    private static final Words WORDS = Words.of(DriverRules.class);

    private final LineFile file;

    /** In the user's settings. */
    public DriverRules() {
        this(UserDirs.config().resolve("drivers.rules"));
    }

    /** In another file. */
    public DriverRules(Path file) {
        this.file = new LineFile(file);
    }

    /** All rules. @throws EscException if the file is there and cannot be read */
    public List<DriverRule> all() throws EscException {
        try {
            return rules(file.lines());
        } catch (IOException e) {
            throw broken(WORDS.say("read the rules about drivers"), e);
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
        try {
            file.change(lines -> {
                var rules = new ArrayList<>(rules(lines));
                what.accept(rules);
                // a line that a later version wrote and this one cannot read stays
                lines.removeIf(l -> DriverRule.parse(l).isPresent());
                rules.forEach(r -> lines.add(r.line()));
            });
        } catch (IOException e) {
            throw broken(WORDS.say("keep the rules about drivers"), e);
        }
    }

    private static List<DriverRule> rules(List<String> lines) {
        return lines.stream().flatMap(l -> DriverRule.parse(l).stream()).toList();
    }

    private EscException broken(String step, IOException e) {
        return Problem.of(Fault.USAGE, step, WORDS.say("The file {0} cannot be used: {1}", file.path(), e.getMessage()))
                .code("driver-rules").exception(e);
    }
}
