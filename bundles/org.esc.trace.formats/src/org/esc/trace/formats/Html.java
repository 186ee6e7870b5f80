// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Field;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Part;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;
import org.osgi.service.component.annotations.Component;

/** A report for people: one file, nothing fetched, nothing run. An exchange opens to its fields; on paper all are open. */
@Component(service = TraceFormat.class)
public final class Html implements TraceFormat {

    private static final Words WORDS = Words.of(Html.class);

    private static final String STYLE = """
            :root{color-scheme:light dark}
            body{font:15px/1.45 system-ui,sans-serif;max-width:75rem;margin:1.5rem auto;padding:0 1rem;background:Canvas;color:CanvasText}
            h2{font-size:1rem;margin:1.6rem 0 .4rem;border-bottom:1px solid GrayText}
            code,.hex{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
            details{border-bottom:1px solid color-mix(in srgb,GrayText 35%,Canvas);padding:.3rem 0}
            summary{cursor:pointer;break-inside:avoid}
            .meta{color:color-mix(in srgb,CanvasText 70%,Canvas);font-size:.85em}
            .bad{font-weight:600;text-decoration:underline dotted}
            .secret{font-style:italic}
            dl{margin:.3rem 0 .3rem 1.2rem}
            ul{margin:.1rem 0;padding-left:1.3rem}
            @media print{details{display:block;break-inside:avoid-page}details::details-content{content-visibility:visible}details>*{display:block}\
            body{max-width:none;margin:0;font-size:10pt}}""";

    @Override
    public String name() {
        return "html";
    }

    @Override
    public String description() {
        return WORDS.say("report to read, print and send");
    }

    @Override
    public List<String> endings() {
        return List.of("html", "htm");
    }

    @Override
    public boolean reads() {
        return false;
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    public int recognises(byte[] head) {
        return 0;
    }

    @Override
    public void read(InputStream in, Sink sink) {
        throw new UnsupportedOperationException("reports are only written");
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        var report = new Report(out, new Interpreter(decoders));
        String title = text(WORDS.say("Card trace {0}", about.title()));
        report.line("<!DOCTYPE html>");
        report.line("<html lang=\"" + text(WORDS.say("en")) + "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        report.line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        report.line("<title>" + title + "</title><style>");
        report.line(STYLE);
        report.line("</style></head><body><h1>" + title + "</h1>");
        report.line("<p class=\"meta\">"
                + (about.decryptable() ? "<strong>" + text(WORDS.say("Ciphertext of secrets was kept: who has the keys can read them.")) + "</strong>"
                : text(WORDS.say("Bytes that were secret show as {0}.", "**")).replace("**", "<code>**</code>")) + "</p>");
        return report;
    }

    private static final class Report extends LinesWriter {

        private final Interpreter interpreter;
        private Optional<TracedCard> shown = Optional.empty();

        Report(OutputStream out, Interpreter interpreter) {
            super(out);
            this.interpreter = interpreter;
        }

        @Override
        public void entry(Entry e) throws IOException {
            TracedCard c = e.card();
            if (!shown.equals(Optional.of(c))) {
                shown = Optional.of(c);
                line("<h2>" + text(WORDS.say("Session {0}", c.session())) + ": " + text(c.reader().isEmpty() ? WORDS.say("reader unknown") : c.reader()) + ", ATR <code>"
                        + (c.atr().equals(Atr.UNKNOWN) ? text(WORDS.say("unknown")) : c.atr()) + "</code> " + text(c.protocol()) + "</h2>");
            }
            Decoded d = interpreter.decode(e);
            String name = d.brief().name().isEmpty() ? WORDS.say("unknown command") : d.brief().name();
            int n = e.response().length();
            int sw1 = n < 2 ? 0 : e.response().at(n - 2);
            boolean good = e.failure().isEmpty() && (sw1 == 0x90 || sw1 == 0x61 || sw1 == 0x91 || sw1 == 0x9F);
            line("<details><summary>#" + e.number() + " <strong>" + text(name) + "</strong> " + text(d.brief().summary()) + " <span"
                    + (good ? "" : " class=\"bad\"") + ">"
                    + e.failure().map(f -> text(WORDS.say("no answer: {0}", f))).orElseGet(() -> text(d.brief().status()) + " <code>" + e.response()
                            .part(n - Math.min(2, n), n) + "</code>")
                    + "</span> <span class=\"meta\">" + e.time().map(t -> t + " ").orElse("")
                    + e.duration().map(x -> String.format(Words.locale(), "%.3f ms ", x.toNanos() / 1e6)).orElse("")
                            + text(e.origin().toString())
                    + (e.pinAtReader() ? " " + text(WORDS.say("PIN entered at the reader")) : "") + "</span></summary><dl>");
            for (Part p : d.parts()) {
                part(p);
            }
            line("</dl></details>");
        }

        private void part(Part p) throws IOException {
            line("<dt>" + text(p.kind().label()) + "</dt><dd><span class=\"hex\">"
                    + HexText.spaced(p.bytes()) + "</span>");
            fields(p.fields(), p.bytes());
            line("</dd>");
        }

        private void fields(List<Field> fields, Masked bytes) throws IOException {
            if (fields.isEmpty()) {
                return;
            }
            line("<ul>");
            for (Field f : fields) {
                int from = Math.min(f.offset(), bytes.length());
                Masked own = bytes.part(from, Math.min(f.end(), bytes.length()));
                line("<li>" + text(f.name()) + (f.value().isEmpty() ? "" : ": <strong" + (own.hasHidden() ? " class=\"secret\"" : "") + ">"
                        + text(f.value()) + "</strong>")
                        + (f.children().isEmpty() && own.length() > 0 && own.length() <= 64 ? " <code>" + HexText.spaced(own) + "</code>"
                                : ""));
                fields(f.children(), bytes);
                line("</li>");
            }
            line("</ul>");
        }

        @Override
        public void close() throws IOException {
            line("</body></html>");
            super.close();
        }
    }

    /** As text of a page: nothing in it is markup, and control characters are gone. */
    static String text(String s) {
        if (isPlain(s)) {
            return s;
        }
        var out = new StringBuilder(s.length());
        LinesWriter.inLine(s).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
            }
        });
        return out.toString();
    }

    /** As nearly all words are. */
    private static boolean isPlain(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < ' ' || c > '~' || c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
                return false;
            }
        }
        return true;
    }
}
