// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every bundle imports what its classes use. The compiler sees packages that a bundle does not import, and a test fragment may bring them along;
 * in the product they are then missing, and only when that line is run.
 */
class ImportsTest {

    private static final Pattern TYPE = Pattern.compile("L([^;]+);");

    @BeforeAll
    static void needsAProduct() {
        Esc.needProduct();
    }

    @Test
    void everyBundleImportsWhatItsClassesUse() throws IOException {
        var missing = new TreeSet<String>();
        int bundles = 0;
        try (var jars = Files.newDirectoryStream(Esc.product().resolve("plugins"), "org.esc.*.jar")) {
            for (Path jar : jars) {
                bundles++;
                missing.addAll(missing(jar));
            }
        }
        assertTrue(bundles > 20, "bundles found: " + bundles);
        assertEquals(Set.of(), missing);
    }

    private static Set<String> missing(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            var used = new TreeSet<String>();
            var own = new TreeSet<String>();
            for (var entry : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                own.add(packageOf(entry.getName().replaceFirst("\\.class$", "")));
                try (var in = jar.getInputStream(entry)) {
                    for (PoolEntry e : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
                        switch (e) {
                            case ClassEntry c when !c.asInternalName().startsWith("[") -> used.add(packageOf(c.asInternalName()));
                            // of a lambda or a reference to a method: these types are loaded, too
                            case MethodTypeEntry m -> TYPE.matcher(m.descriptor().stringValue()).results()
                                    .forEach(r -> used.add(packageOf(r.group(1))));
                            default -> {
                                // names no class
                            }
                        }
                    }
                }
            }
            Manifest manifest = jar.getManifest();
            Set<String> imported = Stream.of("Import-Package", "DynamicImport-Package").flatMap(h -> names(manifest, h)).collect(Collectors.toSet());
            // what a required bundle exports cannot be told from here; our own packages are imported by name
            boolean requires = names(manifest, "Require-Bundle").findAny().isPresent();
            used.removeIf(p -> own.contains(p) || imported.contains(p) || p.isEmpty() || p.startsWith("java.") || p.startsWith("javax.")
                    || p.startsWith("jdk.") || requires && !p.startsWith("org.esc."));
            return used.stream().map(p -> file.getFileName().toString().replaceFirst("_.*", "") + " uses " + p).collect(Collectors.toSet());
        }
    }

    private static Stream<String> names(Manifest manifest, String header) {
        String value = manifest.getMainAttributes().getValue(header);
        return value == null ? Stream.empty() : Arrays.stream(value.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).map(c -> c.replaceAll(";.*", "").strip());
    }

    private static String packageOf(String internalName) {
        int slash = internalName.lastIndexOf('/');
        return slash < 0 ? "" : internalName.substring(0, slash).replace('/', '.');
    }
}
