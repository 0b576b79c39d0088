package io.github.statelock.cli;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How Terraform and OpenTofu name the states in one kind of store. A state is written here as one text: the key, and on S3, where the
 * states of other workspaces are not below the store's prefix, {@code env:/<workspace>/<key>}.
 *
 * <p>{@link #textOf} gives back what {@link #nameOf} was given.
 */
enum TerraformNaming {
    /** {@code key} as it is; other workspaces under {@code env:/<workspace>/}. */
    S3("s3") {
        @Override
        Optional<TerraformName> nameOf(String text) {
            Matcher other = S3_WORKSPACE.matcher(text);
            return Optional.of(
                    other.matches() && TerraformName.isOther(other.group(1))
                            ? new TerraformName(other.group(2), other.group(1))
                            : TerraformName.ofDefault(text));
        }

        @Override
        String textOf(TerraformName name) {
            return name.isDefault() ? name.key() : "env:/" + name.workspace() + "/" + clean(name.key());
        }
    },

    /** {@code key} as it is; other workspaces end in {@code env:<workspace>}. */
    AZURERM("azurerm") {
        @Override
        Optional<TerraformName> nameOf(String text) {
            Matcher other = AZURE_WORKSPACE.matcher(text);
            return Optional.of(
                    other.matches() && TerraformName.isOther(other.group(2))
                            ? new TerraformName(other.group(1), other.group(2))
                            : TerraformName.ofDefault(text));
        }

        @Override
        String textOf(TerraformName name) {
            return name.isDefault() ? name.key() : name.key() + "env:" + name.workspace();
        }
    },

    /** There is a {@code prefix}, and in it a file for each workspace. */
    GCS("gcs") {
        @Override
        Optional<TerraformName> nameOf(String text) {
            Matcher file = GCS_FILE.matcher(text);
            if (!file.matches() || !TerraformName.isWorkspace(file.group(2))) {
                return Optional.empty();
            }
            String prefix = file.group(1) == null ? "" : file.group(1);
            return Optional.of(new TerraformName(keyOf(prefix), file.group(2)));
        }

        /** The shortest key that comes back to the prefix. */
        private String keyOf(String prefix) {
            String shortest = prefix + STATE;
            return gcsPrefix(shortest).equals(prefix) ? shortest : prefix.isEmpty() ? FILE : prefix + "/" + FILE;
        }

        @Override
        String textOf(TerraformName name) {
            String prefix = gcsPrefix(name.key());
            return (prefix.isEmpty() ? "" : prefix + "/") + name.workspace() + STATE;
        }
    },

    /** A file; other workspaces in a folder beside it. */
    LOCAL("local") {
        @Override
        Optional<TerraformName> nameOf(String text) {
            Matcher other = LOCAL_WORKSPACE.matcher(text);
            return Optional.of(
                    other.matches() && TerraformName.isOther(other.group(2))
                            ? new TerraformName(other.group(1), other.group(2))
                            : TerraformName.ofDefault(text));
        }

        @Override
        String textOf(TerraformName name) {
            String file = clean(name.key());
            return name.isDefault() ? file : file + ".d/" + name.workspace() + "/" + FILE;
        }
    },

    /** An address for each state, through {@code statelock serve}. There are no workspaces: they are named as on S3. */
    HTTP("http") {
        @Override
        Optional<TerraformName> nameOf(String text) {
            return S3.nameOf(text);
        }

        @Override
        String textOf(TerraformName name) {
            return S3.textOf(name);
        }
    };

    private final String backend;

    TerraformNaming(String backend) {
        this.backend = backend;
    }

    /** The kind of the {@code backend} block. */
    String backend() {
        return backend;
    }

    private static final String STATE = ".tfstate";
    private static final String FILE = "terraform" + STATE;
    private static final Pattern S3_WORKSPACE = Pattern.compile("env:/([^/]+)/(.+)");
    private static final Pattern AZURE_WORKSPACE = Pattern.compile("(.+)env:([^/]+)");
    private static final Pattern GCS_FILE = Pattern.compile("(?:(.+)/)?([^/]+)\\.tfstate");
    private static final Pattern LOCAL_WORKSPACE = Pattern.compile("(.+)\\.d/([^/]+)/terraform\\.tfstate");

    /** What Terraform calls a state; empty if it is none of Terraform's. */
    abstract Optional<TerraformName> nameOf(String text);

    /** Where Terraform looks for a state. */
    abstract String textOf(TerraformName name);

    static TerraformNaming of(URI store) {
        return switch (String.valueOf(store.getScheme()).toLowerCase(Locale.ROOT)) {
            case "s3" -> S3;
            case "azblob" -> AZURERM;
            case "gs" -> GCS;
            case "tfdir" -> LOCAL;
            default -> HTTP;
        };
    }

    /** The {@code prefix} that has the state of that key. */
    static String gcsPrefix(String key) {
        String name = clean(key);
        if (name.equals(FILE)) {
            return "";
        }
        if (name.endsWith("/" + FILE)) {
            return name.substring(0, name.length() - FILE.length() - 1);
        }
        boolean ends = name.endsWith(STATE) && name.length() > STATE.length() && !name.endsWith("/" + STATE);
        return ends ? name.substring(0, name.length() - STATE.length()) : name;
    }

    /** A path as the tools join it: without what leads nowhere. */
    static String clean(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }
}
