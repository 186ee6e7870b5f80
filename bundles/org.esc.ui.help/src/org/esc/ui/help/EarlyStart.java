// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.ui.IStartup;
import org.esc.help.Guides;
import org.esc.help.Page;

/** Once the workbench is there, the guides and what reads them are loaded, so that F1 need not wait for them. */
public final class EarlyStart implements IStartup {

    @Override
    public void earlyStartup() {
        Thread.ofPlatform().daemon().priority(Thread.MIN_PRIORITY).name("guides")
                .start(() -> Guides.own().pages().stream().findFirst().ifPresent(Page::parsed));
    }
}
