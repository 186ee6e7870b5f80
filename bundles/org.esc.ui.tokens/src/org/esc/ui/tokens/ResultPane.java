// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.tps.client.Day;
import org.esc.tps.client.TokenResult;
import org.esc.ui.Names;
import org.esc.ui.ProblemPane;

/** How an operation ended, certificate by certificate. */
final class ResultPane extends Composite {

    private static final Words WORDS = Words.of(ResultPane.class);

    ResultPane(Composite parent, TokenResult result, String particulars) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(2, 0).extendedMargins(0, 12, 12, 0).spacing(0, 0).applyTo(this);
        String summary = result.certificates().stream().collect(Collectors.groupingBy(TokenResult.Certificate::outcome, TreeMap::new,
                Collectors.counting())).entrySet().stream().map(e -> e.getValue() + " " + e.getKey().words()).collect(Collectors.joining(", "));
        int removed = result.removed().size();
        String words = WORDS.say("Certificates: {0}.",
                summary + (removed == 0 ? "" : (summary.isEmpty() ? "" : ", ") + WORDS.say("{0} removed", removed)));
        var pane = new ProblemPane(this, SWT.ICON_INFORMATION, words, particulars);
        var table = CertificateTable.on(this, WORDS.say("Certificates"), WORDS.say("What became of it"));
        result.certificates().forEach(c -> CertificateTable.row(table, c.label().isEmpty() ? c.id() : c.label(), Day.text(c.notAfter()),
                c.outcome().words()));
        result.removed().forEach(c -> CertificateTable.row(table, c.label().isEmpty() ? c.id() : c.label(), Day.text(c.notAfter()),
                c.outcome().words()));
        GridDataFactory.fillDefaults().grab(true, false).indent(14, 0).hint(SWT.DEFAULT, CertificateTable.height(table)).applyTo(table.getParent());
        table.getParent().moveAbove(pane);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(pane);
        if (!result.notes().isEmpty()) {
            var notes = Names.name(new Text(this, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY), WORDS.say("Notes"));
            notes.setText(String.join("\n", result.notes()));
            notes.setBackground(getBackground());
            GridDataFactory.fillDefaults().grab(true, false).indent(14, 6).hint(400, SWT.DEFAULT).applyTo(notes);
            notes.moveAbove(pane);
        }
    }
}
