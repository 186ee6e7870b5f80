// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Leases of the only server on a database: they end with its process. */
public final class LocalLeases implements Leases {

    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    @Override
    public boolean take(String what, String operation) {
        return taken.add(what);
    }

    @Override
    public void release(String what) {
        taken.remove(what);
    }

    @Override
    public void check(String what) {
        // nobody else is there to take it
    }

    @Override
    public List<Abandoned> abandoned() {
        return List.of();
    }

    @Override
    public void close() {
        taken.clear();
    }
}
