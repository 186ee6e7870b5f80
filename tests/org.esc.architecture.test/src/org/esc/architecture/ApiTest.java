// SPDX-License-Identifier: EPL-2.0
package org.esc.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What vendors build against is versioned semantically: compared with what was released ({@code releng/api}), a break needs another major
 * version of the package and an addition another minor one. To release: {@code -Desc.api.write=true} writes the files anew.
 */
class ApiTest {

    /** Package → bundle. */
    private static final TreeMap<String, String> PACKAGES = new TreeMap<>();

    static {
        PACKAGES.put("org.esc.apdu", "org.esc.apdu");
        PACKAGES.put("org.esc.card", "org.esc.card");
        PACKAGES.put("org.esc.driver", "org.esc.driver");
        PACKAGES.put("org.esc.driver.testing", "org.esc.driver.testing");
        PACKAGES.put("org.esc.trace", "org.esc.trace");
        PACKAGES.put("org.esc.trace.fields", "org.esc.trace");
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here;
    }

    @Test
    void whatVendorsBuildAgainstBreaksOnlyWithItsMajorVersion() throws Exception {
        var complaints = new ArrayList<String>();
        for (var p : PACKAGES.entrySet()) {
            Set<String> now = api(root().resolve("bundles").resolve(p.getValue()).resolve("target/classes"), p.getKey());
            assertFalse(now.isEmpty(), p.getKey() + " has not been built");
            String version = version(p.getValue(), p.getKey());
            Path file = root().resolve("releng/api/" + p.getKey() + ".txt");
            if (Boolean.getBoolean("esc.api.write")) {
                Files.createDirectories(file.getParent());
                var lines = new ArrayList<>(List.of("# " + p.getKey() + " " + version));
                lines.addAll(now);
                Files.write(file, lines);
            }
            List<String> released = Files.readAllLines(file);
            complaints.addAll(compare(p.getKey(), released.getFirst().substring(released.getFirst().lastIndexOf(' ') + 1),
                    new TreeSet<>(released.subList(1, released.size())), version, now));
        }
        assertEquals("", String.join("\n", complaints));
    }

    private static List<String> compare(String name, String released, Set<String> before, String version, Set<String> now) {
        int[] a = parts(released);
        int[] b = parts(version);
        var gone = new TreeSet<>(before);
        gone.removeAll(now);
        var added = new TreeSet<>(now);
        added.removeAll(before);
        // what a vendor implements may not get another method without a default, or what they built does not fit any more
        var demanded = added.stream().filter(l -> l.contains(" abstract ") && before.contains(l.substring(0, l.indexOf(' ')) + " interface"))
                .toList();
        var found = new ArrayList<String>();
        if ((!gone.isEmpty() || !demanded.isEmpty()) && b[0] == a[0]) {
            gone.forEach(l -> found.add(name + " " + version + " lost or changed: " + l));
            demanded.forEach(l -> found.add(name + " " + version + " demands more of vendors: " + l));
        } else if (!added.isEmpty() && b[0] == a[0] && b[1] == a[1]) {
            added.forEach(l -> found.add(name + " " + version + " has more than " + released + ", so its minor version must grow: " + l));
        }
        return found;
    }

    private static int[] parts(String version) {
        String[] p = version.split("\\.");
        return new int[] {Integer.parseInt(p[0]), Integer.parseInt(p[1])};
    }

    private static String version(String bundle, String name) throws IOException {
        try (var in = Files.newInputStream(root().resolve("bundles").resolve(bundle).resolve("META-INF/MANIFEST.MF"))) {
            String exports = new Manifest(in).getMainAttributes().getValue("Export-Package");
            var m = Pattern.compile("(?:^|,)\\s*" + Pattern.quote(name) + ";version=\"([0-9.]+)\"").matcher(exports);
            assertTrue(m.find(), bundle + " exports " + name + " without a version");
            return m.group(1);
        }
    }

    /** A line for each public type and each public or protected member, as the compiler sees them. */
    private static Set<String> api(Path classes, String name) throws IOException {
        var lines = new TreeSet<String>();
        Path folder = classes.resolve(name.replace('.', '/'));
        if (!Files.isDirectory(folder)) {
            return lines;
        }
        try (var files = Files.list(folder)) {
            for (Path f : files.filter(x -> x.toString().endsWith(".class")).toList()) {
                ClassModel c = ClassFile.of().parse(f);
                String type = c.thisClass().asInternalName().replace('/', '.');
                var inner = c.findAttribute(Attributes.innerClasses()).stream().flatMap(i -> i.classes().stream())
                        .filter(i -> i.innerClass().asInternalName().equals(c.thisClass().asInternalName())).findFirst();
                Set<AccessFlag> flags = inner.map(i -> i.flags()).orElse(c.flags().flags());
                if (!flags.contains(AccessFlag.PUBLIC) && !flags.contains(AccessFlag.PROTECTED)) {
                    continue;
                }
                lines.add(type + (flags.contains(AccessFlag.INTERFACE) ? " interface" : flags.contains(AccessFlag.FINAL) ? " final class"
                        : " class"));
                c.interfaces().forEach(i -> lines.add(type + " is a " + i.asInternalName().replace('/', '.')));
                for (var m : c.methods()) {
                    if (visible(m.flags().flags()) && !m.flags().has(AccessFlag.SYNTHETIC)) {
                        lines.add(type + words(m.flags().flags()) + " " + m.methodName() + m.methodType());
                    }
                }
                for (var m : c.fields()) {
                    if (visible(m.flags().flags()) && !m.flags().has(AccessFlag.SYNTHETIC)) {
                        lines.add(type + words(m.flags().flags()) + " " + m.fieldName() + " " + m.fieldType());
                    }
                }
            }
        }
        return lines;
    }

    private static boolean visible(Set<AccessFlag> flags) {
        return flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED);
    }

    private static String words(Set<AccessFlag> flags) {
        return (flags.contains(AccessFlag.STATIC) ? " static" : "") + (flags.contains(AccessFlag.ABSTRACT) ? " abstract" : "");
    }

    @Test
    void aBreakIsNoticed() {
        Set<String> before = new TreeSet<>(List.of("p.A interface", "p.A abstract a()V", "p.B class", "p.B b()V"));
        assertEquals(List.of(), compare("p", "1.0.0", before, "1.0.0", before));
        var less = new TreeSet<>(before);
        less.remove("p.B b()V");
        assertEquals(1, compare("p", "1.0.0", before, "1.5.0", less).size());
        assertEquals(List.of(), compare("p", "1.0.0", before, "2.0.0", less));
        var more = new TreeSet<>(before);
        more.add("p.B c()V");
        assertEquals(1, compare("p", "1.0.0", before, "1.0.1", more).size());
        assertEquals(List.of(), compare("p", "1.0.0", before, "1.1.0", more));
        more.add("p.A abstract d()V");
        assertEquals(1, compare("p", "1.0.0", before, "1.1.0", more).size(), "vendors implement A");
    }
}
