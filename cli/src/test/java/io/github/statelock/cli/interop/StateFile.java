package io.github.statelock.cli.interop;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** State files as OpenTofu writes them, of the configuration that {@link Tofu} applies. */
final class StateFile {

    private static final Pattern SERIAL = Pattern.compile("\"serial\": ?(\\d+)");

    private static final Pattern LINEAGE = Pattern.compile("\"lineage\": ?\"([^\"]+)\"");

    private StateFile() {}

    /** A state that OpenTofu could have written. */
    static String of(int serial, String marker) {
        return """
                {"version":4,"terraform_version":"1.12.6","serial":%d,"lineage":"3f0b1c2d-0000-4000-8000-000000000001",\
                "outputs":{"marker":{"value":"%s","type":"string"}},"resources":[{"mode":"managed",\
                "type":"terraform_data","name":"step","provider":"provider[\\"terraform.io/builtin/terraform\\"]",\
                "instances":[{"schema_version":0,"attributes":{"id":"6a5a1212-82f9-2b85-9663-9b247436f980",\
                "input":{"value":"%s","type":"string"},"output":{"value":"%s","type":"string"},\
                "triggers_replace":{"value":"%s","type":"string"}},"sensitive_attributes":[]}]}],"check_results":null}
                """.formatted(serial, marker, marker, marker, marker);
    }

    static int serialOf(String state) {
        return Integer.parseInt(field(SERIAL, state));
    }

    static String withLineageOf(String other, String state) {
        return LINEAGE.matcher(state).replaceFirst("\"lineage\":\"" + field(LINEAGE, other) + '"');
    }

    private static String field(Pattern pattern, String state) {
        Matcher field = pattern.matcher(state);
        if (!field.find()) {
            throw new AssertionError("No " + pattern + " in " + state);
        }
        return field.group(1);
    }

    static String withSerial(String state, int serial) {
        return SERIAL.matcher(state).replaceFirst("\"serial\":" + serial);
    }
}
