// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import org.esc.command.Verb;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code drivers prefer}. */
@Component(service = Verb.class, property = "verb=drivers prefer")
public final class PreferDriverVerb extends RuleVerb {

    /** Started by the component runtime. */
    @Activate
    public PreferDriverVerb(@Reference Drivers drivers) {
        super(drivers, DriverRule.Kind.PREFER, "drivers prefer", "Use this driver before others, if it knows the card, for all cards or some.");
    }
}
