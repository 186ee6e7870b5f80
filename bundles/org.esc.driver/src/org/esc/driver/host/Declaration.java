// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.Cplc;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;

/**
 * What a driver says of itself in its service properties.
 *
 * @param name   what it is called
 * @param aids   the AIDs, any of which the card must know
 * @param listed the beginnings of AIDs, any of which its EF.DIR must name
 * @param atrs   patterns of whole ATRs
 * @param isd    what the card manager must say
 */
public record Declaration(String name, List<Aid> aids, List<Aid> listed, List<String> atrs, List<String> isd) {

    private static final Words WORDS = Words.of(Declaration.class);

    private static final Pattern ATR = Pattern.compile("[0-9A-F.]{4,66}\\*?|[0-9A-F.]{2,66}\\*");
    private static final Pattern ISD = Pattern.compile("any|aid=[0-9A-F]{10,32}|(fabricator|type|os)=[0-9A-F]{4}");

    public Declaration {
        aids = List.copyOf(aids);
        listed = List.copyOf(listed);
        atrs = List.copyOf(atrs);
        isd = List.copyOf(isd);
    }

    /** From the service's properties. @throws IllegalArgumentException naming the property that makes no sense */
    public static Declaration of(Map<String, ?> properties) {
        if (!(properties.get(CardDriver.NAME) instanceof String name) || name.isBlank() || !name.equals(name.strip())
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(WORDS.say("The property {0} is missing, or is no name.", CardDriver.NAME));
        }
        return new Declaration(name, aids(name, properties, CardDriver.AID), aids(name, properties, CardDriver.DIRECTORY),
                checked(name, properties, CardDriver.ATR, ATR, s -> s.toUpperCase(Locale.ROOT)),
                checked(name, properties, CardDriver.ISD, ISD, Declaration::isdCase));
    }

    private static List<Aid> aids(String name, Map<String, ?> properties, String key) {
        var aids = new ArrayList<Aid>();
        for (String s : strings(properties, key)) {
            try {
                aids.add(Aid.of(s));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(WORDS.say("The driver \"{0}\" declares {1}={2}, which is no AID.", name, key, s), e);
            }
        }
        return aids;
    }

    private static String isdCase(String s) {
        int at = s.indexOf('=');
        return s.substring(0, at + 1).toLowerCase(Locale.ROOT)
                + (at < 0 ? s.toLowerCase(Locale.ROOT) : s.substring(at + 1).toUpperCase(Locale.ROOT));
    }

    private static List<String> checked(String name, Map<String, ?> properties, String key, Pattern allowed,
            java.util.function.UnaryOperator<String> normal) {
        var list = new ArrayList<String>();
        for (String s : strings(properties, key)) {
            String n = normal.apply(s.replace(" ", ""));
            if (!allowed.matcher(n).matches()) {
                throw new IllegalArgumentException(WORDS.say("The driver \"{0}\" declares {1}={2}, which is not understood.", name, key, s));
            }
            list.add(n);
        }
        return list;
    }

    private static List<String> strings(Map<String, ?> properties, String key) {
        return switch (properties.get(key)) {
            case null -> List.of();
            case String s -> List.of(s);
            case String[] all -> Arrays.asList(all);
            case java.util.Collection<?> all -> all.stream().map(String::valueOf).toList();
            default -> throw new IllegalArgumentException(WORDS.say("The property {0} is no text.", key));
        };
    }

    /** True if it declares nothing, so that only its probe can tell. */
    public boolean isEmpty() {
        return aids.isEmpty() && listed.isEmpty() && atrs.isEmpty() && isd.isEmpty();
    }

    /** What the declaration alone makes of a card: the best of what fits. */
    public Match match(CardFacts card) {
        if (isEmpty()) {
            return Match.none(WORDS.say("declares nothing; only its probe can tell"));
        }
        Optional<Aid> aid = application(card);
        if (aid.isPresent()) {
            return new Match(Match.APPLICATION, WORDS.say("application {0} answers", aid.get()));
        }
        Optional<CardFacts.Listed> named = card.listed().stream().filter(a -> listed.stream().anyMatch(l -> a.aid().startsWith(l.bytes()))).findFirst();
        if (named.isPresent()) {
            return new Match(Match.APPLICATION, WORDS.say("EF.DIR names the application {0}", named.get().aid()));
        }
        for (String p : atrs) {
            if (fits(p, card.atr())) {
                return new Match(Match.ATR, WORDS.say("ATR fits {0}", p));
            }
        }
        for (String rule : isd) {
            if (card.manager().isPresent() && fits(rule, card.manager().get())) {
                return rule.equals("any")
                        ? new Match(Match.ANY, card.manager().get().aid().map(a -> WORDS.say("has a card manager {0}", a)).orElse(WORDS.say("has a card manager")))
                        : new Match(Match.ISD, WORDS.say("card manager says {0}", rule));
            }
        }
        return Match.none(missing());
    }

    /** The declared application that answered, if one did. */
    Optional<Aid> application(CardFacts card) {
        return aids.stream().filter(card::has).findFirst();
    }

    private String missing() {
        var words = new ArrayList<String>();
        if (!aids.isEmpty()) {
            words.add(WORDS.say("no application {0}", String.join(" " + WORDS.say("or") + " ", aids.stream().map(Aid::toString).toList())));
        }
        if (!listed.isEmpty()) {
            words.add(WORDS.say("none in EF.DIR"));
        }
        if (!atrs.isEmpty()) {
            words.add(WORDS.say("another ATR"));
        }
        if (!isd.isEmpty()) {
            words.add(isd.contains("any") ? WORDS.say("no card manager") : WORDS.say("card manager does not say {0}", String.join(" " + WORDS.say("or") + " ", isd)));
        }
        return String.join(", ", words);
    }

    private static boolean fits(String pattern, Atr atr) {
        String text = atr.toString();
        boolean open = pattern.endsWith("*");
        String p = open ? pattern.substring(0, pattern.length() - 1) : pattern;
        if (text.isEmpty() || (open ? text.length() < p.length() : text.length() != p.length())) {
            return false;
        }
        for (int i = 0; i < p.length(); i++) {
            if (p.charAt(i) != '.' && p.charAt(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(String rule, CardFacts.Manager manager) {
        if (rule.equals("any")) {
            return true;
        }
        String value = rule.substring(rule.indexOf('=') + 1);
        if (rule.startsWith("aid=")) {
            return manager.aid().filter(a -> a.startsWith(Hex.parse(value))).isPresent();
        }
        return manager.cplc().filter(c -> value.equals(field(rule, c))).isPresent();
    }

    private static String field(String rule, Cplc c) {
        return Hex.of(c.bytes(rule.startsWith("fabricator") ? 0 : rule.startsWith("type") ? 2 : 4, 2));
    }

    /** What it recognises, a line each. */
    public List<String> recognises() {
        var lines = new ArrayList<String>();
        aids.forEach(a -> lines.add(WORDS.say("application {0}", a)));
        listed.forEach(a -> lines.add(WORDS.say("application {0} in EF.DIR", a)));
        atrs.forEach(a -> lines.add("ATR " + a));
        isd.forEach(i -> lines.add(i.equals("any") ? WORDS.say("any card manager") : WORDS.say("card manager with {0}", i)));
        if (lines.isEmpty()) {
            lines.add(WORDS.say("asks each card"));
        }
        return List.copyOf(lines);
    }
}
