// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#FORMAT}. Made by the platform. */
public final class FormatHandler extends OperationHandler {

    /** Made by the platform. */
    public FormatHandler() {
        super(Operation.FORMAT);
    }
}
