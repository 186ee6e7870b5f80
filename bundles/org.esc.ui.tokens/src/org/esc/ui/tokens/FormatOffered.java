// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.expressions.PropertyTester;
import org.esc.ui.DesktopSettings;

/** Whether the menus and the toolbar offer formatting: a setting can take it away. Made by the platform. */
public final class FormatOffered extends PropertyTester {

    @Override
    public boolean test(Object receiver, String property, Object[] arguments, Object expected) {
        return !DesktopSettings.hidesFormat();
    }
}
