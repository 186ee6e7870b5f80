// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.NamedVerb;

/** A verb on a server to administer. */
abstract class AdminVerb<A extends Record, R extends Record> extends NamedVerb<A, R> {

    final AdminDesk desk;

    AdminVerb(AdminDesk desk, String name, String summary, Class<A> arguments) {
        super(name, summary, arguments);
        this.desk = desk;
    }
}
