// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;

/**
 * What SWT does not tell GTK for screen readers. It hands the names that its accessible listeners give to its containers only; a box, a list or a bar of GTK's
 * stays without one, and screen readers are silent about it. Of a list to choose from it is a button inside that has the keyboard. And it fills the rows of a table that fetches them without GTK's hearing of it: what was cleared
 * before stays empty for screen readers.
 */
final class Atk {

    private static final Optional<Atk> HERE = load();

    private final MethodHandle accessibleOf;
    private final MethodHandle setName;
    private final MethodHandle setDescription;
    private final MethodHandle forAll;
    private final MethodHandle focusable;
    private final MethodHandle isA;
    private final long containers;
    private final MethodHandle modelOf;
    private final MethodHandle pathOf;
    private final MethodHandle rowChanged;
    private final MethodHandle freePath;

    private Atk(SymbolLookup gtk, SymbolLookup atk) throws Throwable {
        var linker = Linker.nativeLinker();
        var of = FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        accessibleOf = linker.downcallHandle(gtk.findOrThrow("gtk_widget_get_accessible"), of);
        var of2 = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        setName = linker.downcallHandle(atk.findOrThrow("atk_object_set_name"), of2);
        setDescription = linker.downcallHandle(atk.findOrThrow("atk_object_set_description"), of2);
        forAll = linker.downcallHandle(gtk.findOrThrow("gtk_container_forall"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        focusable = linker.downcallHandle(gtk.findOrThrow("gtk_widget_get_can_focus"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        isA = linker.downcallHandle(gtk.findOrThrow("g_type_check_instance_is_a"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        containers = (long) linker.downcallHandle(gtk.findOrThrow("gtk_container_get_type"), FunctionDescriptor.of(ValueLayout.JAVA_LONG)).invokeExact();
        modelOf = linker.downcallHandle(gtk.findOrThrow("gtk_tree_view_get_model"), of);
        pathOf = linker.downcallHandle(gtk.findOrThrow("gtk_tree_model_get_path"), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        rowChanged = linker.downcallHandle(gtk.findOrThrow("gtk_tree_model_row_changed"),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        freePath = linker.downcallHandle(gtk.findOrThrow("gtk_tree_path_free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    /** Empty where SWT does not draw with GTK 3: another platform, or a later GTK, which has no ATK. */
    private static Optional<Atk> load() {
        if (!System.getProperty("org.eclipse.swt.internal.gtk.version", "").startsWith("3.")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Atk(SymbolLookup.libraryLookup("libgtk-3.so.0", Arena.global()),
                    SymbolLookup.libraryLookup("libatk-1.0.so.0", Arena.global())));
        } catch (Throwable e) {
            ILog.of(Atk.class).warn("Controls cannot be named for screen readers", e);
            return Optional.empty();
        }
    }

    /** Gives a control a name. UI thread only. */
    static void name(Control control, String name) {
        HERE.ifPresent(atk -> atk.set(atk.setName, MemorySegment.ofAddress(control.handle), name));
    }

    /** Gives a control more words, which are said after its name. UI thread only. */
    static void describe(Control control, String words) {
        HERE.ifPresent(atk -> {
            var widget = MemorySegment.ofAddress(control.handle);
            atk.set(atk.setDescription, widget, words);
            if (control instanceof Combo) {
                atk.inside(widget, inner -> atk.set(atk.setDescription, inner, words));
            }
        });
    }

    /** Gives that part of a list to choose from a name which has the keyboard: a button of GTK's own within it. UI thread only. */
    static void nameButton(Combo list, String name) {
        HERE.ifPresent(atk -> atk.inside(MemorySegment.ofAddress(list.handle), button -> atk.set(atk.setName, button, name)));
    }

    private void set(MethodHandle what, MemorySegment widget, String words) {
        try (Arena arena = Arena.ofConfined()) {
            var accessible = (MemorySegment) accessibleOf.invokeExact(widget);
            if (accessible.address() != 0) {
                what.invokeExact(accessible, arena.allocateFrom(words));
            }
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }

    /** GTK tells of a widget's own parts one by one. */
    private interface Part {
        void told(MemorySegment widget, MemorySegment nothing);
    }

    private void inside(MemorySegment container, Consumer<MemorySegment> what) {
        Part part = (widget, _) -> {
            if (takesKeys(widget)) {
                what.accept(widget);
            } else if (isContainer(widget)) {
                inside(widget, what);
            }
        };
        try (Arena arena = Arena.ofConfined()) {
            var call = MethodHandles.lookup().findVirtual(Part.class, "told", MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class)).bindTo(part);
            forAll.invokeExact(container, Linker.nativeLinker().upcallStub(call, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena),
                    MemorySegment.NULL);
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }

    private boolean takesKeys(MemorySegment widget) {
        try {
            return (int) focusable.invokeExact(widget) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }

    private boolean isContainer(MemorySegment widget) {
        try {
            return (int) isA.invokeExact(widget, containers) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }

    /** Says that a row was filled. UI thread only. */
    static void filled(Table table, TableItem row) {
        HERE.ifPresent(atk -> atk.changed(MemorySegment.ofAddress(table.handle), MemorySegment.ofAddress(row.handle)));
    }

    private void changed(MemorySegment view, MemorySegment row) {
        try {
            var model = (MemorySegment) modelOf.invokeExact(view);
            var path = (MemorySegment) pathOf.invokeExact(model, row);
            rowChanged.invokeExact(model, path, row);
            freePath.invokeExact(path);
        } catch (Throwable e) {
            throw new IllegalStateException("GTK cannot be called", e);
        }
    }
}
