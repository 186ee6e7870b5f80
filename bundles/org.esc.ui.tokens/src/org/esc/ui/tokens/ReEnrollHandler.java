// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** Command {@link Operation#RE_ENROLL}. Made by the platform. */
public final class ReEnrollHandler extends OperationHandler {

    /** Made by the platform. */
    public ReEnrollHandler() {
        super(Operation.RE_ENROLL);
    }
}
