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
        // bytes stay whole
        int before = head;
        while (before > 0 && isDigit(left.charAt(before - 1))) {
            before--;
        }
        int behind = left.length() - tail;
        while (behind < left.length() && isDigit(left.charAt(behind))) {
            behind++;
        }
        head -= (head - before) % 2;
        tail -= (behind - left.length() + tail) % 2;
        return new Marked(marked(left, head, tail), marked(right, head, tail));
    }

    /** A digit of a byte as this program writes it, hidden or not. */
    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c == '*';
    }

    private static String marked(String text, int head, int tail) {
        return text.substring(0, head) + BEGIN + text.substring(head, text.length() - tail) + END + text.substring(text.length() - tail);
    }
}
