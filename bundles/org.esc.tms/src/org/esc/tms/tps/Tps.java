// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.server.HttpServer;
import org.esc.tms.server.Link;
import org.esc.tps.EndCode;
import org.esc.tps.Message.BeginOp;

/** The TPS end of token operations: runs one conversation for each link. */
public final class Tps implements HttpServer.Operations {

    private static final System.Logger LOG = System.getLogger(Tps.class.getName());

    private final Tms tms;
    private final TpsOptions options;

    /** A TPS on top of a back office. */
    public Tps(Tms tms, TpsOptions options) {
        this.tms = tms;
        this.options = options;
    }

    @Override
    public void run(Link link) {
        try (var talk = new Conversation(link, options.machine(), options.person())) {
            BeginOp begin;
            try {
                begin = talk.begin();
            } catch (EscException e) {
                LOG.log(System.Logger.Level.DEBUG, () -> "No operation: " + e.getMessage());
                return;
            }
            run(talk, org.esc.tps.Operation.of(begin.operation())).ifPresent(talk::end);
        }
    }

    /** Runs it; the code to end with, or empty if there is nobody left to tell. */
    private Optional<EndCode> run(Conversation talk, Optional<org.esc.tps.Operation> wanted) {
        Operation kind = switch (wanted.orElse(null)) {
            case FORMAT -> Operation.FORMAT;
            case ENROLL -> Operation.ENROLLMENT;
            case RESET_PIN -> Operation.PIN_RESET;
            case UNBLOCK, RENEW -> null;
            case null -> null;
        };
        if (kind == null) {
            // renewal happens within an enrolment; servers of this kind refuse the rest too
            return Optional.of(EndCode.SNAC);
        }
        try (var job = new Job(tms, options, talk, kind)) {
            try {
                switch (kind) {
                    case FORMAT -> new Format(job).run();
                    case ENROLLMENT -> new Enroll(job).run();
                    default -> new PinReset(job).run();
                }
                return Optional.of(EndCode.NO_ERROR);
            } catch (EscException e) {
                job.failed(e.getMessage());
                LOG.log(System.Logger.Level.DEBUG, () -> kind.wire() + " ended: " + e.getMessage());
                if (e.fault() == Fault.NETWORK) {
                    return Optional.empty();
                }
                int code = e.problem().endOp().orElse(EndCode.SNAC.number());
                return Optional.of(EndCode.of(code).orElse(EndCode.SNAC));
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, kind.wire() + " ended by a defect", e);
                job.failed("The server failed (" + e.getClass().getSimpleName() + ").");
                return Optional.of(EndCode.SNAC);
            }
        }
    }
}
