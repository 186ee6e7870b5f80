// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.KeySpec;
import org.esc.tms.db.KeySpec.LossRule;
import org.esc.tms.db.KeySpec.Recovery;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenState;

/**
 * A profile as named properties, both ways, under the names that Dogtag's TPS gives them in its {@code CS.cfg}; what that has no name for has one in
 * the same manner.
 */
final class ProfileProperties {

    private static final List<String> SCHEMES = List.of("destroyed", "keyCompromise", "onHold", "terminated");

    private ProfileProperties() {
    }

    /** The states of a lost token that a scheme of Dogtag's stands for. */
    private static List<TokenState> states(String scheme) {
        return switch (scheme) {
            case "destroyed" -> List.of(TokenState.DAMAGED);
            case "keyCompromise" -> List.of(TokenState.PERM_LOST, TokenState.TEMP_LOST_PERM_LOST);
            case "onHold" -> List.of(TokenState.SUSPENDED);
            default -> List.of(TokenState.TERMINATED);
        };
    }

    private static String name(Recovery how) {
        return switch (how) {
            case GENERATE_NEW_KEY -> "GenerateNewKey";
            case RECOVER_LAST -> "RecoverLast";
            case GENERATE_NEW_KEY_AND_RECOVER_LAST -> "GenerateNewKeyandRecoverLast";
        };
    }

    static Map<String, String> of(TokenProfile p) {
        var all = new TreeMap<String, String>();
        String enroll = "op.enroll." + p.id() + ".";
        String format = "op.format." + p.id() + ".";
        String pin = "op.pinReset." + p.id() + ".";
        all.put(format + "description", p.description());
        all.put(format + "auth.enable", "" + p.formatLogin());
        all.put(format + "auth.access", p.access().name().toLowerCase(Locale.ROOT));
        all.put(format + "revokeCert", "" + p.revokeOnFormat());
        all.put(format + "issuerinfo.enable", "" + !p.homeless());
        all.put(format + "policy", p.policy().toString());
        all.put(pin + "pinReset.enable", "" + p.pinReset());
        all.put(enroll + "pinReset.pin.minLen", "" + p.pinMin());
        all.put(enroll + "pinReset.pin.maxLen", "" + p.pinMax());
        all.put(enroll + "keyGen.tokenName", p.tokenName());
        p.temporaryType().ifPresent(t -> all.put(enroll + "temporaryToken.tokenType", t));
        all.put(enroll + "keyGen.keyType.num", "" + p.keys().size());
        for (int i = 0; i < p.keys().size(); i++) {
            KeySpec k = p.keys().get(i);
            all.put(enroll + "keyGen.keyType.value." + i, k.role());
            String key = enroll + "keyGen." + k.role() + ".";
            all.put(key + "label", k.label());
            all.put(key + "certId", "C" + k.certId());
            all.put(key + "privateKeyNumber", "" + k.privateKey());
            all.put(key + "publicKeyNumber", "" + k.publicKey());
            all.put(key + "keySize", "" + k.bits());
            all.put(key + "serverKeygen.enable", "" + k.serverKeygen());
            all.put(key + "serverKeygen.archive", "" + k.archive());
            all.put(key + "ca.profileId", k.kind().name());
            all.put(key + "ca.validityDays", "" + k.validityDays());
            for (String scheme : SCHEMES) {
                LossRule rule = k.onLoss().get(states(scheme).getFirst());
                if (rule != null) {
                    String r = key + "recovery." + scheme + ".";
                    all.put(r + "scheme", name(rule.recovery()));
                    all.put(r + "revokeCert", "" + rule.revoke().isPresent());
                    rule.revoke().ifPresent(reason -> all.put(r + "revokeCert.reason", "" + reason.code()));
                    all.put(r + "holdRevocationUntilLastCredential", "" + rule.untilLast());
                    all.put(r + "revokeExpiredCerts", "" + rule.revokeExpired());
                }
            }
        }
        return all;
    }

    /** The profile that these make. @throws EscException USAGE, naming the property that is missing, unknown or wrong */
    static TokenProfile profile(String id, boolean enabled, Map<String, String> given) throws EscException {
        var p = new Properties("read a profile", given);
        String enroll = "op.enroll." + id + ".";
        String format = "op.format." + id + ".";
        var keys = new ArrayList<KeySpec>();
        int n = p.number(enroll + "keyGen.keyType.num", 0, 0, 8);
        for (int i = 0; i < n; i++) {
            String role = p.text(enroll + "keyGen.keyType.value." + i);
            if (!role.matches("[A-Za-z0-9_-]{1,50}")) {
                throw p.wrong(enroll + "keyGen.keyType.value." + i, "a name of letters, digits, dashes and underscores");
            }
            keys.add(key(p, role, enroll + "keyGen." + role + "."));
        }
        var profile = new TokenProfile(id, p.text(format + "description", ""), enabled, p.text(enroll + "keyGen.tokenName", "$cn$"),
                p.number(enroll + "pinReset.pin.minLen", 4, 4, 16), p.number(enroll + "pinReset.pin.maxLen", 10, 4, 16),
                p.yes("op.pinReset." + id + ".pinReset.enable", true), p.yes(format + "auth.enable", true), p.yes(format + "revokeCert", true),
                p.optional(enroll + "temporaryToken.tokenType"), Policy.parse(p.text(format + "policy", Policy.DEFAULT.toString())), keys,
                p.constant(format + "auth.access", TokenProfile.Access.USERS), !p.yes(format + "issuerinfo.enable", true));
        p.nothingElse();
        return profile;
    }

    private static KeySpec key(Properties p, String role, String key) throws EscException {
        var onLoss = new EnumMap<TokenState, LossRule>(TokenState.class);
        for (String scheme : SCHEMES) {
            String r = key + "recovery." + scheme + ".";
            var how = p.optional(r + "scheme");
            boolean revoke = p.yes(r + "revokeCert", false);
            int reason = p.number(r + "revokeCert.reason", 0, 0, 10);
            boolean untilLast = p.yes(r + "holdRevocationUntilLastCredential", false);
            boolean expired = p.yes(r + "revokeExpiredCerts", false);
            if (how.isPresent() || revoke) {
                Recovery recovery = Recovery.GENERATE_NEW_KEY;
                for (Recovery known : Recovery.values()) {
                    recovery = how.filter(name(known)::equalsIgnoreCase).isPresent() ? known : recovery;
                }
                if (how.isPresent() && !name(recovery).equalsIgnoreCase(how.get())) {
                    throw p.wrong(r + "scheme", "GenerateNewKey, RecoverLast or GenerateNewKeyandRecoverLast");
                }
                var why = RevocationReason.of(reason);
                if (revoke && why.isEmpty()) {
                    throw p.wrong(r + "revokeCert.reason", "the number of a reason for revocation");
                }
                for (TokenState state : states(scheme)) {
                    onLoss.put(state, new LossRule(recovery, revoke ? why : Optional.empty(), untilLast, expired));
                }
            }
        }
        String certId = p.text(key + "certId");
        if (!certId.matches("C[0-9]")) {
            throw p.wrong(key + "certId", "C0 to C9");
        }
        boolean server = p.yes(key + "serverKeygen.enable", false);
        return new KeySpec(role, p.text(key + "label", role + " key for $userid$"), certId.charAt(1) - '0',
                p.number(key + "privateKeyNumber", -1, 0, 15), p.number(key + "publicKeyNumber", -1, 0, 15),
                p.number(key + "keySize", 2048, 1024, 4096), server, p.yes(key + "serverKeygen.archive", false),
                p.constant(key + "ca.profileId", CertificateKind.USER_SIGNING), p.number(key + "ca.validityDays", 5 * 365, 1, 36500), onLoss);
    }
}
