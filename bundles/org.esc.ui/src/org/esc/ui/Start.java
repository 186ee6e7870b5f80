// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

/** How the workbench was started. */
public final class Start {

    /** Application argument, and name of the system property, that asks for the demonstration. */
    public static final String DEMO_ARGUMENT = "-demo";
    /** System property that asks for the demonstration when {@code true}. */
    public static final String DEMO_PROPERTY = "esc.demo";

    /** Application argument that asks for a window that is out of the way: at login. */
    public static final String MINIMIZED_ARGUMENT = "-minimized";

    private static volatile boolean minimized;
    private static volatile boolean demo = Boolean.getBoolean(DEMO_PROPERTY);

    private Start() {
    }

    /** True if the workbench was opened to show the main job on the embedded server. */
    public static boolean demo() {
        return demo;
    }

    /** Told by the application, before the first window opens. */
    public static void demo(boolean wanted) {
        demo = wanted;
    }

    /** True if the window is to stay out of the way until it is asked for. */
    public static boolean minimized() {
        return minimized;
    }

    /** Told by the application, before the first window opens. */
    public static void minimized(boolean wanted) {
        minimized = wanted;
    }
}
