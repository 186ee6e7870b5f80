// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Component;

/** {@code guide}: reads the guides in the terminal, searches them, and writes them as web pages. */
@Component(service = Verb.class, property = "verb=guide")
public final class GuideVerb extends NamedVerb<GuideVerb.Args, GuideVerb.Result> {

    private static final Words WORDS = Words.of(GuideVerb.class);

    private static final int SUGGESTIONS = 3;

    /** What is wanted; without anything a list of all pages. */
    public record Args(
            @Arg(label = "PAGE", help = "show this page, for example user/first-token") Optional<String> page,
            @Arg(names = "--search", label = "WORDS", help = "list where all these words are found, best first") Optional<String> search,
            @Arg(names = "--html", label = "DIR", help = "write all pages as web pages into a new folder") Optional<Path> html) {
    }

    /** A page, or a place in one. @param about some of its text, empty in the list of all pages */
    public record Entry(String guide, String page, String title, String heading, String anchor, String about) {
    }

    /** Pages that were asked for; the text of the one that was named; the web page to begin with. */
    public record Result(List<Entry> pages, Optional<String> text, Optional<Path> html) {
    }

    /** For declarative services. */
    public GuideVerb() {
        super("guide", "Read the guides, search them, or write them as web pages.", Args.class);
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (List.of(a.page(), a.search(), a.html()).stream().filter(Optional::isPresent).count() > 1) {
            throw Problem.of(Fault.USAGE, "guide", WORDS.say("One thing at a time: a page, --search or --html.")).exception();
        }
        var guides = Guides.own();
        if (a.html().isPresent()) {
            return new Result(List.of(), Optional.empty(), Optional.of(write(guides, a.html().get())));
        }
        if (a.search().isPresent()) {
            return new Result(guides.search(a.search().get()).stream().map(GuideVerb::entry).toList(), Optional.empty(), Optional.empty());
        }
        if (a.page().isEmpty()) {
            return new Result(guides.pages().stream().map(p -> new Entry(p.guide(), p.id(), p.title(), "", "", "")).toList(), Optional.empty(),
                    Optional.empty());
        }
        String wanted = a.page().get();
        Page page = guides.page(wanted).orElseThrow(() -> noPage(guides, wanted));
        return new Result(List.of(), Optional.of(Markdown.text(page.parsed(), to -> name(guides, page, to))), Optional.empty());
    }

    private static String name(Guides guides, Page page, String link) {
        return link.startsWith("https://") ? link : guides.target(page, link).filter(t -> t.page() != page).map(t -> t.page().id()).orElse("");
    }

    private static Entry entry(Hit hit) {
        return new Entry(hit.page().guide(), hit.page().id(), hit.page().title(), hit.section().heading(), hit.section().anchor(), hit.snippet());
    }

    private static EscException noPage(Guides guides, String wanted) {
        String like = guides.search(wanted).stream().map(h -> h.page().id()).distinct().limit(SUGGESTIONS).collect(Collectors.joining(", "));
        return Problem.of(Fault.USAGE, "guide", WORDS.say("There is no page “{0}”.", wanted)).code("no-page")
                .advice(like.isEmpty() ? WORDS.say("guide alone lists all pages.") : WORDS.say("Pages about that: {0}.", like)).exception();
    }

    private static Path write(Guides guides, Path folder) throws EscException {
        try {
            return new WebPages(guides).write(folder);
        } catch (DirectoryNotEmptyException e) {
            throw Problem.of(Fault.USAGE, "guide", WORDS.say("There is something in {0} already.", folder)).code("folder-in-use")
                    .advice(WORDS.say("Name a folder that is not there yet.")).exception(e);
        } catch (NotDirectoryException | FileAlreadyExistsException e) {
            throw Problem.of(Fault.USAGE, "guide", WORDS.say("{0} is no folder.", folder)).code("file-exists")
                    .advice(WORDS.say("Name a folder that is not there yet.")).exception(e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, "guide", WORDS.say("The web pages cannot be written to {0}: {1}.", folder, e.getMessage()))
                    .code("file-unwritable").advice(WORDS.say("Name a folder where you may write, with 5 MB of room.")).exception(e);
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        r.text().ifPresent(out::println);
        r.html().ifPresent(out::println);
        String guide = "";
        for (Entry e : r.pages()) {
            if (!e.about().isEmpty() || !e.heading().isEmpty()) {
                out.println(e.page() + (e.anchor().isEmpty() ? "" : "#" + e.anchor()) + "  " + e.title()
                        + (e.heading().equals(e.title()) ? "" : ": " + e.heading()));
                out.println("    " + e.about());
                continue;
            }
            if (!e.guide().equals(guide)) {
                guide = e.guide();
                out.println(guide);
            }
            out.printf("  %-32s %s%n", e.page(), e.title());
        }
        if (r.text().isEmpty() && r.html().isEmpty() && r.pages().isEmpty()) {
            out.println(WORDS.say("Nothing found. Fewer words find more."));
        }
    }
}
