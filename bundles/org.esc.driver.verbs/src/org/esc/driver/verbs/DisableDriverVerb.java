// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import org.esc.command.Verb;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code drivers disable}. */
@Component(service = Verb.class, property = "verb=drivers disable")
public final class DisableDriverVerb extends RuleVerb {

    /** Started by the component runtime. */
    @Activate
    public DisableDriverVerb(@Reference Drivers drivers) {
        super(drivers, DriverRule.Kind.DISABLE, "drivers disable", "Do not use this driver, for all cards or some.");
    }
}
