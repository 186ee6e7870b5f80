// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.ISaveablePart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.TpsAdmin;

/** General settings of the server: applets, channels, failover. */
public final class ConfigurationView extends AdminView implements ISaveablePart {

    private static final Words WORDS = Words.of(ConfigurationView.class);

    private static final String ONE = "general configuration";

    private Label words;
    private Optional<PropertyEditor> editor = Optional.empty();
    private Map<String, String> saved = Map.of();
    private int asked;

    @Override
    void fill(Composite place) {
        GridLayoutFactory.fillDefaults().margins(6, 6).spacing(0, 4).applyTo(place);
        words = new Label(place, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(words);
        editor = Optional.of(new PropertyEditor(place, true, new PropertyEditor.Owner() {
            @Override
            public void save(String id, Map<String, String> values) {
                TpsAdmin admin = admin();
                Map<String, String> changes = changes(values);
                Work.start(WORDS.say("Save the configuration"), place.getDisplay(), (_, cancel) -> admin.setConfig(changes, cancel),
                        ConfigurationView.this::saved,
                        ConfigurationView.this::complain);
            }

            @Override
            public void dirtyChanged() {
                firePropertyChange(PROP_DIRTY);
            }
        }));
        GridDataFactory.fillDefaults().grab(true, true).applyTo(editor.get());
    }

    /** What differs from what the server has; what was removed here is made empty there, for the interface cannot take it away. */
    private Map<String, String> changes(Map<String, String> values) {
        var changes = new TreeMap<String, String>();
        values.forEach((name, value) -> {
            if (!value.equals(saved.get(name))) {
                changes.put(name, value);
            }
        });
        saved.keySet().stream().filter(n -> !values.containsKey(n)).forEach(n -> changes.put(n, ""));
        return changes;
    }

    private void saved(Map<String, String> now) {
        saved = now;
        editor.filter(e -> !e.isDisposed()).ifPresent(e -> {
            e.saved(ONE);
            e.show(ONE, now, Optional.empty());
        });
    }

    private void complain(EscException e) {
        failed(e);
        if (e.fault() != Fault.CANCELLED) {
            new ProblemDialog(getSite().getShell(), WORDS.say("Save the configuration"), e).open();
        }
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
        Work.quietly(WORDS.say("Read the configuration"), words.getDisplay(), (_, cancel) -> admin.config(cancel), now -> {
            if (mine == asked && open()) {
                saved = now;
                say(WORDS.say("These settings hold for the whole server. What is saved holds from the next operation on."));
                editor.ifPresent(e -> e.show(ONE, now, refusal(Right.CONFIGURE)));
            }
        }, e -> {
            if (mine == asked && open()) {
                Problem p = e.problem();
                say(p.message() + " " + p.advice() + " " + WORDS.say("Refresh (F5) to try again."));
                failed(e);
            }
        });
    }

    private Optional<String> refusal(Right right) {
        return server().flatMap(s -> s.refusal(right));
    }

    private void say(String text) {
        words.setText(text.replace("&", "&&"));
        words.requestLayout();
    }

    @Override
    String copied() {
        return editor.map(PropertyEditor::text).orElse("");
    }

    PropertyEditor editor() {
        return editor.orElseThrow();
    }

    @Override
    Control first() {
        return editor().table();
    }

    @Override
    public boolean isDirty() {
        return editor.filter(e -> !e.isDisposed() && !e.drafts().isEmpty()).isPresent();
    }

    @Override
    public void doSave(IProgressMonitor monitor) {
        TpsAdmin admin = admin();
        var draft = editor().drafts().get(ONE);
        var now = new TreeMap<String, String>();
        if (draft != null && Saving.wait(words.getDisplay(), WORDS.say("Save the configuration"), monitor,
                cancel -> now.putAll(admin.setConfig(changes(draft), cancel)), this::complain)) {
            saved(now);
        }
    }

    @Override
    public void doSaveAs() {
        // there is no other place
    }

    @Override
    public boolean isSaveAsAllowed() {
        return false;
    }

    @Override
    public boolean isSaveOnCloseNeeded() {
        return isDirty();
    }
}
