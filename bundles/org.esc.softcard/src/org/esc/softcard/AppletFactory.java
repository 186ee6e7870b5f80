// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.securechannel.CardRefusal;

/** The door for applets: a DS service that brings the software version of the applets of one package. */
public interface AppletFactory {

    /** AID of the package (load file) whose applets this is. */
    Aid packageAid();

    /**
     * True if whatever was loaded as this package will do. A token management system may ship a stand-in, because the software applet does
     * not run the loaded code anyway; false asks for a well-formed CAP file.
     */
    default boolean acceptsAnyImage() {
        return true;
    }

    /** The name under which a card can be made with this applet on it from the start, "piv"; empty if it only comes by loading. */
    default String name() {
        return "";
    }

    /** AID of the instance on a card that was made with it. */
    default Aid instanceAid() {
        return packageAid();
    }

    /** The same for applets whose AID tells one card from another. @param card the card's unique ID */
    default Aid instanceAid(Cuid card) {
        return instanceAid();
    }

    /** True if the instance on a card that was made with it is selected after a reset, and answers SELECT for names of its own. */
    default boolean selectedByDefault() {
        return false;
    }

    /**
     * Checks what a person wants an instance to be made with: the bytes of a file, none if no file was named.
     *
     * @throws IllegalArgumentException with a sentence that says what is wrong
     */
    default void check(byte[] parameters) {
        if (parameters.length > 0) {
            throw new IllegalArgumentException(Applets.withoutFile(name()));
        }
    }

    /** This factory, whose new instances are made with these parameters when a card is made with them on it. */
    default AppletFactory with(byte[] parameters) {
        return new GivenParameters(this, parameters);
    }

    /**
     * A new instance.
     *
     * @param parameters application-specific install parameters (the value of tag C9), may be empty
     * @throws CardRefusal 6A80 if they make no sense
     */
    Applet install(AppletHost host, byte[] parameters) throws CardRefusal;

    /** An instance as it was left in {@code host.memory()}. @throws IllegalArgumentException if that makes no sense */
    Applet restore(AppletHost host);
}
