// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import org.esc.command.NamedVerb;

/** What the verbs of this package have in common. */
abstract class TokenVerb<A extends Record, R extends Record> extends NamedVerb<A, R> {

    /** By means of this it does it. */
    protected final CardWork work;

    TokenVerb(CardWork work, String name, String summary, Class<A> arguments) {
        super(name, summary, arguments);
        this.work = work;
    }
}
