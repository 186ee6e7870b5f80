// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.Readers;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.Detail;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenState;
import org.esc.driver.host.InWords;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code info}: all that a token tells without its password. */
@Component(service = Verb.class, property = "verb=info")
public final class InfoVerb extends NamedVerb<InfoVerb.Args, InfoVerb.Result> {

    private static final Words WORDS = Words.of(InfoVerb.class);

    private static final int LEAST_WIDTH = 12;

    private final Readers readers;
    private final Tokens tokens;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public InfoVerb(@Reference Readers readers, @Reference Tokens tokens,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("info", "Show all that a token tells without its password.", Args.class);
        this.readers = readers;
        this.tokens = tokens;
        this.files = Optional.ofNullable(files);
    }

    /** Which card. */
    public record Args(CardArgs card) {
    }

    /** A certificate. */
    public record Certificate(String id, String label, String subject, String issuer, String serial, String notBefore,
            String notAfter, String validity, String key, String sha256) {
    }

    /** A key. */
    public record Key(String slot, String label, String type, int bits, String mate, String uses, String policy) {
    }

    /** All about a token. */
    public record Result(String reader, String driver, String reason, TokenState state, Optional<String> cuid, String issuer,
            String issuedTo, String label, String serial, String appletVersion, String lifeCycle, OptionalInt totalMemory,
            OptionalInt freeMemory, OptionalInt pinTries, String issuerUrl, List<Detail> details, List<String> keyInfo, String cplc,
            List<Certificate> certificates, List<Key> keys, List<String> others, List<String> problems, String nextStep) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        try (var card = CardChoice.of(readers, files, a.card(), context)) {
            return result(tokens.read(card.reader()));
        }
    }

    private static Result result(TokenInfo t) {
        var now = Instant.now();
        var i = t.identity();
        return new Result(t.reader(), t.driver(), t.reason(), t.state(), t.cuid().map(Cuid::toString), t.issuer(), t.issuedTo(),
                t.label(), i.serial(), i.appletVersion(), i.lifeCycle(), i.totalMemory(), i.freeMemory(), t.pinTries(), i.issuerUrl(),
                i.details(), t.keyInfo(), t.cplc(), t.certificates().stream().map(c -> certificate(c, now)).toList(),
                t.keys().stream().map(k -> new Key(k.slot(), k.label(), k.type(), k.bits(), k.mate(), k.uses(), k.policy())).toList(),
                t.others(), t.problems(), t.nextStep() + (t.unblockable() ? " " + WORDS.say("The verb is \"pin unblock\".") : ""));
    }

    private static Certificate certificate(TokenCertificate c, Instant now) {
        var x = c.certificate();
        return new Certificate(c.id(), c.label(), x.getSubjectX500Principal().getName(), x.getIssuerX500Principal().getName(),
                Hex.of(x.getSerialNumber().toByteArray()), x.getNotBefore().toInstant().toString(),
                x.getNotAfter().toInstant().toString(), c.validity(now), c.keyText(), sha256(c));
    }

    private static String sha256(TokenCertificate c) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(c.certificate().getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        var lines = new ArrayList<Line>();
        line(lines, WORDS.say("Reader"), r.reader());
        line(lines, WORDS.say("State"), r.state().text());
        line(lines, WORDS.say("Issued to"), r.issuedTo());
        line(lines, WORDS.say("Issuer"), r.issuer());
        line(lines, WORDS.say("Key ID"), r.cuid().map(c -> Cuid.of(c).display()).orElse(""));
        line(lines, WORDS.say("Name"), r.label());
        line(lines, WORDS.say("Serial"), r.serial());
        line(lines, WORDS.say("Applet"), r.appletVersion());
        line(lines, WORDS.say("Life cycle"), r.lifeCycle());
        if (r.totalMemory().isPresent()) {
            line(lines, WORDS.say("Memory"), WORDS.say("{0} of {1} bytes free", r.freeMemory().orElse(0), r.totalMemory().getAsInt()));
        }
        if (r.pinTries().isPresent()) {
            line(lines, WORDS.say("Password"), WORDS.many(r.pinTries().getAsInt(), "{0} try left", "{0} tries left"));
        }
        line(lines, WORDS.say("Issuer URL"), r.issuerUrl());
        r.details().forEach(d -> lines.add(new Line(d.name(), d.value(), true)));
        r.keyInfo().forEach(k -> line(lines, WORDS.say("Card keys"), k));
        for (Certificate c : r.certificates()) {
            line(lines, WORDS.say("Certificate"), WORDS.say("{0} \"{1}\": {2}, {3}, {4} until {5}", c.id(), c.label(), c.subject(), c.key(),
                    InWords.validity(c.validity()), InWords.day(Instant.parse(c.notAfter()))));
        }
        for (Key k : r.keys()) {
            line(lines, WORDS.say("Key"), WORDS.say("slot {0}: {1}, {2} bit", k.slot(), InWords.type(k.type()), k.bits())
                    + (k.uses().isEmpty() ? "" : ", " + InWords.uses(k.uses())));
        }
        line(lines, WORDS.say("Also here"), String.join(", ", r.others()));
        line(lines, WORDS.say("Read by"), r.driver().isEmpty() ? "" : r.driver() + " (" + r.reason() + ")");
        r.problems().forEach(p -> line(lines, WORDS.say("Problem"), p));
        line(lines, WORDS.say("Next step"), r.nextStep());
        int width = lines.stream().filter(l -> !l.cards && !l.value.isEmpty()).mapToInt(l -> l.name.length() + 1).reduce(LEAST_WIDTH, Math::max);
        lines.stream().filter(l -> !l.value.isEmpty()).forEach(l -> out.println((l.name + ':' + " ".repeat(Math.max(0, width - l.name.length() - 1))) + ' ' + l.value));
    }

    /** @param cards true if the name is the card's or its driver's, and may be of any length */
    private record Line(String name, String value, boolean cards) {
    }

    private static void line(List<Line> lines, String name, String value) {
        lines.add(new Line(name, value, false));
    }
}
