// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Note;
import org.esc.trace.Trace;
import org.esc.ui.Columns;
import org.esc.ui.Names;

/** Bookmarks and notes of a trace, in order; Enter leads to the place. */
final class NotesPane extends Composite {

    private static final Words WORDS = Words.of(NotesPane.class);

    /** More lines than this are not shown; all of them are in the trace. */
    private static final int MOST = 5000;

    private final Table table;
    private final Label words;

    /** A pane; {@code goTo} is given the index of an exchange. */
    NotesPane(Composite parent, LongConsumer goTo) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(this);
        table = Names.name(new Table(this, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Bookmarks and notes"));
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
        column(WORDS.say("No."), 90, SWT.RIGHT);
        column(WORDS.say("Bookmark"), 110, SWT.LEFT);
        column(WORDS.say("Note"), 620, SWT.LEFT);
        words = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(words);
        table.addListener(SWT.DefaultSelection, e -> goTo.accept((Long) e.item.getData()));
    }

    private void column(String title, int width, int style) {
        Columns.fixed(table, style, title, width);
    }

    Table table() {
        return table;
    }

    /** A note in words, on one line. */
    static String words(Note n) {
        return (n.mark() == Note.Mark.NONE ? "" : Row.BOOKMARK + " " + WORDS.say("{0} bookmark", name(n.mark()))) + (n.mark() == Note.Mark.NONE || n.text().isEmpty() ? "" : "   ")
                + (n.text().isEmpty() ? "" : Row.NOTE + " " + n.text().replace('\n', ' '));
    }

    /** A bookmark's colour by name. */
    static String name(Note.Mark mark) {
        return switch (mark) {
            case NONE -> WORDS.say("none");
            case RED -> WORDS.say("red");
            case ORANGE -> WORDS.say("orange");
            case YELLOW -> WORDS.say("yellow");
            case GREEN -> WORDS.say("green");
            case BLUE -> WORDS.say("blue");
            case VIOLET -> WORDS.say("violet");
        };
    }

    /** Where the notes of a trace are kept. */
    static String kept(Trace t) {
        return t.keepsNotes() ? WORDS.say("Kept in the file itself.")
                : t.about().live() ? WORDS.say("Kept as long as the exchanges are remembered. Save As, in this program's own format, keeps them.")
                        : WORDS.say("The format of this file keeps no notes: they are gone when the view is closed. Save As, in this "
                        + "program's own format, keeps them.");
    }

    /**
     * A note and where it stands.
     *
     * @param number of the exchange
     */
    record Line(Note note, String number) {
    }

    /** The notes of a trace, in order. */
    static List<Line> lines(Trace trace) {
        return new TreeMap<>(trace.notes()).values().stream().filter(n -> n.index() >= trace.first() && n.index() < trace.end()).limit(MOST)
                .map(n -> new Line(n, number(trace, n.index()))).toList();
    }

    private static String number(Trace trace, long index) {
        try {
            return Long.toString(trace.get(index).number());
        } catch (EscException | IndexOutOfBoundsException _) {
            return "";
        }
    }

    /** Shows the notes of a trace. */
    void show(Trace trace, List<Line> lines) {
        table.removeAll();
        for (Line l : lines) {
            Note n = l.note;
            var item = new TableItem(table, SWT.NONE);
            item.setText(new String[] {l.number, n.mark() == Note.Mark.NONE ? "" : Row.BOOKMARK + " " + name(n.mark()), n.text().replace('\n', ' ')});
            item.setData(n.index());
        }
        say((lines.isEmpty() ? WORDS.say("There is no bookmark and no note. Ctrl+B sets a bookmark at the selected exchange, Ctrl+Shift+M notes something.")
                : WORDS.say("Enter leads to the place.") + (lines.size() == MOST ? " " + WORDS.say("No more than {0} are shown.", MOST) : "")) + " " + kept(trace));
    }

    /** Says how it stands. */
    void say(String text) {
        words.setText(text.replace("&", "&&"));
        layout();
    }
}
