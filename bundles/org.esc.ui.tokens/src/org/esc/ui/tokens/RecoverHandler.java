// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#RECOVER}. Made by the platform. */
public final class RecoverHandler extends OperationHandler {

    /** Made by the platform. */
    public RecoverHandler() {
        super(Operation.RECOVER);
    }
}
