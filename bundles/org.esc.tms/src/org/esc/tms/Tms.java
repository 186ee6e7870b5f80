// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tms.ca.CertificateAuthority;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.ca.EmbeddedCa;
import org.esc.tms.ca.FirstKeys;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.config.Audit;
import org.esc.tms.config.AuthenticatorSection;
import org.esc.tms.config.Entries;
import org.esc.tms.config.Jobs;
import org.esc.tms.config.SelfTests;
import org.esc.tms.db.ActivityLog;
import org.esc.tms.db.DataDirectory;
import org.esc.tms.db.Database;
import org.esc.tms.db.Leases;
import org.esc.tms.db.LocalLeases;
import org.esc.tms.db.Operation;
import org.esc.tms.db.PrivateFiles;
import org.esc.tms.db.Profiles;
import org.esc.tms.db.Settings;
import org.esc.tms.db.SqlActivityLog;
import org.esc.tms.db.SqlLeases;
import org.esc.tms.db.SqlProfiles;
import org.esc.tms.db.SqlSettings;
import org.esc.tms.db.SqlTokenStore;
import org.esc.tms.db.SqlVaultCopies;
import org.esc.tms.db.TokenStore;
import org.esc.tms.db.Vault;
import org.esc.tms.drm.EmbeddedKeyRecovery;
import org.esc.tms.drm.KeyRecovery;
import org.esc.tms.tks.KeyService;
import org.esc.tms.tks.VaultKeyService;
import org.esc.tms.users.Administrators;
import org.esc.tms.users.Directories;
import org.esc.tms.users.Directory;
import org.esc.tms.users.LdapDirectory;
import org.esc.tms.users.People;
import org.esc.tms.users.SqlUsers;
import org.esc.tms.users.Users;
import org.esc.tms.verbs.Door;

/**
 * An open token management system: a data directory and the services over it. One process has it open at a time. In the
 * directory: {@code vault} (keys, sealed) and {@code vault.pass} (its password, unless that is given from outside),
 * {@code db/} (everything else), {@code ca.crt}, and the first administrator's {@code admin.p12} with its password in
 * {@code admin.pass}; all but {@code ca.crt} for the owner only.
 */
public final class Tms implements AutoCloseable {

    private static final Words WORDS = Words.of(Tms.class);

    /** End-entity certificates of the first administrator. */
    private static final Duration ADMIN_LIFE = Duration.ofDays(2 * 365);
    private static final String READY = "tms.initialized";
    private static final String OFFICERS = "tms.officer-profiles";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final DataDirectory data;
    private final Vault vault;
    private final Database database;
    private final SqlActivityLog activities;
    private final Settings settings;
    private final Profiles profiles;
    private final Users users;
    private final People people;
    private final Officers officers;
    private final TokenStore tokens;
    private final CertificateAuthority ca;
    private final KeyService keys;
    private final KeyRecovery recovery;
    private final TokenDesk desk;
    private final Leases leases;
    private final Entries entries;
    private final Administrators administrators;
    private final Audit audit;
    private final SelfTests selfTests;
    private final Jobs jobs;
    private final Door door;

    private Tms(DataDirectory data, Vault vault, Database database, TmsOptions options, Supplier<FirstKeys> firstKeys)
            throws EscException {
        this.data = data;
        this.vault = vault;
        this.database = database;
        var clock = options.clock();
        settings = new SqlSettings(database);
        boolean fresh = settings.get(READY).isEmpty();
        var sqlProfiles = new SqlProfiles(database);
        var sqlUsers = new SqlUsers(database, options.directory().isPresent() ? Directories.of(options.directory()) : configured(),
                clock);
        profiles = sqlProfiles;
        users = sqlUsers;
        people = new People(database);
        tokens = new SqlTokenStore(database, settings);
        activities = new SqlActivityLog(database, vault.getOrMake("activities.key", 32), fresh);
        ca = EmbeddedCa.open(database, settings, vault, clock, firstKeys);
        keys = new VaultKeyService(vault, database, settings, clock);
        recovery = new EmbeddedKeyRecovery(database, settings, users, vault, clock);
        desk = new TokenDesk(this);
        try {
            leases = database.shared() ? new SqlLeases(database, node(data), options.lease()) : new LocalLeases();
        } catch (IOException e) {
            throw unusable(data.path(), e);
        }
        entries = new Entries(this, database);
        administrators = new Administrators(database);
        audit = new Audit(this);
        selfTests = new SelfTests(this);
        jobs = new Jobs(this);
        officers = new Officers(this, clock);
        try {
            if (fresh) {
                // one transaction: a first start that is cut off is a first start again
                database.run(_ -> {
                    sqlProfiles.fill();
                    if (options.demoUsers()) {
                        sqlUsers.fill();
                    }
                    makeAdministrator(firstKeys.get());
                    settings.set(READY, "true");
                    activities.append(Operation.CONFIGURATION, true, Optional.empty(), "", "",
                            "Made a new token management system" + (options.demoUsers() ? " with demonstration users."
                            : "."));
                });
            }
            if (settings.get(OFFICERS).isEmpty()) {
                database.run(_ -> {
                    sqlProfiles.fillOfficers();
                    settings.set(OFFICERS, "true");
                });
            }
            if (!Files.exists(caFile())) {
                PrivateFiles.writePublic(caFile(), pem(ca.certificate()));
            }
            desk.settle();
        } catch (IOException e) {
            throw unusable(data.path(), e);
        }
        door = Door.open(this);
    }

    /**
     * Where the data is kept if nothing is said: {@code esc/tms} in the folder for a person's data (XDG Base Directory
     * Specification).
     */
    public static Path usualDirectory() {
        String set = System.getenv("XDG_DATA_HOME");
        Path base = set != null && Path.of(set).isAbsolute() ? Path.of(set)
                : Path.of(System.getProperty("user.home"), ".local", "share");
        return base.resolve("esc").resolve("tms");
    }

    /**
     * Opens a data directory, made and filled if it is new: profiles, the CA, an administrator's certificate and,
     * unless not wanted, demonstration users.
     *
     * @throws EscException USAGE, code {@code data-in-use}, if another process has it; LOGIN if the key store's
     *                      password is wrong
     */
    public static Tms open(Path data, TmsOptions options) throws EscException {
        return tryOpen(data, options).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("open the data directory"),
                WORDS.say("Another process is using {0}.", data.toAbsolutePath().normalize())).code("data-in-use")
                .advice(WORDS.say("Stop it, or name another folder with --data.")).exception());
    }

    /** The same; empty if another process has it. */
    public static Optional<Tms> tryOpen(Path data, TmsOptions options) throws EscException {
        var directory = lock(data, options.patience());
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        Vault vault = null;
        Database database = null;
        boolean open = false;
        try {
            var keys = firstKeys(directory.get());
            var url = databaseUrl(directory.get(), options.database());
            if (url.isPresent()) {
                database = Database.at(url.get());
                join(directory.get(), database);
                vault = openVault(directory.get(), options.vaultPassword());
                if (database.shared()) {
                    vault.share(new SqlVaultCopies(database));
                }
            } else {
                vault = openVault(directory.get(), options.vaultPassword());
                database = Database.embedded(directory.get().file("db"));
            }
            var tms = new Tms(directory.get(), vault, database, options, keys);
            open = true;
            return Optional.of(tms);
        } catch (IOException e) {
            throw unusable(data, e);
        } finally {
            if (!open) {
                if (database != null) {
                    database.close();
                }
                if (vault != null) {
                    vault.close();
                }
                directory.get().close();
            }
        }
    }

    /** Gives the new data directory of a further server on a database the key store of the others. */
    private static void join(DataDirectory data, Database database) throws EscException, IOException {
        if (!database.shared() || Files.exists(data.file("vault"))) {
            return;
        }
        var copy = new SqlVaultCopies(database).newer(0);
        if (copy.isPresent()) {
            PrivateFiles.write(data.file("vault"), copy.get().sealed());
        } else if (new SqlSettings(database).get(READY).isPresent()) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the data directory"), WORDS.say("The database belongs to a server whose key store is not in it."))
                    .code("no-vault").advice(WORDS.say("Start that server once with this version; or copy its “vault” and “vault.pass” into the data directory."))
                    .exception();
        }
    }

    /** A name for this server among others on the database. */
    private static String node(DataDirectory data) throws IOException {
        Path file = data.file("node.id");
        if (!Files.exists(file)) {
            byte[] random = new byte[6];
            RANDOM.nextBytes(random);
            PrivateFiles.write(file, HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
        }
        return Files.readString(file).strip();
    }

    /** Made at once in a new directory; else only if a first start was cut off before it had them. */
    private static Supplier<FirstKeys> firstKeys(DataDirectory data) {
        if (!Files.exists(data.file("vault"))) {
            var now = new FirstKeys();
            return () -> now;
        }
        return new Supplier<>() {
            private Optional<FirstKeys> made = Optional.empty();

            @Override
            public FirstKeys get() {
                if (made.isEmpty()) {
                    made = Optional.of(new FirstKeys());
                }
                return made.get();
            }
        };
    }

    private static Optional<DataDirectory> lock(Path data, Duration patience) throws EscException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            var directory = DataDirectory.tryOpen(data);
            if (directory.isPresent() || System.nanoTime() >= end) {
                return directory;
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    private static Vault openVault(DataDirectory data, Optional<Secret> given) throws EscException, IOException {
        if (given.isPresent()) {
            return Vault.open(data.file("vault"), given.get());
        }
        Path file = data.file("vault.pass");
        if (!Files.exists(file)) {
            if (Files.exists(data.file("vault"))) {
                throw Problem.of(Fault.LOGIN, WORDS.say("open the key store"),
                        WORDS.say("The password of the key store is not in the data directory."))
                        .code("vault-password").advice(WORDS.say("Put it into the environment variable {0}.", TmsOptions.PASSWORD_VARIABLE)).exception();
            }
            PrivateFiles.write(file, randomText());
        }
        PrivateFiles.ownerOnly(file);
        byte[] bytes = Files.readAllBytes(file);
        byte[] trimmed = new String(bytes, StandardCharsets.US_ASCII).strip().getBytes(StandardCharsets.US_ASCII);
        try (var password = Secret.of(trimmed)) {
            return Vault.open(data.file("vault"), password);
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(trimmed, (byte) 0);
        }
    }

    /**
     * The URL of another database is kept, so that later verbs find it; the file may hold credentials and is for the
     * owner only.
     */
    private static Optional<String> databaseUrl(DataDirectory data, Optional<String> given) throws IOException {
        Path file = data.file("db.url");
        if (given.isPresent()) {
            PrivateFiles.write(file, given.get().getBytes(StandardCharsets.UTF_8));
            return given;
        }
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    private static EscException unusable(Path data, IOException e) {
        return Problem.of(Fault.USAGE, WORDS.say("open the data directory"),
                WORDS.say("The data directory {0} cannot be used: {1}", data, DataDirectory.reason(e))).exception(e);
    }

    private static byte[] randomText() {
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encode(random);
    }

    /** Directories as the configuration has them now. */
    private Directories configured() {
        return new Directories() {
            @Override
            public List<Directory> enabled() throws EscException {
                var all = new ArrayList<Directory>();
                for (var ldap : AuthenticatorSection.enabled(settings, database)) {
                    all.add(new LdapDirectory(URI.create(ldap.address()), ldap.name()));
                }
                return all;
            }

            @Override
            public boolean builtIn() throws EscException {
                return entries.enabled(Entries.Kind.AUTHENTICATOR, AuthenticatorSection.BUILT_IN);
            }
        };
    }

    private void makeAdministrator(FirstKeys keys) throws EscException {
        try {
            var pair = keys.administrator();
            var certificate = ca.issue(new CertificateRequest(pair.getPublic(), CertificateKind.ADMINISTRATOR, "admin",
                    "TMS Administrator", Optional.empty(), List.of(), ADMIN_LIFE)).certificate();
            byte[] password = randomText();
            char[] chars = new String(password, StandardCharsets.US_ASCII).toCharArray();
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("admin", pair.getPrivate(), chars, new Certificate[] {certificate, ca.certificate()});
            var out = new ByteArrayOutputStream();
            store.store(out, chars);
            Arrays.fill(chars, '\0');
            PrivateFiles.write(data.file("admin.pass"), password);
            PrivateFiles.write(adminFile(), out.toByteArray());
            PrivateFiles.writePublic(caFile(), pem(ca.certificate()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw unusable(data.path(), e);
        }
    }

    /** A certificate as PEM text. */
    public static byte[] pem(X509Certificate certificate) {
        try {
            return ("-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n").getBytes(StandardCharsets.US_ASCII);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The data directory. */
    public Path data() {
        return data.path();
    }

    /** The root certificate, PEM. */
    public Path caFile() {
        return data.file("ca.crt");
    }

    /** The first administrator's key and certificate, PKCS#12; its password is in {@code admin.pass} beside it. */
    public Path adminFile() {
        return data.file("admin.p12");
    }

    /**
     * Does several things in one database transaction: all or none. The work may be run again; it must touch nothing
     * else.
     */
    public <T> T inTransaction(Database.Work<T> work) throws EscException {
        return database.inTransaction(work);
    }

    /** Named values. */
    public Settings settings() {
        return settings;
    }

    /** Kinds of tokens. */
    public Profiles profiles() {
        return profiles;
    }

    /** People. */
    public Users users() {
        return users;
    }

    /** What people look like. */
    public People people() {
        return people;
    }

    /** Security officers. */
    public Officers officers() {
        return officers;
    }

    /** Tokens. */
    public TokenStore tokens() {
        return tokens;
    }

    /** What was done. */
    public ActivityLog activities() {
        return activities;
    }

    /** Certificates. */
    public CertificateAuthority ca() {
        return ca;
    }

    /** Card keys. */
    public KeyService keys() {
        return keys;
    }

    /** Archived keys. */
    public KeyRecovery recovery() {
        return recovery;
    }

    /** Profiles, mappings, connectors, authenticators as named properties with states. */
    public Entries entries() {
        return entries;
    }

    /** What is known of users as administrators. */
    public Administrators administrators() {
        return administrators;
    }

    /** Which events are taken down, and the logs as files. */
    public Audit audit() {
        return audit;
    }

    /** Checks of the system by itself. */
    public SelfTests selfTests() {
        return selfTests;
    }

    /** Who works on which token. */
    public Leases leases() {
        return leases;
    }

    /** What is done at set times. */
    public Jobs jobs() {
        return jobs;
    }

    /** State changes with all that follows from them. */
    public TokenDesk desk() {
        return desk;
    }

    /**
     * Why no address but loopback may be served: everybody knows the demonstration users' password and the factory's
     * card keys.
     */
    public Optional<String> loopbackOnly() throws EscException {
        if (users.demo()) {
            return Optional.of(WORDS.say("demonstration users exist"));
        }
        return keys.list().isEmpty() ? Optional.of(WORDS.say("there is no master key, so cards keep their factory keys"))
                : Optional.empty();
    }

    /**
     * The administrator this TLS client certificate stands for: one issued to them as such, or one that was added to a user. Empty if it is none of
     * ours, expired, held or revoked.
     */
    public Optional<String> administrator(X509Certificate certificate) throws EscException {
        var issued = ca.find(certificate.getSerialNumber())
                .filter(c -> c.certificate().equals(certificate) && c.status() == IssuedCertificate.Status.VALID);
        if (issued.isEmpty() || issued.get().kind() == CertificateKind.ADMINISTRATOR) {
            return issued.map(IssuedCertificate::userId);
        }
        return administrators.owner(certificate.getSerialNumber());
    }

    Database database() {
        return database;
    }

    /** Waits for running transactions and lets the next process in. */
    @Override
    public void close() {
        jobs.close();
        door.close();
        leases.close();
        database.close();
        activities.close();
        vault.close();
        data.close();
    }
}
