package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.models.BlobRetentionPolicy;
import com.azure.storage.blob.models.BlobServiceProperties;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.sas.SasProtocol;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the settings of a container and its account mean. The emulator knows few; the rest is given as the service answers. */
@Tag("real-time")
class AzureInspectionTest {

    private static final StateKey KEY = StateKey.of("probe/1");

    private final TestContainer container = TestContainer.create();

    private static List<Status> statuses(AzureBackend backend) {
        return backend.inspect().stream().map(Finding::status).toList();
    }

    @Test
    void policiesAndLegalHoldsFail() {
        assertThat(AzureInspection.immutability(false, false).status()).isEqualTo(Status.OK);
        assertThat(AzureInspection.immutability(true, false).status()).isEqualTo(Status.FAIL);
        assertThat(AzureInspection.immutability(false, true).status()).isEqualTo(Status.FAIL);
    }

    @Test
    void softDeleteIsAsItShouldBeAndNoneIsAWarning() {
        BlobServiceProperties account = new BlobServiceProperties();
        assertThat(AzureInspection.softDelete(account).status()).isEqualTo(Status.WARN);
        account.setDeleteRetentionPolicy(
                new BlobRetentionPolicy().setEnabled(true).setDays(7));
        assertThat(AzureInspection.softDelete(account)).satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.OK);
            assertThat(finding.detail()).contains("7 days");
        });
    }

    @Test
    void theEmulatorsContainerAndAccountAreLookedAt() {
        try (AzureBackend backend =
                AzureBackend.builder().client(container.client()).build()) {
            assertThat(statuses(backend)).hasSize(2).startsWith(Status.OK).doesNotContain(Status.SKIP);
        }
    }

    @Test
    void aContainersSignatureShowsNothingOfTheAccount() {
        String sas = container
                .client()
                .generateSas(new BlobServiceSasSignatureValues(
                                OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
                                BlobContainerSasPermission.parse("racwdl"))
                        .setProtocol(SasProtocol.HTTPS_HTTP));
        try (AzureBackend backend = AzureBackend.builder()
                .container(container.name())
                .endpoint(TestContainer.endpoint())
                .sasToken(sas)
                .build()) {
            assertThat(backend.inspect())
                    .filteredOn(finding -> finding.name().equals("soft delete"))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.status()).isEqualTo(Status.SKIP);
                        assertThat(finding.detail()).contains("blobServices/read");
                    });
        }
    }

    @Test
    void nothingOfAKeyIsLeftWithItsSnapshotsAndWhatWasMadeToBeLocked() throws Exception {
        try (AzureBackend backend = AzureBackend.builder()
                .client(container.client())
                .snapshots(true)
                .build()) {
            backend.states().write(KEY, "1".getBytes(UTF_8), WriteCondition.ifAbsent());
            backend.states().write(KEY, "2".getBytes(UTF_8), WriteCondition.unconditional());
            backend.states().delete(KEY, WriteCondition.unconditional());
            StateKey lockedOnly = StateKey.of("probe/2");
            backend.locks().acquire(lockedOnly, LockOptions.operation("test")).release();
            assertThat(container.exists(KEY)).isTrue();
            assertThat(container.exists(lockedOnly)).isTrue();
            assertThat(backend.purge(KEY)).isEmpty();
            assertThat(backend.purge(lockedOnly)).isEmpty();
            assertThat(container.client().listBlobs()).isEmpty();
        }
    }
}
