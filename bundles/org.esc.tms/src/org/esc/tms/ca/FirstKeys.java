// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The RSA keys that a first start needs. The search for primes is most of such a start, so it begins on threads of its
 * own as soon as this is made, while key store and database are set up.
 */
public final class FirstKeys {

    private final FutureTask<KeyPair> authority = new FutureTask<>(() -> rsa(3072));
    private final FutureTask<KeyPair> server = new FutureTask<>(() -> rsa(2048));
    private final FutureTask<KeyPair> administrator = new FutureTask<>(() -> rsa(2048));

    /** Starts the search. */
    public FirstKeys() {
        Thread.ofPlatform().daemon().name("esc-first-key").start(authority);
        Thread.ofPlatform().daemon().name("esc-first-keys").start(() -> {
            server.run();
            administrator.run();
        });
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static KeyPair found(FutureTask<KeyPair> key) throws GeneralSecurityException {
        try {
            return key.get();
        } catch (ExecutionException e) {
            throw new GeneralSecurityException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GeneralSecurityException("interrupted while a key was made", e);
        }
    }

    /** The CA's, 3072 bits; waits until it is there. */
    KeyPair authority() throws GeneralSecurityException {
        return found(authority);
    }

    /** The TLS server's, 2048 bits; waits until it is there. */
    KeyPair server() throws GeneralSecurityException {
        return found(server);
    }

    /**
     * The first administrator's, 2048 bits; waits until it is there.
     *
     * @throws GeneralSecurityException if the runtime makes none, or this thread was interrupted
     */
    public KeyPair administrator() throws GeneralSecurityException {
        return found(administrator);
    }
}
