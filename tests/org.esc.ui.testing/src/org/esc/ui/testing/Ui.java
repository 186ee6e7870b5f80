// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageLoader;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.swt.widgets.ToolItem;
import org.eclipse.swt.widgets.Widget;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;

/** What a person does at the screen, in words: tests use these and no widgets. Runs on the UI thread. */
public final class Ui {

    private static final long PATIENCE = 60_000_000_000L;
    /** At a window, until it is painted as it should be. */
    private static final int LOOKS = 8;

    private Ui() {
    }

    public static Display display() {
        Display display = Display.getDefault();
        if (display.getThread() == Thread.currentThread()) {
            Blocking.watch();
        }
        return display;
    }

    /** Lets the workbench work until {@code condition} holds. */
    public static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE;
        Display display = display();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited in vain until " + what + "; windows: "
                    + shells().stream().map(s -> s.getText() + " " + texts(s)).toList());
            if (!display.readAndDispatch()) {
                // wakes the loop so that conditions which no event announces are looked at
                display.timerExec(50, () -> {
                });
                display.sleep();
            }
        }
    }

    /** Lets everything that is waiting happen. */
    public static void settle() {
        boolean[] passed = {false};
        display().timerExec(300, () -> passed[0] = true);
        until("all is quiet", () -> passed[0]);
        Blocking.check();
    }

    public static List<Shell> shells() {
        return Arrays.stream(display().getShells()).filter(s -> !s.isDisposed() && s.isVisible()).toList();
    }

    public static IWorkbenchPage page() {
        return PlatformUI.getWorkbench().getActiveWorkbenchWindow().getActivePage();
    }

    public static Shell window() {
        return PlatformUI.getWorkbench().getWorkbenchWindows()[0].getShell();
    }

    /** Shows a view anew: one that is open is closed first. */
    public static <T extends IViewPart> T freshView(String id, Class<T> type) {
        IViewPart open = page().findView(id);
        if (open != null) {
            page().hideView(open);
        }
        try {
            return type.cast(page().showView(id));
        } catch (PartInitException e) {
            throw new AssertionError(e);
        }
    }

    /** Presses the button with this label. */
    public static void press(Composite in, String label) {
        Button button = button(in, label);
        assertTrue(button.isEnabled(), () -> "button " + label + " can be pressed");
        click(button);
    }

    public static Button button(Composite in, String label) {
        return all(in, Button.class).stream().filter(b -> plain(b.getText()).equals(label)).filter(Button::isVisible)
                .findFirst().orElseThrow(() -> new AssertionError("no button " + label + " in "
                        + all(in, Button.class).stream().map(Button::getText).toList()));
    }

    public static void click(Widget widget) {
        widget.notifyListeners(SWT.Selection, new Event());
    }

    /** Types into the box with this id. */
    public static void type(Composite in, String id, String text) {
        all(in, Text.class).stream().filter(t -> id.equals(t.getData("org.esc.ui.field"))).filter(Text::isVisible).findFirst()
                .orElseThrow(() -> new AssertionError("no box " + id)).setText(text);
    }

    /** The list with this name, as a screen reader says it. */
    public static Combo combo(Composite in, String name) {
        return all(in, Combo.class, c -> c.isVisible() && Access.name(c).equals(name)).stream().findFirst()
                .orElseThrow(() -> new AssertionError("no list " + name));
    }

    /** Everything readable in a window. */
    public static String texts(Composite in) {
        var words = new ArrayList<String>();
        all(in, Label.class).stream().filter(Control::isVisible).forEach(l -> words.add(l.getText()));
        all(in, Text.class).stream().filter(Control::isVisible).forEach(t -> words.add(t.getText()));
        return String.join("|", words);
    }

    /** An entry of the main menu, by its path without mnemonics. */
    public static MenuItem menu(String... path) {
        Menu menu = window().getMenuBar();
        MenuItem found = null;
        for (String step : path) {
            menu.notifyListeners(SWT.Show, new Event());
            found = Arrays.stream(menu.getItems()).filter(i -> plain(i.getText()).startsWith(step)).findFirst()
                    .orElseThrow(() -> new AssertionError("no menu " + step));
            menu = found.getMenu();
        }
        return found;
    }

    /** A button of the window's toolbar. */
    public static ToolItem tool(String label) {
        return all(window(), ToolBar.class).stream().flatMap(b -> Arrays.stream(b.getItems()))
                .filter(i -> plain(i.getText()).startsWith(label)).findFirst()
                .orElseThrow(() -> new AssertionError("no tool " + label));
    }

    private static String plain(String label) {
        return label.replace("&", "");
    }

    public static <T extends Control> List<T> all(Composite parent, Class<T> type) {
        return all(parent, type, _ -> true);
    }

    public static <T extends Control> List<T> all(Composite parent, Class<T> type, Predicate<T> which) {
        var found = new ArrayList<T>();
        for (Control c : parent.getChildren()) {
            if (type.isInstance(c) && which.test(type.cast(c))) {
                found.add(type.cast(c));
            }
            if (c instanceof Composite inner) {
                found.addAll(all(inner, type, which));
            }
        }
        return found;
    }

    /**
     * Takes pictures of a window, light and dark, into the folder that the system property {@code esc.screenshots} names, and looks whether everything that is
     * written in it can be read: whole, and with enough contrast.
     */
    public static void screenshot(Shell shell, String name) {
        var complaints = new ArrayList<>(seen(shell, () -> legible(shell, name)));
        if (!isDark()) {
            display().setDarkThemePreferred(true);
            try {
                complaints.addAll(seen(shell, () -> legible(shell, name)));
            } finally {
                display().setDarkThemePreferred(false);
                settle();
            }
        }
        assertEquals(List.of(), complaints, "what cannot be read in " + name);
    }

    private static List<String> legible(Shell shell, String name) {
        var complaints = new ArrayList<>(Fit.complaints(shell));
        complaints.addAll(picture(shell, name));
        return complaints;
    }

    /** What cannot be read in a window, light or dark as it is now, of which a picture is taken as by {@link #screenshot}; more strictly than there, nothing is hidden. */
    public static List<String> unreadable(Shell shell, String name) {
        return seen(shell, () -> {
            var complaints = new ArrayList<>(Fit.all(shell));
            complaints.addAll(picture(shell, name));
            return complaints;
        });
    }

    /** What is cut off in a window, or hidden beyond an edge. */
    public static List<String> cutOff(Shell shell) {
        return seen(shell, () -> Fit.all(shell));
    }

    private static List<String> seen(Shell shell, Supplier<List<String>> look) {
        List<String> complaints = List.of();
        for (int i = 0; i < LOOKS; i++) {
            settle();
            complaints = look.get();
            if (complaints.isEmpty()) {
                break;
            }
            // a slow machine lays out and paints late
            for (int j = 0; j < i; j++) {
                settle();
            }
        }
        return complaints;
    }

    private static boolean isDark() {
        RGB b = display().getSystemColor(SWT.COLOR_WIDGET_BACKGROUND).getRGB();
        return b.red + b.green + b.blue < 384;
    }

    private static List<String> picture(Shell shell, String name) {
        settle();
        shell.forceActive();
        // what a window that has just closed covered is not always painted by itself
        Rectangle whole = shell.getClientArea();
        shell.redraw(0, 0, whole.width, whole.height, true);
        shell.update();
        settle();
        Rectangle bounds = shell.getBounds();
        Rectangle client = shell.getClientArea();
        // with the menu bar, without the frame of a window manager
        var area = new Rectangle(bounds.x, bounds.y, client.width, shell.toDisplay(0, 0).y - bounds.y + client.height);
        var image = new Image(display(), area.width, area.height);
        // from the screen, so that the menu bar is in the picture
        var gc = new GC(display());
        try {
            gc.copyArea(image, area.x, area.y);
            Path folder = Path.of(System.getProperty("esc.screenshots", "target/screenshots"));
            Files.createDirectories(folder);
            var loader = new ImageLoader();
            loader.data = new org.eclipse.swt.graphics.ImageData[] {image.getImageData(shell.getMonitor().getZoom())};
            String theme = isDark() ? "-dark" : "";
            loader.save(folder.resolve(name + theme + ".png").toString(), SWT.IMAGE_PNG);
            return Contrast.complaints(shell, loader.data[0], area).stream().map(c -> name + theme + ": " + c).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            gc.dispose();
            image.dispose();
        }
    }
}
