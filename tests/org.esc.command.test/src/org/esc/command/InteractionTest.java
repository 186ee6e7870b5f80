// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InteractionTest {

    private final List<String> asked = new ArrayList<>();
    private int given;
    private final Interaction watched = Interaction.watched((Interaction) Proxy.newProxyInstance(Interaction.class.getClassLoader(),
            new Class<?>[] {Interaction.class}, (_, method, _) -> {
                asked.add(method.getName());
                return null;
            }), () -> given++);

    private static Form form(Form.Kind kind) {
        return Form.of("Title", "", new Form.Field("F", "Field", "", kind));
    }

    @Test
    void whoWatchesLeavesOutNothingThatCanBeAskedOrTold() throws Exception {
        Map<Class<?>, Object> arguments = Map.of(Form.class, form(Form.Kind.PASSWORD), Interaction.NewPin.class, new Interaction.NewPin("x", 1, 8, true),
                Interaction.Confirmation.class, new Interaction.Confirmation("t", "m", false), String.class, "words");
        for (Method m : Interaction.class.getMethods()) {
            if (!Modifier.isStatic(m.getModifiers())) {
                asked.clear();
                m.invoke(watched, Arrays.stream(m.getParameterTypes()).map(arguments::get).toArray());
                assertEquals(List.of(m.getName()), asked);
            }
        }
    }

    @Test
    void passwordsAndPinsAreNoticedAndNothingElse() {
        watched.fill(form(Form.Kind.TEXT));
        watched.confirm(new Interaction.Confirmation("t", "m", false));
        watched.tell("words");
        assertEquals(0, given);
        watched.fill(form(Form.Kind.PASSWORD));
        watched.newPin(new Interaction.NewPin("x", 1, 8, true));
        assertEquals(2, given);
        assertTrue(asked.containsAll(List.of("fill", "confirm", "tell", "newPin")));
    }
}
