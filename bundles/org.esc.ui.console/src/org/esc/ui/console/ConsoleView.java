// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.bindings.keys.KeyStroke;
import org.eclipse.jface.bindings.keys.ParseException;
import org.eclipse.jface.fieldassist.ContentProposal;
import org.eclipse.jface.fieldassist.ContentProposalAdapter;
import org.eclipse.jface.fieldassist.IContentProposal;
import org.eclipse.jface.fieldassist.TextContentAdapter;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.console.CardConsole;
import org.esc.console.CardConsoles;
import org.esc.console.Completion;
import org.esc.console.ScriptException;
import org.esc.console.Step;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;

/** Commands that are typed go to a card, exactly these bytes, and its answers are shown. The card stays connected from one line to the next. */
public final class ConsoleView extends ViewPart {

    private static final Words WORDS = Words.of(ConsoleView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.console.view";

    private static final String HINT = WORDS.say("> 00A4040009A0000003080000100000     (Ctrl+Space proposes, Up brings back)");
    private static final int MOST_HISTORY = 500;
    /** Failures behind which the card is still there. */
    private static final Set<String> CARD_STAYS = Set.of("expectation-failed", "script-failed", "no-data-object", "unexpected-length", "card-not-authentic",
            "authentication-refused", "security-level");

    private Composite area;
    private CardPicker card;
    private Button disconnect;
    private Label state;
    private StepTable steps;
    private Text input;
    private Button send;
    private Button stop;
    private Label wrong;
    private final List<String> history = new ArrayList<>();
    private int at;
    private String written = "";
    private int lines;
    /** Only jobs of this view touch it. */
    private Optional<CardConsole> console = Optional.empty();
    private Optional<CardJob> running = Optional.empty();

    @Override
    public void createPartControl(Composite parent) {
        area = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(area);
        var top = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).margins(6, 4).spacing(6, 2).applyTo(top);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(top);
        new Label(top, SWT.NONE).setText(WORDS.say("C&ard:"));
        card = new CardPicker(top);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).hint(320, SWT.DEFAULT).applyTo(card.combo());
        disconnect = NativeLook.of(new Button(top, SWT.PUSH));
        disconnect.setText(WORDS.say("Disc&onnect"));
        disconnect.addListener(SWT.Selection, _ -> disconnect());
        state = new Label(top, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(state);
        steps = new StepTable(area, WORDS.say("Sent and answered"));
        GridDataFactory.fillDefaults().grab(true, true).applyTo(steps);
        var bottom = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).margins(6, 4).spacing(6, 2).applyTo(bottom);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bottom);
        new Label(bottom, SWT.NONE).setText(WORDS.say("L&ine:"));
        input = Names.name(new Text(bottom, SWT.BORDER | SWT.SINGLE), WORDS.say("Line to send"));
        input.setMessage(HINT);
        input.setFont(JFaceResources.getTextFont());
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(input);
        send = NativeLook.of(new Button(bottom, SWT.PUSH));
        send.setText(WORDS.say("Sen&d"));
        send.addListener(SWT.Selection, _ -> send());
        stop = NativeLook.of(new Button(bottom, SWT.PUSH));
        stop.setText(WORDS.say("Sto&p"));
        stop.addListener(SWT.Selection, _ -> running.ifPresent(CardJob::cancel));
        wrong = new Label(bottom, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).span(4, 1).exclude(true).applyTo(wrong);
        input.addListener(SWT.DefaultSelection, _ -> send());
        input.addListener(SWT.Modify, _ -> say(""));
        proposals();
        var copy = new Action(WORDS.say("&Copy")) {
            @Override
            public void run() {
                if (input.isFocusControl()) {
                    input.copy();
                } else {
                    steps.copy();
                }
            }
        };
        getViewSite().getActionBars().setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        card.onChange(this::showState);
        showState();
    }

    private void proposals() {
        try {
            var proposals = new ContentProposalAdapter(input, new TextContentAdapter() {
                @Override
                public void setControlContents(org.eclipse.swt.widgets.Control control, String contents, int caret) {
                    input.setText(contents);
                    input.setSelection(caret);
                }
            }, ConsoleView::proposals, KeyStroke.getInstance("Ctrl+Space"), null);
            proposals.setProposalAcceptanceStyle(ContentProposalAdapter.PROPOSAL_REPLACE);
            input.addListener(SWT.KeyDown, e -> {
                if (!proposals.isProposalPopupOpen() && e.stateMask == 0 && (e.keyCode == SWT.ARROW_UP || e.keyCode == SWT.ARROW_DOWN)) {
                    recall(e.keyCode == SWT.ARROW_UP ? -1 : 1);
                    e.doit = false;
                }
            });
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IContentProposal[] proposals(String text, int caret) {
        Completion c = Completion.at(text, caret);
        return c.proposals().stream().map(p -> new ContentProposal(text.substring(0, c.from()) + p.text() + text.substring(c.to()), p.text(),
                p.description(), c.from() + p.text().length())).toArray(IContentProposal[]::new);
    }

    private void recall(int by) {
        int to = at + by;
        if (to < 0 || to > history.size()) {
            return;
        }
        if (at == history.size()) {
            written = input.getText();
        }
        at = to;
        input.setText(at == history.size() ? written : history.get(at));
        input.setSelection(input.getText().length());
    }

    /** Bytes alone are a command. */
    private static String statement(String line) {
        return line.matches("[0-9A-Fa-f]{2}[0-9A-Fa-f\\s]*") ? "> " + line : line;
    }

    private void send() {
        String line = input.getText().strip();
        if (line.isEmpty() || running.isPresent()) {
            return;
        }
        Optional<String> reader = card.reader();
        if (reader.isEmpty()) {
            say(WORDS.say("No card is inserted. Insert one, or plug in a software token (File menu)."));
            return;
        }
        CardConsoles consoles = Services.find(CardConsoles.class).orElseThrow(() -> new IllegalStateException("No service connects to cards"));
        history.remove(line);
        history.add(line);
        if (history.size() > MOST_HISTORY) {
            history.removeFirst();
        }
        at = history.size();
        int number = ++lines;
        var secret = new boolean[1];
        var job = new CardJob(WORDS.say("Sending to the card"), this, context -> {
            if (console.filter(c -> c.reader().equals(reader.get())).isEmpty()) {
                close();
                console = Optional.of(consoles.connect(reader.get(), "console"));
            }
            console.get().line(WORDS.say("line {0}", number), statement(line), s -> {
                secret[0] |= hides(s);
                steps.add(s, number);
            }, context);
        }, failure -> ended(line, failure, secret[0]));
        running = Optional.of(job);
        showState();
        job.schedule();
    }

    private static boolean hides(Step s) {
        return s.exchange().filter(x -> x.command().hasHidden() || x.plainCommand().filter(p -> p.hasHidden()).isPresent()).isPresent();
    }

    private void ended(String line, Optional<EscException> failure, boolean secret) {
        running = Optional.empty();
        if (area.isDisposed()) {
            return;
        }
        if (secret) {
            // a PIN that was typed is not brought back
            history.remove(line);
        }
        at = history.size();
        if (failure.isEmpty()) {
            input.setText("");
        } else {
            Problem p = failure.get().problem();
            if (failure.get() instanceof ScriptException e) {
                say(e.mistakes().stream().map(m -> WORDS.say("Column {0}: {1}", m.place().column(), m.what() + " " + m.fix())).findFirst().orElse(""));
            } else {
                if (!p.code().equals("expectation-failed")) {
                    steps.say(true, ProblemText.forPerson(p));
                }
                if (p.fault() != Fault.USAGE && p.fault() != Fault.UNCONFIRMED && !CARD_STAYS.contains(p.code())) {
                    disconnect();
                }
                if (!secret) {
                    input.selectAll();
                } else {
                    input.setText("");
                }
            }
        }
        showState();
        if (area.getDisplay().getActiveShell() == area.getShell() && area.getDisplay().getFocusControl() == null) {
            input.setFocus();
        }
    }

    private void disconnect() {
        running.ifPresent(CardJob::cancel);
        new CardJob(WORDS.say("Disconnecting"), this, _ -> close(), _ -> {
            if (!area.isDisposed()) {
                showState();
            }
        }).schedule();
    }

    private void close() {
        console.ifPresent(CardConsole::close);
        console = Optional.empty();
    }

    private void showState() {
        boolean connected = console.isPresent();
        boolean busy = running.isPresent();
        send.setEnabled(!busy);
        stop.setEnabled(busy);
        disconnect.setEnabled(connected || busy);
        state.setText(busy ? WORDS.say("At work…") : connected ? console.get().isSecured()
                ? WORDS.say("Connected; other programs wait for this card. A secure channel is open.") : WORDS.say("Connected; other programs wait for this card.")
                : WORDS.say("Not connected; the first line connects."));
        state.getParent().layout();
    }

    private void say(String words) {
        if (wrong.getText().equals(words.replace("&", "&&"))) {
            return;
        }
        wrong.setText(words.replace("&", "&&"));
        ((org.eclipse.swt.layout.GridData) wrong.getLayoutData()).exclude = words.isEmpty();
        wrong.setVisible(!words.isEmpty());
        area.layout(true, true);
    }

    /** What is wrong with the line, empty if nothing is. */
    String complaint() {
        return wrong.getText();
    }

    Text input() {
        return input;
    }

    StepTable steps() {
        return steps;
    }

    CardPicker card() {
        return card;
    }

    /** True while nothing is under way. */
    boolean isIdle() {
        return running.isEmpty();
    }

    @Override
    public void setFocus() {
        input.setFocus();
    }

    @Override
    public void dispose() {
        running.ifPresent(CardJob::cancel);
        new CardJob(WORDS.say("Disconnecting"), this, _ -> close(), _ -> {
        }).schedule();
        super.dispose();
    }
}
