// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.esc.apdu.EscException;

/** Ways for tests to open a system. */
public final class TestTms {

    private TestTms() {
    }

    /** Does not wait for others. */
    public static TmsOptions options() {
        return TmsOptions.standard().patience(Duration.ZERO);
    }

    /** With demonstration users. */
    public static Tms demo(Path data) throws EscException {
        return Tms.open(data, options());
    }

    /** Without. */
    public static Tms empty(Path data) throws EscException {
        return Tms.open(data, options().demoUsers(false));
    }

    /** The connection pool, for tests that spoil the database. */
    public static org.esc.tms.db.Database database(Tms tms) {
        return tms.database();
    }

    /** A clock that is put forward by hand. */
    public static final class Clock implements InstantSource {
        private volatile Instant now = Instant.now();

        @Override
        public Instant instant() {
            return now;
        }

        /** Puts it forward. */
        public void pass(Duration time) {
            now = now.plus(time);
        }
    }
}
