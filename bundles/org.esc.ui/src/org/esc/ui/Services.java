// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.esc.command.Verb;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** What the workbench finds in the OSGi registry, looked up each time: bundles come and go. */
public final class Services {

    private Services() {
    }

    /** The best service of a type, if there is one. */
    public static <T> Optional<T> find(Class<T> type) {
        return context().flatMap(c -> Optional.ofNullable(c.getServiceReference(type)).map(c::getService));
    }

    /** All services of a type, best first. */
    public static <T> List<T> all(Class<T> type) {
        var found = new ArrayList<T>();
        context().ifPresent(c -> {
            try {
                var references = new ArrayList<>(c.getServiceReferences(type, null));
                references.sort(Comparator.<ServiceReference<T>>naturalOrder().reversed());
                for (var r : references) {
                    T service = c.getService(r);
                    if (service != null) {
                        found.add(service);
                    }
                }
            } catch (InvalidSyntaxException e) {
                throw new IllegalStateException(e);
            }
        });
        return found;
    }

    /** The verb of this name, if a bundle brings it. */
    public static Optional<Verb<?, ?>> verb(String name) {
        for (Verb<?, ?> v : all(Verb.class)) {
            if (v.name().equals(name)) {
                return Optional.of(v);
            }
        }
        return Optional.empty();
    }

    private static Optional<BundleContext> context() {
        return Optional.ofNullable(FrameworkUtil.getBundle(Services.class)).map(Bundle::getBundleContext);
    }
}
