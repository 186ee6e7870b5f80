// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#TEMPORARY}. Made by the platform. */
public final class TemporaryHandler extends OperationHandler {

    /** Made by the platform. */
    public TemporaryHandler() {
        super(Operation.TEMPORARY);
    }
}
