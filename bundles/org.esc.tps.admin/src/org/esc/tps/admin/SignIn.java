// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.nio.file.Path;
import java.util.Arrays;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tps.client.TlsIdentity;

/** How somebody signs in to administer a server. */
public sealed interface SignIn extends AutoCloseable {

    /** Who it is, for a person. */
    String who();

    /** Erases or frees what it holds. */
    @Override
    void close();

    /** With a key and its certificate, shown in the TLS handshake: from a file, a token or a PKCS#11 module. It is taken over and closed. */
    record ClientKey(TlsIdentity identity) implements SignIn {

        @Override
        public String who() {
            return identity.certificates().stream().findFirst().map(c -> c.getSubjectX500Principal().getName()).orElse("");
        }

        @Override
        public void close() {
            identity.close();
        }
    }

    /** With a user name and a password, which is taken over and erased on close. */
    record Password(String who, Secret password) implements SignIn {
        @Override
        public void close() {
            password.close();
        }

        @Override
        public String toString() {
            return "Password[" + who + "]";
        }
    }

    /**
     * With the key and certificate in a PKCS#12 file, or in a PEM file whose key is not encrypted.
     *
     * @param password of the file; stays the caller's. Not looked at for PEM
     * @throws EscException USAGE if the file cannot be used; LOGIN, code {@code wrong-password}
     */
    static SignIn file(Path file, Secret password) throws EscException {
        byte[] bytes = KeyFile.read(file);
        try {
            return new ClientKey(KeyFile.pem(bytes) ? KeyFile.fromPem(file, bytes) : TlsIdentity.p12(file, password));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Whether {@link #file} needs a password for this file. @throws EscException USAGE if it cannot be read */
    static boolean needsPassword(Path file) throws EscException {
        byte[] bytes = KeyFile.read(file);
        try {
            return !KeyFile.pem(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
