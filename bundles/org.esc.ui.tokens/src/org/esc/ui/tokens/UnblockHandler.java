// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#UNBLOCK}. Made by the platform. */
public final class UnblockHandler extends OperationHandler {

    /** Made by the platform. */
    public UnblockHandler() {
        super(Operation.UNBLOCK);
    }
}
