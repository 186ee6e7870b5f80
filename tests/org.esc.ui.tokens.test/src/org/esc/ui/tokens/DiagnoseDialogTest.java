// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Help ▸ Diagnostics, with the product's own verb. */
class DiagnoseDialogTest extends OpenViews {

    @TempDir
    Path dir;

    @Test
    void whatIsWrongIsListedAndTheReportCanBeCopied() throws Exception {
        Ui.click(Ui.menu("Help", "Diagnostics"));
        Shell dialog = Ui.shells().stream().filter(s -> s.getText().equals("Diagnostics")).findFirst().orElseThrow();
        Table checks = Ui.all(dialog, Table.class).getFirst();
        Ui.until("the checks are shown", () -> checks.getItemCount() > 5);
        assertTrue(Ui.texts(dialog).contains("Checks\n"), Ui.texts(dialog));
        assertEquals(List.of(), Access.dialogComplaints(dialog));
        Ui.screenshot(dialog, "diagnose");
        Ui.press(dialog, "Copy Report");
        var clipboard = new Clipboard(Ui.display());
        try {
            String text = (String) clipboard.getContents(TextTransfer.getInstance());
            assertTrue(text.startsWith("Enterprise Security Client: diagnostics") && text.contains("Trace"), text);
        } finally {
            clipboard.dispose();
        }
        // as the file dialog, which belongs to the platform, would
        Path file = dir.resolve("r.zip");
        var save = dialog.getData("org.esc.ui.dialog").getClass().getDeclaredMethod("save", String.class);
        save.setAccessible(true);
        save.invoke(dialog.getData("org.esc.ui.dialog"), file.toString());
        Ui.until("it is saved", () -> Ui.texts(dialog).contains("Saved to " + file));
        assertTrue(Files.size(file) > 500);
        Ui.press(dialog, "Close");
    }
}
