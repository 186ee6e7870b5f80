// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.esc.openpgp.Ins;
import org.esc.openpgp.Kdf;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletHost;
import org.esc.softcard.AppletMemory;

/** PW1, PW3 and the resetting code: their values, their tries, and which of them were verified since the application was selected. */
final class Passwords {

    static final int TRIES = 3;
    static final int LONGEST = 127;

    private static final String PW1 = "pw1";
    private static final String CODE = "code";
    private static final String PW3 = "pw3";
    private static final int LEAST_PW1 = 6;
    private static final int LEAST_CODE = 8;
    private static final int LEAST_PW3 = 8;

    private final AppletHost host;
    private final AppletMemory memory;
    private boolean verifiedToSign;
    private boolean verified;
    private boolean verifiedAdministrator;

    Passwords(AppletHost host) {
        this.host = host;
        memory = host.memory();
    }

    /** Those of a new card. */
    static void begin(AppletMemory memory) {
        set(memory, PW1, "123456".getBytes(StandardCharsets.US_ASCII), TRIES);
        set(memory, PW3, "12345678".getBytes(StandardCharsets.US_ASCII), TRIES);
        set(memory, CODE, new byte[0], 0);
    }

    private static void set(AppletMemory memory, String name, byte[] value, int tries) {
        memory.put(name, value);
        memory.put(name + ".tries", new byte[] {(byte) tries});
    }

    void forgetVerified() {
        verifiedToSign = false;
        verified = false;
        verifiedAdministrator = false;
    }

    private static String name(int reference) throws CardRefusal {
        return switch (reference) {
            case Ins.PW1_SIGN, Ins.PW1 -> PW1;
            case Ins.PW3 -> PW3;
            default -> throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        };
    }

    boolean isVerified(int reference) throws CardRefusal {
        return switch (reference) {
            case Ins.PW1_SIGN -> verifiedToSign;
            case Ins.PW1 -> verified;
            case Ins.PW3 -> verifiedAdministrator;
            default -> throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        };
    }

    void require(int reference) throws CardRefusal {
        if (!isVerified(reference)) {
            throw new CardRefusal(OpenPgpStatus.SECURITY_NOT_SATISFIED);
        }
    }

    void setVerified(int reference, boolean now) throws CardRefusal {
        switch (reference) {
            case Ins.PW1_SIGN -> verifiedToSign = now;
            case Ins.PW1 -> verified = now;
            case Ins.PW3 -> verifiedAdministrator = now;
            default -> throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        }
    }

    int tries(int reference) throws CardRefusal {
        return tries(name(reference));
    }

    int codeTries() {
        return tries(CODE);
    }

    private int tries(String name) {
        return memory.get(name + ".tries").orElseThrow()[0];
    }

    void verify(int reference, byte[] value) throws CardRefusal {
        setVerified(reference, false);
        check(name(reference), value);
        setVerified(reference, true);
    }

    /** Compares a value with a password and counts. */
    private void check(String name, byte[] value) throws CardRefusal {
        int left = tries(name);
        if (left == 0) {
            throw new CardRefusal(OpenPgpStatus.BLOCKED);
        }
        byte[] real = memory.get(name).orElseThrow();
        boolean right = MessageDigest.isEqual(real, value);
        Arrays.fill(real, (byte) 0);
        memory.put(name + ".tries", new byte[] {(byte) (right ? TRIES : left - 1)});
        if (!right) {
            host.pauseAfterWrongPin();
            throw new CardRefusal(left == 1 ? OpenPgpStatus.BLOCKED : 0x63C0 | left - 1);
        }
    }

    /** @param both the old value with the new one behind it */
    void change(int reference, byte[] both) throws CardRefusal {
        String name = name(reference);
        byte[] fresh = behind(name, both);
        requireLength(fresh, name.equals(PW1) ? LEAST_PW1 : LEAST_PW3);
        set(memory, name, fresh, TRIES);
    }

    /** @param both the resetting code with the new PW1 behind it */
    void resetWithCode(byte[] both) throws CardRefusal {
        byte[] fresh = behind(CODE, both);
        requireLength(fresh, LEAST_PW1);
        set(memory, PW1, fresh, TRIES);
    }

    void reset(byte[] fresh) throws CardRefusal {
        require(Ins.PW3);
        requireLength(fresh, LEAST_PW1);
        set(memory, PW1, fresh, TRIES);
    }

    void setCode(byte[] fresh) throws CardRefusal {
        if (fresh.length > 0) {
            requireLength(fresh, LEAST_CODE);
        }
        set(memory, CODE, fresh, fresh.length == 0 ? 0 : TRIES);
    }

    /** Checks the password that stands first and gives what is behind it. */
    private byte[] behind(String name, byte[] both) throws CardRefusal {
        int n = Math.min(both.length, memory.get(name).orElseThrow().length);
        check(name, Arrays.copyOf(both, n));
        return Arrays.copyOfRange(both, n, both.length);
    }

    private void requireLength(byte[] fresh, int least) throws CardRefusal {
        Optional<Kdf> kdf = kdf();
        boolean fits = kdf.isPresent() ? fresh.length == kdf.get().initialPw1().length : fresh.length >= least && fresh.length <= LONGEST;
        if (!fits) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    private Optional<Kdf> kdf() {
        return memory.get(CardData.object(org.esc.openpgp.Tag.KDF)).flatMap(Kdf::parse);
    }

    /** Another way to send passwords: they take the values that come with it, or those of a new card. */
    void setKdf(byte[] content) throws CardRefusal {
        Optional<Kdf> fresh;
        try {
            fresh = Kdf.parse(content);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
        if (fresh.isPresent()) {
            byte[] pw1 = fresh.get().initialPw1();
            byte[] pw3 = fresh.get().initialPw3();
            if (pw1.length == 0 || pw3.length == 0) {
                throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
            }
            set(memory, PW1, pw1, TRIES);
            set(memory, PW3, pw3, TRIES);
            set(memory, CODE, new byte[0], 0);
        } else if (kdf().isPresent()) {
            begin(memory);
        }
        forgetVerified();
    }
}
