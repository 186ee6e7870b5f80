// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Listener;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;

/** Leads through the demonstration: format, enrol, reset the password, each by a button. */
public final class GuideView extends ViewPart {

    private static final Words WORDS = Words.of(GuideView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.tokens.guide";

    private static final Operation[] STEPS = {Operation.FORMAT, Operation.ENROLL, Operation.RESET_PIN};

    private final Map<Operation, Button> buttons = new EnumMap<>(Operation.class);
    private final Map<Operation, Label> ticks = new EnumMap<>(Operation.class);
    private final Set<Operation> done = EnumSet.noneOf(Operation.class);
    /** After the window itself has given the focus back to what had it before. */
    private final Listener activated = e -> e.display.asyncExec(this::focusNextStep);
    private TokensModel model;
    private Subscription subscription;
    private Subscription demonstration;
    private Demo demo;
    private ScrolledComposite scroll;
    private Composite page;
    private Composite facts;
    private Text status;
    private Text server;
    private Text user;
    private Text password;
    private Demo.Phase shownPhase;
    private TokenState shownState;
    private boolean stepChanged;

    @Override
    public void createPartControl(Composite parent) {
        model = TokensPlugin.model();
        demo = TokensPlugin.demo();
        scroll = new ScrolledComposite(parent, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        page = new Composite(scroll, SWT.NONE);
        scroll.setContent(page);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(16, 14).spacing(10, 10).applyTo(page);
        var heading = new Label(page, SWT.WRAP);
        heading.setText(WORDS.say("From a blank card to an enrolled token"));
        heading.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.HEADER_FONT));
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).hint(200, SWT.DEFAULT).applyTo(heading);
        // where no step can be taken, it has the focus
        status = NativeLook.onGround(new Text(page, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY));
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).hint(200, SWT.DEFAULT).applyTo(status);
        step(Operation.FORMAT, WORDS.say("&1  Format"), WORDS.say("Log in as the user below; the server loads its applet onto the blank token."));
        step(Operation.ENROLL, WORDS.say("&2  Enrol"), WORDS.say("Log in again, choose a password for the token (4 to 10 letters and digits), and watch keys and "
                        + "certificates arrive."));
        step(Operation.RESET_PIN, WORDS.say("&3  Reset password"), WORDS.say("Forgotten? Log in again and choose a new one."));
        facts = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(10, 4).applyTo(facts);
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).applyTo(facts);
        server = fact(facts, WORDS.say("Server:"));
        user = fact(facts, WORDS.say("User:"));
        password = fact(facts, WORDS.say("Password:"));
        demonstration = demo.onChange(() -> {
            if (!page.isDisposed()) {
                page.getDisplay().asyncExec(this::show);
            }
        });
        subscription = model.subscribe(this::show);
        scroll.addListener(SWT.Resize, _ -> resize());
        getSite().getShell().addListener(SWT.Activate, activated);
        show();
    }

    private void step(Operation operation, String label, String explanation) {
        var tick = new Label(page, SWT.NONE);
        GridDataFactory.fillDefaults().align(SWT.END, SWT.CENTER).hint(20, 20).applyTo(tick);
        var button = NativeLook.of(new Button(page, SWT.PUSH));
        button.setText(label);
        button.setImage(Icons.image(GuideView.class, operation.verb()));
        button.setData("org.esc.ui.operation", operation);
        button.addListener(SWT.Selection, _ -> row().filter(r -> r.possible(operation)).ifPresent(
                r -> start(operation, r)));
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).applyTo(button);
        var text = new Label(page, SWT.WRAP);
        text.setText(explanation);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).hint(140, SWT.DEFAULT).applyTo(text);
        buttons.put(operation, button);
        ticks.put(operation, tick);
    }

    private void start(Operation operation, TokenRow row) {
        model.select(Optional.of(row.reader().name()));
        var dialog = new OperationDialog(getSite().getShell(), model, operation, row);
        // the user and the password to be typed in stay readable
        dialog.keepClearOf(scroll);
        dialog.onSuccess(() -> {
            done.add(operation);
            if (operation == Operation.FORMAT) {
                done.remove(Operation.ENROLL);
                done.remove(Operation.RESET_PIN);
            }
            show();
        });
        dialog.open();
    }

    private static Text fact(Composite parent, String label) {
        var name = new Label(parent, SWT.NONE);
        name.setText(label);
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(name);
        // selectable, so that it can be copied into the login form
        var text = Names.name(new Text(parent, SWT.READ_ONLY | SWT.SINGLE), label);
        GridDataFactory.fillDefaults().grab(true, false).hint(200, SWT.DEFAULT).applyTo(text);
        return text;
    }

    private Optional<TokenRow> row() {
        return model.row(demo.reader());
    }

    private void show() {
        if (page.isDisposed()) {
            return;
        }
        boolean ready = demo.phase() == Demo.Phase.READY;
        Optional<TokenRow> row = ready ? row() : Optional.empty();
        status.setText(switch (demo.phase()) {
            case STARTING -> WORDS.say("The embedded token management system is starting…");
            case FAILED -> demo.problem().map(ProblemText::forPerson).orElse(WORDS.say("The demonstration cannot be shown."));
            case READY -> row.map(r -> WORDS.say("A software token is plugged in as “{0}”. It is now: {1}", r.reader().name(),
                    r.activity().isEmpty() ? r.stateText() + "." : r.activity())).orElseGet(() -> WORDS.say("The software token has been unplugged."));
        });
        for (Operation step : STEPS) {
            buttons.get(step).setEnabled(row.filter(r -> r.possible(step)).isPresent());
            ticks.get(step).setImage(done.contains(step) ? Icons.image(GuideView.class, "tick") : null);
        }
        // nothing to be read, and nothing that could take the focus, before it is known
        facts.setVisible(ready);
        server.setText(demo.server());
        user.setText(demo.user());
        password.setText(demo.password());
        page.layout();
        resize();
        if (demo.phase() != shownPhase || row.map(TokenRow::state).orElse(null) != shownState) {
            shownPhase = demo.phase();
            shownState = row.map(TokenRow::state).orElse(null);
            stepChanged = true;
            focusNextStep();
        }
    }

    /** The next step is one key away; but only if the keys come here anyway: taking the focus would take it from the dialog in front. */
    private void focusNextStep() {
        if (stepChanged && !page.isDisposed() && getSite().getPage().getActivePart() == this
                && page.getDisplay().getActiveShell() == page.getShell()) {
            stepChanged = false;
            setFocus();
        }
    }

    private void resize() {
        int width = scroll.getClientArea().width;
        scroll.setMinSize(page.computeSize(width > 0 ? width : SWT.DEFAULT, SWT.DEFAULT));
    }

    @Override
    public void setFocus() {
        Stream.concat(Arrays.stream(STEPS).filter(step -> !done.contains(step)), Arrays.stream(STEPS)).map(buttons::get)
                .filter(Button::isEnabled).findFirst().ifPresentOrElse(Button::setFocus, status::setFocus);
    }

    @Override
    public void dispose() {
        if (!getSite().getShell().isDisposed()) {
            getSite().getShell().removeListener(SWT.Activate, activated);
        }
        if (subscription != null) {
            subscription.close();
            demonstration.close();
        }
        super.dispose();
    }
}
