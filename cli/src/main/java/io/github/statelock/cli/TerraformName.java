package io.github.statelock.cli;

import java.util.regex.Pattern;

/**
 * What Terraform and OpenTofu call a state, in whichever kind of store it is.
 *
 * @param key the {@code key} of the {@code backend} block, below the store's prefix; for the kinds that have none, what it would be
 * @param workspace the workspace
 */
record TerraformName(String key, String workspace) {

    private static final String DEFAULT = "default";

    /** What both tools take: what needs no escape in a URL's path. */
    private static final Pattern WORKSPACE = Pattern.compile("[A-Za-z0-9._~$&+=:@-]+");

    static TerraformName ofDefault(String key) {
        return new TerraformName(key, DEFAULT);
    }

    static boolean isWorkspace(String text) {
        return WORKSPACE.matcher(text).matches();
    }

    /** Whether that is a workspace whose states are beside those of the default one. */
    static boolean isOther(String text) {
        return isWorkspace(text) && !text.equals(DEFAULT);
    }

    boolean isDefault() {
        return workspace.equals(DEFAULT);
    }
}
