// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.Trust;

/** An embedded system that serves on loopback, in a folder that goes with it. */
public final class Embedded implements AutoCloseable {

    public static final String PASSWORD = "Officer.123";

    public final Path folder;
    public final Tms tms;
    public final TmsServer server;
    private Optional<KeyPair> keys = Optional.empty();

    private Embedded(Path folder, Tms tms, TmsServer server) {
        this.folder = folder;
        this.tms = tms;
        this.server = server;
    }

    public static Embedded start() throws EscException, IOException {
        Path folder = Files.createTempDirectory("esc-admin-test");
        var tms = Tms.open(folder.resolve("data"), TmsOptions.standard());
        return new Embedded(folder, tms, TmsServer.start(tms, TmsServer.Options.anywhere()));
    }

    AdminServer at(String path) {
        return AdminServer.at(URI.create(server.https() + path), new Trust(List.of(tms.caFile()), Trust.Revocation.OFF));
    }

    /** As the first administrator, who has every role. */
    TpsAdmin connect(String path) throws Exception {
        try (var password = Secret.of(Files.readString(folder.resolve("data/admin.pass")).strip())) {
            return TpsAdmin.connect(at(path), SignIn.file(tms.adminFile(), password), new Cancel());
        }
    }

    /** Adds somebody with these roles. */
    public void add(String uid, Role... roles) throws EscException {
        try (var password = Secret.of(PASSWORD)) {
            tms.users().add(new User(uid, uid, Optional.empty(), Set.of(roles), false, false), password);
        }
    }

    /** As this user, with a certificate issued for that. */
    TpsAdmin certificate(String uid) throws Exception {
        if (keys.isEmpty()) {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = Optional.of(generator.generateKeyPair());
        }
        var issued = tms.ca().issue(new CertificateRequest(keys.get().getPublic(), CertificateKind.ADMINISTRATOR, uid, uid, Optional.empty(), List.of(),
                Duration.ofDays(1))).certificate();
        return TpsAdmin.connect(at(""), new SignIn.ClientKey(TlsIdentity.of(keys.get().getPrivate(), List.of(issued, tms.ca().certificate()))),
                new Cancel());
    }

    /** With the password of {@link #add}. */
    TpsAdmin password(String uid) throws EscException {
        return TpsAdmin.connect(at(""), new SignIn.Password(uid, Secret.of(PASSWORD)), new Cancel());
    }

    @Override
    public void close() throws IOException {
        server.close();
        tms.close();
        try (var all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
