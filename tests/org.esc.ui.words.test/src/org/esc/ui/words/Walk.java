// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.core.runtime.Platform;
import org.eclipse.jface.preference.IPreferenceNode;
import org.eclipse.jface.preference.PreferenceDialog;
import org.eclipse.jface.preference.PreferenceManager;
import org.eclipse.jface.preference.PreferencePage;
import org.eclipse.jface.window.Window;
import org.eclipse.jface.wizard.IWizard;
import org.eclipse.jface.wizard.IWizardPage;
import org.eclipse.jface.wizard.WizardDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.IPerspectiveDescriptor;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.esc.card.CardFiles;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/**
 * A way past everything that the workbench can show: each perspective, view and preference page, each dialog and page of a wizard. At each a visitor looks. The
 * system property {@code esc.words.bundles} names the bundles to look at, all of ours if it is empty.
 */
final class Walk {

    private static final Set<String> ONLY = new TreeSet<>(Arrays.stream(System.getProperty("esc.words.bundles", "").split(",")).filter(b -> !b.isBlank()).toList());

    private static final String EXPLORER = "org.esc.ui.explorer.view";

    /** What can be done with what is on a card begins with a question in a dialog: by view, without what begins at once. */
    private static final Map<String, Set<String>> ACTIONS = Map.of(
            EXPLORER, Set.of("VERIFY_PIN", "CHANGE_PIN", "UNBLOCK_PIN", "DELETE"),
            "org.esc.ui.globalplatform.content", Set.of("LOCK", "UNLOCK", "MAKE_DEFAULT", "LOCK_CARD", "UNLOCK_CARD", "TERMINATE"));

    /** Looks at what is shown. */
    @FunctionalInterface
    interface Visitor {

        /**
         * Something is shown now.
         *
         * @param name   of the view, page or dialog
         * @param window that it is in
         * @param texts  all that it says, of what is hidden now, too
         */
        void look(String name, Shell window, Supplier<List<String>> texts);
    }

    /** What is done on the way. */
    @FunctionalInterface
    interface Work {

        /** Does it. @throws Exception if that is not possible */
        void go() throws Exception;
    }

    private final Visitor visitor;

    Walk(Visitor visitor) {
        this.visitor = visitor;
    }

    static List<Bundle> bundles() {
        return Arrays.stream(FrameworkUtil.getBundle(Services.class).getBundleContext().getBundles()).filter(b -> b.getSymbolicName().startsWith("org.esc.")).toList();
    }

    private static boolean wanted(String bundle) {
        return bundle.startsWith("org.esc.") && (ONLY.isEmpty() || ONLY.contains(bundle));
    }

    private static String bundleOf(String point, String id) {
        return Arrays.stream(Platform.getExtensionRegistry().getConfigurationElementsFor(point)).filter(e -> id.equals(e.getAttribute("id")))
                .map(e -> e.getContributor().getName()).findFirst().orElse("");
    }

    /** The guides are not in every language, and their pages and titles with them. */
    private static boolean ofTheGuides(String name) {
        return name.startsWith("org.esc.ui.help.");
    }

    /** Closes whatever is open beside the window. */
    static void closeDialogs() {
        Ui.until("all dialogs are closed", () -> {
            others().forEach(Shell::dispose);
            return others().isEmpty();
        });
    }

    /** Past all perspectives. */
    void perspectives() throws Exception {
        for (IPerspectiveDescriptor p : PlatformUI.getWorkbench().getPerspectiveRegistry().getPerspectives()) {
            if (wanted(bundleOf("org.eclipse.ui.perspectives", p.getId()))) {
                PlatformUI.getWorkbench().showPerspective(p.getId(), PlatformUI.getWorkbench().getActiveWorkbenchWindow());
                Ui.settle();
                visitor.look(p.getId(), Ui.window(), () -> ONLY.isEmpty() ? Shown.in(Ui.window()) : List.of());
            }
        }
    }

    /** Past all views. */
    void views() {
        for (var v : PlatformUI.getWorkbench().getViewRegistry().getViews()) {
            if (wanted(bundleOf("org.eclipse.ui.views", v.getId()))) {
                IViewPart view = Ui.freshView(v.getId(), IViewPart.class);
                Ui.settle();
                visitor.look(v.getId(), Ui.window(), () -> texts(v.getId(), view));
                Ui.page().hideView(view);
            }
        }
    }

    private static List<String> texts(String id, IViewPart view) {
        Control place = Ui.all(Ui.window(), Composite.class, c -> Access.part(c).equals(view.getViewSite().getId())).getFirst().getParent();
        // not yet opened, it has no widgets
        var menu = new Menu(Ui.window(), SWT.POP_UP);
        for (var manager : List.of(view.getViewSite().getActionBars().getMenuManager(), view.getViewSite().getActionBars().getToolBarManager())) {
            Arrays.stream(manager.getItems()).forEach(i -> i.fill(menu, -1));
        }
        return Stream.of(Shown.in(place, !ofTheGuides(id)), List.of(view.getTitle(), view.getTitleToolTip()), Shown.in(menu)).flatMap(List::stream).toList();
    }

    /** Does something while a card is in a reader and was read. @param folder that the card's file is made in */
    static void withCard(Path folder, Work work) throws Exception {
        Path file = folder.resolve("17.token");
        CardFile.create(file, CardSpec.standard(), List.of(new PivAppletFactory()), Optional.empty());
        var readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        Ui.freshView(EXPLORER, IViewPart.class);
        readers.plug(file);
        try {
            Ui.until("the card is read", () -> tree(EXPLORER).filter(t -> t.getItem(0).getItemCount() > 0).isPresent());
            work.go();
        } finally {
            readers.unplugAll();
        }
    }

    private static Optional<Tree> tree(String view) {
        return Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getItemCount() > 0 && Access.part(t).equals(view)).stream().findFirst();
    }

    /** Past all pages of preferences. */
    void preferencePages() {
        for (IPreferenceNode node : PlatformUI.getWorkbench().getPreferenceManager().getElements(PreferenceManager.POST_ORDER)) {
            if (wanted(bundleOf("org.eclipse.ui.preferencePages", node.getId()))) {
                PreferenceDialog dialog = PreferencesUtil.createPreferenceDialogOn(Ui.window(), node.getId(), new String[] {node.getId()}, null);
                dialog.setBlockOnOpen(false);
                dialog.open();
                Ui.settle();
                var page = (PreferencePage) dialog.getSelectedPage();
                visitor.look(node.getId(), dialog.getShell(), () -> Stream.concat(Shown.in(page.getControl()).stream(),
                        Stream.of(page.getTitle(), page.getDescription(), page.getMessage(), page.getErrorMessage()).filter(t -> t != null)).toList());
                dialog.close();
            }
        }
    }

    /** Past all dialogs and wizards; those that begin with what is on a card want one ({@link #withCard}). */
    void dialogs() throws Exception {
        var seen = new TreeSet<String>();
        var not = new TreeMap<String, String>();
        for (Bundle bundle : bundles()) {
            if (wanted(bundle.getSymbolicName()) && bundle.getSymbolicName().startsWith("org.esc.ui") && bundle.getHeaders().get("Fragment-Host") == null) {
                List<Class<?>> classes = classes(bundle);
                var maker = new Maker(Ui.window(), a -> classes.stream().filter(a::isAssignableFrom).filter(Walk::concrete).toList());
                for (Class<?> c : classes) {
                    if (concrete(c) && (Window.class.isAssignableFrom(c) || IWizard.class.isAssignableFrom(c))) {
                        String why = open(c, maker);
                        if (why.isEmpty()) {
                            seen.add(c.getName());
                        } else {
                            not.put(c.getName(), why);
                        }
                    }
                }
            }
        }
        for (var view : ACTIONS.entrySet()) {
            if (wanted(bundleOf("org.eclipse.ui.views", view.getKey()))) {
                not.keySet().removeAll(actions(view.getKey(), view.getValue()));
            }
        }
        assertEquals(Map.of(), not, "dialogs that cannot be opened, and why");
    }

    private static boolean concrete(Class<?> c) {
        return !Modifier.isAbstract(c.getModifiers()) && !c.isAnonymousClass();
    }

    /** Opens and closes it; says why that is not possible. */
    private String open(Class<?> c, Maker maker) {
        Object made = maker.make(c).orElse(null);
        if (made == null) {
            return "cannot be made";
        }
        Window window = made instanceof IWizard wizard ? new WizardDialog(Ui.window(), wizard) : (Window) made;
        try {
            window.setBlockOnOpen(false);
            window.open();
            Ui.settle();
            if (window.getShell() == null || window.getShell().isDisposed()) {
                return "was closed at once";
            }
            if (window instanceof WizardDialog dialog) {
                for (IWizardPage page : ((IWizard) made).getPages()) {
                    dialog.showPage(page);
                    look(c.getName() + "-" + page.getName(), window.getShell());
                }
            } else {
                look(c.getName(), window.getShell());
            }
            return "";
        } catch (RuntimeException e) {
            return e.toString();
        } finally {
            if (window.getShell() != null && !window.getShell().isDisposed()) {
                window.getShell().dispose();
            }
        }
    }

    private void look(String name, Shell window) {
        visitor.look(name, window, () -> Shown.in(window, !ofTheGuides(name)));
    }

    /** Past what can be done with what is shown in a view's tree; returns the classes of the dialogs. */
    private Set<String> actions(String id, Set<String> atOnce) {
        var seen = new TreeSet<String>();
        IViewPart view = Ui.freshView(id, IViewPart.class);
        open(id, view);
        Method perform = Arrays.stream(view.getClass().getDeclaredMethods()).filter(m -> m.getName().equals("perform") && m.getParameterCount() == 1).findFirst().orElseThrow();
        perform.setAccessible(true);
        for (Object action : perform.getParameterTypes()[0].getEnumConstants()) {
            // the view reads the card anew
            Ui.until("there is something to act upon", () -> tree(id).filter(t -> items(t.getItems()).size() > 1).isPresent());
            unfold(tree(id).orElseThrow().getItems());
            for (TreeItem item : atOnce.contains(action.toString()) ? List.<TreeItem>of() : items(tree(id).orElseThrow().getItems())) {
                item.getParent().setSelection(item);
                invoke(perform, view, action);
                Optional<Shell> dialog = Ui.shells().stream().filter(s -> s.getData("org.esc.ui.dialog") != null).findFirst();
                if (dialog.isPresent()) {
                    Ui.settle();
                    String name = dialog.get().getData("org.esc.ui.dialog").getClass().getName();
                    seen.add(name);
                    look(name + "-" + action, dialog.get());
                    dialog.get().dispose();
                    break;
                }
            }
        }
        return seen;
    }

    /** Has the view read with keys, if it wants some: then there is a button for that. */
    private static void open(String id, IViewPart view) {
        Arrays.stream(view.getClass().getDeclaredFields()).filter(f -> f.getName().equals("open") && f.getType() == Button.class).findFirst().ifPresent(field -> {
            Ui.until("the card can be opened", () -> button(field, view).isEnabled());
            Ui.click(button(field, view));
            Ui.until("the keys are asked for", () -> others().stream().anyMatch(d -> d.getDefaultButton() != null && d.getDefaultButton().isEnabled()));
            Ui.click(others().stream().map(Shell::getDefaultButton).filter(b -> b != null).findFirst().orElseThrow());
            Ui.until("the registry is read", () -> others().isEmpty() && tree(id).filter(t -> items(t.getItems()).size() > 1).isPresent());
        });
    }

    private static Button button(Field field, IViewPart view) {
        try {
            field.setAccessible(true);
            return (Button) field.get(view);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Shell> others() {
        return Ui.shells().stream().filter(s -> s != Ui.window()).toList();
    }

    private static void invoke(Method method, Object on, Object... with) {
        try {
            method.invoke(on, with);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** What is folded is not there yet, and cannot be selected. */
    private static void unfold(TreeItem[] below) {
        for (TreeItem item : below) {
            if (item.getItemCount() > 0 && !item.getExpanded()) {
                var event = new Event();
                event.item = item;
                item.getParent().notifyListeners(SWT.Expand, event);
                item.setExpanded(true);
            }
            unfold(item.getItems());
        }
    }

    private static List<TreeItem> items(TreeItem[] below) {
        return Arrays.stream(below).flatMap(i -> Stream.concat(Stream.of(i), items(i.getItems()).stream())).toList();
    }

    private static List<Class<?>> classes(Bundle bundle) throws Exception {
        var names = new ArrayList<String>();
        for (String root : List.of("", "target/classes/")) {
            if (names.isEmpty()) {
                collect(bundle, root, root + "org/", names);
            }
        }
        var all = new ArrayList<Class<?>>();
        for (String name : names) {
            all.add(bundle.loadClass(name));
        }
        return all;
    }

    private static void collect(Bundle bundle, String root, String folder, List<String> into) {
        var paths = bundle.getEntryPaths(folder);
        for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
            if (path.endsWith("/")) {
                collect(bundle, root, path, into);
            } else if (path.endsWith(".class")) {
                into.add(path.substring(root.length(), path.length() - ".class".length()).replace('/', '.'));
            }
        }
    }
}
