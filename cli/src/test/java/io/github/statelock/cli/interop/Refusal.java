package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What OpenTofu prints, and what the command line prints, when the other one holds the lock. */
final class Refusal {

    private static final Pattern OPENTOFU_ID = Pattern.compile("\\bID: +(\\S+)");
    private static final Pattern JSON_ID = Pattern.compile("\"id\": ?\"([^\"]+)\"");

    private Refusal() {}

    /** The ID by which OpenTofu says it can unlock. */
    static String idOfOpenTofus(Cli.Result refused) {
        return find(OPENTOFU_ID, refused.err());
    }

    /** The holder's ID as the command line has it in JSON. */
    static String idInJson(Cli.Result refused) {
        return find(JSON_ID, refused.err());
    }

    private static String find(Pattern pattern, String text) {
        Matcher id = pattern.matcher(text);
        assertThat(id.find()).as("an ID in %s", text).isTrue();
        return id.group(1);
    }
}
