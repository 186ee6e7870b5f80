// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Checks that the server makes of itself, and jobs it does at set times. */
public final class SelfTests extends Listing<SelfTest> {

    SelfTests(TpsAdmin admin) {
        super(admin, "selftests", Right.RUN_SELF_TESTS, Json::selfTest);
    }

    @Override
    String sizeName() {
        return "size";
    }

    /** Makes all that can be made at any time. */
    public List<SelfTest.Result> run(Cancel cancel) throws EscException {
        return Json.entries(admin.object(admin.call("POST", path() + "/run", Optional.empty(), right(), cancel))).stream().map(Json::result)
                .toList();
    }

    /** Makes one. */
    public SelfTest.Result run(String id, Cancel cancel) throws EscException {
        return Json.result(admin.object(admin.call("POST", one(id) + "/run", Optional.empty(), right(), cancel)));
    }

    /** The server's jobs. @throws EscException REFUSED, code {@code not-found}, if it has no such thing, as servers before 2023 */
    public List<SelfTest.Job> jobs(Cancel cancel) throws EscException {
        return Json.entries(admin.object(admin.call("GET", "jobs", Optional.empty(), Right.RUN_JOBS, cancel))).stream().map(Json::job).toList();
    }

    /** Does a job now. */
    public void start(String job, Cancel cancel) throws EscException {
        admin.call("POST", "jobs/" + TpsAdmin.encoded(job) + "/start", Optional.empty(), Right.RUN_JOBS, cancel);
    }
}
