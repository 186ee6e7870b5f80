// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import javax.naming.AuthenticationException;
import javax.naming.AuthenticationNotSupportedException;
import javax.naming.CommunicationException;
import javax.naming.InvalidNameException;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.NoPermissionException;
import javax.naming.PartialResultException;
import javax.naming.ServiceUnavailableException;
import javax.naming.SizeLimitExceededException;
import javax.naming.directory.Attributes;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.Control;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.PagedResultsControl;
import javax.naming.ldap.PagedResultsResponseControl;
import javax.naming.ldap.StartTlsRequest;
import javax.naming.ldap.StartTlsResponse;
import javax.net.ssl.SSLException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.client.Tls;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.Trust;

/** People in an LDAP directory. One connection, one question at a time; it is made anew when the server has dropped it. */
final class LdapPeople implements Directory {

    private static final Words WORDS = Words.of(LdapPeople.class);

    private static final String STEP = WORDS.say("ask the directory");
    private static final String TIME = "15000";
    private static final int MOST_PHOTO = 2 << 20;
    /** A directory that knows no pages might send everybody. */
    private static final int MOST_READ = 5000;

    private final LdapSettings settings;
    private final Trust trust;
    private final Optional<Secret> password;
    private Optional<LdapContext> open = Optional.empty();
    private Optional<StartTlsResponse> startTls = Optional.empty();
    /** The runtime keeps it for as long as the connection is open. */
    private byte[] secret = {};

    /**
     * A directory that is not connected to yet.
     *
     * @param password for {@link LdapSettings#bind}; taken over and erased with this
     * @throws EscException USAGE if the address or a name cannot be right
     */
    LdapPeople(LdapSettings settings, Trust trust, Optional<Secret> password) throws EscException {
        String scheme = String.valueOf(settings.server().getScheme());
        if (settings.server().getHost() == null || !scheme.equals("ldaps") && !scheme.equals("ldap")) {
            throw usage(WORDS.say("\"{0}\" is not the address of a directory.", settings.server()), WORDS.say("It looks like ldaps://host or ldap://host:389."));
        }
        for (String dn : List.of(settings.people(), settings.officers(), settings.bind().orElse(""))) {
            try {
                new LdapName(dn);
            } catch (InvalidNameException e) {
                throw usage(WORDS.say("\"{0}\" is not a name in a directory.", dn), WORDS.say("Such names look like ou=people,dc=example,dc=org."));
            }
        }
        this.settings = settings;
        this.trust = trust;
        this.password = password;
    }

    private static EscException usage(String message, String advice) {
        return Problem.of(Fault.USAGE, STEP, message).code("directory-settings").advice(advice).exception();
    }

    /** Something asked of a connection. */
    private interface Question<T> {
        T of(LdapContext context) throws NamingException, IOException;
    }

    private synchronized <T> T ask(Question<T> question, Cancel cancel) throws EscException {
        cancel.check(STEP);
        var tls = Tls.to(settings.server(), trust, TlsIdentity.NONE);
        boolean fresh = open.isEmpty();
        try {
            try {
                return question.of(connected(tls));
            } catch (CommunicationException | ServiceUnavailableException e) {
                drop();
                if (fresh) {
                    throw e;
                }
                // the server lets go of who is idle
                return question.of(connected(tls));
            }
        } catch (AuthenticationException | AuthenticationNotSupportedException e) {
            drop();
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The directory does not let {0} in.", settings.bind().orElse(WORDS.say("an unknown visitor"))))
                    .code("directory-login")
                    .advice(WORDS.say("Check the name and password the desk logs in with.")).exception(e);
        } catch (NoPermissionException e) {
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The directory does not let {0} read this.", settings.bind().orElse(WORDS.say("an unknown visitor"))))
                    .code("directory-rights").advice(WORDS.say("Name an account that may read people and officers: --bind DN.")).exception(e);
        } catch (NamingException | IOException e) {
            drop();
            cancel.check(STEP);
            if (isTls(tls, e)) {
                throw tls.failed(e instanceof NamingException n && n.getRootCause() != null ? n.getRootCause() : e, STEP);
            }
            throw Problem.of(Fault.NETWORK, STEP, WORDS.say("The directory {0} cannot be asked.", settings.server()))
                    .code("directory").advice(WORDS.say("Check that the directory server runs, and its address: {0}.", settings.server())).exception(e);
        }
    }

    /** True if a failure comes from TLS. */
    static boolean isTls(Tls tls, Throwable failure) {
        for (Throwable t = failure; t != null; t = t instanceof NamingException n && n.getRootCause() != null ? n.getRootCause() : t.getCause()) {
            if (t instanceof SSLException) {
                return true;
            }
        }
        return tls.refusal().isPresent();
    }

    private LdapContext connected(Tls tls) throws NamingException, IOException {
        if (open.isPresent()) {
            return open.get();
        }
        boolean ldaps = settings.server().getScheme().equals("ldaps");
        var environment = new Hashtable<String, Object>();
        environment.put(javax.naming.Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        environment.put(javax.naming.Context.PROVIDER_URL, settings.server().getScheme() + "://" + settings.server().getRawAuthority());
        environment.put(javax.naming.Context.REFERRAL, "ignore");
        environment.put("java.naming.ldap.attributes.binary", String.join(" ", settings.photos()));
        environment.put("com.sun.jndi.ldap.connect.timeout", TIME);
        environment.put("com.sun.jndi.ldap.read.timeout", TIME);
        secret = password.map(Secret::bytes).orElseGet(() -> new byte[0]);
        LdapContext context;
        if (ldaps) {
            environment.put("java.naming.ldap.factory.socket", DirectorySockets.class.getName());
            credentials(environment::put);
            context = DirectorySockets.during(tls.context().getSocketFactory(), () -> new InitialLdapContext(environment, null));
        } else {
            context = new InitialLdapContext(environment, null);
            boolean good = false;
            try {
                encrypt(context, tls);
                if (settings.bind().isPresent()) {
                    credentials(context::addToEnvironment);
                    context.reconnect(null);
                }
                good = true;
            } finally {
                if (!good) {
                    context.close();
                }
            }
        }
        open = Optional.of(context);
        return context;
    }

    private interface Environment {
        void put(String name, Object value) throws NamingException;
    }

    private void credentials(Environment e) throws NamingException {
        if (settings.bind().isPresent()) {
            e.put(javax.naming.Context.SECURITY_AUTHENTICATION, "simple");
            e.put(javax.naming.Context.SECURITY_PRINCIPAL, settings.bind().get());
            e.put(javax.naming.Context.SECURITY_CREDENTIALS, secret);
        }
    }

    /** A server on this machine may do without: nobody listens in between. */
    private void encrypt(LdapContext context, Tls tls) throws NamingException, IOException {
        StartTlsResponse response;
        try {
            response = (StartTlsResponse) context.extendedOperation(new StartTlsRequest());
        } catch (NamingException e) {
            // an answer that it cannot do this, not a broken connection
            if (e.getRootCause() == null && loopback(settings.server().getHost())) {
                return;
            }
            throw e;
        }
        // names are compared by our own trust, in the handshake
        response.setHostnameVerifier((_, _) -> true);
        response.negotiate(tls.context().getSocketFactory());
        startTls = Optional.of(response);
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    private void drop() {
        startTls.ifPresent(t -> {
            try {
                t.close();
            } catch (IOException _) {
                // it is gone
            }
        });
        startTls = Optional.empty();
        open.ifPresent(c -> {
            try {
                c.close();
            } catch (NamingException _) {
                // it is gone
            }
        });
        open = Optional.empty();
        Arrays.fill(secret, (byte) 0);
    }

    private static SearchControls controls(int scope, String... attributes) {
        var c = new SearchControls();
        c.setSearchScope(scope);
        c.setReturningAttributes(attributes);
        c.setTimeLimit(10_000);
        return c;
    }

    @Override
    public Found search(String text, int start, int size, Cancel cancel) throws EscException {
        String wanted = text.strip();
        if (wanted.isEmpty()) {
            return new Found(List.of(), false);
        }
        String uid = settings.uid();
        // what is put in for {0} is escaped
        String filter = "(|(" + uid + "={0}*)(cn={0}*)(cn=* {0}*)(sn={0}*)(givenName={0}*)(mail={0}*))";
        return ask(context -> {
            var people = new ArrayList<Found.Candidate>();
            boolean more = false;
            byte[] cookie = null;
            int read = 0;
            try {
                do {
                    context.setRequestControls(new Control[] {new PagedResultsControl(Math.max(1, size), cookie, Control.NONCRITICAL)});
                    cookie = null;
                    NamingEnumeration<SearchResult> found = context.search(new LdapName(settings.people()), filter, new Object[] {wanted},
                            controls(SearchControls.SUBTREE_SCOPE, uid, "cn", "mail"));
                    try {
                        while (found.hasMore()) {
                            var a = found.next().getAttributes();
                            Optional<String> name = value(a, uid);
                            if (name.isEmpty()) {
                                continue;
                            }
                            if (read++ >= start && people.size() < size) {
                                people.add(new Found.Candidate(name.get(), value(a, "cn").orElse(name.get()), value(a, "mail").orElse("")));
                            } else if (read > start + size) {
                                more = true;
                            }
                            if (read > MOST_READ) {
                                break;
                            }
                        }
                    } finally {
                        found.close();
                    }
                    for (Control c : context.getResponseControls() == null ? new Control[0] : context.getResponseControls()) {
                        if (c instanceof PagedResultsResponseControl p && p.getCookie() != null && p.getCookie().length > 0) {
                            cookie = p.getCookie();
                        }
                    }
                } while (cookie != null && people.size() < size && read <= MOST_READ && !cancel.isCancelled());
            } catch (SizeLimitExceededException | javax.naming.TimeLimitExceededException | PartialResultException _) {
                // what the server gives is shown; the person types some more letters
                more = true;
            } finally {
                context.setRequestControls(null);
            }
            people.sort(Comparator.comparing(Found.Candidate::name, String.CASE_INSENSITIVE_ORDER).thenComparing(Found.Candidate::uid));
            return new Found(people, more || cookie != null);
        }, cancel);
    }

    @Override
    public Optional<Person> person(String uid, Cancel cancel) throws EscException {
        Optional<Person> found = ask(context -> {
            var wanted = new ArrayList<>(List.of(settings.uid(), "cn", "mail"));
            wanted.addAll(settings.attributes().values());
            wanted.addAll(settings.photos());
            var entry = entry(context, uid, wanted.toArray(String[]::new));
            if (entry.isEmpty()) {
                return Optional.<Person>empty();
            }
            Attributes a = entry.get().getAttributes();
            var shown = new LinkedHashMap<String, String>();
            for (var e : settings.attributes().entrySet()) {
                value(a, e.getValue()).filter(v -> !v.isBlank()).ifPresent(v -> shown.put(e.getKey(), v));
            }
            Optional<byte[]> photo = Optional.empty();
            for (String name : settings.photos()) {
                if (photo.isEmpty() && a.get(name) != null && a.get(name).size() > 0 && a.get(name).get() instanceof byte[] b && b.length <= MOST_PHOTO) {
                    photo = Optional.of(b);
                }
            }
            String id = value(a, settings.uid()).orElse(uid);
            return Optional.of(new Person(id, value(a, "cn").orElse(id), value(a, "mail").orElse(""), false, shown, photo));
        }, cancel);
        if (found.isEmpty()) {
            return found;
        }
        Person p = found.get();
        return Optional.of(new Person(p.uid(), p.name(), p.email(), isOfficer(p.uid(), cancel), p.attributes(), p.photo()));
    }

    private Optional<SearchResult> entry(LdapContext context, String uid, String... attributes) throws NamingException {
        for (String base : List.of(settings.people(), settings.officers())) {
            try {
                var found = context.search(new LdapName(base), "(" + settings.uid() + "={0})", new Object[] {uid},
                        controls(SearchControls.SUBTREE_SCOPE, attributes));
                try {
                    if (found.hasMore()) {
                        return Optional.of(found.next());
                    }
                } finally {
                    found.close();
                }
            } catch (NameNotFoundException _) {
                // then nobody is there
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean isOfficer(String uid, Cancel cancel) throws EscException {
        return !uid.isBlank() && ask(context -> {
            String dn = entry(context, uid, settings.uid()).map(SearchResult::getNameInNamespace).orElse("");
            var group = new LdapName(settings.officers());
            try {
                // the whole name: a search for "ali*" would take Ali for Alice
                return some(context, group, "(" + settings.uid() + "={0})", SearchControls.SUBTREE_SCOPE, uid)
                        || some(context, group, "(memberUid={0})", SearchControls.OBJECT_SCOPE, uid)
                        || !dn.isEmpty() && some(context, group, "(|(member={0})(uniqueMember={0}))", SearchControls.OBJECT_SCOPE, dn);
            } catch (NameNotFoundException _) {
                return false;
            }
        }, cancel);
    }

    private static boolean some(LdapContext context, LdapName base, String filter, int scope, String value) throws NamingException {
        var found = context.search(base, filter, new Object[] {value}, controls(scope, "1.1"));
        try {
            return found.hasMore();
        } finally {
            found.close();
        }
    }

    private static Optional<String> value(Attributes entry, String name) throws NamingException {
        var attribute = entry.get(name);
        return attribute == null || attribute.size() == 0 || attribute.get() == null ? Optional.empty() : Optional.of(String.valueOf(attribute.get()));
    }

    @Override
    public synchronized void close() {
        drop();
        password.ifPresent(Secret::close);
    }
}
