// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.securechannel.keys.Kcv;
import org.esc.securechannel.keys.KeysPreviewVerb;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.VerbDialog;

/** Shows check values of the keys that a key set makes for one card, without authenticating to the card. */
final class KeyPreviewDialog extends VerbDialog {

    private static final Words WORDS = Words.of(KeyPreviewDialog.class);

    /** How the card is named. */
    enum Which {
        READER, KDD, CPLC;

        private String label() {
            return switch (this) {
                case READER -> WORDS.say("In &reader:");
                case KDD -> WORDS.say("By its &diversification data:");
                case CPLC -> WORDS.say("By its &production data:");
            };
        }
    }

    private final String set;
    private final List<String> readers;
    private Which which;
    private String reader;
    private String kdd = "";
    private String cplc = "";
    private Combo readerBox;
    private Text kddBox;
    private Text cplcBox;

    /** @param readers those that hold a card, the one preferred first */
    KeyPreviewDialog(Shell parent, String set, List<String> readers) {
        super(parent, WORDS.say("Preview Check Values"), set);
        this.set = set;
        this.readers = readers;
        which = readers.isEmpty() ? Which.KDD : Which.READER;
        reader = readers.isEmpty() ? "" : readers.getFirst();
    }

    @Override
    protected void begin() {
        ask();
    }

    @Override
    protected boolean canGoBack() {
        return true;
    }

    private void ask() {
        turnTo(Stage.INPUT, WORDS.say("Of which card? Nothing is authenticated; a card in a reader is only asked for its diversification data."), IMessageProvider.NONE);
        Composite page = page(2);
        for (Which w : Which.values()) {
            var button = NativeLook.of(new Button(page, SWT.RADIO));
            button.setText(w.label());
            button.setSelection(w == which);
            button.setData(FormQuestion.FIELD, w.name());
            button.setEnabled(w != Which.READER || !readers.isEmpty());
            button.addListener(SWT.Selection, _ -> {
                if (button.getSelection()) {
                    which = w;
                    validate();
                }
            });
            switch (w) {
                case READER -> {
                    readerBox = Names.name(new Combo(page, SWT.READ_ONLY), WORDS.say("Reader"));
                    readerBox.setItems(readers.toArray(String[]::new));
                    readerBox.setText(reader);
                    readerBox.addListener(SWT.Selection, _ -> validate());
                    GridDataFactory.fillDefaults().grab(true, false).applyTo(readerBox);
                }
                case KDD -> kddBox = text(page, WORDS.say("Diversification data"), "kdd", kdd, WORDS.say("20 hexadecimal digits (GET DATA 00CF)"));
                case CPLC -> cplcBox = text(page, WORDS.say("Production data"), "cplc", cplc, WORDS.say("84 or 90 hexadecimal digits (GET DATA 9F7F)"));
            }
        }
        show(page);
        buttons(WORDS.say("&Show"), true, WORDS.say("&Cancel"), true);
        validate();
        (which == Which.READER ? readerBox : kddBox).setFocus();
    }

    private Text text(Composite page, String name, String field, String value, String hint) {
        var box = Names.name(new Text(page, SWT.BORDER | SWT.SINGLE), name);
        box.setMessage(hint);
        box.setText(value);
        box.setData(FormQuestion.FIELD, field);
        box.addModifyListener(_ -> validate());
        GridDataFactory.fillDefaults().grab(true, false).hint(380, SWT.DEFAULT).applyTo(box);
        return box;
    }

    private void validate() {
        readerBox.setEnabled(which == Which.READER);
        kddBox.setEnabled(which == Which.KDD);
        cplcBox.setEnabled(which == Which.CPLC);
        switch (which) {
            case READER -> entered(Optional.empty(), !readerBox.getText().isEmpty());
            case KDD -> entered(wrong(kddBox, 10, 10), bytes(kddBox) == 10);
            case CPLC -> entered(wrong(cplcBox, 42, 45), bytes(cplcBox) == 42 || bytes(cplcBox) == 45);
        }
    }

    private static int bytes(Text box) {
        try {
            return Hex.parse(box.getText()).length;
        } catch (IllegalArgumentException _) {
            return -1;
        }
    }

    private static Optional<String> wrong(Text box, int least, int most) {
        String text = box.getText().replaceAll("[\\s:-]", "");
        if (!text.matches("[0-9A-Fa-f]*")) {
            return Optional.of(WORDS.say("Only hexadecimal digits, please."));
        }
        return text.length() > 2 * most ? Optional.of(most > least
                ? WORDS.say("That is too long: there are {0} or {1} bytes.", least, most) : WORDS.say("That is too long: there are {0} bytes.", least))
                : Optional.empty();
    }

    @Override
    protected void accepted(Stage at) {
        switch (at) {
            case INPUT -> preview();
            case FAILED, DONE -> ask();
            case PLANNING, PLAN, RUNNING -> {
                // the button cannot be pressed
            }
        }
    }

    private void preview() {
        reader = readerBox.getText();
        kdd = kddBox.getText();
        cplc = cplcBox.getText();
        Map<String, List<String>> words = new HashMap<>(Map.of("keys", List.of(set)));
        switch (which) {
            case READER -> words.put("reader", List.of(reader));
            case KDD -> words.put("kdd", List.of(kdd));
            case CPLC -> words.put("cplc", List.of(cplc));
        }
        turnTo(Stage.RUNNING, WORDS.say("Computing check values."), IMessageProvider.NONE);
        run("keysets preview", words, WORDS.say("Previewing key set {0}", set), WORDS.say("Opening the key set…"), true, result -> done((KeysPreviewVerb.Result) result));
    }

    private void done(KeysPreviewVerb.Result result) {
        turnTo(Stage.DONE, WORDS.say("Card {0}", result.kdd()) + ", " + result.keys(), IMessageProvider.INFORMATION);
        Composite page = page(1);
        new Label(page, SWT.NONE).setText(WORDS.say("Keys that this card should have, by their check values:"));
        var table = Names.name(new Table(page, SWT.BORDER | SWT.FULL_SELECTION | SWT.V_SCROLL), WORDS.say("Check values"));
        table.setHeaderVisible(true);
        for (String title : List.of(WORDS.say("Key"), WORDS.say("Kind"), WORDS.say("Check value (KCV)"))) {
            new TableColumn(table, SWT.NONE).setText(title);
        }
        for (Kcv k : result.kcvs()) {
            new TableItem(table, SWT.NONE).setText(new String[] {k.purpose(), k.type().name().toLowerCase(Locale.ROOT) + "-" + k.bits(), k.kcv()});
        }
        for (TableColumn c : table.getColumns()) {
            c.pack();
            c.setWidth(c.getWidth() + 30);
        }
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
        var note = new Label(page, SWT.WRAP);
        note.setText(switch (result.from()) {
            case "initialize-update" -> WORDS.say("The card told its data in answer to INITIALIZE UPDATE. Nothing was authenticated.");
            case "get-data" -> WORDS.say("The card told its data in answer to GET DATA. Nothing was authenticated.");
            case "cplc" -> WORDS.say("Fabricator, type, batch and serial number were taken for the diversification data. A card may have "
                        + "other data.");
            default -> WORDS.say("No card was touched.");
        });
        GridDataFactory.fillDefaults().grab(true, false).hint(400, SWT.DEFAULT).applyTo(note);
        ended(page, WORDS.say("&Back"));
    }
}
