// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Profiles.Purpose;
import org.esc.tms.db.TokenState;
import org.esc.tms.users.User;
import org.esc.tps.EndCode;

/** Gives an enrolled token a new password. */
final class PinReset {

    private final Job job;

    PinReset(Job job) {
        this.job = job;
    }

    void run() throws EscException {
        job.talk.status(10, "PROGRESS_START_PIN_RESET");
        job.identify();
        var token = job.token.orElseThrow(() -> Refused.with(EndCode.UNKNOWN_TOKEN, "look the token up",
                "The token is not in the database."));
        job.resolve(Purpose.PIN_RESET);
        job.talk.status(15, "PROGRESS_PIN_RESET_RESOLVE_PROFILE");
        User user = job.login();
        if (token.state().byOperation().isEmpty()) {
            throw Refused.with(EndCode.DISABLED_TOKEN, "check the token's state", "The token is on record as: "
                    + token.state().label() + ".");
        }
        if (token.state() != TokenState.ACTIVE) {
            throw Refused.with(EndCode.NOT_PIN_RESETABLE, "check the token's state", "The token is not enrolled.");
        }
        if (!token.userId().equals(Optional.of(user.uid()))) {
            throw Refused.with(EndCode.NOT_TOKEN_OWNER, "check the token's owner", "The token is not " + user.uid()
                    + "'s.");
        }
        if (!token.policy().pinReset() || !job.profile().pinReset()) {
            throw Refused.with(EndCode.NOT_PIN_RESETABLE, "check the token's policy",
                    "The policy of the token does not allow it.");
        }
        job.ownKeys();
        try (var channel = Refused.as(EndCode.SECURE_CHANNEL, () -> job.card.openApplet(job.id()))) {
            job.setPin(channel);
        }
        Refused.run(EndCode.UPDATE_TOKENDB_FAILED, () -> job.commit(() -> {
            if (token.policy().resetPinResetToNo()) {
                job.tms.tokens().setPolicy(job.cuid(), token.policy().withPinReset(false));
            }
            job.tms.activities().append(Operation.PIN_RESET, true, Optional.of(job.cuid()), job.uid(), job.ip(),
                    "token password set");
        }));
        job.talk.status(100, "PROGRESS_PIN_RESET_COMPLETE");
    }
}
