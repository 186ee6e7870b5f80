// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ObjectIdentifiers}. */
class ObjectIdentifiersTest {

    @ParameterizedTest
    @CsvSource({
        "2A864886F70D010101, 1.2.840.113549.1.1.1",
        "2A864886FC6B040370, 1.2.840.114283.4.3.112",
        "0992268993F22C640101, 0.9.2342.19200300.100.1.1",
        // the first two arcs are one number, which may be of two bytes
        "883703, 2.999.3",
        "550403, 2.5.4.3",
        // cut short
        "2A8648, 1.2.840",
        "2A8648CE, 1.2.840",
        "'', ''"
    })
    void areWrittenWithDots(String contents, String dotted) {
        assertEquals(dotted, ObjectIdentifiers.dotted(Hex.parse(contents)));
    }
}
