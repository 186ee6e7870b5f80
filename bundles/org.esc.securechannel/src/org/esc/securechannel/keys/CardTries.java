// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.esc.command.LineFile;

/**
 * How often in a row the keys tried on a card were not its own, kept in a file so that neither a restart nor another process forgets it.
 * Cards are known by their key diversification data, and by what else names them before a secure channel is tried.
 */
final class CardTries {

    private final LineFile file;

    CardTries(Path file) {
        this.file = new LineFile(file);
    }

    /**
     * Failed tries on one card.
     *
     * @param card     its key diversification data in hexadecimal digits
     * @param failures how many in a row, at least 1
     * @param keys     what was tried last, in words
     * @param last     when
     * @param names    what else names the card
     */
    record Failures(String card, int failures, String keys, Instant last, Set<String> names) {

        private String line() {
            return String.join("\t", card, Integer.toString(failures), last.toString(), String.join(",", names), keys);
        }

        private static Optional<Failures> parse(String line) {
            String[] w = line.split("\t", 5);
            if (w.length != 5 || !w[0].matches("[0-9A-F]{20}") || !w[1].matches("[1-9][0-9]{0,5}")) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Failures(w[0], Integer.parseInt(w[1]), w[4], Instant.parse(w[2]),
                        new LinkedHashSet<>(List.of(w[3].split(",")))));
            } catch (java.time.DateTimeException _) {
                return Optional.empty();
            }
        }
    }

    /** All cards with failures. @throws IOException if the file is there and cannot be read */
    List<Failures> all() throws IOException {
        return file.lines().stream().flatMap(l -> Failures.parse(l).stream()).toList();
    }

    /** Notes one more failure and gives the count. @throws IOException if it cannot be kept */
    int failed(String card, String name, String keys) throws IOException {
        int[] count = {1};
        change(card, old -> {
            var names = new LinkedHashSet<>(old.map(Failures::names).orElse(Set.of()));
            names.add(name);
            count[0] = old.map(Failures::failures).orElse(0) + 1;
            return Optional.of(new Failures(card, count[0], keys.replaceAll("\\s", " "), Instant.now(), names));
        });
        return count[0];
    }

    /** Forgets the failures of a card that has accepted its keys. @throws IOException if that cannot be kept */
    void succeeded(String card) throws IOException {
        if (all().stream().anyMatch(f -> f.card().equals(card))) {
            change(card, _ -> Optional.empty());
        }
    }

    private void change(String card, UnaryOperator<Optional<Failures>> what) throws IOException {
        file.change(lines -> {
            // a line that a later version wrote and this one cannot read stays
            var old = lines.stream().flatMap(l -> Failures.parse(l).stream()).filter(f -> f.card().equals(card)).findFirst();
            lines.removeIf(l -> Failures.parse(l).filter(f -> f.card().equals(card)).isPresent());
            what.apply(old).ifPresent(f -> lines.add(f.line()));
        });
    }
}
