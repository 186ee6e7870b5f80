// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Display;

/**
 * Whether the desktop has a tray now. SWT always offers one with GTK; that an icon in it is seen takes a program that shows it, which owns a selection of the
 * screen (freedesktop.org System Tray Protocol 0.3). A desktop without one is nothing unusual.
 */
public final class TrayArea {

    private TrayArea() {
    }

    /** True if an icon in the tray would be seen. */
    public static boolean present(Display display) {
        if (display.isDisposed() || display.getSystemTray() == null) {
            return false;
        }
        return !SWT.getPlatform().equals("gtk") || System.getenv("DISPLAY") != null && owned();
    }

    private static boolean owned() {
        try (Arena arena = Arena.ofConfined()) {
            var x = SymbolLookup.libraryLookup("libX11.so.6", arena);
            var pointer = ValueLayout.ADDRESS;
            var display = (MemorySegment) call(x, "XOpenDisplay", FunctionDescriptor.of(pointer, pointer)).invokeExact(MemorySegment.NULL);
            if (display.address() == 0) {
                return false;
            }
            try {
                int screen = (int) call(x, "XDefaultScreen", FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer)).invokeExact(display);
                long atom = (long) call(x, "XInternAtom", FunctionDescriptor.of(ValueLayout.JAVA_LONG, pointer, pointer, ValueLayout.JAVA_INT))
                        .invokeExact(display, arena.allocateFrom("_NET_SYSTEM_TRAY_S" + screen), 0);
                long owner = (long) call(x, "XGetSelectionOwner", FunctionDescriptor.of(ValueLayout.JAVA_LONG, pointer, ValueLayout.JAVA_LONG))
                        .invokeExact(display, atom);
                return owner != 0;
            } finally {
                int _ = (int) call(x, "XCloseDisplay", FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer)).invokeExact(display);
            }
        } catch (Throwable e) {
            ILog.of(TrayArea.class).info("Whether there is a tray cannot be found out", e);
            return false;
        }
    }

    private static MethodHandle call(SymbolLookup x, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(x.findOrThrow(name), type);
    }
}
