// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.views.IViewDescriptor;
import org.esc.ui.testing.Pauses;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Opens every view twice: none makes the user interface wait for a file, a server or a card. How long the user interface did not answer is printed. */
@Tag("long")
class ViewsTest {

    private static List<String> views() {
        return Arrays.stream(PlatformUI.getWorkbench().getViewRegistry().getViews()).map(IViewDescriptor::getId).filter(id -> id.startsWith("org.esc."))
                .sorted().toList();
    }

    private static Pauses.Pause open(Pauses pauses, String id) {
        Ui.settle();
        pauses.clear();
        IViewPart view = Ui.freshView(id, IViewPart.class);
        Ui.settle();
        Pauses.Pause longest = pauses.longest();
        Ui.page().hideView(view);
        return longest;
    }

    @Test
    void everyViewOpensWithoutWaiting() {
        List<String> views = views();
        assertTrue(views.size() > 20, views::toString);
        try (var pauses = Pauses.watch()) {
            for (String id : views) {
                Pauses.Pause first = open(pauses, id);
                Pauses.Pause second = open(pauses, id);
                System.out.printf(Locale.ROOT, "%-40s second %d ms (%d ms computing), first %s%n", id, second.millis(), second.cpu(), first);
            }
        }
    }
}
