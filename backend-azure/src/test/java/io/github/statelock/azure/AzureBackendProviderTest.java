package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobContainerClient;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("real-time")
class AzureBackendProviderTest {

    private static final Map<String, String> KEY = Map.of("AZURE_STORAGE_KEY", TestContainer.KEY);

    private static final String CONNECTION =
            "DefaultEndpointsProtocol=https;AccountName=myaccount;AccountKey=" + TestContainer.KEY;

    private static AzureBackend open(String uri, Map<String, String> environment) {
        return AzureBackendProvider.builder(URI.create(uri), environment).build();
    }

    @Test
    void aUriNamesContainerAndPrefixOfAnEndpoint() throws Exception {
        TestContainer container = TestContainer.create();
        String endpoint = URLEncoder.encode(TestContainer.endpoint().toString(), UTF_8);
        String uri =
                "azblob://" + container.name() + "/team%20a/?endpoint=" + endpoint + "&snapshots=true&call_timeout=5s";
        try (AzureBackend backend = open(uri, KEY)) {
            StateKey key = StateKey.of("prod.tfstate");
            try (LockedState state = backend.lock(key, LockOptions.operation("uri"))) {
                state.write("{}".getBytes(UTF_8));
                assertThat(state.lock().info().path()).isEqualTo(container.name() + "/team a/prod.tfstate");
            }
            assertThat(container.exists(StateKey.of("team a/prod.tfstate"))).isTrue();
            assertThat(backend.states().list("")).containsExactly(key);
            assertThat(backend.capabilities().history()).isTrue();
        }
    }

    @Test
    void aConnectionStringWorksWithAnEndpointOfItsOwn() {
        TestContainer container = TestContainer.create();
        String connection = "DefaultEndpointsProtocol=http;AccountName=" + TestContainer.ACCOUNT + ";AccountKey="
                + TestContainer.KEY + ";BlobEndpoint=" + TestContainer.endpoint() + ";";
        try (AzureBackend backend = open(
                "azblob://" + container.name() + "@" + TestContainer.ACCOUNT,
                Map.of("AZURE_STORAGE_CONNECTION_STRING", connection))) {
            assertThat(backend.states().list("")).isEmpty();
        }
    }

    @Test
    void theProviderIsFoundByItsScheme() {
        assertThatThrownBy(() -> StateBackends.open(URI.create("azblob:nothing")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("azblob://states@myaccount");
    }

    @ParameterizedTest
    @CsvSource({
        "azblob://@account/x, not understood",
        "azblob://states@account/x#y, not understood",
        "azblob://states@account/x?sas=1, unknown parameter sas",
        "azblob://states/x, account is missing",
        "azblob://states@My_Account/x, account is missing",
        "azblob://states/x?endpoint=http://storage.example.com, not https",
        "azblob://states/x?endpoint=https://a.example.com?sig=secret, a query in endpoint"
    })
    void whatIsWrongWithAUriIsNamed(String uri, String problem) {
        assertThatThrownBy(() -> open(uri, KEY))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(problem)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(TestContainer.KEY));
    }

    @ParameterizedTest
    @CsvSource({
        "azblob://states@account/p?sas_token=SEKRET, azblob://states@account/p has the unknown parameter sas_token",
        "azblob://states:SEKRET@account/p?x=1, azblob://account/p is not understood",
        "azblob://states:SEKRET@account/p, azblob://account/p is not understood",
        "azblob://states:SEKRET/p, azblob: is not understood",
        "azblob://states/p?endpoint=https://user:SEKRET@storage.example.com, has a user or a query in endpoint"
    })
    void secretsInAUriAreRefusedAndNotRepeated(String uri, String problem) {
        assertThatThrownBy(() -> open(uri, KEY))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("SEKRET");
    }

    @Test
    void credentialsThatDoNotFitAreRefusedWithoutShowingThem() {
        assertThatThrownBy(() -> open("azblob://states@other", Map.of("AZURE_STORAGE_CONNECTION_STRING", CONNECTION)))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("myaccount")
                .hasMessageContaining("other")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(TestContainer.KEY));
        assertThatThrownBy(() -> open("azblob://states@a1b", Map.of("AZURE_STORAGE_CONNECTION_STRING", "secret")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        assertThatThrownBy(() -> AzureBackend.builder()
                        .account("abc")
                        .container("states")
                        .accountKey("AAAA")
                        .sasToken("sig=1")
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("one credential");
    }

    @Test
    void aCustomersKeyComesFromTheEnvironmentAndAScopeFromTheUri() {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        Map<String, String> environment =
                Map.of("AZURE_STORAGE_KEY", TestContainer.KEY + "\n", "AZURE_STORAGE_CUSTOMER_KEY", key + "\n");
        assertThat(client("azblob://states@account", environment)
                        .getCustomerProvidedKey()
                        .getEncryptionKey())
                .isEqualTo(key);
        assertThat(client("azblob://states@account?encryption_scope=team", KEY).getEncryptionScope())
                .isEqualTo("team");
        assertThatThrownBy(() -> client("azblob://states@account?encryption_scope=team", environment))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("do not fit together");
    }

    private static BlobContainerClient client(String uri, Map<String, String> environment) {
        return AzureBackendProvider.builder(URI.create(uri), environment)
                .clients
                .build(EngineOptions.builder().build(), new CallThreads());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SEKRET%3D", "U0VLUkVU"})
    void aCustomersKeyThatIsNoneIsRefusedAndNotRepeated(String key) {
        assertThatThrownBy(() -> open(
                        "azblob://states@account",
                        Map.of("AZURE_STORAGE_KEY", TestContainer.KEY, "AZURE_STORAGE_CUSTOMER_KEY", key)))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("AZURE_STORAGE_CUSTOMER_KEY is not a key of 256 bits in base64")
                .hasNoCause();
    }

    @Test
    void aClientOfTheCallersHasItsOwnSettings() {
        TestContainer container = TestContainer.create();
        assertThatThrownBy(() -> AzureBackend.builder()
                        .client(container.client())
                        .container("other")
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("client of your own");
    }

    @Test
    void theIdentityOfTheEnvironmentIsUsedWhereNoCredentialIsGiven() {
        try (AzureBackend backend =
                AzureBackend.builder().account("abc").container("states").build()) {
            assertThat(backend.capabilities().expiresByService()).isTrue();
        }
    }
}
