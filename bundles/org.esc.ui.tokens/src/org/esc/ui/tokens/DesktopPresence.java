// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.core.commands.common.CommandException;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.TrayItem;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.handlers.IHandlerService;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.tps.client.Day;
import org.esc.ui.Browse;
import org.esc.ui.CardNews;
import org.esc.ui.DesktopSettings;
import org.esc.ui.Icons;
import org.esc.ui.MainWindow;
import org.esc.ui.Note;
import org.esc.ui.Notifier;
import org.esc.ui.TrayArea;
import org.osgi.service.prefs.BackingStoreException;

/**
 * What the desktop is told of tokens: that cards come and go, that certificates end soon, and an icon in the tray with a menu. Every part of it can be
 * switched off, and none of it is needed. UI thread only.
 */
final class DesktopPresence implements AutoCloseable {

    private static final Words WORDS = Words.of(DesktopPresence.class);

    private final Display display;
    private final TokensModel model;
    private final Notifier notifier;
    private final IEclipsePreferences reminded;
    private final Subscription subscription;
    private final Map<String, TokenRow> present = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private boolean first = true;
    private final Subscription settings;
    private Optional<TrayItem> icon = Optional.empty();

    /**
     * Begins to watch.
     *
     * @param reminded where it is kept who was reminded when
     */
    DesktopPresence(Display display, TokensModel model, Notifier notifier, IEclipsePreferences reminded) {
        this.display = display;
        this.model = model;
        this.notifier = notifier;
        this.reminded = reminded;
        subscription = model.subscribe(this::look);
        MainWindow.hideable(() -> icon.isPresent() && TrayArea.present(display));
        settings = DesktopSettings.onChange(this::asSet);
        showIcon();
        look();
    }

    private void asSet() {
        if (!display.isDisposed()) {
            display.asyncExec(() -> {
                boolean wanted = DesktopSettings.on(DesktopSettings.TRAY);
                if (!wanted) {
                    icon.filter(i -> !i.isDisposed()).ifPresent(TrayItem::dispose);
                    icon = Optional.empty();
                } else if (icon.isEmpty()) {
                    showIcon();
                }
            });
        }
    }

    // ---- cards

    private void look() {
        if (display.isDisposed()) {
            return;
        }
        boolean news = CardNews.wanted();
        var now = new HashMap<String, TokenRow>();
        for (TokenRow row : model.rows()) {
            if (row.reader().hasCard()) {
                now.put(row.card(), row);
            }
        }
        present.forEach((card, row) -> {
            if (!now.containsKey(card) && told.remove(card) && news && DesktopSettings.on(DesktopSettings.NOTIFY)) {
                notifier.show(new Note(WORDS.say("Smart card removed"), WORDS.say("{0} is no longer in {1}.", who(row), row.reader().name())));
            }
        });
        for (TokenRow row : now.values()) {
            if (row.state() != TokenState.READING && row.state() != TokenState.BUSY && told.add(row.card())) {
                if (!first && news && DesktopSettings.on(DesktopSettings.NOTIFY)) {
                    notifier.show(inserted(row));
                }
                if (!first && news && row.state() == TokenState.ENROLLED && DesktopSettings.openPage()) {
                    row.facts().flatMap(f -> f.more().welcome()).ifPresent(Browse::silently);
                }
                if (news) {
                    remind(row);
                }
            }
        }
        present.clear();
        present.putAll(now);
        if (now.values().stream().noneMatch(r -> r.state() == TokenState.READING)) {
            // what was there when the program began is no news
            first = false;
        }
        icon.filter(i -> !i.isDisposed()).ifPresent(i -> i.setToolTipText(tooltip()));
    }

    private Note inserted(TokenRow row) {
        String how = NextStep.of(row).map(NextStep::words).orElse(row.stateText() + ".");
        return new Note(WORDS.say("Smart card inserted"), who(row) + ", " + row.reader().name() + ". " + how,
                Optional.of(new Note.Action(WORDS.say("Show"), () -> show(row))));
    }

    private static String who(TokenRow row) {
        return row.facts().map(f -> f.issuedTo().isEmpty() ? f.keyId() : f.issuedTo() + (f.issuer().isEmpty() ? "" : " (" + f.issuer() + ")"))
                .filter(w -> !w.isEmpty()).orElse(WORDS.say("A card"));
    }

    private void show(TokenRow row) {
        MainWindow.show();
        model.select(Optional.of(row.reader().name()));
    }

    /** Once a day for each token. */
    private void remind(TokenRow row) {
        if (row.state() != TokenState.ENROLLED || !DesktopSettings.on(DesktopSettings.REMIND)
                || row.facts().filter(f -> f.more().soon()).isEmpty()) {
            return;
        }
        TokenRow.Facts f = row.facts().get();
        String today = LocalDate.now().toString();
        if (f.keyId().isEmpty() || reminded.get(f.keyId(), "").equals(today)) {
            return;
        }
        reminded.put(f.keyId(), today);
        Thread.ofVirtual().name("reminded").start(this::keepReminded);
        String words = f.expired() ? WORDS.say("A certificate of {0} has expired on {1}.", who(row), Day.text(f.expiry()))
                : WORDS.say("A certificate of {0} ends on {1}.", who(row), Day.text(f.expiry()));
        notifier.show(new Note(f.expired() ? WORDS.say("Certificate expired") : WORDS.say("Certificate ends soon"), words,
                Optional.of(new Note.Action(WORDS.say("Renew Now"), () -> renew(row)))));
    }

    private void keepReminded() {
        try {
            reminded.flush();
        } catch (BackingStoreException e) {
            ILog.of(DesktopPresence.class).info("It cannot be kept who was reminded", e);
        }
    }

    private void renew(TokenRow row) {
        show(row);
        model.row(row.reader().name()).filter(r -> r.card().equals(row.card()) && r.possible(Operation.RENEW))
                .ifPresent(r -> new OperationDialog(window(), model, Operation.RENEW, r).open());
    }

    private static Shell window() {
        return PlatformUI.getWorkbench().getWorkbenchWindows()[0].getShell();
    }

    // ---- the icon

    private void showIcon() {
        if (!DesktopSettings.on(DesktopSettings.TRAY) || display.getSystemTray() == null) {
            return;
        }
        var item = new TrayItem(display.getSystemTray(), SWT.NONE);
        item.setImage(Icons.image(MainWindow.class, "app32"));
        item.setToolTipText(tooltip());
        item.addListener(SWT.Selection, _ -> MainWindow.show());
        item.addListener(SWT.DefaultSelection, _ -> MainWindow.show());
        item.addListener(SWT.MenuDetect, _ -> menu().setVisible(true));
        icon = Optional.of(item);
    }

    private String tooltip() {
        long cards = model.rows().stream().filter(r -> r.reader().hasCard()).count();
        return WORDS.say("Enterprise Security Client: {0}", cards == 0 ? WORDS.say("no card") : WORDS.many(cards, "{0} card", "{0} cards"));
    }

    /** Made anew each time: cards come and go. */
    Menu menu() {
        var menu = new Menu(window(), SWT.POP_UP);
        item(menu, WORDS.say("&Manage Smart Cards"), MainWindow::show);
        for (TokenRow row : model.rows()) {
            if (row.reader().hasCard()) {
                item(menu, (who(row) + " \u2013 " + row.stateText()).replace("&", "&&"), () -> show(row));
                NextStep.of(row).filter(s -> !s.label().isEmpty() && row.state() != TokenState.ENROLLED || row.facts().filter(f -> f.more().soon()).isPresent())
                        .ifPresent(s -> item(menu, "    " + s.label(), () -> {
                            show(row);
                            start(row, s.command());
                        }));
            }
        }
        new MenuItem(menu, SWT.SEPARATOR);
        item(menu, WORDS.say("&Diagnostics…"), this::diagnose);
        item(menu, WORDS.say("&Quit"), () -> {
            MainWindow.show();
            // the menu goes first: it is a part of the window that closes
            display.asyncExec(() -> PlatformUI.getWorkbench().close());
        });
        menu.addListener(SWT.Hide, _ -> display.asyncExec(menu::dispose));
        return menu;
    }

    private void diagnose() {
        MainWindow.show();
        try {
            PlatformUI.getWorkbench().getWorkbenchWindows()[0].getService(IHandlerService.class).executeCommand("org.esc.ui.diagnose", null);
        } catch (CommandException e) {
            ILog.of(DesktopPresence.class).warn("The diagnostics cannot be opened now", e);
        }
    }

    private void start(TokenRow row, String command) {
        for (Operation o : Operation.values()) {
            if (o.command().equals(command) && row.possible(o)) {
                new OperationDialog(window(), model, o, row).open();
            }
        }
    }

    private static void item(Menu menu, String label, Runnable what) {
        var item = new MenuItem(menu, SWT.PUSH);
        item.setText(label);
        item.addListener(SWT.Selection, _ -> what.run());
    }

    @Override
    public void close() {
        subscription.close();
        settings.close();
        MainWindow.hideable(() -> false);
        icon.filter(i -> !i.isDisposed()).ifPresent(TrayItem::dispose);
    }
}
