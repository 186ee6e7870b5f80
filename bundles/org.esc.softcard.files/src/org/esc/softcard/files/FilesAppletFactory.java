// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import org.esc.apdu.Aid;
import org.esc.apdu.Words;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.esc.softcard.Chaining;
import org.osgi.service.component.annotations.Component;

/** Puts a file system on a software card; its parameters are the text of a {@link CardImage}. */
@Component(service = AppletFactory.class)
public class FilesAppletFactory implements AppletFactory {

    private static final Words WORDS = Words.of(FilesAppletFactory.class);

    private static final int WRONG_DATA = 0x6A80;
    private static final int MOST_COMMAND_DATA = 4096;
    private static final String IMAGE = "image";

    @Override
    public Aid packageAid() {
        return Aid.of("F04553434649");
    }

    @Override
    public Aid instanceAid() {
        return Aid.of("F0455343464901");
    }

    @Override
    public String name() {
        return "files";
    }

    @Override
    public boolean selectedByDefault() {
        return true;
    }

    @Override
    public void check(byte[] parameters) {
        if (parameters.length == 0) {
            throw new IllegalArgumentException(WORDS.say("The applet \"files\" needs a card image: --applet files=IMAGE."));
        }
        CardImage.parse(parameters);
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        try {
            CardImage image = CardImage.parse(parameters);
            host.memory().put(IMAGE, parameters);
            return Chaining.over(new FilesApplet(host, image), MOST_COMMAND_DATA);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        }
    }

    @Override
    public Applet restore(AppletHost host) {
        byte[] text = host.memory().get(IMAGE).orElseThrow(() -> new IllegalArgumentException("The card image is missing"));
        return Chaining.over(new FilesApplet(host, CardImage.parse(text)), MOST_COMMAND_DATA);
    }
}
