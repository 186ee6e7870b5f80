// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import org.eclipse.swt.SWT;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;

/** What can go wrong between the workbench and its screen, on the real one. */
class X11Test {

    /** No window has this number: the numbers of clients begin above it. */
    private static final long GONE = 0xdead;

    @Test
    void aWindowThatIsGoneDoesNotEndTheWorkbench() throws Throwable {
        assumeTrue(SWT.getPlatform().equals("gtk") && System.getenv("DISPLAY") != null, "no X11");
        try (Arena arena = Arena.ofConfined()) {
            var gdk = SymbolLookup.libraryLookup("libgdk-3.so.0", arena);
            var x = SymbolLookup.libraryLookup("libX11.so.6", arena);
            var linker = Linker.nativeLinker();
            var ours = (MemorySegment) linker.downcallHandle(gdk.findOrThrow("gdk_x11_get_default_xdisplay"), FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact();
            int _ = (int) linker.downcallHandle(x.findOrThrow("XMapWindow"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))
                    .invokeExact(ours, GONE);
            int _ = (int) linker.downcallHandle(x.findOrThrow("XSync"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                    .invokeExact(ours, 0);
        }
        Ui.settle();
        assertFalse(Ui.display().isDisposed());
    }

    @Test
    void nobodyServesWhatThereIsNot() {
        assertFalse(X11.served("_ESC_NO_SUCH_SELECTION_S"));
    }
}
