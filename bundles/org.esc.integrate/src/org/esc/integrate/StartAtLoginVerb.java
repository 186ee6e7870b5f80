// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * {@code start-at-login}: has the workbench started when this person logs in to the desktop, or not, by the freedesktop.org Desktop Application Autostart
 * Specification: a file {@code esc.desktop} in the person's folder {@code autostart}.
 */
@Component(service = Verb.class, property = "verb=start-at-login")
public final class StartAtLoginVerb extends NamedVerb<StartAtLoginVerb.Args, StartAtLoginVerb.Result> {

    private static final Words WORDS = Words.of(StartAtLoginVerb.class);

    private static final String STEP = WORDS.say("start at login");
    private static final String FILE = "autostart/esc.desktop";

    private final Machine machine;
    private final Optional<String> home;

    /** On this machine. */
    @Activate
    public StartAtLoginVerb() {
        this(Machine.here(), Optional.ofNullable(System.getProperty("esc.home")));
    }

    StartAtLoginVerb(Machine machine, Optional<String> home) {
        super("start-at-login", "Have the workbench started, out of the way, when you log in to the desktop.", Args.class);
        this.machine = machine;
        this.home = home;
    }

    /** What to do. */
    public enum What {
        /** Say how it is. */
        STATUS,
        /** Start it. */
        ON,
        /** Do not. */
        OFF
    }

    /** What to do. */
    public record Args(@Arg(label = "on|off|status", defaultValue = "STATUS", help = "Switch it on or off, or say how it is.") What what) {
    }

    /**
     * How it is.
     *
     * @param on   true if the workbench is started
     * @param file the file that says so, or would
     */
    public record Result(boolean on, String file) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (machine.kind() != Machine.Kind.LINUX) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("On this system programs are started at login by its own settings.")).code("not-here").exception();
        }
        Path file = machine.config().resolve(FILE);
        try {
            switch (a.what()) {
                case ON -> write(file, entry());
                case OFF -> {
                    if (everybodys().isPresent()) {
                        // the person's own file hides the one that holds for all
                        write(file, "[Desktop Entry]\nType=Application\nName=Enterprise Security Client\nHidden=true\n");
                    } else {
                        Files.deleteIfExists(file);
                    }
                }
                case STATUS -> {
                    // only looked at
                }
            }
            return new Result(on(file), file.toString());
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} cannot be read or written.", file)).code("not-kept").exception(e);
        }
    }

    private boolean on(Path file) throws IOException {
        Optional<Path> said = Files.exists(file) ? Optional.of(file) : everybodys();
        return said.isPresent() && Files.readAllLines(said.get()).stream().map(l -> l.replace(" ", ""))
                .noneMatch(l -> l.equals("Hidden=true") || l.equals("X-GNOME-Autostart-enabled=false"));
    }

    /** The file that holds for everybody here. */
    private Optional<Path> everybodys() {
        String folders = machine.environment().getOrDefault("XDG_CONFIG_DIRS", "/etc/xdg");
        return List.of(folders.split(":")).stream().filter(f -> f.startsWith("/")).map(f -> machine.root().resolve(f.substring(1)).resolve(FILE))
                .filter(Files::isRegularFile).findFirst();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        SafeFile.write(file, SafeFile.bytes(text));
    }

    private String entry() throws EscException {
        Path program = home.map(h -> Path.of(h, "esc")).filter(Files::isExecutable).orElseThrow(() -> Problem.of(Fault.USAGE, STEP,
                WORDS.say("It is not known by which command this program is started.")).code("no-launcher").advice(WORDS.say("Start it by its script {0}.", "./esc")).exception());
        return """
                [Desktop Entry]
                Type=Application
                Name=Enterprise Security Client
                Comment=Smart cards and tokens
                Exec=%s --minimized
                Icon=auth-smartcard
                Terminal=false
                NoDisplay=true
                """.formatted(quoted(program.toString()));
    }

    /** An argument of a desktop entry's Exec line: in quotes, then as a string, in which backslashes count again. */
    static String quoted(String argument) {
        String inQuotes = argument.replaceAll("([\"`$\\\\])", "\\\\$1").replace("%", "%%");
        return "\"" + inQuotes.replace("\\", "\\\\") + "\"";
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(r.on() ? WORDS.say("on: the workbench starts when you log in ({0})", r.file()) : WORDS.say("off: the workbench does not start when you log in ({0})", r.file()));
    }
}
