// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.Ins;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletMemory;

/** PINs with their tries, and who is logged in: one nonce stands for all identities that are, and dies with the last of them. */
final class Pins {

    private static final String PREFIX = "p/";

    private static final class Pin {
        private final int most;
        private int left;
        private byte[] value;

        private Pin(int most, int left, byte[] value) {
            this.most = most;
            this.left = left;
            this.value = value;
        }
    }

    private final AppletMemory memory;
    private final Pin[] pins = new Pin[Ins.MAX_PINS];
    private final int[] logins = new int[Ins.MAX_PINS];
    private final byte[] nonce = new byte[Ins.NONCE_LENGTH];

    Pins(AppletMemory memory) {
        this.memory = memory;
        for (String name : memory.names(PREFIX)) {
            byte[] b = memory.get(name).orElseThrow();
            int number = Integer.parseInt(name.substring(PREFIX.length()));
            if (b.length < 2 || number >= pins.length) {
                throw new IllegalArgumentException("A PIN is damaged");
            }
            pins[number] = new Pin(b[0] & 0xFF, b[1] & 0xFF, Arrays.copyOfRange(b, 2, b.length));
        }
    }

    private void save(int number) {
        Pin p = pins[number];
        byte[] b = new byte[2 + p.value.length];
        b[0] = (byte) p.most;
        b[1] = (byte) p.left;
        System.arraycopy(p.value, 0, b, 2, p.value.length);
        memory.put(PREFIX + number, b);
    }

    void reset() {
        Arrays.fill(logins, 0);
        Arrays.fill(nonce, (byte) 0);
    }

    /** Bit i for PIN i. */
    int mask() {
        int m = 0;
        for (int i = 0; i < pins.length; i++) {
            m |= pins[i] != null ? 1 << i : 0;
        }
        return m;
    }

    int count() {
        return Integer.bitCount(mask());
    }

    /** Identities that are logged in, bit i for PIN i. */
    int loggedIn() {
        int m = 0;
        for (int i = 0; i < logins.length; i++) {
            m |= logins[i] > 0 ? 1 << i : 0;
        }
        return m;
    }

    /** Whom a nonce stands for. @throws CardRefusal 9C06 if for nobody */
    int identities(byte[] shown) throws CardRefusal {
        if (MessageDigest.isEqual(shown, new byte[Ins.NONCE_LENGTH])) {
            return 1 << Ins.IDENTITY_DEFAULT;
        }
        if (loggedIn() != 0 && MessageDigest.isEqual(shown, nonce)) {
            return loggedIn() | 1 << Ins.IDENTITY_DEFAULT;
        }
        throw new CardRefusal(CoolKeyStatus.UNAUTHORIZED);
    }

    private Pin pin(int number) throws CardRefusal {
        if (number >= pins.length || pins[number] == null) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
        }
        return pins[number];
    }

    private static void checkLength(byte[] value) throws CardRefusal {
        if (value.length < Ins.MIN_PIN_LENGTH || value.length > Ins.MAX_PIN_LENGTH) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
    }

    void create(int number, int tries, byte[] value) throws CardRefusal {
        if (number >= pins.length || pins[number] != null) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
        }
        if (tries == 0 || tries > 0x7F) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        checkLength(value);
        pins[number] = new Pin(tries, tries, value);
        save(number);
    }

    /** Sets a PIN anew, unblocks it and logs its identity out. */
    void set(int number, byte[] value) throws CardRefusal {
        Pin p = pin(number);
        checkLength(value);
        p.value = value;
        p.left = p.most;
        drop(number);
        save(number);
    }

    int left(int number) throws CardRefusal {
        return pin(number).left;
    }

    /** True if the value is right. Counts it otherwise. @throws CardRefusal 9C10 no such PIN, 9C0C blocked */
    boolean verify(int number, byte[] value) throws CardRefusal {
        Pin p = pin(number);
        if (p.left == 0) {
            throw new CardRefusal(CoolKeyStatus.IDENTITY_BLOCKED);
        }
        boolean right = MessageDigest.isEqual(p.value, value);
        p.left = right ? p.most : p.left - 1;
        save(number);
        return right;
    }

    void change(int number, byte[] value) throws CardRefusal {
        checkLength(value);
        pin(number).value = value;
        drop(number);
        save(number);
    }

    byte[] login(int number, SecureRandom random) {
        if (loggedIn() == 0) {
            do {
                random.nextBytes(nonce);
            } while (MessageDigest.isEqual(nonce, new byte[nonce.length]));
        }
        logins[number] = Math.min(logins[number] + 1, 127);
        return nonce.clone();
    }

    void logout(int number) throws CardRefusal {
        if (number >= logins.length) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
        }
        if (logins[number] > 1) {
            logins[number]--;
        } else {
            drop(number);
        }
    }

    private void drop(int number) {
        logins[number] = 0;
        if (loggedIn() == 0) {
            Arrays.fill(nonce, (byte) 0);
        }
    }
}
