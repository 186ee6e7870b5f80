// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tms.Backup;
import org.esc.tms.Tms;
import org.esc.tms.config.SettingRules;
import org.esc.tms.db.DataDirectory;
import org.esc.tms.db.Json;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Refused;
import org.esc.tms.db.TokenProfile;
import org.osgi.service.component.annotations.Component;

/** {@code tms profiles …}, {@code tms settings …}, {@code tms backup} and {@code tms restore}. */
final class SystemVerbs {

    private static final Words WORDS = Words.of(SystemVerbs.class);

    private static final String PASSWORD = "PASSWORD";

    private SystemVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new Profiles(), new ProfileShow(), new ProfileImport(), new ProfileEnable(), new ShowSettings(),
                new SetSetting(),
                new BackUp());
    }

    /** Arguments that are the data directory only. */
    record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
    }

    /** {@code tms profiles}. */
    @Component(service = Verb.class, property = "verb=tms profiles")
    public static final class Profiles extends TmsVerb<Args, Profiles.Result> {

        record Key(String role, int bits, boolean serverKeygen, boolean archive) {
        }

        record Profile(String id, String description, boolean enabled, int pinMin, int pinMax, List<Key> keys) {
        }

        record Result(List<Profile> profiles) {
        }

        /** For declarative services. */
        public Profiles() {
            super("tms profiles", "Show the kinds of tokens.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new Result(tms.profiles().list().stream()
                    .map(p -> new Profile(p.id(), p.description(), p.enabled(), p.pinMin(), p.pinMax(),
                    p.keys().stream().map(k -> new Key(k.role(), k.bits(), k.serverKeygen(), k.archive())).toList()))
                    .toList());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("PROFILE"), WORDS.say("ENABLED"), WORDS.say("PIN"), WORDS.say("KEYS"),
                    WORDS.say("DESCRIPTION")), r.profiles.stream()
                    .map(p -> List.of(p.id, p.enabled ? WORDS.say("yes") : WORDS.say("no"), p.pinMin + "-" + p.pinMax,
                            String.join(", ", p.keys.stream().map(k -> k.archive
                            ? WORDS.say("{0} {1} archived", k.role, k.bits) : k.role + " " + k.bits).toList()), p.description)).toList());
        }
    }

    /** {@code tms profiles show}. */
    @Component(service = Verb.class, property = "verb=tms profiles show")
    public static final class ProfileShow extends TmsVerb<ProfileShow.Args, ProfileShow.Result> {

        record Args(@Arg(label = "PROFILE", help = "Its id.") String id,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(String definition) {
        }

        /** For declarative services. */
        public ProfileShow() {
            super("tms profiles show", "Print a profile's definition, to be edited and imported.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new Result(Json.write(find(tms, a.id())));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.definition);
        }
    }

    private static TokenProfile find(Tms tms, String id) throws EscException {
        return tms.profiles().find(id).orElseThrow(() -> Refused.usage(WORDS.say("find a profile"), WORDS.say("There is no profile {0}.", id)));
    }

    /** {@code tms profiles import}. */
    @Component(service = Verb.class, property = "verb=tms profiles import")
    public static final class ProfileImport extends TmsVerb<ProfileImport.Args, ProfileImport.Result> {

        record Args(@Arg(label = "FILE", help = "Definition as profiles show prints it.") Path file,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(String profile) {
        }

        /** For declarative services. */
        public ProfileImport() {
            super("tms profiles import", "Add or replace a profile.", Args.class, Result.class);
        }

        @Override
        Args prepared(Args a) {
            return new Args(a.file().toAbsolutePath(), a.data());
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            TokenProfile profile;
            try {
                profile = Json.read(Files.readString(a.file()), TokenProfile.class);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read a profile"), WORDS.say("{0} cannot be read: {1}", a.file(), DataDirectory.reason(e))).exception(e);
            } catch (RuntimeException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read a profile"), WORDS.say("{0} is no profile definition.", a.file()))
                        .code("bad-profile")
                        .advice(WORDS.say("Begin with what “esc tms profiles show userKey” prints.")).exception(e);
            }
            if (profile == null || profile.id() == null || profile.tokenName() == null || profile.policy() == null
                    || profile.temporaryType() == null || profile.keys().stream()
                    .anyMatch(k -> k.role() == null || k.kind() == null)) {
                throw Refused.usage(WORDS.say("read a profile"), WORDS.say("{0} lacks parts of a profile definition.", a.file()));
            }
            tms.profiles().save(profile);
            tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), actor, "", "Profile "
                    + profile.id() + " imported.");
            return new Result(profile.id());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Imported {0}", r.profile));
        }
    }

    /** {@code tms profiles enable}. */
    @Component(service = Verb.class, property = "verb=tms profiles enable")
    public static final class ProfileEnable extends TmsVerb<ProfileEnable.Args, ProfileEnable.Result> {

        record Args(@Arg(label = "PROFILE", help = "Its id.") String id,
                @Arg(names = "--off",
                help = "Disable it instead: every operation with it is then refused.") boolean off,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(String profile, boolean enabled) {
        }

        /** For declarative services. */
        public ProfileEnable() {
            super("tms profiles enable", "Enable or disable a profile.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var p = find(tms, a.id());
                tms.profiles().save(p.enabled(!a.off()));
                tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), actor, "",
                        "Profile " + p.id() + (a.off() ? " disabled." : " enabled."));
                return new Result(p.id(), !a.off());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.enabled ? WORDS.say("Profile {0} is enabled", r.profile) : WORDS.say("Profile {0} is disabled", r.profile));
        }
    }

    /** {@code tms settings}. */
    @Component(service = Verb.class, property = "verb=tms settings")
    public static final class ShowSettings extends TmsVerb<Args, ShowSettings.Result> {

        record Result(Map<String, String> settings) {
        }

        /** For declarative services. */
        public ShowSettings() {
            super("tms settings", "Show the settings of the token management system.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new Result(SettingRules.shown(tms.settings()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.settings.forEach((k, v) -> out.println(k + "=" + v));
        }
    }

    /** {@code tms settings set}. */
    @Component(service = Verb.class, property = "verb=tms settings set")
    public static final class SetSetting extends TmsVerb<SetSetting.Args, SetSetting.Result> {

        record Args(@Arg(label = "NAME", help = "Which.") String name,
                @Arg(label = "VALUE", help = "Its new value.") String value,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(String name, String value) {
        }

        /** For declarative services. */
        public SetSetting() {
            super("tms settings set", "Change a setting.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            SettingRules.check(a.name(), a.value());
            return tms.inTransaction(_ -> {
                tms.settings().set(a.name(), a.value());
                tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), actor, "", a.name()
                        + " is now " + a.value() + ".");
                return new Result(a.name(), a.value());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.name + "=" + r.value);
        }
    }

    /** {@code tms backup}. */
    @Component(service = Verb.class, property = "verb=tms backup")
    public static final class BackUp extends TmsVerb<BackUp.Args, BackUp.Result> {

        record Args(@Arg(label = "FILE", help = "The backup; an existing file is not overwritten.") Path file,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(String file, long bytes, List<String> contents) {
        }

        /** For declarative services. */
        public BackUp() {
            super("tms backup", "Write everything into one encrypted file; its password is asked for.", Args.class, Result.class);
        }

        @Override
        Args prepared(Args a) {
            return new Args(a.file().toAbsolutePath(), a.data());
        }

        @Override
        Map<String, Secret> ask(Args a, Context context) throws EscException {
            return Map.of(PASSWORD, password(context, WORDS.say("Back up the token management system"),
                    WORDS.say("The backup holds all keys; it opens with this password only."), PASSWORD,
                    WORDS.say("Password of the backup")));
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            // logged first, so that the backup itself tells of its making
            tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), actor, "", "Backup made.");
            var contents = Backup.write(tms, a.file(), secrets.get(PASSWORD));
            try {
                return new Result(a.file().toString(), Files.size(a.file()), contents);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the backup"),
                        WORDS.say("The backup cannot be read again: {0}", DataDirectory.reason(e))).exception(e);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("{0}, {1} bytes: {2}", r.file, r.bytes, String.join(", ", r.contents)));
        }
    }

    /** {@code tms restore}. */
    @Component(service = Verb.class, property = "verb=tms restore")
    public static final class Restore extends NamedVerb<Restore.Args, Restore.Result> {

        record Args(@Arg(label = "FILE", help = "The backup.") Path file,
                @Arg(names = "--data", label = "DIR",
                help = "Data directory: a new or empty folder.") Optional<Path> data) {
        }

        record Result(String data, List<String> contents) {
        }

        /** For declarative services. */
        public Restore() {
            super("tms restore", "Restore a backup into a new data directory; its password is asked for.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            Path data = a.data().orElseGet(Tms::usualDirectory).toAbsolutePath().normalize();
            try (var password = TmsVerb.password(context, WORDS.say("Restore the token management system"), "", PASSWORD,
                    WORDS.say("Password of the backup"))) {
                return new Result(data.toString(), new ArrayList<>(Backup.restore(a.file(), data, password)));
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Restored into {0}", r.data));
        }
    }
}
