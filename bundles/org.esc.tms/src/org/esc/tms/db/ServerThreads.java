// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import org.esc.apdu.Words;

/** The threads in which a server serves: what it sends to its clients and writes down is English, whatever language the person speaks who started it. */
public final class ServerThreads {

    private ServerThreads() {
    }

    /** Threads that {@code plain} makes. */
    public static ThreadFactory of(ThreadFactory plain) {
        return work -> plain.newThread(() -> Words.in(Locale.ENGLISH, () -> {
            work.run();
            return null;
        }));
    }
}
