// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinQualityTest {

    @ParameterizedTest
    @CsvSource({"'',0,NONE", "a,0,VERY_WEAK", "abcde,30,VERY_WEAK", "abcd1,40,WEAK", "abc12,50,FAIR", "ab123,60,GOOD",
            "Ab123,70,GOOD", "aB123!,85,STRONG", "AB12!?,100,STRONG", "aaaaaaaaaaaaaaaaaaaa,30,VERY_WEAK", "____a,30,VERY_WEAK",
            "1234,50,FAIR"})
    void scoresAsTheFormulaSays(String password, int score, PinQuality.Grade grade) {
        assertEquals(score, PinQuality.score(password.toCharArray()));
        assertEquals(grade, PinQuality.grade(password.toCharArray()));
    }
}
