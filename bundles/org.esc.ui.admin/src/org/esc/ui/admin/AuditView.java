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
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.AuditConfig;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Columns;
import org.esc.ui.Console;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** What the server's audit log takes down, and its signed files. */
public final class AuditView extends AdminView {

    private static final Words WORDS = Words.of(AuditView.class);

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
        events = table(above, WORDS.say("Audit events"), SWT.CHECK | SWT.SINGLE, List.of(WORDS.say("Event"), WORDS.say("Taken down")), List.of(4, 2));
        events.addListener(SWT.Selection, e -> {
            if (e.detail == SWT.CHECK) {
                ticked((TableItem) e.item);
            }
        });
        var bar = bar(above, 3);
        apply = button(bar, WORDS.say("Sa&ve"), WORDS.say("Tells the server which events to take down"), this::apply);
        reset = button(bar, WORDS.say("Re&set"), WORDS.say("Throws away what has been changed here"), this::showEvents);
        toggle = button(bar, WORDS.say("Switch &Off…"), WORDS.say("Switches the whole audit log"), this::toggle);
        var below = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 4).applyTo(below);
        filesWords = new Label(below, SWT.WRAP);
        filesWords.setText(WORDS.say("Signed log files:"));
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(filesWords);
        files = table(below, WORDS.say("Signed log files"), SWT.SINGLE, List.of(WORDS.say("File"), WORDS.say("Bytes")), List.of(4, 1));
        files.addListener(SWT.Selection, _ -> saveFile.setEnabled(files.getSelectionIndex() >= 0));
        files.addListener(SWT.DefaultSelection, _ -> saveFile());
        saveFile = button(bar(below, 1), WORDS.say("Save &File…"), WORDS.say("Writes the signed log to a file"), this::saveFile);
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
            layout.setColumnData(c, Columns.share(c, weights.get(i), 100));
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
        say(WORDS.say("Reading…"));
        Work.quietly(WORDS.say("Read the audit settings"), events.getDisplay(), (_, cancel) -> admin.audit(cancel), now -> {
            if (mine == asked && open()) {
                show(now);
            }
        }, e -> {
            if (mine == asked && open()) {
                Problem p = e.problem();
                say(p.message() + " " + p.advice() + " " + WORDS.say("Refresh (F5) to try again."));
                failed(e);
            }
        });
        refusal(Right.READ_AUDIT_FILES).ifPresentOrElse(why -> filesWords.setText(WORDS.say("Signed log files: {0}", why.replace("&", "&&"))), () ->
                Work.quietly(WORDS.say("Read the list of audit logs"), events.getDisplay(), (_, cancel) -> admin.auditFiles(cancel), now -> {
                    if (mine == asked && open()) {
                        show(now);
                    }
                }, e -> {
                    if (mine == asked && open()) {
                        filesWords.setText(WORDS.say("Signed log files: {0}", e.problem().message()).replace("&", "&&"));
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
        String state = now.enabled() ? now.signed() ? WORDS.say("The audit log is on, signed.") : WORDS.say("The audit log is on, not signed.")
                : now.signed() ? WORDS.say("The audit log is off, signed.") : WORDS.say("The audit log is off, not signed.");
        say(state + (now.interval() > 0 ? " " + WORDS.many(now.interval(), "It is written every second.", "It is written every {0} seconds.") : "")
                + refusal(Right.CHANGE_AUDIT).map(w -> " " + w).orElse(""));
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
            case MANDATORY -> WORDS.say("Always");
            case ENABLED -> WORDS.say("Yes");
            case DISABLED -> WORDS.say("No");
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
        toggle.setText(config.filter(c -> !c.enabled()).isPresent() ? WORDS.say("Switch &On") : WORDS.say("Switch &Off…"));
        toggle.getParent().layout();
    }

    private void apply() {
        TpsAdmin admin = admin();
        Map<String, AuditConfig.State> changes = changes();
        Work.start(WORDS.say("Change what is audited"), events.getDisplay(), (_, cancel) -> admin.setAuditEvents(changes, cancel), this::shown, this::complain);
    }

    private void shown(AuditConfig now) {
        if (open()) {
            show(now);
        }
    }

    private void toggle() {
        TpsAdmin admin = admin();
        if (config.filter(c -> !c.enabled()).isPresent()) {
            Work.start(WORDS.say("Switch the audit log on"), events.getDisplay(), (_, cancel) -> admin.enableAudit(true, cancel), this::shown, this::complain);
            return;
        }
        new FormDialog<>(getSite().getShell(), WORDS.say("Switch the audit log off"), WORDS.say("Nothing is taken down until it is switched on again."),
                List.of(), WORDS.say("Switch &Off"),
                (_, cancel) -> admin.enableAudit(false, cancel), this::shown)
                .cautious(WORDS.say("What happens meanwhile can never be shown from the log. That it was switched off is itself taken down.")).open();
    }

    private void show(List<AuditConfig.File> now) {
        logs = new ArrayList<>(now);
        filesWords.setText(now.isEmpty() ? WORDS.say("There are no signed log files.") : WORDS.say("Signed log files:"));
        filesWords.requestLayout();
        files.removeAll();
        now.forEach(f -> new TableItem(files, SWT.NONE).setText(new String[] {f.id(), f.size() < 0 ? ""
                : java.text.NumberFormat.getIntegerInstance(Words.locale()).format(f.size())}));
        saveFile.setEnabled(false);
    }

    private void saveFile() {
        int at = files.getSelectionIndex();
        if (at < 0) {
            return;
        }
        String name = logs.get(at).id();
        var dialog = new FileDialog(getSite().getShell(), SWT.SAVE);
        dialog.setText(WORDS.say("Save the signed log {0}", name));
        dialog.setFileName(name);
        dialog.setOverwrite(true);
        String chosen = dialog.open();
        if (chosen != null) {
            saveFile(name, Path.of(chosen));
        }
    }

    void saveFile(String name, Path to) {
        TpsAdmin admin = admin();
        Work.start(WORDS.say("Save {0}", name), events.getDisplay(), (_, cancel) -> {
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
                throw Problem.of(Fault.USAGE, WORDS.say("save a log"), WORDS.say("The file {0} cannot be written.", to)).exception(e);
            }
            return to;
        }, done -> Console.line(WORDS.say("Saved the signed log {0} to {1}", name, done)), this::complain);
    }

    private void complain(EscException e) {
        failed(e);
        if (e.fault() != Fault.CANCELLED && open()) {
            new ProblemDialog(getSite().getShell(), WORDS.say("Audit"), e).open();
        }
    }

    Table events() {
        return events;
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
