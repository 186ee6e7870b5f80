// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.SWT;

/** What SWT does not tell of the X Window System. On other systems there is nothing to tell. */
public final class X11 {

    private X11() {
    }

    private static boolean here() {
        return SWT.getPlatform().equals("gtk") && System.getenv("DISPLAY") != null;
    }

    /**
     * True if a program owns the selection that the number of the screen is added to the name of: such a program serves the whole screen (Inter-Client
     * Communication Conventions 2.8).
     */
    static boolean served(String selection) {
        if (!here()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            var x = SymbolLookup.libraryLookup("libX11.so.6", arena);
            var display = (MemorySegment) call(x, "XOpenDisplay", ValueLayout.ADDRESS, ValueLayout.ADDRESS).invokeExact(MemorySegment.NULL);
            if (display.address() == 0) {
                return false;
            }
            try {
                int screen = (int) call(x, "XDefaultScreen", ValueLayout.JAVA_INT, ValueLayout.ADDRESS).invokeExact(display);
                long atom = (long) call(x, "XInternAtom", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT)
                        .invokeExact(display, arena.allocateFrom(selection + screen), 0);
                long owner = (long) call(x, "XGetSelectionOwner", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG).invokeExact(display, atom);
                return owner != 0;
            } finally {
                int _ = (int) call(x, "XCloseDisplay", ValueLayout.JAVA_INT, ValueLayout.ADDRESS).invokeExact(display);
            }
        } catch (Throwable e) {
            ILog.of(X11.class).info("What serves the screen cannot be found out", e);
            return false;
        }
    }

    /**
     * Has the program go on after an X error. GDK ends it at once by default, with all that is not saved, although the usual cause is harmless: a window of another
     * program, like that of a tray, was asked for something just when it went away. Called once, when there is a display.
     */
    public static void surviveErrors() {
        if (!here()) {
            return;
        }
        try {
            var gdk = SymbolLookup.libraryLookup("libgdk-3.so.0", Arena.global());
            var display = (MemorySegment) call(gdk, "gdk_display_get_default", ValueLayout.ADDRESS).invokeExact();
            var type = SymbolLookup.libraryLookup("libgobject-2.0.so.0", Arena.global());
            long x11 = (long) call(gdk, "gdk_x11_display_get_type", ValueLayout.JAVA_LONG).invokeExact();
            int isX11 = (int) call(type, "g_type_check_instance_is_a", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG).invokeExact(display, x11);
            if (isX11 != 0) {
                MethodHandle push = Linker.nativeLinker().downcallHandle(gdk.findOrThrow("gdk_x11_display_error_trap_push"),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
                push.invokeExact(display);
            }
        } catch (Throwable e) {
            ILog.of(X11.class).info("X errors end the program", e);
        }
    }

    private static MethodHandle call(SymbolLookup library, String name, MemoryLayout answer, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(answer, arguments));
    }
}
