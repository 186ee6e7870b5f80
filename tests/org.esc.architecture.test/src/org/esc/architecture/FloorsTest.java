// SPDX-License-Identifier: EPL-2.0
package org.esc.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reads all manifests and fails the build when a bundle leans on a floor it must not know. */
class FloorsTest {

    /** Floor of each family of bundles; the longest matching name decides. */
    private static final Map<String, Integer> FLOORS = Map.ofEntries(Map.entry("org.esc.apdu", 0),
        Map.entry("org.esc.card", 1), Map.entry("org.esc.command", 1), Map.entry("org.esc.securechannel", 2),
        Map.entry("org.esc.globalplatform", 2), Map.entry("org.esc.trace", 2),
        Map.entry("org.esc.trace.decoders", 3), Map.entry("org.esc.console", 4), Map.entry("org.esc.trace.verbs", 4), Map.entry("org.esc.coolkey", 3),
        Map.entry("org.esc.openpgp", 3),
        Map.entry("org.esc.pkcs15", 3), Map.entry("org.esc.cac", 3),
        Map.entry("org.esc.piv", 3),
        Map.entry("org.esc.driver", 4), Map.entry("org.esc.integrate", 4), Map.entry("org.esc.help", 4),
        Map.entry("org.esc.softcard", 5), Map.entry("org.esc.tps", 6),
        Map.entry("org.esc.tms", 6), Map.entry("org.esc.ui", 7), Map.entry("org.esc.nl", 7), Map.entry("org.esc.cli", 7));

    /** What a bundle may import on its own floor although its name does not extend it. */
    private static final Map<String, List<String>> NEIGHBOURS = Map.of("org.esc.card", List.of("org.esc.command"),
        "org.esc.globalplatform", List.of("org.esc.securechannel"), "org.esc.tms", List.of("org.esc.tps"),
        // judges a server's certificate and finds its settings as every other connection does
        "org.esc.tps.admin", List.of("org.esc.tps.client"),
        // an officer's desk asks an administrator for the server's profiles, a batch that retires tokens ends their records
        "org.esc.tps.client.officer", List.of("org.esc.tps.admin"), "org.esc.tps.client.batch", List.of("org.esc.tps.admin"));

    private static final Pattern FACES = Pattern.compile("org\\.eclipse\\.(swt|jface|ui|e4\\.ui|core\\.runtime\\.jobs)(\\..*)?"
        + "|org\\.eclipse\\.core\\.runtime|org\\.eclipse\\.core\\.jobs");

    private static final Map<String, Attributes> BUNDLES = new TreeMap<>();
    private static final Map<String, String> EXPORTER = new HashMap<>();

    @BeforeAll
    static void readManifests() throws IOException {
        try (var folders = Files.list(root().resolve("bundles"))) {
            for (Path folder : folders.filter(f -> Files.exists(f.resolve("META-INF/MANIFEST.MF"))).toList()) {
                try (InputStream in = Files.newInputStream(folder.resolve("META-INF/MANIFEST.MF"))) {
                    BUNDLES.put(folder.getFileName().toString(), new Manifest(in).getMainAttributes());
                }
            }
        }
        BUNDLES.forEach((name, headers) -> names(headers, "Export-Package").forEach(p -> EXPORTER.put(p, name)));
    }

    @Test
    void everyBundleHasAFloorAndItsFoldersName() {
        assertTrue(BUNDLES.size() >= 20, "manifests found: " + BUNDLES.keySet());
        BUNDLES.forEach((name, headers) -> {
            assertEquals(List.of(name), names(headers, "Bundle-SymbolicName"));
            assertTrue(floor(name) >= 0, name + " has no floor: give it one in FloorsTest and docs/architecture.md");
        });
    }

    @Test
    void everyBundleImportsOnlyFromBelow() {
        var breaches = new ArrayList<String>();
        BUNDLES.forEach((name, headers) -> {
            var needed = new ArrayList<>(names(headers, "Require-Bundle"));
            names(headers, "Import-Package").stream().filter(EXPORTER::containsKey).map(EXPORTER::get).forEach(needed::add);
            names(headers, "Import-Package").stream()
                .filter(p -> p.startsWith("org.esc.") && !EXPORTER.containsKey(p))
                .forEach(p -> breaches.add(name + " imports " + p + ", which nobody exports"));
            needed.stream().filter(n -> n.startsWith("org.esc.") && !mayUse(name, n)).distinct()
                .forEach(n -> breaches.add(name + " (floor " + floor(name) + ") uses " + n + " (floor " + floor(n) + ")"));
        });
        assertEquals(List.of(), breaches);
    }

    @Test
    void onlyFacesKnowTheUserInterface() {
        var breaches = new ArrayList<String>();
        BUNDLES.forEach((name, headers) -> {
            if (floor(name) < 7) {
                var all = new ArrayList<>(names(headers, "Require-Bundle"));
                all.addAll(names(headers, "Import-Package"));
                all.stream().filter(n -> FACES.matcher(n).matches()).forEach(n -> breaches.add(name + " uses " + n));
            }
        });
        assertEquals(List.of(), breaches);
    }

    @Test
    void theRuleItselfSeesBreaches() {
        assertTrue(mayUse("org.esc.tms", "org.esc.tps"));
        assertTrue(mayUse("org.esc.card.pcsc", "org.esc.card"));
        assertTrue(mayUse("org.esc.cli", "org.esc.apdu"));
        assertEquals(false, mayUse("org.esc.card", "org.esc.card.pcsc"));
        assertEquals(false, mayUse("org.esc.driver", "org.esc.tps"));
        assertEquals(false, mayUse("org.esc.securechannel", "org.esc.globalplatform"));
        assertEquals(false, mayUse("org.esc.cli", "org.esc.ui"));
        assertTrue(FACES.matcher("org.eclipse.swt.widgets").matches());
        assertTrue(FACES.matcher("org.eclipse.core.runtime").matches());
    }

    private static boolean mayUse(String user, String used) {
        return user.equals(used) || floor(used) < floor(user)
            || floor(used) == floor(user) && (user.startsWith(used + ".")
                || NEIGHBOURS.getOrDefault(user, List.of()).contains(used));
    }

    private static int floor(String bundle) {
        String family = bundle;
        while (!FLOORS.containsKey(family)) {
            int dot = family.lastIndexOf('.');
            if (dot < 0) {
                return -1;
            }
            family = family.substring(0, dot);
        }
        return FLOORS.get(family);
    }

    private static List<String> names(Attributes headers, String header) {
        var value = headers.getValue(header);
        if (value == null) {
            return List.of();
        }
        return Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)").splitAsStream(value)
            .map(c -> c.replaceAll(";.*", "").strip()).toList();
    }

    /** The checkout, wherever the test was started. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here;
    }
}
