// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** All verbs that are installed, by name. */
@Component(service = Verbs.class)
public final class Verbs {

    private final List<Verb<?, ?>> verbs = new CopyOnWriteArrayList<>();

    /** Adds a verb. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addVerb(Verb<?, ?> verb) {
        verbs.add(verb);
    }

    /** Removes a verb. */
    public void removeVerb(Verb<?, ?> verb) {
        verbs.remove(verb);
    }

    /** All verbs, by name. */
    public List<Verb<?, ?>> all() {
        var all = new ArrayList<>(verbs);
        all.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(all);
    }

    /** The verb of this name. */
    public Optional<Verb<?, ?>> find(String name) {
        return all().stream().filter(v -> v.name().equals(name)).findFirst();
    }

    /**
     * Runs a verb known by name only.
     *
     * @param arguments by record component name
     * @throws EscException            what the verb throws, or USAGE when the arguments do not fit
     * @throws IllegalStateException if no such verb is installed
     */
    public Record run(String name, Map<String, List<String>> arguments, Context context) throws EscException {
        return run(find(name).orElseThrow(() -> new IllegalStateException("No verb " + name)), arguments, context);
    }

    /** Runs a verb with arguments given as words, by record component name. */
    public static <A extends Record, R extends Record> R run(Verb<A, R> verb, Map<String, List<String>> arguments,
            Context context) throws EscException {
        return verb.run(Arguments.build(verb.arguments(), arguments), context);
    }
}
