// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.Readers;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.TokenState;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code tokens}: the tokens in the readers, one line each. */
@Component(service = Verb.class, property = "verb=tokens")
public final class TokensVerb implements Verb<TokensVerb.Args, TokensVerb.Result> {

    private final Readers readers;
    private final Tokens tokens;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public TokensVerb(@Reference Readers readers, @Reference Tokens tokens,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this.readers = readers;
        this.tokens = tokens;
        this.files = Optional.ofNullable(files);
    }

    /** Which ones: all, if no card is named. */
    public record Args(CardArgs card) {
    }

    /** A token. */
    public record Row(String reader, TokenState state, Optional<String> cuid, String issuer, String issuedTo,
            Optional<String> expiry, String driver) {
    }

    /** The tokens, and what hinders others from being listed. */
    public record Result(List<Row> tokens, List<String> complaints) {
    }

    @Override
    public String name() {
        return "tokens";
    }

    @Override
    public String summary() {
        return "List the tokens in the readers with state, issuer and owner.";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (!a.card().named()) {
            return result(readers.withCard(), context);
        }
        try (var card = CardChoice.of(readers, files, a.card(), context)) {
            return result(List.of(card.reader()), context);
        }
    }

    private Result result(List<String> chosen, Context context) throws EscException {
        var rows = new ArrayList<Row>();
        for (String reader : chosen) {
            context.cancel().check("list the tokens");
            TokenInfo t = tokens.read(reader);
            rows.add(new Row(reader, t.state(), t.cuid().map(Object::toString), t.issuer(), t.issuedTo(),
                    t.expiry().map(e -> e.toString().substring(0, 10)), t.driver()));
        }
        return new Result(List.copyOf(rows), readers.complaints());
    }

    @Override
    public void print(Result result, PrintWriter out) {
        if (result.tokens().isEmpty()) {
            out.println("No card is inserted.");
        }
        for (Row r : result.tokens()) {
            var line = new StringBuilder(r.reader()).append(": ").append(r.state().text());
            if (!r.issuedTo().isEmpty()) {
                line.append(", issued to ").append(r.issuedTo()).append(" by ").append(r.issuer());
            }
            r.cuid().ifPresent(c -> line.append(", ").append(Cuid.of(c).display()));
            r.expiry().ifPresent(e -> line.append(", valid until ").append(e));
            out.println(line);
        }
        result.complaints().forEach(c -> out.println("Note: " + c));
    }
}
