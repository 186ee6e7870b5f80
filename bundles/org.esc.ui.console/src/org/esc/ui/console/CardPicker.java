// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.esc.apdu.Words;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.ui.Names;
import org.esc.ui.Services;

/** A list of the readers that hold a card. */
final class CardPicker {

    private static final Words WORDS = Words.of(CardPicker.class);

    private static final String NONE = WORDS.say("no card is inserted");

    private final Combo combo;
    private final Optional<Readers> readers = Services.find(Readers.class);
    private Runnable changed = () -> {
    };

    CardPicker(Composite parent) {
        combo = Names.name(new Combo(parent, SWT.READ_ONLY | SWT.DROP_DOWN), WORDS.say("Card"));
        var display = combo.getDisplay();
        Optional<Subscription> subscription = readers.map(r -> r.subscribe(() -> {
            if (!display.isDisposed()) {
                display.asyncExec(this::refresh);
            }
        }));
        combo.addListener(SWT.Dispose, _ -> subscription.ifPresent(Subscription::close));
        combo.addListener(SWT.Selection, _ -> changed.run());
        refresh();
    }

    /** Calls {@code newChanged} when another reader is chosen. */
    void onChange(Runnable newChanged) {
        changed = newChanged;
    }

    private void refresh() {
        if (combo.isDisposed()) {
            return;
        }
        Optional<String> before = reader();
        List<String> here = readers.map(Readers::withCard).orElse(List.of());
        if (!List.of(combo.getItems()).equals(here.isEmpty() ? List.of(NONE) : here)) {
            combo.setItems(here.isEmpty() ? new String[] {NONE} : here.toArray(String[]::new));
            combo.select(Math.max(0, before.map(here::indexOf).orElse(0)));
            combo.requestLayout();
            changed.run();
        }
    }

    /** The reader that is chosen; nothing if no card is there. */
    Optional<String> reader() {
        String text = combo.getText();
        return text.isEmpty() || text.equals(NONE) ? Optional.empty() : Optional.of(text);
    }

    /** Chooses a reader, if it is there. */
    void choose(String reader) {
        int at = combo.indexOf(reader);
        if (at >= 0) {
            combo.select(at);
            changed.run();
        }
    }

    Combo combo() {
        return combo;
    }
}
