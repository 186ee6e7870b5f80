// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.esc.apdu.Secret;

/** Passwords as argon2id hashes (RFC 9106), in the usual text form {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash}. */
final class PasswordHash {

    /** 12 MiB, 3 passes, 1 lane: one of the settings OWASP's password storage advice calls equal. */
    static final Cost STANDARD = new Cost(12288, 3, 1);
    /** For demonstration users only: their password is in the manual, and their logins are to be quick. */
    static final Cost DEMO = new Cost(1024, 1, 1);

    private static final Pattern TEXT = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");
    private static final SecureRandom RANDOM = new SecureRandom();

    private PasswordHash() {
    }

    /** Memory in KiB, passes, lanes. */
    record Cost(int memory, int passes, int lanes) {
    }

    static String of(Secret password, Cost cost) {
        byte[] salt = new byte[16];
        RANDOM.nextBytes(salt);
        byte[] hash = compute(password, cost, salt, 32);
        var base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + cost.memory + ",t=" + cost.passes + ",p=" + cost.lanes + "$"
                + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash);
    }

    /** Whether this is the password; {@code false} also for a text that is no hash. */
    static boolean matches(String text, Secret password) {
        var m = TEXT.matcher(text);
        if (!m.matches()) {
            return false;
        }
        var cost = new Cost(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
        if (cost.memory < 8 || cost.memory > 1 << 20 || cost.passes < 1 || cost.lanes < 1) {
            return false;
        }
        byte[] salt;
        byte[] expected;
        try {
            salt = Base64.getDecoder().decode(m.group(4));
            expected = Base64.getDecoder().decode(m.group(5));
        } catch (IllegalArgumentException _) {
            return false;
        }
        if (expected.length < 16) {
            return false;
        }
        byte[] hash = compute(password, cost, salt, expected.length);
        boolean same = MessageDigest.isEqual(hash, expected);
        Arrays.fill(hash, (byte) 0);
        return same;
    }

    private static byte[] compute(Secret password, Cost cost, byte[] salt, int length) {
        var argon = new Argon2BytesGenerator();
        argon.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memory).withIterations(cost.passes).withParallelism(cost.lanes).withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        password.use(p -> argon.generateBytes(p, hash));
        return hash;
    }
}
