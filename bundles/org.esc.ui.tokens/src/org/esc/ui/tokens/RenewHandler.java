// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#RENEW}. Made by the platform. */
public final class RenewHandler extends OperationHandler {

    /** Made by the platform. */
    public RenewHandler() {
        super(Operation.RENEW);
    }
}
