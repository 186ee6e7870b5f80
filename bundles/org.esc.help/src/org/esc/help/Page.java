// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.util.List;
import org.commonmark.node.Node;

/**
 * A page of the guides.
 *
 * @param path   its file below the folder of all pages: {@code help/user/first-token.md}
 * @param title  as the table of contents has it
 * @param guide  the guide it belongs to, as the table of contents has it
 * @param source in Markdown
 * @param english the page that this one is the translation of, in Markdown; the same where it is none
 */
public record Page(String path, String title, String guide, String source, String english) {

    private static final String GUIDES = "help/";
    private static final String SUFFIX = ".md";

    /** A page that is no translation. */
    public Page(String path, String title, String guide, String source) {
        this(path, title, guide, source, source);
    }

    /** Whether it is in another language than English. */
    public boolean translated() {
        return !source.equals(english);
    }

    /** The anchors of its headings: in every language those of the English page, so that a link leads to the same place in all of them. */
    public Markdown.Anchors anchors() {
        return translated() ? new Markdown.Anchors(Markdown.anchors(Markdown.parse(english))) : new Markdown.Anchors();
    }

    /** What a person types to name it: {@code user/first-token}. */
    public String id() {
        return id(path);
    }

    static String id(String path) {
        String name = path.endsWith(SUFFIX) ? path.substring(0, path.length() - SUFFIX.length()) : path;
        return name.startsWith(GUIDES) ? name.substring(GUIDES.length()) : name;
    }

    /** The file that it becomes as a web page, beside the others. */
    public String html() {
        return path.substring(0, path.length() - SUFFIX.length()) + ".html";
    }

    /** What it says, as a tree. Each call parses it anew, so that callers may change theirs. */
    public Node parsed() {
        return Markdown.parse(source);
    }

    /** Its parts, each from one heading to the next. */
    public List<Section> sections() {
        return Markdown.sections(parsed(), anchors());
    }
}
