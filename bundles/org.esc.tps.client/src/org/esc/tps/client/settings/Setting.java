// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;

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

    private static final Words WORDS = Words.of(Setting.class);

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
                return value.chars().anyMatch(c -> c < ' ') ? Optional.of(WORDS.say("takes one line of text")) : Optional.empty();
            }

            @Override
            public String words() {
                return WORDS.say("text");
            }
        }

        /** A file or folder. */
        record File() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                return value.chars().anyMatch(c -> c < ' ') ? Optional.of(WORDS.say("takes the name of a file")) : Optional.empty();
            }

            @Override
            public String words() {
                return WORDS.say("file");
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
                            ? Optional.of(WORDS.say("takes an address that begins with http:// or https:// and names a host"))
                            : uri.getRawUserInfo() != null && uri.getRawUserInfo().indexOf(':') >= 0
                            ? Optional.of(WORDS.say("takes an address without a password")) : Optional.empty();
                } catch (URISyntaxException _) {
                    return Optional.of(WORDS.say("takes an address that begins with http:// or https:// and names a host"));
                }
            }

            @Override
            public String words() {
                return WORDS.say("address");
            }
        }

        /** Yes or no. */
        record Flag() implements Kind {
            @Override
            public Optional<String> complaint(String value) {
                return truth(value).isPresent() ? Optional.empty() : Optional.of(WORDS.say("takes true or false"));
            }

            @Override
            public String words() {
                return WORDS.say("true or false");
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
                    return n >= least && n <= most ? Optional.empty() : Optional.of(WORDS.say("takes {0} to {1} {2}", least, most, unit));
                } catch (NumberFormatException _) {
                    return Optional.of(WORDS.say("takes a whole number of {0}", unit));
                }
            }

            @Override
            public String words() {
                return WORDS.say("{0}, {1} to {2}", unit, least, most);
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
                        : Optional.of(WORDS.say("takes one of {0}", String.join(", ", options)));
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
    private static final String DESKTOP = "Desktop";
    private static final String DESK = "Settings of the Desk";

    /** Every setting there is. */
    public static final List<Setting> ALL = List.of(
            new Setting("tps", WORDS.say("Token processing system"), new Kind.Address(), "",
                    WORDS.say("Address of the token processing system, for tokens that name none."), MANAGEMENT, List.of("esc.tps.url")),
            new Setting("phone-home", WORDS.say("Phone home, for cards that name no server"), new Kind.Address(), "",
                    WORDS.say("Phone-home address, for tokens that name none."), MANAGEMENT, List.of("esc.global.phone.home.url")),
            new Setting("enroll-page", WORDS.say("Enrolment page"), new Kind.Address(), "",
                    WORDS.say("Page of the issuer to enrol with, for issuers that name none."), MANAGEMENT, List.of("esc.enroll.ui.url")),
            new Setting("message-timeout", WORDS.say("Patience with a server, in seconds"), new Kind.Number(1, 86_400, WORDS.say("seconds")), "120",
                    WORDS.say("How long a token management system may be silent."), MANAGEMENT, List.of("esc.tps.message.timeout")),
            new Setting("proxy", WORDS.say("HTTP proxy"), new Kind.Address(), "",
                    WORDS.say("HTTP proxy to reach servers by: http://[user@]host:port."), MANAGEMENT, List.of()),
            new Setting("hide-format", WORDS.say("Hide formatting of tokens"), new Kind.Flag(), "false",
                    WORDS.say("Whether the workbench offers no formatting of tokens."), MANAGEMENT, List.of("esc.hide.format")),
            new Setting("open-page", WORDS.say("Open the issuer's page after an enrolment"), new Kind.Flag(), "true",
                    WORDS.say("Whether the issuer's page is opened after an enrolment, if it names one."), MANAGEMENT, List.of("esc.ignore.token.browser.url")),
            new Setting("officer-url", WORDS.say("Security officer's system"), new Kind.Address(), "",
                    WORDS.say("Address of the system behind the security officer's desk."), MANAGEMENT, List.of("esc.security.url")),
            new Setting("ignore-issuer-info", WORDS.say("Ignore the address that a token names"), new Kind.Flag(), "false",
                    WORDS.say("Whether the address that a token names is ignored, as if it named none."), MANAGEMENT, List.of("esc.ignore.key.issuer.info")),
            new Setting("ca", WORDS.say("Certificate authority file"), new Kind.File(), "",
                    WORDS.say("PEM file of an authority to trust, besides those in the trust store."), TRUST, List.of()),
            new Setting("revocation", WORDS.say("When nobody says whether a certificate was revoked"), new Kind.Choice(List.of("soft", "hard", "off")), "soft",
                    WORDS.say("What to do when nobody says whether a server's certificate was revoked."), TRUST, List.of()),
            new Setting("trust-system", WORDS.say("Trust the authorities of the system"), new Kind.Flag(), "true",
                    WORDS.say("Whether the authorities of the operating system and the Java runtime are trusted."), TRUST, List.of()),
            new Setting("trust-nss", WORDS.say("Trust the authorities of NSS databases"), new Kind.Text(), "system",
                    WORDS.say("NSS databases whose authorities are trusted, with commas between: folders, or the words system, user "
                        + "and firefox."),
                    TRUST, List.of("esc.global.alt.nss.db")),
            new Setting("client-p12", WORDS.say("PKCS#12 file"), new Kind.File(), "",
                    WORDS.say("PKCS#12 file with the certificate this computer shows to servers that ask for one."), CLIENT, List.of()),
            new Setting("client-pkcs11", WORDS.say("PKCS#11 module, a colon, token label"), new Kind.Text(), "",
                    WORDS.say("PKCS#11 module with that certificate, and after a colon the token's label."), CLIENT, List.of()),
            new Setting("client-token", WORDS.say("Reader of a token"), new Kind.Text(), "",
                    WORDS.say("Reader of the token with that certificate; the word itself means the token that is worked with."), CLIENT, List.of()),
            new Setting("desktop-notify", WORDS.say("Tell when a card is inserted or removed"), new Kind.Flag(), "true",
                    WORDS.say("Whether the desktop is told of cards that are inserted or removed."), DESKTOP, List.of()),
            new Setting("desktop-remind", WORDS.say("Remind of certificates that end soon"), new Kind.Flag(), "true",
                    WORDS.say("Whether a person is reminded, once a day, of certificates that end soon."), DESKTOP, List.of()),
            new Setting("desktop-remind-days", WORDS.say("Days before certificates end"), new Kind.Number(1, 3650, WORDS.say("days")), "30",
                    WORDS.say("How many days before its end a certificate is said to end soon."), DESKTOP, List.of()),
            new Setting("desktop-tray", WORDS.say("Icon in the desktop's tray, if it has one"), new Kind.Flag(), "true",
                    WORDS.say("Whether the workbench has an icon in the desktop's tray, if there is one."), DESKTOP, List.of()),
            new Setting("desktop-tray-keep", WORDS.say("Keep running in the tray when the window is closed"), new Kind.Flag(), "false",
                    WORDS.say("Whether the workbench keeps running in the tray when its window is closed."), DESKTOP, List.of()),
            new Setting("officer-ca", WORDS.say("Authority of the officer's server"), new Kind.File(), "",
                    WORDS.say("PEM file of an authority that the security officer's desk trusts; without it that of the setting ca."), DESK, List.of()),
            new Setting("officer-directory", WORDS.say("Directory of people"), new Kind.Text(), "",
                    WORDS.say("LDAP directory in which the desk finds people: ldaps://host; without it the server knows them."), DESK, List.of()),
            new Setting("officer-directory-base", WORDS.say("Where the directory begins"), new Kind.Text(), "",
                    WORDS.say("DN at which the directory begins: dc=example,dc=org."), DESK, List.of()),
            new Setting("officer-directory-people", WORDS.say("People in the directory"), new Kind.Text(), "",
                    WORDS.say("DN of people in the directory; without it ou=people below its beginning."), DESK, List.of()),
            new Setting("officer-directory-officers", WORDS.say("Officers in the directory"), new Kind.Text(), "",
                    WORDS.say("DN of the group of officers; without it cn=TUS Officers,ou=Groups below the directory's beginning."), DESK, List.of()),
            new Setting("officer-directory-bind", WORDS.say("Login to the directory"), new Kind.Text(), "",
                    WORDS.say("DN that the desk logs in to the directory with, and asks the password for; without it it does not log in."), DESK, List.of()),
            new Setting("officer-directory-uid", WORDS.say("Attribute with the user name"), new Kind.Text(), "uid",
                    WORDS.say("Attribute of the directory that holds a person's user name."), DESK, List.of()),
            new Setting("officer-directory-attributes", WORDS.say("Attributes shown"), new Kind.Text(), "",
                    WORDS.say("What the desk shows of a person: Height=height, Eye colour=eyeColor; without it names, telephone, height, weight and eye colour."),
                    DESK, List.of()),
            new Setting("officer-directory-photos", WORDS.say("Attributes with a photo"), new Kind.Text(), "jpegPhoto photoSmall thumbnailPhoto photo",
                    WORDS.say("Attributes of the directory that may hold a photo; the first that does counts."), DESK, List.of()),
            profile("enroll", WORDS.say("Profile to enrol a card"), "userKey"),
            profile("enroll-temporary", WORDS.say("Profile to enrol a temporary card"), "userKeyTemporary"),
            profile("enroll-officer", WORDS.say("Profile to enrol an officer's card"), "soKey"),
            profile("format", WORDS.say("Profile to format a card"), "soCleanUserToken"),
            profile("set-home", WORDS.say("Profile to set the home address"), "soUserKey"),
            profile("format-officer", WORDS.say("Profile to format an officer's card"), "soCleanSOToken"),
            new Setting("officer-ignored-readers", WORDS.say("Readers that do not count"), new Kind.Text(), "",
                    WORDS.say("Readers whose cards never count at the desk, with semicolons between."), DESK, List.of()),
            new Setting("officer-reader", WORDS.say("Reader of the officer's card"), new Kind.Text(), "",
                    WORDS.say("Reader that the desk proposes for the officer's card: the one that was used last."), DESK, List.of()));

    private static Setting profile(String task, String label, String usual) {
        return new Setting("officer-profile-" + task, label, new Kind.Text(), "",
                WORDS.say("Profile that the desk's task {0} asks for; without it the server's that is called {1}.", task, usual), DESK, List.of());
    }

    /** The setting of this name. */
    public static Optional<Setting> of(String key) {
        return ALL.stream().filter(s -> s.key().equals(key)).findFirst();
    }

    /** Why this setting does not take this value, a sentence; empty if it does. An empty value unsets it. */
    public Optional<String> complaint(String value) {
        return value.isBlank() ? Optional.empty() : kind.complaint(value.strip())
                .map(c -> WORDS.say("{0} {1}, not \"{2}\".", key, c, shown(value.strip())));
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
