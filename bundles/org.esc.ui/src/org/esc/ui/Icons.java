// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jface.resource.ImageDescriptor;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.swt.graphics.Image;

/** Icons by name, from the {@code icons} folder of the bundle that owns the class given: SVG, sharp at every zoom. */
public final class Icons {

    private static final Map<String, ImageDescriptor> KNOWN = new ConcurrentHashMap<>();
    private static LocalResourceManager resources;

    private Icons() {
    }

    /** The description of an icon. */
    public static ImageDescriptor descriptor(Class<?> owner, String name) {
        return KNOWN.computeIfAbsent(owner.getName() + "/" + name,
                _ -> ImageDescriptor.createFromURLSupplier(true, () -> owner.getResource("/icons/" + name + ".svg")));
    }

    /** The icon itself; it lives as long as the display. UI thread only. */
    public static synchronized Image image(Class<?> owner, String name) {
        if (resources == null) {
            resources = new LocalResourceManager(JFaceResources.getResources());
        }
        return resources.get(descriptor(owner, name));
    }
}
