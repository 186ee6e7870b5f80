// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One command through a secure channel at level 03: encrypted and signed by the host, verified and decrypted by the card. The baseline does
 * the same cryptography by hand, with cipher objects made once; before anything is measured, both must have made the same bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SecureChannelBench {

    private static final byte[] HOST = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final int SEQUENCE = 7;

    /** Protocol. */
    @Param({"1", "2", "3"})
    public int scp;

    /** Bytes of plain data. */
    @Param({"16", "200"})
    public int bytes;

    private final CardSecureChannel card = new CardSecureChannel();
    private KeySet keys;
    private SecureChannel channel;
    private CommandApdu command;
    private CommandApdu wrapped;
    private CommandApdu unwrapped;
    private Baseline host;
    private Baseline other;

    /** Opens the channel, and checks that the baseline does the same. */
    @Setup(Level.Trial)
    public void open() throws Exception {
        var version = ScpVersion.usual(scp);
        keys = KeySet.factory(1, version.keyType());
        byte[] challenge = Arrays.copyOf(new byte[] {9, 10, 11, 12, 13, 14, 15, 16}, CardSecureChannel.challengeLength(version));
        CardChannel below = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu c) {
                try {
                    switch (c.ins()) {
                        case CardSecureChannel.INITIALIZE_UPDATE -> {
                            return ResponseApdu.of(card.initializeUpdate(keys, version, new byte[10], c.data(), SEQUENCE, challenge), 0x9000);
                        }
                        case CardSecureChannel.EXTERNAL_AUTHENTICATE -> card.externalAuthenticate(c);
                        default -> {
                            wrapped = c;
                            unwrapped = card.unwrap(c);
                        }
                    }
                    return OK;
                } catch (CardRefusal e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
        channel = SecureChannel.open(below, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC_C_DEC, HOST);
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) (31 * i);
        }
        command = CommandApdu.of(0x80, 0xE8, 0, 1, data);
        host = Baseline.of(scp, HOST, challenge);
        other = Baseline.of(scp, HOST, challenge);
        byte[] head = {(byte) 0x84, (byte) 0x82, 3, 0};
        byte[] cryptogram = host.cryptogram();
        other.unwrap(host.wrap(head, cryptogram, false), false);
        for (int i = 0; i < 3; i++) {
            channel.transmit(command);
            byte[] ours = wrapped.bytes();
            byte[] theirs = host.wrap(new byte[] {(byte) 0x84, (byte) 0xE8, 0, 1}, data, true);
            if (!Arrays.equals(ours, theirs) || !Arrays.equals(data, other.unwrap(theirs, true)) || !Arrays.equals(data, unwrapped.data())) {
                throw new IllegalStateException("the baseline of SCP0" + scp + " does something else");
            }
        }
    }

    private static final ResponseApdu OK = ResponseApdu.of(new byte[0], 0x9000);

    /** Erases the keys. */
    @TearDown
    public void close() {
        channel.close();
        card.close();
        keys.close();
    }

    /** The product's classes: host end, card end, APDU objects between them. */
    @Benchmark
    public CommandApdu ours() throws Exception {
        channel.transmit(command);
        return unwrapped;
    }

    /** The same bytes by hand. */
    @Benchmark
    public byte[] baseline() throws Exception {
        return other.unwrap(host.wrap(new byte[] {(byte) 0x84, (byte) 0xE8, 0, 1}, command.data(), true), true);
    }

    /** One end of a channel with nothing but the Java runtime's ciphers, set up once. Factory keys. */
    private static final class Baseline {

        private final int scp;
        private final int block;
        /** CBC with a zero IV: doFinal puts it back to its start, so another IV is added into the first block instead. */
        private final Cipher encrypt;
        private final Cipher decrypt;
        private final Cipher mac;
        private final Cipher lastBlock;
        private final byte[] sign;
        private final byte[] context;
        private final byte[] counter = new byte[16];
        private byte[] chain;
        private byte[] k1 = {};
        private byte[] k2 = {};
        private boolean first = true;

        private Baseline(int scp, byte[] enc, byte[] sign, byte[] context) throws GeneralSecurityException {
            this.scp = scp;
            this.sign = sign;
            this.context = context;
            block = scp == 3 ? 16 : 8;
            chain = new byte[block];
            encrypt = cbc(Cipher.ENCRYPT_MODE, enc);
            decrypt = cbc(Cipher.DECRYPT_MODE, enc);
            mac = scp == 2 ? single(sign) : cbc(Cipher.ENCRYPT_MODE, sign);
            lastBlock = cbc(Cipher.ENCRYPT_MODE, scp == 3 ? enc : sign);
            if (scp == 3) {
                k1 = doubled(mac.doFinal(new byte[16]));
                k2 = doubled(k1);
            }
        }

        static Baseline of(int scp, byte[] hostChallenge, byte[] card) throws GeneralSecurityException {
            byte[] base = KeySet.factoryKey();
            byte[] seq = {0, SEQUENCE};
            return switch (scp) {
                case 1 -> {
                    byte[] seed = join(Arrays.copyOfRange(card, 4, 8), Arrays.copyOf(hostChallenge, 4), Arrays.copyOf(card, 4),
                            Arrays.copyOfRange(hostChallenge, 4, 8));
                    Cipher c = Cipher.getInstance("DESede/ECB/NoPadding");
                    c.init(Cipher.ENCRYPT_MODE, key(base, 8));
                    byte[] session = c.doFinal(seed);
                    yield new Baseline(1, session, session, join(card, hostChallenge));
                }
                case 2 -> {
                    Cipher c = cbc(Cipher.ENCRYPT_MODE, base, 8);
                    yield new Baseline(2, c.doFinal(Arrays.copyOf(join(new byte[] {1, (byte) 0x82}, seq), 16)),
                            c.doFinal(Arrays.copyOf(join(new byte[] {1, 1}, seq), 16)), join(seq, card, hostChallenge));
                }
                default -> {
                    byte[] both = join(hostChallenge, card);
                    var root = new Baseline(3, base, base, both);
                    yield new Baseline(3, root.derive(4, 16), root.derive(6, 16), both);
                }
            };
        }

        /** What the host sends in EXTERNAL AUTHENTICATE. */
        byte[] cryptogram() throws GeneralSecurityException {
            if (scp == 3) {
                return derive(1, 8);
            }
            byte[] c = encrypt.doFinal(padded(context, 8));
            return Arrays.copyOfRange(c, c.length - 8, c.length);
        }

        private byte[] derive(int constant, int length) throws GeneralSecurityException {
            byte[] label = new byte[16];
            label[11] = (byte) constant;
            label[14] = (byte) (8 * length);
            label[15] = 1;
            return Arrays.copyOf(cmac(join(label, context)), length);
        }

        private static SecretKeySpec key(byte[] k, int block) {
            return block == 16 ? new SecretKeySpec(k, "AES") : new SecretKeySpec(join(k, Arrays.copyOf(k, 8)), "DESede");
        }

        private Cipher cbc(int mode, byte[] k) throws GeneralSecurityException {
            return cbc(mode, k, block);
        }

        private static Cipher cbc(int mode, byte[] k, int block) throws GeneralSecurityException {
            Cipher c = Cipher.getInstance(block == 16 ? "AES/CBC/NoPadding" : "DESede/CBC/NoPadding");
            c.init(mode, key(k, block), new IvParameterSpec(new byte[block]));
            return c;
        }

        private static Cipher single(byte[] k) throws GeneralSecurityException {
            Cipher c = Cipher.getInstance("DES/CBC/NoPadding");
            c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k, 0, 8, "DES"), new IvParameterSpec(new byte[8]));
            return c;
        }

        byte[] wrap(byte[] head, byte[] data, boolean encrypted) throws GeneralSecurityException {
            if (scp == 3) {
                byte[] body = data;
                if (encrypted) {
                    body = encrypt.doFinal(mixed(padded(data, 16), count()));
                }
                chain = cmac(join(chain, head, new byte[] {(byte) (body.length + 8)}, body));
                return join(head, new byte[] {(byte) (body.length + 8)}, body, Arrays.copyOf(chain, 8));
            }
            byte[] tag = desMac(head, data);
            byte[] body = !encrypted ? data : encrypt.doFinal(scp == 2 ? padded(data, 8) : counted(data));
            return join(head, new byte[] {(byte) (body.length + 8)}, body, tag);
        }

        byte[] unwrap(byte[] apdu, boolean encrypted) throws GeneralSecurityException {
            byte[] head = Arrays.copyOf(apdu, 4);
            byte[] body = Arrays.copyOfRange(apdu, 5, apdu.length - 8);
            byte[] data;
            byte[] tag;
            if (scp == 3) {
                chain = cmac(join(chain, Arrays.copyOf(apdu, 5), body));
                tag = Arrays.copyOf(chain, 8);
                data = !encrypted ? body : unpadded(mixed(decrypt.doFinal(body), count()));
            } else {
                if (encrypted) {
                    byte[] plain = decrypt.doFinal(body);
                    data = scp == 2 ? unpadded(plain) : Arrays.copyOfRange(plain, 1, 1 + (plain[0] & 0xFF));
                } else {
                    data = body;
                }
                tag = desMac(head, data);
            }
            if (!Arrays.equals(tag, Arrays.copyOfRange(apdu, apdu.length - 8, apdu.length))) {
                throw new IllegalStateException("wrong MAC");
            }
            return data;
        }

        private byte[] count() throws GeneralSecurityException {
            counter[15]++;
            for (int i = 15; i > 0 && counter[i] == 0; i--) {
                counter[i - 1]++;
            }
            return lastBlock.doFinal(counter);
        }

        private byte[] desMac(byte[] head, byte[] data) throws GeneralSecurityException {
            byte[] input = padded(join(head, new byte[] {(byte) (data.length + 8)}, data), 8);
            if (scp == 1) {
                byte[] c = mac.doFinal(mixed(input, chain));
                chain = Arrays.copyOfRange(c, c.length - 8, c.length);
                return chain;
            }
            byte[] icv = first ? chain : mac.doFinal(chain);
            first = false;
            int n = input.length;
            byte[] c = mac.doFinal(mixed(Arrays.copyOf(input, n - 8), icv));
            chain = lastBlock.doFinal(mixed(Arrays.copyOfRange(input, n - 8, n), Arrays.copyOfRange(c, c.length - 8, c.length)));
            return chain;
        }

        private byte[] cmac(byte[] data) throws GeneralSecurityException {
            boolean whole = data.length % 16 == 0;
            byte[] input = whole ? data.clone() : padded(data, 16);
            byte[] k = whole ? k1 : k2;
            for (int i = 0; i < 16; i++) {
                input[input.length - 16 + i] ^= k[i];
            }
            byte[] c = mac.doFinal(input);
            return Arrays.copyOfRange(c, c.length - 16, c.length);
        }

        private static byte[] doubled(byte[] b) {
            byte[] d = new byte[16];
            for (int i = 0; i < 16; i++) {
                d[i] = (byte) (b[i] << 1 | (i < 15 ? (b[i + 1] & 0xFF) >> 7 : 0));
            }
            d[15] ^= (byte) (b[0] < 0 ? 0x87 : 0);
            return d;
        }

        private static byte[] counted(byte[] data) {
            byte[] plain = Arrays.copyOf(new byte[] {(byte) data.length}, (data.length + 8) / 8 * 8);
            System.arraycopy(data, 0, plain, 1, data.length);
            if (data.length + 1 < plain.length) {
                plain[data.length + 1] = (byte) 0x80;
            }
            return plain;
        }

        private static byte[] padded(byte[] data, int block) {
            byte[] p = Arrays.copyOf(data, (data.length / block + 1) * block);
            p[data.length] = (byte) 0x80;
            return p;
        }

        private static byte[] unpadded(byte[] p) {
            int n = p.length - 1;
            while (p[n] == 0) {
                n--;
            }
            return Arrays.copyOf(p, n);
        }

        private static byte[] mixed(byte[] data, byte[] iv) {
            for (int i = 0; i < iv.length; i++) {
                data[i] ^= iv[i];
            }
            return data;
        }

        private static byte[] join(byte[]... parts) {
            int n = 0;
            for (byte[] p : parts) {
                n += p.length;
            }
            byte[] all = new byte[n];
            int at = 0;
            for (byte[] p : parts) {
                System.arraycopy(p, 0, all, at, p.length);
                at += p.length;
            }
            return all;
        }
    }
}
