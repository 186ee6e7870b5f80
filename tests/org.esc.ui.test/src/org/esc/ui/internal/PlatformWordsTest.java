// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.core.runtime.Platform;
import org.eclipse.jface.resource.JFaceResources;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/** The German of the platform's own texts: fragments {@code org.esc.nl.…} of the bundles that say them. */
class PlatformWordsTest {

    private static final String GERMAN = "_de.properties";
    private static final Pattern PLACE = Pattern.compile("\\{\\d+");

    @Test
    void everyFragmentIsAtItsHost() {
        assertTrue(fragments().size() >= 8, () -> "fragments: " + fragments());
        assertEquals(List.of(), fragments().stream().filter(b -> b.getState() != Bundle.RESOLVED).toList());
    }

    @Test
    void thePlatformSpeaksGerman() {
        ResourceBundle buttons = ResourceBundle.getBundle("org.eclipse.jface.messages", Locale.GERMAN, JFaceResources.class.getClassLoader());
        assertEquals("Abbrechen", buttons.getString("cancel"));
        assertEquals("Ö&ffnen", buttons.getString("open"));
        ResourceBundle log = ResourceBundle.getBundle("plugin", Locale.GERMAN, Platform.getBundle("org.eclipse.ui.views.log").adapt(BundleWiring.class).getClassLoader());
        assertEquals("Fehlerprotokoll", log.getString("views.errorLog.name"));
    }

    /** SWT reads them in the texts of menu items: "Strg+X" would be the accelerator X alone. */
    @Test
    void theNamesOfKeysStayAsSwtReadsThem() {
        ResourceBundle names = ResourceBundle.getBundle("org.eclipse.jface.bindings.keys.formatting.AbstractKeyFormatter", Locale.GERMAN, JFaceResources.class.getClassLoader());
        assertEquals(List.of("Ctrl", "Shift", "Delete"), Stream.of("CTRL", "SHIFT", "DEL").map(names::getString).toList());
    }

    /** What the platform no longer says, or says with other values, it would say in English, or wrongly. */
    @Test
    void everyTranslationIsOfATextWithTheSameValues() throws IOException {
        var complaints = new ArrayList<String>();
        int texts = 0;
        for (Bundle fragment : fragments()) {
            Bundle host = Platform.getBundle(fragment.getHeaders().get(Constants.FRAGMENT_HOST));
            for (URL file : Collections.list(fragment.findEntries("/", "*" + GERMAN, true))) {
                String name = file.getPath().substring(0, file.getPath().length() - GERMAN.length()) + ".properties";
                URL original = host.getEntry(name);
                if (original == null) {
                    complaints.add(host.getSymbolicName() + " has no " + name);
                    continue;
                }
                Properties english = read(original);
                for (var text : read(file).entrySet()) {
                    texts++;
                    String before = english.getProperty((String) text.getKey());
                    String now = (String) text.getValue();
                    if (before == null || !places(before).equals(places(now)) || before.contains("&") != now.contains("&") || before.contains("<a") != now.contains("</a>")) {
                        complaints.add(name + " " + text.getKey() + ": " + before + " | " + now);
                    }
                }
            }
        }
        assertEquals(List.of(), complaints);
        assertTrue(texts > 500, "texts: " + texts);
    }

    private static List<Bundle> fragments() {
        return Stream.of(FrameworkUtil.getBundle(PlatformWordsTest.class).getBundleContext().getBundles()).filter(b -> b.getSymbolicName().startsWith("org.esc.nl.")).toList();
    }

    private static TreeSet<String> places(String text) {
        var places = new TreeSet<String>();
        PLACE.matcher(text).results().map(MatchResult::group).forEach(places::add);
        return places;
    }

    private static Properties read(URL file) throws IOException {
        var properties = new Properties();
        try (Reader in = new InputStreamReader(file.openStream(), StandardCharsets.UTF_8)) {
            properties.load(in);
        }
        return properties;
    }
}
