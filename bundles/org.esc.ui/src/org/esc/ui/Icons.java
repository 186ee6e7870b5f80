// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jface.resource.ImageDescriptor;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.jface.viewers.DecorationOverlayIcon;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.Point;

/** Icons by name, from the {@code icons} folder of the bundle that owns the class given: SVG, sharp at every zoom. */
public final class Icons {

    private static final Map<String, ImageDescriptor> KNOWN = new ConcurrentHashMap<>();
    private static final int SIZE = 16;
    private static LocalResourceManager resources;

    private Icons() {
    }

    /** The description of an icon. */
    public static ImageDescriptor descriptor(Class<?> owner, String name) {
        return KNOWN.computeIfAbsent(owner.getName() + "/" + name,
                _ -> ImageDescriptor.createFromURLSupplier(true, () -> owner.getResource("/icons/" + name + ".svg")));
    }

    /** An icon with a smaller one over its lower right corner, and perhaps another over its upper left one. UI thread only. */
    public static Image image(Class<?> owner, String name, Optional<String> lowerRight, Optional<String> upperLeft) {
        if (lowerRight.isEmpty() && upperLeft.isEmpty()) {
            return image(owner, name);
        }
        return resources().get(new DecorationOverlayIcon(image(owner, name), new ImageDescriptor[] {
            upperLeft.map(n -> descriptor(owner, n)).orElse(null), null, null, lowerRight.map(n -> descriptor(owner, n)).orElse(null)},
                new Point(SIZE, SIZE)));
    }

    /** The icon itself; it lives as long as the display. UI thread only. */
    public static Image image(Class<?> owner, String name) {
        return resources().get(descriptor(owner, name));
    }

    private static synchronized LocalResourceManager resources() {
        if (resources == null) {
            resources = new LocalResourceManager(JFaceResources.getResources());
        }
        return resources;
    }
}
