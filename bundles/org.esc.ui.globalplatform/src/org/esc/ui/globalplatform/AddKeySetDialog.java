// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Interaction;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.keys.StoredSet;
import org.esc.securechannel.keys.TypedKey;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.VerbDialog;

/** Gives a key set a name: keys typed in, of an environment variable, or in a PKCS#11 token. Says what it makes of typed keys at once. */
final class AddKeySetDialog extends VerbDialog {

    private static final Words WORDS = Words.of(AddKeySetDialog.class);

    private static final List<String> PURPOSES = List.of("ENC", "MAC", "DEK");

    /** Where the keys come from. */
    enum Source {
        TYPED, ENVIRONMENT, TOKEN;

        private String label() {
            return switch (this) {
                case TYPED -> WORDS.say("&Typed in");
                case ENVIRONMENT -> WORDS.say("&In an environment variable, copied from there");
                case TOKEN -> WORDS.say("In a PKCS#11 to&ken or HSM, which they never leave");
            };
        }
    }

    private final Consumer<String> added;
    private final Map<String, String> given = new HashMap<>();
    private final Map<String, Text> keys = new LinkedHashMap<>();
    private final Map<String, Label> looks = new HashMap<>();
    private final Map<String, Text> boxes = new LinkedHashMap<>();
    private final Map<Source, Composite> places = new EnumMap<>(Source.class);
    private Source source = Source.TYPED;
    private Combo method;
    private Label methodSays;
    private Button replace;
    private Composite where;
    private Optional<TypedAnswers> answers = Optional.empty();

    /** @param added told the name, once the set is stored */
    AddKeySetDialog(Shell parent, Consumer<String> added) {
        super(parent, WORDS.say("Add Key Set"), "");
        this.added = added;
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 700), Math.max(wanted.y, 620));
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
        turnTo(Stage.INPUT, WORDS.say("A key set opens the secure channel of cards. Keys are stored encrypted under a master password."), IMessageProvider.NONE);
        Composite page = page(2);
        boxes.clear();
        boxes.put("name", box(page, WORDS.say("&Name:"), "name", WORDS.say("how you call it: letters, digits, dots, dashes"), 1, SWT.NONE));
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("Keys:"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(label);
        var sources = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(sources);
        for (Source s : Source.values()) {
            var button = NativeLook.of(new Button(sources, SWT.RADIO));
            button.setText(s.label());
            button.setSelection(s == source);
            button.setData(FormQuestion.FIELD, s.name());
            button.addListener(SWT.Selection, _ -> {
                if (button.getSelection()) {
                    source = s;
                    showSource();
                }
            });
        }
        where = new Composite(page, SWT.NONE);
        where.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(where);
        places.put(Source.TYPED, typed(where));
        places.put(Source.ENVIRONMENT, environment(where));
        places.put(Source.TOKEN, token(where));
        method = choice(page, WORDS.say("Di&versified by:"), Diversification.known().stream().map(AddKeySetDialog::shortName).toList(), 1, SWT.DROP_DOWN);
        method.setText(given.getOrDefault("kdf", "none"));
        method.setToolTipText(WORDS.say("How each card's own keys come from these, or a template such as $4$5$6$7$8$9 F0 $k $4$5$6$7$8$9 0F $k"));
        method.addModifyListener(_ -> validate());
        new Label(page, SWT.NONE);
        methodSays = new Label(page, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(440, 2 * methodSays.computeSize(SWT.DEFAULT, SWT.DEFAULT).y).applyTo(methodSays);
        replace = NativeLook.of(new Button(page, SWT.CHECK));
        replace.setText(WORDS.say("Re&place a key set of the same name"));
        replace.setSelection(given.containsKey("replace"));
        GridDataFactory.fillDefaults().span(2, 1).applyTo(replace);
        boxes.forEach((word, box) -> {
            box.setText(given.getOrDefault(word, ""));
            box.addModifyListener(_ -> validate());
        });
        ((StackLayout) where.getLayout()).topControl = places.get(source);
        show(page);
        buttons(WORDS.say("&Add Key Set"), false, WORDS.say("&Cancel"), false);
        validate();
        boxes.get("name").setFocus();
    }

    private static String shortName(Diversification d) {
        return d.equals(Diversification.NIST_SP800_108) ? "sp800-108" : d.name().toLowerCase(java.util.Locale.ROOT);
    }

    private Composite typed(Composite parent) {
        var place = columns(parent, 2);
        keys.clear();
        for (String purpose : PURPOSES) {
            String label = WORDS.say("&{0} key:", purpose);
            Text box = box(place, label, purpose, "", 1, SWT.PASSWORD);
            box.setTextLimit(128);
            keys.put(purpose, box);
            new Label(place, SWT.NONE);
            var look = new Label(place, SWT.NONE);
            GridDataFactory.fillDefaults().grab(true, false).applyTo(look);
            looks.put(purpose, look);
            box.addModifyListener(_ -> {
                look(purpose);
                validate();
            });
        }
        answers.ifPresent(a -> keys.forEach((purpose, box) -> a.restore(purpose, box::setTextChars)));
        PURPOSES.forEach(this::look);
        new Label(place, SWT.NONE);
        var show = NativeLook.of(new Button(place, SWT.CHECK));
        show.setText(WORDS.say("&Show the digits"));
        char hidden = keys.get("ENC").getEchoChar();
        show.addListener(SWT.Selection, _ -> keys.values().forEach(b -> b.setEchoChar(show.getSelection() ? '\0' : hidden)));
        return place;
    }

    private Composite environment(Composite parent) {
        var place = columns(parent, 2);
        boxes.put("keyEnv", box(place, WORDS.say("Va&riable:"), "keyEnv", WORDS.say("with one key for all three, or ENC:MAC:DEK"), 1, SWT.NONE));
        return place;
    }

    private Composite token(Composite parent) {
        var place = columns(parent, 3);
        Text library = box(place, WORDS.say("&Library:"), "pkcs11", WORDS.say("the token's PKCS#11 module, a file"), 1, SWT.NONE);
        boxes.put("pkcs11", library);
        var browse = NativeLook.of(new Button(place, SWT.PUSH));
        browse.setText(WORDS.say("&Browse…"));
        browse.addListener(SWT.Selection, _ -> {
            var dialog = Names.titled(new FileDialog(getShell(), SWT.OPEN));
            dialog.setFilterExtensions(new String[] {"*.so;*.dll;*.dylib", "*"});
            dialog.setFilterNames(new String[] {WORDS.say("PKCS#11 modules (*.so, *.dll, *.dylib)"), WORDS.say("All files")});
            String chosen = dialog.open();
            if (chosen != null) {
                library.setText(chosen);
            }
        });
        boxes.put("pkcs11Slot", box(place, WORDS.say("Sl&ot:"), "pkcs11Slot", WORDS.say("a number; empty if there is one token only"), 2, SWT.NONE));
        boxes.put("pkcs11Label", box(place, WORDS.say("Label of the ke&ys:"), "pkcs11Label", WORDS.say("of one key, or what comes before -ENC, -MAC and -DEK"), 2, SWT.NONE));
        var note = new Label(place, SWT.WRAP);
        note.setText(WORDS.say("The token's PIN is asked for in a moment, and each time the keys are used."));
        GridDataFactory.fillDefaults().span(3, 1).applyTo(note);
        return place;
    }

    private static Composite columns(Composite parent, int columns) {
        var place = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(columns).margins(20, 4).spacing(10, 4).applyTo(place);
        return place;
    }

    private void showSource() {
        ((StackLayout) where.getLayout()).topControl = places.get(source);
        where.layout();
        validate();
    }

    /** Says what a typed key is, under its box. */
    private void look(String purpose) {
        Text box = keys.get(purpose);
        Label look = looks.get(purpose);
        if (box.getCharCount() == 0) {
            look.setText(purpose.equals("ENC") ? WORDS.say("32, 48 or 64 hexadecimal digits") : WORDS.say("empty: the same as ENC"));
        } else {
            try (Secret text = secret(box)) {
                look.setText(TypedKey.of(purpose, text).text());
            }
        }
        look.setToolTipText(look.getText());
        // a screen reader comes by the box, not by the words under it
        Names.name(box, WORDS.say("{0} key, {1}", purpose, look.getText()));
    }

    private static Secret secret(Text box) {
        char[] typed = box.getTextChars();
        try {
            return Secret.of(typed);
        } finally {
            Arrays.fill(typed, '\0');
        }
    }

    private void validate() {
        if (method == null || method.isDisposed()) {
            // what was typed comes back while the page is still being built; it is looked at when that is done
            return;
        }
        Optional<String> complaint = Optional.empty();
        try {
            Diversification d = Diversification.of(method.getText());
            methodSays.setText(said(d));
        } catch (IllegalArgumentException e) {
            methodSays.setText("");
            complaint = Optional.of(WORDS.say("Diversification: {0}.", e.getMessage()));
        }
        boolean complete = complaint.isEmpty() && boxes.get("name").getCharCount() > 0 && switch (source) {
            case TYPED -> keys.entrySet().stream().allMatch(e -> e.getValue().getCharCount() == 0 && !e.getKey().equals("ENC") || good(e.getKey()));
            case ENVIRONMENT -> !boxes.get("keyEnv").getText().isBlank();
            case TOKEN -> !boxes.get("pkcs11").getText().isBlank();
        };
        entered(complaint, complete);
    }

    private boolean good(String purpose) {
        try (Secret text = secret(keys.get(purpose))) {
            return TypedKey.of(purpose, text).complaint().isEmpty();
        }
    }

    private static String said(Diversification d) {
        return d.masters().map(m -> m == KeyType.AES
                ? WORDS.say("These are AES master keys; each card's own keys are computed from them and its diversification data.")
                : WORDS.say("These are triple DES master keys; each card's own keys are computed from them and its diversification data."))
                .orElse(WORDS.say("Each card has these very keys."));
    }

    @Override
    protected void accepted(Stage at) {
        switch (at) {
            case INPUT -> add();
            case FAILED -> ask();
            case PLANNING, PLAN, RUNNING, DONE -> {
                // the button cannot be pressed
            }
        }
    }

    private void add() {
        given.clear();
        given.put("name", boxes.get("name").getText().strip());
        given.put("kdf", method.getText().strip());
        if (replace.getSelection()) {
            given.put("replace", "true");
        }
        for (String word : switch (source) {
            case TYPED -> List.<String>of();
            case ENVIRONMENT -> List.of("keyEnv");
            case TOKEN -> List.of("pkcs11", "pkcs11Slot", "pkcs11Label");
        }) {
            String value = boxes.get(word).getText().strip();
            if (!value.isEmpty()) {
                given.put(word, value);
            }
        }
        forget();
        if (source == Source.TYPED) {
            var typed = new LinkedHashMap<String, Secret>();
            keys.forEach((purpose, box) -> typed.put(purpose, secret(box)));
            // kept for a way back: the key set's name may be taken, or the master password wrong
            answers = Optional.of(new TypedAnswers(typed, super.interaction()));
        }
        wipe();
        turnTo(Stage.RUNNING, WORDS.say("Storing the key set."), IMessageProvider.NONE);
        var words = new HashMap<String, List<String>>();
        given.forEach((word, value) -> words.put(word, List.of(value)));
        run("keysets add", words, WORDS.say("Adding key set {0}", given.get("name")), WORDS.say("Storing…"), true, result -> done((StoredSet) result));
    }

    @Override
    protected Interaction interaction() {
        return answers.<Interaction>map(a -> a).orElseGet(super::interaction);
    }

    private void done(StoredSet set) {
        forget();
        turnTo(Stage.DONE, WORDS.say("Key set {0}", set.name()), IMessageProvider.INFORMATION);
        setTitle(WORDS.say("Added"));
        String values = set.kcvs().isEmpty() ? "" : "\n\n" + WORDS.say("Check values: {0} ({1})", set.checkValues(), set.keyType());
        ended(pane(SWT.ICON_INFORMATION, (set.where().equals("token")
                ? WORDS.say("Key set {0} is in the token: {1}; diversification {2}.", set.name(), set.description(), set.kdf())
                : WORDS.say("Key set {0} is stored, {1}; diversification {2}.", set.name(), set.description(), set.kdf())) + values, ""), "");
        added.accept(set.name());
    }

    private void forget() {
        answers.ifPresent(TypedAnswers::close);
        answers = Optional.empty();
    }

    /** Empties the boxes that hold keys. */
    private void wipe() {
        keys.values().stream().filter(b -> !b.isDisposed()).forEach(b -> b.setTextChars(new char[0]));
    }

    @Override
    public boolean close() {
        wipe();
        forget();
        return super.close();
    }
}
