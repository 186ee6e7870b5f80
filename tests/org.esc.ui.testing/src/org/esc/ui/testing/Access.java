// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.swt.widgets.ToolItem;
import org.eclipse.swt.widgets.Tree;

/** What somebody who sees no screen or has no mouse would complain about. */
public final class Access {

    private static final FunctionDescriptor POINTER = FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS);

    private Access() {
    }

    /** Complaints about all controls that can be seen in {@code place}. */
    public static List<String> complaints(Composite place) {
        var complaints = new ArrayList<String>();
        for (Control c : Ui.all(place, Control.class, c -> c.isVisible() && !ofThePlatform(c))) {
            switch (c) {
                case Button _, Text _, Combo _, org.eclipse.swt.widgets.List _, Spinner _, Table _, Tree _, Link _, ProgressBar _ -> {
                    if (name(c).isBlank()) {
                        complaints.add("no name: " + what(c));
                    }
                }
                case ToolBar bar -> Arrays.stream(bar.getItems()).filter(i -> (i.getStyle() & SWT.SEPARATOR) == 0).filter(i -> name(i).isBlank())
                        .forEach(i -> complaints.add("no name: " + what(bar) + " item " + bar.indexOf(i)));
                default -> {
                    // nothing a person operates
                }
            }
        }
        return complaints;
    }

    /** Complaints about a dialog of ours: names, letters that lead to two places or none, and the way the Tab key goes. */
    public static List<String> dialogComplaints(Shell dialog) {
        var complaints = new ArrayList<>(complaints(dialog));
        var visible = Ui.all(dialog, Control.class, Control::isVisible);
        visible.stream().filter(c -> c instanceof Button && letter(label(c)).isEmpty()).forEach(c -> complaints.add("no letter: " + what(c)));
        complaints.addAll(letterComplaints(dialog));
        // rows from top to bottom; buttons of one row stand as the platform orders them
        int row = 0;
        for (Control c : visible) {
            if (focusable(c)) {
                int y = dialog.getDisplay().map(c.getParent(), dialog, new Point(c.getLocation().x, c.getLocation().y)).y;
                if (y + c.getSize().y <= row) {
                    complaints.add("the Tab key goes up to: " + what(c));
                }
                row = y;
            }
        }
        return complaints;
    }

    /** Letters that lead to two controls of those that can be seen. */
    public static List<String> letterComplaints(Composite place) {
        var complaints = new ArrayList<String>();
        var letters = new HashMap<String, Control>();
        for (Control c : Ui.all(place, Control.class, Control::isVisible)) {
            String letter = letter(label(c));
            Control before = letter.isEmpty() ? null : letters.put(letter, c);
            if (before != null) {
                complaints.add("twice the letter " + letter + ": " + what(before) + ", " + what(c));
            }
        }
        return complaints;
    }

    private static String label(Control c) {
        return switch (c) {
            case Button b -> b.getText();
            case Label l -> l.getText();
            default -> "";
        };
    }

    /** Letters that lead to two entries of one menu, in this menu and all below it. */
    public static List<String> menuComplaints(Collection<MenuItem> items) {
        var complaints = new ArrayList<String>();
        Map<String, String> letters = new HashMap<>();
        for (MenuItem item : items) {
            String letter = letter(item.getText());
            if (!letter.isEmpty() && letters.containsKey(letter)) {
                complaints.add("twice the letter " + letter + ": " + letters.get(letter) + ", " + item.getText());
            }
            letters.put(letter, item.getText());
            if (item.getMenu() != null) {
                complaints.addAll(menuComplaints(Arrays.asList(item.getMenu().getItems())));
            }
        }
        return complaints;
    }

    private static boolean readOnly(Control c) {
        return c instanceof Text && (c.getStyle() & SWT.READ_ONLY) != 0;
    }

    /** Parts of the window that the platform brings and names as it likes. */
    private static boolean ofThePlatform(Control c) {
        for (Composite p = c.getParent(); p != null; p = p.getParent()) {
            String type = p.getClass().getName();
            if (type.contains("StatusLine") || type.contains("internal.progress")) {
                return true;
            }
        }
        return part(c).startsWith("org.eclipse.");
    }

    private static boolean focusable(Control c) {
        return c.isEnabled() && !readOnly(c) && switch (c) {
            case Button _, Combo _, org.eclipse.swt.widgets.List _, Table _, Tree _, Link _, Spinner _, Text _ -> true;
            default -> false;
        };
    }

    private static String name(ToolItem item) {
        return item.getText().isBlank() ? String.valueOf(item.getToolTipText()).replace("null", "") : item.getText();
    }

    /** What a screen reader is told, asked where it asks: GTK's accessible object of the control. */
    public static String name(Control c) {
        return switch (c) {
            // drawn by SWT, which answers for it
            case Link l -> l.getText();
            // words to be read, like the message of a dialog, speak for themselves
            case Text t when readOnly(t) -> told(t.handle).isBlank() ? t.getText() : told(t.handle);
            default -> told(c.handle);
        };
    }

    /** What a screen reader is told when the keyboard comes to a list to choose from: the name of the button within that GTK gives it to. */
    public static String nameAtKeyboard(Combo list) {
        try {
            var button = Combo.class.getDeclaredField("buttonHandle");
            button.setAccessible(true);
            return told(button.getLong(list));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** What a screen reader says after a control's name. */
    public static String description(Control c) {
        try {
            return words("atk_object_get_description", accessible(c.handle));
        } catch (Throwable e) {
            throw new AssertionError("GTK cannot be asked", e);
        }
    }

    /** What a screen reader is told of a cell. */
    public static String cell(Table table, int row, int column) {
        try {
            return words((MemorySegment) atk("atk_table_ref_at", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(accessible(table.handle), row, column));
        } catch (Throwable e) {
            throw new AssertionError("GTK cannot be asked", e);
        }
    }

    /** A cell with a picture has parts. */
    private static String words(MemorySegment accessible) throws Throwable {
        var words = new StringBuilder(name(accessible));
        int parts = (int) atk("atk_object_get_n_accessible_children", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)).invokeExact(accessible);
        for (int i = 0; i < parts; i++) {
            words.append(words((MemorySegment) atk("atk_object_ref_accessible_child", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                    .invokeExact(accessible, i)));
        }
        return words.toString();
    }

    private static String told(long widget) {
        try {
            return name(accessible(widget));
        } catch (Throwable e) {
            throw new AssertionError("GTK cannot be asked", e);
        }
    }

    private static MemorySegment accessible(long widget) throws Throwable {
        return (MemorySegment) Linker.nativeLinker().downcallHandle(SymbolLookup.libraryLookup("libgtk-3.so.0", Arena.global())
                .findOrThrow("gtk_widget_get_accessible"), POINTER).invokeExact(MemorySegment.ofAddress(widget));
    }

    private static String name(MemorySegment accessible) throws Throwable {
        return words("atk_object_get_name", accessible);
    }

    private static String words(String function, MemorySegment accessible) throws Throwable {
        var words = (MemorySegment) atk(function, POINTER).invokeExact(accessible);
        return words.address() == 0 ? "" : words.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MethodHandle atk(String function, FunctionDescriptor of) {
        return Linker.nativeLinker().downcallHandle(SymbolLookup.libraryLookup("libatk-1.0.so.0", Arena.global()).findOrThrow(function), of);
    }

    private static String letter(String label) {
        int at = label.replace("&&", "  ").indexOf('&');
        return at < 0 || at + 1 >= label.length() ? "" : label.substring(at + 1, at + 2).toLowerCase(Locale.ROOT);
    }

    private static String what(Control c) {
        String words = switch (c) {
            case Button b -> b.getText();
            case Text t -> t.getText();
            case Label l -> l.getText();
            default -> "";
        };
        return c.getClass().getSimpleName() + " \"" + words + "\" in \"" + c.getShell().getText() + "\" " + part(c);
    }

    /** The view that a control is in, as the platform's model of the window names it; empty outside of any. */
    public static String part(Control c) {
        for (Composite p = c.getParent(); p != null; p = p.getParent()) {
            if (p.getData("modelElement") instanceof Object element && element.getClass().getSimpleName().startsWith("Part")) {
                // "org.esc.ui.tokens.view=org.eclipse.e4…PartImpl@… (…)"
                return element.toString().replaceAll("(?s)=.*", "");
            }
        }
        return "";
    }
}
