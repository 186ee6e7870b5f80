// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.core.runtime.Platform;
import org.eclipse.help.IContext;
import org.eclipse.help.IHelpResource;
import org.eclipse.jface.preference.IPreferencePage;
import org.eclipse.jface.window.Window;
import org.eclipse.jface.wizard.IWizard;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.views.IViewDescriptor;
import org.esc.apdu.Words;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.w3c.dom.Element;

/** F1 leads somewhere from everywhere: who adds a view, dialog, wizard or page is told here to say where. */
class HelpContextsTest {

    private static final String HOW = "name it in bundles/org.esc.ui.help/contexts (see docs/help/vendor/help.md)";

    private final Shelf shelf = new Shelf();

    @Test
    void everyViewHasHelp() {
        var without = new TreeSet<String>();
        int views = 0;
        for (IViewDescriptor view : PlatformUI.getWorkbench().getViewRegistry().getViews()) {
            // the platform's own that nobody is led to are not ours to explain
            if (!view.getId().startsWith("org.eclipse.") || shown(view.getId())) {
                views++;
                check(view.getId(), Contexts.context(view.getId()), without);
            }
        }
        assertTrue(views > 10, "views: " + views);
        assertEquals(new TreeSet<>(), without, HOW);
    }

    private static boolean shown(String id) {
        return List.of("org.eclipse.ui.console.ConsoleView", "org.eclipse.pde.runtime.LogView", "org.eclipse.ui.views.ProgressView").contains(id);
    }

    @Test
    void everyEditorHasHelp() {
        var without = new TreeSet<String>();
        var editors = Arrays.stream(Platform.getExtensionRegistry().getConfigurationElementsFor("org.eclipse.ui.editors"))
                .filter(e -> e.getName().equals("editor") && !e.getContributor().getName().startsWith("org.eclipse.")).map(e -> e.getAttribute("id")).toList();
        assertTrue(!editors.isEmpty());
        editors.forEach(id -> check(id, Contexts.context(id), without));
        assertEquals(new TreeSet<>(), without, HOW);
    }

    @Test
    void everyDialogWizardAndPreferencePageHasHelp() throws Exception {
        var without = new TreeSet<String>();
        int windows = 0;
        for (Bundle bundle : FrameworkUtil.getBundle(HelpView.class).getBundleContext().getBundles()) {
            if (bundle.getSymbolicName().startsWith("org.esc.ui") && bundle.getHeaders().get("Fragment-Host") == null) {
                for (String name : classes(bundle).toList()) {
                    Class<?> c = bundle.loadClass(name);
                    boolean abstractOne = java.lang.reflect.Modifier.isAbstract(c.getModifiers());
                    if (!abstractOne && (Window.class.isAssignableFrom(c) || IWizard.class.isAssignableFrom(c) || IPreferencePage.class.isAssignableFrom(c))) {
                        windows++;
                        check(name, Contexts.ofClass(c), without);
                    }
                }
            }
        }
        assertTrue(windows > 15, "dialogs, wizards and preference pages: " + windows);
        assertEquals(new TreeSet<>(), without, HOW);
    }

    /** Of the bundle alone: the tests' fragments have windows, too. */
    private static Stream<String> classes(Bundle bundle) {
        for (String root : List.of("", "target/classes/")) {
            List<String> found = new ArrayList<>();
            collect(bundle, root + "org/", found);
            if (!found.isEmpty()) {
                return found.stream().map(p -> p.substring(root.length(), p.length() - ".class".length()).replace('/', '.'));
            }
        }
        throw new AssertionError("no classes in " + bundle);
    }

    private static void collect(Bundle bundle, String folder, List<String> into) {
        var paths = bundle.getEntryPaths(folder);
        for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
            if (path.endsWith("/")) {
                collect(bundle, path, into);
            } else if (path.endsWith(".class")) {
                into.add(path);
            }
        }
    }

    private void check(String what, Optional<IContext> context, TreeSet<String> without) {
        if (context.isEmpty()) {
            without.add(what);
            return;
        }
        for (IHelpResource topic : context.get().getRelatedTopics()) {
            Optional<Shelf.Leaf> leaf = shelf.leaf(topic.getHref());
            if (leaf.isEmpty() || !leaf.get().anchor().isEmpty()
                    && leaf.get().page().sections().stream().noneMatch(s -> s.anchor().equals(leaf.get().anchor()))) {
                without.add(what + ": " + topic.getHref());
            }
        }
    }

    @Test
    void everyContextIsOfSomethingAndItsPagesAreThere() throws Exception {
        var wrong = new TreeSet<String>();
        for (var file : Platform.getExtensionRegistry().getConfigurationElementsFor("org.eclipse.help.contexts")) {
            if (file.getName().equals("contexts") && file.getContributor().getName().startsWith("org.esc.")) {
                try (var in = Platform.getBundle(file.getContributor().getName()).getEntry(file.getAttribute("file")).openStream()) {
                    var all = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getElementsByTagName("context");
                    for (int i = 0; i < all.getLength(); i++) {
                        String id = file.getAttribute("plugin") + "." + all.item(i).getAttributes().getNamedItem("id").getNodeValue();
                        check(id, Contexts.context(id), wrong);
                        if (!exists(id)) {
                            wrong.add(id + " is nothing");
                        }
                    }
                }
            }
        }
        assertEquals(new TreeSet<>(), wrong);
    }

    @Test
    void everyContextIsThereInGermanAndLeadsToTheSamePages() throws Exception {
        int contexts = 0;
        for (var file : Platform.getExtensionRegistry().getConfigurationElementsFor("org.eclipse.help.contexts")) {
            if (file.getName().equals("contexts") && file.getContributor().getName().startsWith("org.esc.")) {
                Bundle bundle = Platform.getBundle(file.getContributor().getName());
                var english = contexts(bundle.getEntry(file.getAttribute("file")));
                var german = contexts(bundle.getEntry("nl/de/" + file.getAttribute("file")));
                assertEquals(english.keySet(), german.keySet(), file.getAttribute("file"));
                for (String id : english.keySet()) {
                    IContext context = Words.in(Locale.GERMANY, () -> Contexts.context(file.getAttribute("plugin") + "." + id)).orElseThrow();
                    assertEquals(german.get(id), text(context), id);
                    assertNotEquals(english.get(id).getFirst(), german.get(id).getFirst(), id);
                    for (int i = 1; i < english.get(id).size(); i++) {
                        assertEquals(english.get(id).get(i).replaceFirst(".* -> ", ""), german.get(id).get(i).replaceFirst(".* -> ", ""), id);
                    }
                    for (IHelpResource topic : context.getRelatedTopics()) {
                        assertEquals(heading(topic.getHref()), topic.getLabel(), id);
                    }
                    contexts++;
                }
            }
        }
        assertTrue(contexts > 50, "contexts: " + contexts);
    }

    /** What a page is called, or the place in it; for what is not translated whatever the label is. */
    private String heading(String href) {
        return Words.in(Locale.GERMANY, () -> {
            Shelf.Leaf leaf = shelf.leaf(href).orElseThrow();
            return leaf.page().translated() ? leaf.page().sections().stream().filter(s -> leaf.anchor().isEmpty() || s.anchor().equals(leaf.anchor()))
                    .findFirst().orElseThrow().heading() : label(href);
        });
    }

    private static String label(String href) {
        return Arrays.stream(Platform.getExtensionRegistry().getConfigurationElementsFor("org.eclipse.help.contexts"))
                .filter(f -> f.getName().equals("contexts") && f.getContributor().getName().startsWith("org.esc."))
                .flatMap(f -> contexts(Platform.getBundle(f.getContributor().getName()).getEntry(f.getAttribute("file"))).values().stream()).flatMap(List::stream)
                .filter(t -> t.endsWith(" -> " + href)).findFirst().orElseThrow().replaceFirst(" -> .*", "");
    }

    private static List<String> text(IContext context) {
        return Stream.concat(Stream.of(context.getText()), Arrays.stream(context.getRelatedTopics()).map(t -> t.getLabel() + " -> " + t.getHref())).toList();
    }

    /** Each context's description and topics. */
    private static Map<String, List<String>> contexts(URL file) {
        var found = new TreeMap<String, List<String>>();
        try (var in = file.openStream()) {
            var all = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getElementsByTagName("context");
            for (int i = 0; i < all.getLength(); i++) {
                var context = (Element) all.item(i);
                var says = new ArrayList<>(List.of(context.getElementsByTagName("description").item(0).getTextContent()));
                var topics = context.getElementsByTagName("topic");
                for (int t = 0; t < topics.getLength(); t++) {
                    says.add(((Element) topics.item(t)).getAttribute("label") + " -> " + ((Element) topics.item(t)).getAttribute("href"));
                }
                found.put(context.getAttribute("id"), says);
            }
        } catch (IOException | javax.xml.parsers.ParserConfigurationException | org.xml.sax.SAXException e) {
            throw new AssertionError(String.valueOf(file), e);
        }
        return found;
    }

    private static boolean exists(String id) {
        var context = FrameworkUtil.getBundle(HelpView.class).getBundleContext();
        return PlatformUI.getWorkbench().getViewRegistry().find(id) != null || PlatformUI.getWorkbench().getEditorRegistry().findEditor(id) != null
                || Arrays.stream(context.getBundles()).filter(b -> b.getSymbolicName().startsWith("org.esc.")).anyMatch(b -> {
                    try {
                        // an unnamed dialog goes by the class it is made in
                        return b.loadClass(id) != null;
                    } catch (ClassNotFoundException e) {
                        return false;
                    }
                });
    }

    @Test
    void everyLineOfTheTableOfContentsShowsAPage() {
        assertEquals(List.of(), dead(shelf.topics()));
    }

    private List<String> dead(List<Shelf.Topic> topics) {
        return topics.stream().flatMap(t -> Stream.concat(t.href().isEmpty() || shelf.leaf(t.href()).isPresent() ? Stream.of() : Stream.of(t.href()),
                dead(t.parts()).stream())).toList();
    }
}
