// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.cert.X509CertificateHolder;

/** A main class of the tests in a process of its own, which a test may kill. */
public final class ChildJava {

    private ChildJava() {
    }

    /** Starts it; its errors go where this process's go. */
    public static Process start(Class<?> main, String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", classPath(), main.getName()), Arrays.stream(arguments)).toList();
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** All that this process could load: its bundles, if it has any, and its class path. */
    private static String classPath() {
        var places = new LinkedHashSet<String>();
        // first, whose bundles are there in two versions: the one that this process was wired to
        for (Class<?> c : List.of(ASN1Object.class, X509CertificateHolder.class, PKIStatus.class)) {
            places.add(Path.of(URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString().replace(" ", "%20"))).toString());
        }
        for (String bundle : System.getProperty("osgi.bundles", "").split(",")) {
            String at = bundle.replaceFirst("^(reference:)?file:", "").replaceFirst("@[^/]*$", "");
            places.add(at);
            // a bundle that is not packed
            places.add(at + "/target/classes");
        }
        places.addAll(Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator)));
        return String.join(File.pathSeparator, places);
    }
}
