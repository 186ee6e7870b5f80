// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.Platform;
import org.eclipse.help.HelpSystem;
import org.eclipse.help.IToc;
import org.eclipse.help.ITopic;
import org.esc.apdu.Words;
import org.esc.help.Guides;
import org.esc.help.Page;
import org.esc.help.Search;
import org.osgi.framework.Bundle;

/**
 * All pages that bundles bring: ours, and those of vendors by the platform's tables of contents (extension point {@code org.eclipse.help.toc}). What a bundle has in
 * the person's language, below {@code nl/de}, stands for what it has in English.
 * A page is named by the bundle and the path in it: {@code /org.esc.help/docs/help/user/states.html}.
 */
final class Shelf {

    /** Where the guides that come with the program begin. */
    static final String FIRST = "/org.esc.help/docs/help/user/workbench.html";

    private static final String OURS = "/org.esc.help/";
    private static final String SOURCE = ".md";
    private static final String SHOWN = ".html";

    /** A line of the table of contents; without a page the name is empty. */
    record Topic(String label, String href, List<Topic> parts) {
    }

    /** A page with its name and the place in it; an empty anchor is its beginning. */
    record Leaf(String href, String anchor, Page page) {
    }

    private final List<Topic> topics = new ArrayList<>();
    private CompletableFuture<Search> search;

    Shelf() {
        Guides.own().all().forEach(g -> topics.add(new Topic(g.title(), "", g.pages().stream().map(p -> new Topic(p.title(), href(p), List.of())).toList())));
        for (IToc toc : HelpSystem.getTocs()) {
            if (Arrays.stream(toc.getTopics()).flatMap(t -> Arrays.stream(t.getSubtopics())).noneMatch(t -> String.valueOf(t.getHref()).startsWith(OURS))) {
                topics.add(new Topic(toc.getLabel(), "", Arrays.stream(toc.getTopics()).map(Shelf::topic).toList()));
            }
        }
    }

    private static Topic topic(ITopic topic) {
        return new Topic(topic.getLabel(), topic.getHref() == null ? "" : topic.getHref(), Arrays.stream(topic.getSubtopics()).map(Shelf::topic).toList());
    }

    /** The table of contents. */
    List<Topic> topics() {
        return topics;
    }

    /** A page that can be shown here, by its name with or without an anchor. */
    Optional<Leaf> leaf(String href) {
        int hash = href.indexOf('#');
        String name = hash < 0 ? href : href.substring(0, hash);
        String source = source(name);
        if (!source.endsWith(SOURCE)) {
            return Optional.empty();
        }
        return file(source).map(bytes -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            var page = Guides.own().page(name).orElseGet(() -> new Page(source, title(topics, name).orElse(name), "",
                    read(translation(source)).map(t -> new String(t, StandardCharsets.UTF_8)).orElse(text), text));
            return new Leaf(name, hash < 0 ? "" : href.substring(hash + 1), page);
        });
    }

    /** Our tables of contents name the pages as they are shown elsewhere, as web pages. */
    private static String source(String href) {
        return href.startsWith(OURS) && href.endsWith(SHOWN) ? href.substring(0, href.length() - SHOWN.length()) + SOURCE : href;
    }

    private static Optional<String> title(List<Topic> in, String href) {
        return in.stream().flatMap(t -> t.href.equals(href) ? Optional.of(t.label).stream() : title(t.parts, href).stream()).findFirst();
    }

    /** Where a link of a page leads, as a name that {@link #leaf} takes; nothing for one that leads out of the pages. */
    Optional<String> target(String from, String link) {
        if (link.startsWith("#")) {
            return Optional.of(from + link);
        }
        if (link.contains(":")) {
            return Optional.empty();
        }
        try {
            String to = URI.create(from).resolve(link).normalize().toString();
            boolean ours = to.startsWith(OURS);
            int hash = to.indexOf('#');
            String name = hash < 0 ? to : to.substring(0, hash);
            String anchor = hash < 0 ? "" : to.substring(hash);
            String shown = ours && name.endsWith(SOURCE) ? name.substring(0, name.length() - SOURCE.length()) + SHOWN : name;
            return file(source(shown)).map(_ -> shown + anchor);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A file that lies beside a page, such as a picture. */
    Optional<byte[]> file(String from, String link) {
        try {
            return link.contains(":") ? Optional.empty() : file(URI.create(from).resolve(link).normalize().getPath());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> file(String href) {
        return read(entry(href));
    }

    private static Optional<byte[]> read(Optional<URL> file) {
        return file.flatMap(url -> {
            try (InputStream in = url.openStream()) {
                return Optional.of(in.readAllBytes());
            } catch (IOException e) {
                ILog.of(Shelf.class).error("A page of the help cannot be read: " + url, e);
                return Optional.empty();
            }
        });
    }

    private static Optional<URL> translation(String href) {
        int slash = href.indexOf('/', 1);
        return slash < 0 ? Optional.empty() : entry(href.substring(0, slash) + "/nl/" + Words.locale().getLanguage() + href.substring(slash));
    }

    /** A file of a bundle. */
    static Optional<URL> entry(String href) {
        int slash = href.indexOf('/', 1);
        if (!href.startsWith("/") || slash < 0 || href.contains("..")) {
            return Optional.empty();
        }
        Bundle bundle = Platform.getBundle(href.substring(1, slash));
        String path = href.substring(slash);
        return bundle == null || path.length() == 1 ? Optional.empty()
                : Optional.ofNullable(bundle.getEntry(path)).or(() -> Optional.ofNullable(bundle.getResource(path)));
    }

    /** What finds words in all pages, a vendor's too, which has its name for a path; made in the background. */
    CompletableFuture<Search> search() {
        if (search == null) {
            search = CompletableFuture.supplyAsync(() -> {
                var pages = new ArrayList<>(Guides.own().pages());
                collect(topics, pages);
                return new Search(pages);
            });
        }
        return search;
    }

    private void collect(List<Topic> from, List<Page> into) {
        for (Topic t : from) {
            if (!t.href.isEmpty() && !t.href.startsWith(OURS)) {
                leaf(t.href).map(Leaf::page).ifPresent(into::add);
            }
            collect(t.parts, into);
        }
    }

    /** The name of a page that was found. */
    static String href(Page page) {
        return page.path().startsWith("/") ? page.path() : OURS + "docs/" + page.html();
    }
}
