// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.forms.events.ExpansionEvent;
import org.eclipse.ui.forms.events.IExpansionListener;
import org.eclipse.ui.forms.widgets.ExpandableComposite;

/** Words for a person, with the particulars one click away. */
public final class ProblemPane extends Composite {

    /** A pane with a picture ({@link SWT#ICON_ERROR}, …), the words, and particulars that may be empty. */
    public ProblemPane(Composite parent, int icon, String words, String particulars) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(12, 12).spacing(12, 8).applyTo(this);
        var picture = new Label(this, SWT.NONE);
        picture.setImage(getDisplay().getSystemImage(icon));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(picture);
        var text = new Text(this, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY);
        text.setText(words);
        text.setBackground(getBackground());
        Names.name(text, "What happened");
        GridDataFactory.fillDefaults().grab(true, false).hint(380, SWT.DEFAULT).applyTo(text);
        if (particulars.isBlank()) {
            return;
        }
        var fold = new ExpandableComposite(this, SWT.NONE, ExpandableComposite.TWISTIE | ExpandableComposite.CLIENT_INDENT);
        fold.setText("Details");
        fold.setBackground(getBackground());
        GridDataFactory.fillDefaults().grab(true, true).span(2, 1).applyTo(fold);
        var more = new Text(fold, SWT.MULTI | SWT.READ_ONLY | SWT.H_SCROLL | SWT.V_SCROLL | SWT.BORDER);
        more.setText(particulars);
        Names.name(more, "Details");
        fold.setClient(more);
        fold.addExpansionListener(IExpansionListener.expansionStateChangedAdapter((ExpansionEvent _) -> requestLayout()));
    }
}
