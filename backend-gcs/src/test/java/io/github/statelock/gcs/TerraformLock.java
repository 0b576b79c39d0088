package io.github.statelock.gcs;

import java.nio.charset.StandardCharsets;

/** A lock object as Terraform writes it. */
final class TerraformLock {

    static final byte[] BODY = ("{\"ID\":\"0a35a51c-b1f9-6bb1-9e1d-3b1a5d9f3c11\",\"Operation\":\"OperationTypeApply\","
                    + "\"Info\":\"\",\"Who\":\"alice@build-7\",\"Version\":\"1.13.4\","
                    + "\"Created\":\"2026-01-02T03:04:05.123456789Z\","
                    + "\"Path\":\"gs://states/network/default.tflock\"}")
            .getBytes(StandardCharsets.UTF_8);

    private TerraformLock() {}
}
