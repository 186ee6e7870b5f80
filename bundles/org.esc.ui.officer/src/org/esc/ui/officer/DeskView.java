// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.command.Progress;
import org.esc.tps.client.officer.Desk;
import org.esc.tps.client.officer.DeskArgs;
import org.esc.tps.client.officer.DeskOrder;
import org.esc.tps.client.officer.DeskResult;
import org.esc.tps.client.officer.DeskSession;
import org.esc.tps.client.officer.DeskSettings;
import org.esc.tps.client.officer.Found;
import org.esc.tps.client.officer.OfficerTask;
import org.esc.tps.client.officer.Person;
import org.esc.tps.client.officer.SeenCard;
import org.esc.ui.CardNews;
import org.esc.ui.DialogAsker;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;

/**
 * The security officer's desk: one page at a time, from signing in over the person and their identity document to the card in the other reader
 * and what is done with it. When the officer's card is pulled, everything on it is gone at once.
 */
public final class DeskView extends ViewPart {

    private static final Words WORDS = Words.of(DeskView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.officer.view";

    /** How long a person pauses until what they have typed so far is looked for, in ms. */
    private static final int PAUSE = 250;
    private static final int SUGGESTIONS = 20;
    private static final String HEARD = "org.esc.ui.heard";
    private static final List<OfficerTask> FOR_PEOPLE = List.of(OfficerTask.ENROLL, OfficerTask.ENROLL_TEMPORARY, OfficerTask.ENROLL_OFFICER);
    private static final List<OfficerTask> FOR_CARDS = List.of(OfficerTask.FORMAT, OfficerTask.SET_HOME, OfficerTask.FORMAT_OFFICER);
    /** As they are called in logs. */
    private static final List<String> DOCUMENTS = List.of("", "Passport", "Identity card", "Residence permit", "Driving licence", "Staff badge");

    /** The pages. */
    enum Page {
        /** Nobody has signed in. */
        SIGN_IN,
        /** Whom is it for? */
        FIND,
        /** Is it them? */
        IDENTITY,
        /** With which card? */
        CARD,
        /** It is being done. */
        WORK,
        /** It is done, or not. */
        DONE;

        String words() {
            return switch (this) {
                case SIGN_IN -> WORDS.say("Sign in");
                case FIND -> WORDS.say("Find the person");
                case IDENTITY -> WORDS.say("Check the identity");
                case CARD -> WORDS.say("Choose the task");
                case WORK -> WORDS.say("Do it");
                case DONE -> WORDS.say("Done");
            };
        }
    }

    private Display display;
    private Composite whole;
    private Label officer;
    private Button lock;
    private final Map<Page, Label> steps = new EnumMap<>(Page.class);
    private ScrolledComposite scroll;
    private Composite content;
    private Control first;
    private Page page = Page.SIGN_IN;
    private Optional<Readers> readers = Optional.empty();
    private Optional<Subscription> watch = Optional.empty();
    private Optional<DeskSession> session = Optional.empty();
    private Optional<Subscription> hush = Optional.empty();
    private Optional<Person> person = Optional.empty();
    private Optional<ImageData> photo = Optional.empty();
    private Optional<DeskOrder.Identity> identity = Optional.empty();
    /** The other card, as it was when it was last looked at. */
    private Optional<SeenCard> seen = Optional.empty();
    private Optional<DeskJob<?>> running = Optional.empty();
    private Optional<DeskJob<?>> looking = Optional.empty();
    /** Counts what was asked for, so that a late answer is not shown. */
    private int asked;
    private int looks;

    @Override
    public void createPartControl(Composite parent) {
        display = parent.getDisplay();
        whole = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(18, 14).spacing(8, 10).numColumns(2).applyTo(whole);
        officer = new Label(whole, SWT.WRAP);
        officer.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.HEADER_FONT));
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(officer);
        lock = NativeLook.of(new Button(whole, SWT.PUSH));
        lock.setText(WORDS.say("Sign &out"));
        lock.addListener(SWT.Selection, _ -> signOut());
        GridDataFactory.fillDefaults().align(SWT.END, SWT.CENTER).applyTo(lock);
        var strip = new Composite(whole, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(Page.values().length).spacing(18, 0).applyTo(strip);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(strip);
        for (Page p : Page.values()) {
            if (p != Page.WORK) {
                steps.put(p, new Label(strip, SWT.NONE));
            }
        }
        var line = new Label(whole, SWT.SEPARATOR | SWT.HORIZONTAL);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(line);
        scroll = new ScrolledComposite(whole, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        scroll.addListener(SWT.Resize, _ -> resize());
        GridDataFactory.fillDefaults().span(2, 1).grab(true, true).applyTo(scroll);
        var settings = new Action(WORDS.say("Settings of the Desk…"), Icons.descriptor(DeskView.class, "officer")) {
            @Override
            public void run() {
                settings();
            }
        };
        settings.setToolTipText(WORDS.say("The server, the directory, the profiles"));
        getViewSite().getActionBars().getToolBarManager().add(settings);
        getViewSite().getActionBars().getMenuManager().add(settings);
        readers = Services.find(Readers.class);
        watch = readers.map(r -> r.subscribe(() -> onUi(this::cardsChanged)));
        show(Page.SIGN_IN, "");
    }

    Page page() {
        return page;
    }

    private Optional<Desk> desk() {
        return Services.find(Desk.class);
    }

    private void onUi(Runnable what) {
        if (!display.isDisposed()) {
            display.asyncExec(() -> {
                if (!whole.isDisposed()) {
                    what.run();
                }
            });
        }
    }

    private UiInteraction questions() {
        return new UiInteraction(display, new DialogAsker(() -> whole.isDisposed() ? null : whole.getShell()));
    }

    /** Runs something in the background; what comes out is shown only if nothing else was asked for meanwhile. */
    private <T> DeskJob<T> run(String name, Progress progress, DeskJob.Work<T> work, Consumer<T> good, Consumer<Throwable> bad) {
        int mine = ++asked;
        var job = new DeskJob<T>(name, questions(), progress, work);
        job.outcome().whenComplete((result, failure) -> onUi(() -> {
            if (mine == asked) {
                if (failure == null) {
                    good.accept(result);
                } else {
                    bad.accept(failure);
                }
            }
        }));
        job.setSystem(true);
        job.schedule();
        return job;
    }

    private static String words(Throwable failure, String step) {
        return ProblemText.forPerson(ProblemText.problem(failure, step));
    }

    // ---------------------------------------------------------------- pages

    private void show(Page next, String message) {
        page = next;
        asked++;
        watchCard(false);
        officer.setText(escaped(session.map(s -> WORDS.say("{0}, security officer", s.officer().name())).orElse(WORDS.say("Security officer's desk"))));
        lock.setVisible(session.isPresent());
        for (var e : steps.entrySet()) {
            boolean here = e.getKey() == page || page == Page.WORK && e.getKey() == Page.DONE;
            e.getValue().setText((e.getKey().ordinal() - (e.getKey() == Page.DONE ? 1 : 0) + 1) + "  " + e.getKey().words());
            e.getValue().setFont(here ? JFaceResources.getFontRegistry().getBold(JFaceResources.DEFAULT_FONT) : JFaceResources.getDefaultFont());
            e.getValue().setEnabled(here);
        }
        if (content != null) {
            content.dispose();
        }
        content = new Composite(scroll, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(2, 8).spacing(12, 10).numColumns(2).applyTo(content);
        scroll.setContent(content);
        first = content;
        if (!message.isEmpty()) {
            say(message);
        }
        switch (page) {
            case SIGN_IN -> signInPage();
            case FIND -> findPage();
            case IDENTITY -> identityPage();
            case CARD -> cardPage();
            case WORK -> {
                // built by whoever starts the work
            }
            case DONE -> {
                // built by whoever ends it
            }
        }
        laidOut();
    }

    private void laidOut() {
        whole.layout(true, true);
        resize();
        describe();
        if (getSite().getPage().getActivePart() == this) {
            first.setFocus();
        }
    }

    private void resize() {
        if (content != null && !content.isDisposed()) {
            int width = scroll.getClientArea().width;
            scroll.setMinSize(content.computeSize(width > 0 ? width : SWT.DEFAULT, SWT.DEFAULT));
        }
    }

    private static String escaped(String words) {
        return words.replace("&", "&&");
    }

    private Label text(Composite parent, String words, int columns) {
        var label = new Label(parent, SWT.WRAP);
        label.setText(escaped(words));
        GridDataFactory.fillDefaults().span(columns, 1).grab(true, false).hint(320, SWT.DEFAULT).applyTo(label);
        return label;
    }

    private Label big(Composite parent, String words, int columns) {
        Label label = heard(text(parent, words, columns));
        label.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.HEADER_FONT));
        return label;
    }

    /** Marks what a screen reader says together with the control that gets the keyboard: nothing leads to words that stand beside it. */
    private static <C extends Control> C heard(C words) {
        words.setData(HEARD, Boolean.TRUE);
        return words;
    }

    private void describe() {
        var words = new ArrayList<String>();
        for (Control c : content.getChildren()) {
            if (c.getData(HEARD) != null) {
                words.add(c instanceof Label l ? l.getText().replace("&&", "&") : ((Text) c).getText());
            }
        }
        if (first != content) {
            Names.describe(first, String.join(" ", words));
        }
    }

    /** A message at the top: what went wrong, or why the desk is locked; readable by the keyboard, to be copied. */
    private void say(String message) {
        var text = heard(Names.name(new Text(content, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY), WORDS.say("Message")));
        NativeLook.onGround(text);
        text.setText(message);
        text.setData("org.esc.ui.field", "MESSAGE");
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(320, SWT.DEFAULT).applyTo(text);
    }

    private Button button(Composite parent, String label, Runnable pressed) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(label);
        b.addListener(SWT.Selection, _ -> pressed.run());
        return b;
    }

    /** A row of buttons, the first of which Enter presses. */
    private Composite buttons() {
        var row = new Composite(content, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).spacing(8, 0).applyTo(row);
        GridDataFactory.fillDefaults().span(2, 1).applyTo(row);
        return row;
    }

    // ---------------------------------------------------------------- signing in

    private void signInPage() {
        big(content, WORDS.say("Put your card into a reader and sign in."), 2);
        text(content, WORDS.say("The desk stays open for as long as your card stays in its reader."), 2);
        if (desk().isEmpty()) {
            say(WORDS.say("The security officer's desk is not part of this installation."));
            return;
        }
        label(WORDS.say("&Your card is in:"));
        var where = Names.name(new Combo(content, SWT.READ_ONLY), WORDS.say("Your card is in"));
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(where);
        label(WORDS.say("&Server:"));
        var server = Names.name(new Text(content, SWT.BORDER), WORDS.say("Server"));
        server.setMessage("https://host:8443/tps/tps");
        server.setData("org.esc.ui.field", "SERVER");
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(server);
        server.setText(setting(DeskSettings.TPS));
        desk().flatMap(d -> d.settings().locked(DeskSettings.TPS)).ifPresent(why -> {
            server.setEnabled(false);
            label("");
            text(content, why, 1);
        });
        var row = buttons();
        Button go = button(row, WORDS.say("Sign &in"), () -> signIn(where.getText(), server.getText()));
        button(row, WORDS.say("S&ettings…"), this::settings);
        content.getShell().setDefaultButton(go);
        var empty = text(content, "", 2);
        where.addListener(SWT.Selection, _ -> where.setData("chosen", where.getText()));
        content.setData("cards", (Runnable) () -> {
            var names = cardReaders();
            where.setItems(names.toArray(String[]::new));
            // the reader that the officer took last time, unless they have said another one now
            int at = names.indexOf(where.getData("chosen") instanceof String chosen ? chosen : setting(DeskSettings.READER));
            where.select(at < 0 && !names.isEmpty() ? 0 : at);
            boolean awaited = !go.isEnabled() && first != go && first.isFocusControl() && server.getText().equals(setting(DeskSettings.TPS));
            go.setEnabled(!names.isEmpty());
            empty.setText(escaped(names.isEmpty() ? String.join(" ", nothingHere()) : ""));
            content.layout(true, true);
            resize();
            // whoever waited for the card goes on here, but is not taken away from typing
            if (awaited && go.isEnabled() && !server.getText().isEmpty()) {
                first = go;
                describe();
                go.setFocus();
            }
        });
        cardsChanged();
        Control missing = server.isEnabled() ? server : where;
        first = where.getItemCount() == 0 || server.getText().isEmpty() ? missing : go;
    }

    private List<String> nothingHere() {
        var words = new ArrayList<>(List.of(WORDS.say("There is no card in any reader.")));
        readers.ifPresent(r -> words.addAll(r.complaints()));
        return words;
    }

    private List<String> cardReaders() {
        return readers.map(r -> r.list().stream().filter(ReaderState::hasCard).map(ReaderState::name).toList()).orElse(List.of());
    }

    private void label(String words) {
        var label = new Label(content, SWT.NONE);
        label.setText(words);
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(label);
    }

    private String setting(String key) {
        try {
            return desk().isPresent() ? desk().get().settings().get(key).orElse("") : "";
        } catch (EscException _) {
            // a file that cannot be read says so when it is needed
            return "";
        }
    }

    private void signIn(String reader, String server) {
        var desk = desk();
        if (desk.isEmpty() || running.isPresent()) {
            return;
        }
        enable(false);
        DeskArgs args = DeskArgs.in(reader);
        running = Optional.of(run(WORDS.say("Security officer signs in"), Progress.NONE, context -> {
            var settings = desk.get().settings();
            settings.set(settings.locked(DeskSettings.READER).isPresent() ? Map.of(DeskSettings.TPS, server)
                    : Map.of(DeskSettings.TPS, server, DeskSettings.READER, reader));
            return desk.get().signIn(args, context);
        }, this::signedIn, e -> {
            running = Optional.empty();
            show(Page.SIGN_IN, words(e, WORDS.say("sign in")));
        }));
    }

    private void enable(boolean on) {
        for (Control c : content.getChildren()) {
            c.setEnabled(on);
        }
    }

    private void signedIn(DeskSession opened) {
        running = Optional.empty();
        session(Optional.of(opened));
        opened.onLock(() -> onUi(() -> locked(opened)));
        forget();
        show(Page.FIND, String.join(" ", opened.notes()));
    }

    private void session(Optional<DeskSession> now) {
        session = now;
        hush.ifPresent(Subscription::close);
        hush = now.map(_ -> CardNews.hush());
    }

    private void locked(DeskSession which) {
        if (session.filter(s -> s == which).isPresent()) {
            String why = which.locked().orElse(WORDS.say("The desk is locked."));
            session(Optional.empty());
            running.ifPresent(Job::cancel);
            running = Optional.empty();
            forget();
            show(Page.SIGN_IN, why);
        }
    }

    private void signOut() {
        session.ifPresent(s -> {
            session(Optional.empty());
            running.ifPresent(Job::cancel);
            running = Optional.empty();
            forget();
            show(Page.SIGN_IN, "");
            // waits for the log and the server
            new DeskJob<Void>(WORDS.say("Security officer signs out"), questions(), Progress.NONE, _ -> {
                s.close();
                return null;
            }).schedule();
        });
    }

    private void forget() {
        person = Optional.empty();
        photo = Optional.empty();
        identity = Optional.empty();
    }

    // ---------------------------------------------------------------- finding the person

    private void findPage() {
        forget();
        big(content, WORDS.say("Who gets a card?"), 2);
        var name = Names.name(new Text(content, SWT.SEARCH | SWT.ICON_SEARCH | SWT.ICON_CANCEL | SWT.BORDER), WORDS.say("Name of the person"));
        name.setMessage(WORDS.say("Name, user name or e-mail address"));
        name.setData("org.esc.ui.field", "NAME");
        name.setFont(JFaceResources.getHeaderFont());
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(name);
        var list = NativeLook.of(new Table(content, SWT.BORDER | SWT.FULL_SELECTION | SWT.SINGLE));
        Names.name(list, WORDS.say("People found"));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(SWT.DEFAULT, 8 * list.getItemHeight()).applyTo(list);
        var hint = text(content, WORDS.say("Type the beginning of a name."), 2);
        var row = buttons();
        Button go = button(row, WORDS.say("Contin&ue"), () -> choose(list));
        go.setEnabled(false);
        content.getShell().setDefaultButton(go);
        list.addListener(SWT.Selection, _ -> go.setEnabled(list.getSelectionIndex() >= 0));
        list.addListener(SWT.DefaultSelection, _ -> choose(list));
        name.addListener(SWT.DefaultSelection, _ -> choose(list));
        name.addListener(SWT.KeyDown, e -> {
            if (e.keyCode == SWT.ARROW_DOWN && list.getItemCount() > 0) {
                list.setFocus();
                e.doit = false;
            }
        });
        Runnable search = () -> search(name, list, hint, go);
        name.addListener(SWT.Modify, _ -> display.timerExec(PAUSE, search));
        var only = new Label(content, SWT.SEPARATOR | SWT.HORIZONTAL);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(only);
        text(content, WORDS.say("Nobody gets a card, but one is to be formatted:"), 2);
        var cards = buttons();
        button(cards, WORDS.say("Only a car&d…"), () -> show(Page.CARD, ""));
        first = name;
    }

    private void search(Text name, Table list, Label hint, Button go) {
        if (name.isDisposed() || session.isEmpty()) {
            return;
        }
        String wanted = name.getText().strip();
        if (wanted.isEmpty()) {
            asked++;
            list.removeAll();
            go.setEnabled(false);
            hint.setText(WORDS.say("Type the beginning of a name."));
            return;
        }
        DeskSession s = session.get();
        looking.ifPresent(Job::cancel);
        looking = Optional.of(run(WORDS.say("Looking for people"), Progress.NONE, c -> s.search(wanted, 0, SUGGESTIONS, c.cancel()), found -> {
            list.removeAll();
            for (Found.Candidate p : found.people()) {
                var item = new TableItem(list, SWT.NONE);
                item.setText(p.display());
                item.setData(p.uid());
            }
            if (list.getItemCount() > 0) {
                list.select(0);
            }
            go.setEnabled(list.getItemCount() > 0);
            hint.setText(found.people().isEmpty() ? escaped(WORDS.say("Nobody’s name begins with “{0}”.", wanted))
                    : found.more() ? WORDS.say("There are more: type more of the name.") : "");
        }, e -> {
            if (!(e instanceof EscException x && x.fault() == Fault.CANCELLED)) {
                list.removeAll();
                go.setEnabled(false);
                hint.setText(escaped(words(e, WORDS.say("look for people"))));
                content.layout(true, true);
                resize();
            }
        }));
    }

    private void choose(Table list) {
        if (session.isEmpty() || list.getSelectionIndex() < 0) {
            return;
        }
        String uid = (String) list.getSelection()[0].getData();
        DeskSession s = session.get();
        record Seen(Person person, Optional<ImageData> photo) {
        }
        run(WORDS.say("Reading about a person"), Progress.NONE, c -> {
            Person p = s.person(uid, c.cancel());
            return new Seen(p, PhotoBox.decode(p.photo()));
        }, seen -> {
            person = Optional.of(seen.person());
            photo = seen.photo();
            show(Page.IDENTITY, "");
        }, e -> show(Page.FIND, words(e, WORDS.say("read about the person"))));
    }

    // ---------------------------------------------------------------- checking the identity

    private void identityPage() {
        Person p = person.orElseThrow();
        big(content, p.name(), 2);
        var box = new PhotoBox(content, photo, p.name());
        GridDataFactory.fillDefaults().hint(240, 300).align(SWT.BEGINNING, SWT.BEGINNING).applyTo(box);
        var facts = new Composite(content, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(16, 8).applyTo(facts);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(facts);
        fact(facts, WORDS.say("User name"), p.uid());
        if (!p.email().isEmpty()) {
            fact(facts, WORDS.say("E-mail"), p.email());
        }
        p.attributes().forEach((name, value) -> fact(facts, Person.label(name), value));
        if (p.officer()) {
            fact(facts, WORDS.say("Security officer"), WORDS.say("yes"));
        }
        text(content, WORDS.say("Compare the photo and these facts with the person and with their identity document."), 2);
        var checked = new Button(content, SWT.CHECK);
        checked.setText(WORDS.say("I have checked the &identity document"));
        GridDataFactory.fillDefaults().span(2, 1).applyTo(checked);
        label(WORDS.say("Kin&d of document (optional):"));
        var kind = Names.name(new Combo(content, SWT.READ_ONLY), WORDS.say("Kind of document"));
        kind.setItems("", WORDS.say("Passport"), WORDS.say("Identity card"), WORDS.say("Residence permit"), WORDS.say("Driving licence"),
                WORDS.say("Staff badge"));
        kind.select(0);
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(kind);
        label(WORDS.say("Its &number (optional, kept nowhere):"));
        var number = Names.name(new Text(content, SWT.BORDER), WORDS.say("Number of the document"));
        GridDataFactory.fillDefaults().hint(200, SWT.DEFAULT).align(SWT.BEGINNING, SWT.CENTER).applyTo(number);
        var row = buttons();
        Button go = button(row, WORDS.say("Contin&ue"), () -> {
            identity = Optional.of(new DeskOrder.Identity(Optional.of(DOCUMENTS.get(Math.max(0, kind.getSelectionIndex()))).filter(k -> !k.isEmpty()),
                    Optional.of(number.getText()).filter(n -> !n.isBlank())));
            show(Page.CARD, "");
        });
        go.setEnabled(false);
        button(row, WORDS.say("Bac&k"), () -> show(Page.FIND, ""));
        checked.addListener(SWT.Selection, _ -> go.setEnabled(checked.getSelection()));
        content.getShell().setDefaultButton(go);
        first = checked;
    }

    private static void fact(Composite parent, String name, String value) {
        var label = new Label(parent, SWT.NONE);
        label.setText(escaped(name + ":"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(label);
        var text = Names.name(new Text(parent, SWT.READ_ONLY | SWT.SINGLE), name);
        text.setText(value);
        text.setFont(JFaceResources.getHeaderFont());
        GridDataFactory.fillDefaults().grab(true, false).applyTo(text);
    }

    // ---------------------------------------------------------------- the card and the task

    private void cardPage() {
        boolean gives = person.isPresent();
        big(content, gives ? WORDS.say("Put the card for {0} into the other reader.", person.get().name()) : WORDS.say("Put the card into the other reader."), 2);
        Label said = heard(text(content, WORDS.say("Looking for a card…"), 2));
        said.setFont(JFaceResources.getHeaderFont());
        var tasks = new EnumMap<OfficerTask, Button>(OfficerTask.class);
        for (OfficerTask t : gives ? FOR_PEOPLE : FOR_CARDS) {
            if (t == OfficerTask.ENROLL_OFFICER && !person.get().officer()) {
                continue;
            }
            var b = button(content, mnemonic(t), () -> start(t));
            b.setFont(JFaceResources.getHeaderFont());
            b.setEnabled(false);
            GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).applyTo(b);
            Label why = text(content, explanation(t), 1);
            ((GridData) why.getLayoutData()).verticalAlignment = SWT.CENTER;
            tasks.put(t, b);
        }
        var row = buttons();
        first = button(row, WORDS.say("Bac&k"), () -> show(gives ? Page.IDENTITY : Page.FIND, ""));
        content.setData("cards", (Runnable) () -> lookAtCard(said, tasks));
        watchCard(true);
    }

    private static String mnemonic(OfficerTask t) {
        return switch (t) {
            case ENROLL -> WORDS.say("&Enrol the card");
            case ENROLL_TEMPORARY -> WORDS.say("Enrol a te&mporary card");
            case ENROLL_OFFICER -> WORDS.say("Enrol a securit&y officer’s card");
            case FORMAT -> WORDS.say("Fo&rmat the card");
            case SET_HOME -> WORDS.say("Set the ho&me address");
            case FORMAT_OFFICER -> WORDS.say("Format an officer’s car&d");
        };
    }

    private static String explanation(OfficerTask t) {
        return switch (t) {
            case ENROLL -> WORDS.say("The person logs in and chooses the card’s password; keys and certificates are put on it.");
            case ENROLL_TEMPORARY -> WORDS.say("The same for a few days, until the person’s own card is found or replaced.");
            case ENROLL_OFFICER -> WORDS.say("A card with which this person can sign in to this desk.");
            case FORMAT -> WORDS.say("Erases a person’s card, and the address where it phones home.");
            case SET_HOME -> WORDS.say("Erases a person’s card and writes the address where it phones home.");
            case FORMAT_OFFICER -> WORDS.say("Erases a security officer’s card, who can then no longer sign in with it. Without another card in a "
                    + "reader it is your own.");
        };
    }

    private void watchCard(boolean on) {
        looks++;
        if (on) {
            cardsChanged();
        }
    }

    private void cardsChanged() {
        if (content != null && !content.isDisposed() && content.getData("cards") instanceof Runnable r) {
            r.run();
        }
    }

    private void lookAtCard(Label said, Map<OfficerTask, Button> tasks) {
        if (session.isEmpty()) {
            return;
        }
        int mine = ++looks;
        DeskSession s = session.get();
        var job = new DeskJob<Optional<SeenCard>>(WORDS.say("Looking at the card"), questions(), Progress.NONE, c -> s.otherCard(c.cancel()));
        job.setSystem(true);
        job.outcome().whenComplete((card, failure) -> onUi(() -> {
            if (mine != looks || said.isDisposed()) {
                return;
            }
            String words = failure != null ? words(failure, WORDS.say("look at the card")) : card.map(DeskView::inWords)
                    .orElseGet(() -> WORDS.say("There is no other card yet."));
            said.setText(escaped(words));
            seen = failure == null ? card : Optional.empty();
            tasks.forEach((t, b) -> b.setEnabled(failure == null && suits(t, card)));
            content.layout(true, true);
            resize();
            describe();
            tasks.values().stream().filter(Control::isEnabled).findFirst().ifPresent(b -> {
                first = b;
                describe();
                if (getSite().getPage().getActivePart() == this && display.getActiveShell() == whole.getShell()) {
                    b.setFocus();
                }
            });
        }));
        job.schedule();
    }

    private static String inWords(SeenCard c) {
        String number = c.cuid().display();
        return (c.recorded().isEmpty() ? WORDS.say("Card {0} in “{1}”: {2}.", number, c.reader(), c.state())
                : WORDS.say("Card {0} in “{1}”: {2}; on record: {3}.", number, c.reader(), c.state(), c.recorded())) + " " + c.inWords();
    }

    /** Leaves out what would be refused; what is pressed is looked at once more. */
    private boolean suits(OfficerTask t, Optional<SeenCard> card) {
        if (card.isEmpty()) {
            return t == OfficerTask.FORMAT_OFFICER;
        }
        boolean theirs = person.filter(p -> p.uid().equalsIgnoreCase(card.get().owner())).isPresent();
        return switch (card.get().kind()) {
            case BLANK -> t != OfficerTask.FORMAT_OFFICER;
            case USER -> t != OfficerTask.FORMAT_OFFICER && (!t.enrols() || theirs);
            case OFFICER -> t == OfficerTask.FORMAT_OFFICER || t.enrols() && theirs;
            case OWN -> false;
        };
    }

    // ---------------------------------------------------------------- doing it

    private void start(OfficerTask task) {
        if (session.isEmpty() || running.isPresent()) {
            return;
        }
        DeskSession s = session.get();
        // without another card the officer's own is meant; another one is only touched if it is still the one that was looked at
        var order = new DeskOrder(task, seen.isEmpty() ? Optional.of(s.officer().reader()) : Optional.empty(),
                task.enrols() ? person.map(Person::uid) : Optional.empty(), identity, seen.map(SeenCard::cuid));
        show(Page.WORK, "");
        big(content, task.title() + (task.enrols() ? ": " + person.map(Person::name).orElse("") : ""), 2);
        Label what = heard(text(content, WORDS.say("Starting…"), 2));
        what.setFont(JFaceResources.getHeaderFont());
        var bar = Names.name(new ProgressBar(content, SWT.SMOOTH), WORDS.say("Progress"));
        bar.setMaximum(100);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(SWT.DEFAULT, 20).applyTo(bar);
        text(content, WORDS.say("Leave both cards where they are."), 2);
        var row = buttons();
        first = button(row, WORDS.say("Cance&l"), () -> running.ifPresent(Job::cancel));
        laidOut();
        running = Optional.of(run(task.title(), (percent, words) -> onUi(() -> {
            if (!bar.isDisposed()) {
                if (percent >= 0) {
                    bar.setSelection(percent);
                }
                if (!words.isEmpty()) {
                    what.setText(escaped(words));
                }
            }
        }), c -> s.perform(order, c), this::done, e -> {
            running = Optional.empty();
            boolean cancelled = e instanceof EscException x && x.fault() == Fault.CANCELLED;
            notDone(cancelled ? WORDS.say("Cancelled.") : words(e, task.title()));
        }));
    }

    private void done(DeskResult r) {
        running = Optional.empty();
        show(Page.DONE, "");
        var tick = new Label(content, SWT.NONE);
        tick.setImage(display.getSystemImage(SWT.ICON_INFORMATION));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(tick);
        big(content, r.user().isEmpty() ? WORDS.say("The card is formatted.") : WORDS.say("{0} has their card.", person.map(Person::name).orElse(r.user())), 1);
        heard(text(content, WORDS.say("Card {0}: {1}. Profile: {2}.", org.esc.apdu.Cuid.of(r.cuid()).display(), r.state(), r.profile()), 2));
        r.notes().forEach(n -> heard(text(content, n, 2)));
        text(content, WORDS.say("It is in the log of this desk."), 2);
        var row = buttons();
        Button next = button(row, WORDS.say("&Next person"), () -> show(Page.FIND, ""));
        content.getShell().setDefaultButton(next);
        first = next;
        laidOut();
    }

    private void notDone(String why) {
        show(Page.DONE, why);
        big(content, WORDS.say("It was not done."), 2);
        var row = buttons();
        Button again = button(row, WORDS.say("Bac&k to the card"), () -> show(Page.CARD, ""));
        button(row, WORDS.say("&Next person"), () -> show(Page.FIND, ""));
        content.getShell().setDefaultButton(again);
        first = again;
        laidOut();
    }

    private void settings() {
        desk().ifPresent(d -> {
            var dialog = new DeskSettingsDialog(whole.getShell(), d.settings(), session);
            dialog.onSaved(() -> {
                if (page == Page.SIGN_IN) {
                    show(Page.SIGN_IN, "");
                }
            });
            dialog.open();
        });
    }

    @Override
    public void setFocus() {
        if (first != null && !first.isDisposed()) {
            first.setFocus();
        }
    }

    @Override
    public void dispose() {
        watch.ifPresent(Subscription::close);
        running.ifPresent(Job::cancel);
        session.ifPresent(s -> Thread.ofPlatform().daemon().name("officer signs out").start(s::close));
        session(Optional.empty());
        super.dispose();
    }
}
