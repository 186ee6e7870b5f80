// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import org.eclipse.swt.widgets.Shell;
import org.esc.command.Verb;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** The workbench with the views of the Tokens perspective, and readers and verbs that the test controls. */
abstract class OpenViews {

    static final String READER = "Test reader 0";

    final FakeSource source = new FakeSource();
    private final List<ServiceRegistration<?>> registered = new ArrayList<>();

    @BeforeEach
    void openTheViews() {
        TokensPlugin.use(source);
        Ui.freshView(DetailsView.ID, DetailsView.class);
        Ui.freshView(TokensView.ID, TokensView.class);
    }

    @AfterEach
    void tidyUp() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        registered.forEach(ServiceRegistration::unregister);
    }

    /** Puts a verb of the test's own before the product's. */
    final void verb(String name, FakeVerb.Work work) {
        verb(new FakeVerb(name, work));
    }

    /** Puts a verb of the test's own before the product's. */
    final void verb(Verb<?, ?> verb) {
        var properties = new Hashtable<String, Object>();
        properties.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
        properties.put("verb", verb.name());
        registered.add(FrameworkUtil.getBundle(TokensView.class).getBundleContext().registerService(Verb.class, verb, properties));
    }
}
