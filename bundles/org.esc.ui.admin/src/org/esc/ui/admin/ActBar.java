// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.RowData;
import org.eclipse.swt.layout.RowLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.esc.ui.NativeLook;

/** Buttons for what can be done with the selected thing; those that cannot be pressed say why, below them and in their tips. */
final class ActBar<T> extends Composite {

    private final Map<Act<T>, Button> buttons = new LinkedHashMap<>();
    private final Composite row;
    private final Label why;
    private Optional<T> shown = Optional.empty();

    ActBar(Composite parent, List<Act<T>> acts) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(this);
        row = new Composite(this, SWT.NONE);
        var layout = new RowLayout(SWT.HORIZONTAL);
        layout.wrap = true;
        layout.marginLeft = 0;
        layout.spacing = 6;
        row.setLayout(layout);
        GridDataFactory.fillDefaults().grab(true, false).hint(200, SWT.DEFAULT).applyTo(row);
        for (Act<T> act : acts) {
            var button = NativeLook.of(new Button(row, SWT.PUSH));
            button.setText(act.label());
            button.setToolTipText(act.tip());
            button.addListener(SWT.Selection, _ -> shown.ifPresent(act.run()));
            button.setLayoutData(new RowData());
            buttons.put(act, button);
        }
        why = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(200, SWT.DEFAULT).exclude(true).applyTo(why);
        why.setVisible(false);
        show(Optional.empty());
    }

    /** Says what can be done with this. */
    void show(Optional<T> thing) {
        shown = thing;
        var reasons = new LinkedHashSet<String>();
        var all = new LinkedHashMap<String, String>();
        buttons.forEach((act, button) -> {
            Optional<String> no = thing.isEmpty() ? Optional.of("") : act.why().apply(thing.get());
            if (no.isPresent() && button.isFocusControl()) {
                traverse(SWT.TRAVERSE_TAB_NEXT);
            }
            button.setEnabled(no.isEmpty());
            boolean hidden = thing.isPresent() && no.filter(Act.HIDDEN::equals).isPresent();
            ((RowData) button.getLayoutData()).exclude = hidden;
            button.setVisible(!hidden);
            button.setToolTipText(no.filter(w -> !w.isEmpty()).orElse(act.tip()));
            no.filter(w -> !w.isEmpty()).ifPresent(w -> {
                reasons.add(w);
                all.merge(w, act.plain(), (a, b) -> a + ", " + b);
            });
        });
        var words = new StringBuilder();
        reasons.forEach(r -> words.append(words.isEmpty() ? "" : "\n").append(all.get(r)).append(": ").append(r));
        if (!words.toString().equals(why.getText())) {
            why.setText(words.toString().replace("&", "&&"));
            ((org.eclipse.swt.layout.GridData) why.getLayoutData()).exclude = words.isEmpty();
            why.setVisible(!words.isEmpty());
            why.requestLayout();
        }
        row.requestLayout();
    }

    /** Adds the same to a menu. */
    void fill(MenuManager menu) {
        buttons.forEach((act, button) -> {
            if (((RowData) button.getLayoutData()).exclude) {
                return;
            }
            var action = new Action(act.label()) {
                @Override
                public void run() {
                    shown.ifPresent(act.run());
                }
            };
            action.setEnabled(button.isEnabled());
            menu.add(action);
        });
    }

    /** Why nothing, or not all, can be done. */
    String why() {
        return why.getText();
    }
}
