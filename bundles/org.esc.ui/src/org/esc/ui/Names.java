// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Locale;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.widgets.Control;

/** What a screen reader says of a control, and the letter that leads to it. */
public final class Names {

    private Names() {
    }

    /**
     * Gives a control that carries no words of its own (a box, a list, a bar) the name a screen reader says; the platform does not take it from
     * the label beside it.
     *
     * @param name as the label has it: a mnemonic and a colon at the end are left out
     */
    public static <C extends Control> C name(C control, String name) {
        String spoken = plain(name);
        control.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getName(AccessibleEvent e) {
                e.result = spoken;
            }
        });
        Atk.name(control, spoken);
        return control;
    }

    /** Says that what a mouse does at a control the keyboard does at another, so that it need not have the focus. */
    public static void operatedBy(Control mouse, Control keyboard) {
        mouse.setData("org.esc.ui.keys", keyboard);
    }

    /** A label as a person hears it. */
    static String plain(String label) {
        String text = label.replace("&&", "\0").replace("&", "").replace('\0', '&').strip();
        return text.endsWith(":") ? text.substring(0, text.length() - 1) : text;
    }

    /**
     * A label that somebody else worded, with its first letter or digit that is still free as mnemonic, if there is one. An ampersand in it stays
     * one.
     *
     * @param taken the letters that are not free, in lower case; the one that is taken here is added
     */
    public static String mnemonic(String words, StringBuilder taken) {
        String lower = words.toLowerCase(Locale.ROOT);
        for (int i = 0; i < words.length() && lower.length() == words.length(); i++) {
            char c = lower.charAt(i);
            if ((c >= 'a' && c <= 'z' || c >= '0' && c <= '9') && taken.indexOf(String.valueOf(c)) < 0) {
                taken.append(c);
                return words.substring(0, i).replace("&", "&&") + "&" + words.substring(i).replace("&", "&&");
            }
        }
        return words.replace("&", "&&");
    }

    /** The mnemonic of a label, in lower case, or nothing. */
    public static String mnemonicOf(String label) {
        int at = label.replace("&&", "  ").indexOf('&');
        return at < 0 || at + 1 >= label.length() ? "" : label.substring(at + 1, at + 2).toLowerCase(Locale.ROOT);
    }
}
