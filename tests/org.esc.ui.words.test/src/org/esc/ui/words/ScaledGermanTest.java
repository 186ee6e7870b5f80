// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import org.junit.jupiter.api.Tag;

/** The same at another scaling, which the environment says: it takes as long each time. */
@Tag("long")
class ScaledGermanTest extends GermanTest {
}
