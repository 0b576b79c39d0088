package io.github.statelock.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.CustomerProvidedKey;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.EnvironmentProxies;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The clients: of the caller's, or made here, which end each request in time. Each sends every request once. */
final class AzureClients {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern SAS = Pattern.compile("[\\x21-\\x7e&&[^\"<>\\\\^`{|}#]]+");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /** Where the proxies are named. */
    Map<String, String> environment = System.getenv();

    @Nullable
    String container;

    @Nullable
    String account;

    @Nullable
    URI endpoint;

    @Nullable
    String connectionString;

    @Nullable
    String accountKey;

    @Nullable
    String sasToken;

    @Nullable
    TokenCredential credential;

    @Nullable
    CustomerProvidedKey customerKey;

    @Nullable
    String encryptionScope;

    /** As the caller's client, which has settings of its own. */
    BlobContainerClient from(BlobContainerClient client) {
        boolean others = Stream.of(
                        container,
                        account,
                        endpoint,
                        connectionString,
                        accountKey,
                        sasToken,
                        credential,
                        customerKey,
                        encryptionScope)
                .anyMatch(Objects::nonNull);
        if (others) {
            throw misconfigured(
                    "With a client of your own, container, account, endpoint, credentials and encryption are"
                            + " that client's: set them there");
        }
        return SentOnce.client(client);
    }

    BlobContainerClient build(EngineOptions engine, CallThreads threads) {
        if (container == null || container.isEmpty()) {
            throw misconfigured("The container is missing");
        }
        HttpClient transport = new JdkTransport(
                JdkTransport.client(CONNECT_TIMEOUT, threads.executor(), EnvironmentProxies.of(environment)),
                engine.callTimeout());
        BlobServiceClientBuilder builder = new BlobServiceClientBuilder().httpClient(transport);
        credentials(builder, transport);
        if (customerKey != null) {
            builder.customerProvidedKey(customerKey);
        }
        if (encryptionScope != null) {
            builder.encryptionScope(encryptionScope);
        }
        try {
            return SentOnce.client(builder.buildClient().getBlobContainerClient(container));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new BackendMisconfiguredException(
                    "The account's settings for the container " + container + " do not fit together.", e);
        }
    }

    private void credentials(BlobServiceClientBuilder builder, HttpClient transport) {
        List<String> given = given();
        if (given.size() > 1) {
            throw misconfigured("Give one credential, not " + String.join(" and ", given));
        }
        if (connectionString != null) {
            connect(builder, connectionString);
            return;
        }
        builder.endpoint(endpointUrl());
        if (accountKey != null) {
            checkKey("account's key", accountKey);
            builder.credential(new StorageSharedKeyCredential(accountName(), accountKey));
        } else if (sasToken != null) {
            checkSas(sasToken);
            builder.sasToken(sasToken);
        } else if (credential != null) {
            builder.credential(credential);
        } else {
            builder.credential(DefaultCredential.get(transport));
        }
    }

    private List<String> given() {
        return Stream.of(
                        connectionString == null ? "" : "a connection string",
                        accountKey == null ? "" : "an account key",
                        sasToken == null ? "" : "a SAS token",
                        credential == null ? "" : "a token credential")
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** The string names its own account: another one beside it would be the wrong one of the two. */
    private void connect(BlobServiceClientBuilder builder, String string) {
        String named = part(string, "AccountName=").orElse("");
        part(string, "AccountKey=").ifPresent(key -> checkKey("key in the connection string", key));
        if (account != null && !named.isEmpty() && !named.equals(account)) {
            throw misconfigured("The connection string is for the account " + named + ", not for " + account);
        }
        try {
            builder.connectionString(string);
        } catch (IllegalArgumentException e) {
            // Without its cause, whose message may hold the string.
            throw misconfigured("The connection string is not one of Azure Storage");
        }
        if (endpoint != null) {
            builder.endpoint(endpointUrl());
        }
    }

    private static Optional<String> part(String connectionString, String name) {
        return Stream.of(connectionString.split(";", -1))
                .filter(part -> part.regionMatches(true, 0, name, 0, name.length()))
                .map(part -> part.substring(name.length()).strip())
                .findFirst();
    }

    /** The SDK decodes it for each request, and fails there. */
    private static void checkKey(String what, String base64) {
        try {
            if (Base64.getDecoder().decode(base64).length > 0) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Told below, without a part of the key.
        }
        throw misconfigured("The " + what + " is not base64: copy the whole key as the account's page shows it, without"
                + " percent-encoding");
    }

    private static void checkSas(String token) {
        if (!SAS.matcher(token).matches()) {
            throw misconfigured("The SAS token is not a query string: it has characters that a URL cannot have");
        }
    }

    private String endpointUrl() {
        if (endpoint == null) {
            if (account == null || !account.matches("[a-z0-9]{3,24}")) {
                throw misconfigured("The account is missing, or its name is not 3 to 24 lower-case letters and digits");
            }
            return "https://" + account + ".blob.core.windows.net";
        }
        String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
        String host = String.valueOf(endpoint.getHost()).toLowerCase(Locale.ROOT);
        if (endpoint.getRawQuery() != null || endpoint.getRawUserInfo() != null) {
            throw misconfigured(
                    "The endpoint " + scheme + "://" + host + " has a query or a user: a SAS is a setting of its own");
        }
        if (!scheme.equals("https") && !(scheme.equals("http") && LOOPBACK.contains(host))) {
            throw misconfigured(
                    "The endpoint " + endpoint + " is not https, which only a server on this machine may be");
        }
        return endpoint.toString().replaceAll("/+$", "");
    }

    /** The account's name; an emulator's is the path of its endpoint. */
    private String accountName() {
        if (account != null) {
            return account;
        }
        String path = endpoint == null || endpoint.getPath() == null
                ? ""
                : endpoint.getPath().replaceAll("^/+|/+$", "");
        String host = endpoint == null ? "" : String.valueOf(endpoint.getHost());
        String name = path.isEmpty() ? host.split("\\.", -1)[0] : path;
        if (name.isEmpty()) {
            throw misconfigured("The account's name is missing");
        }
        return name;
    }

    private static BackendMisconfiguredException misconfigured(String problem) {
        return new BackendMisconfiguredException(problem + ".", null);
    }
}
