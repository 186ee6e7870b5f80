// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.driver.CardDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.fake.FakeDriver;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;

/** A reader with a card whose driver can do everything, and a person who answers what was laid out beforehand. */
final class Desk implements Interaction, AutoCloseable {

    final FakeDriver driver = new FakeDriver();
    final SoftReaders soft = new SoftReaders();
    final Readers readers = new Readers();
    final Drivers drivers;
    final CardWork work;
    final List<String> asked = new ArrayList<>();
    final List<String> origins = new ArrayList<>();
    final Cancel cancel = new Cancel();
    private final Map<String, Deque<String>> answers = new HashMap<>();
    private boolean yes = true;
    Runnable onAsk = () -> { };

    Desk(Path dir) {
        this(dir, SoftCard.inMemory(CardSpec.standard()));
        drivers.addDriver(driver, Map.of(CardDriver.NAME, FakeDriver.NAME, CardDriver.ISD, "any"));
    }

    /** With another card and driver than the one that can do everything. */
    Desk(Path dir, SoftCard card, CardDriver other, Map<String, Object> properties) {
        this(dir, card);
        drivers.addDriver(other, properties);
    }

    private Desk(Path dir, SoftCard card) {
        readers.addProvider(soft);
        readers.addObserver(new ExchangeObserver() {
            @Override
            public void exchanged(Exchange x) {
                origins.add(x.origin().toString());
            }
        });
        drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        work = new CardWork(readers, drivers, soft);
        soft.plug("Desk", card);
    }

    /** Lays out answers to a field, one for each time it is asked. */
    Desk answer(String field, String... values) {
        answers.computeIfAbsent(field, _ -> new ArrayDeque<>()).addAll(List.of(values));
        return this;
    }

    Desk no() {
        yes = false;
        return this;
    }

    static TokenArgs token() {
        return new TokenArgs(CardArgs.ANY, Optional.empty());
    }

    <A extends Record, R extends Record> R run(Verb<A, R> verb, A args) throws EscException {
        R result = verb.run(args, new Context(this, Progress.NONE, cancel));
        var text = new StringWriter();
        verb.print(result, new PrintWriter(text, true));
        printed = text.toString();
        return result;
    }

    String printed = "";

    private String next(String field) throws EscException {
        Deque<String> left = answers.get(field);
        if (left == null || left.isEmpty()) {
            throw Problem.of(Fault.USAGE, "answer", "Nobody is here to answer " + field + ".").code("no-terminal").exception();
        }
        return left.removeFirst();
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        asked.add(form.title() + "|" + form.description() + (form.invalid() ? "|again" : ""));
        onAsk.run();
        try {
            var values = new LinkedHashMap<String, Secret>();
            for (Form.Field f : form.fields()) {
                values.put(f.id(), Secret.of(next(f.id())));
            }
            return CompletableFuture.completedFuture(new Answers(values));
        } catch (EscException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        asked.add("new " + request.purpose() + " " + request.minLength() + "-" + request.maxLength());
        try {
            return CompletableFuture.completedFuture(Secret.of(next("NEW")));
        } catch (EscException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation c) {
        asked.add(c.title() + "|" + c.message() + c.typed().map(t -> "|type " + t).orElse(""));
        return CompletableFuture.completedFuture(yes);
    }

    @Override
    public void tell(String message) {
        asked.add(message);
    }

    @Override
    public void close() {
        soft.unplugAll();
    }
}
