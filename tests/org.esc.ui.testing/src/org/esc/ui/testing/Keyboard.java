// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;


import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jface.action.ActionContributionItem;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CCombo;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.DateTime;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Slider;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.swt.widgets.ToolItem;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.keys.IBindingService;
import org.eclipse.ui.menus.CommandContributionItem;

/** What somebody without a mouse would complain about in a view; tried with keys. */
public final class Keyboard {

    /** Around a control, where its focus may be drawn. */
    private static final int RIM = 2;
    private static final int BLINKS = 3;

    private final IViewPart view;
    private final Composite place;
    private final List<String> complaints = new ArrayList<>();
    private final Set<Control> reached = new LinkedHashSet<>();
    /** Those whose focus could be seen, and could not: a caret that blinks is missed at times. */
    private final Set<Control> visible = new LinkedHashSet<>();
    private final Set<Control> unseen = new LinkedHashSet<>();

    private Keyboard(IViewPart view) {
        this.view = view;
        this.place = Ui.all(Ui.window(), Composite.class, c -> Access.part(c).split(":")[0].equals(view.getViewSite().getId())).getFirst().getParent();
    }

    /**
     * Complaints about a view that is open: controls that the Tab key does not reach, forward or back, a focus that is stuck, that is nowhere or that cannot be
     * seen, and buttons of its toolbar that no key leads to. Other views are closed, so that Tab comes round soon.
     */
    public static List<String> complaints(IViewPart view) {
        for (var other : Ui.page().getViewReferences()) {
            if (other.getPart(false) != view) {
                Ui.page().hideView(other);
            }
        }
        Ui.page().activate(view);
        Ui.settle();
        var keyboard = new Keyboard(view);
        keyboard.walk("Tab");
        keyboard.walk("shift+Tab");
        keyboard.unseen.stream().filter(c -> !keyboard.visible.contains(c)).forEach(c -> keyboard.complaints.add("the focus cannot be seen at " + what(c)));
        keyboard.tools();
        return keyboard.complaints;
    }

    private void walk(String key) {
        Ui.window().forceActive();
        view.setFocus();
        Ui.settle();
        Control first = focus();
        if (first == null || !isIn(first, place)) {
            complaints.add("the view does not take the focus: " + what(first));
            return;
        }
        var wanted = new LinkedHashSet<>(Ui.all(place, Control.class, c -> c.isVisible() && c.isEnabled() && isOperable(c)));
        int most = 2 * wanted.size() + 40;
        var seen = new LinkedHashSet<Control>();
        var way = new ArrayList<Control>();
        Control at = first;
        for (int i = 0; i < most; i++) {
            if (isIn(at, place) && !isOperable(at)) {
                complaints.add(key + ": the focus is on " + what(at));
            }
            seen.add(at);
            way.add(at);
            List<byte[]> focused = pictures(at);
            Control next = next(key, at);
            if (next == at) {
                complaints.add(key + ": stuck in " + what(at));
                break;
            }
            if (isIn(at, place) && isOperable(at) && !at.isDisposed()) {
                byte[] without = picture(at);
                (focused.stream().allMatch(f -> Arrays.equals(f, without)) ? unseen : visible).add(at);
            }
            at = next;
            if (at == null) {
                complaints.add(key + ": the focus is nowhere after " + what(way.getLast()));
                break;
            }
            if (at == first || seen.containsAll(wanted) && seen.contains(at)) {
                break;
            }
        }
        reached.addAll(seen);
        wanted.stream().filter(c -> !c.isDisposed() && c.isVisible() && !seen.contains(c)).forEach(c -> complaints.add(key + ": does not reach " + what(c) + ", but "
                + way.stream().map(Keyboard::what).toList()));
    }

    private static Control next(String key, Control at) {
        Keys.press(key);
        Control now = focus();
        if (now == at && (at.getStyle() & SWT.MULTI) != 0 && (at instanceof Text || at instanceof StyledText)) {
            Keys.press("ctrl+" + key);
            now = focus();
        }
        return now;
    }

    private static Control focus() {
        return Ui.display().getFocusControl();
    }

    private static boolean isIn(Control c, Composite place) {
        for (Control p = c; p != null; p = p.getParent()) {
            if (p == place) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOperable(Control c) {
        if (c.getData("org.esc.ui.keys") != null || c.getParent() instanceof CCombo || c.getSize().x == 0 || c.getSize().y == 0) {
            return false;
        }
        return switch (c) {
            // of several only the chosen one; arrows lead to the others
            case Button b when (b.getStyle() & SWT.RADIO) != 0 -> b.getSelection();
            // GTK passes by a list that offers nothing
            case Combo b when (b.getStyle() & SWT.READ_ONLY) != 0 -> b.getItemCount() > 0;
            case Button _, Combo _, CCombo _, org.eclipse.swt.widgets.List _, Table _, Tree _, Link _, Spinner _, Text _, StyledText _, TabFolder _, CTabFolder _,
                    DateTime _, Slider _, Scale _ -> true;
            case ToolBar bar -> Arrays.stream(bar.getItems()).anyMatch(ToolItem::isEnabled);
            default -> c.getClass().getSimpleName().equals("Browser");
        };
    }

    /** The buttons that stand beside the view's title. */
    private void tools() {
        Composite folder = place;
        while (folder != null && !(folder instanceof CTabFolder)) {
            folder = folder.getParent();
        }
        Control right = folder == null ? null : ((CTabFolder) folder).getTopRight();
        if (!(right instanceof Composite corner)) {
            return;
        }
        Stream<ToolBar> bars = right instanceof ToolBar bar ? Stream.of(bar) : Ui.all(corner, ToolBar.class, Control::isVisible).stream();
        bars.filter(b -> !reached.contains(b)).flatMap(b -> Arrays.stream(b.getItems()))
                .filter(i -> (i.getStyle() & SWT.SEPARATOR) == 0 && i.isEnabled()).filter(i -> !hasKey(i) && !isInMenu(i)).forEach(i -> complaints.add("no key leads to the toolbar's " + name(i) + " " + i.getData()));
    }

    private static String name(ToolItem item) {
        return item.getText().isBlank() ? String.valueOf(item.getToolTipText()) : item.getText();
    }

    private static boolean hasKey(ToolItem item) {
        Optional<String> command = switch (item.getData()) {
            case ActionContributionItem a -> Optional.ofNullable(a.getAction().getActionDefinitionId());
            case CommandContributionItem c -> Optional.of(c.getCommand().getId());
            case null, default -> Optional.empty();
        };
        var keys = PlatformUI.getWorkbench().getService(IBindingService.class);
        return command.filter(c -> keys.getActiveBindingsFor(c).length > 0).isPresent();
    }

    private boolean isInMenu(ToolItem item) {
        var menu = new Menu(Ui.window(), SWT.POP_UP);
        try {
            Arrays.stream(view.getViewSite().getActionBars().getMenuManager().getItems()).forEach(i -> i.fill(menu, -1));
            return item.getData() instanceof ActionContributionItem a
                    && Arrays.stream(menu.getItems()).anyMatch(i -> i.getData() instanceof ActionContributionItem b && b.getAction() == a.getAction());
        } finally {
            menu.dispose();
        }
    }

    /** More than one of a text: its caret comes and goes. */
    private static List<byte[]> pictures(Control c) {
        var pictures = new ArrayList<>(List.of(picture(c)));
        for (int i = 0; i < BLINKS && (c instanceof StyledText || c instanceof Text); i++) {
            Ui.settle();
            pictures.add(picture(c));
        }
        return pictures;
    }

    private static byte[] picture(Control c) {
        if (c.isDisposed()) {
            return new byte[0];
        }
        c.update();
        Point at = c.toDisplay(0, 0);
        Point size = c.getSize();
        var image = new Image(Ui.display(), size.x + 2 * RIM, size.y + 2 * RIM);
        var gc = new GC(Ui.display());
        try {
            gc.copyArea(image, at.x - RIM, at.y - RIM);
            return image.getImageData().data;
        } finally {
            gc.dispose();
            image.dispose();
        }
    }

    private static String what(Control c) {
        if (c == null) {
            return "nothing";
        }
        if (c.isDisposed()) {
            return "what is gone";
        }
        String name = switch (c) {
            case Button _, Combo _, org.eclipse.swt.widgets.List _, Spinner _, Table _, Text _, Tree _, Link _ -> Access.name(c);
            default -> "";
        };
        return c.getClass().getSimpleName() + (name.isBlank() ? "" : " \"" + name.lines().findFirst().orElse("") + '"');
    }
}
