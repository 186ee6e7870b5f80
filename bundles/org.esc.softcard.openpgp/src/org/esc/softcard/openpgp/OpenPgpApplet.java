// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.openpgp.ImportedKey;
import org.esc.openpgp.Ins;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.openpgp.Tag;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletHost;

/**
 * The OpenPGP application 3.4 (OpenPGP card 3.4.1 §7.2), all of it but secure messaging. There is no button: a use for which a key wants one to be
 * pressed counts as confirmed.
 */
final class OpenPgpApplet implements Applet {

    private static final int CURRENT = 0x3FFF;
    private static final int TAKE_BACK = 0xFF;
    private static final int SET_KEY = 0x41;
    private static final int OF_DECIPHER = 0xB8;
    private static final int OF_AUTHENTICATE = 0xA4;
    private static final int PATH_TO_TAG = 0x04;

    private final AppletHost host;
    private final Passwords passwords;
    private final CardKeys keys;
    private final CardData data;
    private int occurrence;
    private KeySlot deciphers = KeySlot.DECRYPT;
    private KeySlot authenticates = KeySlot.AUTHENTICATE;

    OpenPgpApplet(AppletHost host) {
        this.host = host;
        passwords = new Passwords(host);
        keys = new CardKeys(host);
        data = new CardData(host, passwords, keys);
    }

    @Override
    public ResponseApdu selected() {
        reset();
        return data.isTerminated() ? ResponseApdu.of(OpenPgpStatus.TERMINATED)
                : ResponseApdu.ok(Tlv.of(0x6F, List.of(Tlv.of(0x84, host.aid().bytes()))).encoded());
    }

    @Override
    public void deselected() {
        reset();
    }

    @Override
    public void reset() {
        passwords.forgetVerified();
        occurrence = 0;
        deciphers = KeySlot.DECRYPT;
        authenticates = KeySlot.AUTHENTICATE;
    }

    @Override
    public ResponseApdu process(CommandApdu c) throws CardRefusal {
        if (c.cla() != 0) {
            throw new CardRefusal(OpenPgpStatus.UNKNOWN_CLA);
        }
        if (data.isTerminated() && c.ins() != Ins.ACTIVATE_FILE) {
            throw new CardRefusal(OpenPgpStatus.TERMINATED);
        }
        int p = c.p1() << 8 | c.p2();
        return switch (c.ins()) {
            case Ins.VERIFY -> verify(c);
            case Ins.CHANGE_REFERENCE_DATA -> {
                require(c.p1() == 0 && (c.p2() == Ins.PW1_SIGN || c.p2() == Ins.PW3));
                passwords.change(c.p2(), c.data());
                yield ResponseApdu.ok();
            }
            case Ins.RESET_RETRY_COUNTER -> unblock(c);
            case Ins.SELECT_DATA -> selectData(c);
            case Ins.GET_DATA -> ResponseApdu.ok(data.get(p, occurrence));
            case Ins.GET_NEXT_DATA -> {
                Optional<byte[]> next = data.next(p, occurrence + 1);
                if (next.isPresent()) {
                    occurrence++;
                }
                yield next.map(ResponseApdu::ok).orElseThrow(() -> new CardRefusal(OpenPgpStatus.NOT_FOUND));
            }
            case Ins.PUT_DATA -> {
                data.put(p, occurrence, c.data());
                yield ResponseApdu.ok();
            }
            case Ins.PUT_DATA_ODD -> importKey(c);
            case Ins.GENERATE_KEY_PAIR -> keyPair(c);
            case Ins.PERFORM_SECURITY_OPERATION -> operation(p, c.data());
            case Ins.INTERNAL_AUTHENTICATE -> {
                require(p == 0);
                passwords.require(Ins.PW1);
                yield ResponseApdu.ok(keys.sign(authenticates, c.data()));
            }
            case Ins.MANAGE_SECURITY_ENVIRONMENT -> exchangeKeys(c);
            case Ins.GET_CHALLENGE -> {
                require(p == 0);
                byte[] b = new byte[Math.min(c.ne().orElseThrow(() -> new CardRefusal(OpenPgpStatus.WRONG_LENGTH)), 256)];
                host.random().nextBytes(b);
                yield ResponseApdu.ok(b);
            }
            case Ins.TERMINATE_DF -> terminate(p);
            case Ins.ACTIVATE_FILE -> {
                require(p == 0);
                if (data.isTerminated()) {
                    CardData.begin(host.memory());
                    reset();
                }
                yield ResponseApdu.ok();
            }
            default -> throw new CardRefusal(OpenPgpStatus.UNKNOWN_INS);
        };
    }

    private static void require(boolean parameters) throws CardRefusal {
        if (!parameters) {
            throw new CardRefusal(OpenPgpStatus.WRONG_P1_P2);
        }
    }

    private ResponseApdu verify(CommandApdu c) throws CardRefusal {
        if (c.p1() == TAKE_BACK && c.nc() == 0) {
            passwords.setVerified(c.p2(), false);
            return ResponseApdu.ok();
        }
        require(c.p1() == 0);
        if (c.nc() == 0) {
            return passwords.isVerified(c.p2()) ? ResponseApdu.ok() : ResponseApdu.of(0x63C0 | passwords.tries(c.p2()));
        }
        passwords.verify(c.p2(), c.data());
        return ResponseApdu.ok();
    }

    private ResponseApdu unblock(CommandApdu c) throws CardRefusal {
        require(c.p2() == Ins.PW1_SIGN && (c.p1() == 0 || c.p1() == 2));
        if (c.p1() == 0) {
            passwords.resetWithCode(c.data());
        } else {
            passwords.reset(c.data());
        }
        return ResponseApdu.ok();
    }

    private ResponseApdu selectData(CommandApdu c) throws CardRefusal {
        require(c.p1() < KeySlot.values().length && c.p2() == PATH_TO_TAG);
        if (!CardData.namesCertificates(c.data())) {
            throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        }
        occurrence = c.p1();
        return ResponseApdu.ok();
    }

    private ResponseApdu importKey(CommandApdu c) throws CardRefusal {
        require((c.p1() << 8 | c.p2()) == CURRENT);
        passwords.require(Ins.PW3);
        try (ImportedKey key = ImportedKey.parse(c.data())) {
            keys.take(key, data.attributes(key.slot()));
            data.forget(key.slot());
            return ResponseApdu.ok();
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    private ResponseApdu keyPair(CommandApdu c) throws CardRefusal {
        require(c.p2() == 0 && (c.p1() == Ins.GENERATE || c.p1() == Ins.READ_PUBLIC));
        byte[] d = c.data();
        KeySlot slot = slot(d);
        if (c.p1() == Ins.READ_PUBLIC) {
            return ResponseApdu.ok(keys.publicTemplate(slot));
        }
        passwords.require(Ins.PW3);
        byte[] template = keys.generate(slot, data.attributes(slot));
        data.forget(slot);
        return ResponseApdu.ok(template);
    }

    private static KeySlot slot(byte[] reference) throws CardRefusal {
        // some write 00, some 03 84 01 nn behind the reference
        for (KeySlot s : KeySlot.values()) {
            if (reference.length >= 2 && (reference[0] & 0xFF) == s.reference() && reference[1] == reference.length - 2) {
                return s;
            }
        }
        throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
    }

    private ResponseApdu operation(int p, byte[] d) throws CardRefusal {
        switch (p) {
            case Ins.COMPUTE_SIGNATURE -> {
                passwords.require(Ins.PW1_SIGN);
                byte[] signature = keys.sign(KeySlot.SIGN, d);
                if (!data.pw1ForSeveral()) {
                    passwords.setVerified(Ins.PW1_SIGN, false);
                }
                return ResponseApdu.ok(signature);
            }
            case Ins.DECIPHER -> {
                passwords.require(Ins.PW1);
                return ResponseApdu.ok(keys.decipher(deciphers, d));
            }
            case Ins.ENCIPHER -> {
                passwords.require(Ins.PW1);
                return ResponseApdu.ok(keys.encipher(d));
            }
            default -> throw new CardRefusal(OpenPgpStatus.WRONG_P1_P2);
        }
    }

    private ResponseApdu exchangeKeys(CommandApdu c) throws CardRefusal {
        require(c.p1() == SET_KEY && (c.p2() == OF_DECIPHER || c.p2() == OF_AUTHENTICATE));
        byte[] d = c.data();
        if (d.length != 3 || (d[0] & 0xFF) != 0x83 || d[1] != 1 || d[2] != 2 && d[2] != 3) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
        KeySlot key = d[2] == 2 ? KeySlot.DECRYPT : KeySlot.AUTHENTICATE;
        if (c.p2() == OF_DECIPHER) {
            deciphers = key;
        } else {
            authenticates = key;
        }
        return ResponseApdu.ok();
    }

    private ResponseApdu terminate(int p) throws CardRefusal {
        require(p == 0);
        if (!passwords.isVerified(Ins.PW3) && (passwords.tries(Ins.PW1) > 0 || passwords.tries(Ins.PW3) > 0)) {
            throw new CardRefusal(OpenPgpStatus.SECURITY_NOT_SATISFIED);
        }
        data.terminate();
        reset();
        return ResponseApdu.ok();
    }
}
