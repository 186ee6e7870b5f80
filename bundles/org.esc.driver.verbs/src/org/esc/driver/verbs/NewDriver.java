// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.CardDriver;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** {@code driver new}: a Maven project for a driver, complete and working, that builds with the driver kit alone. */
@Component(service = Verb.class, property = "verb=driver new")
public final class NewDriver extends NamedVerb<NewDriver.Args, NewDriver.Result> {

    private static final Words WORDS = Words.of(NewDriver.class);

    private final String version;
    private final Optional<Path> kit;

    /** Started by the component runtime. */
    @Activate
    public NewDriver(BundleContext context) {
        this(numbers(FrameworkUtil.getBundle(CardDriver.class).getVersion()),
                Optional.ofNullable(context.getProperty("osgi.install.area")).map(a -> Path.of(URI.create(a.replace(" ", "%20")))
                        .resolve("sdk/maven")));
    }

    /** "1.0.0": of the interfaces, without what tells builds apart. */
    private static String numbers(Version v) {
        return v.getMajor() + "." + v.getMinor() + "." + v.getMicro();
    }

    NewDriver(String version, Optional<Path> kit) {
        super("driver new", "Begin a card driver: make a Maven project that builds with the driver kit alone.", Args.class);
        this.version = version;
        this.kit = kit;
    }

    /** What to make. */
    public record Args(@Arg(label = "NAME", help = "the driver's name; the project goes to a new folder of this name here") String name,
            @Arg(names = "--aid", label = "HEX", help = "AID of the application that it knows, 5 to 16 bytes") byte[] aid,
            @Arg(names = "--package", label = "NAME", help = "Java package (default: com.example and the name)") Optional<String> packageName) {
    }

    /** What was made. */
    public record Result(Path folder, List<String> files, String kit) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (!a.name().matches("[A-Za-z][A-Za-z0-9-]{0,40}")) {
            throw usage(WORDS.say("A driver's name here has letters, digits and dashes, and begins with a letter, unlike \"{0}\".", a.name()));
        }
        Aid aid;
        try {
            aid = Aid.of(a.aid());
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage() + ".");
        }
        String artifact = a.name().toLowerCase(java.util.Locale.ROOT);
        String simple = artifact.replace("-", "");
        String packageName = a.packageName().orElse("com.example." + simple);
        if (!packageName.matches("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+")) {
            throw usage(WORDS.say("\"{0}\" is no package name.", packageName));
        }
        Path repository = kit.filter(Files::isDirectory).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("begin a driver"),
                WORDS.say("The driver kit is not part of this installation.")).code("no-kit")
                .advice(WORDS.say("It lies in sdk/maven of an installation that was built with \"./esc build\".")).exception());
        String title = Character.toUpperCase(a.name().charAt(0)) + a.name().substring(1);
        Map<String, String> words = new LinkedHashMap<>();
        words.put("@PACKAGE@", packageName);
        words.put("@ARTIFACT@", artifact);
        words.put("@TITLE@", title);
        words.put("@CLASS@", className(a.name()));
        words.put("@AIDLEN@", Hex.of(aid.length()));
        words.put("@AID@", aid.toString());
        words.put("@SDK@", repository.toUri().toString().replaceAll("/$", ""));
        words.put("@VERSION@", version);
        String java = "src/main/java/" + packageName.replace('.', '/') + "/" + className(a.name());
        String test = "src/test/java/" + packageName.replace('.', '/') + "/" + className(a.name());
        String resources = "src/test/resources/" + packageName.replace('.', '/') + "/";
        Map<String, String> files = new LinkedHashMap<>();
        files.put("pom.xml", "pom.xml.txt");
        files.put("README.md", "README.md.txt");
        files.put(java + "Driver.java", "Driver.java.txt");
        files.put(java + "Card.java", "Card.java.txt");
        files.put(java + "Decoder.java", "Decoder.java.txt");
        files.put(test + "DriverTest.java", "DriverTest.java.txt");
        files.put(resources + "card.txt", "card.txt");
        Path folder = Path.of(artifact).toAbsolutePath();
        var made = new ArrayList<String>();
        try {
            Files.createDirectory(folder);
            for (var f : files.entrySet()) {
                Path to = folder.resolve(f.getKey());
                Files.createDirectories(to.getParent());
                Files.writeString(to, filled(f.getValue(), words));
                made.add(f.getKey());
            }
        } catch (FileAlreadyExistsException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("begin a driver"), WORDS.say("There is something called \"{0}\" here already; it was left alone.", artifact))
                    .code("file-exists").exception(e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("begin a driver"), WORDS.say("The folder {0} cannot be written: {1}.", folder, e.getMessage())).exception(e);
        }
        return new Result(folder, made, repository.toString());
    }

    /** "my-card" → "MyCard". */
    private static String className(String name) {
        var text = new StringBuilder();
        for (String part : name.split("-")) {
            if (!part.isEmpty()) {
                text.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
            }
        }
        return text.toString();
    }

    private static String filled(String template, Map<String, String> words) throws IOException {
        try (InputStream in = NewDriver.class.getResourceAsStream("/templates/driver/" + template)) {
            if (in == null) {
                throw new IOException("the template " + template + " is missing");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (var w : words.entrySet()) {
                text = text.replace(w.getKey(), w.getValue());
            }
            return text;
        }
    }

    private static EscException usage(String message) {
        return new EscException(Fault.USAGE, WORDS.say("begin a driver"), message);
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.say("Made {0} with {1}.", r.folder(), String.join(", ", r.files())));
        out.println(WORDS.say("Next: {0}", "cd " + r.folder().getFileName() + " && mvn package"));
    }
}
