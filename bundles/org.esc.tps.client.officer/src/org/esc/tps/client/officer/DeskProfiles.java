// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.TpsAdmin;

/**
 * What a server tells an administrator of its profiles, and which of them each task of the desk has to ask for: by what a profile does, under the
 * names that Dogtag's TPS gives such properties in its {@code CS.cfg}. Its name decides only between those that do the same.
 *
 * @param profiles       properties of those that are enabled, by name, in the server's own spelling and order
 * @param rules          properties of the mapping rules; empty if they may not be read
 * @param authenticators properties of the ways to log in; empty if they may not be read
 */
public record DeskProfiles(Map<String, Map<String, String>> profiles, Map<String, String> rules, Map<String, String> authenticators) {

    private static final Words WORDS = Words.of(DeskProfiles.class);

    /** No card that is for good is for less than that. */
    private static final int A_FEW_DAYS = 31;

    public DeskProfiles {
        profiles = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(profiles));
        rules = Map.copyOf(rules);
        authenticators = Map.copyOf(authenticators);
    }

    /**
     * A task and its profile.
     *
     * @param task    which
     * @param profile what to ask for; empty if the server has nothing that suits
     * @param others  what would suit as well, by what the server says
     * @param sure    true if what the server says leaves only this one
     * @param notes   what a person should know before they agree, in sentences
     */
    public record Match(OfficerTask task, Optional<String> profile, List<String> others, boolean sure, List<String> notes) {
        public Match {
            others = List.copyOf(others);
            notes = List.copyOf(notes);
        }
    }

    /** Reads them. @throws EscException REFUSED unless an agent or administrator is signed in; as every call of {@link TpsAdmin} */
    public static DeskProfiles read(TpsAdmin admin, Cancel cancel) throws EscException {
        var profiles = new LinkedHashMap<String, Map<String, String>>();
        admin.entries(ConfigEntry.Kind.PROFILE).all(Query.ALL, cancel, p -> {
            if (p.status() == ConfigEntry.Status.ENABLED) {
                profiles.put(p.id(), p.properties());
            }
        });
        return new DeskProfiles(profiles, all(admin, ConfigEntry.Kind.MAPPING, cancel), all(admin, ConfigEntry.Kind.AUTHENTICATOR, cancel));
    }

    private static Map<String, String> all(TpsAdmin admin, ConfigEntry.Kind kind, Cancel cancel) throws EscException {
        var properties = new HashMap<String, String>();
        try {
            admin.entries(kind).all(Query.ALL, cancel, e -> {
                if (e.status() == ConfigEntry.Status.ENABLED) {
                    properties.putAll(e.properties());
                }
            });
        } catch (EscException e) {
            // an agent may read profiles but no more: less is sure then
            if (e.fault() != Fault.REFUSED) {
                throw e;
            }
        }
        return properties;
    }

    /** What each task has to ask for, in their order. @param group DN of the group of officers, if the desk knows it */
    public List<Match> match(Optional<String> group) {
        Set<String> logins = officersLogins(group);
        Set<String> temporary = profiles.keySet().stream().flatMap(id -> temporary(id).stream()).collect(Collectors.toSet());
        Predicate<String> officers = id -> logins.contains(enroll(id, "auth.id")) || format(id, "auth.access").equals("officers");
        boolean told = profiles.keySet().stream().anyMatch(officers);
        var own = profiles.keySet().stream().filter(id -> enrols(id) && !temporary.contains(id) && !brief(id)).toList();
        var matches = new TreeMap<OfficerTask, Match>();
        Match person = one(OfficerTask.ENROLL, own.stream().filter(officers.negate()).toList(), told);
        matches.put(OfficerTask.ENROLL, person);
        matches.put(OfficerTask.ENROLL_TEMPORARY, substitute(person.profile()));
        matches.put(OfficerTask.ENROLL_OFFICER, told ? one(OfficerTask.ENROLL_OFFICER, own.stream().filter(officers).toList(), true)
                : warned(one(OfficerTask.ENROLL_OFFICER, own, false), WORDS.say("No profile has its users log in at the group of security officers.")));
        // nobody logs in for what an officer does with a card
        var silent = profiles.keySet().stream().filter(id -> !enrols(id) && formats(id) && !format(id, "auth.enable").equals("true")).toList();
        var desks = silent.stream().filter(id -> format(id, "auth.access").equals("desk")).toList();
        silent = desks.isEmpty() ? silent : desks;
        var erasing = silent.stream().filter(id -> !hasHome(id)).toList();
        matches.put(OfficerTask.FORMAT, one(OfficerTask.FORMAT, erasing, true));
        matches.put(OfficerTask.SET_HOME, one(OfficerTask.SET_HOME, silent.stream().filter(this::hasHome).toList(), true));
        matches.put(OfficerTask.FORMAT_OFFICER, one(OfficerTask.FORMAT_OFFICER, erasing, true));
        return List.copyOf(matches.values());
    }

    private String enroll(String id, String name) {
        return profiles.get(id).getOrDefault("op.enroll." + id + "." + name, "").strip();
    }

    private String format(String id, String name) {
        return profiles.get(id).getOrDefault("op.format." + id + "." + name, "").strip();
    }

    private boolean enrols(String id) {
        return enroll(id, "keyGen.keyType.num").matches("0*[1-9]\\d*");
    }

    private boolean formats(String id) {
        return profiles.get(id).keySet().stream().anyMatch(k -> k.startsWith("op.format." + id + "."));
    }

    /** Whether a card has an address to phone home to afterwards. */
    private boolean hasHome(String id) {
        String value = profiles.get(id).get("op.format." + id + ".issuerinfo.value");
        return format(id, "issuerinfo.enable").equals("true") && (value == null || !value.isBlank());
    }

    private Optional<String> temporary(String id) {
        return Optional.of(enroll(id, "temporaryToken.tokenType")).filter(t -> !t.isEmpty());
    }

    /** Whether all its certificates are for a few days, where the server says for how long they are. */
    private boolean brief(String id) {
        var days = profiles.get(id).entrySet().stream().filter(e -> e.getKey().startsWith("op.enroll." + id + ".keyGen.")
                && e.getKey().endsWith(".ca.validityDays")).map(e -> e.getValue().strip()).toList();
        return !days.isEmpty() && days.stream().allMatch(d -> d.matches("\\d{1,6}") && Integer.parseInt(d) <= A_FEW_DAYS);
    }

    /** The ways to log in that look into the group of officers. */
    private Set<String> officersLogins(Optional<String> group) {
        Predicate<String> theirs = dn -> group.map(g -> plain(g).equals(plain(dn))).orElseGet(() -> plain(dn).startsWith(plain(LdapSettings.GROUP)));
        return authenticators.entrySet().stream().filter(e -> e.getKey().endsWith(".ldap.basedn") && theirs.test(e.getValue()))
                .map(e -> e.getKey().replaceFirst("^auths\\.instance\\.", "").replaceFirst("\\.ldap\\.basedn$", "")).collect(Collectors.toSet());
    }

    private static String plain(String dn) {
        return dn.strip().toLowerCase(Locale.ROOT).replaceAll("\\s*([,=])\\s*", "$1");
    }

    /** What clients ask for, as the mapping rules spell it. */
    private Set<String> asked() {
        return rules.entrySet().stream().filter(r -> r.getKey().endsWith(".filter.tokenType") && !r.getValue().isBlank()).map(r -> r.getValue().strip())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Match one(OfficerTask task, List<String> suit, boolean sure) {
        if (suit.size() == 1) {
            return reached(new Match(task, Optional.of(suit.getFirst()), List.of(), sure, List.of()));
        }
        var notes = new ArrayList<String>();
        var all = new LinkedHashSet<>(suit);
        // a name in the server's list behind which there is nothing: a slip of the pen, if a rule spells it otherwise
        for (String id : profiles.keySet()) {
            if (profiles.get(id).isEmpty() && id.equalsIgnoreCase(task.usualProfile())) {
                asked().stream().filter(a -> a.equalsIgnoreCase(id) && !a.equals(id)).findFirst().ifPresent(a -> {
                    all.add(a);
                    notes.add(WORDS.say("The server's list spells it {0}, where there are no settings; its mapping rules spell it {1}, which counts.", id, a));
                });
            }
        }
        Optional<String> named = task.among(all);
        var others = all.stream().filter(id -> named.filter(id::equals).isEmpty()).toList();
        if (named.isEmpty() && !all.isEmpty()) {
            notes.add(WORDS.say("By what they do these suit, and none is called as usual: {0}.", String.join(", ", all)));
        } else if (named.isPresent() && !others.isEmpty()) {
            notes.add(WORDS.say("It was chosen by its name; by what they do these suit as well: {0}.", String.join(", ", others)));
        } else if (all.isEmpty()) {
            notes.add(WORDS.say("No profile of the server does this."));
        }
        return reached(new Match(task, named, others, false, notes));
    }

    /** The temporary card of a person's profile is what that profile says. */
    private Match substitute(Optional<String> person) {
        Optional<String> profile = person.filter(profiles::containsKey).flatMap(this::temporary);
        if (profile.isEmpty()) {
            return new Match(OfficerTask.ENROLL_TEMPORARY, Optional.empty(), List.of(), false, List.of(person.isEmpty()
                    ? WORDS.say("No profile of the server does this.") : WORDS.say("The profile {0} names none for temporary cards.", person.get())));
        }
        boolean listed = profiles.containsKey(profile.get());
        var match = new Match(OfficerTask.ENROLL_TEMPORARY, profile, List.of(), listed, listed ? List.of()
                : List.of(WORDS.say("The profile {0} names it, but it is not in the server's list.", person.get())));
        return reached(match);
    }

    /** Says so where asking for a profile gives another one. */
    private Match reached(Match m) {
        boolean leads = rules.isEmpty() || m.profile().isEmpty() || asked().contains(m.profile().get()) || rules.entrySet().stream()
                .anyMatch(r -> r.getKey().endsWith(".target.tokenType") && r.getValue().strip().equals(m.profile().get())
                        && rules.getOrDefault(r.getKey().replaceFirst("target\\.tokenType$", "filter.tokenType"), "").isBlank());
        return leads ? m : warned(m, WORDS.say("No mapping rule of the server leads to {0}: who asks for it gets another one. An administrator adds the rule.",
                m.profile().get()));
    }

    private static Match warned(Match m, String note) {
        var notes = new ArrayList<>(m.notes());
        notes.add(note);
        return new Match(m.task(), m.profile(), m.others(), false, notes);
    }
}
