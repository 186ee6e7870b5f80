// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Opens pages of the web in the person's own browser, where there is no window that could. */
final class WebPages {

    private static final long PATIENCE_SECONDS = 20;

    private WebPages() {
    }

    /** True for http and https with a host: what else an address may start is not for a server to say. */
    static boolean isOne(URI page) {
        return ("http".equalsIgnoreCase(page.getScheme()) || "https".equalsIgnoreCase(page.getScheme())) && page.getHost() != null;
    }

    /** Opens a page. @return false if there is no browser, or it is no page of the web */
    static boolean open(URI page) {
        return isOne(page) && open(command(System.getProperty("os.name")), page);
    }

    static List<String> command(String os) {
        String system = os.toLowerCase(Locale.ROOT);
        return system.startsWith("windows") ? List.of("rundll32", "url.dll,FileProtocolHandler") : List.of(system.startsWith("mac") ? "open" : "xdg-open");
    }

    /** Whoever opens it may go on for as long as the browser runs, and is left alone then. */
    static boolean open(List<String> command, URI page) {
        var words = new ArrayList<>(command);
        words.add(page.toASCIIString());
        try {
            Process p = new ProcessBuilder(words).redirectInput(new File(command.getFirst().equals("rundll32") ? "NUL" : "/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return !p.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || p.exitValue() == 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
