// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SelfTest;
import org.esc.tps.admin.SelfTests;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** Checks that the server makes of itself. */
public final class SelfTestsView extends PropertiesView<SelfTest> {

    private static final Words WORDS = Words.of(SelfTestsView.class);

    /** What came of them, since this view was opened. */
    private final Map<String, SelfTest.Result> results = new LinkedHashMap<>();

    @Override
    Listing<SelfTest> listing() {
        return admin().selfTests();
    }

    @Override
    String things() {
        return WORDS.say("self-tests");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} self-test", "{0} self-tests");
    }

    @Override
    String searched() {
        return "";
    }

    @Override
    List<PagedTable.Column<SelfTest>> columns() {
        return List.of(new PagedTable.Column<SelfTest>(WORDS.say("Test"), 30, SelfTest::id, "").with(t -> Optional.ofNullable(results.get(t.id()))
                        .map(r -> Icons.image(SelfTestsView.class, r.passed() ? "success" : "failure")).orElse(null)),
                new PagedTable.Column<SelfTest>(WORDS.say("Result"), 12, this::result, ""),
                new PagedTable.Column<SelfTest>(WORDS.say("At start"), 18, t -> when(t.atStartup(), t.criticalAtStart()), ""),
                new PagedTable.Column<SelfTest>(WORDS.say("On demand"), 18, t -> when(t.onDemand(), t.criticalDemand()), ""));
    }

    private String result(SelfTest t) {
        return Optional.ofNullable(results.get(t.id())).map(r -> r.passed() ? WORDS.say("Passed") : WORDS.say("Failed")).orElse(WORDS.say("Not run yet"));
    }

    private static String when(boolean made, boolean critical) {
        return !made ? WORDS.say("No") : critical ? WORDS.say("Yes, critical") : WORDS.say("Yes");
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>(WORDS.say("Run &All"), WORDS.say("Runs every test that can be run at any time"), _ -> refusal(Right.RUN_SELF_TESTS),
                admin ->
                act(WORDS.say("Run all self-tests"), (_, cancel) -> {
                    List<SelfTest.Result> all = admin.selfTests().run(cancel);
                    table().getDisplay().asyncExec(() -> all.forEach(r -> results.put(r.id(), r)));
                    return all;
                })));
    }

    @Override
    List<Act<SelfTest>> actions() {
        return List.of(new Act<>(WORDS.say("&Run"), WORDS.say("Runs the test now"), t -> refusal(Right.RUN_SELF_TESTS).or(() -> t.onDemand() ? Optional.empty()
                : Optional.of(WORDS.say("The server runs it when it starts only."))), t -> {
            SelfTests tests = admin().selfTests();
            act(WORDS.say("Run {0}", t.id()), (_, cancel) -> {
                SelfTest.Result r = tests.run(t.id(), cancel);
                table().getDisplay().asyncExec(() -> results.put(t.id(), r));
                return r;
            });
        }));
    }

    @Override
    List<Properties.Property> properties(SelfTest t) {
        return List.of(new Properties.Property(WORDS.say("Test"), t.id()), new Properties.Property(WORDS.say("Result"), result(t)),
                new Properties.Property(WORDS.say("The server says"), Optional.ofNullable(results.get(t.id())).flatMap(SelfTest.Result::output).orElse("")),
                new Properties.Property(WORDS.say("At start"), t.criticalAtStart()
                        ? WORDS.say("{0}: it does not start if the test fails", when(t.atStartup(), true)) : when(t.atStartup(), false)),
                new Properties.Property(WORDS.say("On demand"), t.criticalDemand()
                        ? WORDS.say("{0}: it stops if the test fails", when(t.onDemand(), true)) : when(t.onDemand(), false)));
    }
}
