// SPDX-License-Identifier: EPL-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Finishes a materialised product: writes the slim configuration the command line starts from, and brings the workbench's list of bundles
 * up to date with the plugins folder, so that dropping a driver's jar into it, or deleting one, is all it takes to install or remove it.
 *
 * <p>The command line gets every bundle of ours (or of a vendor) that needs no SWT, and what those need. Usage: {@code java Assemble.java
 * PRODUCT-DIR}
 */
public final class Assemble {

    /** Runtime services that nobody imports but the command line needs. */
    private static final List<String> RUNTIME = List.of("org.eclipse.equinox.common", "org.apache.felix.scr",
        "org.eclipse.equinox.app", "org.eclipse.core.runtime");
    private static final Set<String> UI = Set.of("org.eclipse.swt", "org.eclipse.jface", "org.eclipse.ui.workbench");

    private record Clause(String name, String parameters) {

        boolean optional() {
            return parameters.replace(" ", "").contains("resolution:=optional");
        }
    }

    private record Bundle(String name, String version, Path jar, List<Clause> exports, List<Clause> needsPackages,
        List<Clause> needsBundles, String capabilities, String requirements, boolean services) {

        /** Ours, or a vendor's that contributes declarative services; not the platform's. */
        boolean contributed() {
            return name.startsWith("org.esc.")
                || services && !name.startsWith("org.eclipse.") && !name.startsWith("org.apache.");
        }
    }

    public static void main(String[] args) throws IOException {
        var product = Path.of(args[0]).toAbsolutePath().normalize();
        var bundles = read(product.resolve("plugins"));
        var byPackage = new HashMap<String, String>();
        bundles.values().forEach(b -> b.exports.forEach(e -> byPackage.merge(e.name, b.name,
            (x, y) -> x.equals("org.eclipse.osgi") ? x : y.equals("org.eclipse.osgi") || y.compareTo(x) < 0 ? y : x)));

        var chosen = new TreeMap<String, Bundle>();
        for (var bundle : bundles.values()) {
            if (bundle.contributed() || RUNTIME.contains(bundle.name)) {
                var closure = closure(bundle, bundles, byPackage);
                if (closure.stream().noneMatch(UI::contains)) {
                    closure.forEach(name -> chosen.put(name, bundles.get(name)));
                }
            }
        }
        if (!chosen.containsKey("org.esc.cli")) {
            throw new IllegalStateException("org.esc.cli is missing or needs the user interface: "
                + closure(bundles.get("org.esc.cli"), bundles, byPackage));
        }
        writeCli(product, bundles.get("org.eclipse.osgi"), chosen);
        writeBundlesInfo(product, bundles);
    }

    private static Map<String, Bundle> read(Path plugins) throws IOException {
        var bundles = new TreeMap<String, Bundle>();
        try (var files = Files.list(plugins)) {
            for (var jar : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
                try (var in = new JarFile(jar.toFile())) {
                    Attributes headers = in.getManifest() == null ? new Attributes()
                        : in.getManifest().getMainAttributes();
                    if (headers.getValue("Bundle-SymbolicName") == null) {
                        System.err.println("not a bundle, left alone: " + jar.getFileName());
                        continue;
                    }
                    var name = clauses(headers.getValue("Bundle-SymbolicName")).getFirst().name;
                    // a fragment needs its host as others need a bundle
                    var needsBundles = new ArrayList<>(clauses(headers.getValue("Require-Bundle")));
                    needsBundles.addAll(clauses(headers.getValue("Fragment-Host")));
                    bundles.put(name, new Bundle(name, Optional.ofNullable(headers.getValue("Bundle-Version"))
                        .orElse("0.0.0"), jar, clauses(headers.getValue("Export-Package")),
                        clauses(headers.getValue("Import-Package")), needsBundles,
                        Optional.ofNullable(headers.getValue("Provide-Capability")).orElse(""),
                        Optional.ofNullable(headers.getValue("Require-Capability")).orElse(""),
                        headers.getValue("Service-Component") != null));
                }
            }
        }
        return bundles;
    }

    /** The names of all bundles one bundle cannot resolve without, itself included, the framework excluded. */
    private static Set<String> closure(Bundle start, Map<String, Bundle> bundles, Map<String, String> byPackage) {
        var seen = new HashSet<String>();
        var todo = new ArrayDeque<>(List.of(start));
        while (!todo.isEmpty()) {
            var bundle = todo.pop();
            if (!seen.add(bundle.name)) {
                continue;
            }
            var needs = new HashSet<String>();
            bundle.needsPackages.stream().filter(c -> !c.optional()).map(c -> byPackage.get(c.name)).forEach(needs::add);
            bundle.needsBundles.stream().filter(c -> !c.optional()).map(Clause::name).forEach(needs::add);
            if (bundle.requirements.contains("osgi.serviceloader") && !bundle.requirements.contains("optional")) {
                bundles.values().stream().filter(b -> b.capabilities.contains("osgi.serviceloader.processor"))
                    .map(Bundle::name).forEach(needs::add);
            }
            needs.stream().filter(n -> n != null && !n.equals("org.eclipse.osgi")).map(bundles::get)
                .filter(b -> b != null).forEach(todo::push);
        }
        return seen;
    }

    private static void writeCli(Path product, Bundle framework, Map<String, Bundle> chosen) throws IOException {
        var entries = new ArrayList<String>();
        for (var b : chosen.values()) {
            // services first, so that components are seen as their bundles start
            String start = b.name.equals("org.apache.felix.scr") || b.name.equals("org.eclipse.equinox.common") ? "@2:start"
                : b.services || b.name.equals("org.eclipse.core.runtime") ? "@4:start"
                : b.capabilities.contains("osgi.serviceloader.processor") ? "@1:start" : "";
            entries.add("reference:file:" + b.jar.getFileName() + start);
        }
        var cli = Files.createDirectories(product.resolve("cli"));
        Files.writeString(cli.resolve("config.ini"), """
            # the command line: no user interface, no p2; written by releng/tools/Assemble.java
            eclipse.application=org.esc.cli.application
            eclipse.product=org.esc.ui.product
            osgi.framework=file:plugins/%s
            osgi.bundles.defaultStartLevel=4
            osgi.bundles=%s
            """.formatted(framework.jar.getFileName(), String.join(",\\\n  ", entries)));
    }

    /** Keeps the entries p2 wrote whose jars are still there, drops the others and adds what is new. */
    private static void writeBundlesInfo(Path product, Map<String, Bundle> bundles) throws IOException {
        var file = product.resolve("configuration/org.eclipse.equinox.simpleconfigurator/bundles.info");
        var lines = new ArrayList<String>();
        var known = new HashSet<String>();
        for (var line : Files.readAllLines(file)) {
            var fields = line.split(",");
            if (line.startsWith("#") || fields.length < 5) {
                lines.add(line);
            } else if (Files.exists(product.resolve(fields[2]))) {
                known.add(fields[0]);
                lines.add(line);
            }
        }
        bundles.values().stream().filter(b -> !known.contains(b.name)).sorted(Comparator.comparing(Bundle::name))
            .forEach(b -> lines.add(String.join(",", b.name, b.version, "plugins/" + b.jar.getFileName(), "4", "false")));
        Files.write(file, lines);
    }

    /** Splits a manifest header at the commas outside quotes. */
    private static List<Clause> clauses(String header) {
        var found = new LinkedHashMap<String, Clause>();
        var text = new StringBuilder();
        boolean quoted = false;
        for (char c : (header == null ? "" : header + ",").toCharArray()) {
            quoted ^= c == '"';
            if (c == ',' && !quoted) {
                int semicolon = text.indexOf(";");
                String name = (semicolon < 0 ? text.toString() : text.substring(0, semicolon)).strip();
                if (!name.isEmpty()) {
                    found.put(name, new Clause(name, semicolon < 0 ? "" : text.substring(semicolon)));
                }
                text.setLength(0);
            } else {
                text.append(c);
            }
        }
        return List.copyOf(found.values());
    }
}
