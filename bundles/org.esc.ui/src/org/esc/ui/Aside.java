// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.reflect.InvocationTargetException;
import org.eclipse.core.runtime.NullProgressMonitor;
import org.eclipse.jface.operation.ModalContext;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;

/** Short work that may wait for a disk, in the middle of what a person does: it is done when this returns, and the window is painted meanwhile. */
public final class Aside {

    /** What is done. It must not touch widgets. */
    @FunctionalInterface
    public interface Work {

        /** Does it. @throws EscException if it fails */
        void go() throws EscException;
    }

    private Aside() {
    }

    /** Does something beside the user interface's thread and waits for its end; at once if another thread calls this. @throws EscException what the work threw */
    public static void go(Work work) throws EscException {
        if (Display.getCurrent() == null) {
            work.go();
            return;
        }
        try {
            ModalContext.run(_ -> {
                try {
                    work.go();
                } catch (EscException e) {
                    throw new InvocationTargetException(e);
                }
            }, true, new NullProgressMonitor(), Display.getCurrent());
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case EscException known -> throw known;
                case RuntimeException defect -> throw defect;
                case Error defect -> throw defect;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
