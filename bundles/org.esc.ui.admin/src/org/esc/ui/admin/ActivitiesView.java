// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.Activity;
import org.esc.tps.admin.Listing;
import org.esc.ui.Icons;

/** What was done, newest first. */
public final class ActivitiesView extends PropertiesView<Activity> {

    private static final Words WORDS = Words.of(ActivitiesView.class);

    @Override
    Listing<Activity> listing() {
        return admin().activities();
    }

    @Override
    String things() {
        return WORDS.say("activities");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} activity", "{0} activities");
    }

    @Override
    String searched() {
        return WORDS.say("token and person");
    }

    @Override
    List<Choice> choices() {
        var list = new ArrayList<Choice>();
        if (admin().embedded()) {
            var operations = new LinkedHashMap<String, String>();
            List.of("enrollment", "renewal", "recovery", "format", "pin_reset", "token_status_change", "token_modify", "cert_revocation",
                    "cert_restoration", "add", "delete",
                    "key_changeover").forEach(o -> operations.put(o, Texts.operation(o)));
            list.add(new Choice("operation", WORDS.say("What"), operations));
            var results = new LinkedHashMap<String, String>();
            List.of("success", "failure").forEach(r -> results.put(r, Texts.result(r)));
            list.add(new Choice("result", WORDS.say("Result"), results));
        }
        list.add(new Choice("tokenID", WORDS.say("Token"), Map.of()));
        return list;
    }

    @Override
    String described(Map<String, String> narrowed) {
        return narrowed.containsKey("from") && narrowed.containsKey("until")
                ? WORDS.say("Only what was done from {0} to {1}.", time(narrowed.get("from")), time(narrowed.get("until")))
                : super.described(narrowed);
    }

    private static String time(String millis) {
        return Texts.time(Optional.of(Instant.ofEpochMilli(Long.parseLong(millis))));
    }

    @Override
    List<PagedTable.Column<Activity>> columns() {
        return List.of(
                new PagedTable.Column<Activity>(WORDS.say("Time"), 20, a -> Texts.time(a.date()), "Date")
                        .ordered(Comparator.comparing(a -> a.date().orElse(Instant.EPOCH))),
                new PagedTable.Column<Activity>(WORDS.say("What"), 18, a -> Texts.operation(a.operation()), "")
                        .with(a -> Icons.image(ActivitiesView.class, a.success() ? "success" : "failure")),
                new PagedTable.Column<Activity>(WORDS.say("Result"), 8, ActivitiesView::result, ""),
                new PagedTable.Column<Activity>(WORDS.say("Token"), 24, a -> Texts.seen(a.tokenId()), ""),
                new PagedTable.Column<Activity>(WORDS.say("Person"), 12, a -> Texts.seen(a.userId()), ""),
                new PagedTable.Column<Activity>(WORDS.say("Message"), 40, a -> Texts.seen(a.message()), ""));
    }

    private static String result(Activity a) {
        return a.success() ? WORDS.say("Success") : WORDS.say("Failure");
    }

    @Override
    List<Act<Activity>> actions() {
        return List.of(new Act<>(WORDS.say("&Token"), WORDS.say("Shows the token"), a -> a.tokenId().isEmpty()
                ? Optional.of(WORDS.say("No token is concerned.")) : Optional.empty(),
                        a -> open(Kind.TOKENS, new Filter(a.tokenId().orElse(""), Map.of()))),
                new Act<>(WORDS.say("&All of This Token"), WORDS.say("Shows all that was done with the token"), a -> a.tokenId().isEmpty()
                        ? Optional.of(WORDS.say("No token is concerned."))
                        : Optional.empty(), a -> open(Kind.ACTIVITIES, Filter.of("tokenID", a.tokenId().orElse("")))));
    }

    @Override
    List<Properties.Property> properties(Activity a) {
        return List.of(new Properties.Property(WORDS.say("Time"), Texts.time(a.date())),
                new Properties.Property(WORDS.say("What"), Texts.operation(a.operation())),
                new Properties.Property(WORDS.say("Result"), result(a)), new Properties.Property(WORDS.say("Token"), Texts.seen(a.tokenId())),
                new Properties.Property(WORDS.say("Person"), Texts.seen(a.userId())), new Properties.Property(WORDS.say("From"), Texts.seen(a.ip())),
                new Properties.Property(WORDS.say("Message"), Texts.seen(a.message())), new Properties.Property(WORDS.say("Entry"), a.id()));
    }
}
