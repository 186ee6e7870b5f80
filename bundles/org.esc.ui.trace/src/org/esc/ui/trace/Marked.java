// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

/**
 * Two texts with brackets around what differs between them, so that colour is never the only sign.
 *
 * @param left  one
 * @param right the other
 */
record Marked(String left, String right) {

    private static final String BEGIN = "⟦";
    private static final String END = "⟧";

    /** Finds what the texts have in common at both ends, and marks the rest. */
    static Marked of(String left, String right) {
        if (left.equals(right) || left.isEmpty() || right.isEmpty()) {
            return new Marked(left, right);
        }
        int most = Math.min(left.length(), right.length());
        int head = 0;
        while (head < most && left.charAt(head) == right.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < most - head && left.charAt(left.length() - 1 - tail) == right.charAt(right.length() - 1 - tail)) {
            tail++;
        }
        if (isHex(left) && isHex(right)) {
            // bytes stay whole
            head -= head % 2;
            tail -= tail % 2;
        }
        return new Marked(marked(left, head, tail), marked(right, head, tail));
    }

    private static boolean isHex(String text) {
        return text.length() % 2 == 0 && text.matches("[0-9A-F*]+");
    }

    private static String marked(String text, int head, int tail) {
        return text.substring(0, head) + BEGIN + text.substring(head, text.length() - tail) + END + text.substring(text.length() - tail);
    }
}
