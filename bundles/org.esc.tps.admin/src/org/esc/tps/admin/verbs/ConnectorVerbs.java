// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.Verb;
import org.esc.tps.admin.ConfigEntry.Kind;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin connectors …}. */
final class ConnectorVerbs {

    private ConnectorVerbs() {
    }

    /** {@code admin connectors}. */
    @Component(service = Verb.class, property = "verb=admin connectors")
    public static final class All extends EntryVerbs.ListAll {

        /** Does it by means of this. */
        @Activate
        public All(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, "List the connectors of a server.");
        }
    }

    /** {@code admin connectors show}. */
    @Component(service = Verb.class, property = "verb=admin connectors show")
    public static final class Show extends EntryVerbs.ShowOne {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, "Show a connector and its properties.");
        }
    }

    /** {@code admin connectors add}. */
    @Component(service = Verb.class, property = "verb=admin connectors add")
    public static final class Add extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, true, "Add a connector; it is not in use before it is enabled.");
        }
    }

    /** {@code admin connectors set}. */
    @Component(service = Verb.class, property = "verb=admin connectors set")
    public static final class Change extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, false, "Change a connector that is disabled.");
        }
    }

    /** {@code admin connectors remove}. */
    @Component(service = Verb.class, property = "verb=admin connectors remove")
    public static final class Remove extends EntryVerbs.Remove {

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, "Delete a connector that is disabled.");
        }
    }

    /** {@code admin connectors step}. */
    @Component(service = Verb.class, property = "verb=admin connectors step")
    public static final class Step extends EntryVerbs.Act {

        /** Does it by means of this. */
        @Activate
        public Step(@Reference AdminDesk desk) {
            super(desk, Kind.CONNECTOR, "Enable, disable, submit, approve, reject or take back a connector.");
        }
    }
}
