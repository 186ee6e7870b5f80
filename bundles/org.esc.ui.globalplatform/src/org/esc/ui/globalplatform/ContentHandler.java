// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.Locale;
import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PlatformUI;

/** A command of the Card content perspective; the extension names which, behind the class: {@code …ContentHandler:delete}. */
public final class ContentHandler extends AbstractHandler implements IExecutableExtension {

    private Optional<ContentAction> action = Optional.empty();
    private String other = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        String name = String.valueOf(data);
        if (name.equals("open") || name.equals("refresh")) {
            other = name;
        } else {
            action = Optional.of(ContentAction.valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT)));
        }
    }

    private static Optional<ContentView> view() {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        IWorkbenchPage page = window == null ? null : window.getActivePage();
        return page != null && page.findView(ContentView.ID) instanceof ContentView v ? Optional.of(v) : Optional.empty();
    }

    @Override
    public boolean isEnabled() {
        return view().filter(v -> action.map(v::possible).orElseGet(() -> v.model() != null && v.model().reader().isPresent()
                && v.model().channel() != ContentModel.Channel.BUSY)).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        view().ifPresent(v -> {
            if (action.isPresent()) {
                v.perform(action.get());
            } else if (other.equals("open")) {
                v.open();
            } else {
                v.model().refresh();
            }
        });
        return null;
    }
}
