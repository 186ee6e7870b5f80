// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.nio.file.Path;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.apdu.Words;

/** A command about scripts; the extension names which, behind the class: {@code …ConsoleHandler:open}. */
public final class ConsoleHandler extends AbstractHandler implements IExecutableExtension {

    private static final Words WORDS = Words.of(ConsoleHandler.class);

    private String what = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        what = String.valueOf(data);
    }

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        IWorkbenchWindow window = HandlerUtil.getActiveWorkbenchWindowChecked(event);
        try {
            switch (what) {
                case "show" -> window.getActivePage().showView(ConsoleView.ID);
                case "new" -> window.getActivePage().openEditor(ScriptInput.fresh(), ScriptEditor.ID);
                default -> {
                    var dialog = new FileDialog(window.getShell(), SWT.OPEN);
                    dialog.setText(WORDS.say("Open APDU Script"));
                    dialog.setFilterNames(new String[] {WORDS.say("APDU scripts (*.apdu)"), WORDS.say("All files")});
                    dialog.setFilterExtensions(new String[] {"*.apdu", "*"});
                    String name = dialog.open();
                    if (name != null) {
                        window.getActivePage().openEditor(ScriptInput.of(Path.of(name)), ScriptEditor.ID);
                    }
                }
            }
        } catch (PartInitException e) {
            throw new ExecutionException("The script cannot be shown", e);
        }
        return null;
    }
}
