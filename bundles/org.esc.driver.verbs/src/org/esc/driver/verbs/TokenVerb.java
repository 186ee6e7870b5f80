// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import org.esc.command.Verb;

/** What the verbs of this package have in common. */
abstract class TokenVerb<A extends Record, R extends Record> implements Verb<A, R> {

    /** By means of this it does it. */
    protected final CardWork work;
    private final String name;
    private final String summary;
    private final Class<A> arguments;

    TokenVerb(CardWork work, String name, String summary, Class<A> arguments) {
        this.work = work;
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
