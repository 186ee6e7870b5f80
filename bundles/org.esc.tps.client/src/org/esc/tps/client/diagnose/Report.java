// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * What is known about this installation, its readers, tokens and servers, for whoever helps its owner. Nothing secret is in it: passwords, PINs and keys are
 * never read, and what looks like one in a log is taken out.
 *
 * @param made     when, ISO 8601
 * @param program  versions, operating system, surroundings: name and value
 * @param checks   what was looked at, what is wrong and how to mend it
 * @param readers  the readers
 * @param tokens   the tokens in them
 * @param servers  the servers that tokens and settings name
 * @param settings the settings of this user that are not secret: name and value
 * @param log      the last lines of the workbench's log
 * @param trace    the last exchanges with cards, secrets masked
 * @param file     the file it was saved to, if it was
 */
public record Report(String made, List<Fact> program, List<SelfCheck> checks, List<Reader> readers, List<Token> tokens, List<Server> servers,
        List<Fact> settings, List<String> log, List<String> trace, Optional<String> file) {

    static final String LABEL = "Label";
    static final String APPLET = "Applet version";
    static final String LIFE_CYCLE = "Life cycle";
    static final String MEMORY = "Memory";
    static final String TRIES = "Password tries left";
    static final String KEYS = "Card manager keys";
    static final String ANSWER = "Remembered answer";
    static final String PROGRAM = "Program";
    static final String SYSTEM = "System";

    private static final Words WORDS = Words.of(Report.class);

    public Report {
        program = List.copyOf(program);
        checks = List.copyOf(checks);
        readers = List.copyOf(readers);
        tokens = List.copyOf(tokens);
        servers = List.copyOf(servers);
        settings = List.copyOf(settings);
        log = List.copyOf(log);
        trace = List.copyOf(trace);
    }

    /** A name, the same in every language, and its value. */
    public record Fact(String name, String value) {

        String words() {
            return switch (name) {
                case LABEL -> WORDS.say("Label");
                case APPLET -> WORDS.say("Applet version");
                case LIFE_CYCLE -> WORDS.say("Life cycle");
                case MEMORY -> WORDS.say("Memory");
                case TRIES -> WORDS.say("Password tries left");
                case KEYS -> WORDS.say("Card manager keys");
                case ANSWER -> WORDS.say("Remembered answer");
                case PROGRAM -> WORDS.say("Program");
                case SYSTEM -> WORDS.say("System");
                default -> name;
            };
        }
    }

    /** A reader. @param card what is in it, in words */
    public record Reader(String name, String kind, String card, String atr) {
    }

    /**
     * A token.
     *
     * @param phoneHome the address that is asked for its services, and where that comes from; empty if there is none
     * @param facts     applet, life cycle, memory and the like
     */
    public record Token(String reader, String state, String cuid, String issuer, String issuedTo, String driver, String phoneHome,
            List<Fact> facts, List<Certificate> certificates, List<String> problems) {

        public Token {
            facts = List.copyOf(facts);
            certificates = List.copyOf(certificates);
            problems = List.copyOf(problems);
        }
    }

    /** A certificate on a token. */
    public record Certificate(String id, String label, String subject, String issuer, String serial, String from, String until, String validity) {
    }

    /**
     * A server.
     *
     * @param named   who names it
     * @param verdict what came of asking it
     * @param code    of the problem, empty if there is none
     */
    public record Server(String address, String named, boolean reached, boolean trusted, String verdict, String code, Optional<Long> clockSeconds,
            List<String> notes) {

        public Server {
            notes = List.copyOf(notes);
        }
    }

    Report savedTo(String path) {
        return new Report(made, program, checks, readers, tokens, servers, settings, log, trace, Optional.of(path));
    }

    /** All but log and trace, for a person. */
    public void print(PrintWriter out) {
        out.println(WORDS.say("Enterprise Security Client: diagnostics, {0}", made));
        out.println();
        out.println(WORDS.say("Checks"));
        for (SelfCheck c : checks) {
            out.println("  [" + c.verdict().words() + "] " + c.sentence());
            if (!c.fix().isEmpty()) {
                out.println("      " + WORDS.say("What to do: {0}", c.fix()));
            }
        }
        out.println();
        out.println(WORDS.say("Program"));
        program.forEach(f -> out.println("  " + f.words() + ": " + f.value()));
        out.println();
        out.println(WORDS.say("Readers"));
        readers.forEach(r -> out.println("  " + r.name() + " (" + r.kind() + "): " + r.card() + (r.atr().isEmpty() ? "" : ", ATR " + r.atr())));
        out.println();
        out.println(WORDS.say("Tokens"));
        for (Token t : tokens) {
            out.println("  " + t.reader() + ": " + t.state() + (t.cuid().isEmpty() ? "" : ", " + t.cuid())
                    + (t.issuedTo().isEmpty() ? "" : ", " + WORDS.say("issued to {0} by {1}", t.issuedTo(), t.issuer()))
                    + ", " + (t.driver().isEmpty() ? WORDS.say("driver none") : WORDS.say("driver {0}", t.driver())));
            out.println("    " + (t.phoneHome().isEmpty() ? WORDS.say("Phone home: none") : WORDS.say("Phone home: {0}", t.phoneHome())));
            t.facts().forEach(f -> out.println("    " + f.words() + ": " + f.value()));
            for (Certificate c : t.certificates()) {
                out.println("    " + WORDS.say("Certificate {0} \"{1}\": {2}, issued by {3}, number {4}, {5} to {6}, {7}",
                        c.id(), c.label(), c.subject(), c.issuer(), c.serial(), c.from(), c.until(), c.validity()));
            }
            t.problems().forEach(p -> out.println("    " + WORDS.say("Trouble: {0}", p)));
        }
        out.println();
        out.println(WORDS.say("Servers"));
        for (Server s : servers) {
            out.println("  " + s.address() + " (" + s.named() + ") " + s.verdict() + (s.code().isEmpty() ? "" : " [" + s.code() + "]"));
            s.notes().forEach(n -> out.println("    " + n));
        }
        out.println();
        out.println(WORDS.say("Settings"));
        settings.forEach(f -> out.println("  " + f.name() + " = " + f.value()));
    }
}
