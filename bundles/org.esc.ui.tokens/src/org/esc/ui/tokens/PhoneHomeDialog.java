// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.PhoneHomeVerbs.Answer;
import org.esc.tps.client.PhoneHomeVerbs.Source;
import org.esc.tps.client.PhoneHomeVerbs.Standing;
import org.esc.ui.Browse;
import org.esc.ui.DialogAsker;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Settings;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** Where a token's services are: what is on the token, what a person named instead, what was answered there; tested, changed, reset. By the verbs phone-home. */
final class PhoneHomeDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(PhoneHomeDialog.class);

    private static final List<String> FIELDS = List.of(WORDS.say("Issuer:"), WORDS.say("Operation (TPS):"), "UI:", "EnrolledTokenBrowserURL:", "EnrolledTokenURL:",
            "TokenType:", "CAChainUI:");

    /** Fields with a page that can be opened, and what is on the button for it, each with a letter of its own. */
    private static final Map<String, String> PAGES = Map.of("UI:", WORDS.say("&Open…"), "EnrolledTokenBrowserURL:", WORDS.say("O&pen…"), "CAChainUI:", WORDS.say("Ope&n…"));

    private final TokensModel model;
    private final TokenRow token;
    private final Map<String, Text> answers = new LinkedHashMap<>();
    private final List<Button> actions = new ArrayList<>();
    private Text onToken;
    private Text everywhere;
    private Text address;
    private Label asked;
    private Optional<VerbJob<?>> job = Optional.empty();
    private Optional<Standing> shown = Optional.empty();

    PhoneHomeDialog(Shell parent, TokensModel model, TokenRow token) {
        super(parent);
        this.model = model;
        this.token = token;
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Phone Home – {0}", token.reader().name()));
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 680), Math.max(wanted.y, 520));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Where this token’s services are"));
        setTitleImage(Icons.image(PhoneHomeDialog.class, "card64"));
        var page = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(14, 14).spacing(10, 8).applyTo(page);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        onToken = line(page, WORDS.say("On the token:"));
        everywhere = line(page, WORDS.say("In the settings:"));
        new Label(page, SWT.NONE).setText(WORDS.say("&Address to ask:"));
        address = Names.name(new Text(page, SWT.BORDER | SWT.SINGLE), WORDS.say("Address to ask"));
        address.setMessage("https://tps.example.com:8443/tps/phoneHome");
        address.setData("org.esc.ui.field", "address");
        address.addModifyListener(_ -> enable());
        GridDataFactory.fillDefaults().grab(true, false).hint(380, SWT.DEFAULT).applyTo(address);
        new Label(page, SWT.NONE);
        var row = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).spacing(8, 0).applyTo(row);
        action(row, WORDS.say("&Test"), WORDS.say("Asks the address, and shows what it answers"), this::test);
        action(row, WORDS.say("&Use for This Token"), WORDS.say("Asks this address from now on, instead of the one on the token"), this::use);
        action(row, WORDS.say("&Reset"), WORDS.say("The token’s own address holds again, and its answer is forgotten"), () -> run("phone-home reset", Map.of()));
        action(row, WORDS.say("&Forget Answer"), WORDS.say("It is asked for again when it is next needed"), () -> run("phone-home forget", Map.of()));
        asked = new Label(page, SWT.WRAP);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).indent(0, 10).hint(420, SWT.DEFAULT).applyTo(asked);
        FIELDS.forEach(f -> answers.put(f, PAGES.containsKey(f) ? openable(page, f) : line(page, f)));
        return area;
    }

    private static Text line(Composite page, String name) {
        new Label(page, SWT.NONE).setText(name);
        var text = Names.name(new Text(page, SWT.READ_ONLY | SWT.SINGLE), name);
        NativeLook.onGround(text);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(text);
        return text;
    }

    /** A line with an address, and a button that opens it when there is one. */
    private Text openable(Composite page, String name) {
        new Label(page, SWT.NONE).setText(name);
        var row = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(8, 0).applyTo(row);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(row);
        var text = Names.name(new Text(row, SWT.READ_ONLY | SWT.SINGLE), name);
        NativeLook.onGround(text);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(text);
        var open = Names.name(NativeLook.of(new Button(row, SWT.PUSH)), WORDS.say("Open {0}", name.replace(":", "")));
        open.setText(PAGES.get(name));
        open.setToolTipText(WORDS.say("Opens this page in the browser, once you have seen on which host it is"));
        open.setEnabled(false);
        text.addModifyListener(_ -> open.setEnabled(web(text.getText()).isPresent()));
        open.addListener(SWT.Selection, _ -> web(text.getText()).ifPresent(p -> Browse.ask(getShell(), p)));
        return text;
    }

    private static Optional<URI> web(String text) {
        return text.startsWith("http") ? PhoneHome.address(text) : Optional.empty();
    }

    private void action(Composite row, String label, String tooltip, Runnable what) {
        var button = NativeLook.of(new Button(row, SWT.PUSH));
        button.setText(label);
        button.setToolTipText(tooltip);
        button.addListener(SWT.Selection, _ -> what.run());
        actions.add(button);
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Close"), false));
        run("phone-home show", Map.of());
        address.setFocus();
    }

    private void test() {
        String typed = address.getText().strip();
        boolean inForce = shown.flatMap(Standing::inForce).filter(typed::equals).isPresent();
        run("phone-home test", inForce ? Map.of() : Map.of("url", List.of(typed)));
    }

    private void use() {
        run("phone-home set", Map.of("url", List.of(address.getText().strip())));
    }

    private void run(String verb, Map<String, List<String>> more) {
        var words = new LinkedHashMap<>(more);
        words.put("reader", List.of(token.reader().name()));
        if (verb.endsWith("test") || verb.endsWith("set")) {
            Settings.now(Settings.CA).ifPresent(file -> words.put("ca", List.of(file)));
        }
        VerbCall<?, ?> call;
        try {
            if (model.row(token.reader().name()).filter(r -> r.card().equals(token.card())).isEmpty()) {
                setMessage(WORDS.say("The card that this window was opened for is no longer in the reader."), IMessageProvider.ERROR);
                return;
            }
            call = VerbCall.named(verb, words);
        } catch (EscException e) {
            setMessage(ProblemText.forPerson(e.problem()), IMessageProvider.ERROR);
            return;
        }
        setMessage(verb.endsWith("show") ? WORDS.say("Looking at the token…") : WORDS.say("Asking…"));
        begin(new VerbJob<>(WORDS.say("Phone home – {0}", token.reader().name()), call, new UiInteraction(getShell().getDisplay(), new DialogAsker(this::getShell)),
                org.esc.command.Progress.NONE), verb);
    }

    private <R extends Record> void begin(VerbJob<R> newJob, String verb) {
        job = Optional.of(newJob.silently());
        enable();
        var display = getShell().getDisplay();
        newJob.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> ended(verb, result, failure));
            }
        });
        newJob.schedule();
    }

    private void ended(String verb, Record result, Throwable failure) {
        if (getShell() == null || getShell().isDisposed()) {
            return;
        }
        job = Optional.empty();
        if (failure != null) {
            Problem problem = ProblemText.problem(failure, WORDS.say("Phone home"));
            setMessage(ProblemText.forPerson(problem), IMessageProvider.ERROR);
            enable();
            return;
        }
        var s = (Standing) result;
        boolean looked = verb.endsWith("test") && !s.current();
        if (!looked) {
            shown = Optional.of(s);
        }
        String none = "\u2013";
        onToken.setText(s.onToken().orElse(WORDS.say("none")));
        everywhere.setText(s.settings().orElse(WORDS.say("none")));
        if (!looked) {
            address.setText(s.inForce().orElse(""));
        }
        asked.setText(s.answer().map(a -> s.current() || looked ? WORDS.say("Answer of {0}:", a.from())
                : WORDS.say("Answer of {0} (not used: it is not the address in force):",
                        a.from())).orElseGet(() -> WORDS.say("No answer is remembered; it is asked for when it is needed.")).replace("&", "&&"));
        Optional<Answer> a = s.answer();
        set(0, a.map(Answer::issuer).filter(i -> !i.isEmpty()).orElse(none));
        set(1, a.map(Answer::operation).orElse(none));
        set(2, a.flatMap(Answer::ui).orElse(none));
        set(3, a.flatMap(Answer::enrolledTokenBrowserUrl).orElse(none));
        set(4, a.flatMap(Answer::enrolledTokenUrl).orElse(none));
        set(5, a.flatMap(Answer::tokenType).orElse(none));
        set(6, a.flatMap(Answer::caChainUi).orElse(none));
        String how = switch (s.source()) {
            case NAMED -> WORDS.say("A person named the address for this token.");
            case TOKEN -> WORDS.say("The address on the token is used.");
            case SETTINGS -> WORDS.say("The token names no address: the one in the settings is used.");
            case NONE -> WORDS.say("Neither the token nor the settings name an address.");
        };
        String done = switch (verb) {
            case "phone-home test" -> WORDS.say("The address answers.") + " ";
            case "phone-home set" -> WORDS.say("From now on this address is asked for this token, on this computer. On the token itself only the "
                        + "token management system can write it: it does so when it formats or enrols it.") + " ";
            case "phone-home reset" -> WORDS.say("The token’s own address holds again.") + " ";
            case "phone-home forget" -> WORDS.say("The answer is forgotten.") + " ";
            default -> "";
        };
        setMessage(done + (verb.endsWith("set") ? "" : how), s.source() == Source.NONE ? IMessageProvider.WARNING
                : done.isEmpty() ? IMessageProvider.NONE : IMessageProvider.INFORMATION);
        if (!verb.endsWith("show")) {
            // the page for this token may have to be another one now
            model.finished(token.reader().name());
        }
        enable();
        asked.requestLayout();
    }

    private void set(int field, String value) {
        answers.get(FIELDS.get(field)).setText(value);
    }

    private void enable() {
        boolean idle = job.isEmpty();
        String typed = address.getText().strip();
        actions.get(0).setEnabled(idle && !typed.isEmpty());
        actions.get(1).setEnabled(idle && !typed.isEmpty() && shown.flatMap(Standing::inForce).filter(typed::equals).isEmpty());
        actions.get(2).setEnabled(idle && shown.filter(s -> s.named().isPresent() || s.answer().isPresent()).isPresent());
        actions.get(3).setEnabled(idle && shown.filter(s -> s.answer().isPresent()).isPresent());
    }

    @Override
    public boolean close() {
        job.ifPresent(VerbJob::cancel);
        return super.close();
    }
}
