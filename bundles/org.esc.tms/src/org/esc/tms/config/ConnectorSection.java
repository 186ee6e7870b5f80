// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.tks.MasterKey;

/** The parts of this system, which are always the same three: what they are is told, some settings of theirs can be changed. */
final class ConnectorSection implements Entries.Section {

    static final String CA = "ca1";
    static final String TKS = "tks1";
    static final String KRA = "kra1";

    private final Tms tms;

    ConnectorSection(Tms tms) {
        this.tms = tms;
    }

    @Override
    public List<String> ids() {
        return List.of(CA, KRA, TKS);
    }

    @Override
    public Optional<Map<String, String>> properties(String id) throws EscException {
        if (!ids().contains(id)) {
            return Optional.empty();
        }
        var all = new TreeMap<>(fixed(id));
        String prefix = "tps.connector." + id + ".";
        switch (id) {
            case TKS -> all.put(prefix + "acceptReturnedFactoryKeys", "" + tms.settings().on(Settings.ACCEPT_RETURNED_FACTORY_KEYS));
            case KRA -> all.put(prefix + "recoveryAgents", tms.settings().get(Settings.RECOVERY_AGENTS).orElse(""));
            default -> all.put(prefix + "verifyProofOfPossession", "" + tms.settings().on(Settings.VERIFY_PROOF));
        }
        return Optional.of(all);
    }

    private Map<String, String> fixed(String id) throws EscException {
        String prefix = "tps.connector." + id + ".";
        return switch (id) {
            case TKS -> Map.of(prefix + "host", "embedded", prefix + "keySets", tms.keys().list().stream().map(ConnectorSection::name)
                    .collect(Collectors.joining(", ")));
            case KRA -> Map.of(prefix + "host", "embedded");
            default -> Map.of(prefix + "host", "embedded", prefix + "issuer", tms.ca().certificate().getSubjectX500Principal().getName());
        };
    }

    private static String name(MasterKey k) {
        return String.format("%02X %s", k.version(), k.type());
    }

    @Override
    public void save(String id, Map<String, String> given) throws EscException {
        if (!ids().contains(id)) {
            throw Refused.usage("add a connector", "This system consists of ca1, kra1 and tks1; others cannot be connected.");
        }
        var p = new Properties("change a connector", given);
        String prefix = "tps.connector." + id + ".";
        for (var f : fixed(id).entrySet()) {
            p.fixed(f.getKey(), f.getValue());
        }
        switch (id) {
            case TKS -> tms.settings().set(Settings.ACCEPT_RETURNED_FACTORY_KEYS, "" + p.yes(prefix + "acceptReturnedFactoryKeys", false));
            case KRA -> {
                var agents = p.optional(prefix + "recoveryAgents");
                if (agents.isPresent()) {
                    SettingRules.check(Settings.RECOVERY_AGENTS, agents.get());
                    tms.settings().set(Settings.RECOVERY_AGENTS, agents.get());
                }
            }
            default -> tms.settings().set(Settings.VERIFY_PROOF, "" + p.yes(prefix + "verifyProofOfPossession", true));
        }
        p.nothingElse();
    }

    @Override
    public void remove(String id) throws EscException {
        throw Refused.usage("remove a connector", "This system cannot be without " + id + ". It can be disabled.");
    }
}
