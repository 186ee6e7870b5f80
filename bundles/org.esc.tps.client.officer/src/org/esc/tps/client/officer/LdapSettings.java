// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where an LDAP directory keeps people and security officers.
 *
 * @param server     {@code ldaps://host[:port]}, or {@code ldap://host[:port]}: then StartTLS is used, and only a server on this machine may do without
 * @param people     DN under which people are
 * @param officers   DN of the group of security officers: its members, or the entries below it
 * @param bind       DN to log in with; without it the directory is asked anonymously
 * @param uid        attribute with the short name
 * @param attributes what is shown besides, by the name to show
 * @param photos     attributes that may hold a photo; the first that does counts
 */
public record LdapSettings(URI server, String people, String officers, Optional<String> bind, String uid, Map<String, String> attributes,
        List<String> photos) {

    /** Name of the group of officers under a base DN, as it has always been called. */
    public static final String GROUP = "cn=TUS Officers,ou=Groups,";
    /** What is shown unless said otherwise. */
    public static final Map<String, String> ATTRIBUTES = shown();

    public LdapSettings {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        photos = List.copyOf(photos);
    }

    private static Map<String, String> shown() {
        var m = new LinkedHashMap<String, String>();
        m.put("Given name", "givenName");
        m.put("Last name", "sn");
        m.put("Telephone", "telephoneNumber");
        m.put("Height", "height");
        m.put("Weight", "weight");
        m.put("Eye colour", "eyeColor");
        return Collections.unmodifiableMap(m);
    }
}
