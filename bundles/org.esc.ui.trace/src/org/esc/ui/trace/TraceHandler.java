// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.apdu.Words;
import org.esc.trace.formats.TraceFiles;
import org.esc.ui.Services;

/** A command of the APDU perspective; the extension names which, behind the class: {@code …TraceHandler:open}. */
public final class TraceHandler extends AbstractHandler implements IExecutableExtension {

    private static final Words WORDS = Words.of(TraceHandler.class);

    private String what = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        what = String.valueOf(data);
    }

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        IWorkbenchWindow window = HandlerUtil.getActiveWorkbenchWindowChecked(event);
        try {
            if (what.equals("show")) {
                window.getActivePage().showView(TraceView.ID);
            } else {
                var dialog = new FileDialog(window.getShell(), SWT.OPEN);
                dialog.setText(WORDS.say("Open Trace"));
                String name = dialog.open();
                if (name != null) {
                    open(window.getActivePage(), Path.of(name));
                }
            }
        } catch (PartInitException e) {
            throw new ExecutionException("The view cannot be shown", e);
        }
        return null;
    }

    /** Opens a file in a view of its own; what others wrote is read in a job first. */
    static void open(IWorkbenchPage page, Path file) {
        var display = page.getWorkbenchWindow().getShell().getDisplay();
        TraceFiles files = Services.find(TraceFiles.class).orElseThrow(() -> new IllegalStateException("No service opens traces"));
        Study.start(WORDS.say("Reading {0}", file.getFileName()), display,
                context -> files.open(file, context.cancel()), trace -> {
                    try {
                        // a colon would end a secondary id
                        String id = file.toAbsolutePath().toString().replace(':', '_');
                        var view = (TraceView) page.showView(TraceView.ID, id, IWorkbenchPage.VIEW_ACTIVATE);
                        view.show(trace, Optional.of(file));
                    } catch (PartInitException e) {
                        trace.close();
                        throw new IllegalStateException(e);
                    }
                }, problem -> MessageDialog.openError(page.getWorkbenchWindow().getShell(), WORDS.say("Open Trace"), problem));
    }
}
