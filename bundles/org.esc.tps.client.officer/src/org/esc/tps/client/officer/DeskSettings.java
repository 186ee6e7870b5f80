// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;

/** What a desk remembers: the file {@code officer.properties}, and behind it the client's own settings. */
public final class DeskSettings {

    private static final Words WORDS = Words.of(DeskSettings.class);

    /** Address of the TPS. */
    public static final String TPS = "tps";
    /** PEM file of an authority to trust. */
    public static final String CA = "ca";
    /** Address of an LDAP directory; without it the server knows the people. */
    public static final String DIRECTORY = "directory";
    /** Where it begins. */
    public static final String BASE = "directory.base";
    /** DN of people. */
    public static final String PEOPLE = "directory.people";
    /** DN of the group of officers. */
    public static final String OFFICERS = "directory.officers";
    /** DN to log in to it with. */
    public static final String BIND = "directory.bind";
    /** Attribute with the short name. */
    public static final String UID = "directory.uid";
    /** What is shown: {@code Height=height, Eye colour=eyeColor}. */
    public static final String ATTRIBUTES = "directory.attributes";
    /** Attributes with a photo, in order. */
    public static final String PHOTOS = "directory.photos";
    /** Readers whose cards never count, one name each line. */
    public static final String IGNORED = "ignored-readers";
    /** Which profile a task asks for: {@code profile.enroll}. */
    public static final String PROFILE = "profile.";

    private final UserSettings own;
    private final UserSettings client;

    /** The settings of this user. */
    public DeskSettings() {
        this(UserDirs.config().resolve("officer.properties"), UserDirs.config().resolve("client.properties"));
    }

    /** Settings in these files, which need not exist. */
    public DeskSettings(Path own, Path client) {
        this.own = new UserSettings(own);
        this.client = new UserSettings(client);
    }

    /** The value of a setting. @throws EscException USAGE if the file cannot be read */
    public Optional<String> get(String key) throws EscException {
        return own.get(key);
    }

    /** Changes settings; an empty value removes one. @throws EscException USAGE if that fails */
    public void set(Map<String, String> values) throws EscException {
        own.set(values);
    }

    /** The profile that a task asks for, if it was chosen. @throws EscException USAGE if the file cannot be read */
    public Optional<String> profile(OfficerTask task) throws EscException {
        return own.get(PROFILE + task.word());
    }

    /** Remembers which profiles the tasks ask for; tasks for which nothing was found keep theirs. @throws EscException USAGE if that fails */
    public void profiles(List<DeskProfiles.Match> found) throws EscException {
        var values = new LinkedHashMap<String, String>();
        found.forEach(m -> m.profile().ifPresent(p -> values.put(PROFILE + m.task().word(), p)));
        set(values);
    }

    /** DN of the group of officers in the directory, as far as it is known. @throws EscException USAGE if the file cannot be read */
    public Optional<String> officersGroup() throws EscException {
        Optional<String> base = own.get(BASE);
        return own.get(OFFICERS).or(() -> base.map(b -> LdapSettings.GROUP + b));
    }

    /** Names of readers whose cards never count. @throws EscException USAGE if the file cannot be read */
    public List<String> ignoredReaders() throws EscException {
        return own.get(IGNORED).map(s -> Arrays.stream(s.split("\n")).map(String::strip).filter(n -> !n.isEmpty()).toList()).orElse(List.of());
    }

    URI tps(DeskArgs args) throws EscException {
        if (args.tps().isPresent()) {
            return args.tps().get();
        }
        Optional<URI> kept = own.get(TPS).flatMap(PhoneHome::address);
        if (kept.isEmpty()) {
            // an address of the pages that original clients showed is no server for a desk
            kept = client.get("officer-url").flatMap(PhoneHome::address).filter(u -> !u.getPath().startsWith("/cgi-bin/"));
        }
        if (kept.isEmpty()) {
            kept = client.get(UserSettings.TPS).flatMap(PhoneHome::address);
        }
        return kept.orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the server"), WORDS.say("The desk does not know its server.")).code("no-server")
                .advice(WORDS.say("Name it: --tps https://host:8443/tps/tps, or in the desk's settings.")).exception());
    }

    Trust trust(DeskArgs args) throws EscException {
        var files = new ArrayList<>(args.ca());
        if (files.isEmpty()) {
            Optional<String> kept = own.get(CA);
            (kept.isPresent() ? kept : client.get(UserSettings.CA)).map(Path::of).ifPresent(files::add);
        }
        return new Trust(files, args.revocation());
    }

    /** The directory to ask; empty if the server knows the people. */
    Optional<LdapSettings> directory(DeskArgs args) throws EscException {
        Optional<String> address = args.directory().map(URI::toString);
        address = address.isPresent() ? address : own.get(DIRECTORY);
        if (address.isEmpty() || address.get().equals("server")) {
            return Optional.empty();
        }
        URI server;
        try {
            server = URI.create(address.get());
        } catch (IllegalArgumentException e) {
            throw wrong(WORDS.say("\"{0}\" is not the address of a directory.", address.get()), WORDS.say("It looks like ldaps://host."));
        }
        Optional<String> base = first(args.base(), BASE);
        Optional<String> people = first(args.people(), PEOPLE);
        Optional<String> officers = first(args.officers(), OFFICERS);
        if (base.isEmpty() && (people.isEmpty() || officers.isEmpty())) {
            throw wrong(WORDS.say("The desk does not know where in the directory people and officers are."),
                    WORDS.say("Name where it begins: --base dc=example,dc=org."));
        }
        var shown = new LinkedHashMap<String, String>();
        for (String pair : own.get(ATTRIBUTES).orElse("").split("[,\n]")) {
            int eq = pair.indexOf('=');
            if (eq > 0) {
                shown.put(pair.substring(0, eq).strip(), pair.substring(eq + 1).strip());
            }
        }
        List<String> photos = own.get(PHOTOS).map(s -> Arrays.stream(s.split("[,\\s]+")).filter(n -> !n.isEmpty()).toList()).orElse(LdapSettings.PHOTOS);
        return Optional.of(new LdapSettings(server, people.orElseGet(() -> "ou=people," + base.get()),
                officers.orElseGet(() -> LdapSettings.GROUP + base.get()), first(args.bind(), BIND), own.get(UID).orElse("uid"),
                shown.isEmpty() ? LdapSettings.ATTRIBUTES : shown, photos));
    }

    private Optional<String> first(Optional<String> given, String key) throws EscException {
        return given.isPresent() ? given : own.get(key);
    }

    private static EscException wrong(String message, String advice) {
        return Problem.of(Fault.USAGE, WORDS.say("find the directory"), message).code("directory-settings").advice(advice).exception();
    }
}
