// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

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

    /** A name and its value. */
    public record Fact(String name, String value) {
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
        out.println("Enterprise Security Client: diagnostics, " + made);
        out.println();
        out.println("Checks");
        for (SelfCheck c : checks) {
            out.println("  [" + c.verdict().words() + "] " + c.sentence());
            if (!c.fix().isEmpty()) {
                out.println("      What to do: " + c.fix());
            }
        }
        out.println();
        out.println("Program");
        program.forEach(f -> out.println("  " + f.name() + ": " + f.value()));
        out.println();
        out.println("Readers");
        readers.forEach(r -> out.println("  " + r.name() + " (" + r.kind() + "): " + r.card() + (r.atr().isEmpty() ? "" : ", ATR " + r.atr())));
        out.println();
        out.println("Tokens");
        for (Token t : tokens) {
            out.println("  " + t.reader() + ": " + t.state() + (t.cuid().isEmpty() ? "" : ", " + t.cuid())
                    + (t.issuedTo().isEmpty() ? "" : ", issued to " + t.issuedTo() + " by " + t.issuer()) + ", driver " + (t.driver().isEmpty() ? "none" : t.driver()));
            out.println("    Phone home: " + (t.phoneHome().isEmpty() ? "none" : t.phoneHome()));
            t.facts().forEach(f -> out.println("    " + f.name() + ": " + f.value()));
            for (Certificate c : t.certificates()) {
                out.println("    Certificate " + c.id() + " \"" + c.label() + "\": " + c.subject() + ", issued by " + c.issuer() + ", number " + c.serial() + ", "
                        + c.from() + " to " + c.until() + ", " + c.validity());
            }
            t.problems().forEach(p -> out.println("    Trouble: " + p));
        }
        out.println();
        out.println("Servers");
        for (Server s : servers) {
            out.println("  " + s.address() + " (" + s.named() + ") " + s.verdict() + (s.code().isEmpty() ? "" : " [" + s.code() + "]"));
            s.notes().forEach(n -> out.println("    " + n));
        }
        out.println();
        out.println("Settings");
        settings.forEach(f -> out.println("  " + f.name() + " = " + f.value()));
    }
}
