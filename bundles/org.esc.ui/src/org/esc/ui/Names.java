// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Locale;
import org.eclipse.swt.SWT;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Dialog;
import org.eclipse.swt.widgets.DirectoryDialog;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;

/** What a screen reader says of a control, and the letter that leads to it. */
public final class Names {

    private static final Words WORDS = Words.of(Names.class);

    /** Of a control: its name. */
    private static final String NAME = "org.esc.ui.name";

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
        control.setData(NAME, spoken);
        control.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getName(AccessibleEvent e) {
                e.result = spoken;
            }
        });
        Atk.name(control, spoken);
        if (control instanceof Combo list && (list.getStyle() & SWT.READ_ONLY) != 0) {
            Runnable says = () -> Atk.nameButton(list, list.getText().isEmpty() ? spoken : spoken + ": " + list.getText());
            says.run();
            list.addListener(SWT.FocusIn, _ -> says.run());
            list.addListener(SWT.Selection, _ -> says.run());
            list.addListener(SWT.Modify, _ -> says.run());
        }
        return control;
    }

    /** Has a screen reader say more when a control gets the keyboard: what stands around it, where nothing else leads there. */
    public static void describe(Control control, String words) {
        Atk.describe(control, words);
    }

    /** Has a screen reader say what a button fills that stands beside it: several such buttons of a dialog have the same words. That control has its name already. */
    public static <B extends Button> B fills(B button, Control filled) {
        if (filled.getData(NAME) instanceof String name) {
            describe(button, name);
        }
        return button;
    }

    /** Gives a dialog for files or folders a title, without which a screen reader says nothing when it opens. Another one may still be set. */
    public static <D extends Dialog> D titled(D dialog) {
        dialog.setText(dialog instanceof DirectoryDialog ? WORDS.say("Choose a Folder") : (dialog.getStyle() & SWT.SAVE) != 0 ? WORDS.say("Save a File")
                : WORDS.say("Open a File"));
        return dialog;
    }

    /** Has screen readers hear the rows of a table that fetches them ({@code SWT.VIRTUAL}), once its listener has filled them. */
    public static void rows(Table table) {
        table.addListener(SWT.SetData, e -> {
            var row = (TableItem) e.item;
            // while it is being filled nobody is told of it
            e.display.asyncExec(() -> {
                if (!row.isDisposed()) {
                    Atk.filled(table, row);
                }
            });
        });
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
