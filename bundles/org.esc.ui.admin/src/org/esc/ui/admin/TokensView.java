// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.swt.graphics.Image;
import org.esc.tps.admin.Consequence;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenStatus;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** The tokens on record: states with their consequences, policies, owners. */
public final class TokensView extends PropertiesView<Token> {

    /** Policies by the server's name, in words. */
    private static final Map<String, String> POLICIES = policies();

    private static Map<String, String> policies() {
        var p = new LinkedHashMap<String, String>();
        p.put("RE_ENROLL", "May be enrolled again");
        p.put("RENEW", "May be renewed");
        p.put("FORCE_FORMAT", "Must be formatted before the next enrolment");
        p.put("PIN_RESET", "Password may be reset");
        p.put("RESET_PIN_RESET_TO_NO", "Password may be reset once only");
        return p;
    }

    @Override
    Listing<Token> listing() {
        return admin().tokens();
    }

    @Override
    String things() {
        return "tokens";
    }

    @Override
    String searched() {
        return "id and owner";
    }

    @Override
    List<PagedTable.Column<Token>> columns() {
        return List.of(
                new PagedTable.Column<Token>("Token", 24, t -> Texts.seen(t.id()), "TokenID").with(TokensView::icon),
                new PagedTable.Column<Token>("Owner", 14, t -> Texts.seen(t.userId()), "UserID"),
                new PagedTable.Column<Token>("State", 20, Token::label, "Status"),
                new PagedTable.Column<Token>("Profile", 14, t -> Texts.seen(t.type()), "Type"),
                new PagedTable.Column<Token>("Changed", 20, t -> Texts.time(t.modified()), "ModifyTimestamp")
                        .ordered(Comparator.comparing(t -> t.modified().orElse(java.time.Instant.EPOCH))));
    }

    private static Image icon(Token t) {
        return Icons.image(TokensView.class, t.restricted() ? "restricted" : switch (t.status()) {
            case ACTIVE -> "token-active";
            case SUSPENDED -> "token-suspended";
            case DAMAGED, PERM_LOST, TEMP_LOST_PERM_LOST, TERMINATED -> "token-gone";
            default -> "token";
        });
    }

    @Override
    List<Choice> choices() {
        var states = new LinkedHashMap<String, String>();
        for (TokenStatus s : TokenStatus.values()) {
            if (s != TokenStatus.UNKNOWN) {
                states.put(s.name(), s.label());
            }
        }
        return List.of(new Choice("status", "State", states), new Choice("userID", "Owner", Map.of()), new Choice("type", "Profile", Map.of()));
    }

    @Override
    String nothing() {
        return "There are no tokens on record. One is added when a card is formatted or enrolled, or here beforehand.";
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>("A&dd Token…", "Puts a token on record before its card is seen", _ -> refusal(Right.ADD_TOKENS), this::add));
    }

    private void add(TpsAdmin admin) {
        new FormDialog<>(getSite().getShell(), "Add a token", "Puts a token on record, unformatted. The card is formatted when it comes.",
                List.of(Field.text("cuid", "Token id (CUID)", "", "20 hexadecimal digits").required(), Field.text("user", "Owner", "", "user id; may stay empty")),
                "&Add", (values, cancel) -> admin.tokens().add(cuid(values), values.given("user"), Optional.empty(), cancel),
                _ -> done()).checked(v -> cuid(v).matches("[0-9A-F]{20}") ? Optional.empty()
                : Optional.of("A token id has 20 hexadecimal digits; there are " + cuid(v).length() + " characters.")).open();
    }

    private static String cuid(Values values) {
        return values.text("cuid").replaceAll("[\\s:-]", "").toUpperCase(Locale.ROOT);
    }

    @Override
    List<Act<Token>> actions() {
        return List.of(
                new Act<>("Change &State…", "Gives the token another state and says what follows", t -> unseen(t).or(() -> refusal(Right.CHANGE_TOKENS))
                        .or(() -> t.nextStates().isEmpty() ? Optional.of("A token of the state \"" + t.label() + "\" stays so.") : Optional.empty()),
                        this::changeState),
                new Act<>("&Policy…", "Says what the owner may do with the token", t -> unseen(t).or(() -> refusal(Right.CHANGE_TOKENS)), this::changePolicy),
                new Act<>("&Owner…", "Says whom the token belongs to", t -> unseen(t).or(() -> refusal(Right.CHANGE_TOKENS)), this::changeOwner),
                new Act<>("&Certificates", "Shows the certificates on the token", TokensView::unseen, t -> open(Kind.CERTIFICATES, Filter.of("tokenID", t.id()))),
                new Act<>("Acti&vities", "Shows what was done with the token", TokensView::unseen, t -> open(Kind.ACTIVITIES, Filter.of("tokenID", t.id()))),
                new Act<>("Delete…", "Deletes the token's record", t -> unseen(t).or(() -> refusal(Right.REMOVE_TOKENS)), this::delete));
    }

    private static Optional<String> unseen(Token t) {
        return t.restricted() ? Optional.of("The token belongs to a profile that is not among yours.") : Optional.empty();
    }

    @Override
    List<Properties.Property> properties(Token t) {
        if (t.restricted()) {
            return List.of(new Properties.Property("Restricted", "This token belongs to a profile that is not among yours.\nAsk an administrator to add the profile to your user."));
        }
        return List.of(new Properties.Property("Token id", t.id()), Properties.Property.of("Owner", t.userId()), new Properties.Property("State", t.label()),
                Properties.Property.of("Profile", t.type()),
                new Properties.Property("Can become", String.join("\n", t.nextStates().stream().map(n -> n.status().label() + ": " + n.label()).toList())),
                new Properties.Property("Policy", t.policy().map(TokensView::policyInWords).orElse("The server's default")),
                Properties.Property.of("Applet", t.appletId()), Properties.Property.of("Card keys", t.keyInfo()),
                new Properties.Property("On record since", Texts.time(t.created())), new Properties.Property("Changed", Texts.time(t.modified())));
    }

    private static Map<String, String> parse(String policy) {
        var map = new LinkedHashMap<String, String>();
        for (String part : policy.split(";")) {
            int at = part.indexOf('=');
            if (at > 0) {
                map.put(part.substring(0, at).strip(), part.substring(at + 1).strip());
            }
        }
        return map;
    }

    private static String policyInWords(String policy) {
        var lines = new StringJoiner("\n");
        parse(policy).forEach((name, value) -> lines.add(POLICIES.getOrDefault(name, name) + ": "
                + (value.equalsIgnoreCase("YES") ? "yes" : value.equalsIgnoreCase("NO") ? "no" : value)));
        return lines.toString();
    }

    // ---- what can be done

    /** Asks the server what would follow from each state before it offers them. */
    private void changeState(Token row) {
        TpsAdmin admin = admin();
        first("Change the state of " + row.id(), (_, cancel) -> {
            // as it is now: somebody else may have changed it
            Token token = admin.tokens().get(row.id(), cancel);
            var consequences = new EnumMap<TokenStatus, Consequence>(TokenStatus.class);
            for (Token.NextState n : token.nextStates()) {
                consequences.put(n.status(), admin.tokens().consequence(token, n.status(), cancel));
            }
            return new Step(token, consequences);
        }, this::changeState);
    }

    private record Step(Token token, Map<TokenStatus, Consequence> consequences) {

        Optional<Token.NextState> chosen(Values v) {
            return token.nextStates().stream().filter(n -> label(n).equals(v.text("state"))).findFirst();
        }

        static String label(Token.NextState n) {
            return n.status().label();
        }

        Optional<Consequence> follows(Values v) {
            return chosen(v).map(n -> consequences.get(n.status()));
        }

        String words(Values v) {
            return chosen(v).map(n -> "Recorded: " + n.label() + "\n\n" + follows(v).map(Consequence::sentence).orElse("")).orElse("Choose a state to see what follows from it.");
        }
    }

    private void changeState(Step step) {
        if (step.token().nextStates().isEmpty()) {
            refresh();
            return;
        }
        TpsAdmin admin = admin();
        Token token = step.token();
        new FormDialog<>(getSite().getShell(), "Change the state of " + token.id(), "It is now: " + token.label() + token.userId().map(u -> ", owner " + u).orElse(""),
                List.of(Field.choice("state", "New state", "", token.nextStates().stream().map(Step::label).toList()).required(),
                        Field.check("sure", "I know that this cannot be undone", false)),
                "Change &State", (values, cancel) -> admin.tokens().changeStatus(token.id(), step.chosen(values).orElseThrow().status(), cancel), _ -> done())
                .checked(v -> step.follows(v).filter(Consequence::irreversible).isPresent() && !v.flag("sure")
                        ? Optional.of("This cannot be undone. Check the box to go on.") : Optional.empty())
                .saying(step::words).cautious().open();
    }

    private void changePolicy(Token t) {
        TpsAdmin admin = admin();
        Map<String, String> now = parse(t.policy().orElse(""));
        List<Field> fields = POLICIES.entrySet().stream().map(e -> Field.check(e.getKey(), e.getValue(), "YES".equalsIgnoreCase(now.get(e.getKey())))).toList();
        new FormDialog<>(getSite().getShell(), "Policy of " + t.id(), t.policy().isPresent() ? "What may be done with this token."
                : "The token has no policy of its own; the server's default holds until one is set here.", fields, "&Set", (values, cancel) -> {
            var policy = new LinkedHashMap<>(now);
            POLICIES.keySet().forEach(name -> policy.put(name, values.flag(name) ? "YES" : "NO"));
            return admin.tokens().modify(t.id(), Optional.empty(), Optional.of(String.join(";", policy.entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue()).toList())), cancel);
        }, _ -> done()).open();
    }

    private void changeOwner(Token t) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), "Owner of " + t.id(), "Who the token belongs to on record. Certificates are not changed by this.",
                List.of(Field.text("user", "Owner", t.userId().orElse(""), "user id; empty for nobody")), "&Set",
                (values, cancel) -> admin.tokens().modify(t.id(), Optional.of(values.text("user")), Optional.empty(), cancel), _ -> done()).open();
    }

    private void delete(Token t) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), "Delete " + t.id(), "It is now: " + t.label() + t.userId().map(u -> ", owner " + u).orElse(""), List.of(), "&Delete",
                (_, cancel) -> {
                    admin.tokens().remove(t.id(), cancel);
                    return t;
                }, _ -> done()).cautious("The record of the token and those of its certificates are deleted. Certificates are not revoked by this: a token that is lost "
                        + "should be given that state instead. This cannot be undone.").open();
    }
}
