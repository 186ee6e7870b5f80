// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#CHANGE_PIN}. Made by the platform. */
public final class ChangePinHandler extends OperationHandler {

    /** Made by the platform. */
    public ChangePinHandler() {
        super(Operation.CHANGE_PIN);
    }
}
