// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.util.List;

/** One of the guides: its name and its pages, in the order in which they are read. */
public record Guide(String title, List<Page> pages) {

    /** Copies the list. */
    public Guide {
        pages = List.copyOf(pages);
    }
}
