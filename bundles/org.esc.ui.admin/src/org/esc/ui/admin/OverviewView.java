// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Names;
import org.esc.ui.ProblemText;

/** How things stand on a server, in four charts; each bar leads to the list of what it counts. */
public final class OverviewView extends AdminView {

    private static final Words WORDS = Words.of(OverviewView.class);

    /** Width from which two charts stand side by side. */
    private static final int BESIDE = 900;

    private Label who;
    private Composite row;
    private ProgressBar bar;
    private Label doing;
    private ScrolledComposite scroll;
    private Composite page;
    private final Map<Overview.Part, Chart> charts = new EnumMap<>(Overview.Part.class);
    private Optional<Work<?>> work = Optional.empty();
    private int asked;

    @Override
    void fill(Composite place) {
        charts.clear();
        GridLayoutFactory.fillDefaults().margins(6, 6).spacing(0, 4).applyTo(place);
        who = new Label(place, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(who);
        row = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(8, 0).applyTo(row);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(row);
        bar = Names.name(new ProgressBar(row, SWT.HORIZONTAL | SWT.SMOOTH), WORDS.say("Progress of counting"));
        GridDataFactory.fillDefaults().hint(160, SWT.DEFAULT).align(SWT.BEGINNING, SWT.CENTER).applyTo(bar);
        doing = new Label(row, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(doing);
        scroll = new ScrolledComposite(place, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(scroll);
        page = new Composite(scroll, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).equalWidth(true).spacing(10, 10).applyTo(page);
        for (Overview.Part part : Overview.Part.values()) {
            var chart = new Chart(page, part.title(), part == Overview.Part.ENROLMENTS, this::open);
            GridDataFactory.fillDefaults().grab(true, true).applyTo(chart);
            chart.stack(true);
            charts.put(part, chart);
        }
        scroll.setContent(page);
        scroll.addListener(SWT.Resize, _ -> arrange());
        place.addDisposeListener(_ -> work.ifPresent(Work::cancel));
    }

    private void arrange() {
        int columns = scroll.getClientArea().width >= BESIDE ? 2 : 1;
        var layout = (GridLayout) page.getLayout();
        if (layout.numColumns != columns) {
            layout.numColumns = columns;
            charts.values().forEach(c -> c.stack(columns == 2));
            page.layout(true, true);
        }
        scroll.setMinSize(page.computeSize(scroll.getClientArea().width, SWT.DEFAULT));
    }

    private void open(Figures.Target target) {
        server().ifPresent(s -> AdminPlugin.open(getSite().getPage(), s, target.kind(), target.filter()));
    }

    @Override
    void load(Filter wish) {
        refresh();
    }

    @Override
    void refresh() {
        work.ifPresent(Work::cancel);
        TpsAdmin admin = admin();
        int mine = ++asked;
        var display = page.getDisplay();
        who.setText(server().map(s -> s.entry().label() + ", " + s.entry().address() + " – " + s.words()).orElse("").replace("&", "&&"));
        var notes = new ArrayList<String>(admin.notes());
        who.setToolTipText(notes.isEmpty() ? null : String.join("\n", notes));
        progress(true);
        work = Optional.of(Work.start(WORDS.say("Counting on {0}", server().map(s -> s.entry().label()).orElse("")), display, (progress, cancel) -> {
            Overview.count(admin, (part, figures) -> display.asyncExec(() -> {
                if (mine == asked && !page.isDisposed()) {
                    charts.get(part).show(figures);
                    arrange();
                }
            }), (part, problem) -> display.asyncExec(() -> {
                if (mine == asked && !page.isDisposed()) {
                    charts.get(part).say(ProblemText.forPerson(problem));
                    arrange();
                }
            }), (percent, words) -> {
                progress.at(percent, words);
                display.asyncExec(() -> {
                    if (mine == asked && !page.isDisposed()) {
                        bar.setSelection(Math.max(0, percent));
                        doing.setText(words.replace("&", "&&"));
                    }
                });
            }, cancel);
            return true;
        }, _ -> {
            if (mine == asked && !page.isDisposed()) {
                progress(false);
            }
        }, e -> {
            if (mine == asked && !page.isDisposed()) {
                progress(false);
                ended(e);
            }
        }));
    }

    private void ended(EscException e) {
        Problem p = e.problem();
        doing.setText((p.fault() == Fault.CANCELLED ? WORDS.say("Counting was cancelled; refresh (F5) to count again.")
                : p.message() + " " + WORDS.say("Refresh (F5) to try again."))
                .replace("&", "&&"));
        row.setVisible(true);
        ((org.eclipse.swt.layout.GridData) row.getLayoutData()).exclude = false;
        bar.setVisible(false);
        row.getParent().layout(true, true);
        failed(e);
    }

    private void progress(boolean shown) {
        bar.setVisible(shown);
        bar.setSelection(0);
        doing.setText(shown ? WORDS.say("Counting…") : "");
        row.setVisible(shown);
        ((org.eclipse.swt.layout.GridData) row.getLayoutData()).exclude = !shown;
        row.getParent().layout(true, true);
    }

    /** True while something is being counted. */
    boolean counting() {
        return bar != null && !bar.isDisposed() && bar.getVisible();
    }

    Chart chart(Overview.Part part) {
        return charts.get(part);
    }

    @Override
    String copied() {
        var lines = new StringJoiner("\n");
        charts.values().forEach(c -> c.figures().ifPresent(f -> {
            lines.add(f.title());
            f.bars().forEach(b -> lines.add(b.label() + "\t" + b.value()));
            lines.add("");
        }));
        return lines.toString();
    }

    @Override
    Control first() {
        return charts.get(Overview.Part.STATES);
    }
}
