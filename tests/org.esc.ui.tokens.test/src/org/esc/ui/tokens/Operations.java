// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import org.esc.ui.testing.Ui;

/** The operation that a person at the workbench is led through. */
final class Operations {

    private Operations() {
    }

    /** The window of the operation under way. */
    public static Optional<OperationDialog> operation() {
        return Ui.shells().stream().map(s -> s.getData("org.esc.ui.dialog")).filter(OperationDialog.class::isInstance)
                .map(OperationDialog.class::cast).findFirst();
    }

    public static OperationDialog untilStage(OperationDialog.Stage stage) {
        Ui.until("the operation is at " + stage, () -> operation().filter(d -> d.stage() == stage).isPresent());
        return operation().orElseThrow();
    }
}
