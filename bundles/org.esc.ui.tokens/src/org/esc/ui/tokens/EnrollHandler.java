// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#ENROLL}. Made by the platform. */
public final class EnrollHandler extends OperationHandler {

    /** Made by the platform. */
    public EnrollHandler() {
        super(Operation.ENROLL);
    }
}
