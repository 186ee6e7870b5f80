// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * What a new key asks for before each use, where the card lets one choose.
 *
 * @param pin   when the PIN must be verified
 * @param touch when a person must touch the token
 */
public record KeyPolicy(PinUse pin, Touch touch) {

    /** As the card does by itself. */
    public static final KeyPolicy DEFAULT = new KeyPolicy(PinUse.DEFAULT, Touch.DEFAULT);

    /** When the PIN must be verified. */
    public enum PinUse {
        /** As the card does by itself. */
        DEFAULT,
        /** Never. */
        NEVER,
        /** Once after the application was selected. */
        ONCE,
        /** Before each use. */
        ALWAYS
    }

    /** When a person must touch the token. */
    public enum Touch {
        /** As the card does by itself. */
        DEFAULT,
        /** Never. */
        NEVER,
        /** For each use. */
        ALWAYS,
        /** For each use more than 15 seconds after the last touch. */
        CACHED
    }
}
