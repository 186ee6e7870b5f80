// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.Verb;
import org.esc.tps.admin.ConfigEntry.Kind;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin profiles …}. */
final class ProfileVerbs {

    private ProfileVerbs() {
    }

    /** {@code admin profiles}. */
    @Component(service = Verb.class, property = "verb=admin profiles")
    public static final class All extends EntryVerbs.ListAll {

        /** Does it by means of this. */
        @Activate
        public All(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, "List the profiles of a server.");
        }
    }

    /** {@code admin profiles show}. */
    @Component(service = Verb.class, property = "verb=admin profiles show")
    public static final class Show extends EntryVerbs.ShowOne {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, "Show a profile and its properties.");
        }
    }

    /** {@code admin profiles add}. */
    @Component(service = Verb.class, property = "verb=admin profiles add")
    public static final class Add extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, true, "Add a profile; it is not in use before it is enabled.");
        }
    }

    /** {@code admin profiles set}. */
    @Component(service = Verb.class, property = "verb=admin profiles set")
    public static final class Change extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, false, "Change a profile that is disabled.");
        }
    }

    /** {@code admin profiles remove}. */
    @Component(service = Verb.class, property = "verb=admin profiles remove")
    public static final class Remove extends EntryVerbs.Remove {

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, "Delete a profile that is disabled.");
        }
    }

    /** {@code admin profiles step}. */
    @Component(service = Verb.class, property = "verb=admin profiles step")
    public static final class Step extends EntryVerbs.Act {

        /** Does it by means of this. */
        @Activate
        public Step(@Reference AdminDesk desk) {
            super(desk, Kind.PROFILE, "Enable, disable, submit, approve, reject or take back a profile.");
        }
    }
}
