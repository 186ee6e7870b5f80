// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.esc.apdu.EscException;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * All verbs that are installed, by name. A verb's service carries its name in the property {@code verb}, so that a verb is made only when it
 * is asked for; that also lets a verb run others.
 */
@Component(service = Verbs.class)
public final class Verbs {

    private final ConcurrentMap<String, Supplier<Verb<?, ?>>> verbs = new ConcurrentSkipListMap<>();

    /** Adds a verb that is installed as a service. */
    @Reference(service = Verb.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, unbind = "remove")
    void add(ComponentServiceObjects<Verb<?, ?>> verb) {
        verbs.put(name(verb), verb::getService);
    }

    /** Removes a verb that was installed as a service. */
    void remove(ComponentServiceObjects<Verb<?, ?>> verb) {
        verbs.remove(name(verb));
    }

    private static String name(ComponentServiceObjects<Verb<?, ?>> verb) {
        return verb.getServiceReference().getProperty("verb") instanceof String name ? name : verb.getService().name();
    }

    /** Adds a verb, outside a framework. */
    public void addVerb(Verb<?, ?> verb) {
        verbs.put(verb.name(), () -> verb);
    }

    /** The names of all verbs, in order. */
    public List<String> names() {
        return List.copyOf(verbs.keySet());
    }

    /** All verbs, by name. */
    public List<Verb<?, ?>> all() {
        return names().stream().flatMap(n -> find(n).stream()).<Verb<?, ?>>map(v -> v).toList();
    }

    /** The verb of this name. */
    public Optional<Verb<?, ?>> find(String name) {
        return Optional.ofNullable(verbs.get(name)).map(Supplier::get);
    }

    /**
     * Runs a verb known by name only.
     *
     * @param arguments by record component name
     * @throws EscException          what the verb throws, or USAGE when the arguments do not fit
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
