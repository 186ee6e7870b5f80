// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;

/** Changes the state of a whole application: initialise, reset, terminate. */
public interface ApplicationLifeCycle extends Capability {

    /**
     * A step to another state.
     *
     * @param id           "reset", for scripts
     * @param label        "Reset the PIV application"
     * @param consequence  what is lost by it, in a sentence
     * @param irreversible true if what is lost cannot be had back: a person must type the card's id first
     * @param access       who must have been verified before
     */
    record Step(String id, String label, String consequence, boolean irreversible, Access access) {
    }

    /** The steps that the application could take now. */
    List<Step> lifeCycleSteps() throws EscException;

    /** Takes one. The caller has asked the person before. */
    void takeStep(String step) throws EscException;
}
