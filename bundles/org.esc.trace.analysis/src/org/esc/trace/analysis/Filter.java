// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.esc.trace.Entry;

/**
 * A question that is put to every exchange of a trace. Immutable. The language:
 *
 * <pre>
 * filter  = [ or ]                                    an empty one lets everything pass
 * or      = and  { ( "||" | "or" )  and }
 * and     = not  { ( "&amp;&amp;" | "and" ) not }
 * not     = ( "!" | "not" ) not | "(" or ")" | search | test
 * search  = STRING                                    in all words that are shown, and in the bytes as characters
 *         | "hex" BYTES                               in the bytes of command and answer
 * test    = flag                                      failed, masked, plain …
 *         | field ( "==" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) value
 *         | field ( "contains" | "startswith" ) value
 *         | field "matches" ( REGEX | STRING )        /…/ or /…/i
 *         | field "in" "{" value { "," value } "}"
 *         | "tlv" "[" TAG "]" [ operator value ]
 * </pre>
 *
 * Bytes are hexadecimal digits; {@code x} and {@code *} stand for any digit: {@code sw == 63Cx}, {@code data == 00A4****}. A hidden byte fits only
 * where anything does. {@code a != b} is the same as {@code !(a == b)}: an exchange without an answer has {@code sw != 9000}. Words are compared without regard to case.
 * What each field is says {@link #fields}.
 */
public final class Filter {

    /** Lets everything pass. */
    public static final Filter ALL = new Filter("", r -> true, Reading.Depth.BYTES);

    private final String text;
    private final Predicate<Row> predicate;
    private final Reading.Depth depth;

    Filter(String text, Predicate<Row> predicate, Reading.Depth depth) {
        this.text = Objects.requireNonNull(text);
        this.predicate = predicate;
        this.depth = depth;
    }

    /**
     * Something that may be written at a place.
     *
     * @param text        what to write
     * @param description what it is
     */
    public record Proposal(String text, String description) {
    }

    /**
     * What may be written instead of a part of a filter.
     *
     * @param from      index of the first character that it replaces
     * @param to        index behind the last one
     * @param proposals the best first
     */
    public record Completion(int from, int to, List<Proposal> proposals) {
        /** Copies the list. */
        public Completion {
            proposals = List.copyOf(proposals);
        }
    }

    /** Reads a filter; times of day and dates are in UTC, as traces show them. @throws FilterException with the place if it is none */
    public static Filter parse(String text) throws FilterException {
        return parse(text, ZoneOffset.UTC);
    }

    /** Reads a filter whose times of day and dates are of a time zone. @throws FilterException with the place if it is none */
    public static Filter parse(String text, ZoneId zone) throws FilterException {
        return new FilterParser(text, zone).filter();
    }

    /** What may be written at a caret, 0 to the text's length. */
    public static Completion complete(String text, int caret) {
        return complete(text, caret, _ -> List.of());
    }

    /**
     * What may be written at a caret.
     *
     * @param seen values of a field that are in the trace, to be proposed as well: readers, applications
     */
    public static Completion complete(String text, int caret, Function<String, List<String>> seen) {
        return FilterParser.complete(text, Math.clamp(caret, 0, text.length()), seen);
    }

    /** The fields that can be asked, and the two searches. */
    public static List<Proposal> fields() {
        return FilterField.ALL.stream().map(f -> new Proposal(f.name(), f.description())).toList();
    }

    /** How deep a {@link Reading} must be; one of bytes only is many times faster. */
    public Reading.Depth depth() {
        return depth;
    }

    /**
     * Whether an exchange passes.
     *
     * @throws IllegalStateException if the row's reading is not as deep as {@link #depth} says
     */
    public boolean test(Row row) {
        return predicate.test(row);
    }

    /** Whether an exchange passes a filter that asks for bytes only; from any thread. @throws IllegalStateException if this one asks for more */
    public boolean test(Entry e) {
        return predicate.test(Reading.ofBytes().next(e));
    }

    @Override
    public String toString() {
        return text;
    }
}
