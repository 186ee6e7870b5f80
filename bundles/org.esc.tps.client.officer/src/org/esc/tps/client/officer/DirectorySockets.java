// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sockets to a directory server that is trusted as we trust servers. The Java runtime's LDAP client makes them by the name of this class, so
 * whose trust it is has to be told by {@link #during}. Public because the runtime calls it; not meant for anybody else.
 */
public final class DirectorySockets extends SSLSocketFactory {

    private static final ThreadLocal<SSLSocketFactory> CURRENT = new ThreadLocal<>();

    private final SSLSocketFactory inside;

    private DirectorySockets(SSLSocketFactory inside) {
        this.inside = inside;
    }

    /** Something that connects. */
    @FunctionalInterface
    interface Connecting<T> {
        T go() throws javax.naming.NamingException;
    }

    /** Runs {@code work} on this thread, whose connections are made by {@code factory}. */
    static <T> T during(SSLSocketFactory factory, Connecting<T> work) throws javax.naming.NamingException {
        var thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        CURRENT.set(factory);
        // the runtime looks for this class by that loader
        thread.setContextClassLoader(DirectorySockets.class.getClassLoader());
        try {
            return work.go();
        } finally {
            thread.setContextClassLoader(before);
            CURRENT.remove();
        }
    }

    /** Called by the Java runtime's LDAP client. */
    public static SocketFactory getDefault() {
        return new DirectorySockets(CURRENT.get());
    }

    @Override
    public Socket createSocket() throws IOException {
        return inside.createSocket();
    }

    @Override
    public Socket createSocket(Socket s, String host, int port, boolean autoClose) throws IOException {
        return inside.createSocket(s, host, port, autoClose);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return inside.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return inside.createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return inside.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return inside.createSocket(host, port, local, localPort);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return inside.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return inside.getSupportedCipherSuites();
    }
}
