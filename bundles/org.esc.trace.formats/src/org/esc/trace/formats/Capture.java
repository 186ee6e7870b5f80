// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import org.esc.apdu.EscException;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat.Sink;

/** Reads captures, whatever is in them: packets of USB go to {@link UsbCcid}, of the network to {@link Gsmtap}. */
final class Capture {

    private Capture() {
    }

    static void read(InputStream in, Sink sink) throws IOException, EscException {
        var network = new Gsmtap(sink);
        var usb = new UsbCcid(sink);
        CaptureFile.read(in, sink, p -> {
            try {
                if (UsbCcid.isUsb(p.from().linkType())) {
                    usb.packet(p);
                } else {
                    network.packet(p);
                }
            } catch (Unreadable e) {
                sink.damage(new Damage(p.number(), p.offset(), e.getMessage()));
            }
        });
        network.end();
        usb.end();
    }
}
