package io.github.statelock.cli;

import io.github.statelock.cli.Json.Fields;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The {@code backend} block that leads Terraform and OpenTofu to a state.
 *
 * @param key the state's {@code key}, or what stands for it
 * @param workspaces the workspaces that are there
 * @param text the block
 */
record TerraformBlock(String key, List<String> workspaces, String text) {

    /** What a store is served at where no address is known. */
    private static final String SERVED_AT = "http://127.0.0.1:8080/";

    /** The blocks for states of a store, which are named as {@link TerraformNaming} writes them. */
    static List<TerraformBlock> of(URI store, List<String> names) {
        TerraformNaming naming = TerraformNaming.of(store);
        Map<String, List<String>> workspaces = new TreeMap<>();
        for (String name : names) {
            if (naming == TerraformNaming.HTTP) {
                workspaces.put(name, List.of("default"));
            } else {
                naming.nameOf(name)
                        .ifPresent(n -> workspaces
                                .computeIfAbsent(n.key(), key -> new ArrayList<>())
                                .add(n.workspace()));
            }
        }
        List<TerraformBlock> blocks = new ArrayList<>();
        workspaces.forEach((key, all) ->
                blocks.add(new TerraformBlock(key, all.stream().sorted().toList(), text(store, naming, key, all))));
        return blocks;
    }

    Fields json() {
        return Json.object().with("key", key).with("workspaces", workspaces).with("block", text);
    }

    private static String text(URI store, TerraformNaming naming, String key, List<String> workspaces) {
        Map<String, String> arguments = switch (naming) {
            case S3 -> s3(store, key);
            case AZURERM -> azurerm(store, key);
            case GCS -> gcs(store, key);
            case LOCAL -> local(store, key, workspaces);
            case HTTP -> http(key);
        };
        StringBuilder text = new StringBuilder("terraform {\n  backend \"" + naming.backend() + "\" {\n");
        arguments.forEach((name, value) ->
                text.append("    ").append(name).append(" = ").append(value).append('\n'));
        return text.append("  }\n}").toString();
    }

    private static Map<String, String> s3(URI store, String key) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("bucket", quoted(store.getRawAuthority()));
        arguments.put("key", quoted(below(StoreUri.prefix(store), key)));
        copy(store, "region", arguments);
        copy(store, "workspace_key_prefix", arguments);
        Optional<String> table = copy(store, "dynamodb_table", arguments);
        boolean file = StoreUri.option(store, "use_lockfile")
                .map(Boolean::parseBoolean)
                .orElse(table.isEmpty());
        if (file) {
            arguments.put("use_lockfile", "true");
        }
        if (StoreUri.option(store, "encrypt").map(Boolean::parseBoolean).orElse(false)) {
            arguments.put("encrypt", "true");
        }
        copy(store, "kms_key_id", arguments);
        List<String> endpoints = new ArrayList<>();
        StoreUri.option(store, "endpoint").ifPresent(uri -> endpoints.add("s3 = " + quoted(uri)));
        StoreUri.option(store, "dynamodb_endpoint").ifPresent(uri -> endpoints.add("dynamodb = " + quoted(uri)));
        if (!endpoints.isEmpty()) {
            arguments.put("endpoints", "{ " + String.join(", ", endpoints) + " }");
        }
        boolean pathStyle = StoreUri.option(store, "use_path_style")
                .map(Boolean::parseBoolean)
                .orElse(StoreUri.option(store, "endpoint").isPresent());
        if (pathStyle) {
            arguments.put("use_path_style", "true");
        }
        return arguments;
    }

    private static Map<String, String> azurerm(URI store, String key) {
        String authority = store.getRawAuthority();
        int at = authority.indexOf('@');
        Map<String, String> arguments = new LinkedHashMap<>();
        account(store, authority, at).ifPresent(name -> arguments.put("storage_account_name", quoted(name)));
        arguments.put("container_name", quoted(at < 0 ? authority : authority.substring(0, at)));
        arguments.put("key", quoted(below(StoreUri.prefix(store), key)));
        if (StoreUri.option(store, "snapshots").map(Boolean::parseBoolean).orElse(false)) {
            arguments.put("snapshot", "true");
        }
        return arguments;
    }

    /** The account stands before the endpoint's host, or, at an emulator, in its path. */
    private static Optional<String> account(URI store, String authority, int at) {
        if (at >= 0) {
            return Optional.of(authority.substring(at + 1));
        }
        return StoreUri.option(store, "endpoint").map(URI::create).flatMap(endpoint -> {
            String path = StoreUri.prefix(endpoint);
            String host = String.valueOf(endpoint.getHost());
            String name = path.isEmpty() ? host.replaceFirst("\\..*", "") : path;
            return name.matches("[a-z0-9]{3,24}") && !name.matches("[0-9]+") ? Optional.of(name) : Optional.empty();
        });
    }

    private static Map<String, String> gcs(URI store, String key) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("bucket", quoted(store.getRawAuthority()));
        String prefix =
                below(StoreUri.prefix(store), TerraformNaming.gcsPrefix(key)).replaceFirst("/$", "");
        if (!prefix.isEmpty()) {
            arguments.put("prefix", quoted(prefix));
        }
        StoreUri.option(store, "kms_key_name").ifPresent(name -> arguments.put("kms_encryption_key", quoted(name)));
        StoreUri.option(store, "endpoint")
                .ifPresent(uri -> arguments.put("storage_custom_endpoint", quoted(uri + "/storage/v1/")));
        return arguments;
    }

    private static Map<String, String> local(URI store, String key, List<String> workspaces) {
        String path = below(store.getPath().replaceFirst("/+$", ""), TerraformNaming.clean(key));
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("path", quoted(path));
        if (!workspaces.equals(List.of("default"))) {
            arguments.put("workspace_dir", quoted(path + ".d"));
        }
        return arguments;
    }

    private static Map<String, String> http(String name) {
        String address = quoted(SERVED_AT + StoreUri.encoded(name));
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("address", address);
        arguments.put("lock_address", address);
        arguments.put("unlock_address", address);
        return arguments;
    }

    private static Optional<String> copy(URI store, String name, Map<String, String> arguments) {
        Optional<String> value = StoreUri.option(store, name);
        value.ifPresent(text -> arguments.put(name, quoted(text)));
        return value;
    }

    private static String below(String prefix, String key) {
        return prefix.isEmpty() ? key : prefix + "/" + key;
    }

    /** A text in HCL. */
    private static String quoted(String text) {
        String escaped = text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("${", "$${")
                .replace("%{", "%%{");
        return '"' + escaped + '"';
    }
}
