package io.github.statelock.cli;

import io.github.statelock.Printable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which states a migration copies, and what each is called at the target. */
final class MigrationNames {

    /** What a state is called that was given no name. */
    enum Mode {
        /** By the key that it has; refused where Terraform would look elsewhere. */
        UNDECIDED,
        /** As Terraform calls it there. */
        TERRAFORM,
        /** By the key that it has. */
        KEYS
    }

    private static final String WORKSPACES = "terraform.tfstate.d/";

    private final TerraformNaming from;
    private final TerraformNaming to;
    private final Mode mode;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Map<String, Move> moves = new LinkedHashMap<>();
    private final List<String> unnamed = new ArrayList<>();

    MigrationNames(URI from, URI to, Mode mode) {
        this.from = TerraformNaming.of(from);
        this.to = TerraformNaming.of(to);
        this.mode = mode;
    }

    /** Takes arguments: {@code KEY}, or {@code KEY=KEY} with the name at the target. */
    void ask(Collection<String> arguments) {
        for (String argument : arguments) {
            int equals = equalsIn(argument);
            if (equals < 0) {
                asked.add(unescaped(argument));
            } else {
                give(argument, equals);
            }
        }
    }

    /** Takes the lines {@code KEY=KEY} of a file. */
    void askAll(Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int equals = equalsIn(line);
                if (equals < 0) {
                    throw new UsageException("A line of " + file + " is not KEY=KEY: " + Printable.line(line));
                }
                give(line, equals);
            }
        }
    }

    private void give(String text, int equals) {
        String source = unescaped(text.substring(0, equals));
        String target = unescaped(text.substring(equals + 1));
        if (source.isEmpty() || target.isEmpty()) {
            throw new UsageException("A key is empty in " + Shell.quote(text) + ".");
        }
        String other = given.put(source, target);
        if (other != null && !other.equals(target)) {
            throw new UsageException(
                    "\"" + source + "\" is given two names: \"" + other + "\" and \"" + target + "\".");
        }
    }

    /** The first equals sign without a backslash before it. */
    private static int equalsIn(String text) {
        for (int at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
            if (at == 0 || text.charAt(at - 1) != '\\') {
                return at;
            }
        }
        return -1;
    }

    private static String unescaped(String text) {
        return text.replace("\\=", "=");
    }

    boolean isEmpty() {
        return given.isEmpty() && asked.isEmpty();
    }

    boolean hasUnmapped() {
        return !asked.isEmpty();
    }

    /** Decides for the states that were named. */
    void decideNamed() {
        given.forEach(this::add);
        for (String name : asked) {
            if (!given.containsKey(name)) {
                add(name, nameAtTarget(name).orElseThrow(() -> new UsageException(isNotTerraforms(name))));
            }
        }
    }

    /** Decides for all states of the source. */
    void decideAll(List<String> names) {
        Set<String> there = new HashSet<>(names);
        for (String name : names) {
            Optional<String> target = Optional.ofNullable(given.get(name))
                    .or(() -> isOfUnknownState(name, there) ? Optional.empty() : nameAtTarget(name));
            target.ifPresentOrElse(named -> add(name, named), () -> unnamed.add(name));
        }
        given.forEach((source, target) -> {
            if (!there.contains(source)) {
                add(source, target); // and it fails as one that is not there
            }
        });
    }

    private Optional<String> nameAtTarget(String name) {
        if (mode == Mode.KEYS || from == to) {
            return Optional.of(name);
        }
        Optional<String> there = from.nameOf(name).map(to::textOf);
        if (mode == Mode.TERRAFORM || there.equals(Optional.of(name))) {
            return there;
        }
        if (there.isEmpty()) {
            return Optional.of(name); // no name of Terraform's: nothing to be mistaken
        }
        throw new UsageException("Terraform and OpenTofu look for the state \"" + name + "\" of the source as \""
                + there.get()
                + "\" at the target. Say which name it gets there: --terraform for theirs, --keep-keys for"
                + " the key that it has, or " + Shell.quote(name + "=KEY") + ".");
    }

    /**
     * Whether the file does not tell of which state it is a workspace. With {@code path = "network.tfstate"} and no
     * {@code workspace_dir} the tools keep the workspaces in {@code terraform.tfstate.d} all the same.
     */
    private boolean isOfUnknownState(String name, Set<String> all) {
        int folder = name.lastIndexOf(WORKSPACES);
        if (mode != Mode.TERRAFORM || from != TerraformNaming.LOCAL || to == from || folder < 0) {
            return false;
        }
        String beside = name.substring(0, folder);
        return (beside.isEmpty() || beside.endsWith("/"))
                && !all.contains(beside + "terraform.tfstate")
                && all.stream().anyMatch(other -> other.startsWith(beside) && other.indexOf('/', folder) < 0);
    }

    /** Why a state has no name at the target. */
    String isNotTerraforms(String name) {
        String why = from == TerraformNaming.LOCAL
                ? "\" may be a workspace of any state in its folder, since there is no terraform.tfstate."
                : "\" is not a name that Terraform or OpenTofu gives a state in this kind of store.";
        return "\"" + name + why + " Give it one at the target: " + Shell.quote(name + "=KEY") + ".";
    }

    private void add(String source, String target) {
        Move other = moves.putIfAbsent(target, new Move(source, target));
        if (other != null && !other.from().equals(source)) {
            throw new UsageException(
                    "Two states would have one name at the target, \"" + target + "\": \"" + other.from() + "\" and \""
                            + source + "\". Give one of them another: " + Shell.quote(source + "=KEY") + ".");
        }
    }

    List<Move> moves() {
        return List.copyOf(moves.values());
    }

    /** The states that no name was found for. */
    List<String> unnamed() {
        return unnamed;
    }
}
