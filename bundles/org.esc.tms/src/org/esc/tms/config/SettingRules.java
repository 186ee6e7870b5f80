// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tms.db.Profiles.Purpose;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.users.LdapDirectory;

/** Which settings can be changed, and to what. */
public final class SettingRules {

    private static final Words WORDS = Words.of(SettingRules.class);

    private static final List<String> CHANGEABLE = List.of(Settings.ACCEPT_RETURNED_FACTORY_KEYS, Settings.ALLOW_UNKNOWN_TOKENS,
            Settings.ALLOW_MULTIPLE_ACTIVE, Settings.VERIFY_PROOF, Settings.RECOVERY_AGENTS, Settings.LDAP_ADDRESS, Settings.LDAP_NAME,
            Settings.APPROVAL, Settings.resolver(Purpose.ENROLL), Settings.resolver(Purpose.FORMAT), Settings.resolver(Purpose.PIN_RESET));

    private SettingRules() {
    }

    /** What can be changed, and what it is now; what the system keeps for itself is not among it. @throws EscException if the database fails */
    public static Map<String, String> shown(Settings settings) throws EscException {
        var all = new TreeMap<>(settings.all());
        all.keySet().retainAll(CHANGEABLE);
        return all;
    }

    /** @throws EscException USAGE if there is no such setting that can be changed, or the value is none of its */
    public static void check(String name, String value) throws EscException {
        String step = WORDS.say("change a setting");
        switch (name) {
            case Settings.ACCEPT_RETURNED_FACTORY_KEYS, Settings.ALLOW_UNKNOWN_TOKENS, Settings.ALLOW_MULTIPLE_ACTIVE,
                    Settings.VERIFY_PROOF -> {
                if (!value.matches("true|false")) {
                    throw Refused.usage(step, WORDS.say("{0} is true or false.", name));
                }
            }
            case Settings.RECOVERY_AGENTS -> {
                if (!value.matches("[0-9]")) {
                    throw Refused.usage(step, WORDS.say("{0} is 0 to 9.", name));
                }
            }
            case Settings.LDAP_ADDRESS -> {
                try {
                    new LdapDirectory(new URI(value), "{0}");
                } catch (URISyntaxException e) {
                    throw Problem.of(Fault.USAGE, step, WORDS.say("{0} is an address such as ldaps://directory.example.org.", name)).exception(e);
                }
            }
            case Settings.LDAP_NAME -> new LdapDirectory(URI.create("ldap://localhost"), value);
            case Settings.APPROVAL -> {
                for (String item : value.split(",")) {
                    if (!item.isBlank() && Entries.Kind.component(item.strip()).isEmpty()) {
                        throw Refused.usage(step, WORDS.say("{0} lists some of Profiles, Profile_Mappings, Subsystem_Connections and Authentication_Sources, with "
                        + "commas between them.", name));
                    }
                }
            }
            default -> {
                if (!CHANGEABLE.contains(name)) {
                    throw Refused.usage(step, WORDS.say("There is no setting {0} that can be changed. There are {1}.", name, String.join(", ", CHANGEABLE)));
                }
                if (!value.matches("[A-Za-z0-9._-]{1,64}")) {
                    throw Refused.usage(step, WORDS.say("{0} names a profile mapping.", name));
                }
            }
        }
    }
}
