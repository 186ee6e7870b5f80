// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.esc.apdu.Words;

/** Takes out of text what must not leave this computer: passwords, PINs, keys, logins in addresses, the person's own folder. */
final class Scrub {

    private static final Words WORDS = Words.of(Scrub.class);

    private static final String GONE = "\u2026";
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(\\b[\\w.-]*(?:password|passwort|passwd|pwd|passphrase|secret|credential|pin|puk)[\\w.-]*\"?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s,;&]+)");
    private static final Pattern LOGIN = Pattern.compile("(?i)\\b([a-z][a-z0-9+.-]*://)[^/\\s@\"']+@");
    private static final Pattern HEADER = Pattern.compile("(?i)\\b((?:proxy-)?authorization|cookie|set-cookie)(\\s*[:=]\\s*).*");
    private static final Pattern SCHEME = Pattern.compile("(?i)\\b(basic|bearer)\\s+[A-Za-z0-9+/=._~-]{6,}");
    private static final Pattern HEX = Pattern.compile("(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :-]?){16,}(?![0-9A-Fa-f])");
    private static final Pattern BASE64 = Pattern.compile("(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}={0,2}");

    private Scrub() {
    }

    /** A line of a report. @param home the person's folder, empty if it is not known */
    static String line(String line, String home) {
        String s = LOGIN.matcher(line).replaceAll("$1" + GONE + "@");
        s = HEADER.matcher(s).replaceAll("$1$2" + GONE);
        s = SCHEME.matcher(s).replaceAll("$1 " + GONE);
        s = NAMED.matcher(s).replaceAll("$1" + GONE);
        return home.length() > 1 ? s.replace(home, "~") : s;
    }

    /** A line of a log, in which long numbers may be keys. */
    static String log(String line, String home) {
        String s = HEX.matcher(line(line, home)).replaceAll(GONE);
        return BASE64.matcher(s).replaceAll(GONE);
    }

    /** Lines of a log; of a private key in PEM nothing stays but that there was one. */
    static List<String> log(List<String> lines, String home) {
        var out = new ArrayList<String>();
        boolean key = false;
        for (String line : lines) {
            if (line.contains("-----BEGIN") && line.contains("PRIVATE KEY")) {
                key = true;
                out.add(WORDS.say("(a private key was here)"));
            }
            if (!key) {
                out.add(log(line, home));
            }
            if (line.contains("-----END")) {
                key = false;
            }
        }
        return List.copyOf(out);
    }
}
