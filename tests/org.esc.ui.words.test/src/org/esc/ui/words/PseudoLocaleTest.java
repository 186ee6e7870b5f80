// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.core.runtime.Platform;
import org.eclipse.jface.preference.IPreferenceNode;
import org.eclipse.jface.preference.PreferenceDialog;
import org.eclipse.jface.preference.PreferenceManager;
import org.eclipse.jface.window.Window;
import org.eclipse.jface.wizard.IWizard;
import org.eclipse.jface.wizard.WizardDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.ui.IPerspectiveDescriptor;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/**
 * The workbench in the language that nobody speaks ({@link Words#PSEUDO}): every text that is not in its brackets was forgotten when all others were put into
 * words, and would stay English in every language. The system property {@code esc.words.bundles} names the bundles to look at, all of ours if it is empty.
 */
class PseudoLocaleTest {

    private static final Set<String> ONLY = new TreeSet<>(Arrays.stream(System.getProperty("esc.words.bundles", "").split(",")).filter(b -> !b.isBlank()).toList());

    @TempDir
    Path folder;
    private final Allowed allowed;
    /** Forgotten texts, and where they were seen first. */
    private final TreeMap<String, String> forgotten = new TreeMap<>();

    PseudoLocaleTest() throws Exception {
        allowed = Allowed.of(bundles());
    }

    private static List<Bundle> bundles() {
        return Arrays.stream(FrameworkUtil.getBundle(Services.class).getBundleContext().getBundles()).filter(b -> b.getSymbolicName().startsWith("org.esc.")).toList();
    }

    private static boolean wanted(String bundle) {
        return bundle.startsWith("org.esc.") && (ONLY.isEmpty() || ONLY.contains(bundle));
    }

    private static String bundleOf(String point, String id) {
        return Arrays.stream(Platform.getExtensionRegistry().getConfigurationElementsFor(point)).filter(e -> id.equals(e.getAttribute("id")))
                .map(e -> e.getContributor().getName()).findFirst().orElse("");
    }

    /** The guides are in English, and their pages and titles with them. */
    private static boolean ofTheGuides(String name) {
        return name.startsWith("org.esc.ui.help.");
    }

    private void look(String where, List<String> texts) {
        texts.stream().flatMap(t -> allowed.forgotten(t).stream()).forEach(t -> forgotten.putIfAbsent(t, where));
    }

    private void nothingForgotten() {
        assertEquals("", String.join("\n", forgotten.entrySet().stream().map(e -> e.getValue() + ": \"" + e.getKey() + '"').toList()));
    }

    @BeforeEach
    void theLanguageIsSpoken() {
        assertEquals(Words.PSEUDO, Words.locale());
    }

    @AfterEach
    void close() {
        Ui.until("all dialogs are closed", () -> {
            Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
            return Ui.shells().size() == 1;
        });
    }

    @Test
    void aForgottenTextIsFound() {
        var shell = new Shell(Ui.window(), SWT.NONE);
        new Label(shell, SWT.NONE).setText("Forgotten");
        new Label(shell, SWT.NONE).setText("⟦Ñöţ ƒöŕğöţţéñ {1 ⟦ţöķéñ⟧}⟧: 17");
        new Button(shell, SWT.PUSH).setText("⟦Ñöţ⟧ quite");
        look("here", Shown.in(shell));
        assertEquals(Set.of("Forgotten", "⟦Ñöţ⟧ quite"), forgotten.keySet());
    }

    @Test
    void everyPerspective() throws Exception {
        int seen = 0;
        for (IPerspectiveDescriptor p : PlatformUI.getWorkbench().getPerspectiveRegistry().getPerspectives()) {
            if (wanted(bundleOf("org.eclipse.ui.perspectives", p.getId()))) {
                PlatformUI.getWorkbench().showPerspective(p.getId(), PlatformUI.getWorkbench().getActiveWorkbenchWindow());
                Ui.settle();
                look(p.getId(), ONLY.isEmpty() ? Shown.in(Ui.window()) : List.of());
                seen++;
            }
        }
        assertTrue(seen > 0);
        nothingForgotten();
    }

    @Test
    void everyView() throws Exception {
        views();
    }

    @Test
    void everyViewWithACard() throws Exception {
        Path file = folder.resolve("17.token");
        CardFile.create(file, CardSpec.standard(), List.of(new PivAppletFactory()), Optional.empty());
        var readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        Ui.freshView("org.esc.ui.explorer.view", IViewPart.class);
        readers.plug(file);
        try {
            Ui.until("the card is read", () -> Ui.all(Ui.window(), Tree.class).stream().anyMatch(t -> t.getItemCount() > 0 && t.getItem(0).getItemCount() > 0));
            views();
        } finally {
            readers.unplugAll();
        }
    }

    private void views() throws Exception {
        int seen = 0;
        for (var v : PlatformUI.getWorkbench().getViewRegistry().getViews()) {
            if (wanted(bundleOf("org.eclipse.ui.views", v.getId()))) {
                IViewPart view = Ui.freshView(v.getId(), IViewPart.class);
                Ui.settle();
                look(v.getId(), Shown.in(part(view), !ofTheGuides(v.getId())));
                look(v.getId(), List.of(view.getTitle(), view.getTitleToolTip()));
                // not yet opened, it has no widgets
                var menu = new Menu(Ui.window(), SWT.POP_UP);
                for (var manager : List.of(view.getViewSite().getActionBars().getMenuManager(), view.getViewSite().getActionBars().getToolBarManager())) {
                    Arrays.stream(manager.getItems()).forEach(i -> i.fill(menu, -1));
                }
                look(v.getId() + " menu", Shown.in(menu));
                Ui.page().hideView(view);
                seen++;
            }
        }
        assertTrue(seen > 0);
        nothingForgotten();
    }

    /** The place of a view in the window. */
    private static Control part(IViewPart view) {
        return Ui.all(Ui.window(), Composite.class, c -> Access.part(c).equals(view.getViewSite().getId())).getFirst().getParent();
    }

    @Test
    void everyPreferencePage() {
        int seen = 0;
        for (IPreferenceNode node : PlatformUI.getWorkbench().getPreferenceManager().getElements(PreferenceManager.POST_ORDER)) {
            if (wanted(bundleOf("org.eclipse.ui.preferencePages", node.getId()))) {
                PreferenceDialog dialog = PreferencesUtil.createPreferenceDialogOn(Ui.window(), node.getId(), new String[] {node.getId()}, null);
                dialog.setBlockOnOpen(false);
                dialog.open();
                Ui.settle();
                var page = (org.eclipse.jface.preference.PreferencePage) dialog.getSelectedPage();
                look(node.getId(), Shown.in(page.getControl()));
                look(node.getId(), Arrays.asList(page.getTitle(), page.getDescription(), page.getMessage(), page.getErrorMessage()).stream().filter(t -> t != null).toList());
                dialog.close();
                seen++;
            }
        }
        assertTrue(seen > 0);
        nothingForgotten();
    }

    @Test
    void everyDialogAndWizardThatCanBeMade() throws Exception {
        var seen = new TreeSet<String>();
        var not = new TreeSet<String>();
        for (Bundle bundle : bundles()) {
            if (wanted(bundle.getSymbolicName()) && bundle.getSymbolicName().startsWith("org.esc.ui") && bundle.getHeaders().get("Fragment-Host") == null) {
                List<Class<?>> classes = classes(bundle);
                var maker = new Maker(Ui.window(), a -> classes.stream().filter(a::isAssignableFrom).filter(PseudoLocaleTest::concrete).toList());
                for (Class<?> c : classes) {
                    if (concrete(c) && (Window.class.isAssignableFrom(c) || IWizard.class.isAssignableFrom(c))) {
                        (open(c, maker) ? seen : not).add(c.getName());
                    }
                }
            }
        }
        System.out.println("Dialogs that could be opened: " + seen + "\nand that could not: " + not);
        assertTrue(!seen.isEmpty());
        nothingForgotten();
    }

    private static boolean concrete(Class<?> c) {
        return !Modifier.isAbstract(c.getModifiers()) && !c.isAnonymousClass();
    }

    private boolean open(Class<?> c, Maker maker) {
        Object made = maker.make(c).orElse(null);
        if (made == null) {
            return false;
        }
        Window window = made instanceof IWizard wizard ? new WizardDialog(Ui.window(), wizard) : (Window) made;
        try {
            window.setBlockOnOpen(false);
            window.open();
            Ui.settle();
            boolean there = window.getShell() != null && !window.getShell().isDisposed();
            if (there) {
                look(c.getName(), Shown.in(window.getShell(), !ofTheGuides(c.getName())));
            }
            return there;
        } catch (RuntimeException _) {
            // what it was given was not enough for it
            return false;
        } finally {
            if (window.getShell() != null && !window.getShell().isDisposed()) {
                window.getShell().dispose();
            }
        }
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
