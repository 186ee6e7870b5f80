// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Lets all {@link FindingRule}s look at a trace. */
@Component(service = Findings.class)
public final class Findings {

    private static final Words WORDS = Words.of(Findings.class);

    private static final int LOOKS_UP = 1024;

    private final List<FindingRule> rules = new ArrayList<>();

    /** Adds a rule. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public synchronized void addRule(FindingRule rule) {
        rules.add(rule);
        rules.sort(Comparator.comparing(FindingRule::id));
    }

    /** Removes a rule. */
    public synchronized void removeRule(FindingRule rule) {
        rules.remove(rule);
    }

    /** The rules, by their ids. */
    public synchronized List<FindingRule> rules() {
        return List.copyOf(rules);
    }

    /** Begins a pass from where the interpreter is, which is not used by anybody else any more. */
    public Pass begin(Interpreter interpreter) {
        return new Pass(rules(), new Reading(interpreter, Reading.Depth.BRIEF));
    }

    /**
     * What the rules find in all of a trace.
     *
     * @throws EscException if the trace cannot be read, or it was cancelled
     */
    public List<Finding> of(Trace trace, List<Decoder> decoders, Cancel cancel) throws EscException {
        long first = trace.first();
        Pass pass = begin(trace.interpreterAt(first, decoders));
        for (long i = first; i < trace.end(); i++) {
            if (i % LOOKS_UP == 0) {
                cancel.check(WORDS.say("look through the trace"));
            }
            pass.entry(trace.get(i));
        }
        return pass.findings();
    }

    /** A pass through a trace, which may still grow. Used by one thread at a time. */
    public static final class Pass {

        private final Reading reading;
        private final Map<FindingRule, FindingRule.Watch> watches = new LinkedHashMap<>();
        private final List<String> complaints = new ArrayList<>();

        private Pass(List<FindingRule> rules, Reading reading) {
            this.reading = reading;
            rules.forEach(r -> watches.put(r, r.begin()));
        }

        /** The next exchange. */
        public void entry(Entry e) {
            row(reading.next(e));
        }

        private void row(Row row) {
            var it = watches.entrySet().iterator();
            while (it.hasNext()) {
                var w = it.next();
                try {
                    w.getValue().row(row);
                } catch (RuntimeException x) {
                    // one rule's defect must not hide what the others find
                    complaints.add(WORDS.say("The rule {0} ended at exchange {1}: {2}.", w.getKey().id(), row.entry().number(), x.getClass().getSimpleName()));
                    it.remove();
                }
            }
        }

        /** What was found so far: the worst first, then in the order of the trace. */
        public List<Finding> findings() {
            var all = new ArrayList<Finding>();
            watches.values().forEach(w -> all.addAll(w.findings()));
            all.sort(Comparator.comparing(Finding::severity).reversed()
                    .thenComparing(f -> f.where().isEmpty() ? Long.MAX_VALUE : f.where().getFirst()));
            return all;
        }

        /** Rules that ended by a defect of theirs, in words. */
        public List<String> complaints() {
            return List.copyOf(complaints);
        }
    }
}
