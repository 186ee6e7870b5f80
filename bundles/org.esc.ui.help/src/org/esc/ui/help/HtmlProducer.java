// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.eclipse.help.IHelpContentProducer;
import org.esc.help.Guides;
import org.esc.help.WebPages;

/** Our pages as HTML for whoever asks the platform for them: Eclipse's own help shows them when it is installed. */
public final class HtmlProducer implements IHelpContentProducer {

    @Override
    public InputStream getInputStream(String bundle, String href, Locale locale) {
        // the platform's interface asks for null where there is nothing
        Guides guides = Guides.own(locale);
        return !bundle.equals("org.esc.help") || !href.endsWith(".html") ? null : guides.page("/" + bundle + "/" + href)
                .map(p -> (InputStream) new ByteArrayInputStream(new WebPages(guides).page(p).getBytes(StandardCharsets.UTF_8))).orElse(null);
    }
}
