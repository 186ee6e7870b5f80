// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;

/** Packages that cards bring along without listing them: those of Java Card and GlobalPlatform, by AID. */
final class KnownPackages {

    private static final byte[] JAVA_CARD = Hex.parse("A000000062");
    private static final byte[] ETSI = Hex.parse("A0000000090003");
    private static final byte[] THIRD_GENERATION = Hex.parse("A0000000871005");
    private static final String FRAMEWORK = "A0000000620101";

    private static final Map<String, String> NAMES = Map.ofEntries(Map.entry("A0000000620001", "java.lang"),
            Map.entry("A0000000620002", "java.io"), Map.entry("A0000000620003", "java.rmi"),
            Map.entry(FRAMEWORK, "javacard.framework"), Map.entry("A000000062010101", "javacard.framework.service"),
            Map.entry("A0000000620102", "javacard.security"), Map.entry("A0000000620201", "javacardx.crypto"),
            Map.entry("A0000000620202", "javacardx.biometry"), Map.entry("A0000000620203", "javacardx.external"),
            Map.entry("A0000000620204", "javacardx.biometry1toN"), Map.entry("A0000000620205", "javacardx.security"),
            Map.entry("A000000062020801", "javacardx.framework.util"),
            Map.entry("A00000006202080101", "javacardx.framework.util.intx"),
            Map.entry("A000000062020802", "javacardx.framework.math"), Map.entry("A000000062020803", "javacardx.framework.tlv"),
            Map.entry("A000000062020804", "javacardx.framework.string"), Map.entry("A0000000620209", "javacardx.apdu"),
            Map.entry("A000000062020901", "javacardx.apdu.util"), Map.entry("A00000015100", "org.globalplatform"),
            Map.entry("A0000000030000", "visa.openplatform"));

    /** First Java Card version with each minor version of javacard.framework 1.x. */
    private static final String[] JAVA_CARD_BY_MINOR = {"2.1", "2.1.2", "2.2", "2.2.2", "3.0.1", "3.0.4", "3.0.5", "3.0.5", "3.1", "3.2"};

    private KnownPackages() {
    }

    /** Name of a package that cards bring along. */
    static Optional<String> name(Aid aid) {
        return Optional.ofNullable(NAMES.get(aid.toString()));
    }

    /** True if whether the card has it cannot be seen in its registry: also what ETSI and 3GPP define for SIM cards. */
    static boolean isBuiltIn(Aid aid) {
        return aid.startsWith(JAVA_CARD) || aid.startsWith(ETSI) || aid.startsWith(THIRD_GENERATION) || NAMES.containsKey(aid.toString());
    }

    /** The Java Card version that an import of javacard.framework asks for. */
    static Optional<String> javaCard(CapFile.Import i) {
        return i.aid().toString().equals(FRAMEWORK) && i.major() == 1
                ? Optional.of(JAVA_CARD_BY_MINOR[Math.min(i.minor(), JAVA_CARD_BY_MINOR.length - 1)]) : Optional.empty();
    }
}
