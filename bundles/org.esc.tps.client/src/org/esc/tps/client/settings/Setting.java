// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One setting of this program. All of them are in {@link #ALL}, the one register that the terminal, the preference pages, the managed settings and
 * {@code docs/settings.md} go by.
 *
 * @param key      its name in files and on the command line
 * @param label    what a person calls it
 * @param kind     what it takes
 * @param fallback its value unless somebody sets it; empty for none
 * @param help     what it does, a sentence
 * @param page     where the workbench shows it: the name of a preference page, or of the place that has it
 * @param former   names it had among the preferences of the original Enterprise Security Client
 */
public record Setting(String key, String label, Kind kind, String fallback, String help, String page, List<String> former) {

    public Setting {
        former = List.copyOf(former);
    }

    /** What a setting takes. */
    public sealed interface Kind {

        /** Why it does not take a value; empty if it does. */
        Optional<String> complaint(String value);

        /** In words. */
        String words();

        /** Any text. */
        record Text() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                return value.chars().anyMatch(c -> c < ' ') ? Optional.of("takes one line of text") : Optional.empty();
            }

            @Override
            public String words() {
                return "text";
            }
        }

        /** A file or folder. */
        record File() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                return value.chars().anyMatch(c -> c < ' ') ? Optional.of("takes the name of a file") : Optional.empty();
            }

            @Override
            public String words() {
                return "file";
            }
        }

        /** An http or https address without user name and password. */
        record Address() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                try {
                    var uri = new URI(value);
                    boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
                    return !web || uri.getHost() == null || uri.getPort() > 65_535
                            ? Optional.of("takes an address that begins with http:// or https:// and names a host")
                            : uri.getRawUserInfo() != null && uri.getRawUserInfo().indexOf(':') >= 0
                            ? Optional.of("takes an address without a password") : Optional.empty();
                } catch (URISyntaxException _) {
                    return Optional.of("takes an address that begins with http:// or https:// and names a host");
                }
            }

            @Override
            public String words() {
                return "address";
            }
        }

        /** Yes or no. */
        record Flag() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                return truth(value).isPresent() ? Optional.empty() : Optional.of("takes true or false");
            }

            @Override
            public String words() {
                return "true or false";
            }

            /** What a word means: true, yes, on, 1 and their opposites. */
            public static Optional<Boolean> truth(String word) {
                return switch (word.strip().toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on", "1" -> Optional.of(true);
                    case "false", "no", "off", "0" -> Optional.of(false);
                    default -> Optional.empty();
                };
            }
        }

        /** A whole number. */
        record Number(int least, int most, String unit) implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                try {
                    int n = Integer.parseInt(value.strip());
                    return n >= least && n <= most ? Optional.empty() : Optional.of("takes " + least + " to " + most + " " + unit);
                } catch (NumberFormatException _) {
                    return Optional.of("takes a whole number of " + unit);
                }
            }

            @Override
            public String words() {
                return unit + ", " + least + " to " + most;
            }
        }

        /** One of some words. */
        record Choice(List<String> options) implements Kind {

            public Choice {
                options = List.copyOf(options);
            }

            @Override
            public Optional<String> complaint(String value) {
                return options.contains(value.strip().toLowerCase(Locale.ROOT)) ? Optional.empty()
                        : Optional.of("takes one of " + String.join(", ", options));
            }

            @Override
            public String words() {
                return String.join(", ", options);
            }
        }
    }

    private static final String MANAGEMENT = "Token management";
    private static final String TRUST = "Trust";
    private static final String CLIENT = "Client certificate";

    /** Every setting there is. */
    public static final List<Setting> ALL = List.of(
            new Setting("tps", "Token processing system", new Kind.Address(), "",
                    "Address of the token processing system, for tokens that name none.", MANAGEMENT, List.of("esc.tps.url")),
            new Setting("phone-home", "Phone home, for cards that name no server", new Kind.Address(), "",
                    "Phone-home address, for tokens that name none.", MANAGEMENT, List.of("esc.global.phone.home.url")),
            new Setting("enroll-page", "Enrolment page", new Kind.Address(), "",
                    "Page of the issuer to enrol with, for issuers that name none.", MANAGEMENT, List.of("esc.enroll.ui.url")),
            new Setting("message-timeout", "Patience with a server, in seconds", new Kind.Number(1, 86_400, "seconds"), "120",
                    "How long a token management system may be silent.", MANAGEMENT, List.of("esc.tps.message.timeout")),
            new Setting("proxy", "HTTP proxy", new Kind.Address(), "",
                    "HTTP proxy to reach servers by: http://[user@]host:port.", MANAGEMENT, List.of()),
            new Setting("hide-format", "Hide formatting of tokens", new Kind.Flag(), "false",
                    "Whether the workbench offers no formatting of tokens.", MANAGEMENT, List.of("esc.hide.format")),
            new Setting("open-page", "Open the issuer's page after an enrolment", new Kind.Flag(), "true",
                    "Whether the issuer's page is opened after an enrolment, if it names one.", MANAGEMENT, List.of("esc.ignore.token.browser.url")),
            new Setting("officer-url", "Security officer's system", new Kind.Address(), "",
                    "Address of the system behind the security officer's desk.", MANAGEMENT, List.of("esc.security.url")),
            new Setting("ignore-issuer-info", "Ignore the address that a token names", new Kind.Flag(), "false",
                    "Whether the address that a token names is ignored, as if it named none.", MANAGEMENT, List.of("esc.ignore.key.issuer.info")),
            new Setting("ca", "Certificate authority file", new Kind.File(), "",
                    "PEM file of an authority to trust, besides those in the trust store.", TRUST, List.of()),
            new Setting("revocation", "When nobody says whether a certificate was revoked", new Kind.Choice(List.of("soft", "hard", "off")), "soft",
                    "What to do when nobody says whether a server's certificate was revoked.", TRUST, List.of()),
            new Setting("trust-system", "Trust the authorities of the system", new Kind.Flag(), "true",
                    "Whether the authorities of the operating system and the Java runtime are trusted.", TRUST, List.of()),
            new Setting("trust-nss", "Trust the authorities of NSS databases", new Kind.Text(), "system",
                    "NSS databases whose authorities are trusted, with commas between: folders, or the words system, user and firefox.",
                    TRUST, List.of("esc.global.alt.nss.db")),
            new Setting("client-p12", "PKCS#12 file", new Kind.File(), "",
                    "PKCS#12 file with the certificate this computer shows to servers that ask for one.", CLIENT, List.of()),
            new Setting("client-pkcs11", "PKCS#11 module, a colon, token label", new Kind.Text(), "",
                    "PKCS#11 module with that certificate, and after a colon the token's label.", CLIENT, List.of()),
            new Setting("client-token", "Reader of a token", new Kind.Text(), "",
                    "Reader of the token with that certificate; the word itself means the token that is worked with.", CLIENT, List.of()));

    /** The setting of this name. */
    public static Optional<Setting> of(String key) {
        return ALL.stream().filter(s -> s.key().equals(key)).findFirst();
    }

    /** Why this setting does not take this value, a sentence; empty if it does. An empty value unsets it. */
    public Optional<String> complaint(String value) {
        return value.isBlank() ? Optional.empty() : kind.complaint(value.strip())
                .map(c -> key + " " + c + ", not \"" + shown(value.strip()) + "\".");
    }

    /** A value without the password that somebody may have put into an address. */
    public static String shown(String value) {
        return value.replaceFirst("//([^/:@]*):[^/@]*@", "//$1@");
    }

    /** The value as it is kept: yes, on and 1 become true, and so on. */
    public String normal(String value) {
        String v = value.strip();
        return switch (kind) {
            case Kind.Flag _ -> Kind.Flag.truth(v).map(String::valueOf).orElse(v);
            case Kind.Choice _ -> v.toLowerCase(Locale.ROOT);
            default -> v;
        };
    }
}
