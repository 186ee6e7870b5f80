// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.esc.apdu.Words;
import org.esc.trace.Decoded;
import org.esc.trace.Entry;
import org.esc.trace.Field;
import org.esc.trace.Masked;
import org.esc.trace.Part;
import org.esc.ui.Columns;
import org.esc.ui.HexText;
import org.esc.ui.Names;

/** One exchange: its fields as a tree and its bytes beside it, each leading to the other. */
final class DecodedPane extends Composite {

    private static final Words WORDS = Words.of(DecodedPane.class);

    /** More fields than this are not shown: nobody reads them, and building them would hold up the window. */
    private static final int MOST_FIELDS = 4000;

    private final Label head;
    private final Tree tree;
    private final StyledText hex;
    private HexText text = new HexText();
    private Optional<Part> part = Optional.empty();
    private List<Part> parts = List.of();
    private boolean leading;

    /** What a line of the tree stands for; {@code field} is missing in the line of a whole part. */
    private record Line(Part part, Optional<Field> field) {
    }

    DecodedPane(Composite parent) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(this);
        head = new Label(this, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(head);
        var sash = new SashForm(this, SWT.HORIZONTAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        tree = Names.name(new Tree(sash, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Fields of the exchange"));
        tree.setHeaderVisible(true);
        column(WORDS.say("Field"), 230);
        column(WORDS.say("Value"), 300);
        column(WORDS.say("Bytes"), 160);
        hex = Names.name(new StyledText(sash, SWT.READ_ONLY | SWT.MULTI | SWT.V_SCROLL | SWT.H_SCROLL | SWT.BORDER), WORDS.say("Bytes of the exchange"));
        hex.setFont(JFaceResources.getTextFont());
        sash.setWeights(3, 2);
        addListener(SWT.Resize, _ -> sash.setOrientation(getSize().x < 700 ? SWT.VERTICAL : SWT.HORIZONTAL));
        tree.addListener(SWT.Selection, _ -> {
            if (!leading && tree.getSelectionCount() > 0) {
                show((Line) tree.getSelection()[0].getData(), true);
            }
        });
        // the field under the pointer shows its bytes without being selected
        tree.addListener(SWT.MouseMove, e -> {
            TreeItem item = tree.getItem(new org.eclipse.swt.graphics.Point(e.x, e.y));
            if (item != null && tree.getSelectionCount() == 0) {
                show((Line) item.getData(), false);
            }
        });
        hex.addCaretListener(e -> lead(e.caretOffset));
        hex.addListener(SWT.MouseMove, e -> {
            int at = hex.getOffsetAtPoint(new org.eclipse.swt.graphics.Point(e.x, e.y));
            hex.setToolTipText(at < 0 ? null : text.byteAt(at).stream().mapToObj(this::path).findFirst().orElse(null));
        });
    }

    private void column(String title, int width) {
        Columns.fixed(tree, SWT.LEFT, title, width);
    }

    Tree tree() {
        return tree;
    }

    StyledText hex() {
        return hex;
    }

    /** Shows an exchange, or nothing. */
    void show(Optional<Loader.Details> details) {
        List<Part> now = details.map(d -> d.decoded().parts()).orElse(List.of());
        String words = details.map(DecodedPane::head).orElse("");
        if (now.equals(parts) && words.equals(head.getText())) {
            return;
        }
        parts = now;
        head.setText(words);
        layout();
        tree.setRedraw(false);
        try {
            tree.removeAll();
            int[] left = {MOST_FIELDS};
            for (Part p : parts) {
                var item = new TreeItem(tree, SWT.NONE);
                item.setText(new String[] {title(p.kind()), WORDS.many(p.bytes().length(), "{0} byte", "{0} bytes"), bytes(p.bytes(), 0, p.bytes().length())});
                item.setData(new Line(p, Optional.empty()));
                p.fields().forEach(f -> add(item, p, f, left));
                expand(item);
            }
        } finally {
            tree.setRedraw(true);
        }
        // what was inside says more than how it was wrapped
        Optional<Part> first = parts.stream().filter(p -> p.kind() == Part.Kind.PLAIN_COMMAND).findFirst().or(() -> parts.stream().findFirst());
        part = Optional.empty();
        first.ifPresent(p -> tree.setTopItem(tree.getItem(parts.indexOf(p))));
        first.ifPresentOrElse(p -> show(new Line(p, Optional.empty()), false), () -> {
            text = new HexText();
            hex.setText("");
        });
    }

    private static String head(Loader.Details details) {
        Entry e = details.entry();
        Decoded d = details.decoded();
        var s = new StringBuilder(WORDS.say("No. {0}", e.number())).append("   ").append(d.brief().name())
                .append(' ').append(d.brief().summary());
        d.before().application().ifPresent(a -> s.append("   ").append(WORDS.say("application {0}", a)));
        s.append(d.before().file().isEmpty() ? "" : "   " + WORDS.say("file {0}", d.before().file()));
        s.append(d.before().channel() == 0 ? "" : "   " + WORDS.say("channel {0}", d.before().channel()));
        s.append(d.before().security().isOpen() ? "   " + d.before().security() : "");
        details.verdict().ifPresent(v -> s.append("\n").append(Row.verdict(v)));
        details.note().ifPresent(n -> s.append("\n").append(NotesPane.words(n)));
        return s.toString().replace("&", "&&");
    }

    private static String title(Part.Kind kind) {
        return switch (kind) {
            case COMMAND -> WORDS.say("Command");
            case RESPONSE -> WORDS.say("Answer");
            case PLAIN_COMMAND -> WORDS.say("Command before it was wrapped");
            case PLAIN_RESPONSE -> WORDS.say("Answer after it was unwrapped");
            case WHOLE_COMMAND_DATA -> WORDS.say("Data of the whole chain");
            case WHOLE_RESPONSE_DATA -> WORDS.say("Data of the whole answer");
        };
    }

    private static void add(TreeItem parent, Part p, Field f, int[] left) {
        if (left[0]-- <= 0) {
            return;
        }
        var item = new TreeItem(parent, SWT.NONE);
        item.setText(new String[] {f.name(), f.value().replace('\n', ' '), bytes(p.bytes(), f.offset(), f.end())});
        item.setData(new Line(p, Optional.of(f)));
        f.children().forEach(c -> add(item, p, c, left));
    }

    private static void expand(TreeItem item) {
        item.setExpanded(true);
        for (TreeItem child : item.getItems()) {
            expand(child);
        }
    }

    private static String bytes(Masked m, int from, int to) {
        String s = m.part(from, Math.min(to, from + 24)).toString();
        return to - from > 24 ? s + "…" : s;
    }

    private void show(Line line, boolean reveal) {
        if (part.isEmpty() || part.get() != line.part) {
            part = Optional.of(line.part);
            text = new HexText(line.part.bytes().bytes(), line.part.bytes()::isHidden);
            leading = true;
            hex.setText(text.text());
            leading = false;
        }
        hex.setStyleRanges(new StyleRange[0]);
        if (line.field.isEmpty()) {
            return;
        }
        var runs = new ArrayList<>(text.runs(line.field.get().offset(), line.field.get().length()));
        runs.sort(Comparator.comparingInt(HexText.Run::start));
        hex.setStyleRanges(runs.stream().map(r -> new StyleRange(r.start(), r.length(), getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION_TEXT),
                getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION))).toArray(StyleRange[]::new));
        if (reveal && !runs.isEmpty()) {
            leading = true;
            hex.setCaretOffset(runs.getFirst().start());
            hex.showSelection();
            leading = false;
        }
    }

    /** The caret stands on a byte: the innermost field that has it is selected. */
    private void lead(int position) {
        if (leading || part.isEmpty()) {
            return;
        }
        text.byteAt(position).ifPresent(at -> {
            for (TreeItem root : tree.getItems()) {
                if (((Line) root.getData()).part == part.get()) {
                    TreeItem item = innermost(root, at);
                    leading = true;
                    tree.setSelection(item);
                    tree.showItem(item);
                    leading = false;
                    show((Line) item.getData(), false);
                }
            }
        });
    }

    private static TreeItem innermost(TreeItem item, int at) {
        for (TreeItem child : item.getItems()) {
            Field f = ((Line) child.getData()).field.orElseThrow();
            if (f.offset() <= at && at < f.end()) {
                return innermost(child, at);
            }
        }
        return item;
    }

    private String path(int at) {
        var words = new ArrayList<String>();
        List<Field> fields = part.map(Part::fields).orElse(List.of());
        for (Optional<Field> f = in(fields, at); f.isPresent(); f = in(f.get().children(), at)) {
            words.add(f.get().name() + (f.get().value().isEmpty() ? "" : ": " + f.get().value()));
        }
        return String.join("\n", words);
    }

    private static Optional<Field> in(List<Field> fields, int at) {
        return fields.stream().filter(f -> f.offset() <= at && at < f.end()).findFirst();
    }

    /** What is selected, as text for the clipboard. */
    String text() {
        if (hex.isFocusControl()) {
            return hex.getSelectionText().isEmpty() ? hex.getText() : hex.getSelectionText();
        }
        var b = new StringBuilder();
        TreeItem[] items = tree.getSelectionCount() > 0 ? tree.getSelection() : tree.getItems();
        for (TreeItem item : items) {
            text(item, "", b);
        }
        return b.toString();
    }

    private static void text(TreeItem item, String indent, StringBuilder b) {
        b.append(indent).append(item.getText(0)).append(item.getText(1).isEmpty() ? "" : ": " + item.getText(1)).append("  ")
                .append(((Line) item.getData()).field.map(f -> ((Line) item.getData()).part.bytes().part(f.offset(), f.end()).toString()).orElse(""))
                .append(System.lineSeparator());
        for (TreeItem child : item.getItems()) {
            text(child, indent + "  ", b);
        }
    }
}
