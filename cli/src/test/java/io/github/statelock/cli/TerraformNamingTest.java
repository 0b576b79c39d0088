package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What Terraform and OpenTofu call a state in each kind of store. */
class TerraformNamingTest {

    @ParameterizedTest
    @CsvSource({
        "network.tfstate, default, network.tfstate, network.tfstate, network/default.tfstate, network.tfstate",
        "network.tfstate, dev, env:/dev/network.tfstate, network.tfstateenv:dev, network/dev.tfstate,"
                + " network.tfstate.d/dev/terraform.tfstate",
        "terraform.tfstate, default, terraform.tfstate, terraform.tfstate, default.tfstate, terraform.tfstate",
        "terraform.tfstate, dev, env:/dev/terraform.tfstate, terraform.tfstateenv:dev, dev.tfstate,"
                + " terraform.tfstate.d/dev/terraform.tfstate",
        "a/b/terraform.tfstate, default, a/b/terraform.tfstate, a/b/terraform.tfstate, a/b/default.tfstate,"
                + " a/b/terraform.tfstate",
        "a/b/terraform.tfstate, dev, env:/dev/a/b/terraform.tfstate, a/b/terraform.tfstateenv:dev, a/b/dev.tfstate,"
                + " a/b/terraform.tfstate.d/dev/terraform.tfstate",
        "a/key, default, a/key, a/key, a/key/default.tfstate, a/key",
        "./terraform.tfstate, default, ./terraform.tfstate, ./terraform.tfstate, default.tfstate, terraform.tfstate",
        "a//b.tfstate, dev, env:/dev/a/b.tfstate, a//b.tfstateenv:dev, a/b/dev.tfstate,"
                + " a/b.tfstate.d/dev/terraform.tfstate",
    })
    void eachKindHasANameOfItsOwn(String key, String workspace, String s3, String azurerm, String gcs, String local) {
        TerraformName name = new TerraformName(key, workspace);
        assertThat(TerraformNaming.S3.textOf(name)).isEqualTo(s3);
        assertThat(TerraformNaming.HTTP.textOf(name)).isEqualTo(s3);
        assertThat(TerraformNaming.AZURERM.textOf(name)).isEqualTo(azurerm);
        assertThat(TerraformNaming.GCS.textOf(name)).isEqualTo(gcs);
        assertThat(TerraformNaming.LOCAL.textOf(name)).isEqualTo(local);
    }

    @ParameterizedTest
    @EnumSource
    void aNameThatWasReadIsWrittenAsItWas(TerraformNaming naming) {
        for (String text : List.of(
                "default.tfstate",
                "dev.tfstate",
                "terraform.tfstate",
                "terraform/default.tfstate",
                "a/terraform/dev.tfstate",
                "a.tfstate/default.tfstate",
                "terraform.tfstate/default.tfstate",
                "a/b/default.tfstate",
                "a.d/b/terraform.tfstate",
                "env:/dev/a.tfstate",
                "aenv:b.tfstate",
                ".tfstate/x.tfstate",
                "env:/default/a.tfstate",
                "aenv:default",
                "a.d/default/terraform.tfstate")) {
            naming.nameOf(text)
                    .ifPresent(name -> assertThat(naming.textOf(name)).isEqualTo(text));
        }
    }

    @Test
    void aFileThatIsNoWorkspaceOfAPrefixIsNoneOfTerraforms() {
        assertThat(TerraformNaming.GCS.nameOf("a/notes.json")).isEmpty();
        assertThat(TerraformNaming.GCS.nameOf("a/two words.tfstate")).isEmpty();
    }

    private static List<Move> all(
            String from, String to, MigrationNames.Mode mode, List<String> names, String... more) {
        MigrationNames wanted = new MigrationNames(URI.create(from), URI.create(to), mode);
        wanted.ask(Stream.of(more).toList());
        wanted.decideAll(names);
        return wanted.moves();
    }

    @Test
    void betweenStoresOfOneKindEachStateKeepsItsName() {
        List<String> names = List.of("a.tfstate", "b/default.tfstate", "env:/dev/a.tfstate");
        for (String kind : List.of("s3://a", "gs://a", "azblob://a", "file:///a", "tfdir:///a")) {
            for (MigrationNames.Mode mode : MigrationNames.Mode.values()) {
                assertThat(all(kind, kind + "/b", mode, names))
                        .isEqualTo(
                                names.stream().map(name -> new Move(name, name)).toList());
            }
        }
    }

    @Test
    void whereTheToolsLookElsewhereTheNameMustBeDecided() {
        List<String> names = List.of("network.tfstate");
        assertThatThrownBy(() -> all("s3://a", "gs://b", MigrationNames.Mode.UNDECIDED, names))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("network/default.tfstate")
                .hasMessageContaining("--terraform")
                .hasMessageContaining("--keep-keys");
        assertThat(all("s3://a", "gs://b", MigrationNames.Mode.TERRAFORM, names))
                .containsExactly(new Move("network.tfstate", "network/default.tfstate"));
        assertThat(all("s3://a", "gs://b", MigrationNames.Mode.KEYS, names))
                .containsExactly(new Move("network.tfstate", "network.tfstate"));
        assertThat(all("s3://a", "azblob://b", MigrationNames.Mode.UNDECIDED, names))
                .containsExactly(new Move("network.tfstate", "network.tfstate"));
        assertThat(all("s3://a", "gs://b", MigrationNames.Mode.UNDECIDED, names, "network.tfstate=x/default.tfstate"))
                .containsExactly(new Move("network.tfstate", "x/default.tfstate"));
    }

    /** The tools keep the workspaces of {@code path = "network.tfstate"} there too. */
    @Test
    void aWorkspaceOfALocalStateThatIsNotThereIsNotGivenANameByGuess() {
        String dev = "net/terraform.tfstate.d/dev/terraform.tfstate";
        MigrationNames wanted =
                new MigrationNames(URI.create("tfdir:///a"), URI.create("s3://b"), MigrationNames.Mode.TERRAFORM);
        wanted.decideAll(List.of("net/network.tfstate", dev));
        assertThat(wanted.moves()).containsExactly(new Move("net/network.tfstate", "net/network.tfstate"));
        assertThat(wanted.unnamed()).containsExactly(dev);
        assertThat(wanted.isNotTerraforms(dev))
                .contains("any state in its folder")
                .contains(dev + "=KEY");
        Move move = new Move(dev, "env:/dev/net/terraform.tfstate");
        MigrationNames.Mode mode = MigrationNames.Mode.TERRAFORM;
        assertThat(all("tfdir:///a", "s3://b", mode, List.of(dev))).containsExactly(move);
        assertThat(all("tfdir:///a", "s3://b", mode, List.of("net/other.tfstate", dev, "net/terraform.tfstate")))
                .contains(move);
        assertThat(all("tfdir:///a", "s3://b", mode, List.of("other.tfstate", dev)))
                .contains(move);
        assertThat(all("tfdir:///a", "s3://b", mode, List.of("net/network.tfstate", dev), dev + "=env:/dev/n.tfstate"))
                .contains(new Move(dev, "env:/dev/n.tfstate"));
    }

    @Test
    void twoStatesNeverGetOneName() {
        List<String> names = List.of("a.tfstate", "a/terraform.tfstate");
        assertThatThrownBy(() -> all("s3://a", "gs://b", MigrationNames.Mode.TERRAFORM, names))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("\"a.tfstate\" and \"a/terraform.tfstate\"");
        assertThat(all("s3://a", "gs://b", MigrationNames.Mode.TERRAFORM, names, "a.tfstate=other/default.tfstate"))
                .containsExactlyInAnyOrder(
                        new Move("a.tfstate", "other/default.tfstate"),
                        new Move("a/terraform.tfstate", "a/default.tfstate"));
    }

    @Test
    void anEqualsSignInAKeyIsEscaped() {
        MigrationNames wanted =
                new MigrationNames(URI.create("file:///a"), URI.create("file:///b"), MigrationNames.Mode.KEYS);
        wanted.ask(List.of("a\\=b=c\\=d", "e\\=f"));
        wanted.decideNamed();
        assertThat(wanted.moves()).containsExactly(new Move("a=b", "c=d"), new Move("e=f", "e=f"));
        assertThatThrownBy(() -> wanted.ask(List.of("=a"))).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> wanted.ask(List.of("a="))).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> wanted.ask(List.of("a\\=b=other"))).isInstanceOf(UsageException.class);
    }

    @Test
    void aBlockSaysWhereTheToolsFindTheState() {
        assertThat(TerraformBlock.of(
                                URI.create("s3://states/prod?region=eu-west-1&dynamodb_table=locks"),
                                List.of("env:/dev/a.tfstate", "a.tfstate"))
                        .get(0))
                .isEqualTo(new TerraformBlock("a.tfstate", List.of("default", "dev"), """
                        terraform {
                          backend "s3" {
                            bucket = "states"
                            key = "prod/a.tfstate"
                            region = "eu-west-1"
                            dynamodb_table = "locks"
                          }
                        }"""));
        assertThat(block("s3://states", "${a}.tfstate"))
                .contains("key = \"$${a}.tfstate\"", "use_lockfile = true")
                .doesNotContain("region");
        assertThat(block("azblob://states@acme/prod", "a.tfstateenv:dev"))
                .contains("storage_account_name = \"acme\"", "container_name = \"states\"", "key = \"prod/a.tfstate\"");
        assertThat(block("gs://states/prod", "a/dev.tfstate")).contains("prefix = \"prod/a\"");
        assertThat(block("gs://states/prod", "default.tfstate")).contains("prefix = \"prod\"");
        assertThat(block("gs://states", "default.tfstate")).doesNotContain("prefix");
        assertThat(block("tfdir:///home/me", "a.tfstate.d/dev/terraform.tfstate"))
                .contains("path = \"/home/me/a.tfstate\"", "workspace_dir = \"/home/me/a.tfstate.d\"");
        assertThat(block("file:///var/lib/states", "a b.tfstate"))
                .contains("address = \"http://127.0.0.1:8080/a%20b.tfstate\"");
    }

    private static String block(String store, String name) {
        return TerraformBlock.of(URI.create(store), List.of(name)).get(0).text();
    }
}
