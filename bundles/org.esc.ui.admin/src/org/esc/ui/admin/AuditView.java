// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.viewers.ColumnWeightData;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.tps.admin.AuditConfig;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Console;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** What the server's audit log takes down, and its signed files. */
public final class AuditView extends AdminView {

    private Label words;
    private Table events;
    private Table files;
    private Label filesWords;
    private Button apply;
    private Button reset;
    private Button toggle;
    private Button saveFile;
    private Optional<AuditConfig> config = Optional.empty();
    private List<AuditConfig.File> logs = List.of();
    private List<String> names = List.of();
    private int asked;

    @Override
    void fill(Composite place) {
        GridLayoutFactory.fillDefaults().margins(6, 6).spacing(0, 4).applyTo(place);
        words = new Label(place, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(words);
        var sash = new SashForm(place, SWT.VERTICAL | SWT.SMOOTH);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        var above = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 4).applyTo(above);
        events = table(above, "Audit events", SWT.CHECK | SWT.SINGLE, List.of("Event", "Taken down"), List.of(4, 2));
        events.addListener(SWT.Selection, e -> {
            if (e.detail == SWT.CHECK) {
                ticked((TableItem) e.item);
            }
        });
        var bar = bar(above, 3);
        apply = button(bar, "Sa&ve", "Tells the server which events to take down", this::apply);
        reset = button(bar, "Re&set", "Throws away what has been changed here", this::showEvents);
        toggle = button(bar, "Switch &Off…", "Switches the whole audit log", this::toggle);
        var below = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 4).applyTo(below);
        filesWords = new Label(below, SWT.WRAP);
        filesWords.setText("Signed log files:");
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(filesWords);
        files = table(below, "Signed log files", SWT.SINGLE, List.of("File", "Bytes"), List.of(4, 1));
        files.addListener(SWT.Selection, _ -> saveFile.setEnabled(files.getSelectionIndex() >= 0));
        files.addListener(SWT.DefaultSelection, _ -> saveFile());
        saveFile = button(bar(below, 1), "Save &File…", "Writes the signed log to a file", this::saveFile);
        saveFile.setEnabled(false);
        sash.setWeights(2, 1);
        config = Optional.empty();
        enable();
    }

    private static Table table(Composite parent, String name, int style, List<String> heads, List<Integer> weights) {
        var place = new Composite(parent, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).hint(200, 80).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        var table = Names.name(new Table(place, style | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), name);
        table.setHeaderVisible(true);
        for (int i = 0; i < heads.size(); i++) {
            var c = new TableColumn(table, SWT.NONE);
            c.setText(heads.get(i));
            layout.setColumnData(c, new ColumnWeightData(weights.get(i), 100, true));
        }
        return table;
    }

    private static Composite bar(Composite parent, int columns) {
        var bar = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(columns).spacing(6, 0).applyTo(bar);
        return bar;
    }

    private static Button button(Composite bar, String label, String tip, Runnable run) {
        var b = NativeLook.of(new Button(bar, SWT.PUSH));
        b.setText(label);
        b.setToolTipText(tip);
        b.addListener(SWT.Selection, _ -> run.run());
        return b;
    }

    @Override
    void load(Filter wish) {
        refresh();
    }

    @Override
    void refresh() {
        TpsAdmin admin = admin();
        int mine = ++asked;
        say("Reading…");
        Work.quietly("Read the audit settings", events.getDisplay(), (_, cancel) -> admin.audit(cancel), now -> {
            if (mine == asked && open()) {
                show(now);
            }
        }, p -> {
            if (mine == asked && open()) {
                say(p.message() + " " + p.advice() + " Refresh (F5) to try again.");
                failed(p);
            }
        });
        refusal(Right.READ_AUDIT_FILES).ifPresentOrElse(why -> filesWords.setText("Signed log files: " + why.replace("&", "&&")), () ->
                Work.quietly("Read the list of audit logs", events.getDisplay(), (_, cancel) -> admin.auditFiles(cancel), now -> {
                    if (mine == asked && open()) {
                        show(now);
                    }
                }, p -> {
                    if (mine == asked && open()) {
                        filesWords.setText(("Signed log files: " + p.message()).replace("&", "&&"));
                        filesWords.requestLayout();
                    }
                }));
    }

    private Optional<String> refusal(Right right) {
        return server().flatMap(s -> s.refusal(right));
    }

    private void say(String text) {
        words.setText(text.replace("&", "&&"));
        words.requestLayout();
    }

    private void show(AuditConfig now) {
        config = Optional.of(now);
        say("The audit log is " + (now.enabled() ? "on" : "off") + (now.signed() ? ", signed" : ", not signed") + "."
                + (now.interval() > 0 ? " It is written every " + now.interval() + " seconds." : "") + refusal(Right.CHANGE_AUDIT).map(w -> " " + w).orElse(""));
        showEvents();
    }

    private void showEvents() {
        events.setRedraw(false);
        events.removeAll();
        names = config.map(c -> List.copyOf(c.events().keySet())).orElse(List.of());
        names.forEach(n -> {
            var item = new TableItem(events, SWT.NONE);
            AuditConfig.State s = config.orElseThrow().events().get(n);
            item.setText(0, n);
            item.setChecked(s != AuditConfig.State.DISABLED);
            write(item, s);
        });
        events.setRedraw(true);
        enable();
    }

    private static void write(TableItem item, AuditConfig.State s) {
        item.setText(1, switch (s) {
            case MANDATORY -> "Always";
            case ENABLED -> "Yes";
            case DISABLED -> "No";
        });
    }

    private void ticked(TableItem item) {
        AuditConfig.State was = config.orElseThrow().events().get(item.getText(0));
        if (was == AuditConfig.State.MANDATORY || refusal(Right.CHANGE_AUDIT).isPresent()) {
            // it stays as it is
            item.setChecked(was != AuditConfig.State.DISABLED);
        } else {
            write(item, item.getChecked() ? AuditConfig.State.ENABLED : AuditConfig.State.DISABLED);
        }
        enable();
    }

    private Map<String, AuditConfig.State> changes() {
        var changes = new TreeMap<String, AuditConfig.State>();
        for (TableItem i : events.getItems()) {
            AuditConfig.State was = config.orElseThrow().events().get(i.getText(0));
            AuditConfig.State now = was == AuditConfig.State.MANDATORY ? was : i.getChecked() ? AuditConfig.State.ENABLED : AuditConfig.State.DISABLED;
            if (now != was) {
                changes.put(i.getText(0), now);
            }
        }
        return changes;
    }

    private void enable() {
        boolean may = config.isPresent() && refusal(Right.CHANGE_AUDIT).isEmpty();
        boolean changed = config.isPresent() && !changes().isEmpty();
        apply.setEnabled(may && changed);
        reset.setEnabled(changed);
        toggle.setEnabled(may);
        toggle.setText(config.filter(c -> !c.enabled()).isPresent() ? "Switch &On" : "Switch &Off…");
        toggle.getParent().layout();
    }

    private void apply() {
        TpsAdmin admin = admin();
        Map<String, AuditConfig.State> changes = changes();
        Work.start("Change what is audited", events.getDisplay(), (_, cancel) -> admin.setAuditEvents(changes, cancel), this::shown, this::complain);
    }

    private void shown(AuditConfig now) {
        if (open()) {
            show(now);
        }
    }

    private void toggle() {
        TpsAdmin admin = admin();
        if (config.filter(c -> !c.enabled()).isPresent()) {
            Work.start("Switch the audit log on", events.getDisplay(), (_, cancel) -> admin.enableAudit(true, cancel), this::shown, this::complain);
            return;
        }
        new FormDialog<>(getSite().getShell(), "Switch the audit log off", "Nothing is taken down until it is switched on again.", List.of(), "Switch &Off",
                (_, cancel) -> admin.enableAudit(false, cancel), this::shown)
                .cautious("What happens meanwhile can never be shown from the log. That it was switched off is itself taken down.").open();
    }

    private void show(List<AuditConfig.File> now) {
        logs = new ArrayList<>(now);
        filesWords.setText(now.isEmpty() ? "There are no signed log files." : "Signed log files:");
        filesWords.requestLayout();
        files.removeAll();
        now.forEach(f -> new TableItem(files, SWT.NONE).setText(new String[] {f.id(), java.text.NumberFormat.getIntegerInstance().format(f.size())}));
        saveFile.setEnabled(false);
    }

    private void saveFile() {
        int at = files.getSelectionIndex();
        if (at < 0) {
            return;
        }
        String name = logs.get(at).id();
        var dialog = new FileDialog(getSite().getShell(), SWT.SAVE);
        dialog.setText("Save the signed log " + name);
        dialog.setFileName(name);
        dialog.setOverwrite(true);
        String chosen = dialog.open();
        if (chosen != null) {
            saveFile(name, Path.of(chosen));
        }
    }

    void saveFile(String name, Path to) {
        TpsAdmin admin = admin();
        Work.start("Save " + name, events.getDisplay(), (_, cancel) -> {
            try {
                Path fresh = Files.createTempFile(to.toAbsolutePath().getParent(), ".audit", ".tmp");
                try {
                    try (var out = Files.newOutputStream(fresh)) {
                        admin.auditFile(name, out, cancel);
                    }
                    Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(fresh);
                }
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, "save a log", "The file " + to + " cannot be written.").exception(e);
            }
            return to;
        }, done -> Console.line("Saved the signed log " + name + " to " + done), this::complain);
    }

    private void complain(Problem p) {
        failed(p);
        if (p.fault() != Fault.CANCELLED && open()) {
            new ProblemDialog(getSite().getShell(), "Audit", p).open();
        }
    }

    Table events() {
        return events;
    }

    Table files() {
        return files;
    }

    @Override
    String copied() {
        var lines = new StringJoiner("\n");
        for (TableItem i : files.isFocusControl() ? files.getItems() : events.getItems()) {
            lines.add(i.getText(0) + "\t" + i.getText(1));
        }
        return lines.toString();
    }

    @Override
    Control first() {
        return events;
    }
}
