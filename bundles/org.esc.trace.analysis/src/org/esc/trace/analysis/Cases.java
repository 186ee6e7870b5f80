// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.Optional;

/** What a rule found so far, for rules to collect it in: the same thing again is one finding with another place. Bounded. */
public final class Cases {

    private static final int MOST_CASES = 500;

    /**
     * Something found.
     *
     * @param severity how bad it is
     * @param what     what happened, in a sentence
     * @param advice   what to do
     */
    public record Case(Finding.Severity severity, String what, String advice) {
    }

    private static final class Places {
        private final List<Long> numbers = new ArrayList<>();
        private long times;
    }

    private final FindingRule rule;
    private final Map<Case, Places> all = new LinkedHashMap<>();

    /** Nothing yet. */
    public Cases(FindingRule rule) {
        this.rule = rule;
    }

    void add(Case c, List<Long> numbers) {
        if (all.size() >= MOST_CASES && !all.containsKey(c)) {
            return;
        }
        Places p = all.computeIfAbsent(c, _ -> new Places());
        p.times += numbers.size();
        numbers.stream().limit(Math.max(0, Finding.MOST_PLACES - p.numbers.size())).forEach(p.numbers::add);
    }

    /** It was at the exchange of this number; behind the first 500 sorts of cases new ones are passed over. */
    public void add(Case c, long number) {
        add(c, List.of(number));
    }

    /** What was found, in the order in which it first came. */
    public List<Finding> findings() {
        var list = new ArrayList<Finding>();
        all.forEach((c, p) -> list.add(new Finding(rule.id(), c.severity, rule.title(), p.numbers, p.times, c.what, c.advice)));
        return list;
    }

    /** A pass of a rule that needs to remember nothing but what it found. */
    static FindingRule.Watch each(FindingRule rule, Function<Row, Optional<Case>> look) {
        var cases = new Cases(rule);
        return new FindingRule.Watch() {
            @Override
            public void row(Row row) {
                look.apply(row).ifPresent(c -> cases.add(c, row.entry().number()));
            }

            @Override
            public List<Finding> findings() {
                return cases.findings();
            }
        };
    }

    /** A map of what is remembered of the last few hundred cards or commands. */
    static <K, V> Map<K, V> recent() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_CASES;
            }
        };
    }
}
