// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipInputStream;
import javax.net.ssl.SSLException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * Where drivers come from: a jar, a zip with jars in it (at its top or under {@code plugins}, as a p2 update site has them), an update site in a
 * folder, or the address of any of these. What is fetched lies in a folder of its own until this is closed.
 */
public final class DriverSource implements AutoCloseable {

    private static final Words WORDS = Words.of(DriverSource.class);

    private static final long MOST_BYTES = 64L << 20;
    private static final int MOST_JARS = 50;
    private static final String STEP = WORDS.say("fetch the driver");
    private static final String NOT_FOUND = "not-found";

    private final Path temporary;
    private final List<DriverJar> drivers = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    private DriverSource(Path temporary) {
        this.temporary = temporary;
    }

    /** Looks at a file or fetches an address. @throws EscException if there is no driver there, NETWORK or TLS if it cannot be fetched */
    public static DriverSource open(String fileOrAddress, Context context) throws EscException {
        try {
            var source = new DriverSource(Files.createTempDirectory("esc-driver"));
            try {
                source.look(fileOrAddress, context);
                if (source.drivers.isEmpty()) {
                    throw Problem.of(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("There is no driver in {0}.", fileOrAddress)
                            + (source.leftOut.isEmpty() ? "" : " " + String.join(" ", source.leftOut))).code("no-driver").exception();
                }
                return source;
            } catch (EscException | IOException | RuntimeException e) {
                source.close();
                throw e;
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("{0} cannot be read: {1}.", fileOrAddress, e.getMessage())).exception(e);
        }
    }

    /** The drivers found. */
    public List<DriverJar> drivers() {
        return List.copyOf(drivers);
    }

    /** What else was there and why it is no driver. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    private void look(String where, Context context) throws EscException, IOException {
        if (!where.matches("(?i)https?://.*")) {
            Path file = (where.matches("(?i)file:/.*") ? Path.of(address(where)) : Path.of(where)).toAbsolutePath();
            if (Files.isDirectory(file)) {
                site(where, name -> {
                    Path there = file.resolve(name);
                    if (!Files.isRegularFile(there)) {
                        throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is no {0}.", there)).code(NOT_FOUND).exception();
                    }
                    return there;
                });
                return;
            }
            if (!Files.isRegularFile(file)) {
                throw Problem.of(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("There is no file {0}.", where)).code("no-file").exception();
            }
            if (Files.size(file) > MOST_BYTES) {
                throw tooLarge(where);
            }
            take(file);
            return;
        }
        URI address = address(where);
        String path = String.valueOf(address.getPath()).toLowerCase(Locale.ROOT);
        if (path.endsWith(".jar") || path.endsWith(".zip")) {
            take(fetch(address, context));
        } else {
            URI site = address(where.endsWith("/") ? where : where + "/");
            site(where, name -> fetch(site.resolve(name), context));
        }
    }

    private static URI address(String where) throws EscException {
        try {
            return URI.create(where);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("\"{0}\" is no address.", where)).exception(e);
        }
    }

    private void take(Path file) throws IOException, EscException {
        if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
            unpack(file);
        } else {
            drivers.add(DriverJar.read(file));
        }
    }

    private void unpack(Path zip) throws IOException {
        long left = MOST_BYTES;
        int jars = 0;
        try (var in = new ZipInputStream(new BufferedInputStream(Files.newInputStream(zip)))) {
            for (var e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                String name = e.getName();
                if (e.isDirectory() || !name.matches("(plugins/)?[^/\\\\]+\\.jar")) {
                    continue;
                }
                if (++jars > MOST_JARS) {
                    throw new IOException(WORDS.say("there are more than {0} jars in it", MOST_JARS));
                }
                // the name within the zip never becomes a path
                Path jar = temporary.resolve(jars + ".jar");
                left -= copy(in, jar, left);
                candidate(jar, name);
            }
        }
    }

    private void candidate(Path jar, String name) {
        try {
            drivers.add(DriverJar.read(jar));
        } catch (EscException e) {
            leftOut.add(e.getMessage().replace(jar.getFileName().toString(), name));
        }
    }

    private static long copy(InputStream in, Path to, long most) throws IOException {
        long n = 0;
        byte[] buffer = new byte[8192];
        try (var out = Files.newOutputStream(to)) {
            for (int k = in.read(buffer); k >= 0; k = in.read(buffer)) {
                n += k;
                if (n > most) {
                    throw new IOException(WORDS.say("it has more than {0} MiB", MOST_BYTES >> 20));
                }
                out.write(buffer, 0, k);
            }
        }
        return n;
    }

    /** The files of an update site. */
    @FunctionalInterface
    private interface Site {

        /** @throws EscException code {@link DriverSource#NOT_FOUND} if it has no such file */
        Path get(String name) throws EscException;
    }

    private static byte[] index(String where, Site site) throws EscException, IOException {
        try {
            return artifacts(site.get("artifacts.jar"));
        } catch (EscException e) {
            if (!e.problem().code().equals(NOT_FOUND)) {
                throw e;
            }
        }
        try {
            return Files.readAllBytes(site.get("artifacts.xml"));
        } catch (EscException e) {
            throw !e.problem().code().equals(NOT_FOUND) ? e : Problem.of(e.fault(), STEP,
                    WORDS.say("There is no driver and no update site at {0}: it has neither artifacts.jar nor artifacts.xml.", where)).code("no-site")
                    .advice(WORDS.say("Name a jar, a zip with jars, or the folder or address of a p2 update site.")).exception(e);
        }
    }

    private void site(String where, Site site) throws EscException, IOException {
        byte[] index = index(where, site);
        int jars = 0;
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var list = factory.newDocumentBuilder().parse(new ByteArrayInputStream(index)).getElementsByTagName("artifact");
            for (int i = 0; i < list.getLength(); i++) {
                var a = (Element) list.item(i);
                String file = a.getAttribute("id") + "_" + a.getAttribute("version") + ".jar";
                if (!a.getAttribute("classifier").equals("osgi.bundle") || !file.matches("[A-Za-z0-9._-]+")) {
                    continue;
                }
                if (++jars > MOST_JARS) {
                    throw new IOException(WORDS.say("the update site has more than {0} bundles", MOST_JARS));
                }
                candidate(site.get("plugins/" + file), file);
            }
        } catch (SAXException | ParserConfigurationException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("{0} is no update site: its list of artifacts cannot be read.", where)).exception(e);
        }
    }

    private static byte[] artifacts(Path jar) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            for (var e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                if (e.getName().equals("artifacts.xml")) {
                    return in.readNBytes((int) MOST_BYTES);
                }
            }
        }
        throw new IOException(WORDS.say("the update site's list of artifacts is empty"));
    }

    private Path fetch(URI address, Context context) throws EscException {
        // what arrives will run with this program's rights
        if (!"https".equalsIgnoreCase(address.getScheme()) && !isLoopback(address)) {
            throw Problem.of(Fault.TLS, STEP, WORDS.say("Drivers are fetched over https only: somebody on the way could change this one."))
                    .code("not-https").advice(WORDS.say("Use an https address, or fetch the file by other means and check it.")).exception();
        }
        context.progress().at(-1, WORDS.say("Fetching {0}", address));
        try (var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20))
                .followRedirects(HttpClient.Redirect.NORMAL).build();
                var _ = context.cancel().onCancel(client::shutdownNow)) {
            var r = client.send(HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(60)).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = r.body()) {
                if (r.statusCode() == 404) {
                    throw Problem.of(Fault.NETWORK, STEP, WORDS.say("There is no {0}.", address)).code(NOT_FOUND).exception();
                }
                if (r.statusCode() != 200) {
                    throw new EscException(Fault.NETWORK, STEP, WORDS.say("{0} answers with HTTP status {1}.", address, r.statusCode()));
                }
                String path = address.getPath();
                Path to = Files.createTempDirectory(temporary, "get").resolve(path.substring(path.lastIndexOf('/') + 1)
                        .replaceAll("[^A-Za-z0-9._-]", "_"));
                copy(body, to, MOST_BYTES);
                return to;
            }
        } catch (SSLException e) {
            throw new EscException(Problem.of(Fault.TLS, STEP, WORDS.say("The identity of {0} could not be verified: {1}.", address.getHost(), e.getMessage())), e);
        } catch (IOException | IllegalArgumentException e) {
            context.cancel().check(STEP);
            throw new EscException(Problem.of(Fault.NETWORK, STEP, WORDS.say("{0} cannot be fetched: {1}.", address, e.getMessage())), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, STEP, WORDS.say("Cancelled.")).exception(e);
        }
    }

    private static boolean isLoopback(URI address) {
        try {
            return address.getHost() != null && InetAddress.getByName(address.getHost()).isLoopbackAddress();
        } catch (IOException _) {
            return false;
        }
    }

    private static EscException tooLarge(String where) {
        return new EscException(Fault.USAGE, WORDS.say("look at the driver"), WORDS.say("{0} has more than {1} MiB.", where, MOST_BYTES >> 20));
    }

    @Override
    public void close() {
        try (var all = Files.walk(temporary)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(f -> {
                try {
                    Files.deleteIfExists(f);
                } catch (IOException _) {
                    // a leftover in the folder for temporary files
                }
            });
        } catch (IOException _) {
            // as above
        }
    }
}
