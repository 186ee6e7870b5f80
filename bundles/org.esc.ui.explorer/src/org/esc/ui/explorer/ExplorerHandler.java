// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.Locale;
import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;

/** A command of the Token Explorer; the extension names which, behind the class: {@code …ExplorerHandler:change-pin}. */
public final class ExplorerHandler extends AbstractHandler implements IExecutableExtension {

    private Optional<TokenAction> action = Optional.empty();
    private String other = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        String name = String.valueOf(data);
        if (name.equals("show") || name.equals("refresh") || name.equals("drivers")) {
            other = name;
        } else {
            action = Optional.of(TokenAction.valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT)));
        }
    }

    private static Optional<IWorkbenchPage> page() {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        return window == null ? Optional.empty() : Optional.ofNullable(window.getActivePage());
    }

    private static Optional<ExplorerView> view() {
        return page().map(p -> p.findView(ExplorerView.ID)).filter(ExplorerView.class::isInstance).map(ExplorerView.class::cast)
                .filter(v -> v.model() != null);
    }

    @Override
    public boolean isEnabled() {
        return other.equals("show") || other.equals("drivers") || view().filter(v -> action.isEmpty() || v.possible(action.get())).isPresent();
    }

    /** The reader that the person is at: the explorer's if that is in front, else what is selected in the list of tokens. */
    private static Optional<String> reader(IWorkbenchPage page) {
        Optional<String> here = view().filter(v -> page.getActivePart() == v).flatMap(ExplorerView::reader);
        return here.isPresent() ? here : ExplorerView.selectedReader(page.getSelection(ExplorerView.TOKENS));
    }

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        Optional<IWorkbenchPage> page = page();
        if (page.isEmpty()) {
            return null;
        }
        try {
            if (action.isPresent()) {
                view().ifPresent(v -> v.perform(action.get()));
            } else if (other.equals("refresh")) {
                view().ifPresent(v -> v.model().refresh());
            } else {
                Optional<String> reader = reader(page.get());
                if (other.equals("show")) {
                    var v = (ExplorerView) page.get().showView(ExplorerView.ID);
                    reader.ifPresent(v::turnTo);
                } else {
                    var v = (DriversView) page.get().showView(DriversView.ID);
                    reader.ifPresent(v::turnTo);
                }
            }
        } catch (PartInitException e) {
            throw new ExecutionException("The view cannot be shown", e);
        }
        return null;
    }
}
