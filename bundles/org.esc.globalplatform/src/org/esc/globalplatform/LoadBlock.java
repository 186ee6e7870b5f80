// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;

/**
 * One LOAD command (GlobalPlatform 2.1.1 §9.6). All blocks together are the load file: {@code C4 length image}.
 *
 * @param number block number, P2, from 0
 * @param last   P1 bit 8
 * @param data   this block's bytes
 */
public record LoadBlock(int number, boolean last, byte[] data) {

    private static final Words WORDS = Words.of(LoadBlock.class);

    /** Instruction byte. */
    public static final int INS = 0xE8;

    /** Most blocks of a load file: their number is one byte. */
    public static final int MOST_BLOCKS = 256;

    public LoadBlock {
        if (number < 0 || number >= MOST_BLOCKS || data.length == 0 || data.length > 255) {
            throw new IllegalArgumentException("A load block has a number below 256 and 1 to 255 bytes");
        }
        data = data.clone();
    }

    /**
     * Cuts an image into blocks, its {@code C4} header in the first; exactly the last one is flagged, also when the
     * length is a multiple of the block size.
     *
     * @param blockSize most bytes of a block, 1–255
     * @throws IllegalArgumentException if there is no image, or it needs more than 256 blocks
     */
    public static List<LoadBlock> split(byte[] image, int blockSize) {
        if (image.length == 0) {
            throw new IllegalArgumentException(WORDS.say("There is no image to load"));
        }
        return cut(DapBlock.loadFile(List.of(), image), blockSize);
    }

    /**
     * As {@link #split}, of a whole load file with its signatures.
     *
     * @param file as {@link DapBlock#loadFile} makes it
     */
    public static List<LoadBlock> cut(byte[] file, int blockSize) {
        if (blockSize < 1 || blockSize > 255) {
            throw new IllegalArgumentException("A block has 1 to 255 bytes, not " + blockSize);
        }
        int count = (file.length + blockSize - 1) / blockSize;
        if (count > MOST_BLOCKS) {
            throw new IllegalArgumentException(WORDS.say("A load file of {0} bytes needs {1} blocks of {2} bytes; a card takes 256", file.length, count, blockSize));
        }
        var blocks = new ArrayList<LoadBlock>(count);
        for (int n = 0; n < count; n++) {
            blocks.add(new LoadBlock(n, n == count - 1,
                    Arrays.copyOfRange(file, n * blockSize, Math.min(file.length, (n + 1) * blockSize))));
        }
        return blocks;
    }

    /** Reads a plain LOAD command. @throws IllegalArgumentException if P1 is neither 00 nor 80 or there is no data */
    public static LoadBlock parse(CommandApdu command) {
        if ((command.p1() & 0x7F) != 0) {
            throw new IllegalArgumentException("P1 of LOAD is 00 or 80");
        }
        return new LoadBlock(command.p2(), command.p1() == 0x80, command.data());
    }

    /** This block's bytes, a copy. */
    @Override
    public byte[] data() {
        return data.clone();
    }

    /** The plain command, class 80. */
    public CommandApdu command(boolean le) {
        int p1 = last ? 0x80 : 0;
        return le ? CommandApdu.of(0x80, INS, p1, number, data, 256) : CommandApdu.of(0x80, INS, p1, number, data);
    }

    /**
     * Where the image lies in a load file of which the beginning is there: signature blocks (E2) are skipped.
     *
     * @param offset first byte of the image
     * @param length bytes of the image
     */
    public record ImageRange(int offset, int length) {

        /** Bytes of the whole load file. */
        public int fileLength() {
            return offset + length;
        }
    }

    /**
     * Finds the image in the bytes received so far.
     *
     * @return empty as long as too few bytes are there to tell
     * @throws IllegalArgumentException if these are not the first bytes of a load file
     */
    public static java.util.Optional<ImageRange> imageIn(byte[] beginning) {
        int at = 0;
        while (at < beginning.length) {
            int tag = beginning[at] & 0xFF;
            if (tag != 0xC4 && tag != 0xE2) {
                throw new IllegalArgumentException(WORDS.say("A load file begins with C4 or E2, not {0}", Integer.toHexString(tag)));
            }
            OptionalInt form = at + 1 < beginning.length ? OptionalInt.of(beginning[at + 1] & 0xFF)
                    : OptionalInt.empty();
            if (form.isEmpty()) {
                return java.util.Optional.empty();
            }
            int more = form.getAsInt() < 0x80 ? 0 : form.getAsInt() & 0x7F;
            if (more > 3 || form.getAsInt() == 0x80) {
                throw new IllegalArgumentException(WORDS.say("A length of this form is not allowed in a load file"));
            }
            if (at + 2 + more > beginning.length) {
                return java.util.Optional.empty();
            }
            int length = more == 0 ? form.getAsInt() : 0;
            for (int i = 0; i < more; i++) {
                length = length << 8 | beginning[at + 2 + i] & 0xFF;
            }
            at += 2 + more;
            if (tag == 0xC4) {
                return java.util.Optional.of(new ImageRange(at, length));
            }
            at += length;
        }
        return java.util.Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LoadBlock that && number == that.number && last == that.last
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * number + Boolean.hashCode(last)) + Arrays.hashCode(data);
    }
}
