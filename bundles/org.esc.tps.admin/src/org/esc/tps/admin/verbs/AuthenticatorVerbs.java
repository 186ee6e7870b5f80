// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import org.esc.command.Verb;
import org.esc.tps.admin.ConfigEntry.Kind;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin authenticators …}. */
final class AuthenticatorVerbs {

    private AuthenticatorVerbs() {
    }

    /** {@code admin authenticators}. */
    @Component(service = Verb.class, property = "verb=admin authenticators")
    public static final class All extends EntryVerbs.ListAll {

        /** Does it by means of this. */
        @Activate
        public All(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, "List the authenticators of a server.");
        }
    }

    /** {@code admin authenticators show}. */
    @Component(service = Verb.class, property = "verb=admin authenticators show")
    public static final class Show extends EntryVerbs.ShowOne {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, "Show an authenticator and its properties.");
        }
    }

    /** {@code admin authenticators add}. */
    @Component(service = Verb.class, property = "verb=admin authenticators add")
    public static final class Add extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, true, "Add an authenticator; it is not in use before it is enabled.");
        }
    }

    /** {@code admin authenticators set}. */
    @Component(service = Verb.class, property = "verb=admin authenticators set")
    public static final class Change extends EntryVerbs.Write {

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, false, "Change an authenticator that is disabled.");
        }
    }

    /** {@code admin authenticators remove}. */
    @Component(service = Verb.class, property = "verb=admin authenticators remove")
    public static final class Remove extends EntryVerbs.Remove {

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, "Delete an authenticator that is disabled.");
        }
    }

    /** {@code admin authenticators step}. */
    @Component(service = Verb.class, property = "verb=admin authenticators step")
    public static final class Step extends EntryVerbs.Act {

        /** Does it by means of this. */
        @Activate
        public Step(@Reference AdminDesk desk) {
            super(desk, Kind.AUTHENTICATOR, "Enable, disable, submit, approve, reject or take back an authenticator.");
        }
    }
}
