// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.keyboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.views.IViewDescriptor;
import org.esc.card.CardFiles;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Keyboard;
import org.esc.ui.testing.Keys;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every view by the keyboard alone, with real keys: as it is at first, and with a card in a reader. */
@Tag("long")
class EveryViewTest {

    private static final String EXPLORER = "org.esc.ui.explorer.view";

    static Stream<String> views() {
        return Arrays.stream(PlatformUI.getWorkbench().getViewRegistry().getViews()).map(IViewDescriptor::getId).filter(id -> id.startsWith("org.esc.")).sorted();
    }

    @BeforeEach
    void begin() {
        Keys.begin();
    }

    @AfterEach
    void closeDialogs() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        ((SoftReaders) Services.find(CardFiles.class).orElseThrow()).unplugAll();
    }

    @ParameterizedTest
    @MethodSource("views")
    void withoutCard(String id) {
        IViewPart view = Ui.freshView(id, IViewPart.class);
        Ui.settle();
        assertEquals(List.of(), Keyboard.complaints(view));
    }

    /** Those that show what is on a card or said to it. */
    static Stream<String> viewsOfCards() {
        return views().filter(id -> Stream.of("console", "explorer", "globalplatform", "tokens", "trace").anyMatch(b -> id.startsWith("org.esc.ui." + b + ".")));
    }

    @ParameterizedTest
    @MethodSource("viewsOfCards")
    void withCard(String id, @TempDir Path folder) throws Exception {
        plug(folder);
        IViewPart view = Ui.freshView(id, IViewPart.class);
        Ui.settle();
        assertEquals(List.of(), Keyboard.complaints(view));
    }

    private static void plug(Path folder) throws Exception {
        Path file = folder.resolve("17.token");
        CardFile.create(file, CardSpec.standard(), List.of(new PivAppletFactory()), Optional.empty());
        Ui.freshView(EXPLORER, IViewPart.class);
        ((SoftReaders) Services.find(CardFiles.class).orElseThrow()).plug(file);
        Ui.until("the card is read", () -> Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getItemCount() > 0 && Access.part(t).equals(EXPLORER)).stream()
                .anyMatch(t -> t.getItem(0).getItemCount() > 0));
        Ui.settle();
    }
}
