package io.github.statelock.cli.interop;

import java.util.Map;
import java.util.stream.Collectors;

/** Values as OpenTofu's configuration language writes them: texts, truths, and objects of these. */
final class Hcl {

    private Hcl() {}

    /** One {@code name = value} per line. */
    static String arguments(Map<String, ?> arguments) {
        return arguments.entrySet().stream()
                .map(argument -> argument.getKey() + " = " + value(argument.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private static String value(Object value) {
        if (value instanceof Map<?, ?> object) {
            return object.entrySet().stream()
                    .map(member -> member.getKey() + " = " + value(member.getValue()))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
        return value instanceof Boolean truth
                ? truth.toString()
                : '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
