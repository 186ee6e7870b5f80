// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.command.Interaction.Confirmation;
import org.esc.tps.client.RefusedServer;
import org.esc.tps.client.ServerAddress;
import org.esc.tps.client.TrustVerbs;
import org.esc.tps.client.trust.CertificateFacts;
import org.esc.tps.client.trust.Finding;

/**
 * Shows what a server presents, with everything that is wrong and the fingerprints, before anything is trusted; then a person may trust its authority or
 * make an exception for exactly its certificate. What is trusted is what was shown: the verbs are told its fingerprint.
 */
public final class ServerDialog extends VerbDialog {

    private static final Words WORDS = Words.of(ServerDialog.class);

    private static final String SERVER = "server";
    private static final int WIDTH = 660;

    private final Optional<TrustVerbs.Presented> refused;
    private final Runnable changed;
    private String address = "";
    private Spinner days;

    /** Asks for a server first. @param changed called when the trust store has been changed */
    public ServerDialog(Shell parent, Runnable changed) {
        super(parent, WORDS.say("Certificates of a server"), "");
        refused = Optional.empty();
        this.changed = changed;
    }

    /** For a server that was refused. @param changed called when the trust store has been changed */
    public ServerDialog(Shell parent, RefusedServer server, Runnable changed) {
        super(parent, WORDS.say("Certificates of a server"), "");
        var at = new ServerAddress(server.host(), server.port());
        address = at.toString();
        refused = Optional.of(new TrustVerbs.Presented(at.toString(), false, server.chain().stream().map(CertificateFacts::of).toList(),
                server.findings(), List.of()));
        this.changed = changed;
    }

    @Override
    protected void begin() {
        if (refused.isPresent()) {
            present(refused.get());
        } else {
            ask();
        }
    }

    private void ask() {
        Composite page = page(2);
        Text server = box(page, WORDS.say("&Server:"), SERVER, "tps.example.com:8443", 1, SWT.NONE);
        server.setText(address);
        server.addListener(SWT.Modify, _ -> check(server.getText()));
        turnTo(Stage.INPUT, WORDS.say("Which server? Its certificates are shown, and nothing is trusted for that."), IMessageProvider.NONE);
        show(page);
        buttons(WORDS.say("&Show"), false, WORDS.say("&Close"), true);
        check(address);
        server.setFocus();
    }

    private void check(String text) {
        address = text.strip();
        try {
            if (!address.isEmpty()) {
                ServerAddress.of(address);
            }
            entered(Optional.empty(), !address.isEmpty());
        } catch (IllegalArgumentException _) {
            entered(Optional.of(WORDS.say("A server is named as host:port or https://host:port.")), false);
        }
    }

    @Override
    protected boolean canGoBack() {
        return true;
    }

    @Override
    protected void accepted(Stage at) {
        switch (at) {
            case INPUT -> {
                turnTo(Stage.PLANNING, WORDS.say("Nothing is trusted for that."), IMessageProvider.NONE);
                run("trust fetch", Map.of("server", List.of(address)), WORDS.say("Certificates of {0}", address), WORDS.say("Asking the server…"),
                        true, r -> present((TrustVerbs.Presented) r));
            }
            case FAILED -> begin();
            default -> close();
        }
    }

    // ---- what it presents

    private void present(TrustVerbs.Presented p) {
        address = p.server();
        Composite page = page(1);
        var wrong = new Text(page, SWT.MULTI | SWT.READ_ONLY | SWT.WRAP);
        NativeLook.onGround(wrong);
        Names.name(wrong, WORDS.say("What is wrong"));
        wrong.setText(p.trusted() ? String.join("\n", with(WORDS.say("Nothing is wrong: this computer trusts it."), p.notes()))
                : p.findings().size() == 1 ? p.findings().getFirst().message() : listed(p));
        GridDataFactory.fillDefaults().grab(true, false).hint(520, SWT.DEFAULT).applyTo(wrong);
        var pane = new CertificatePane(page, p.chain());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(pane);
        Optional<CertificateFacts> authority = authority(p);
        List<Finding> grave = p.findings().stream().filter(f -> !f.overridable()).toList();
        if (!p.trusted()) {
            var compare = new Label(page, SWT.WRAP);
            compare.setText(grave.isEmpty() ? WORDS.say("Before you trust anything, compare the fingerprint with what the server's operator tells you "
                        + "in another way.")
                    : WORDS.say("No exception can be made for this. {0}", grave.getFirst().advice()));
            GridDataFactory.fillDefaults().grab(true, false).hint(520, SWT.DEFAULT).applyTo(compare);
            choices(page, p, pane, authority, grave.isEmpty());
        }
        turnTo(Stage.PLAN, p.trusted() ? WORDS.say("{0} is trusted.", p.server()) : WORDS.say("{0} is not trusted.", p.server()),
                p.trusted() ? IMessageProvider.INFORMATION : IMessageProvider.WARNING);
        show(page);
        buttons("", false, WORDS.say("&Close"), false);
        focusAccept(false);
        // the fingerprint has to be seen without asking for it
        Point wanted = getShell().computeSize(Math.max(getShell().getSize().x, WIDTH), SWT.DEFAULT);
        getShell().setSize(Math.max(getShell().getSize().x, wanted.x), Math.max(getShell().getSize().y, wanted.y));
    }

    private static String listed(TrustVerbs.Presented p) {
        return p.findings().stream().map(f -> "\u2013 " + f.message()).collect(Collectors.joining("\n"));
    }

    private static List<String> with(String first, List<String> more) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(more);
        return all;
    }

    /** The authority that would make the server trusted: the last one it sent, if that is all that is missing. */
    private static Optional<CertificateFacts> authority(TrustVerbs.Presented p) {
        boolean missing = p.findings().stream().anyMatch(f -> List.of("untrusted", "incomplete").contains(f.code()));
        return missing ? p.chain().reversed().stream().filter(CertificateFacts::authority).findFirst() : Optional.empty();
    }

    private void choices(Composite page, TrustVerbs.Presented p, CertificatePane pane, Optional<CertificateFacts> authority, boolean exception) {
        var row = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).spacing(10, 4).applyTo(row);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(row);
        if (authority.isPresent()) {
            var trust = NativeLook.of(new Button(row, SWT.PUSH));
            trust.setText(WORDS.say("&Trust This Authority…"));
            trust.addListener(SWT.Selection, _ -> {
                pane.select(p.chain().indexOf(authority.get()));
                confirm(WORDS.say("Trust an authority"), WORDS.say("Every server that \"{0}\" vouches for will be trusted.", authority.get().shortSubject()) + "\n\n"
                        + CertificatePane.words(authority.get()), WORDS.say("&Trust It"), "trust add", Map.of("from", List.of(p.server()),
                                "fingerprint", List.of(authority.get().fingerprint())));
            });
        }
        if (exception) {
            var except = NativeLook.of(new Button(row, SWT.PUSH));
            except.setText(WORDS.say("&Make an Exception…"));
            except.addListener(SWT.Selection, _ -> {
                pane.select(0);
                confirm(WORDS.say("Make an exception"), WORDS.say("{0} will be trusted with exactly this certificate, in spite of:", p.server()) + "\n"
                        + listed(p) + "\n\n" + CertificatePane.words(p.chain().getFirst()), WORDS.say("&Make the Exception"), "trust except", words(p));
            });
            new Label(row, SWT.NONE).setText(WORDS.say("for so many &days:"));
            days = Names.name(new Spinner(row, SWT.BORDER), WORDS.say("for so many days"));
            days.setValues(30, 1, 3653, 0, 1, 30);
        }
    }

    private Map<String, List<String>> words(TrustVerbs.Presented p) {
        return Map.of("server", List.of(p.server()), "fingerprint", List.of(p.chain().getFirst().fingerprint()), "days", List.of(days.getText()));
    }

    private void confirm(String title, String message, String accept, String verb, Map<String, List<String>> words) {
        var question = new ConfirmQuestion(new Confirmation(title, message, false),
                WORDS.say("Compare the fingerprint with what the operator tells you in another way."), accept);
        question.answer().thenAccept(yes -> {
            if (yes && getShell() != null && !getShell().isDisposed()) {
                turnTo(Stage.RUNNING, title, IMessageProvider.NONE);
                run(verb, words, title, WORDS.say("Changing the trust store…"), true, _ -> done());
            }
        });
        new QuestionDialog(getShell(), question).open();
    }

    private void done() {
        turnTo(Stage.DONE, WORDS.say("The trust store was changed."), IMessageProvider.INFORMATION);
        ended(pane(SWT.ICON_INFORMATION, printed().strip() + "\n\n"
                + WORDS.say("You can take it back in the preferences, on the page Trust."), ""), "");
        changed.run();
    }

    /** The refused server behind a failure, if it is one that may be looked at. */
    public static Optional<RefusedServer> refused(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof RefusedServer r && r.port() >= 0 && !r.chain().isEmpty()) {
                return Optional.of(r);
            }
        }
        return Optional.empty();
    }
}
