// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.tps.client.Day;
import org.esc.tps.client.TokenPlan;
import org.esc.ui.Names;

/** What an operation will do: the certificates on the token and what becomes of them, the steps, and what to think about first. */
final class PlanPane extends Composite {

    private static final Words WORDS = Words.of(PlanPane.class);

    private final Label waiting;

    PlanPane(Composite parent) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(10, 8).applyTo(this);
        waiting = new Label(this, SWT.WRAP);
        waiting.setText(WORDS.say("Looking at what will happen…"));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(waiting);
    }

    /** It could not be looked ahead; the operation can be tried all the same. */
    void failed(String why) {
        waiting.setText(why.isEmpty() ? "" : WORDS.say("What will happen could not be looked at: {0}", why.replace("&", "&&")));
        waiting.requestLayout();
    }

    void show(TokenPlan plan) {
        waiting.dispose();
        if (!plan.certificates().isEmpty()) {
            var table = CertificateTable.on(this, WORDS.say("Certificates on the token now"), WORDS.say("What becomes of it"));
            plan.certificates().forEach(e -> CertificateTable.row(table, e.name(), e.expired() ? WORDS.say("{0} (expired)", Day.text(e.notAfter()))
                    : Day.text(e.notAfter()), e.decrypts() ? WORDS.say("{0}; decrypts, {1}", e.fate().words(), e.copy().words()) : e.fate().words()));
            GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(SWT.DEFAULT, CertificateTable.height(table)).applyTo(table.getParent());
        }
        for (String warning : plan.warnings()) {
            var picture = new Label(this, SWT.NONE);
            picture.setImage(getDisplay().getSystemImage(SWT.ICON_WARNING));
            GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(picture);
            var words = new Label(this, SWT.WRAP);
            words.setText(warning.replace("&", "&&"));
            GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).hint(360, SWT.DEFAULT).applyTo(words);
        }
        var steps = new Text(this, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY);
        var text = new StringBuilder();
        if (!plan.server().isEmpty()) {
            text.append(WORDS.say("Server: {0}", plan.server())).append(plan.issuer().isEmpty() ? "" : " (" + plan.issuer() + ")")
                    .append(plan.tokenType().map(t -> ", " + WORDS.say("token type {0}", t)).orElse("")).append('\n');
        }
        for (int i = 0; i < plan.steps().size(); i++) {
            text.append(i + 1).append(". ").append(plan.steps().get(i)).append(i + 1 < plan.steps().size() ? "\n" : "");
        }
        steps.setText(text.toString());
        steps.setBackground(getBackground());
        Names.name(steps, WORDS.say("What will happen"));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, true).hint(420, SWT.DEFAULT).applyTo(steps);
        requestLayout();
        grow();
    }

    /** A dialog that is too low grows. */
    private void grow() {
        Shell shell = getShell();
        Point wanted = shell.computeSize(shell.getSize().x, SWT.DEFAULT);
        int most = shell.getMonitor().getClientArea().height;
        if (wanted.y > shell.getSize().y) {
            shell.setSize(shell.getSize().x, Math.min(wanted.y, most));
        }
    }
}
