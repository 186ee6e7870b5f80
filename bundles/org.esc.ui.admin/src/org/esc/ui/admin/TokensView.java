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
import org.esc.apdu.Words;
import org.esc.tps.admin.Consequence;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenStatus;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** The tokens on record: states with their consequences, policies, owners. */
public final class TokensView extends PropertiesView<Token> {

    private static final Words WORDS = Words.of(TokensView.class);

    /** Policies by the server's name, in words. */
    private static final Map<String, String> POLICIES = policies();

    private static Map<String, String> policies() {
        var p = new LinkedHashMap<String, String>();
        p.put("RE_ENROLL", WORDS.say("May be enrolled again"));
        p.put("RENEW", WORDS.say("May be renewed"));
        p.put("FORCE_FORMAT", WORDS.say("Must be formatted before the next enrolment"));
        p.put("PIN_RESET", WORDS.say("Password may be reset"));
        p.put("RESET_PIN_RESET_TO_NO", WORDS.say("Password may be reset once only"));
        return p;
    }

    @Override
    Listing<Token> listing() {
        return admin().tokens();
    }

    @Override
    String things() {
        return WORDS.say("tokens");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} token", "{0} tokens");
    }

    @Override
    String searched() {
        return WORDS.say("id and owner");
    }

    @Override
    List<PagedTable.Column<Token>> columns() {
        return List.of(
                new PagedTable.Column<Token>(WORDS.say("Token"), 25, t -> Texts.seen(t.id()), "TokenID").with(TokensView::icon),
                new PagedTable.Column<Token>(WORDS.say("Owner"), 14, t -> Texts.seen(t.userId()), "UserID"),
                new PagedTable.Column<Token>(WORDS.say("State"), 24, t -> Texts.seen(TokenStatus.said(t.label())), "Status"),
                new PagedTable.Column<Token>(WORDS.say("Profile"), 14, t -> Texts.seen(t.type()), "Type"),
                new PagedTable.Column<Token>(WORDS.say("Changed"), 20, t -> Texts.time(t.modified()), "ModifyTimestamp")
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
        return List.of(new Choice("status", WORDS.say("State"), states), new Choice("userID", WORDS.say("Owner"), Map.of()),
                new Choice("type", WORDS.say("Profile"), Map.of()));
    }

    @Override
    String nothing() {
        return WORDS.say("There are no tokens on record. One is added when a card is formatted or enrolled, or here beforehand.");
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>(WORDS.say("A&dd Token…"), WORDS.say("Puts a token on record before its card is seen"), _ -> refusal(Right.ADD_TOKENS),
                this::add));
    }

    private void add(TpsAdmin admin) {
        new FormDialog<>(getSite().getShell(), WORDS.say("Add a token"), WORDS.say("Puts a token on record, unformatted. The card is formatted when it comes."),
                List.of(Field.text("cuid", WORDS.say("Token id (CUID)"), "", WORDS.say("20 hexadecimal digits")).required(),
                        Field.text("user", WORDS.say("Owner"), "", WORDS.say("user id; may stay empty"))),
                WORDS.say("&Add"), (values, cancel) -> admin.tokens().add(cuid(values), values.given("user"), Optional.empty(), cancel),
                _ -> done()).checked(v -> cuid(v).matches("[0-9A-F]{20}") ? Optional.empty()
                : Optional.of(WORDS.say("A token id has 20 hexadecimal digits; there are {0} characters.", cuid(v).length()))).open();
    }

    private static String cuid(Values values) {
        return values.text("cuid").replaceAll("[\\s:-]", "").toUpperCase(Locale.ROOT);
    }

    @Override
    List<Act<Token>> actions() {
        return List.of(
                new Act<>(WORDS.say("Change &State…"), WORDS.say("Gives the token another state and says what follows"), t ->
                        unseen(t).or(() -> refusal(Right.CHANGE_TOKENS))
                        .or(() -> t.nextStates().isEmpty() ? Optional.of(WORDS.say("A token of the state \"{0}\" stays so.", TokenStatus.said(t.label())))
                                : Optional.empty()),
                        this::changeState),
                new Act<>(WORDS.say("&Policy…"), WORDS.say("Says what the owner may do with the token"), t ->
                        unseen(t).or(() -> refusal(Right.CHANGE_TOKENS)), this::changePolicy),
                new Act<>(WORDS.say("&Owner…"), WORDS.say("Says whom the token belongs to"), t -> unseen(t).or(() -> refusal(Right.CHANGE_TOKENS)),
                        this::changeOwner),
                new Act<>(WORDS.say("&Certificates"), WORDS.say("Shows the certificates on the token"), TokensView::unseen, t ->
                        open(Kind.CERTIFICATES, Filter.of("tokenID", t.id()))),
                new Act<>(WORDS.say("Acti&vities"), WORDS.say("Shows what was done with the token"), TokensView::unseen, t ->
                        open(Kind.ACTIVITIES, Filter.of("tokenID", t.id()))),
                new Act<>(WORDS.say("De&lete…"), WORDS.say("Deletes the token's record"), t -> unseen(t).or(() -> refusal(Right.REMOVE_TOKENS)), this::delete));
    }

    private static Optional<String> unseen(Token t) {
        return t.restricted() ? Optional.of(WORDS.say("The token belongs to a profile that is not among yours.")) : Optional.empty();
    }

    @Override
    List<Properties.Property> properties(Token t) {
        if (t.restricted()) {
            return List.of(new Properties.Property(WORDS.say("Restricted"), WORDS.say("Its profile is not among yours.") + "\n"
                    + WORDS.say("Ask an administrator to add it to your user.")));
        }
        return List.of(new Properties.Property(WORDS.say("Token id"), t.id()), Properties.Property.of(WORDS.say("Owner"), t.userId()),
                new Properties.Property(WORDS.say("State"), TokenStatus.said(t.label())),
                Properties.Property.of(WORDS.say("Profile"), t.type()),
                new Properties.Property(WORDS.say("Can become"), String.join("\n", t.nextStates().stream().map(n -> n.status().label()).toList())),
                new Properties.Property(WORDS.say("Policy"), t.policy().map(TokensView::policyInWords).orElse(WORDS.say("The server's default"))),
                Properties.Property.of(WORDS.say("Applet"), t.appletId()), Properties.Property.of(WORDS.say("Card keys"), t.keyInfo()),
                new Properties.Property(WORDS.say("On record since"), Texts.time(t.created())),
                        new Properties.Property(WORDS.say("Changed"), Texts.time(t.modified())));
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
                + (value.equalsIgnoreCase("YES") ? WORDS.say("yes") : value.equalsIgnoreCase("NO") ? WORDS.say("no") : value)));
        return lines.toString();
    }

    // ---- what can be done

    /** Asks the server what would follow from each state before it offers them. */
    private void changeState(Token row) {
        TpsAdmin admin = admin();
        first(WORDS.say("Change the state of {0}", row.id()), (_, cancel) -> {
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
            return chosen(v).map(n -> WORDS.say("Recorded: {0}", TokenStatus.said(n.label())) + "\n\n" + follows(v).map(Consequence::sentence).orElse(""))
                    .orElse(WORDS.say("Choose a state to see what follows from it."));
        }
    }

    private void changeState(Step step) {
        if (step.token().nextStates().isEmpty()) {
            refresh();
            return;
        }
        TpsAdmin admin = admin();
        Token token = step.token();
        new FormDialog<>(getSite().getShell(), WORDS.say("Change the state of {0}", token.id()), now(token),
                List.of(Field.choice("state", WORDS.say("New state"), "", token.nextStates().stream().map(Step::label).toList()).required()),
                WORDS.say("Change &State"), (values, cancel) -> admin.tokens().changeStatus(token.id(), step.chosen(values).orElseThrow().status(), cancel),
                        _ -> done())
                .irreversible(v -> step.follows(v).filter(Consequence::irreversible).isPresent())
                .saying(step::words).cautious().open();
    }

    private static String now(Token t) {
        String state = TokenStatus.said(t.label());
        return t.userId().map(u -> WORDS.say("It is now: {0}, owner {1}", state, u)).orElseGet(() -> WORDS.say("It is now: {0}", state));
    }

    private void changePolicy(Token t) {
        TpsAdmin admin = admin();
        Map<String, String> now = parse(t.policy().orElse(""));
        List<Field> fields = POLICIES.entrySet().stream().map(e -> Field.check(e.getKey(), e.getValue(), "YES".equalsIgnoreCase(now.get(e.getKey())))).toList();
        new FormDialog<>(getSite().getShell(), WORDS.say("Policy of {0}", t.id()), t.policy().isPresent() ? WORDS.say("What may be done with this token.")
                : WORDS.say("The token has no policy of its own; the server's default holds until one is set here."), fields, WORDS.say("&Set"),
                        (values, cancel) -> {
            var policy = new LinkedHashMap<>(now);
            POLICIES.keySet().forEach(name -> policy.put(name, values.flag(name) ? "YES" : "NO"));
            return admin.tokens().modify(t.id(), Optional.empty(), Optional.of(String.join(";", policy.entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue()).toList())), cancel);
        }, _ -> done()).open();
    }

    private void changeOwner(Token t) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Owner of {0}", t.id()),
                WORDS.say("Who the token belongs to on record. Certificates are not changed by this."),
                List.of(Field.text("user", WORDS.say("Owner"), t.userId().orElse(""), WORDS.say("user id; empty for nobody"))), WORDS.say("&Set"),
                (values, cancel) -> admin.tokens().modify(t.id(), Optional.of(values.text("user")), Optional.empty(), cancel), _ -> done()).open();
    }

    private void delete(Token t) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Delete {0}", t.id()), now(t), List.of(), WORDS.say("&Delete"),
                (_, cancel) -> {
                    admin.tokens().remove(t.id(), cancel);
                    return t;
                }, _ -> done()).cautious(WORDS.say("The record of the token and those of its certificates are deleted. Certificates are not revoked by "
                        + "this: a token that is lost should be given that state instead. This cannot be undone.")).open();
    }
}
