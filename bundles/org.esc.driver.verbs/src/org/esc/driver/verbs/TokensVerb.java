// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.Readers;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.TokenState;
import org.esc.driver.host.InWords;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code tokens}: the tokens in the readers, one line each. */
@Component(service = Verb.class, property = "verb=tokens")
public final class TokensVerb extends NamedVerb<TokensVerb.Args, TokensVerb.Result> {

    private static final Words WORDS = Words.of(TokensVerb.class);

    private final Readers readers;
    private final Tokens tokens;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public TokensVerb(@Reference Readers readers, @Reference Tokens tokens,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("tokens", "List the tokens in the readers with state, issuer and owner.", Args.class);
        this.readers = readers;
        this.tokens = tokens;
        this.files = Optional.ofNullable(files);
    }

    /** Which ones: all, if no card is named. */
    public record Args(CardArgs card, @Arg(names = "--expiring", label = "DAYS",
            help = "Only tokens with a certificate that ends within so many days, or has ended.") Optional<Integer> expiring) {

        /** @throws IllegalArgumentException if there is no such span of days */
        public Args {
            if (expiring.filter(days -> days < 0 || days > 36_500).isPresent()) {
                throw new IllegalArgumentException(WORDS.say("--expiring takes 0 to 36500 days."));
            }
        }

        /** All of them. */
        public Args(CardArgs card) {
            this(card, Optional.empty());
        }
    }

    /**
     * A token.
     *
     * @param expiry   the day on which its first certificate ends, ISO 8601
     * @param daysLeft whole days until then; negative if it has ended
     */
    public record Row(String reader, TokenState state, Optional<String> cuid, String issuer, String issuedTo,
            Optional<String> expiry, Optional<Long> daysLeft, String driver) {
    }

    /** The tokens, and what hinders others from being listed. */
    public record Result(List<Row> tokens, List<String> complaints) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (!a.card().named()) {
            return result(readers.withCard(), a.expiring(), context);
        }
        try (var card = CardChoice.of(readers, files, a.card(), context)) {
            return result(List.of(card.reader()), a.expiring(), context);
        }
    }

    private Result result(List<String> chosen, Optional<Integer> expiring, Context context) throws EscException {
        Instant now = Instant.now();
        var rows = new ArrayList<Row>();
        for (String reader : chosen) {
            context.cancel().check(WORDS.say("list the tokens"));
            TokenInfo t = tokens.read(reader);
            if (expiring.isPresent() && t.expiry().filter(e -> e.isBefore(now.plus(expiring.get(), ChronoUnit.DAYS))).isEmpty()) {
                continue;
            }
            rows.add(new Row(reader, t.state(), t.cuid().map(Object::toString), t.issuer(), t.issuedTo(),
                    t.expiry().map(e -> e.toString().substring(0, 10)),
                    t.expiry().map(e -> Math.floorDiv(Duration.between(now, e).toSeconds(), 86_400L)), t.driver()));
        }
        return new Result(List.copyOf(rows), readers.complaints());
    }

    @Override
    public void print(Result result, PrintWriter out) {
        if (result.tokens().isEmpty()) {
            out.println(readers.withCard().isEmpty() ? WORDS.say("No card is inserted.") : WORDS.say("None."));
        }
        for (Row r : result.tokens()) {
            var line = new StringBuilder(r.reader()).append(": ").append(r.state().text());
            if (!r.issuedTo().isEmpty()) {
                line.append(", ").append(WORDS.say("issued to {0} by {1}", r.issuedTo(), r.issuer()));
            }
            r.cuid().ifPresent(c -> line.append(", ").append(Cuid.of(c).display()));
            r.expiry().map(LocalDate::parse).map(InWords::day).ifPresent(e -> line.append(", ")
                    .append(r.daysLeft().filter(d -> d < 0).isPresent() ? WORDS.say("expired on {0}", e) : WORDS.say("valid until {0}", e)));
            r.daysLeft().filter(d -> d >= 0 && d <= 60).ifPresent(d -> line.append(' ')
                    .append(d == 0 ? WORDS.say("(today)") : WORDS.many(d, "({0} day left)", "({0} days left)")));
            out.println(line);
        }
        result.complaints().forEach(c -> out.println(WORDS.say("Note: {0}", c)));
    }
}
