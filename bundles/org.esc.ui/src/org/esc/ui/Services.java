// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Comparator;
import java.util.Optional;
import org.esc.command.Verb;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** What the workbench finds in the OSGi registry, looked up each time: bundles come and go. */
public final class Services {

    private Services() {
    }

    /** The best service of a type, if there is one. */
    public static <T> Optional<T> find(Class<T> type) {
        return context().flatMap(c -> Optional.ofNullable(c.getServiceReference(type)).map(c::getService));
    }

    /** The verb of this name, if a bundle brings it. */
    public static Optional<Verb<?, ?>> verb(String name) {
        return context().flatMap(c -> {
            try {
                return c.getServiceReferences(Verb.class, "(verb=" + name + ")").stream().max(Comparator.naturalOrder())
                        .map(r -> (Verb<?, ?>) c.getService(r));
            } catch (InvalidSyntaxException e) {
                throw new IllegalArgumentException(name, e);
            }
        });
    }

    private static Optional<BundleContext> context() {
        return Optional.ofNullable(FrameworkUtil.getBundle(Services.class)).map(Bundle::getBundleContext);
    }
}
