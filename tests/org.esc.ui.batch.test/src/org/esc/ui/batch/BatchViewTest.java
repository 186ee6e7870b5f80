// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.Cuid;
import org.esc.apdu.Secret;
import org.esc.card.CardFiles;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.client.batch.BatchEvent;
import org.esc.tps.client.batch.RowState;
import org.esc.tps.client.batch.RunState;
import org.esc.tps.client.batch.Sign;
import org.esc.ui.Services;
import org.esc.ui.CardNews;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person at two readers with a stack of cards and the view of many tokens. */
class BatchViewTest {

    private static final List<String> READERS = List.of("Reader left", "Reader right");

    @TempDir
    Path folder;
    private SoftReaders readers;
    private BatchView view;
    private Tms tms;
    private TmsServer server;

    @BeforeEach
    void openTheView() throws Exception {
        readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        readers.unplugAll();
        tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        PlatformUI.getWorkbench().showPerspective(BatchPerspective.ID, PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        view = Ui.freshView(BatchView.ID, BatchView.class);
    }

    @AfterEach
    void tidyUp() {
        if (view.model().running()) {
            view.model().run().orElseThrow().stop();
            READERS.forEach(readers::unplug);
            Ui.until("the run has ended", () -> !view.model().running());
        }
        Ui.until("all dialogs are closed", () -> {
            Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::close);
            return Ui.shells().size() == 1;
        });
        READERS.forEach(readers::removeReader);
        readers.unplugAll();
        server.close();
        tms.close();
    }

    private List<Path> cards(int count, List<Cuid> cuids) throws Exception {
        var files = new ArrayList<Path>();
        Path stack = Files.createDirectories(folder.resolve("stack"));
        for (int i = 0; i < count; i++) {
            var spec = CardSpec.standard();
            Path file = stack.resolve(i + ".token");
            CardFile.create(file, spec, Optional.empty());
            cuids.add(spec.cuid());
            files.add(file);
        }
        return files;
    }

    private static Shell untilWindow(String title) {
        Ui.until("there is the window " + title, () -> Ui.shells().stream().anyMatch(s -> s.getText().equals(title)));
        return Ui.shells().stream().filter(s -> s.getText().equals(title)).findFirst().orElseThrow();
    }

    private static void choose(Shell in, String field) {
        Button b = Ui.all(in, Button.class, x -> field.equals(x.getData("org.esc.ui.field"))).getFirst();
        for (var sibling : b.getParent().getChildren()) {
            if (sibling instanceof Button other && (other.getStyle() & SWT.RADIO) != 0) {
                other.setSelection(other == b);
                Ui.click(other);
            }
        }
    }

    private static Table table() {
        return Ui.all(Ui.window(), Table.class, t -> Access.name(t).equals("Rows of the plan")).getFirst();
    }

    private static String cell(int row, int column) {
        return table().getItem(row).getText(column);
    }

    private Sign.Kind sign(String reader) {
        return view.panels().stream().filter(p -> p.sign().reader().equals(reader)).map(p -> p.sign().kind()).findFirst().orElse(Sign.Kind.FINISHED);
    }

    private void untilSign(String reader, Sign.Kind kind) {
        Ui.until(reader + " says " + kind, () -> sign(reader) == kind);
    }

    private Path plan(String... lines) throws Exception {
        Path file = folder.resolve("plan.csv");
        Files.writeString(file, "cuid,operation,user\n" + String.join("\n", lines) + "\n");
        return file;
    }

    private void open(Path file, int rows) {
        view.open(file);
        Ui.until("the plan is shown", () -> view.model().rows().size() == rows);
    }

    private void begin(String button) {
        Ui.press(Ui.window(), button);
        Shell dialog = untilWindow(button.startsWith("Go On") ? "Go On with the Run" : "Work through the Plan");
        Ui.type(dialog, "tps", server.secureTps().toString());
        Ui.type(dialog, "ca", tms.caFile().toString());
        choose(dialog, "pin-RANDOM");
        // whoever goes on finds what was said before
        assertEquals(button.startsWith("Go On"), Ui.button(dialog, "Begin").isEnabled(), "random PINs must be written somewhere");
        Ui.type(dialog, "pinLetters", folder.resolve("letters.csv").toString());
        Ui.screenshot(dialog, "batch-begin");
        Ui.press(dialog, "Begin");
        Ui.until("the run is under way", () -> view.model().running());
    }

    private void password() {
        Ui.until("the password is asked for", () -> Ui.shells().stream().anyMatch(s -> !Ui.all(s, org.eclipse.swt.widgets.Text.class,
                t -> (t.getStyle() & SWT.PASSWORD) != 0).isEmpty()));
        Shell asked = Ui.shells().stream().filter(s -> !Ui.all(s, org.eclipse.swt.widgets.Text.class, t -> (t.getStyle() & SWT.PASSWORD) != 0).isEmpty())
                .findFirst().orElseThrow();
        Ui.all(asked, org.eclipse.swt.widgets.Text.class, t -> (t.getStyle() & SWT.PASSWORD) != 0).getFirst().setText("Secret.123");
        Ui.press(asked, "Log In");
    }

    @Test
    void aPlanIsTypedAndSavedByTheWizard() throws Exception {
        Ui.until("there is a word about plans", () -> Ui.texts(Ui.window()).contains("No plan is open"));
        Ui.screenshot(Ui.window(), "batch-empty");
        Ui.press(Ui.window(), "New Plan…");
        Shell wizard = untilWindow("New Plan");
        choose(wizard, "PASTE");
        Ui.press(wizard, "Next >");
        Ui.type(wizard, "rows", "cuid,operation,user,pin\n*,enroll,alice,1234\n");
        Ui.until("the secret is refused", () -> Ui.texts(wizard).contains("a plan holds no secrets"));
        assertFalse(Ui.button(wizard, "Finish").isEnabled());
        Ui.type(wizard, "rows", "cuid,operation,user\n*,enroll,alice\n40906145C76224192D2B,retire,\n");
        Ui.type(wizard, "file", folder.resolve("typed.csv").toString());
        Ui.until("it can be saved", () -> Ui.button(wizard, "Finish").isEnabled());
        Ui.screenshot(wizard, "batch-new-plan");
        Ui.press(wizard, "Finish");
        Ui.until("the plan is open", () -> view.model().rows().size() == 2);
        assertEquals("any card", cell(0, 1));
        assertEquals("4090-6145-c762-2419-2d2b", cell(1, 1));
        assertTrue(Ui.button(Ui.window(), "Begin…").isEnabled());
    }

    @Test
    void theCardsInTheReadersBecomeAPlan() throws Exception {
        var cuids = new ArrayList<Cuid>();
        READERS.forEach(readers::addReader);
        var files = cards(2, cuids);
        readers.put(READERS.get(0), files.get(0));
        readers.put(READERS.get(1), files.get(1));
        Ui.press(Ui.window(), "New Plan…");
        Shell wizard = untilWindow("New Plan");
        Ui.press(wizard, "Next >");
        Ui.until("both cards are in the rows", () -> cuids.stream().allMatch(c -> Ui.texts(wizard).contains(c.toString())));
    }

    @Test
    void signsLeadThroughTheCardsAtTwoReaders() throws Exception {
        var cuids = new ArrayList<Cuid>();
        var files = cards(4, cuids);
        READERS.forEach(readers::addReader);
        open(plan(cuids.get(0) + ",enroll,user1", cuids.get(1) + ",enroll,user2", "*,enroll,user3"), 3);
        begin("Begin…");
        untilSign(READERS.get(0), Sign.Kind.INSERT);
        untilSign(READERS.get(1), Sign.Kind.INSERT);
        Ui.screenshot(Ui.window(), "batch-insert");
        assertFalse(CardNews.wanted(), "the desktop is spared");
        readers.put(READERS.get(0), files.get(1));
        password();
        untilSign(READERS.get(0), Sign.Kind.TAKE_OUT);
        readers.put(READERS.get(1), files.get(0));
        untilSign(READERS.get(1), Sign.Kind.TAKE_OUT);
        Ui.screenshot(Ui.window(), "batch-take-out");
        assertEquals("done", cell(1, 4));
        assertEquals("done", cell(0, 4));
        assertTrue(view.panels().getFirst().spoken().startsWith("Reader left: Take the card out."), view.panels().getFirst().spoken());
        // paused: the card is not looked at
        Ui.press(Ui.window(), "Pause");
        Ui.until("it is paused", () -> view.model().run().orElseThrow().phase() == BatchEvent.Phase.PAUSED);
        readers.unplug(READERS.get(0));
        untilSign(READERS.get(0), Sign.Kind.PAUSED);
        readers.put(READERS.get(0), files.get(2));
        Ui.settle();
        assertEquals(Optional.empty(), tms.tokens().find(cuids.get(2)));
        Ui.press(Ui.window(), "Continue");
        // the last row: then the run ends by itself
        Ui.until("the run has ended", () -> !view.model().running());
        assertEquals(new RunState.Counts(3, 3, 0, 0, 0, 0), view.model().counts());
        assertEquals(TokenState.ACTIVE, tms.tokens().find(cuids.get(2)).orElseThrow().state());
        Ui.screenshot(Ui.window(), "batch-finished");
        assertTrue(CardNews.wanted());
        view.report(folder.resolve("report.html"));
        Ui.until("the report is there", () -> Files.exists(folder.resolve("report.html")));
        assertTrue(Files.readString(folder.resolve("report.html")).contains(cuids.get(2).display()));
        assertEquals(3, Files.readAllLines(folder.resolve("letters.csv")).stream().filter(l -> l.endsWith(",set")).count());
    }

    @Test
    void aWrongCardIsRefusedAndAnUnfinishedRunIsOfferedAndGoneOnWith() throws Exception {
        var cuids = new ArrayList<Cuid>();
        var files = cards(3, cuids);
        READERS.forEach(readers::addReader);
        open(plan(cuids.get(0) + ",enroll,user1", cuids.get(1) + ",format,user2"), 2);
        begin("Begin…");
        untilSign(READERS.get(0), Sign.Kind.INSERT);
        readers.put(READERS.get(0), files.get(2));
        untilSign(READERS.get(0), Sign.Kind.REFUSED);
        Ui.screenshot(Ui.window(), "batch-refused");
        assertEquals(Optional.empty(), tms.tokens().find(cuids.get(2)), "it was not touched");
        readers.put(READERS.get(1), files.get(1));
        password();
        untilSign(READERS.get(1), Sign.Kind.TAKE_OUT);
        Ui.press(Ui.window(), "Stop");
        Ui.until("the run has ended", () -> !view.model().running());
        READERS.forEach(readers::unplug);
        view = Ui.freshView(BatchView.ID, BatchView.class);
        Ui.until("the run is offered", () -> view.offered().isPresent());
        Ui.screenshot(Ui.window(), "batch-offered");
        Ui.press(Ui.window(), "Show This Run");
        Ui.until("it is shown", () -> view.model().rows().size() == 2);
        assertEquals("done", cell(1, 4));
        assertEquals(RowState.State.OPEN, view.model().rows().getFirst().state());
        begin("Go On…");
        untilSign(READERS.get(1), Sign.Kind.INSERT);
        readers.put(READERS.get(1), files.get(0));
        password();
        Ui.until("the run has ended", () -> !view.model().running());
        assertEquals(2, view.model().counts().done());
        assertEquals(TokenState.ACTIVE, tms.tokens().find(cuids.get(0)).orElseThrow().state());
    }

    @Test
    void aRowIsLeftOutAndTheRestBecomesANewPlan() throws Exception {
        var cuids = new ArrayList<Cuid>();
        cards(1, cuids);
        READERS.forEach(readers::addReader);
        open(plan(cuids.get(0) + ",format,user1", "*,format,user2"), 2);
        begin("Begin…");
        untilSign(READERS.get(0), Sign.Kind.INSERT);
        table().select(0);
        var menu = table().getMenu();
        menu.notifyListeners(SWT.Show, new Event());
        var leave = java.util.Arrays.stream(menu.getItems()).filter(i -> i.getText().replace("&", "").equals("Leave Out")).findFirst().orElseThrow();
        assertTrue(leave.isEnabled());
        Ui.click(leave);
        Ui.until("it is left out", () -> view.model().rows().getFirst().state() == RowState.State.SKIPPED);
        Ui.press(Ui.window(), "Stop");
        Ui.until("the run has ended", () -> !view.model().running());
        Path again = folder.resolve("again.csv");
        view.failed(again);
        Ui.until("the new plan is shown", () -> view.model().file().equals(Optional.of(again)));
        assertEquals("cuid,operation,user,profile\n" + cuids.get(0) + ",format,user1,\n*,format,user2,\n", Files.readString(again));
    }

    private Shell beginDialog() {
        Ui.press(Ui.window(), "Begin…");
        return untilWindow("Work through the Plan");
    }

    private void administrator(String uid, Role... roles) throws Exception {
        try (var password = Secret.of("Secret.123")) {
            tms.users().add(new User(uid, uid, Optional.empty(), java.util.Set.of(roles), false, false), password);
        }
    }

    private void signIn(Shell dialog, String user) {
        Ui.press(dialog, "Sign In…");
        Ui.until("the sign-in is asked for", () -> Ui.shells().stream().anyMatch(s -> s.getText().startsWith("Sign in to")));
        Shell asked = Ui.shells().stream().filter(s -> s.getText().startsWith("Sign in to")).findFirst().orElseThrow();
        Ui.type(asked, "user", user);
        Ui.type(asked, "password", "Secret.123");
        Ui.screenshot(asked, "batch-sign-in");
        Ui.press(asked, "Sign In");
        Ui.until("the sign-in is over", asked::isDisposed);
    }

    @Test
    void whoeverSignsInEndsTheRecordOfARetiredToken() throws Exception {
        var cuids = new ArrayList<Cuid>();
        var files = cards(1, cuids);
        READERS.forEach(readers::addReader);
        administrator("looker", Role.OPERATOR);
        administrator("agent", Role.AGENT);
        open(plan(cuids.getFirst() + ",format,user1", cuids.getFirst() + ",retire,user1"), 2);
        Shell dialog = beginDialog();
        Ui.type(dialog, "tps", server.secureTps().toString());
        Ui.type(dialog, "ca", tms.caFile().toString());
        assertTrue(Ui.texts(dialog).contains("The record of 1 retired token has to be ended by hand"), Ui.texts(dialog));
        assertEquals(server.secureTps().resolve("/").toString(), Ui.combo(dialog, "Administration").getText(), "the server that the run is about");
        Ui.screenshot(dialog, "batch-retire-needs-sign-in");
        signIn(dialog, "looker");
        Ui.until("it is said that this is not enough", () -> Ui.texts(dialog).contains("may not end the records"));
        signIn(dialog, "agent");
        Ui.until("it is said who is signed in", () -> Ui.texts(dialog).contains("Signed in: agent at https://"));
        assertFalse(Ui.texts(dialog).contains("by hand"), Ui.texts(dialog));
        Ui.screenshot(dialog, "batch-retire-signed-in");
        Ui.press(dialog, "Begin");
        Ui.until("the run is under way", () -> view.model().running());
        readers.put(READERS.getFirst(), files.getFirst());
        password();
        Ui.until("the run has ended", () -> !view.model().running());
        assertEquals(2, view.model().counts().done());
        assertEquals(TokenState.TERMINATED, tms.tokens().find(cuids.getFirst()).orElseThrow().state());
        assertTrue(view.model().rows().getLast().notes().contains("The server's record is terminated."), view.model().rows().toString());
    }

    @Test
    void whatTheVerbTakesIsInTheDialog() throws Exception {
        var cuids = new ArrayList<Cuid>();
        var files = cards(1, cuids);
        READERS.forEach(readers::addReader);
        open(plan(cuids.getFirst() + ",format,user1"), 1);
        Shell dialog = beginDialog();
        // what the view knows by itself, and what the sign-in asks
        var elsewhere = java.util.Set.of("plan", "resume", "reader", "soft", "passphraseEnv", "pin", "admin", "adminUser", "adminP12", "adminPkcs11", "adminToken");
        var fields = Ui.all(dialog, org.eclipse.swt.widgets.Control.class).stream().map(c -> c.getData("org.esc.ui.field")).toList();
        for (var p : org.esc.command.Arguments.of(org.esc.tps.client.batch.BatchRunVerb.Args.class)) {
            assertTrue(elsewhere.contains(p.component()) || fields.contains(p.component()), p.component() + " is nowhere in the dialog");
        }
        Ui.type(dialog, "tps", server.secureTps().toString());
        Ui.type(dialog, "ca", tms.caFile().toString());
        var tabs = Ui.all(dialog, org.eclipse.swt.widgets.TabFolder.class).getFirst();
        tabs.setSelection(1);
        Ui.settle();
        Ui.type(dialog, "proxy", "http://localhost:99999");
        Ui.until("a port that is none is refused", () -> Ui.texts(dialog).contains("port up to 65535"));
        assertFalse(Ui.button(dialog, "Begin").isEnabled());
        Ui.type(dialog, "proxy", "http://localhost:1");
        Ui.screenshot(dialog, "batch-connection");
        tabs.setSelection(2);
        Ui.settle();
        Ui.type(dialog, "readers", READERS.getFirst());
        Ui.type(dialog, "events", folder.resolve("events.jsonl").toString());
        Ui.screenshot(dialog, "batch-more");
        // nothing is there at the proxy: it was asked
        tabs.setSelection(0);
        Ui.all(dialog, org.eclipse.swt.widgets.Spinner.class, x -> "retries".equals(x.getData("org.esc.ui.field"))).getFirst().setSelection(0);
        Ui.press(dialog, "Begin");
        Ui.until("the run is under way", () -> view.model().running());
        untilSign(READERS.getFirst(), Sign.Kind.INSERT);
        assertEquals(List.of(READERS.getFirst()), view.panels().stream().map(p -> p.sign().reader()).toList(), "the named reader only");
        readers.put(READERS.getFirst(), files.getFirst());
        Shell said = untilWindow("Many Tokens");
        assertTrue(Ui.texts(said).contains("proxy"), Ui.texts(said));
        Ui.until("the run has ended", () -> !view.model().running());
        assertTrue(Files.readString(folder.resolve("events.jsonl")).contains("\"event\":\"sign\""));
    }

    @Test
    void aDryRunSaysWhatWouldBeDone() throws Exception {
        var cuids = new ArrayList<Cuid>();
        var files = cards(1, cuids);
        READERS.forEach(readers::addReader);
        readers.put(READERS.getFirst(), files.getFirst());
        open(plan("*,enroll,user1"), 1);
        Shell dialog = beginDialog();
        var tabs = Ui.all(dialog, org.eclipse.swt.widgets.TabFolder.class).getFirst();
        tabs.setSelection(2);
        Button dry = Ui.all(dialog, Button.class, x -> "dryRun".equals(x.getData("org.esc.ui.field"))).getFirst();
        dry.setSelection(true);
        Ui.click(dry);
        Ui.press(dialog, "Begin");
        Shell said = untilWindow("What Would Be Done");
        assertTrue(Ui.texts(said).contains("row 1, enroll for user1"), Ui.texts(said));
        assertEquals(Optional.empty(), view.model().journal(), "nothing has begun");
    }

    @Test
    void filesThatAreNoPlansAreRefusedInWords() throws Exception {
        Path file = folder.resolve("bad.csv");
        Files.writeString(file, "cuid,operation,password\n*,format,x\n");
        view.open(file);
        Shell said = untilWindow("Many Tokens");
        assertTrue(Ui.texts(said).contains("line 1, column 16"), Ui.texts(said));
        Ui.press(said, "OK");
        assertEquals(List.of(), view.model().rows());
    }
}
