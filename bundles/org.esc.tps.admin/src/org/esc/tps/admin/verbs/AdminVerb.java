// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.Verb;

/** A verb on a server to administer. */
abstract class AdminVerb<A extends Record, R extends Record> implements Verb<A, R> {

    final AdminDesk desk;
    private final String name;
    private final String summary;
    private final Class<A> arguments;

    AdminVerb(AdminDesk desk, String name, String summary, Class<A> arguments) {
        this.desk = desk;
        this.name = name;
        this.summary = summary;
        this.arguments = arguments;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String summary() {
        return summary;
    }

    @Override
    public final Class<A> arguments() {
        return arguments;
    }
}
