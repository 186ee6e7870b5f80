// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.trace.Decoder;

/** What the product's bundles offer as services, made without the framework. */
final class Installed {

    private static final Pattern CLASS = Pattern.compile("<implementation class=\"([^\"]+)\"");

    private Installed() {
    }

    /** Every decoder of every bundle on the class path. */
    static List<Decoder> decoders() throws IOException, ReflectiveOperationException {
        var all = new ArrayList<Decoder>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!path.endsWith(".jar")) {
                continue;
            }
            try (var jar = new JarFile(path)) {
                for (var e : jar.stream().filter(e -> e.getName().matches("OSGI-INF/[^/]+\\.xml")).toList()) {
                    String xml = new String(jar.getInputStream(e).readAllBytes(), StandardCharsets.UTF_8);
                    Matcher m = CLASS.matcher(xml);
                    if (xml.contains("<provide interface=\"" + Decoder.class.getName() + "\"") && m.find()) {
                        all.add((Decoder) Class.forName(m.group(1)).getConstructor().newInstance());
                    }
                }
            }
        }
        if (all.isEmpty()) {
            throw new IllegalStateException("There are no decoders on the class path");
        }
        return List.copyOf(all);
    }
}
