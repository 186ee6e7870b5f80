// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Control;

/**
 * Names for GTK's own widgets. SWT hands the names that its accessible listeners give to its containers only; a box, a list or a bar of GTK's
 * stays without one, and screen readers are silent about it.
 */
final class Atk {

    private static final Optional<Atk> HERE = load();

    private final MethodHandle accessibleOf;
    private final MethodHandle setName;

    private Atk(SymbolLookup gtk, SymbolLookup atk) {
        accessibleOf = Linker.nativeLinker().downcallHandle(gtk.findOrThrow("gtk_widget_get_accessible"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        setName = Linker.nativeLinker().downcallHandle(atk.findOrThrow("atk_object_set_name"),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    /** Empty where SWT does not draw with GTK 3: another platform, or a later GTK, which has no ATK. */
    private static Optional<Atk> load() {
        if (!System.getProperty("org.eclipse.swt.internal.gtk.version", "").startsWith("3.")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Atk(SymbolLookup.libraryLookup("libgtk-3.so.0", Arena.global()),
                    SymbolLookup.libraryLookup("libatk-1.0.so.0", Arena.global())));
        } catch (RuntimeException e) {
            ILog.of(Atk.class).warn("Controls cannot be named for screen readers", e);
            return Optional.empty();
        }
    }

    /** Gives a control a name. UI thread only. */
    static void name(Control control, String name) {
        HERE.ifPresent(atk -> atk.set(control.handle, name));
    }

    private void set(long widget, String name) {
        try (Arena arena = Arena.ofConfined()) {
            var accessible = (MemorySegment) accessibleOf.invokeExact(MemorySegment.ofAddress(widget));
            if (accessible.address() != 0) {
                setName.invokeExact(accessible, arena.allocateFrom(name));
            }
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }
}
