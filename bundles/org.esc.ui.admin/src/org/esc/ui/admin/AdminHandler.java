// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.WorkbenchException;
import org.esc.apdu.Words;

/** A command of the administration; the extension names which, behind the class: {@code …AdminHandler:tokens}. */
public final class AdminHandler extends AbstractHandler implements IExecutableExtension {

    private static final Words WORDS = Words.of(AdminHandler.class);

    private String what = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        what = String.valueOf(data);
    }

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        if (window == null || window.getActivePage() == null) {
            return null;
        }
        try {
            // what belongs together is shown together
            IWorkbenchPage page = PlatformUI.getWorkbench().showPerspective(AdminPerspective.ID, window);
            var view = (ServersView) page.showView(ServersView.ID);
            Optional<Server> server = AdminPlugin.servers().current();
            switch (what) {
                case "add" -> view.add();
                case "sign-in" -> server.ifPresent(s -> s.signIn(window.getShell()));
                case "sign-out" -> server.ifPresent(Server::signOut);
                default -> Kind.of(what).ifPresent(k -> server.ifPresent(s -> AdminPlugin.open(page, s, k, Filter.ALL)));
            }
        } catch (WorkbenchException e) {
            throw new ExecutionException(WORDS.say("The view cannot be shown"), e);
        }
        return null;
    }
}
