// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.Verb;
import org.esc.tps.admin.ConfigEntry.Kind;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin mappings …}. */
final class MappingVerbs {

    private MappingVerbs() {
    }

    /** {@code admin mappings}. */
    @Component(service = Verb.class, property = "verb=admin mappings")
    public static final class All extends EntryVerbs.ListAll {

        /** Does it by means of this. */
        @Activate
        public All(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, "List the mappings of a server.");
        }
    }

    /** {@code admin mappings show}. */
    @Component(service = Verb.class, property = "verb=admin mappings show")
    public static final class Show extends EntryVerbs.ShowOne {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, "Show a profile mapping and its properties.");
        }
    }

    /** {@code admin mappings add}. */
    @Component(service = Verb.class, property = "verb=admin mappings add")
    public static final class Add extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, true, "Add a profile mapping; it is not in use before it is enabled.");
        }
    }

    /** {@code admin mappings set}. */
    @Component(service = Verb.class, property = "verb=admin mappings set")
    public static final class Change extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, false, "Change a profile mapping that is disabled.");
        }
    }

    /** {@code admin mappings remove}. */
    @Component(service = Verb.class, property = "verb=admin mappings remove")
    public static final class Remove extends EntryVerbs.Remove {

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, "Delete a profile mapping that is disabled.");
        }
    }

    /** {@code admin mappings step}. */
    @Component(service = Verb.class, property = "verb=admin mappings step")
    public static final class Step extends EntryVerbs.Act {

        /** Does it by means of this. */
        @Activate
        public Step(@Reference AdminDesk desk) {
            super(desk, Kind.MAPPING, "Enable, disable, submit, approve, reject or take back a profile mapping.");
        }
    }
}
