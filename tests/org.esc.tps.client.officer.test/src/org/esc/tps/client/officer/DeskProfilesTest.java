// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which profile a task asks for, by properties as Dogtag's TPS tells them: as it is delivered, set up for officers, and with other names. */
class DeskProfilesTest {

    private final Map<String, Map<String, String>> profiles = new LinkedHashMap<>();
    private final Map<String, String> rules = new HashMap<>();
    private final Map<String, String> logins = new HashMap<>(Map.of("auths.instance.ldap1.ldap.basedn", "ou=people,dc=example,dc=com"));
    private int rule;

    private void enrols(String id, String login, String temporary) {
        var p = new HashMap<>(Map.of("op.enroll." + id + ".keyGen.keyType.num", "2", "op.enroll." + id + ".auth.enable", "true", "op.enroll." + id + ".auth.id",
                login, "op.format." + id + ".auth.enable", "true", "op.format." + id + ".issuerinfo.enable", "true", "op.format." + id
                        + ".issuerinfo.value", "http://localhost/tps/phoneHome"));
        if (!temporary.isEmpty()) {
            p.put("op.enroll." + id + ".temporaryToken.tokenType", temporary);
        }
        profiles.put(id, p);
        leads(id, id);
    }

    private void formats(String id, boolean login, boolean home, String address) {
        profiles.put(id, Map.of("op.format." + id + ".auth.enable", "" + login, "op.format." + id + ".issuerinfo.enable", "" + home, "op.format." + id
                + ".issuerinfo.value", address));
        leads(id, id);
    }

    private void leads(String asked, String profile) {
        rules.put("mappingResolver.r.mapping." + rule + ".filter.tokenType", asked);
        rules.put("mappingResolver.r.mapping." + rule++ + ".target.tokenType", profile);
    }

    private DeskProfiles.Match match(OfficerTask task) {
        return new DeskProfiles(profiles, rules, logins).match(Optional.empty()).stream().filter(m -> m.task() == task).findFirst().orElseThrow();
    }

    private void asDelivered() {
        enrols("userKey", "ldap1", "userKeyTemporary");
        enrols("soKey", "ldap1", "soKeyTemporary");
        formats("soCleanUserToken", false, true, "");
        formats("soUserKey", false, true, "http://localhost/tps/phoneHome");
        formats("cleanToken", false, true, "");
        profiles.put("soCleanSoToken", Map.of());
        leads("soCleanSOToken", "soCleanSOToken");
        formats("tokenKey", true, true, "http://localhost/tps/phoneHome");
        leads("", "userKey");
    }

    @Test
    void asDeliveredNamesDecideAndItIsSaidSo() {
        asDelivered();
        var person = match(OfficerTask.ENROLL);
        assertEquals(Optional.of("userKey"), person.profile());
        assertEquals(List.of("soKey"), person.others());
        assertFalse(person.sure(), "nothing but its name tells it from the officers'");
        assertEquals(Optional.of("soKey"), match(OfficerTask.ENROLL_OFFICER).profile());
        assertTrue(match(OfficerTask.ENROLL_OFFICER).notes().toString().contains("log in at the group of security officers"));
        var temporary = match(OfficerTask.ENROLL_TEMPORARY);
        assertEquals(Optional.of("userKeyTemporary"), temporary.profile(), "userKey names it");
        assertTrue(temporary.notes().toString().contains("not in the server's list"), temporary.notes().toString());
        assertTrue(temporary.notes().toString().contains("No mapping rule"), temporary.notes().toString());
        var home = match(OfficerTask.SET_HOME);
        assertEquals(Optional.of("soUserKey"), home.profile(), "tokenKey asks people to log in");
        assertTrue(home.sure());
        assertEquals(Optional.of("soCleanUserToken"), match(OfficerTask.FORMAT).profile());
        assertEquals(List.of("cleanToken"), match(OfficerTask.FORMAT).others());
    }

    @Test
    void aSlipInTheServersListIsMendedByItsRules() {
        asDelivered();
        var slip = match(OfficerTask.FORMAT_OFFICER);
        assertEquals(Optional.of("soCleanSOToken"), slip.profile());
        assertTrue(slip.notes().getFirst().contains("spells it soCleanSoToken"), slip.notes().toString());
        rules.clear();
        assertEquals(Optional.empty(), match(OfficerTask.FORMAT_OFFICER).profile(), "where there are no settings there is no profile");
    }

    @Test
    void setUpForOfficersTheLoginDecidesWhateverTheNames() {
        enrols("guards", "ldap2", "");
        enrols("staff", "ldap1", "visitors");
        enrols("visitors", "ldap1", "");
        formats("wipe", false, false, "x");
        formats("home", false, true, "http://localhost/tps/phoneHome");
        logins.put("auths.instance.ldap2.ldap.basedn", "cn=TUS Officers, ou=Groups, dc=example,dc=com");
        assertEquals(new DeskProfiles.Match(OfficerTask.ENROLL, Optional.of("staff"), List.of(), true, List.of()), match(OfficerTask.ENROLL));
        assertEquals(new DeskProfiles.Match(OfficerTask.ENROLL_OFFICER, Optional.of("guards"), List.of(), true, List.of()), match(OfficerTask.ENROLL_OFFICER));
        assertEquals(new DeskProfiles.Match(OfficerTask.ENROLL_TEMPORARY, Optional.of("visitors"), List.of(), true, List.of()),
                match(OfficerTask.ENROLL_TEMPORARY));
        assertEquals(Optional.of("home"), match(OfficerTask.SET_HOME).profile());
        assertEquals(Optional.of("wipe"), match(OfficerTask.FORMAT).profile());
        var group = new DeskProfiles(profiles, rules, Map.of("auths.instance.ldap2.ldap.basedn", "CN=Wachen,dc=example,dc=com"));
        assertEquals(Optional.of("guards"), group.match(Optional.of("cn=Wachen, dc=example, dc=com")).stream().filter(m -> m.task() == OfficerTask.ENROLL_OFFICER)
                .findFirst().orElseThrow().profile(), "the group that the desk knows");
    }

    @Test
    void whatTheServerDoesNotHaveIsSaid() {
        enrols("a", "ldap1", "");
        enrols("b", "ldap1", "");
        var person = match(OfficerTask.ENROLL);
        assertEquals(Optional.empty(), person.profile());
        assertEquals(List.of("a", "b"), person.others());
        assertTrue(person.notes().toString().contains("none is called as usual: a, b"), person.notes().toString());
        assertTrue(match(OfficerTask.SET_HOME).notes().toString().contains("No profile of the server does this."));
        assertEquals(Optional.empty(), match(OfficerTask.ENROLL_TEMPORARY).profile());
    }
}
