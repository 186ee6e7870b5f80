// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;

/** Everything but token operations: phone home, certificate authority, administration. */
final class Pages implements HttpServer.Pages {

    /** Where clients ask who serves a token. */
    static final String PHONE_HOME = "/tps/phoneHome";

    private static final String XML = "text/xml; charset=utf-8";

    private final Tms tms;
    private final Rest rest;
    private final OfficerDoor officers;
    private final Supplier<String> secureBase;
    private final boolean plainOperations;

    /**
     * The pages.
     *
     * @param secureBase      where the server is reached over TLS
     * @param plainOperations true if a client that phones home in plain is sent to the plain address
     */
    Pages(Tms tms, Supplier<String> secureBase, boolean plainOperations) {
        this.tms = tms;
        this.secureBase = secureBase;
        this.plainOperations = plainOperations;
        rest = new Rest(tms);
        officers = new OfficerDoor(tms);
    }

    @Override
    public Answer answer(Request r) throws EscException, CertificateEncodingException {
        if (r.path().startsWith(OfficerDoor.BASE)) {
            return officers.answer(r);
        }
        if (Rest.serves(r.path())) {
            return rest.answer(r);
        }
        boolean get = r.method().equals("GET") || r.method().equals("HEAD");
        return switch (r.path()) {
            case "/ca/crl" -> get ? Answer.ok("application/pkix-crl", tms.ca().crl()) : onlyGet();
            case "/ca/ca.crt" -> get ? Answer.ok("application/pkix-cert", tms.ca().certificate().getEncoded())
                    .with("Content-Disposition", "attachment; filename=\"ca.crt\"") : onlyGet();
            case "/ca/ca.pem" -> get ? Answer.ok("application/x-pem-file", Tms.pem(tms.ca().certificate())) : onlyGet();
            case "/ca/ocsp" -> r.method().equals("POST") ? ocsp(r.body())
                    : Answer.status(405, "Send an OCSP request by POST.");
            case PHONE_HOME -> get ? phoneHome(r) : onlyGet();
            default -> {
                if (get && r.path().startsWith("/ca/ocsp/")) {
                    yield ocspByGet(r.path().substring("/ca/ocsp/".length()));
                }
                // an original client phones home at whatever path its card or its settings name
                if (get && r.parameter("cuid").isPresent()) {
                    yield phoneHome(r);
                }
                if (get && r.path().equals("/")) {
                    yield Answer.text("text/plain; charset=utf-8",
                            "Token management system of the Enterprise Security Client\n\n"
                            + "token operations   POST " + HttpServer.TPS_PATH + "\nphone home         GET  "
                                    + PHONE_HOME
                            + "?cuid=…\nCA certificate     GET  /ca/ca.crt  /ca/ca.pem\n"
                            + "revocation list    GET  /ca/crl\n"
                            + "OCSP               POST /ca/ocsp\nadministration     " + Rest.BASE
                            + "…  (TLS with an administrator's certificate)\n");
                }
                yield Answer.status(404, "There is nothing here.");
            }
        };
    }

    private static Answer onlyGet() {
        return Answer.status(405, "This can only be read.");
    }

    private Answer ocsp(byte[] request) throws EscException {
        return Answer.ok("application/ocsp-response", tms.ca().ocsp(request));
    }

    /** RFC 6960 Appendix A.1: the request in base64, percent-encoded, behind the address. */
    private Answer ocspByGet(String text) throws EscException {
        try {
            return ocsp(Base64.getDecoder().decode(text.replace(' ', '+')));
        } catch (IllegalArgumentException _) {
            return Answer.status(400, "This is no OCSP request.");
        }
    }

    private Answer phoneHome(Request r) {
        String cuid = r.parameter("cuid").orElse("");
        if (!cuid.isEmpty()) {
            try {
                Cuid.of(cuid);
            } catch (IllegalArgumentException _) {
                return Answer.status(400, "A CUID has 20 hexadecimal digits.");
            }
        }
        String base = plainOperations ? r.base() : secureBase.get();
        return Answer.text(XML, """
                <?xml version="1.0" encoding="UTF-8"?>
                <ServiceInfo>
                <IssuerName>%s</IssuerName>
                <Services>
                <Operation>%s</Operation>
                <UI></UI>
                <EnrolledTokenBrowserURL></EnrolledTokenBrowserURL>
                <EnrolledTokenURL></EnrolledTokenURL>
                <TokenType>userKey</TokenType>
                </Services>
                </ServiceInfo>
                """.formatted(escaped(issuer()), base + HttpServer.TPS_PATH));
    }

    /** The organisation of the CA's name, or all of it. */
    private String issuer() {
        String name = tms.ca().certificate().getSubjectX500Principal().getName();
        Matcher m = Pattern.compile("(?:^|,)(?:O|CN)=([^,\\\\]+)").matcher(name);
        return m.find() ? m.group(1) : name;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
