package io.github.statelock.cli.interop;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The same with Terraform, where there is a {@code terraform} on the path. Without {@code azurerm}: the emulator refuses the signature of
 * its listings. Without {@code http}: Terraform prints its own lock info there, and its force-unlock names no ID.
 */
@Tag("interop")
final class TerraformIT {

    @Nested
    final class OnATable extends S3TableIT {
        @Override
        Tool tool() {
            return Tool.TERRAFORM;
        }
    }

    @Nested
    final class OnLockFiles extends S3LockFileIT {
        @Override
        Tool tool() {
            return Tool.TERRAFORM;
        }
    }

    @Nested
    final class OnBoth extends S3BothIT {
        @Override
        Tool tool() {
            return Tool.TERRAFORM;
        }
    }

    @Nested
    final class OnGcs extends GcsIT {
        @Override
        Tool tool() {
            return Tool.TERRAFORM;
        }
    }

    @Nested
    final class OnLocalFiles extends LocalIT {
        @Override
        Tool tool() {
            return Tool.TERRAFORM;
        }
    }
}
