// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;

/** Which texts may stand in the window although they do not come from {@code Words}: see others.txt. */
final class Allowed {

    private static final Pattern LETTERS = Pattern.compile("\\p{L}{2,}");
    /** What follows a label in a menu or a tool tip: the key for it. */
    private static final Pattern KEYS = Pattern.compile("\t.*|\\s*\\((?:(?:Ctrl|Shift|Alt|Strg)\\+)*(?:[\\p{Lu}\\d]|F\\d+|Delete|Enter)\\)$");

    private final Set<String> fromPlugins = new HashSet<>();
    private final List<Pattern> others = new ArrayList<>();

    private Allowed() {
    }

    /** Reads what the bundles' plugin.xml say, and the list of what others say. */
    static Allowed of(Iterable<Bundle> bundles) throws IOException {
        var all = new Allowed();
        for (Bundle b : bundles) {
            URL texts = b.getEntry("OSGI-INF/l10n/bundle.properties");
            if (texts != null) {
                var p = new Properties();
                try (var in = new InputStreamReader(texts.openStream(), StandardCharsets.UTF_8)) {
                    p.load(in);
                }
                p.values().forEach(v -> all.fromPlugins.add(plain(v.toString())));
            }
        }
        try (var in = Allowed.class.getResourceAsStream("others.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .forEach(l -> all.others.add(Pattern.compile(l.replaceAll("\\s*\t.*", ""), Pattern.DOTALL)));
        }
        return all;
    }

    private static String plain(String text) {
        return KEYS.matcher(text).replaceAll("").replace("&&", "\0").replace("&", "").replace('\0', '&').strip();
    }

    /** The lines of a text that somebody forgot to put into words. */
    List<String> forgotten(String text) {
        return fromPlugins.contains(plain(outside(text))) ? List.of() : text.lines().filter(l -> !known(plain(outside(l)))).toList();
    }

    private boolean known(String line) {
        return !LETTERS.matcher(line).find() || fromPlugins.contains(line) || others.stream().anyMatch(o -> o.matcher(line).matches());
    }

    /** What is left of a text without what stands in the brackets of the language that nobody speaks. */
    static String outside(String text) {
        var out = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '⟦' ? 1 : 0;
            if (depth == 0) {
                out.append(c);
            }
            depth -= c == '⟧' && depth > 0 ? 1 : 0;
        }
        return out.toString();
    }
}
