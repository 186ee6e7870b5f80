// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.lang.reflect.Field;
import org.eclipse.swt.dnd.DND;
import org.eclipse.swt.dnd.DropTarget;
import org.eclipse.swt.dnd.DropTargetEvent;
import org.eclipse.swt.dnd.DropTargetListener;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Event;

/** Files let go over a control. Only a window system makes SWT's events; these are made by hand and given to the control's own listeners. */
final class Drops {

    private Drops() {
    }

    /** What would happen with what is held over the control. */
    static int enter(Control control) {
        DropTargetEvent event = event(control, null);
        event.detail = DND.DROP_DEFAULT;
        for (DropTargetListener l : target(control).getDropListeners()) {
            l.dragEnter(event);
        }
        return event.detail;
    }

    /** Lets files go. */
    static void drop(Control control, String... files) {
        DropTargetEvent event = event(control, files);
        for (DropTargetListener l : target(control).getDropListeners()) {
            l.drop(event);
        }
    }

    private static DropTarget target(Control control) {
        return (DropTarget) control.getData(DND.DROP_TARGET_KEY);
    }

    private static DropTargetEvent event(Control control, Object data) {
        try {
            Class<?> type = DropTarget.class.getClassLoader().loadClass("org.eclipse.swt.dnd.DNDEvent");
            var make = type.getDeclaredConstructor();
            make.setAccessible(true);
            var raw = (Event) make.newInstance();
            raw.widget = target(control);
            var constructor = DropTargetEvent.class.getDeclaredConstructor(type);
            constructor.setAccessible(true);
            var event = constructor.newInstance(raw);
            Field held = DropTargetEvent.class.getField("data");
            held.set(event, data);
            return event;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("SWT's events cannot be made", e);
        }
    }
}
