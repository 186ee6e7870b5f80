// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#RESET_PIN}. Made by the platform. */
public final class ResetPinHandler extends OperationHandler {

    /** Made by the platform. */
    public ResetPinHandler() {
        super(Operation.RESET_PIN);
    }
}
