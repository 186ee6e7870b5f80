// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;

/**
 * One thing that a plan does with the card: commands known beforehand, or an action of its own.
 *
 * @param what     in words that follow "to": "delete A000000003"
 * @param effect   what it does to the card
 * @param commands the commands, plain; they go over the secure channel
 * @param undo     sent, whatever the card says to it, if the step fails or is cancelled half-way
 * @param answered told the last answer
 * @param action   done instead of commands
 */
public record Step(String what, Effect effect, List<CommandApdu> commands, List<CommandApdu> undo, Optional<Answered> answered,
        Optional<Action> action) {

    /** What a step does to the card. */
    public enum Effect {
        /** Nothing but looking. */
        READS,
        /** A change that can be undone by another command. */
        CHANGES,
        /** Something is lost, or the card goes on in a state that it never leaves. */
        DESTROYS
    }

    /** Looks at a step's last answer. */
    @FunctionalInterface
    public interface Answered {

        /** @return a sentence for the person, may be empty */
        String note(ResponseApdu last) throws EscException;
    }

    /** Something else than sending commands. */
    @FunctionalInterface
    public interface Action {

        /** Does it. */
        void run() throws EscException;
    }

    public Step {
        commands = List.copyOf(commands);
        undo = List.copyOf(undo);
    }

    /** A step of commands. */
    public static Step of(String what, Effect effect, CommandApdu... commands) {
        return new Step(what, effect, List.of(commands), List.of(), Optional.empty(), Optional.empty());
    }

    /** A step of commands. */
    public static Step of(String what, Effect effect, List<CommandApdu> commands) {
        return new Step(what, effect, commands, List.of(), Optional.empty(), Optional.empty());
    }

    /** A step that sends no commands by itself; not done in a dry run. */
    public static Step action(String what, Effect effect, Action action) {
        return new Step(what, effect, List.of(), List.of(), Optional.empty(), Optional.of(action));
    }

    /** The same, with what cleans up after it. */
    public Step undoneBy(CommandApdu... clean) {
        return new Step(what, effect, commands, List.of(clean), answered, action);
    }

    /** The same, with somebody who looks at the last answer. */
    public Step answered(Answered look) {
        return new Step(what, effect, commands, undo, Optional.of(look), action);
    }
}
