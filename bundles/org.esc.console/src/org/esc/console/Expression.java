// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.List;
import java.util.Optional;
import org.esc.securechannel.KeyType;

/** Something that has a value when a script runs. */
sealed interface Expression {

    /** Kinds of values that names stand for. */
    enum Type {
        /** Bytes. */
        BYTES,
        /** A whole number. */
        NUMBER,
        /** Bytes that a person typed and nobody may see. */
        SECRET
    }

    /** Bytes. */
    sealed interface Bytes extends Expression {

        /** Bytes that stand in the script. */
        record Literal(byte[] value) implements Bytes {
        }

        /** What a name stands for; {@code secret} if nobody may see it. */
        record Variable(String name, boolean secret) implements Bytes {
        }

        /** The data of the last answer. */
        record Data() implements Bytes {
        }

        /** The status word of the last answer. */
        record Status() implements Bytes {
        }

        /** One after the other. */
        record Joined(List<Bytes> parts) implements Bytes {
        }

        /** A part: from an offset to another, or to the end. */
        record Slice(Bytes of, Number from, Optional<Number> to) implements Bytes {
        }

        /** The value of the first data object with a tag, at any depth. */
        record Value(Bytes of, int tag) implements Bytes {
        }

        /** A data object with a tag. */
        record Tagged(int tag, Bytes value) implements Bytes {
        }

        /** Lc and what it counts. */
        record Counted(Bytes value) implements Bytes {
        }

        /** A number in so many bytes. */
        record Coded(Number value, int size) implements Bytes {
        }

        /** Filled up at the end. */
        record Padded(Bytes value, Number size, byte with) implements Bytes {
        }

        /** Random bytes. */
        record Random(Number size) implements Bytes {
        }

        /** Encrypted with the key encryption key of the open secure channel, filled up to whole blocks with 00. */
        record Encrypted(Bytes value) implements Bytes {
        }

        /** The check value of a key, 3 bytes. */
        record CheckValue(KeyType type, Bytes key) implements Bytes {
        }
    }

    /** A whole number. */
    sealed interface Number extends Expression {

        /** A number that stands in the script. */
        record Constant(long value) implements Number {
        }

        /** What a name stands for. */
        record Variable(String name) implements Number {
        }

        /** How many bytes. */
        record Length(Bytes of) implements Number {
        }

        /** Bytes as a number, the first one highest. */
        record Of(Bytes bytes) implements Number {
        }

        /** The protocol of the open secure channel: 1, 2 or 3; 0 if there is none. */
        record Protocol() implements Number {
        }

        /** Two numbers and one of {@code + - * /} between them. */
        record Sum(char sign, Number left, Number right) implements Number {
        }
    }

    /** Yes or no. */
    sealed interface Test extends Expression {

        /** Whether bytes fit a pattern. */
        record Fits(Bytes bytes, Pattern pattern) implements Test {
        }

        /** Two numbers and {@code == < <=} between them. */
        record Compared(Number left, String sign, Number right) implements Test {
        }

        /** Whether there is a data object with a tag. */
        record Has(Bytes in, int tag) implements Test {
        }

        /** The contrary. */
        record Not(Test test) implements Test {
        }

        /** All of them. */
        record All(List<Test> tests) implements Test {
        }

        /** Any of them. */
        record Any(List<Test> tests) implements Test {
        }
    }

    /**
     * Alternatives that bytes are compared with.
     *
     * @param text         as it stands in the script
     * @param alternatives one of them has to fit
     */
    record Pattern(String text, List<Alternative> alternatives) {

        /**
         * Bytes of which some half-bytes may be anything.
         *
         * @param parts in a row
         * @param open  true if anything may follow
         */
        record Alternative(List<Part> parts, boolean open) {
        }

        /** A part of an alternative. */
        sealed interface Part {

            /** Half-bytes from 0 to 15; -1 for any. */
            record Digits(int[] digits) implements Part {
            }

            /** Bytes known when the script runs. */
            record Exactly(Bytes bytes) implements Part {
            }
        }
    }
}
