// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.accessibility.ACC;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleControlAdapter;
import org.eclipse.swt.accessibility.AccessibleControlEvent;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.ui.Columns;
import org.esc.ui.Ink;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Bars, and beside them the same numbers in a table, which is what the keyboard and screen readers use. A bar, or a line, leads to what was counted. */
final class Chart extends Composite {

    private static final Words WORDS = Words.of(Chart.class);

    private static final int GAP = 6;

    private final boolean upright;
    private final Label title;
    private final Label note;
    private final Canvas canvas;
    private final Table table;
    private final Consumer<Figures.Target> open;
    private Optional<Figures> figures = Optional.empty();
    /** Where each bar, with its label and number, was drawn. */
    private final List<Rectangle> places = new ArrayList<>();
    private int hot = -1;

    /**
     * An empty chart.
     *
     * @param upright true for columns side by side, false for bars one below the other
     * @param open    told which list to open
     */
    Chart(Composite parent, String name, boolean upright, Consumer<Figures.Target> open) {
        super(parent, SWT.NONE);
        this.upright = upright;
        this.open = open;
        GridLayoutFactory.fillDefaults().numColumns(2).equalWidth(false).margins(8, 8).spacing(10, 4).applyTo(this);
        title = new Label(this, SWT.NONE);
        title.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.DEFAULT_FONT));
        title.setText(name);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(title);
        canvas = new Canvas(this, SWT.DOUBLE_BUFFERED | SWT.NO_BACKGROUND);
        GridDataFactory.fillDefaults().grab(true, true).hint(300, 136).applyTo(canvas);
        var place = new Composite(this, SWT.NONE);
        GridDataFactory.fillDefaults().grab(false, true).hint(240, 128).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        table = new Table(place, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL);
        table.setHeaderVisible(true);
        Names.name(table, name);
        var what = new TableColumn(table, SWT.NONE);
        layout.setColumnData(what, Columns.share(what, 3, 90));
        var number = new TableColumn(table, SWT.RIGHT);
        number.setText(WORDS.say("Number"));
        layout.setColumnData(number, Columns.share(number, 1, 64));
        note = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(400, SWT.DEFAULT).applyTo(note);
        Names.operatedBy(canvas, table);
        canvas.addPaintListener(e -> paint(e.gc));
        canvas.addListener(SWT.MouseDown, e -> at(e.x, e.y).ifPresent(this::open));
        canvas.addListener(SWT.MouseMove, e -> hover(at(e.x, e.y).orElse(-1)));
        canvas.addListener(SWT.MouseExit, _ -> hover(-1));
        table.addListener(SWT.DefaultSelection, _ -> open(table.getSelectionIndex()));
        canvas.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getName(AccessibleEvent e) {
                e.result = figures.map(Figures::sentence).orElse(name);
            }
        });
        canvas.getAccessible().addAccessibleControlListener(new AccessibleControlAdapter() {
            @Override
            public void getRole(AccessibleControlEvent e) {
                e.detail = ACC.ROLE_GRAPHIC;
            }
        });
    }

    /** Shows numbers. */
    void show(Figures now) {
        figures = Optional.of(now);
        there(true);
        title.setText(now.title().replace("&", "&&"));
        note.setText(now.note().replace("&", "&&"));
        int selected = table.getSelectionIndex();
        table.setRedraw(false);
        table.removeAll();
        table.getColumn(0).setText(now.head());
        for (Figures.Bar b : now.bars()) {
            new TableItem(table, SWT.NONE).setText(new String[] {b.label(), NumberFormat.getIntegerInstance(Words.locale()).format(b.value())});
        }
        table.setRedraw(true);
        if (selected >= 0 && selected < now.bars().size()) {
            table.setSelection(selected);
        }
        layout(true, true);
        canvas.redraw();
    }

    /** Bars and table take no room where there is nothing to show. */
    private void there(boolean wanted) {
        for (Control c : List.of(canvas, table.getParent())) {
            c.setVisible(wanted);
            ((GridData) c.getLayoutData()).exclude = !wanted;
        }
    }

    /** The table below the bars, or beside them. */
    void stack(boolean below) {
        var layout = (GridLayout) getLayout();
        int columns = below ? 1 : 2;
        if (layout.numColumns != columns) {
            layout.numColumns = columns;
            for (Label l : List.of(title, note)) {
                ((GridData) l.getLayoutData()).horizontalSpan = columns;
            }
            var data = (GridData) table.getParent().getLayoutData();
            data.grabExcessHorizontalSpace = below;
            layout(true, true);
        }
    }

    /** Says in place of the numbers why there are none. */
    void say(String words) {
        note.setText(words.replace("&", "&&"));
        there(figures.isPresent());
        layout(true, true);
    }

    Optional<Figures> figures() {
        return figures;
    }

    Table table() {
        return table;
    }

    Canvas canvas() {
        return canvas;
    }

    /** Middle of a bar, where a person would click. */
    Point middle(int bar) {
        Rectangle r = places.get(bar);
        return new Point(r.x + r.width / 2, r.y + r.height / 2);
    }

    private void open(int bar) {
        figures.filter(f -> bar >= 0 && bar < f.bars().size()).flatMap(f -> f.bars().get(bar).open()).ifPresent(open);
    }

    private Optional<Integer> at(int x, int y) {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).contains(x, y)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private void hover(int bar) {
        if (bar == hot) {
            return;
        }
        hot = bar;
        boolean link = figures.filter(f -> bar >= 0 && f.bars().get(bar).open().isPresent()).isPresent();
        canvas.setCursor(link ? getDisplay().getSystemCursor(SWT.CURSOR_HAND) : null);
        canvas.setToolTipText(figures.filter(_ -> bar >= 0).map(f -> f.bars().get(bar).label() + ": "
                + NumberFormat.getIntegerInstance(Words.locale()).format(f.bars().get(bar).value())).orElse(null));
        canvas.redraw();
    }

    // ---- drawing

    /** Under the pointer it stands out a little more. */
    private Color color(Figures.Tone tone, boolean hot) {
        boolean dark = NativeLook.isDark(table);
        RGB c = (switch (tone) {
            case PLAIN -> Ink.PLAIN;
            case GOOD -> Ink.GOOD;
            case WARN -> Ink.WARN;
            case BAD -> Ink.BAD;
            case PALE -> Ink.PALE;
        }).on(dark);
        int more = !hot ? 0 : dark ? 40 : -40;
        return new Color(Math.clamp(c.red + more, 0, 255), Math.clamp(c.green + more, 0, 255), Math.clamp(c.blue + more, 0, 255));
    }

    private void paint(GC gc) {
        Rectangle area = canvas.getClientArea();
        places.clear();
        gc.setBackground(table.getBackground());
        gc.fillRectangle(area);
        gc.setForeground(table.getForeground());
        gc.setFont(table.getFont());
        gc.setAntialias(SWT.ON);
        if (figures.isEmpty() || figures.get().bars().isEmpty()) {
            return;
        }
        var inner = new Rectangle(area.x + GAP, area.y + GAP, area.width - 2 * GAP, area.height - 2 * GAP);
        if (upright) {
            columns(gc, inner, figures.get());
        } else {
            bars(gc, inner, figures.get());
        }
    }

    private void bars(GC gc, Rectangle area, Figures f) {
        int n = f.bars().size();
        int line = Math.max(gc.getFontMetrics().getHeight() + 2, Math.min(30, area.height / n));
        int words = f.bars().stream().mapToInt(b -> gc.textExtent(b.label()).x).max().orElse(0);
        int label = Math.min(words, area.width * 2 / 5) + GAP;
        String widest = NumberFormat.getIntegerInstance(Words.locale()).format(f.most());
        int room = Math.max(10, area.width - label - gc.textExtent(widest).x - 2 * GAP);
        int y = area.y;
        for (int i = 0; i < n; i++) {
            Figures.Bar b = f.bars().get(i);
            int middle = y + (line - gc.getFontMetrics().getHeight()) / 2;
            gc.drawText(cut(gc, b.label(), label - GAP), area.x, middle, true);
            int length = f.most() == 0 ? 0 : Math.max(b.value() > 0 ? 2 : 0, (int) (room * b.value() / f.most()));
            gc.setBackground(color(b.tone(), i == hot));
            gc.fillRectangle(area.x + label, y + 3, length, line - 6);
            gc.drawText(NumberFormat.getIntegerInstance(Words.locale()).format(b.value()), area.x + label + length + GAP, middle, true);
            places.add(new Rectangle(area.x, y, area.width, line));
            y += line;
        }
    }

    private void columns(GC gc, Rectangle area, Figures f) {
        int n = f.bars().size();
        int text = gc.getFontMetrics().getHeight();
        int width = Math.max(3, area.width / n);
        int room = Math.max(10, area.height - 2 * text - 6);
        int base = area.y + text + 2 + room;
        int widest = f.bars().stream().mapToInt(b -> gc.textExtent(b.label()).x).max().orElse(0);
        // labels that would run into each other are left out evenly; the table has them all
        int each = Math.max(1, (widest + GAP + width - 1) / width);
        for (int i = 0; i < n; i++) {
            Figures.Bar b = f.bars().get(i);
            int x = area.x + i * width;
            int height = f.most() == 0 ? 0 : Math.max(b.value() > 0 ? 2 : 0, (int) (room * b.value() / f.most()));
            gc.setBackground(color(b.tone(), i == hot));
            gc.fillRectangle(x + 2, base - height, Math.max(1, width - 4), height);
            String number = NumberFormat.getIntegerInstance(Words.locale()).format(b.value());
            Point size = gc.textExtent(number);
            if (b.value() > 0 && size.x <= width * (each == 1 ? 1 : 2)) {
                gc.drawText(number, x + (width - size.x) / 2, base - height - text - 1, true);
            }
            if ((n - 1 - i) % each == 0) {
                Point l = gc.textExtent(b.label());
                gc.drawText(b.label(), Math.clamp(x + (width - l.x) / 2, area.x, Math.max(area.x, area.x + area.width - l.x)), base + 3, true);
            }
            places.add(new Rectangle(x, area.y, width, area.height));
        }
        gc.drawLine(area.x, base, area.x + n * width, base);
    }

    private static String cut(GC gc, String text, int room) {
        if (gc.textExtent(text).x <= room) {
            return text;
        }
        String cut = text;
        while (cut.length() > 1 && gc.textExtent(cut + "…").x > room) {
            cut = cut.substring(0, cut.length() - 1);
        }
        return cut + "…";
    }

    @Override
    public boolean setFocus() {
        return table.setFocus();
    }
}
