// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import org.esc.apdu.Words;

/** The words of this package's interfaces: their own constants would be everybody's. */
final class InterfaceWords {

    static final Words WORDS = Words.of(InterfaceWords.class);

    private InterfaceWords() {
    }
}
