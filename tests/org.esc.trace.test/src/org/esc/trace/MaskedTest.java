// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskedTest {

    private final Random random = new Random(3);

    /** What a masked array should be, told in the simplest way. */
    private record Model(byte[] bytes, boolean[] hidden) {

        Model hide(int from, int to) {
            byte[] b = bytes.clone();
            boolean[] h = hidden.clone();
            for (int i = Math.max(0, from); i < Math.min(to, b.length); i++) {
                b[i] = 0;
                h[i] = true;
            }
            return new Model(b, h);
        }

        Model part(int from, int to) {
            return new Model(Arrays.copyOfRange(bytes, from, to), Arrays.copyOfRange(hidden, from, to));
        }

        Model join(Model next) {
            byte[] b = Arrays.copyOf(bytes, bytes.length + next.bytes.length);
            boolean[] h = Arrays.copyOf(hidden, b.length);
            System.arraycopy(next.bytes, 0, b, bytes.length, next.bytes.length);
            System.arraycopy(next.hidden, 0, h, bytes.length, next.bytes.length);
            return new Model(b, h);
        }

        String text() {
            var s = new StringBuilder();
            for (int i = 0; i < bytes.length; i++) {
                s.append(hidden[i] ? "**" : String.format("%02X", bytes[i]));
            }
            return s.toString();
        }
    }

    private void same(Model model, Masked m) {
        assertEquals(model.text(), m.toString());
        assertArrayEquals(model.bytes, m.bytes());
        assertEquals(model.bytes.length, m.length());
        boolean any = false;
        for (int i = 0; i < m.length(); i++) {
            assertEquals(model.hidden[i], m.isHidden(i));
            any |= model.hidden[i];
        }
        assertEquals(any, m.hasHidden());
        int[] parts = m.hiddenParts();
        for (int i = 1; i < parts.length; i++) {
            assertTrue(parts[i - 1] < parts[i], () -> "parts that touch or are empty: " + Arrays.toString(parts));
        }
        int from = random.nextInt(m.length() + 1);
        int to = random.nextInt(m.length() + 3);
        boolean within = false;
        for (int i = from; i < Math.min(to, m.length()); i++) {
            within |= model.hidden[i];
        }
        assertEquals(within, m.hidesAny(from, to));
        assertEquals(m, Masked.parse(m.toString()));
        assertEquals(m.hashCode(), Masked.parse(m.toString()).hashCode());
    }

    @Test
    void doesWhatAnArrayAndAListOfPlacesWould() {
        for (int round = 0; round < 5000; round++) {
            byte[] b = new byte[random.nextInt(24)];
            random.nextBytes(b);
            var model = new Model(b, new boolean[b.length]);
            Masked m = Masked.open(b);
            for (int step = random.nextInt(12); step > 0; step--) {
                int from = random.nextInt(-3, model.bytes.length + 4);
                int to = from + random.nextInt(-2, 6);
                switch (random.nextInt(5)) {
                    case 0 -> {
                        int a = random.nextInt(model.bytes.length + 1);
                        int z = a + random.nextInt(model.bytes.length + 1 - a);
                        model = model.part(a, z);
                        m = m.part(a, z);
                    }
                    case 1 -> {
                        byte[] other = new byte[random.nextInt(6)];
                        random.nextBytes(other);
                        Model next = new Model(other, new boolean[other.length]).hide(0, random.nextInt(4)).hide(4, 4 + random.nextInt(3));
                        model = model.join(next);
                        m = m.join(Masked.parse(next.text()));
                    }
                    default -> {
                        model = model.hide(from, to);
                        m = m.hide(from, to);
                    }
                }
                same(model, m);
            }
            same(new Model(b, new boolean[b.length]).hide(2, 9), Masked.of(b, 2, 9));
        }
    }

    @Test
    void nothingOfASecretStaysAndNobodyChangesIt() {
        byte[] secret = {1, 2, 3, 4};
        Masked m = Masked.of(secret, 1, 3);
        secret[0] = 9;
        m.bytes()[3] = 9;
        assertArrayEquals(new byte[] {1, 0, 0, 4}, m.bytes());
        assertArrayEquals(new byte[] {1, 0, 0, 4}, m.array());
        assertEquals(Masked.parse("01 ** ** 04"), m);
        assertFalse(Masked.parse("01000004").equals(m), "a zero is no secret");
        assertSame(m, m.hide(1, 2));
        assertEquals(Masked.none(), Masked.of(new byte[0], 0, 5));
    }

    @Test
    void whatIsNoTextOfOneIsRefused() {
        for (String bad : new String[] {"0", "*", "0*", "*0", "G0", "* *", "001", "é0"}) {
            assertThrows(IllegalArgumentException.class, () -> Masked.parse(bad), bad);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> Masked.open((byte) 1).part(0, 2));
        assertEquals(30_000, Masked.parse("00**".repeat(30_000)).hiddenParts().length / 2);
    }
}
