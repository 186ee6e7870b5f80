// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.ForwardingInteraction;
import org.esc.command.Interaction;

/** Answers a form from what was typed into a dialog before, and leaves every other question to the person. Erased when closed. */
final class TypedAnswers extends ForwardingInteraction implements AutoCloseable {

    private final Map<String, Secret> typed = new LinkedHashMap<>();

    /** Takes over the secrets. @param typed by id of the form's field */
    TypedAnswers(Map<String, Secret> typed, Interaction person) {
        super(person);
        this.typed.putAll(typed);
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        if (typed.isEmpty() || !form.fields().stream().map(Form.Field::id).allMatch(typed::containsKey)) {
            return face.fill(form);
        }
        var copies = new LinkedHashMap<String, Secret>();
        form.fields().forEach(f -> copies.put(f.id(), typed.get(f.id()).copy()));
        return CompletableFuture.completedFuture(new Answers(copies));
    }

    /** Puts what was typed back into a dialog. @param show given characters that are erased afterwards */
    void restore(String id, Consumer<char[]> show) {
        Optional.ofNullable(typed.get(id)).ifPresent(secret -> {
            char[] chars = secret.chars();
            show.accept(chars);
            Arrays.fill(chars, '\0');
        });
    }

    @Override
    public void close() {
        typed.values().forEach(Secret::close);
        typed.clear();
    }

    @Override
    public String toString() {
        return "TypedAnswers" + typed.keySet();
    }
}
