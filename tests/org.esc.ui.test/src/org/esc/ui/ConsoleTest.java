// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.console.ConsolePlugin;
import org.eclipse.ui.console.IConsole;
import org.eclipse.ui.console.IConsoleConstants;
import org.eclipse.ui.console.IConsoleView;
import org.eclipse.ui.part.PageBookView;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;

/** What was started, line by line, for reading. */
class ConsoleTest {

    @Test
    void linesAreWrittenThereByTheProgramOnly() throws PartInitException, IOException {
        var view = (IConsoleView) Ui.page().showView(IConsoleConstants.ID_CONSOLE_VIEW);
        var console = Console.page("Reading");
        try (var out = console.newOutputStream()) {
            view.display(console);
            Ui.until("the page is shown", () -> view.getConsole() == console);
            var text = (StyledText) ((PageBookView) view).getCurrentPage().getControl();
            out.write("a line\n");
            Ui.until("the line is there", () -> text.getText().contains("a line"));
            assertTrue(text.isEnabled(), "it can be selected and copied");
            assertFalse(text.getEditable());
        } finally {
            ConsolePlugin.getDefault().getConsoleManager().removeConsoles(new IConsole[] {console});
        }
    }
}
