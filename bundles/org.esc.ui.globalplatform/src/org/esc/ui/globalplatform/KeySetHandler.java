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
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.statushandlers.StatusManager;

/** A command about key sets; the extension names which, behind the class: {@code …KeySetHandler:add}. {@code show} shows the view. */
public final class KeySetHandler extends AbstractHandler implements IExecutableExtension {

    private Optional<KeySetAction> action = Optional.empty();

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        String name = String.valueOf(data);
        action = name.equals("show") ? Optional.empty() : Optional.of(KeySetAction.valueOf(name.toUpperCase(Locale.ROOT)));
    }

    private static Optional<IWorkbenchPage> page() {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        return window == null ? Optional.empty() : Optional.ofNullable(window.getActivePage());
    }

    /** The view, brought to the front. */
    static Optional<KeySetsView> show() {
        return page().flatMap(p -> {
            try {
                return Optional.of((KeySetsView) p.showView(KeySetsView.ID));
            } catch (PartInitException e) {
                StatusManager.getManager().handle(e.getStatus(), StatusManager.LOG | StatusManager.SHOW);
                return Optional.empty();
            }
        });
    }

    private static Optional<KeySetsView> view() {
        return page().flatMap(p -> p.findView(KeySetsView.ID) instanceof KeySetsView v ? Optional.of(v) : Optional.empty());
    }

    @Override
    public boolean isEnabled() {
        return action.isEmpty() || view().filter(v -> v.possible(action.get())).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        if (action.isEmpty()) {
            show();
        } else {
            view().ifPresent(v -> v.perform(action.get()));
        }
        return null;
    }
}
