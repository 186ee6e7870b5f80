// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

/** How the workbench was started. */
public final class Start {

    /** Application argument, and name of the system property, that asks for the demonstration. */
    public static final String DEMO_ARGUMENT = "-demo";
    /** System property that asks for the demonstration when {@code true}. */
    public static final String DEMO_PROPERTY = "esc.demo";

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
}
