// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;

/** The settings of a desk, among all others of this user and under those of this computer. */
public final class DeskSettings {

    private static final Words WORDS = Words.of(DeskSettings.class);

    /** Address of the TPS. */
    public static final String TPS = "officer-url";
    /** PEM file of an authority to trust. */
    public static final String CA = "officer-ca";
    /** Address of an LDAP directory; without it the server knows the people. */
    public static final String DIRECTORY = "officer-directory";
    /** Where it begins. */
    public static final String BASE = "officer-directory-base";
    /** DN of people. */
    public static final String PEOPLE = "officer-directory-people";
    /** DN of the group of officers. */
    public static final String OFFICERS = "officer-directory-officers";
    /** DN to log in to it with. */
    public static final String BIND = "officer-directory-bind";
    /** Attribute with the short name. */
    public static final String UID = "officer-directory-uid";
    /** What is shown: {@code Height=height, Eye colour=eyeColor}. */
    public static final String ATTRIBUTES = "officer-directory-attributes";
    /** Attributes with a photo, in order. */
    public static final String PHOTOS = "officer-directory-photos";
    /** Readers whose cards never count, with semicolons between. */
    public static final String IGNORED = "officer-ignored-readers";
    /** The reader that held the officer's card the last time. */
    public static final String READER = "officer-reader";
    /** Which profile a task asks for: {@code officer-profile-enroll}. */
    public static final String PROFILE = "officer-profile-";

    private final UserSettings settings;

    /** The settings of this user. */
    public DeskSettings() {
        this(new UserSettings());
    }

    /** Among these. */
    public DeskSettings(UserSettings settings) {
        this.settings = settings;
    }

    /** The value of a setting. @throws EscException USAGE if the file cannot be read, or the value is none that the setting takes */
    public Optional<String> get(String key) throws EscException {
        return settings.get(key);
    }

    /** Why a person cannot change a setting here, a sentence; empty if that is possible. */
    public Optional<String> locked(String key) {
        return settings.locked(key);
    }

    /**
     * Changes settings; an empty value removes one. What is as it was does not become the user's own.
     *
     * @throws EscException USAGE if that fails, a setting does not take its value, or the administrator has fixed it
     */
    public void set(Map<String, String> values) throws EscException {
        var changes = new LinkedHashMap<String, String>();
        for (var e : values.entrySet()) {
            UserSettings.Value now = settings.value(e.getKey());
            if (!now.setting().normal(e.getValue()).equals(now.value())) {
                changes.put(e.getKey(), e.getValue());
            }
        }
        if (!changes.isEmpty()) {
            settings.set(changes);
        }
    }

    /** The profile that a task asks for, if it was chosen. @throws EscException USAGE if the file cannot be read */
    public Optional<String> profile(OfficerTask task) throws EscException {
        return settings.get(PROFILE + task.word());
    }

    /**
     * Remembers which profiles the tasks ask for; tasks for which nothing was found, or whose profile the administrator has fixed, keep theirs.
     *
     * @throws EscException USAGE if that fails
     */
    public void profiles(List<DeskProfiles.Match> found) throws EscException {
        var values = new LinkedHashMap<String, String>();
        found.stream().filter(m -> locked(PROFILE + m.task().word()).isEmpty())
                .forEach(m -> m.profile().ifPresent(p -> values.put(PROFILE + m.task().word(), p)));
        set(values);
    }

    /** DN of the group of officers in the directory, as far as it is known. @throws EscException USAGE if the file cannot be read */
    public Optional<String> officersGroup() throws EscException {
        Optional<String> base = settings.get(BASE);
        return settings.get(OFFICERS).or(() -> base.map(b -> LdapSettings.GROUP + b));
    }

    /** Names of readers whose cards never count. @throws EscException USAGE if the file cannot be read */
    public List<String> ignoredReaders() throws EscException {
        return settings.get(IGNORED).map(s -> Arrays.stream(s.split(";")).map(String::strip).filter(n -> !n.isEmpty()).toList()).orElse(List.of());
    }

    URI tps(DeskArgs args) throws EscException {
        if (args.tps().isPresent()) {
            settings.allow(TPS, "--tps", args.tps().get().toString());
            return args.tps().get();
        }
        // an address of the pages that original clients showed is no server for a desk
        Optional<URI> kept = settings.address(TPS).filter(u -> !u.getPath().startsWith("/cgi-bin/"));
        if (kept.isEmpty()) {
            kept = settings.address(UserSettings.TPS);
        }
        return kept.orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the server"), WORDS.say("The desk does not know its server.")).code("no-server")
                .advice(WORDS.say("Name it: --tps https://host:8443/tps/tps, or in the desk's settings.")).exception());
    }

    Trust trust(DeskArgs args) throws EscException {
        var files = new ArrayList<>(args.ca());
        if (files.isEmpty()) {
            Optional<String> kept = settings.get(CA);
            (kept.isPresent() ? kept : settings.get(UserSettings.CA)).map(Path::of).ifPresent(files::add);
        } else {
            settings.allow(CA, "--ca", files.getFirst().toString());
            settings.allow(UserSettings.CA, "--ca", files.getFirst().toString());
        }
        return new Trust(files, revocation(args));
    }

    private Trust.Revocation revocation(DeskArgs args) throws EscException {
        if (args.revocation().isPresent()) {
            settings.allow("revocation", "--revocation", args.revocation().get().name().toLowerCase(Locale.ROOT));
            return args.revocation().get();
        }
        return Trust.Revocation.valueOf(settings.get("revocation").orElse("soft").toUpperCase(Locale.ROOT));
    }

    Optional<URI> proxy(DeskArgs args) throws EscException {
        if (args.proxy().isPresent()) {
            settings.allow("proxy", "--proxy", args.proxy().get().toString());
            return args.proxy();
        }
        return settings.address("proxy");
    }

    Duration timeout(DeskArgs args) throws EscException {
        if (args.timeout().isPresent()) {
            settings.allow("message-timeout", "--timeout", args.timeout().get().toString());
            return Duration.ofSeconds(args.timeout().get());
        }
        return Duration.ofSeconds(settings.number("message-timeout"));
    }

    /** The directory to ask; empty if the server knows the people. */
    Optional<LdapSettings> directory(DeskArgs args) throws EscException {
        Optional<String> address = first(args.directory().map(URI::toString), "--directory", DIRECTORY);
        if (address.isEmpty() || address.get().equals("server")) {
            return Optional.empty();
        }
        URI server;
        try {
            server = URI.create(address.get());
        } catch (IllegalArgumentException e) {
            throw wrong(WORDS.say("\"{0}\" is not the address of a directory.", address.get()), WORDS.say("It looks like ldaps://host."));
        }
        Optional<String> base = first(args.base(), "--base", BASE);
        Optional<String> people = first(args.people(), "--people", PEOPLE);
        Optional<String> officers = first(args.officers(), "--officers", OFFICERS);
        if (base.isEmpty() && (people.isEmpty() || officers.isEmpty())) {
            throw wrong(WORDS.say("The desk does not know where in the directory people and officers are."),
                    WORDS.say("Name where it begins: --base dc=example,dc=org."));
        }
        var shown = new LinkedHashMap<String, String>();
        for (String pair : settings.get(ATTRIBUTES).orElse("").split(",")) {
            int eq = pair.indexOf('=');
            if (eq > 0) {
                shown.put(pair.substring(0, eq).strip(), pair.substring(eq + 1).strip());
            }
        }
        List<String> photos = Arrays.stream(settings.get(PHOTOS).orElse("").split("[,\\s]+")).filter(n -> !n.isEmpty()).toList();
        return Optional.of(new LdapSettings(server, people.orElseGet(() -> "ou=people," + base.get()),
                officers.orElseGet(() -> LdapSettings.GROUP + base.get()), first(args.bind(), "--bind", BIND), settings.get(UID).orElse("uid"),
                shown.isEmpty() ? LdapSettings.ATTRIBUTES : shown, photos));
    }

    private Optional<String> first(Optional<String> given, String option, String key) throws EscException {
        if (given.isPresent()) {
            settings.allow(key, option, given.get());
            return given;
        }
        return settings.get(key);
    }

    private static EscException wrong(String message, String advice) {
        return Problem.of(Fault.USAGE, WORDS.say("find the directory"), message).code("directory-settings").advice(advice).exception();
    }
}
