package io.github.statelock.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What messages show of a URI. */
class UriOptionsTest {

    @ParameterizedTest
    @CsvSource({
        "s3://bucket/a/b, s3://bucket/a/b",
        "s3://bucket/p?region=x, s3://bucket/p",
        "s3://bucket/team@home/p#f, s3://bucket/team@home/p",
        "gs://user:secret@bucket/p, gs://bucket/p",
        "gs://secret@bucket, gs://bucket",
        "gs://a@secret@bucket/p, gs://bucket/p",
        "azblob://container@account/p?x=1, azblob://container@account/p",
        "AZBLOB://container@account/p, AZBLOB://container@account/p",
        "azblob://container:secret@account/p, azblob://account/p",
        "file:///var/lib/states?x=1, file:///var/lib/states",
        "mem:test?secret, mem:test",
        "gs:user:secret@bucket, gs:bucket",
        "https://user:secret@example.com:8443/x, https://example.com:8443/x",
        "http://[::1]:80/x, http://[::1]:80/x",
        "s3://user:sec/ret@bucket/p, s3:",
        "s3://user:sec ret@bucket/p, s3://bucket/p",
        "a b, a b"
    })
    void noUserAndNoQueryIsShown(String uri, String shown) {
        assertThat(UriOptions.place(uri)).isEqualTo(shown);
    }
}
