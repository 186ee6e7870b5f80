// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.eclipse.osgi.util.ManifestElement;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * A jar with a driver in it, looked at before it is installed.
 *
 * @param file    where it is
 * @param name    its symbolic name
 * @param title   what people call it
 * @param version its version
 * @param vendor  who says to have made it, may be empty
 * @param signer  whose signature covers all of it, empty if it is not signed
 * @param needs   the packages it imports, by name, with the versions it takes
 * @param asks    what else it asks of the program: filters, by namespace
 */
public record DriverJar(Path file, String name, String title, Version version, String vendor, Optional<String> signer,
        Map<String, VersionRange> needs, List<Map.Entry<String, String>> asks) {

    private static final Words WORDS = Words.of(DriverJar.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final int MOST_ENTRIES = 20_000;

    public DriverJar {
        needs = Map.copyOf(needs);
        asks = List.copyOf(asks);
    }

    /** Looks at a jar. @throws EscException USAGE if it is no driver, or its signature is broken */
    public static DriverJar read(Path file) throws EscException {
        try (var jar = new JarFile(file.toFile(), true)) {
            if (jar.getManifest() == null) {
                throw noDriver(file, WORDS.say("it has no manifest"));
            }
            Attributes a = jar.getManifest().getMainAttributes();
            var names = ManifestElement.parseHeader(Constants.BUNDLE_SYMBOLICNAME, a.getValue(Constants.BUNDLE_SYMBOLICNAME));
            if (names == null || !NAME.matcher(names[0].getValue()).matches()) {
                throw noDriver(file, WORDS.say("its manifest names no bundle"));
            }
            if (a.getValue("Service-Component") == null) {
                throw noDriver(file, WORDS.say("its manifest names no service component"));
            }
            if (a.getValue(Constants.FRAGMENT_HOST) != null) {
                throw noDriver(file, WORDS.say("it is a part of another bundle"));
            }
            var needs = new java.util.TreeMap<String, VersionRange>();
            var imports = ManifestElement.parseHeader(Constants.IMPORT_PACKAGE, a.getValue(Constants.IMPORT_PACKAGE));
            for (ManifestElement e : imports == null ? new ManifestElement[0] : imports) {
                if (!"optional".equals(e.getDirective(Constants.RESOLUTION_DIRECTIVE))) {
                    for (String p : e.getValueComponents()) {
                        String range = e.getAttribute(Constants.VERSION_ATTRIBUTE);
                        needs.put(p, new VersionRange(range == null ? "0" : range));
                    }
                }
            }
            var asks = new ArrayList<Map.Entry<String, String>>();
            var requirements = ManifestElement.parseHeader(Constants.REQUIRE_CAPABILITY, a.getValue(Constants.REQUIRE_CAPABILITY));
            for (ManifestElement e : requirements == null ? new ManifestElement[0] : requirements) {
                String filter = e.getDirective(Constants.FILTER_DIRECTIVE);
                if (filter != null && !"optional".equals(e.getDirective(Constants.RESOLUTION_DIRECTIVE))
                        && !"active".equals(e.getDirective(Constants.EFFECTIVE_DIRECTIVE))) {
                    asks.add(Map.entry(e.getValue(), filter));
                }
            }
            String title = a.getValue(Constants.BUNDLE_NAME);
            return new DriverJar(file, names[0].getValue(), title == null ? names[0].getValue() : title,
                    Version.parseVersion(a.getValue(Constants.BUNDLE_VERSION)),
                    Optional.ofNullable(a.getValue(Constants.BUNDLE_VENDOR)).orElse(""), signer(jar), needs, asks);
        } catch (ZipException e) {
            throw noDriver(file, WORDS.say("it is no jar, or a damaged one"));
        } catch (IOException | BundleException | IllegalArgumentException e) {
            throw noDriver(file, String.valueOf(e.getMessage()));
        } catch (SecurityException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("The signature of {0} is broken: {1}", file.getFileName(), e.getMessage()))
                    .code("bad-signature").advice(WORDS.say("Somebody has changed it. Get it again from its vendor.")).exception(e);
        }
    }

    private static EscException noDriver(Path file, String why) {
        return Problem.of(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("{0} is no driver: {1}.", file.getFileName(), why)).code("no-driver").exception();
    }

    /** Whose signature covers every entry, empty if it is not signed at all. @throws SecurityException if only a part is signed */
    private static Optional<String> signer(JarFile jar) throws IOException {
        Optional<String> signer = Optional.empty();
        boolean first = true;
        int count = 0;
        for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements();) {
            JarEntry e = all.nextElement();
            if (++count > MOST_ENTRIES) {
                throw new IOException(WORDS.say("it has more than {0} entries", MOST_ENTRIES));
            }
            if (e.isDirectory() || e.getName().startsWith("META-INF/")) {
                continue;
            }
            try (InputStream in = jar.getInputStream(e)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            CodeSigner[] signers = e.getCodeSigners();
            Optional<String> by = signers == null ? Optional.empty()
                    : Optional.of(((X509Certificate) signers[0].getSignerCertPath().getCertificates().getFirst()).getSubjectX500Principal()
                            .getName());
            if (!first && !by.equals(signer)) {
                throw new SecurityException(WORDS.say("{0} is not signed like the rest", e.getName()));
            }
            signer = by;
            first = false;
        }
        return signer;
    }

    /** @throws EscException USAGE, code {@code driver-incompatible}, if something it needs is not here or has another version */
    void check(BundleContext framework) throws EscException {
        var missing = new ArrayList<String>();
        needs.forEach((name, range) -> {
            List<Version> here = exported(framework, name);
            if (here.isEmpty() && !name.startsWith("java.")) {
                missing.add(WORDS.say("the package {0}", name));
            } else if (here.stream().noneMatch(range::includes) && !here.isEmpty()) {
                missing.add(WORDS.say("{0} in version {1}; this program has {2}", name, range, here.getFirst()));
            }
        });
        for (var ask : asks) {
            try {
                var filter = FrameworkUtil.createFilter(ask.getValue());
                if (Arrays.stream(framework.getBundles()).map(b -> b.adapt(BundleRevision.class)).filter(r -> r != null)
                        .flatMap(r -> r.getDeclaredCapabilities(ask.getKey()).stream()).noneMatch(c -> filter.matches(c.getAttributes()))) {
                    missing.add(WORDS.say("{0} with {1}", ask.getKey(), ask.getValue()));
                }
            } catch (InvalidSyntaxException _) {
                missing.add(WORDS.say("{0} with the filter {1}, which makes no sense", ask.getKey(), ask.getValue()));
            }
        }
        if (!missing.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("check the driver"), WORDS.say("The driver {0} {1} does not fit this program: it needs {2}.", name, version,
                    String.join(", ", missing))).code("driver-incompatible").advice(WORDS.say("Ask its vendor for a version for this program.")).exception();
        }
    }

    private static List<Version> exported(BundleContext framework, String packageName) {
        var versions = new ArrayList<Version>();
        for (var b : framework.getBundles()) {
            BundleRevision r = b.adapt(BundleRevision.class);
            if (r != null) {
                for (BundleCapability c : r.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
                    if (packageName.equals(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
                        versions.add((Version) c.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE));
                    }
                }
            }
        }
        return versions;
    }
}
