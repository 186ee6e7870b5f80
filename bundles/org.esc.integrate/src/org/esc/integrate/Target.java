// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import org.esc.apdu.Words;

/** What can be told of a PKCS #11 module. */
public enum Target {
    /** Firefox, which keeps its own list of modules in each profile. */
    FIREFOX("Firefox"),
    /** Thunderbird, which does the same. */
    THUNDERBIRD("Thunderbird"),
    /** The database that programs built on NSS share, such as Chromium, or any other. */
    NSS("NSS"),
    /** The modules of p11-kit, which GnuTLS, GNOME and others ask. */
    P11_KIT("p11-kit");

    private static final Words WORDS = Words.of(Target.class);

    private final String text;

    Target(String text) {
        this.text = text;
    }

    /** Its name for a person. */
    public String text() {
        return this == NSS ? WORDS.say("NSS database") : text;
    }
}
