// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SelfTest;
import org.esc.tps.admin.SelfTests;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** Checks that the server makes of itself. */
public final class SelfTestsView extends PropertiesView<SelfTest> {

    /** What came of them, since this view was opened. */
    private final Map<String, SelfTest.Result> results = new LinkedHashMap<>();

    @Override
    Listing<SelfTest> listing() {
        return admin().selfTests();
    }

    @Override
    String things() {
        return "self-tests";
    }

    @Override
    String searched() {
        return "";
    }

    @Override
    List<PagedTable.Column<SelfTest>> columns() {
        return List.of(new PagedTable.Column<SelfTest>("Test", 30, SelfTest::id, "").with(t -> Optional.ofNullable(results.get(t.id()))
                        .map(r -> Icons.image(SelfTestsView.class, r.passed() ? "success" : "failure")).orElse(null)),
                new PagedTable.Column<SelfTest>("Result", 12, this::result, ""),
                new PagedTable.Column<SelfTest>("At start", 18, t -> when(t.atStartup(), t.criticalAtStart()), ""),
                new PagedTable.Column<SelfTest>("On demand", 18, t -> when(t.onDemand(), t.criticalDemand()), ""));
    }

    private String result(SelfTest t) {
        return Optional.ofNullable(results.get(t.id())).map(r -> r.passed() ? "Passed" : "Failed").orElse("Not run yet");
    }

    private static String when(boolean made, boolean critical) {
        return !made ? "No" : critical ? "Yes, critical" : "Yes";
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>("Run &All", "Runs every test that can be run at any time", _ -> refusal(Right.RUN_SELF_TESTS), admin ->
                act("Run all self-tests", (_, cancel) -> {
                    List<SelfTest.Result> all = admin.selfTests().run(cancel);
                    table().getDisplay().asyncExec(() -> all.forEach(r -> results.put(r.id(), r)));
                    return all;
                })));
    }

    @Override
    List<Act<SelfTest>> actions() {
        return List.of(new Act<>("&Run", "Runs the test now", t -> refusal(Right.RUN_SELF_TESTS).or(() -> t.onDemand() ? Optional.empty()
                : Optional.of("The server runs it when it starts only.")), t -> {
            SelfTests tests = admin().selfTests();
            act("Run " + t.id(), (_, cancel) -> {
                SelfTest.Result r = tests.run(t.id(), cancel);
                table().getDisplay().asyncExec(() -> results.put(t.id(), r));
                return r;
            });
        }));
    }

    @Override
    List<Properties.Property> properties(SelfTest t) {
        return List.of(new Properties.Property("Test", t.id()), new Properties.Property("Result", result(t)),
                new Properties.Property("The server says", Optional.ofNullable(results.get(t.id())).flatMap(SelfTest.Result::output).orElse("")),
                new Properties.Property("At start", when(t.atStartup(), t.criticalAtStart()) + (t.criticalAtStart() ? ": it does not start if the test fails" : "")),
                new Properties.Property("On demand", when(t.onDemand(), t.criticalDemand()) + (t.criticalDemand() ? ": it stops if the test fails" : "")));
    }
}
