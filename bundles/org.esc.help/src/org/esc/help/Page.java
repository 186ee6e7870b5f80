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
 */
public record Page(String path, String title, String guide, String source) {

    private static final String GUIDES = "help/";
    private static final String SUFFIX = ".md";

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
        return Markdown.sections(parsed());
    }
}
