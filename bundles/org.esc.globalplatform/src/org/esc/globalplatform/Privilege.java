// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

/** What an application may do on a card (GlobalPlatform 2.3.1 §6.6, §11.1.2), with its bits in the three privileges bytes. */
public enum Privilege {
    /** It is a security domain. */
    SECURITY_DOMAIN(0x800000, "security domain"),
    /** It checks signatures of load files of its own. */
    DAP_VERIFICATION(0xC00000, "DAP verification"),
    /** It manages content by tokens. */
    DELEGATED_MANAGEMENT(0xA00000, "delegated management"),
    /** It may lock the card. */
    CARD_LOCK(0x100000, "card lock"),
    /** It may end the card's life. */
    CARD_TERMINATE(0x080000, "card terminate"),
    /** It is selected by default after a reset; called "default selected" before GlobalPlatform 2.2. */
    CARD_RESET(0x040000, "card reset (default selected)"),
    /** It manages the card holder's verification value. */
    CVM_MANAGEMENT(0x020000, "CVM management"),
    /** It checks the signature of every load file. */
    MANDATED_DAP_VERIFICATION(0xC10000, "mandated DAP verification"),
    /** Its answers travel by a trusted path. */
    TRUSTED_PATH(0x008000, "trusted path"),
    /** It manages content without tokens. */
    AUTHORIZED_MANAGEMENT(0x004000, "authorized management"),
    /** It checks tokens. */
    TOKEN_VERIFICATION(0x002000, "token verification"),
    /** It may delete whatever is on the card. */
    GLOBAL_DELETE(0x001000, "global delete"),
    /** It may lock whatever is on the card. */
    GLOBAL_LOCK(0x000800, "global lock"),
    /** It sees the whole registry. */
    GLOBAL_REGISTRY(0x000400, "global registry"),
    /** The only one that can be selected once the card is locked. */
    FINAL_APPLICATION(0x000200, "final application"),
    /** It serves other applications. */
    GLOBAL_SERVICE(0x000100, "global service"),
    /** It makes receipts. */
    RECEIPT_GENERATION(0x000080, "receipt generation"),
    /** It takes encrypted load files. */
    CIPHERED_LOAD_FILE(0x000040, "ciphered load file"),
    /** It switches applications on and off on the contactless side. */
    CONTACTLESS_ACTIVATION(0x000020, "contactless activation"),
    /** It switches itself on and off on the contactless side. */
    CONTACTLESS_SELF_ACTIVATION(0x000010, "contactless self-activation");

    private final int mask;
    private final String words;

    Privilege(int mask, String words) {
        this.mask = mask;
        this.words = words;
    }

    /** All bits that have to be set, of the 24 in byte order; the DAP privileges include that of being a security domain. */
    public int mask() {
        return mask;
    }

    /** In words. */
    public String words() {
        return words;
    }
}
