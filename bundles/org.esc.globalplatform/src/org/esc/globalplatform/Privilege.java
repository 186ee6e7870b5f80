// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import org.esc.apdu.Words;

/** What an application may do on a card (GlobalPlatform 2.3.1 §6.6, §11.1.2), with its bits in the three privileges bytes. */
public enum Privilege {
    /** It is a security domain. */
    SECURITY_DOMAIN(0x800000),
    /** It checks signatures of load files of its own. */
    DAP_VERIFICATION(0xC00000),
    /** It manages content by tokens. */
    DELEGATED_MANAGEMENT(0xA00000),
    /** It may lock the card. */
    CARD_LOCK(0x100000),
    /** It may end the card's life. */
    CARD_TERMINATE(0x080000),
    /** It is selected by default after a reset; called "default selected" before GlobalPlatform 2.2. */
    CARD_RESET(0x040000),
    /** It manages the card holder's verification value. */
    CVM_MANAGEMENT(0x020000),
    /** It checks the signature of every load file. */
    MANDATED_DAP_VERIFICATION(0xC10000),
    /** Its answers travel by a trusted path. */
    TRUSTED_PATH(0x008000),
    /** It manages content without tokens. */
    AUTHORIZED_MANAGEMENT(0x004000),
    /** It checks tokens. */
    TOKEN_VERIFICATION(0x002000),
    /** It may delete whatever is on the card. */
    GLOBAL_DELETE(0x001000),
    /** It may lock whatever is on the card. */
    GLOBAL_LOCK(0x000800),
    /** It sees the whole registry. */
    GLOBAL_REGISTRY(0x000400),
    /** The only one that can be selected once the card is locked. */
    FINAL_APPLICATION(0x000200),
    /** It serves other applications. */
    GLOBAL_SERVICE(0x000100),
    /** It makes receipts. */
    RECEIPT_GENERATION(0x000080),
    /** It takes encrypted load files. */
    CIPHERED_LOAD_FILE(0x000040),
    /** It switches applications on and off on the contactless side. */
    CONTACTLESS_ACTIVATION(0x000020),
    /** It switches itself on and off on the contactless side. */
    CONTACTLESS_SELF_ACTIVATION(0x000010);

    private static final Words WORDS = Words.of(Privilege.class);

    private final int mask;

    Privilege(int mask) {
        this.mask = mask;
    }

    /** All bits that have to be set, of the 24 in byte order; the DAP privileges include that of being a security domain. */
    public int mask() {
        return mask;
    }

    /** In words. */
    public String words() {
        return switch (this) {
            case SECURITY_DOMAIN -> WORDS.say("security domain");
            case DAP_VERIFICATION -> WORDS.say("DAP verification");
            case DELEGATED_MANAGEMENT -> WORDS.say("delegated management");
            case CARD_LOCK -> WORDS.say("card lock");
            case CARD_TERMINATE -> WORDS.say("card terminate");
            case CARD_RESET -> WORDS.say("card reset (default selected)");
            case CVM_MANAGEMENT -> WORDS.say("CVM management");
            case MANDATED_DAP_VERIFICATION -> WORDS.say("mandated DAP verification");
            case TRUSTED_PATH -> WORDS.say("trusted path");
            case AUTHORIZED_MANAGEMENT -> WORDS.say("authorized management");
            case TOKEN_VERIFICATION -> WORDS.say("token verification");
            case GLOBAL_DELETE -> WORDS.say("global delete");
            case GLOBAL_LOCK -> WORDS.say("global lock");
            case GLOBAL_REGISTRY -> WORDS.say("global registry");
            case FINAL_APPLICATION -> WORDS.say("final application");
            case GLOBAL_SERVICE -> WORDS.say("global service");
            case RECEIPT_GENERATION -> WORDS.say("receipt generation");
            case CIPHERED_LOAD_FILE -> WORDS.say("ciphered load file");
            case CONTACTLESS_ACTIVATION -> WORDS.say("contactless activation");
            case CONTACTLESS_SELF_ACTIVATION -> WORDS.say("contactless self-activation");
        };
    }
}
