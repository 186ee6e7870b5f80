// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.jface.viewers.StructuredSelection;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.driver.Access;
import org.esc.driver.DataObject;
import org.esc.driver.ObjectContent.Field;
import org.esc.driver.verbs.ObjectVerbs;
import org.esc.ui.HexText;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.TreeTable;

/** A data object: its fields and its bytes beside each other, each leading to the other; and the picture, if there is one in it. */
final class ObjectPane extends Composite {

    private static final Words WORDS = Words.of(ObjectPane.class);

    private final ExplorerModel model;
    private final Label status;
    private final Button read;
    private final Button savePicture;
    private final Runnable seen;
    private final TreeViewer fields;
    private final StyledText hex;
    private final Canvas canvas;
    private final Composite head;
    private final SashForm parts;
    private Optional<Entry> entry = Optional.empty();
    private Optional<ObjectVerbs.ReadVerb.Result> shown = Optional.empty();
    private Optional<Image> picture = Optional.empty();
    private Optional<String> reading = Optional.empty();
    private HexText text = new HexText(new byte[0]);
    private boolean undrawn;
    private boolean leading;

    /**
     * An empty pane.
     *
     * @param save told when the person wants the picture in a file
     * @param seen told when an object has been read
     */
    ObjectPane(Composite parent, ExplorerModel model, Runnable save, Runnable seen) {
        super(parent, SWT.NONE);
        this.model = model;
        this.seen = seen;
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(this);
        head = new Composite(this, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(8, 6).spacing(8, 0).applyTo(head);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(head);
        status = new Label(head, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(status);
        read = NativeLook.of(new Button(head, SWT.PUSH));
        read.setText(WORDS.say("&Read"));
        read.addListener(SWT.Selection, _ -> entry.ifPresent(this::read));
        GridDataFactory.fillDefaults().applyTo(read);
        savePicture = NativeLook.of(new Button(head, SWT.PUSH));
        savePicture.setText(WORDS.say("Save &Picture…"));
        savePicture.addListener(SWT.Selection, _ -> save.run());
        GridDataFactory.fillDefaults().applyTo(savePicture);
        parts = new SashForm(this, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(parts);
        fields = TreeTable.<Field>in(parts, SWT.SINGLE, WORDS.say("Fields of the object"), Field::parts, List.of(
                new TreeTable.Column<>(WORDS.say("Field"), 2, Field::name, f -> WORDS.say("{0}: {1} bytes at {2}", f.name(), f.length(), f.offset())),
                new TreeTable.Column<>(WORDS.say("Value"), 3, f -> f.value().replace('\n', ' '), Field::value)));
        fields.addSelectionChangedListener(e -> {
            if (!leading) {
                highlight(Optional.ofNullable((Field) e.getStructuredSelection().getFirstElement()), true);
            }
        });
        hex = new StyledText(parts, SWT.READ_ONLY | SWT.MULTI | SWT.V_SCROLL | SWT.H_SCROLL | SWT.BORDER);
        hex.setFont(JFaceResources.getTextFont());
        Names.name(hex, WORDS.say("Bytes of the object"));
        hex.addCaretListener(e -> lead(e.caretOffset));
        canvas = new Canvas(parts, SWT.BORDER | SWT.DOUBLE_BUFFERED);
        Names.name(canvas, WORDS.say("Picture in the object"));
        canvas.addPaintListener(e -> picture.ifPresent(i -> {
            Rectangle from = i.getBounds();
            Rectangle to = canvas.getClientArea();
            double scale = Math.min(1.0, Math.min(to.width / (double) from.width, to.height / (double) from.height));
            int w = Math.max(1, (int) (from.width * scale));
            int h = Math.max(1, (int) (from.height * scale));
            e.gc.drawImage(i, 0, 0, from.width, from.height, (to.width - w) / 2, (to.height - h) / 2, w, h);
        }));
        parts.setWeights(3, 3, 2);
        addDisposeListener(_ -> picture.ifPresent(Image::dispose));
    }

    /** Shows an object; one that everybody may read is read at once. */
    void show(Entry e) {
        DataObject o = e.object().orElseThrow().object();
        entry = Optional.of(e);
        Optional<ObjectVerbs.ReadVerb.Result> known = model.object(e);
        content(known);
        if (known.isPresent()) {
            say(undrawn
                    ? WORDS.say("{0} bytes. The picture in it cannot be shown here; save it for another program.", known.get().bytes().length)
                    : WORDS.say("{0} bytes", known.get().bytes().length));
        } else if (!o.present()) {
            say(WORDS.say("The token has no such object now."));
        } else if (reading.filter(e.path()::equals).isPresent()) {
            say(WORDS.say("Reading…"));
        } else if (o.reading().equals(Access.FREE)) {
            read(e);
        } else {
            say(WORDS.say("It is shown once the PIN was given: press Read."));
        }
        boolean closed = o.present() && !o.reading().equals(Access.FREE);
        offer(read, closed);
        offer(savePicture, known.flatMap(ObjectVerbs.ReadVerb.Result::image).isPresent());
        layout(true, true);
    }

    private static void offer(Button button, boolean offered) {
        button.setVisible(offered);
        ((GridData) button.getLayoutData()).exclude = !offered;
    }

    private void say(String words) {
        status.setText(words.replace("&", "&&"));
        layout(true, true);
    }

    private void read(Entry e) {
        reading = Optional.of(e.path());
        say(WORDS.say("Reading…"));
        model.readObject(e, problem -> {
            reading = Optional.empty();
            if (!isDisposed() && entry.filter(now -> now.path().equals(e.path())).isPresent()) {
                if (problem.isEmpty()) {
                    show(entry.get());
                    seen.run();
                } else {
                    content(Optional.empty());
                    say(problem.map(Problem::message).orElse(""));
                }
            }
        });
    }

    private void content(Optional<ObjectVerbs.ReadVerb.Result> result) {
        if (result.isPresent() && result.equals(shown)) {
            return;
        }
        shown = result;
        text = new HexText(result.map(ObjectVerbs.ReadVerb.Result::bytes).orElse(new byte[0]));
        hex.setText(text.text());
        fields.setInput(result.map(ObjectVerbs.ReadVerb.Result::fields).orElse(List.of()));
        fields.expandAll();
        picture.ifPresent(Image::dispose);
        picture = Optional.empty();
        undrawn = false;
        showPicture();
        Display display = getDisplay();
        // reading one takes its time, if somebody has made it so that it does
        result.flatMap(ObjectVerbs.ReadVerb.Result::image).ifPresent(b -> CompletableFuture.supplyAsync(() -> Pictures.read(b))
                .thenAccept(data -> Run.onUi(display, () -> {
                    if (!isDisposed() && shown.equals(result)) {
                        picture = data.map(d -> new Image(display, d));
                        undrawn = data.isEmpty();
                        showPicture();
                        entry.ifPresent(this::show);
                    }
                })));
    }

    private void showPicture() {
        canvas.setVisible(picture.isPresent());
        parts.layout();
        canvas.redraw();
    }

    private void highlight(Optional<Field> field, boolean reveal) {
        hex.setStyleRanges(new StyleRange[0]);
        if (field.isEmpty()) {
            return;
        }
        var runs = new ArrayList<>(text.runs(field.get().offset(), field.get().length()));
        runs.sort(Comparator.comparingInt(HexText.Run::start));
        hex.setStyleRanges(runs.stream().map(r -> new StyleRange(r.start(), r.length(), getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION_TEXT),
                getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION))).toArray(StyleRange[]::new));
        if (reveal && !runs.isEmpty()) {
            leading = true;
            try {
                hex.setCaretOffset(runs.getFirst().start());
                hex.showSelection();
            } finally {
                leading = false;
            }
        }
    }

    /** From a byte to the innermost field that holds it. */
    private void lead(int position) {
        if (leading || shown.isEmpty()) {
            return;
        }
        var at = text.byteAt(position);
        Optional<Field> field = at.isPresent() ? find(shown.get().fields(), at.getAsInt()) : Optional.empty();
        leading = true;
        try {
            fields.setSelection(field.map(StructuredSelection::new).orElse(StructuredSelection.EMPTY), true);
            highlight(field, false);
        } finally {
            leading = false;
        }
    }

    private static Optional<Field> find(List<Field> fields, int at) {
        return fields.stream().filter(f -> at >= f.offset() && at < f.offset() + f.length()).findFirst()
                .map(f -> find(f.parts(), at).orElse(f));
    }

    /** All of it, to be copied. */
    String text() {
        var lines = new StringJoiner("\n");
        shown.ifPresent(r -> r.fields().forEach(f -> add(lines, f, "")));
        lines.add(hex.getSelectionText().isEmpty() ? hex.getText() : hex.getSelectionText());
        return lines.toString();
    }

    private static void add(StringJoiner lines, Field f, String indent) {
        lines.add(indent + f.name() + "\t" + f.value());
        f.parts().forEach(p -> add(lines, p, indent + "  "));
    }
}
