// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.widgets.Composite;
import org.esc.apdu.Words;
import org.esc.tps.admin.Entry;

/** A list whose things are shown as names and values. */
abstract class PropertiesView<T extends Entry> extends RecordsView<T> {

    private static final Words WORDS = Words.of(PropertiesView.class);

    private Optional<ActBar<T>> acts = Optional.empty();
    private Properties properties;

    /** What can be done with one. */
    abstract List<Act<T>> actions();

    /** What is known of one. */
    abstract List<Properties.Property> properties(T thing);

    @Override
    void fillDetails(Composite place) {
        List<Act<T>> actions = actions();
        acts = Optional.of(new ActBar<>(place, actions));
        GridDataFactory.fillDefaults().grab(true, false).exclude(actions.isEmpty()).applyTo(acts.get());
        properties = new Properties(place, WORDS.say("Details of what is selected"));
        GridDataFactory.fillDefaults().grab(true, true).hint(200, 120).applyTo(properties);
    }

    @Override
    void details(Optional<T> thing) {
        acts.ifPresent(a -> a.show(thing));
        properties.show(thing.map(this::properties).orElse(List.of(new Properties.Property(WORDS.say("Nothing selected"),
                WORDS.say("Select a line to see the details.")))));
    }

    @Override
    Optional<ActBar<T>> acts() {
        return acts;
    }

    @Override
    String copiedDetails() {
        return properties.focused() ? properties.text() : "";
    }
}
