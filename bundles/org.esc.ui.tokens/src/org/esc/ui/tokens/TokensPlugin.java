// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.PlatformUI;

/** The one {@link TokensModel} of the workbench, made when first asked for. UI thread only. */
public final class TokensPlugin {

    private static TokensModel model;
    private static ExecutorService background;
    private static Demo demo;

    private TokensPlugin() {
    }

    /** The model that all views and commands share. */
    public static TokensModel model() {
        if (model == null) {
            use(new CardSource());
        }
        return model;
    }

    /** The demonstration, started when first asked for. */
    public static Demo demo() {
        if (demo == null) {
            demo = new EmbeddedDemo();
        }
        return demo;
    }

    /** Replaces the demonstration, for tests. */
    public static void use(Demo other) {
        demo = other;
    }

    /** Replaces the source of readers and cards, for tests; views opened before keep the old one. */
    public static void use(TokensModel.Source source) {
        if (model != null) {
            model.close();
            background.shutdown();
        }
        Executor ui = TokensPlugin::onUi;
        background = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("read card ", 0).factory());
        model = new TokensModel(source, background, ui);
    }

    /** Runs {@code task} on the UI thread, soon; from any thread. */
    static void onUi(Runnable task) {
        Display display = PlatformUI.getWorkbench().getDisplay();
        if (!display.isDisposed()) {
            display.asyncExec(task);
        }
    }
}
