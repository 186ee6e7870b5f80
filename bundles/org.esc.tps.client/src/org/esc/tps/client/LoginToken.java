// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

/** The token that the person has logged in to the desktop with: it must not be formatted under their feet. */
public final class LoginToken {

    /** Environment variable that the login leaves the token's name in (pam_pkcs11 sets it). */
    public static final String VARIABLE = "PKCS11_LOGIN_TOKEN_NAME";

    private LoginToken() {
    }

    /** True if a token with this label is the one that the person has logged in with. */
    public static boolean is(String label) {
        String name = System.getenv(VARIABLE);
        return name != null && is(label, name);
    }

    /** PKCS #11 pads names with blanks, and cuts them at 32 bytes. */
    static boolean is(String label, String name) {
        String a = label.strip();
        String b = name.strip();
        return !b.isEmpty() && (a.equals(b) || b.length() >= 31 && a.startsWith(b));
    }
}
