// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/** Captures of USB with readers that speak CCID: of Linux (usbmon) and Windows (USBPcap), as pcap or pcapng. */
@Component(service = TraceFormat.class)
public final class UsbCapture implements TraceFormat {

    private static final Words WORDS = Words.of(UsbCapture.class);

    @Override
    public String name() {
        return "usb";
    }

    @Override
    public String description() {
        return WORDS.say("capture of USB with CCID readers");
    }

    @Override
    public List<String> endings() {
        return List.of("pcap", "pcapng");
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public int recognises(byte[] head) {
        return (CaptureFile.isPcapng(head) || CaptureFile.isPcap(head)) && CaptureFile.linkTypes(head).stream().anyMatch(UsbCcid::isUsb)
                ? 100 : 0;
    }

    @Override
    public void read(InputStream in, Sink sink) throws IOException, EscException {
        Capture.read(in, sink);
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) {
        throw new UnsupportedOperationException("captures of USB are only read");
    }
}
