// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Profiles.Mapping;
import org.esc.tms.db.Refused;

/** Mapping resolvers, kept where operations find them. */
final class MappingSection implements Entries.Section {

    private static final String KIND = "filterMappingResolverImpl";

    private final Tms tms;

    MappingSection(Tms tms) {
        this.tms = tms;
    }

    @Override
    public List<String> ids() throws EscException {
        return tms.profiles().resolvers();
    }

    @Override
    public Optional<Map<String, String>> properties(String id) throws EscException {
        return tms.profiles().rules(id).map(rules -> {
            String prefix = "mappingResolver." + id + ".";
            var all = new TreeMap<String, String>();
            all.put(prefix + "class_id", KIND);
            all.put(prefix + "mapping.order", IntStream.range(0, rules.size()).mapToObj(Integer::toString).collect(Collectors.joining(",")));
            for (int i = 0; i < rules.size(); i++) {
                Mapping m = rules.get(i);
                String rule = prefix + "mapping." + i + ".";
                all.put(rule + "filter.tokenType", m.tokenType().orElse(""));
                all.put(rule + "filter.keySet", m.keySet().orElse(""));
                all.put(rule + "filter.tokenATR", m.atr().orElse(""));
                all.put(rule + "filter.tokenCUID.start", m.cuidStart().orElse(""));
                all.put(rule + "filter.tokenCUID.end", m.cuidEnd().orElse(""));
                all.put(rule + "target.tokenType", m.target());
            }
            return all;
        });
    }

    @Override
    public void save(String id, Map<String, String> given) throws EscException {
        String step = "save a mapping";
        var p = new Properties(step, given);
        String prefix = "mappingResolver." + id + ".";
        p.fixed(prefix + "class_id", KIND);
        var rules = new ArrayList<Mapping>();
        for (String n : p.text(prefix + "mapping.order", "").split(",")) {
            if (n.isBlank()) {
                continue;
            }
            if (!n.strip().matches("[0-9]{1,4}")) {
                throw p.wrong(prefix + "mapping.order", "numbers of rules with commas between them");
            }
            String rule = prefix + "mapping." + n.strip() + ".";
            // this system knows no applet that differs by version
            p.fixed(rule + "filter.appletMajorVersion", "");
            p.fixed(rule + "filter.appletMinorVersion", "");
            var start = p.optional(rule + "filter.tokenCUID.start");
            var end = p.optional(rule + "filter.tokenCUID.end");
            for (var cuid : List.of(start, end)) {
                if (!cuid.map(c -> c.matches("[0-9A-Fa-f]{20}")).orElse(true)) {
                    throw p.wrong(rule + "filter.tokenCUID." + (cuid == start ? "start" : "end"), "20 hexadecimal digits");
                }
            }
            String target = p.text(rule + "target.tokenType");
            if (tms.profiles().find(target).isEmpty()) {
                throw Refused.usage(step, "There is no profile " + target + ", which rule " + n.strip() + " names.");
            }
            rules.add(new Mapping(Optional.empty(), p.optional(rule + "filter.tokenType"), p.optional(rule + "filter.keySet"),
                    p.optional(rule + "filter.tokenATR"), start, end, target));
        }
        p.nothingElse();
        tms.profiles().saveRules(id, rules);
    }

    @Override
    public void remove(String id) throws EscException {
        tms.profiles().removeRules(id);
    }
}
