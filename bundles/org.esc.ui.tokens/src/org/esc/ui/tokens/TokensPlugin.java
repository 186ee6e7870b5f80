// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchListener;
import org.eclipse.ui.PlatformUI;
import org.esc.card.CardFiles;
import org.esc.ui.Services;
import org.esc.ui.Start;

/** The one {@link TokensModel} of the workbench, made when first asked for. UI thread only. */
public final class TokensPlugin {

    private static TokensModel model;
    private static ExecutorService background;
    private static Demo demo;
    private static SoftTokens softTokens;

    private TokensPlugin() {
    }

    /** The model that all views and commands share. */
    public static TokensModel model() {
        if (model == null) {
            use(new CardSource());
            background.execute(softTokens()::restore);
            PlatformUI.getWorkbench().addWorkbenchListener(new IWorkbenchListener() {
                @Override
                public boolean preShutdown(IWorkbench closing, boolean forced) {
                    return true;
                }

                @Override
                public void postShutdown(IWorkbench closed) {
                    softTokens().close();
                }
            });
        }
        return model;
    }

    /** The software tokens plugged in here; remembered from one start to the next, but not in the demonstration, which always begins alike. */
    static SoftTokens softTokens() {
        if (softTokens == null) {
            softTokens = new SoftTokens(() -> Services.find(CardFiles.class), Start.demo() ? Optional.empty()
                    : Optional.of(InstanceScope.INSTANCE.getNode("org.esc.ui.tokens").node("soft-tokens")));
        }
        return softTokens;
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

    /** Replaces the software tokens plugged in, for tests; a source made before keeps the old ones. */
    static void use(SoftTokens other) {
        softTokens = other;
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
