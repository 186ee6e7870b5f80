// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Atr;

/**
 * One command and its response, as they went over the wire. The byte arrays are handed over by the tap and shared by all
 * observers: nobody changes them, and whoever keeps them masks secrets first.
 *
 * @param id       unique in this process, rising
 * @param time     when the command was sent
 * @param duration until the response was there
 * @param reader   name of the reader
 * @param atr      the card's ATR
 * @param protocol T=0, T=1, T=CL or "software"
 * @param session  number of the session with the card, unique in this process
 * @param origin   who caused it
 * @param command  the command as sent
 * @param response the response with its status word; empty when none came
 * @param failure  why no response came
 * @param pinAtReader true if PINs were entered at the reader: the command is then what the reader was to fill in, its data means nothing
 */
public record Exchange(long id, Instant time, Duration duration, String reader, Atr atr, String protocol, long session,
        Origin origin, byte[] command, byte[] response, Optional<String> failure, boolean pinAtReader) {
}
