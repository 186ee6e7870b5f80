// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.esc.apdu.Words;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * All guides: their table of contents, their pages and their pictures. Read once; safe for any thread. A page, and the table of contents, may be there in another
 * language, too: {@code nl/de/docs/help/user/renew.md} stands for {@code docs/help/user/renew.md}, as the platform's help does it. What is not is in English.
 */
public final class Guides {

    private static final String CONTENTS = "help/toc.xml";
    private static final String IN_THE_BUNDLE = "docs/";

    private static final Map<Locale, Guides> OWN = new ConcurrentHashMap<>();

    private final Locale language;
    private final List<Guide> guides;
    private final Map<String, Page> pages = new LinkedHashMap<>();
    private final Function<String, Optional<byte[]>> files;
    private final Function<String, Optional<byte[]>> translations;
    private Search search;

    /** English ones. @param files a file by its path below the folder of all pages */
    Guides(Function<String, Optional<byte[]>> files) {
        this(files, Locale.ENGLISH, _ -> Optional.empty());
    }

    /**
     * Reads guides.
     *
     * @param files        a file by its path below the folder of all pages
     * @param language     of the translations
     * @param translations the same file in that language, if there is one
     * @throws UncheckedIOException if the table of contents, or a page that it names, is not there or cannot be read
     */
    Guides(Function<String, Optional<byte[]>> files, Locale language, Function<String, Optional<byte[]>> translations) {
        this.files = files;
        this.translations = translations;
        this.language = translations.apply(CONTENTS).isPresent() ? language : Locale.ENGLISH;
        this.guides = read();
    }

    /** Those that come with the program, in the person's language. */
    public static Guides own() {
        return own(Words.locale());
    }

    /** Those that come with the program, in a language if there are any in it. */
    public static Guides own(Locale locale) {
        return OWN.computeIfAbsent(Locale.of(locale.getLanguage()), l -> new Guides(p -> inTheBundle(IN_THE_BUNDLE + p), l,
                p -> l.getLanguage().isEmpty() ? Optional.empty() : inTheBundle("nl/" + l.getLanguage() + "/" + IN_THE_BUNDLE + p)));
    }

    private static Optional<byte[]> inTheBundle(String path) {
        try (InputStream in = Guides.class.getResourceAsStream("/" + path)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Guide> read() {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var contents = factory.newDocumentBuilder().parse(new ByteArrayInputStream(translations.apply(CONTENTS).or(() -> file(CONTENTS)).orElseThrow(
                    () -> new IOException(CONTENTS + " is missing"))));
            var all = new ArrayList<Guide>();
            for (Element topic : children(contents.getDocumentElement())) {
                String title = topic.getAttribute("label");
                var own = new ArrayList<Page>();
                collect(topic, title, own);
                all.add(new Guide(title, own));
            }
            return List.copyOf(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParserConfigurationException | SAXException e) {
            throw new UncheckedIOException(new IOException(CONTENTS + ": " + e.getMessage(), e));
        }
    }

    private void collect(Element topic, String guide, List<Page> into) throws IOException {
        String href = topic.getAttribute("href");
        if (!href.isEmpty()) {
            // Eclipse's tables of contents count from the bundle's root, and name what is shown
            String path = href.replaceFirst("^" + IN_THE_BUNDLE, "").replaceFirst("\\.html$", ".md");
            byte[] source = file(path).orElseThrow(() -> new IOException("the page " + path + " is missing"));
            String english = new String(source, StandardCharsets.UTF_8);
            var page = new Page(path, topic.getAttribute("label"), guide, translations.apply(path).map(t -> besideTheOthers(path, new String(t, StandardCharsets.UTF_8)))
                    .orElse(english), english);
            pages.put(path, page);
            into.add(page);
        }
        for (Element child : children(topic)) {
            collect(child, guide, into);
        }
    }

    /** A translation lies one folder deeper in the repository, where its links have to work, too: those that lead out of that folder lose the step. */
    private static String besideTheOthers(String path, String translation) {
        String out = "](" + "../".repeat((int) path.chars().filter(c -> c == '/').count());
        return translation.replace(out + "../", out);
    }

    private static List<Element> children(Element parent) {
        var found = new ArrayList<Element>();
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getTagName().equals("topic")) {
                found.add(e);
            }
        }
        return found;
    }

    /** The language of the table of contents, and of the pages that are there in it. */
    public Locale language() {
        return language;
    }

    /** The guides in the order of the table of contents. */
    public List<Guide> all() {
        return guides;
    }

    /** Every page, in the order of the table of contents. */
    public List<Page> pages() {
        return List.copyOf(pages.values());
    }

    /** A page by its path, as a link or a table of contents of Eclipse names it, or by its id. */
    public Optional<Page> page(String name) {
        String id = Page.id(name.replaceFirst("^/?(org\\.esc\\.help/)?" + IN_THE_BUNDLE, "").replaceFirst("\\.html$", ".md"));
        return pages.values().stream().filter(p -> p.id().equals(id)).findFirst();
    }

    /** A file, such as a picture, by its path below the folder of all pages. */
    public Optional<byte[]> file(String path) {
        return files.apply(path);
    }

    /** Where a link of a page leads, if it leads to another page or a place in one. */
    public Optional<Target> target(Page from, String link) {
        if (link.startsWith("#")) {
            return Optional.of(new Target(from, link.substring(1)));
        }
        int hash = link.indexOf('#');
        String anchor = hash < 0 ? "" : link.substring(hash + 1);
        return path(from, hash < 0 ? link : link.substring(0, hash)).map(pages::get).map(p -> new Target(p, anchor));
    }

    /** The path below the folder of all pages that a relative link of a page names; nothing for other links, and for those that lead out of it. */
    public Optional<String> path(Page from, String link) {
        if (link.isEmpty() || link.startsWith("/") || link.contains(":")) {
            return Optional.empty();
        }
        try {
            String path = URI.create("/" + from.path()).resolve(link).normalize().getPath();
            return path.startsWith("/../") ? Optional.empty() : Optional.of(path.substring(1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What finds words; made when first wanted, which takes as long as reading all pages. */
    private synchronized Search search() {
        if (search == null) {
            search = new Search(pages.values());
        }
        return search;
    }

    /** Where all these words, or words that begin so, are found; best first. */
    public List<Hit> search(String words) {
        return search().find(words);
    }
}
