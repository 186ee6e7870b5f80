// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.esc.apdu.Secret;
import org.esc.tms.users.Directory;

/**
 * How to open a data directory.
 *
 * @param database      JDBC URL, empty for the embedded database
 * @param vaultPassword password of the key store, empty to use the one in {@code vault.pass}; stays the caller's
 * @param demoUsers     whether a fresh directory gets demonstration users
 * @param directory     users kept elsewhere
 * @param patience      how long to wait for another process to leave the directory
 * @param clock         the time
 * @param lease         how long a token stays taken when the server that works on it is gone, where several share a database
 */
public record TmsOptions(Optional<String> database, Optional<Secret> vaultPassword, boolean demoUsers,
        Optional<Directory> directory, Duration patience, InstantSource clock, Duration lease) {

    /** Environment variable with the password of the key store. */
    public static final String PASSWORD_VARIABLE = "ESC_TMS_VAULT_PASSWORD";

    /** Embedded database, demonstration users, the vault's password from the environment or the data directory. */
    public static TmsOptions standard() {
        return new TmsOptions(Optional.empty(), Optional.ofNullable(System.getenv(PASSWORD_VARIABLE)).map(Secret::of),
                true, Optional.empty(), Duration.ofSeconds(5), InstantSource.system(), Duration.ofSeconds(60));
    }

    /** With or without demonstration users. */
    public TmsOptions demoUsers(boolean wanted) {
        return new TmsOptions(database, vaultPassword, wanted, directory, patience, clock, lease);
    }

    /** With another database. */
    public TmsOptions database(String jdbcUrl) {
        return new TmsOptions(Optional.of(jdbcUrl), vaultPassword, demoUsers, directory, patience, clock, lease);
    }

    /** With another patience. */
    public TmsOptions patience(Duration time) {
        return new TmsOptions(database, vaultPassword, demoUsers, directory, time, clock, lease);
    }

    /** With another clock. */
    public TmsOptions clock(InstantSource newClock) {
        return new TmsOptions(database, vaultPassword, demoUsers, directory, patience, newClock, lease);
    }

    /** With another life of leases. */
    public TmsOptions lease(Duration life) {
        return new TmsOptions(database, vaultPassword, demoUsers, directory, patience, clock, life);
    }

    /** With a password for the key store. */
    public TmsOptions vaultPassword(Secret password) {
        return new TmsOptions(database, Optional.of(password), demoUsers, directory, patience, clock, lease);
    }
}
