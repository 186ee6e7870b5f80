// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The drivers that a person has installed for themselves: jars in {@code drivers} beside their settings, started with the program. The
 * program's own folder is not touched, so it may be read-only and shared. The workbench takes them in and out while it runs. The command line's
 * framework is fixed: its launcher hands it what lies in the folder, so that a change counts from its next start.
 */
@Component(service = DriverFolder.class)
public final class DriverFolder {

    private static final Words WORDS = Words.of(DriverFolder.class);

    private final BundleContext framework;
    private final Path folder;
    private final boolean fixed;
    private final Map<Path, String> broken = new LinkedHashMap<>();

    /** Starts what is installed. */
    @Activate
    public DriverFolder(BundleContext context) {
        this(context, UserDirs.config().resolve("drivers"));
    }

    DriverFolder(BundleContext context, Path folder) {
        // the framework's own context outlives this bundle
        framework = context.getBundle(0).getBundleContext();
        this.folder = folder.toAbsolutePath();
        fixed = Boolean.parseBoolean(framework.getProperty("osgi.configuration.area.readOnly"));
        forget();
        for (Path jar : jars()) {
            try {
                start(jar);
            } catch (BundleException | IllegalStateException e) {
                broken.put(jar, reason(e));
            }
        }
    }

    /** The jars that are installed. */
    public List<Path> jars() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /**
     * A driver that is installed.
     *
     * @param name    its symbolic name; the file's name if it is no driver
     * @param title   what people call it
     * @param version its version, may be empty
     * @param vendor  who says to have made it, may be empty
     * @param signer  whose signature covers all of it, empty if it is not signed
     * @param trouble why it does not run, in plain words, else empty
     */
    public record Installed(String name, String title, String version, String vendor, Optional<String> signer, String trouble) {
    }

    /** The drivers that are installed, those that do not run among them. */
    public List<Installed> drivers() {
        return jars().stream().map(jar -> {
            String trouble = broken.getOrDefault(jar, "");
            try {
                DriverJar d = DriverJar.read(jar);
                return new Installed(d.name(), d.title(), d.version().toString(), d.vendor(), d.signer(), trouble);
            } catch (EscException e) {
                String file = jar.getFileName().toString();
                return new Installed(file, file, "", "", Optional.empty(), trouble.isEmpty() ? e.getMessage() : trouble);
            }
        }).toList();
    }

    /** Why drivers that are installed did not start, in plain words. */
    public List<String> complaints() {
        var words = new ArrayList<String>();
        broken.forEach((jar, why) -> words.add(WORDS.say("The driver in {0} does not start: {1}", jar.getFileName(), why)));
        return List.copyOf(words);
    }

    /** Looks whether a driver fits this program. @throws EscException USAGE, code {@code driver-incompatible}, if something it needs is not here */
    public void check(DriverJar driver) throws EscException {
        driver.check(framework);
    }

    /**
     * Installs the driver in a jar, in place of another version of it, and starts it.
     *
     * @throws EscException USAGE if the jar does not start here; nothing is changed then
     */
    public void install(DriverJar driver) throws EscException {
        check(driver);
        Path own = folder.resolve(driver.name() + "_" + driver.version() + ".jar");
        try {
            UserDirs.create(folder);
            Path fresh = Files.createTempFile(folder, "driver", ".tmp");
            try {
                Files.copy(driver.file(), fresh, StandardCopyOption.REPLACE_EXISTING);
                List<Path> older = installed(driver.name());
                for (Path jar : older) {
                    bundle(jar).ifPresent(this::drop);
                }
                Optional<Path> saved = older.contains(own) ? Optional.of(Files.move(own, folder.resolve(own.getFileName() + ".old"),
                        StandardCopyOption.REPLACE_EXISTING)) : Optional.empty();
                Files.move(fresh, own, StandardCopyOption.ATOMIC_MOVE);
                try {
                    start(own);
                } catch (BundleException | IllegalStateException e) {
                    bundle(own).ifPresent(this::drop);
                    Files.deleteIfExists(own);
                    if (saved.isPresent()) {
                        Files.move(saved.get(), own);
                    }
                    restart(older);
                    throw Problem.of(Fault.USAGE, WORDS.say("start the driver"), WORDS.say("The driver does not start here: {0}", reason(e)))
                            .code("driver-incompatible").advice(WORDS.say("Nothing was installed.")).exception(e);
                }
                for (Path jar : older) {
                    if (!jar.equals(own)) {
                        Files.deleteIfExists(jar);
                    }
                }
                if (saved.isPresent()) {
                    Files.deleteIfExists(saved.get());
                }
                broken.keySet().removeIf(jar -> !Files.exists(jar) || jar.equals(own));
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw failed(WORDS.say("install the driver"), e);
        }
    }

    private void restart(List<Path> jars) {
        for (Path jar : jars) {
            try {
                start(jar);
            } catch (BundleException | IllegalStateException e) {
                broken.put(jar, reason(e));
            }
        }
    }

    /** Stops and removes what is installed under a symbolic name, or in a file of this name. @return the files that are gone, none if there were none */
    public List<Path> uninstall(String name) throws EscException {
        List<Path> gone = installed(name);
        try {
            for (Path jar : gone) {
                bundle(jar).ifPresent(this::drop);
                Files.deleteIfExists(jar);
                broken.remove(jar);
            }
        } catch (IOException e) {
            throw failed(WORDS.say("uninstall the driver"), e);
        }
        return gone;
    }

    private List<Path> installed(String name) {
        return jars().stream().filter(j -> j.getFileName().toString().equals(name) || name.equals(symbolicName(j))).toList();
    }

    /** What a jar's manifest says; a person may have given the file any name. */
    private static String symbolicName(Path jar) {
        try (var file = new JarFile(jar.toFile(), false)) {
            String header = file.getManifest() == null ? null : file.getManifest().getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            return header == null ? "" : header.split(";")[0].strip();
        } catch (IOException _) {
            return "";
        }
    }

    private void start(Path jar) throws BundleException {
        Optional<Bundle> there = bundle(jar);
        if (there.isEmpty() && fixed) {
            return;
        }
        Bundle b = there.isPresent() ? there.get() : framework.installBundle(location(jar));
        b.start(Bundle.START_TRANSIENT);
    }

    /** Takes bundles out whose files somebody has deleted. */
    private void forget() {
        String prefix = "reference:" + folder.toUri();
        for (Bundle b : framework.getBundles()) {
            if (!fixed && b.getLocation().startsWith(prefix) && jars().stream().noneMatch(j -> location(j).equals(b.getLocation()))) {
                drop(b);
            }
        }
    }

    /** The bundle of a jar; the launcher of the command line gives it a location of its own. */
    private Optional<Bundle> bundle(Path jar) {
        String file = jar.toUri().toString();
        return java.util.Arrays.stream(framework.getBundles()).filter(b -> b.getLocation().endsWith(file)
                || b.getLocation().endsWith("file:" + jar)).findFirst();
    }

    private static String location(Path jar) {
        return "reference:" + jar.toUri();
    }

    private void drop(Bundle b) {
        if (fixed) {
            return;
        }
        try {
            b.uninstall();
        } catch (BundleException | IllegalStateException _) {
            // it is gone with its file at the next start
        }
    }

    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).strip();
    }

    private EscException failed(String step, IOException e) {
        return Problem.of(Fault.USAGE, step, WORDS.say("The folder {0} cannot be changed: {1}.", folder, e.getMessage())).code("driver-folder")
                .exception(e);
    }
}
