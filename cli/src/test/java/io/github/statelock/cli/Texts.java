package io.github.statelock.cli;

import java.util.stream.Stream;

/** What the tests write. */
final class Texts {

    static final String LINEAGE = "3f0b1c2d-0000-4000-8000-000000000001";

    private Texts() {}

    /** A state file as Terraform lays it out. */
    static String state(int serial, String outputs) {
        return "{\n  \"version\": 4,\n  \"serial\": " + serial + ",\n  \"lineage\": \"" + LINEAGE
                + "\",\n  \"outputs\": {" + outputs + "},\n  \"resources\": []\n}\n";
    }

    static String[] concat(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }
}
