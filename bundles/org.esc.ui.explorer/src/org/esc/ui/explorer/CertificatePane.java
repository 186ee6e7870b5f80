// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.driver.verbs.CertificateRow;
import org.esc.driver.verbs.CertificateVerbs;
import org.esc.ui.Copy;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.TreeTable;

/** All that a certificate says: how long it lives, by icon and in words; its fields; the value of the selected one in full. */
final class CertificatePane extends Composite {

    private static final Words WORDS = Words.of(CertificatePane.class);

    /** A section, or a field of one. */
    private record Line(String name, String value, List<Line> parts) {
    }

    /** Pixels for the words about its life, which are wrapped where there is no more room. */
    private static final int LEAST_LIFE = 80;

    private final Label icon;
    private final Label life;
    private final TreeViewer fields;
    private final Text value;
    private final Composite head;
    private String pem = "";
    private String shown = "";

    /** @param export told when the person wants the certificate in a file */
    CertificatePane(Composite parent, Consumer<CertificatePane> export) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(this);
        head = new Composite(this, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(8, 6).spacing(8, 0).applyTo(head);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(head);
        icon = new Label(head, SWT.NONE);
        life = new Label(head, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).hint(LEAST_LIFE, SWT.DEFAULT).applyTo(life);
        var buttons = new Composite(head, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(8, 0).applyTo(buttons);
        var copy = NativeLook.of(new Button(buttons, SWT.PUSH));
        copy.setText(WORDS.say("Copy as PE&M"));
        copy.addListener(SWT.Selection, _ -> Copy.text(getDisplay(), pem));
        var save = NativeLook.of(new Button(buttons, SWT.PUSH));
        save.setText(WORDS.say("E&xport…"));
        save.addListener(SWT.Selection, _ -> export.accept(this));
        var sash = new SashForm(this, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        fields = TreeTable.<Line>in(sash, SWT.MULTI, WORDS.say("Fields of the certificate"), Line::parts, List.of(
                new TreeTable.Column<>(WORDS.say("Field"), 2, Line::name, Line::name),
                new TreeTable.Column<>(WORDS.say("Value"), 3, l -> l.value().replace('\n', ' '), Line::value)));
        value = Names.name(new Text(sash, SWT.MULTI | SWT.READ_ONLY | SWT.WRAP | SWT.V_SCROLL | SWT.BORDER), WORDS.say("Value of the field"));
        sash.setWeights(4, 1);
        fields.addSelectionChangedListener(e -> value.setText(e.getStructuredSelection().getFirstElement() instanceof Line l ? l.value() : ""));
    }

    void show(CertificateVerbs.Shown s) {
        if (s.pem().concat(s.certificate().expiry()).equals(shown)) {
            return;
        }
        shown = s.pem().concat(s.certificate().expiry());
        pem = s.pem();
        CertificateRow c = s.certificate();
        icon.setImage(Icons.image(CertificatePane.class, Entry.icon(c)));
        life.setText(Character.toUpperCase(c.expiry().charAt(0)) + c.expiry().substring(1));
        layout(true, true);
        var sections = new LinkedHashMap<String, List<Line>>();
        s.fields().forEach(f -> sections.computeIfAbsent(f.section(), _ -> new ArrayList<>()).add(new Line(f.name(), f.value(), List.of())));
        sections.put(WORDS.say("On the token"), onToken(c));
        fields.setInput(sections.entrySet().stream().map(CertificatePane::section).toList());
        fields.expandAll();
        value.setText("");
    }

    private static Line section(Map.Entry<String, List<Line>> e) {
        return new Line(e.getKey(), "", List.copyOf(e.getValue()));
    }

    private static List<Line> onToken(CertificateRow c) {
        var lines = new ArrayList<Line>();
        lines.add(new Line(WORDS.say("Name"), c.id() + (c.label().isEmpty() ? "" : ", " + c.label()), List.of()));
        lines.add(new Line(WORDS.say("Private key"), c.keySlot().map(k -> WORDS.say("in slot {0}", k)).orElse(WORDS.say("the token does not tell")), List.of()));
        lines.add(new Line(WORDS.say("Chain"), c.chain().isEmpty() ? c.chainComplete() ? WORDS.say("It is a root itself") : WORDS.say("Its issuer is not on the token")
                : c.id() + " ← " + String.join(" ← ", c.chain()) + (c.chainComplete() ? "" : " " + WORDS.say("← not on the token")), List.of()));
        return lines;
    }

    /** What is selected, or all, to be copied. */
    String text() {
        var lines = new StringJoiner("\n");
        var chosen = fields.getStructuredSelection();
        for (Object o : chosen.isEmpty() ? (List<?>) fields.getInput() : chosen.toList()) {
            add(lines, (Line) o);
        }
        return lines.toString();
    }

    private static void add(StringJoiner lines, Line l) {
        lines.add(l.name() + "\t" + l.value());
        l.parts().forEach(p -> add(lines, p));
    }
}
