package io.github.statelock.s3;

import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The states of all workspaces but {@code default}, which Terraform and OpenTofu keep under
 * {@code <workspace_key_prefix>/<workspace>/}, beside those of the default workspace and not below them. Immutable.
 *
 * @param keyPrefix what stands before a workspace's name; where it is empty, a workspace cannot be told from a folder
 * @param layouts where everything of a workspace is, by its name
 */
record S3Workspaces(S3Requests s3, String keyPrefix, Function<String, Layout> layouts, Duration timeout) {

    /** The keys of the states below a prefix, by workspace, both in order. */
    SortedMap<String, List<StateKey>> states(String below) {
        TreeMap<String, TreeSet<StateKey>> found = new TreeMap<>();
        if (!keyPrefix.isEmpty()) {
            String all = keyPrefix.endsWith("/") ? keyPrefix : keyPrefix + "/";
            for (String object : S3Listing.objects(s3, all, 1, timeout)) {
                String name = object.substring(all.length());
                int slash = name.indexOf('/');
                if (slash > 0) {
                    String workspace = name.substring(0, slash);
                    keyIn(workspace, object)
                            .filter(key -> key.value().startsWith(below))
                            .ifPresent(key -> found.computeIfAbsent(workspace, w -> new TreeSet<>())
                                    .add(key));
                }
            }
        }
        TreeMap<String, List<StateKey>> lists = new TreeMap<>();
        found.forEach((workspace, keys) -> lists.put(workspace, List.copyOf(keys)));
        return lists;
    }

    private Optional<StateKey> keyIn(String workspace, String object) {
        return workspace.equals("default")
                ? Optional.empty() // no tool has it there
                : layouts.apply(workspace).keyOfState(object);
    }
}
