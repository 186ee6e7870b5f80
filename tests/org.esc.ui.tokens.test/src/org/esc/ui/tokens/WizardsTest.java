// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.client.PhoneHomeVerbs;
import org.esc.tps.client.TokenPlan;
import org.esc.tps.client.TokenResult;
import org.esc.tps.client.TpsResult;
import org.esc.ui.Browse;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the windows of operations say before and after, and the page of each state. */
class WizardsTest extends OpenViews {

    private interface Work<R extends Record> {
        R run(FakeVerb.Args arguments, Context context) throws EscException;
    }

    /** A verb that answers with the product's own results. */
    private record Answering<R extends Record>(String name, Work<R> work) implements Verb<FakeVerb.Args, R> {

        @Override
        public String summary() {
            return "Pretends.";
        }

        @Override
        public Class<FakeVerb.Args> arguments() {
            return FakeVerb.Args.class;
        }

        @Override
        public R run(FakeVerb.Args arguments, Context context) throws EscException {
            return work.run(arguments, context);
        }
    }

    private final List<URI> opened = new ArrayList<>();

    @AfterEach
    void noBrowser() {
        Browse.with(_ -> false);
    }

    private static TokenPlan plan(String operation, TokenPlan.Fate fate, boolean loss) {
        return new TokenPlan(operation, "40906145C76224192D2B", READER, "Enrolled", "https://tps.example.com:8443/tps/tps", "Example Organization",
                Optional.of("userKey"), List.of(
                        new TokenPlan.Entry("c1", "signing key for alice", "CN=Alice", "2031-05-04T10:00:00Z", false, false, TokenPlan.Copy.NONE, fate),
                        new TokenPlan.Entry("c2", "encryption key for alice", "CN=Alice", "2031-05-04T10:00:00Z", false, true, TokenPlan.Copy.UNKNOWN, fate)),
                List.of("You log in to the server.", "Keys and certificates on the token are renewed or replaced: the server's policy says which."),
                loss ? List.of("What was encrypted for \u201cencryption key for alice\u201d can never be read again if no copy of the key is archived, and none is "
                        + "known to be.") : List.of(), loss);
    }

    private static TokenResult.Certificate certificate(String id, String label, TokenResult.Outcome outcome) {
        return new TokenResult.Certificate(id, label, "CN=Alice", "CN=CA", "1A", "2036-05-04T10:00:00Z", outcome);
    }

    private static TokenResult result(List<TokenResult.Certificate> now, List<TokenResult.Certificate> removed, String... notes) {
        Duration some = Duration.ofMillis(1200);
        return new TokenResult("enroll", "40906145C76224192D2B", READER, "https://tps.example.com:8443/tps/tps", 0, "Enrolled", now, removed, 44, some,
                new TpsResult.Times(some, some, some, some, some), List.of(notes), Optional.empty());
    }

    private void insert(TokenState state) {
        insert(FakeSource.facts(state, "Alice Example"));
    }

    private void insert(TokenRow.Facts facts) {
        source.reader(READER);
        source.insert(READER, facts);
        Ui.until("the card is read", () -> TokensPlugin.model().rows().getFirst().state() == facts.state());
    }

    private Shell open(Operation operation) {
        new OperationDialog(Ui.window(), TokensPlugin.model(), operation, TokensPlugin.model().rows().getFirst()).open();
        return Operations.untilStage(Stage.INTRODUCTION).getShell();
    }

    private static List<String> rows(Shell dialog) {
        return Ui.all(dialog, Table.class, Table::isVisible).stream().flatMap(t -> java.util.Arrays.stream(t.getItems()))
                .map(i -> i.getText(0) + "|" + i.getText(1) + "|" + i.getText(2)).toList();
    }

    @Test
    void reEnrollingSaysWhatGoesAndWhatCame() {
        verb(new Answering<>("plan", (a, _) -> plan(a.what().orElseThrow(), TokenPlan.Fate.SERVER_DECIDES, true)));
        verb(new Answering<>("enroll", (_, _) -> result(List.of(certificate("c1", "signing key for alice", TokenResult.Outcome.NEW),
                certificate("c2", "encryption key for alice", TokenResult.Outcome.RECOVERED)),
                List.of(certificate("c2", "old encryption key", TokenResult.Outcome.REMOVED)), "The server's certificate could not be checked for revocation.")));
        insert(TokenState.ENROLLED);
        Shell dialog = open(Operation.RE_ENROLL);
        Ui.until("what will happen is shown", () -> rows(dialog).size() == 2);
        assertEquals("encryption key for alice|2031-05-04|is renewed or replaced; decrypts, not known to be archived", rows(dialog).get(1));
        assertTrue(Ui.texts(dialog).contains("can never be read again"), Ui.texts(dialog));
        assertTrue(Ui.texts(dialog).contains("1. You log in to the server."), Ui.texts(dialog));
        assertEquals(List.of(), Access.dialogComplaints(dialog));
        Ui.screenshot(dialog, "wizard-re-enrol-plan");
        Ui.press(dialog, "Re-enrol");
        Operations.untilStage(Stage.DONE);
        assertEquals(List.of("signing key for alice|2036-05-04|new", "encryption key for alice|2036-05-04|recovered", "old encryption key|2036-05-04|removed"),
                rows(dialog));
        assertTrue(Ui.texts(dialog).contains("Certificates: 1 new, 1 recovered, 1 removed."), Ui.texts(dialog));
        assertTrue(Ui.texts(dialog).contains("could not be checked for revocation"), Ui.texts(dialog));
        assertEquals(List.of(), Access.dialogComplaints(dialog));
        Ui.screenshot(dialog, "wizard-re-enrol-result");
    }

    @ParameterizedTest
    @EnumSource(value = Operation.class, names = {"RENEW", "TEMPORARY", "RECOVER"})
    void aWishReachesThePlanAndTheVerb(Operation operation) {
        var seen = new ArrayList<FakeVerb.Args>();
        verb(new Answering<>("plan", (a, _) -> {
            seen.add(a);
            return plan("enroll", TokenPlan.Fate.RENEWED, false);
        }));
        verb(new Answering<>("enroll", (a, _) -> {
            seen.add(a);
            return result(List.of(certificate("c1", "signing", TokenResult.Outcome.RENEWED)), List.of());
        }));
        insert(operation == Operation.RENEW ? TokenState.ENROLLED : TokenState.FORMATTED);
        Shell dialog = open(operation);
        Ui.until("what will happen is shown", () -> !rows(dialog).isEmpty());
        Ui.screenshot(dialog, "wizard-" + operation.name().toLowerCase() + "-plan");
        Ui.press(dialog, operation.label());
        Operations.untilStage(Stage.DONE);
        assertTrue(Ui.texts(dialog).contains(operation.done()), Ui.texts(dialog));
        assertEquals(2, seen.size());
        for (FakeVerb.Args a : seen) {
            assertEquals(List.of(operation == Operation.RENEW, operation == Operation.TEMPORARY, operation == Operation.RECOVER),
                    List.of(a.renew(), a.temporary(), a.recover()));
        }
    }

    @Test
    void whoDoesNotWaitForThePlanDoesNotMeetItAtTheCard() {
        var looking = new CountDownLatch(1);
        var order = new java.util.concurrent.CopyOnWriteArrayList<String>();
        verb(new Answering<TokenPlan>("plan", (_, context) -> {
            looking.countDown();
            var gone = new CountDownLatch(1);
            try (var _ = context.cancel().onCancel(gone::countDown)) {
                assertTrue(gone.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            order.add("plan let the card go");
            throw Problem.of(Fault.CANCELLED, "look ahead", "Given up.").exception();
        }));
        verb(new Answering<>("enroll", (_, _) -> {
            order.add("enrolled");
            return result(List.of(), List.of());
        }));
        insert(TokenState.FORMATTED);
        Shell dialog = open(Operation.ENROLL);
        Ui.until("it is looked ahead", () -> looking.getCount() == 0);
        Ui.press(dialog, "Enrol");
        Operations.untilStage(Stage.DONE);
        assertEquals(List.of("plan let the card go", "enrolled"), order);
    }

    @Test
    void aPinIsChangedOnTheCardWithoutAServer() {
        var seen = new ArrayList<FakeVerb.Args>();
        verb("pin change", (a, _) -> {
            seen.add(a);
            return new FakeVerb.Result("The password was changed.");
        });
        var f = FakeSource.facts(TokenState.ENROLLED, "Alice Example");
        insert(new TokenRow.Facts(f.state(), f.issuer(), f.issuedTo(), f.keyId(), f.expiry(), false, "", f.sections(),
                new TokenRow.More(Optional.empty(), false, false, true, false, Optional.empty(), Optional.empty())));
        assertTrue(Ui.menu("Token", "Change Password").isEnabled());
        Shell dialog = open(Operation.CHANGE_PIN);
        assertTrue(Ui.all(dialog, Text.class, t -> "server".equals(t.getData("org.esc.ui.field"))).isEmpty(), "no server is needed");
        Ui.screenshot(dialog, "wizard-change-password");
        Ui.press(dialog, "Change Password");
        Operations.untilStage(Stage.DONE);
        assertEquals(Optional.empty(), seen.getFirst().tps());
    }

    private String link(String label) {
        return Ui.all(Ui.window(), Link.class, l -> l.isVisible() && "others".equals(l.getData("org.esc.ui.field"))).getFirst().getText();
    }

    @Test
    void thePageOfAStateHasOneNextStepAndTheOthers() {
        insert(TokenState.FORMATTED);
        Ui.until("the step is shown", () -> Ui.texts(Ui.window()).contains("This token is ready. Enrol it"));
        assertTrue(link("").contains("<a href=\"org.esc.ui.tokens.temporary\">Temporary Token\u2026</a>"), link(""));
        assertFalse(link("").contains("tokens.enroll\""), "the next step is no other");
        Ui.screenshot(Ui.window(), "page-formatted");
        source.insert(READER, FakeSource.facts(TokenState.ENROLLED, "Alice Example"));
        Ui.until("the step is shown", () -> Ui.texts(Ui.window()).contains("ready to be used until 2031-05-04"));
        Ui.screenshot(Ui.window(), "page-enrolled");
        source.insert(READER, FakeSource.facts(TokenState.BLOCKED, "Alice Example"));
        Ui.until("the step is shown", () -> Ui.texts(Ui.window()).contains("is locked"));
        Ui.screenshot(Ui.window(), "page-blocked");
        source.insert(READER, FakeSource.facts(TokenState.FOREIGN, ""));
        Ui.until("the step is shown", () -> Ui.texts(Ui.window()).contains("No token management system works with this card"));
        Ui.screenshot(Ui.window(), "page-foreign");
    }

    @Test
    void theIssuersPageIsOpenedByTheNextStep() {
        Browse.with(page -> opened.add(page));
        var f = FakeSource.facts(TokenState.FORMATTED, "");
        insert(new TokenRow.Facts(f.state(), "", "", f.keyId(), "", false, "", f.sections(), new TokenRow.More(Optional.empty(), false, false, false, false,
                Optional.of(URI.create("https://tms.example.com/enrol")), Optional.empty())));
        Ui.until("the step is shown", () -> Ui.texts(Ui.window()).contains("tms.example.com"));
        Ui.press(Ui.window(), "Open Enrolment Page");
        assertEquals(List.of(URI.create("https://tms.example.com/enrol")), opened);
    }

    /** Words for the verbs phone-home. */
    private record HomeArgs(@org.esc.command.Arg(names = "--reader", help = "reader") String reader,
            @org.esc.command.Arg(label = "URL", help = "address") Optional<String> url, @org.esc.command.Arg(names = "--ca", help = "trust") List<String> ca) {
    }

    private record Home(String name, java.util.function.Function<HomeArgs, PhoneHomeVerbs.Standing> work) implements Verb<HomeArgs, PhoneHomeVerbs.Standing> {

        @Override
        public String summary() {
            return "Pretends.";
        }

        @Override
        public Class<HomeArgs> arguments() {
            return HomeArgs.class;
        }

        @Override
        public PhoneHomeVerbs.Standing run(HomeArgs arguments, Context context) throws EscException {
            if (arguments.url().filter(u -> u.contains("dead")).isPresent()) {
                throw Problem.of(Fault.NETWORK, "ask", "The issuer's address gave no usable answer: nothing listens there.").exception();
            }
            return work.apply(arguments);
        }
    }

    @Test
    void phoneHomeIsShownTestedAndNamed() {
        String card = "https://tps.example.com:8443/tps/phoneHome";
        var answer = new PhoneHomeVerbs.Answer(card, "2026-11-27T02:00:00Z", "Example Organization", "https://tps.example.com:8443/tps/tps",
                Optional.of("https://tps.example.com/enrol"), Optional.of("https://www.example.com/welcome"), Optional.empty(), Optional.of("userKey"), Optional.of("https://ca.example.com/chain"));
        var standing = new PhoneHomeVerbs.Standing("40906145C76224192D2B", Optional.of(card), Optional.empty(), Optional.empty(), Optional.of(card),
                PhoneHomeVerbs.Source.TOKEN, Optional.of(answer), true, List.of());
        var named = new ArrayList<String>();
        verb(new Home("phone-home show", _ -> standing));
        verb(new Home("phone-home test", a -> {
            assertEquals(Optional.empty(), a.url(), "the address in force is asked as such, so that its answer is remembered");
            return standing;
        }));
        verb(new Home("phone-home set", a -> {
            named.add(a.url().orElseThrow());
            return new PhoneHomeVerbs.Standing(standing.cuid(), standing.onToken(), a.url(), Optional.empty(), a.url(), PhoneHomeVerbs.Source.NAMED,
                    standing.answer(), true, List.of());
        }));
        insert(TokenState.ENROLLED);
        Ui.until("it can be opened", () -> Ui.menu("Token", "Phone Home").isEnabled());
        Ui.click(Ui.menu("Token", "Phone Home"));
        Shell dialog = Ui.shells().stream().filter(s -> s.getText().startsWith("Phone Home")).findFirst().orElseThrow();
        Ui.until("the answer is shown", () -> Ui.texts(dialog).contains("https://www.example.com/welcome"));
        assertTrue(Ui.texts(dialog).contains("userKey"));
        assertEquals(List.of(), Access.dialogComplaints(dialog));
        Ui.screenshot(dialog, "phone-home");
        Browse.with(page -> opened.add(page));
        Button chain = Ui.all(dialog, Button.class).stream().filter(x -> "Open CAChainUI".equals(Access.name(x))).findFirst().orElseThrow();
        openedAfter(chain, "Cancel");
        assertEquals(List.of(), opened, "nothing is opened before the host was seen");
        openedAfter(chain, "Open");
        assertEquals(List.of(URI.create("https://ca.example.com/chain")), opened);
        Ui.press(dialog, "Test");
        Ui.until("it answers", () -> Ui.texts(dialog).contains("The address answers."));
        assertFalse(Ui.button(dialog, "Use for This Token").isEnabled(), "it is used already");
        Ui.type(dialog, "address", "https://dead.example.com/");
        Ui.press(dialog, "Use for This Token");
        Ui.until("it is refused", () -> Ui.texts(dialog).contains("nothing listens there"));
        assertTrue(named.isEmpty());
        Ui.screenshot(dialog, "phone-home-refused");
        Ui.type(dialog, "address", "https://other.example.com/phoneHome");
        Ui.press(dialog, "Use for This Token");
        Ui.until("it is named", () -> Ui.texts(dialog).contains("From now on this address is asked"));
        assertEquals(List.of("https://other.example.com/phoneHome"), named);
        Ui.press(dialog, "Close");
    }

    /** Presses a button that asks whether a page is to be opened, and answers. */
    private static void openedAfter(Button button, String answer) {
        // the question is a loop of its own within the click
        Ui.display().asyncExec(() -> {
            Shell question = Ui.shells().stream().filter(s -> s.getText().equals("Open a page")).findFirst().orElseThrow();
            boolean host = Ui.texts(question).contains("ca.example.com");
            Ui.press(question, host ? answer : "Cancel");
        });
        Ui.click(button);
    }
}
