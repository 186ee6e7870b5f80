// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.List;
import org.esc.apdu.Words;

/** The words of one line of a script, read from the left. */
final class Line {

    private static final Words WORDS = Words.of(Line.class);

    private static final Word NOTHING = new Word(Word.Kind.SIGN, "", 0, 0);

    private final String file;
    private final int number;
    private final String text;
    private final List<Word> words;
    private int at;

    Line(String file, int number, String text) {
        this.file = file;
        this.number = number;
        this.text = text;
        words = Word.of(text).stream().filter(w -> w.kind() != Word.Kind.COMMENT).toList();
    }

    /** A mistake, on its way to who collects them. */
    static final class Wrong extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private final transient Mistake mistake;

        Wrong(Mistake mistake) {
            super(mistake.what(), null, false, false);
            this.mistake = mistake;
        }

        Mistake mistake() {
            return mistake;
        }
    }

    /** What stands there, without what is around it. */
    String statement() {
        return words.isEmpty() ? "" : text.substring(words.getFirst().from(), words.getLast().to());
    }

    Place place() {
        return place(words.isEmpty() ? 0 : words.getFirst().from());
    }

    private Place place(int index) {
        return new Place(file, number, index + 1);
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    boolean atEnd() {
        return at >= words.size();
    }

    /** The next word; one without characters at the end. */
    Word peek() {
        return atEnd() ? NOTHING : words.get(at);
    }

    /** The word behind the next one. */
    Word peekAfter() {
        return at + 1 < words.size() ? words.get(at + 1) : NOTHING;
    }

    boolean at(String word) {
        return peek().is(word);
    }

    boolean at(Word.Kind kind) {
        return !atEnd() && peek().kind() == kind;
    }

    /** Steps over a word if it is the next one. */
    boolean take(String word) {
        if (at(word)) {
            at++;
            return true;
        }
        return false;
    }

    /** Steps over the next word. @param what is expected, in words */
    Word next(String what) {
        if (atEnd()) {
            throw missing(what);
        }
        if (peek().kind() == Word.Kind.WRONG) {
            throw wrong(peek(), peek().text().startsWith("\"") ? WORDS.say("The quotes are not closed.") : WORDS.say("\"{0}\" does not belong here.", peek().text()),
                    peek().text().startsWith("\"") ? WORDS.say("Write \" at the end.") : WORDS.say("Expected {0}.", what));
        }
        return words.get(at++);
    }

    /** Steps over a word that has to be the next one. */
    void expect(String word, String where) {
        if (!take(word)) {
            throw atEnd() ? missing(WORDS.say("\"{0}\" {1}", word, where)) : wrong(peek(), WORDS.say("\"{0}\" does not belong here.", peek().text()),
                    WORDS.say("Expected {0}.", WORDS.say("\"{0}\" {1}", word, where)));
        }
    }

    /** Makes sure that nothing follows. */
    void end() {
        if (!atEnd()) {
            Word w = next("nothing");
            throw wrong(w, WORDS.say("\"{0}\" does not belong here.", w.text()), WORDS.say("The statement ends before it: one statement a line."));
        }
    }

    /** What follows up to the comment or the end of the line, as it stands. */
    String restWithoutComment() {
        String rest = atEnd() ? "" : text.substring(peek().from(), words.getLast().to());
        at = words.size();
        return rest;
    }

    /** How much was read. */
    int mark() {
        return at;
    }

    /** What was read since a mark, as it stands. */
    String since(int mark) {
        return mark >= at ? "" : text.substring(words.get(mark).from(), words.get(at - 1).to());
    }

    Wrong wrong(Word at, String what, String fix) {
        return new Wrong(new Mistake(place(at.from()), at.to() - at.from(), what, fix));
    }

    Wrong missing(String what) {
        int end = words.isEmpty() ? text.length() : words.getLast().to();
        return new Wrong(new Mistake(place(end), 0, WORDS.say("Something is missing: {0}.", what), WORDS.say("Write {0} here.", what)));
    }

    /** A mistake that is about what was read since a mark. */
    Wrong wrongSince(int mark, String what, String fix) {
        int from = mark < words.size() ? words.get(mark).from() : text.length();
        int to = at == 0 ? from : words.get(Math.min(at, words.size()) - 1).to();
        return new Wrong(new Mistake(place(from), Math.max(0, to - from), what, fix));
    }
}
