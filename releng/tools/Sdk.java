// SPDX-License-Identifier: EPL-2.0

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the driver kit: a Maven repository in a folder, {@code PRODUCT-DIR/sdk/maven}, with the bundles that a driver is built and tested
 * with, and their sources. With a third argument also Javadoc, and all of it in that zip.
 *
 * <p>Usage: {@code java Sdk.java HOME PRODUCT-DIR [ZIP]}
 */
public final class Sdk {

    private static final List<String> BUNDLES = List.of("org.esc.apdu", "org.esc.command", "org.esc.card", "org.esc.card.pcsc", "org.esc.trace",
        "org.esc.securechannel", "org.esc.globalplatform", "org.esc.pkcs15", "org.esc.driver", "org.esc.softcard", "org.esc.driver.testing");
    /** What vendors program against. */
    private static final List<String> DOCUMENTED = List.of("org.esc.apdu", "org.esc.card", "org.esc.trace", "org.esc.driver", "org.esc.driver.testing");
    private static final List<String> DOCUMENTED_PACKAGES = List.of("org.esc.apdu", "org.esc.card", "org.esc.trace", "org.esc.trace.fields", "org.esc.driver",
        "org.esc.driver.testing");

    private final Path home;
    private final Path repository;
    private final Map<String, Path> jars = new TreeMap<>();
    private final Map<String, String> exporters = new TreeMap<>();

    private Sdk(Path home, Path product) {
        this.home = home;
        repository = product.resolve("sdk/maven");
    }

    public static void main(String[] args) throws IOException {
        var sdk = new Sdk(Path.of(args[0]).toAbsolutePath(), Path.of(args[1]).toAbsolutePath());
        sdk.find();
        for (String bundle : BUNDLES) {
            sdk.publish(bundle);
        }
        if (args.length > 2) {
            sdk.javadoc(Path.of(args[1]).toAbsolutePath());
        }
        sdk.sum();
        if (args.length > 2) {
            sdk.zip(Path.of(args[2]));
        }
    }

    private void find() throws IOException {
        for (String bundle : BUNDLES) {
            try (var files = Files.list(home.resolve("bundles").resolve(bundle).resolve("target"))) {
                Path jar = files.filter(f -> f.getFileName().toString().matches(java.util.regex.Pattern.quote(bundle) + "-[0-9].*(?<!-sources)\\.jar"))
                    .findFirst().orElseThrow(() -> new IOException(bundle + " has not been built"));
                jars.put(bundle, jar);
                for (String p : names(header(jar, "Export-Package"))) {
                    exporters.put(p, bundle);
                }
            }
        }
    }

    private static String header(Path jar, String name) throws IOException {
        try (var in = new JarFile(jar.toFile())) {
            String value = in.getManifest().getMainAttributes().getValue(name);
            return value == null ? "" : value;
        }
    }

    /** The names in a manifest header, without what follows a semicolon. */
    private static List<String> names(String header) {
        var found = new ArrayList<String>();
        // commas in quotes separate nothing
        for (String clause : header.replaceAll("\"[^\"]*\"", "").split(",")) {
            if (!clause.isBlank()) {
                found.add(clause.split(";")[0].strip());
            }
        }
        return found;
    }

    private String version(String bundle) throws IOException {
        String[] v = header(jars.get(bundle), "Bundle-Version").split("\\.");
        return v[0] + "." + v[1] + "." + v[2];
    }

    private void publish(String bundle) throws IOException {
        String version = version(bundle);
        Path folder = Files.createDirectories(repository.resolve("org/esc").resolve(bundle).resolve(version));
        String stem = bundle + "-" + version;
        Files.copy(jars.get(bundle), folder.resolve(stem + ".jar"), StandardCopyOption.REPLACE_EXISTING);
        pack(home.resolve("bundles").resolve(bundle).resolve("src"), folder.resolve(stem + "-sources.jar"));
        var needs = new TreeSet<String>();
        for (String p : names(header(jars.get(bundle), "Import-Package"))) {
            String by = exporters.get(p);
            if (by != null && !by.equals(bundle)) {
                needs.add(dependency("org.esc", by, version(by)));
            } else if (p.startsWith("org.bouncycastle")) {
                needs.add(dependency("org.bouncycastle", "bcpkix-jdk18on", "1.87"));
            } else if (p.startsWith("org.osgi.framework")) {
                needs.add(dependency("org.osgi", "org.osgi.framework", "1.10.0"));
            }
        }
        Files.writeString(folder.resolve(stem + ".pom"), """
            <?xml version="1.0" encoding="UTF-8"?>
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>org.esc</groupId>
              <artifactId>%s</artifactId>
              <version>%s</version>
              <licenses>
                <license>
                  <name>EPL-2.0</name>
                </license>
              </licenses>
              <dependencies>
            %s  </dependencies>
            </project>
            """.formatted(bundle, version, String.join("", needs)));
    }

    private static String dependency(String group, String artifact, String version) {
        return """
                <dependency>
                  <groupId>%s</groupId>
                  <artifactId>%s</artifactId>
                  <version>%s</version>
                </dependency>
            """.formatted(group, artifact, version);
    }

    private void javadoc(Path product) throws IOException {
        Path out = Files.createDirectories(product.resolve("sdk/api"));
        var arguments = new ArrayList<>(List.of("-quiet", "-Xdoclint:none", "--ignore-source-errors", "-encoding", "UTF-8", "-d", out.toString(), "-windowtitle",
            "Enterprise Security Client: driver kit", "-doctitle", "Driver kit", "-classpath", classpath(product), "-sourcepath",
            String.join(java.io.File.pathSeparator, DOCUMENTED.stream().map(b -> home.resolve("bundles").resolve(b).resolve("src").toString())
                .toList())));
        arguments.addAll(DOCUMENTED_PACKAGES);
        int rc = ToolProvider.findFirst("javadoc").orElseThrow(() -> new IOException("this JDK has no javadoc tool"))
            .run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments.toArray(String[]::new));
        if (rc != 0) {
            throw new IOException("javadoc failed");
        }
        for (String bundle : DOCUMENTED) {
            String version = version(bundle);
            pack(out, repository.resolve("org/esc").resolve(bundle).resolve(version).resolve(bundle + "-" + version + "-javadoc.jar"));
        }
    }

    private String classpath(Path product) throws IOException {
        try (var files = Files.list(product.resolve("plugins"))) {
            var all = new ArrayList<>(files.map(Path::toString).filter(f -> f.endsWith(".jar")).toList());
            // only needed to build: without them a page says a little less, which is why errors in sources do not count
            for (String group : List.of("org/junit", "org/osgi", "org/opentest4j", "org/apiguardian")) {
                try (var jars = Files.walk(Path.of(System.getProperty("user.home"), ".m2/repository", group))) {
                    jars.map(Path::toString).filter(f -> f.endsWith(".jar")).forEach(all::add);
                } catch (IOException _) {
                    // another repository is in use
                }
            }
            return String.join(java.io.File.pathSeparator, all);
        }
    }

    /** Without checksums beside the files Maven warns of each of them, or refuses them if it was told to be strict. */
    private void sum() throws IOException {
        try (var files = Files.walk(repository)) {
            for (Path f : files.filter(f -> f.toString().endsWith(".jar") || f.toString().endsWith(".pom")).toList()) {
                byte[] hash = MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(f));
                Files.writeString(f.resolveSibling(f.getFileName() + ".sha1"), HexFormat.of().formatHex(hash));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar)) {
            pack(folder, "", file);
        }
    }

    private static void pack(Path folder, String prefix, OutputStream to) throws IOException {
        try (var zip = new ZipOutputStream(to, StandardCharsets.UTF_8); var files = Files.walk(folder)) {
            for (Path f : files.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(new ZipEntry(prefix + folder.relativize(f).toString().replace('\\', '/')));
                Files.copy(f, zip);
                zip.closeEntry();
            }
        }
    }

    private void zip(Path file) throws IOException {
        try (OutputStream to = Files.newOutputStream(file)) {
            pack(repository.getParent(), "esc-driver-kit/", to);
        }
    }
}
