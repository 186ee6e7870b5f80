// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tms.Tms;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.db.Operation;
import org.esc.tms.server.Rest.Refusal;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * {@code admin/users}, {@code admin/groups}, memberships and certificates. A group is a role; groups cannot be added or removed. Users are those who may
 * have tokens, too: there is one list.
 */
final class RestPeople {

    private final Tms tms;

    RestPeople(Tms tms) {
        this.tms = tms;
    }

    /** The name of Dogtag's TPS for a role. */
    static String group(Role role) {
        return switch (role) {
            case ADMINISTRATOR -> "Administrators";
            case AGENT -> "TPS Agents";
            case OPERATOR -> "TPS Operators";
            case OFFICER -> "TUS Officers";
            case AUDITOR -> "Auditors";
        };
    }

    private static String description(Role role) {
        return switch (role) {
            case ADMINISTRATOR -> "Administrators for TPS";
            case AGENT -> "Agents for TPS";
            case OPERATOR -> "Operators for TPS";
            case OFFICER -> "Security officers, who issue tokens face to face";
            case AUDITOR -> "People who can read the signed audit logs for TPS";
        };
    }

    private static Role role(String group) {
        return Arrays.stream(Role.values()).filter(r -> group(r).equals(group)).findFirst()
                .orElseThrow(() -> new Refusal(404, "ResourceNotFoundException", "There is no group " + group + "."));
    }

    Answer answer(RestCall c, String[] path) throws EscException {
        c.must(Role.ADMINISTRATOR);
        String what = path.length > 1 ? path[1] : "";
        String id = path.length > 2 ? path[2] : "";
        String inner = path.length > 3 ? path[3] : "";
        String last = path.length > 4 ? path[4] : "";
        if (path.length > 5 || path.length < 2) {
            throw c.nothing();
        }
        return switch (c.method() + " " + what + (path.length > 2 ? "/one" : "") + (path.length > 3 ? "/" + inner : "") + (path.length > 4 ? "/one" : "")) {
            case "GET users" -> c.ok(users(c));
            case "POST users" -> add(c);
            case "GET users/one" -> c.ok(user(c, known(id), true));
            case "PATCH users/one" -> c.ok(user(c, modify(c, known(id)), true));
            case "DELETE users/one" -> remove(c, known(id));
            case "GET users/one/memberships" -> c.ok(c.part(groups(known(id)), g -> membership(c, id, g), "Membership", true));
            case "POST users/one/memberships" -> {
                // a group's bare name, as Dogtag's tools send it, or an object
                String text = new String(c.request().body(), StandardCharsets.UTF_8).strip();
                String group = text.startsWith("{") ? RestCall.field(c.body(), "GroupID").or(() -> RestCall.field(c.body(), "id")).orElse("") : text;
                yield join(c, known(id), role(group), "admin/users/" + RestCall.encoded(id) + "/memberships/", false);
            }
            case "DELETE users/one/memberships/one" -> leave(c, known(id), role(last));
            case "GET users/one/certs" -> c.ok(c.part(certificates(known(id)), x -> certificate(c, id, x, false), "Cert", true));
            case "POST users/one/certs" -> addCertificate(c, known(id));
            case "GET users/one/certs/one" -> c.ok(certificate(c, id, certificate(known(id), last), true));
            case "DELETE users/one/certs/one" -> removeCertificate(c, known(id), last);
            case "GET groups" -> {
                var filter = c.filter().map(RestCall::lower);
                yield c.ok(c.part(Arrays.stream(Role.values()).filter(r -> filter.map(f -> RestCall.lower(group(r)).contains(f)).orElse(true)).toList(),
                        r -> group(c, r), "entries", true));
            }
            case "GET groups/one" -> c.ok(group(c, role(id)));
            case "POST groups", "PATCH groups/one", "DELETE groups/one" -> throw new Refusal(403, "ForbiddenException",
                    "Groups are the roles of this system: they cannot be added, changed or removed.");
            case "GET groups/one/members" -> {
                Role role = role(id);
                yield c.ok(c.part(tms.users().list().stream().filter(u -> u.roles().contains(role)).map(User::uid).toList(),
                        u -> member(c, id, u), "Member", true));
            }
            case "POST groups/one/members" -> join(c, known(RestCall.field(c.body(), "id").orElse("")), role(id), "admin/groups/"
                    + RestCall.encoded(id) + "/members/", true);
            case "DELETE groups/one/members/one" -> leave(c, known(last), role(id));
            default -> {
                if (Set.of("users", "groups").contains(what)) {
                    throw c.cannot();
                }
                throw c.nothing();
            }
        };
    }

    private User known(String uid) throws EscException {
        return tms.users().find(uid).orElseThrow(() -> new Refusal(404, "ResourceNotFoundException", "There is no user " + uid + "."));
    }

    private JsonObject users(RestCall c) throws EscException {
        var filter = c.filter();
        var list = new ArrayList<JsonObject>();
        for (User u : tms.users().list(filter, c.start(), c.size(true))) {
            list.add(user(c, u, false));
        }
        return c.collection(tms.users().count(filter), list, o -> o, "entries");
    }

    private JsonObject user(RestCall c, User u, boolean all) throws EscException {
        var o = new JsonObject();
        o.addProperty("id", u.uid());
        o.addProperty("UserID", u.uid());
        o.addProperty("FullName", u.fullName());
        u.email().ifPresent(e -> o.addProperty("Email", e));
        o.addProperty("State", u.disabled() ? "0" : "1");
        var attributes = new LinkedHashMap<String, String>();
        if (all) {
            tms.administrators().phone(u.uid()).ifPresent(p -> o.addProperty("Phone", p));
            o.addProperty("Type", u.roles().contains(Role.ADMINISTRATOR) ? "adminType" : u.roles().isEmpty() ? "userType" : "agentType");
            attributes.put("tpsProfiles", String.join(",", tms.administrators().profiles(u.uid())));
        }
        o.add("Attributes", Rest.wrapped(attributes));
        return c.link(o, "admin/users/" + RestCall.encoded(u.uid()));
    }

    private Answer add(RestCall c) throws EscException {
        var body = c.body();
        String uid = RestCall.field(body, "UserID").or(() -> RestCall.field(body, "id")).orElse("").strip();
        var password = RestCall.field(body, "Password").filter(p -> !p.isEmpty())
                .orElseThrow(() -> RestCall.bad("A user needs a password of at least 8 characters."));
        try (var secret = Secret.of(password)) {
            var user = tms.inTransaction(_ -> {
                tms.users().add(new User(uid, RestCall.field(body, "FullName").orElse(""), email(body).orElse(Optional.empty()), Set.of(), false,
                        RestCall.field(body, "State").filter("0"::equals).isPresent()), secret);
                var added = known(uid);
                rest(body, added);
                log(c, "User " + added.uid() + " added.");
                return added;
            });
            return c.created(user(c, user, true), "admin/users/" + RestCall.encoded(user.uid()));
        }
    }

    /** The e-mail address, if the body says something of it; a blank one is none. */
    private static Optional<Optional<String>> email(JsonObject body) {
        return RestCall.field(body, "Email").map(e -> Optional.of(e.strip()).filter(s -> !s.isEmpty()));
    }

    private void rest(JsonObject body, User user) throws EscException {
        var phone = RestCall.field(body, "Phone").map(String::strip);
        var profiles = Optional.ofNullable(RestCall.values(body, "Attributes", "Attribute").get("tpsProfiles"));
        if (phone.isPresent() || profiles.isPresent()) {
            var named = profiles.map(p -> Arrays.stream(p.split(",")).map(String::strip).filter(s -> !s.isEmpty()).collect(Collectors.toSet()))
                    .orElse(tms.administrators().profiles(user.uid()));
            for (String p : named) {
                if (!p.equals(org.esc.tms.users.Administrators.ALL_PROFILES) && tms.profiles().find(p).isEmpty()) {
                    throw RestCall.bad("There is no profile " + p + ".");
                }
            }
            tms.administrators().save(user.uid(), named, phone.isPresent() ? phone.filter(p -> !p.isEmpty()) : tms.administrators().phone(user.uid()));
        }
    }

    private User modify(RestCall c, User u) throws EscException {
        var body = c.body();
        return tms.inTransaction(_ -> {
            boolean disabled = RestCall.field(body, "State").filter(s -> !s.isBlank()).map("0"::equals).orElse(u.disabled());
            if (disabled && u.uid().equals(c.user().uid())) {
                throw RestCall.bad("Nobody can disable themselves.");
            }
            tms.users().update(new User(u.uid(), RestCall.field(body, "FullName").orElse(u.fullName()), email(body).orElse(u.email()), u.roles(),
                    u.demo(), disabled));
            rest(body, u);
            var password = RestCall.field(body, "Password").filter(p -> !p.isEmpty());
            if (password.isPresent()) {
                try (var secret = Secret.of(password.get())) {
                    tms.users().setPassword(u.uid(), secret);
                }
            }
            log(c, "User " + u.uid() + " changed" + (password.isPresent() ? ", password too." : "."));
            return known(u.uid());
        });
    }

    private Answer remove(RestCall c, User u) throws EscException {
        if (u.uid().equals(c.user().uid())) {
            throw RestCall.bad("Nobody can remove themselves.");
        }
        tms.inTransaction(_ -> {
            tms.users().remove(u.uid());
            tms.administrators().forget(u.uid());
            return log(c, "User " + u.uid() + " removed.");
        });
        return RestCall.done();
    }

    private Boolean log(RestCall c, String what) throws EscException {
        tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), c.user().uid(), c.ip(), what);
        return Boolean.TRUE;
    }

    private static List<String> groups(User u) {
        return u.roles().stream().sorted().map(RestPeople::group).toList();
    }

    private static JsonObject membership(RestCall c, String uid, String group) {
        var o = new JsonObject();
        o.addProperty("id", group);
        o.addProperty("UserID", uid);
        o.addProperty("GroupID", group);
        return c.link(o, "admin/users/" + RestCall.encoded(uid) + "/memberships/" + RestCall.encoded(group));
    }

    private static JsonObject member(RestCall c, String group, String uid) {
        var o = new JsonObject();
        o.addProperty("id", uid);
        o.addProperty("GroupID", group);
        return c.link(o, "admin/groups/" + RestCall.encoded(group) + "/members/" + RestCall.encoded(uid));
    }

    private static JsonObject group(RestCall c, Role role) {
        var o = new JsonObject();
        o.addProperty("id", group(role));
        o.addProperty("GroupID", group(role));
        o.addProperty("Description", description(role));
        return c.link(o, "admin/groups/" + RestCall.encoded(group(role)));
    }

    private Answer join(RestCall c, User u, Role role, String place, boolean asMember) throws EscException {
        if (u.roles().contains(role)) {
            throw new Refusal(409, "ConflictingOperationException", u.uid() + " is in " + group(role) + " already.");
        }
        changeRoles(c, u, role, true);
        return c.created(asMember ? member(c, group(role), u.uid()) : membership(c, u.uid(), group(role)),
                place + RestCall.encoded(asMember ? u.uid() : group(role)));
    }

    private Answer leave(RestCall c, User u, Role role) throws EscException {
        if (!u.roles().contains(role)) {
            throw new Refusal(404, "ResourceNotFoundException", u.uid() + " is not in " + group(role) + ".");
        }
        if (role == Role.ADMINISTRATOR && u.uid().equals(c.user().uid())) {
            throw RestCall.bad("Nobody can take the administrators' role from themselves.");
        }
        changeRoles(c, u, role, false);
        return RestCall.done();
    }

    private void changeRoles(RestCall c, User u, Role role, boolean on) throws EscException {
        var roles = u.roles().isEmpty() ? EnumSet.noneOf(Role.class) : EnumSet.copyOf(new HashSet<>(u.roles()));
        if (on) {
            roles.add(role);
        } else {
            roles.remove(role);
        }
        tms.inTransaction(_ -> {
            tms.users().update(new User(u.uid(), u.fullName(), u.email(), roles, u.demo(), u.disabled()));
            return log(c, "User " + u.uid() + (on ? " put into " : " taken out of ") + group(role) + ".");
        });
    }

    /** Certificates somebody may sign in with: those issued to them as an administrator, and those that were added. */
    private List<IssuedCertificate> certificates(User u) throws EscException {
        var all = new ArrayList<IssuedCertificate>();
        for (var issued : tms.ca().list(Optional.of(u.uid()), 0, 1000)) {
            if (issued.kind() == CertificateKind.ADMINISTRATOR) {
                all.add(issued);
            }
        }
        for (BigInteger serial : tms.administrators().certificates(u.uid())) {
            tms.ca().find(serial).ifPresent(all::add);
        }
        return all;
    }

    private static String id(X509Certificate x) {
        return (x.getVersion() - 1) + ";" + x.getSerialNumber() + ";" + x.getIssuerX500Principal().getName() + ";"
                + x.getSubjectX500Principal().getName();
    }

    private IssuedCertificate certificate(User u, String id) throws EscException {
        // servers of the other kind hand out names that are encoded twice
        for (var x : certificates(u)) {
            if (id(x.certificate()).equals(id) || RestCall.encoded(id(x.certificate())).equals(id)) {
                return x;
            }
        }
        throw new Refusal(404, "ResourceNotFoundException", u.uid() + " has no such certificate.");
    }

    private static JsonObject certificate(RestCall c, String uid, IssuedCertificate i, boolean all) {
        X509Certificate x = i.certificate();
        var o = new JsonObject();
        o.addProperty("id", id(x));
        o.addProperty("Version", x.getVersion() - 1);
        o.addProperty("SerialNumber", "0x" + x.getSerialNumber().toString(16));
        o.addProperty("IssuerDN", x.getIssuerX500Principal().getName());
        o.addProperty("SubjectDN", x.getSubjectX500Principal().getName());
        if (all) {
            o.addProperty("PrettyPrint", x.toString());
            o.addProperty("Encoded", new String(Tms.pem(x), StandardCharsets.US_ASCII));
        }
        return c.link(o, "admin/users/" + RestCall.encoded(uid) + "/certs/" + RestCall.encoded(id(x)));
    }

    private Answer addCertificate(RestCall c, User u) throws EscException {
        String pem = RestCall.field(c.body(), "Encoded").orElseThrow(() -> RestCall.bad("The certificate is missing."));
        X509Certificate given;
        try {
            byte[] bytes = pem.contains("-----BEGIN") ? pem.getBytes(StandardCharsets.ISO_8859_1) : Base64.getMimeDecoder().decode(pem);
            given = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (CertificateException | IllegalArgumentException _) {
            throw RestCall.bad("This is no certificate.");
        }
        var issued = tms.ca().find(given.getSerialNumber()).filter(i -> i.certificate().equals(given))
                .orElseThrow(() -> RestCall.bad("Only certificates that this system issued can be used to sign in."));
        if (issued.kind() == CertificateKind.TLS_SERVER || issued.kind() == CertificateKind.USER_ENCRYPTION) {
            throw RestCall.bad("This certificate cannot be used to sign in.");
        }
        if (issued.kind() == CertificateKind.ADMINISTRATOR) {
            throw new Refusal(409, "ConflictingOperationException", "This is the certificate of the administrator " + issued.userId() + ".");
        }
        tms.inTransaction(_ -> {
            tms.administrators().add(u.uid(), issued.serial());
            return log(c, "User " + u.uid() + " may sign in with certificate " + issued.serial().toString(16) + ".");
        });
        return c.created(certificate(c, u.uid(), issued, true), "admin/users/" + RestCall.encoded(u.uid()) + "/certs/"
                + RestCall.encoded(id(given)));
    }

    private Answer removeCertificate(RestCall c, User u, String id) throws EscException {
        var x = certificate(u, id);
        if (x.kind() == CertificateKind.ADMINISTRATOR) {
            throw new Refusal(403, "ForbiddenException", "An administrator's certificate is revoked, not removed.");
        }
        tms.inTransaction(_ -> {
            tms.administrators().remove(u.uid(), x.serial());
            return log(c, "User " + u.uid() + " may no longer sign in with certificate " + x.serial().toString(16) + ".");
        });
        return RestCall.done();
    }
}
