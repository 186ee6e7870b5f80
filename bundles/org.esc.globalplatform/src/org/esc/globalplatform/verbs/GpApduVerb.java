// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp apdu}: sends commands as they are typed, plain or over a secure channel. */
@Component(service = Verb.class, property = "verb=gp apdu")
public final class GpApduVerb extends NamedVerb<GpApduVerb.Args, GpApduVerb.Result> {

    private static final Words WORDS = Words.of(GpApduVerb.class);

    private final ContentWork work;

    /** Does it by means of this. */
    @Activate
    public GpApduVerb(@Reference ContentWork work) {
        super("gp apdu", "Send commands to a card, plain or over a secure channel.", Args.class);
        this.work = work;
    }

    /** Which commands. */
    public record Args(@Arg(label = "HEX", help = "Commands, in hexadecimal text.") List<String> commands,
            @Arg(names = "--secure", help = "Send them over a secure channel.") boolean secure,
            @Arg(names = "--go-on", help = "Go on after a command that the card refused.") boolean goOn, ContentArgs content) {
    }

    /** What was sent and answered. */
    public record Result(String card, boolean dryRun, List<ContentResult.Shown> apdus) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        List<CommandApdu> commands = parse(a.commands());
        if (!a.secure()) {
            return work.look(name(), a.content().card(), a.content().sd(), context,
                    (_, channel, info) -> send(a, commands, channel, channel, info.id(), context));
        }
        return work.secure(name(), a.content(), context,
                target -> send(a, commands, target.channel(), target.below(), target.info().id(), context));
    }

    private static List<CommandApdu> parse(List<String> words) throws EscException {
        if (words.isEmpty()) {
            throw new EscException(Fault.USAGE, WORDS.say("read the commands"), WORDS.say("There is no command to send."));
        }
        var list = new ArrayList<CommandApdu>();
        for (String w : words) {
            try {
                list.add(CommandApdu.parse(w));
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the commands"), WORDS.say("\"{0}\" is no command: {1}.", w, e.getMessage())).code("bad-apdu")
                        .exception(e);
            }
        }
        return list;
    }

    private static Result send(Args a, List<CommandApdu> commands, CardChannel end, Recording record, String card, Context context)
            throws EscException {
        int before = a.content().showApdus() ? 0 : record.shown().size();
        for (CommandApdu c : commands) {
            context.cancel().check(WORDS.say("send the commands"));
            if (a.content().dryRun()) {
                record.left(c);
            } else {
                StatusWord sw = end.transmit(c).sw();
                if (!a.goOn() && !sw.isSuccess() && sw.sw1() != 0x62 && sw.sw1() != 0x63) {
                    break;
                }
            }
        }
        return new Result(card, a.content().dryRun(), record.shown().subList(before, record.shown().size()));
    }

    @Override
    public void print(Result r, PrintWriter out) {
        for (ContentResult.Shown s : r.apdus()) {
            out.println("> " + s.plain());
            s.sent().filter(x -> !x.equals(s.plain())).ifPresent(x -> out.println("  " + WORDS.say("sent as {0}", x)));
            s.answer().ifPresent(x -> out.println("< " + x));
        }
        if (r.dryRun()) {
            out.println(WORDS.say("Nothing was sent."));
        }
    }
}
