// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** A table in text (RFC 4180, UTF-8), with the place of each cell, for complaints. The separator is a comma, semicolon or tab. */
final class Table {

    private static final Words WORDS = Words.of(Table.class);

    /** A plan of a hundred thousand rows has a few megabytes. */
    private static final long LARGEST = 64L << 20;
    private static final String FORMULA = "=+-@\t\r";

    /** @param column where it begins in its line, from 1 */
    record Cell(String text, int line, int column) {
    }

    /** What is wrong, and where. */
    static EscException wrong(String name, int line, int column, String what, String advice) {
        return Problem.of(Fault.USAGE, WORDS.say("read the plan"), WORDS.say("{0}, line {1}, column {2}: {3}", name, line, column, what)).code("bad-plan")
                .advice(advice).exception();
    }

    private final String name;
    private final String text;
    private char separator = ',';
    private int at;
    private int line = 1;
    private int lineStart;

    private Table(String name, String text) {
        this.name = name;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The text of a file. @throws EscException USAGE if it cannot be read or is no text */
    static String read(Path file) throws EscException {
        try {
            if (Files.size(file) > LARGEST) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the plan"), WORDS.say("{0} is too large for a plan.", file)).code("file-unreadable").exception();
            }
            byte[] bytes = Files.readAllBytes(file);
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (NoSuchFileException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the plan"), WORDS.say("There is no file {0}.", file)).code("file-unreadable").exception(e);
        } catch (CharacterCodingException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the plan"), WORDS.say("{0} is not text in UTF-8.", file)).code("bad-plan")
                    .advice(WORDS.say("Save it as \"CSV UTF-8\".")).exception(e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the plan"), WORDS.say("{0} cannot be read: {1}", file,
                    e.getMessage())).code("file-unreadable").exception(e);
        }
    }

    /** All lines that are not blank. @param name of the file, for complaints */
    static List<List<Cell>> parse(String name, String text) throws EscException {
        return new Table(name, text).lines();
    }

    private List<List<Cell>> lines() throws EscException {
        int end = text.indexOf('\n');
        String head = end < 0 ? text : text.substring(0, end);
        separator = head.indexOf('\t') >= 0 ? '\t' : head.indexOf(';') >= 0 && head.indexOf(',') < 0 ? ';' : ',';
        var all = new ArrayList<List<Cell>>();
        while (at < text.length()) {
            var cells = cells();
            if (cells.size() > 1 || !cells.getFirst().text().isBlank()) {
                all.add(cells);
            }
        }
        return all;
    }

    private List<Cell> cells() throws EscException {
        var cells = new ArrayList<Cell>();
        while (true) {
            cells.add(cell());
            if (at < text.length() && text.charAt(at) == separator) {
                at++;
                if (at == text.length()) {
                    cells.add(new Cell("", line, at - lineStart + 1));
                    return cells;
                }
                continue;
            }
            newLine();
            return cells;
        }
    }

    private void newLine() {
        if (at < text.length() && text.charAt(at) == '\r') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        line++;
        lineStart = at;
    }

    private boolean atEndOfCell() {
        return at >= text.length() || text.charAt(at) == separator || text.charAt(at) == '\n' || text.charAt(at) == '\r';
    }

    private Cell cell() throws EscException {
        int column = at - lineStart + 1;
        int begun = line;
        if (at < text.length() && text.charAt(at) == '"') {
            String quoted = quoted(begun, column);
            if (!atEndOfCell()) {
                throw wrong(name, line, at - lineStart + 1, WORDS.say("there is something behind a closing quote."),
                        WORDS.say("Write a quote within quotes twice."));
            }
            return new Cell(plain(quoted), begun, column);
        }
        int from = at;
        while (!atEndOfCell()) {
            at++;
        }
        return new Cell(plain(text.substring(from, at).strip()), begun, column);
    }

    /** Without the apostrophe that {@link #written} puts before a formula. */
    private static String plain(String cell) {
        return cell.length() > 1 && cell.charAt(0) == '\'' && FORMULA.indexOf(cell.charAt(1)) >= 0 ? cell.substring(1) : cell;
    }

    private String quoted(int begun, int column) throws EscException {
        var value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                if (at >= text.length() || text.charAt(at) != '"') {
                    return value.toString().strip();
                }
                at++;
            } else if (c == '\n') {
                line++;
                lineStart = at;
            }
            value.append(c);
        }
        throw wrong(name, begun, column, WORDS.say("a quote is opened and not closed."), "");
    }

    /** A cell for a file: quoted if need be, and never a formula to a spreadsheet. */
    static String written(String cell) {
        String safe = !cell.isEmpty() && FORMULA.indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
        return safe.chars().anyMatch(c -> c == ',' || c == ';' || c == '"' || c == '\n' || c == '\r' || c == '\t')
                || !safe.strip().equals(safe) ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    /** A line for a file, with its end. */
    static String line(List<String> cells) {
        return String.join(",", cells.stream().map(Table::written).toList()) + "\n";
    }
}
