// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.CardFiles;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.ui.FormQuestion;
import org.esc.ui.Services;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.prefs.BackingStoreException;
import org.osgi.service.prefs.Preferences;

/** Software tokens from one start of the workbench to the next, with real files. */
class SoftTokensTest {

    private static final String PASSPHRASE = "open sesame";

    private final Preferences memory = InstanceScope.INSTANCE.getNode("org.esc.ui.tokens.test").node("soft-tokens");
    private SoftTokens tokens = new SoftTokens(() -> Services.find(CardFiles.class), Optional.of(memory));
    @TempDir
    private Path folder;

    private interface Change {
        void make() throws IOException;
    }

    /** The workbench ends, so its cards are pulled, and starts again. */
    private void restart(Change whileItIsDown) throws IOException {
        tokens.close();
        whileItIsDown.make();
        tokens = new SoftTokens(() -> Services.find(CardFiles.class), Optional.of(memory));
        tokens.restore();
    }

    private void restart() throws IOException {
        restart(() -> {
        });
    }

    @BeforeEach
    void nothingRemembered() throws BackingStoreException {
        memory.clear();
    }

    @AfterEach
    void leaveNothingBehind() throws BackingStoreException {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        tokens.close();
        memory.clear();
        TokensPlugin.use(new SoftTokens(() -> Services.find(CardFiles.class), Optional.empty()));
        TokensPlugin.use(new FakeSource());
    }

    private Path token(String name, Optional<String> passphrase) throws EscException {
        Path file = folder.resolve(name);
        CardFile.create(file, CardSpec.standard(), passphrase.map(Secret::of));
        return file;
    }

    private String states() {
        return tokens.shelf().stream().map(s -> s.file().getFileName() + " " + s.state()).sorted().collect(Collectors.joining(", "));
    }

    @Test
    void pluggedTokenIsPluggedInAgainAtTheNextStart() throws Exception {
        String reader = tokens.plug(token("a.esc", Optional.empty()), Optional.empty());
        restart();
        assertTrue(tokens.has(reader));
        assertEquals("", states());
        tokens.unplug(reader);
        restart();
        assertFalse(tokens.has(reader), "unplugged is forgotten");
        assertTrue(Files.exists(folder.resolve("a.esc")));
    }

    @Test
    void whatCannotBePluggedInWaitsOnTheShelf() throws Exception {
        Path locked = token("locked.esc", Optional.of(PASSPHRASE));
        Path lost = token("lost.esc", Optional.empty());
        Path broken = token("broken.esc", Optional.empty());
        String good = tokens.plug(token("good.esc", Optional.empty()), Optional.empty());
        tokens.plug(locked, Optional.of(Secret.of(PASSPHRASE)));
        tokens.plug(lost, Optional.empty());
        tokens.plug(broken, Optional.empty());
        restart();
        assertEquals("locked.esc LOCKED", states());
        Path elsewhere = folder.resolve("elsewhere");
        restart(() -> {
            Files.move(lost, elsewhere);
            Files.writeString(broken, "no token at all");
        });
        assertTrue(tokens.has(good));
        assertEquals("broken.esc UNREADABLE, locked.esc LOCKED, lost.esc MISSING", states());
        assertTrue(tokens.shelved("Software token lost.esc").orElseThrow().trouble().contains(lost.toString()));
        restart();
        assertEquals("broken.esc UNREADABLE, locked.esc LOCKED, lost.esc MISSING", states(), "and stay remembered");
        Files.move(elsewhere, lost);
        tokens.retry();
        assertTrue(tokens.has("Software token lost.esc"), "a file that came back");
        assertThrows(EscException.class, () -> tokens.plug(locked, Optional.of(Secret.of("wrong"))));
        assertEquals("broken.esc UNREADABLE, locked.esc LOCKED", states());
        tokens.plug(locked, Optional.of(Secret.of(PASSPHRASE)));
        tokens.forget(broken);
        assertEquals("", states());
        assertEquals("no token at all", Files.readString(broken));
        restart();
        assertEquals("locked.esc LOCKED", states(), "a passphrase is never remembered");
    }

    @Test
    void twoOfOneNameAreToldApart() throws Exception {
        Files.createDirectories(folder.resolve("x"));
        Files.createDirectories(folder.resolve("y"));
        Path x = token("x/t.esc", Optional.of(PASSPHRASE));
        Path y = token("y/t.esc", Optional.of(PASSPHRASE));
        tokens.plug(x, Optional.of(Secret.of(PASSPHRASE)));
        tokens.plug(y, Optional.of(Secret.of(PASSPHRASE)));
        restart();
        assertEquals(x, tokens.shelved("Software token t.esc in " + x.getParent()).orElseThrow().file());
        assertEquals(y, tokens.shelved("Software token t.esc in " + y.getParent()).orElseThrow().file());
    }

    @Test
    void lockedTokenIsARowThatIsUnlockedWithItsPassphrase() throws Exception {
        Path file = token("locked.esc", Optional.of(PASSPHRASE));
        Path lost = token("lost.esc", Optional.of(PASSPHRASE));
        tokens.plug(file, Optional.of(Secret.of(PASSPHRASE)));
        tokens.plug(lost, Optional.of(Secret.of(PASSPHRASE)));
        restart(() -> Files.delete(lost));
        TokensPlugin.use(tokens);
        TokensPlugin.use(new CardSource());
        Ui.freshView(DetailsView.ID, DetailsView.class);
        Ui.freshView(TokensView.ID, TokensView.class);
        Ui.until("both are shown", () -> rows().contains("Locked Software token locked.esc")
                && rows().contains("File missing Software token lost.esc"));
        Ui.settle();
        assertTrue(Ui.shells().equals(List.of(Ui.window())), "nobody is disturbed at the start");
        TokensPlugin.model().select(Optional.of("Software token lost.esc"));
        Ui.until("the missing file is named", () -> Ui.texts(Ui.window()).contains("There is no file " + lost));
        TokensPlugin.model().select(Optional.of("Software token locked.esc"));
        Ui.until("it can be unlocked", () -> Ui.texts(Ui.window()).contains("is encrypted"));
        Ui.screenshot(Ui.window(), "tokens-locked");
        Ui.press(Ui.window(), "Unlock\u2026");
        passphrase("wrong");
        Ui.until("it is asked again", () -> Ui.shells().stream().anyMatch(s -> Ui.texts(s).contains("This is not the passphrase")));
        passphrase(PASSPHRASE);
        Ui.until("it is read", () -> rows().contains("Unformatted Software token locked.esc"));
        TokensPlugin.model().select(Optional.of("Software token lost.esc"));
        Ui.until("it can be forgotten", () -> Ui.menu("File", "Unplug").isEnabled());
        Ui.click(Ui.menu("File", "Unplug"));
        Ui.until("it is gone", () -> !rows().contains("lost.esc"));
        assertEquals("", states());
    }

    private void passphrase(String typed) {
        Ui.until("the passphrase is asked for", () -> box().isPresent());
        Text box = box().orElseThrow();
        box.setText(typed);
        Ui.press(box.getShell(), "Unlock");
        Ui.until("it is taken", box::isDisposed);
    }

    private static Optional<Text> box() {
        return Ui.shells().stream().flatMap(s -> Ui.all(s, Text.class, t -> "passphrase".equals(t.getData(FormQuestion.FIELD))).stream())
                .findFirst();
    }

    private static String rows() {
        Table table = Ui.all(Ui.window(), Table.class, t -> t.getColumnCount() == 6).getFirst();
        return List.of(table.getItems()).stream().map(i -> i.getText(0) + " " + i.getText(1)).collect(Collectors.joining("; "));
    }
}
