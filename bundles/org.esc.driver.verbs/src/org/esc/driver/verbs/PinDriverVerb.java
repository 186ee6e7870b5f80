// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import org.esc.command.Verb;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code drivers pin}. */
@Component(service = Verb.class, property = "verb=drivers pin")
public final class PinDriverVerb extends RuleVerb {

    /** Started by the component runtime. */
    @Activate
    public PinDriverVerb(@Reference Drivers drivers) {
        super(drivers, DriverRule.Kind.PIN, "drivers pin", "Use this driver and no other, for all cards or some.");
    }
}
