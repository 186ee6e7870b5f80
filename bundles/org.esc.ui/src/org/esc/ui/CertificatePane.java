// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.StringJoiner;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.tps.client.trust.CertificateFacts;

/** Certificates in a row, the server's first, and below them all that a person compares of the one that is selected. */
public final class CertificatePane extends Composite {

    private static final Words WORDS = Words.of(CertificatePane.class);

    private final Table table;
    private final Text facts;
    private final List<CertificateFacts> chain;

    /** Of these certificates. */
    public CertificatePane(Composite parent, List<CertificateFacts> chain) {
        super(parent, SWT.NONE);
        this.chain = List.copyOf(chain);
        GridLayoutFactory.fillDefaults().spacing(6, 6).applyTo(this);
        table = Names.name(new Table(this, SWT.BORDER | SWT.SINGLE | SWT.FULL_SELECTION), WORDS.say("Certificates"));
        for (CertificateFacts c : this.chain) {
            new TableItem(table, SWT.NONE).setText(c.authority() ? WORDS.say("Authority: {0}", c.shortSubject()) : WORDS.say("Server: {0}", c.shortSubject()));
        }
        GridDataFactory.fillDefaults().grab(true, false).hint(480, table.getItemHeight() * Math.clamp(this.chain.size(), 2, 5) + 8).applyTo(table);
        facts = Names.name(new Text(this, SWT.MULTI | SWT.READ_ONLY | SWT.WRAP | SWT.BORDER | SWT.V_SCROLL), WORDS.say("Certificate"));
        GridDataFactory.fillDefaults().grab(true, true).hint(480, facts.getLineHeight() * 11).applyTo(facts);
        table.addListener(SWT.Selection, _ -> show());
        if (!this.chain.isEmpty()) {
            table.select(0);
            show();
        }
    }

    /** Selects one. */
    public void select(int index) {
        table.select(index);
        show();
    }

    private void show() {
        int at = table.getSelectionIndex();
        facts.setText(at < 0 ? "" : words(chain.get(at)));
    }

    /** A certificate in lines. */
    public static String words(CertificateFacts c) {
        var date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).localizedBy(Words.locale()).withZone(ZoneId.systemDefault());
        var lines = new StringJoiner("\n");
        lines.add(WORDS.say("Issued to: {0}", c.subject()));
        lines.add(c.selfSigned() ? WORDS.say("Issued by: itself") : WORDS.say("Issued by: {0}", c.issuer()));
        lines.add(WORDS.say("Valid: {0} to {1}", date.format(c.notBefore()), date.format(c.notAfter())));
        if (!c.names().isEmpty()) {
            lines.add(WORDS.say("For: {0}", String.join(", ", c.names())));
        }
        lines.add(WORDS.say("Key: {0}, signed with {1}", c.key(), c.signature()));
        lines.add(WORDS.say("Serial number: {0}", c.serial()));
        lines.add(WORDS.say("SHA-256 fingerprint:"));
        // two lines of sixteen pairs, as they are read out
        lines.add(c.readable().substring(0, 47));
        lines.add(c.readable().substring(48));
        return lines.toString();
    }
}
