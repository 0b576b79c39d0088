package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's certificate and key, in PEM files. Immutable and safe for use by several threads. */
public final class TlsFiles {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final Path certificateFile;
    private final Path keyFile;

    private TlsFiles(Path certificateFile, Path keyFile) {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
    }

    /**
     * These files. They are read when a server starts, and again when they have changed.
     *
     * @param certificate the server's certificate, followed by those that lead to its root
     * @param key its private key, in PKCS#8 and not encrypted
     * @return the files
     */
    public static TlsFiles of(Path certificate, Path key) {
        return new TlsFiles(certificate, key);
    }

    /** Of what is in the files now: whether they have changed. */
    String digest() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(certificateFile));
            digest.update(Files.readAllBytes(keyFile));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /**
     * Reads both.
     *
     * @return the context to serve with
     * @throws IOException if one of them cannot be read
     * @throws IllegalArgumentException if one of them is not what it should be; the message says what to do
     */
    SSLContext context() throws IOException {
        Certificate[] chain = chain();
        PrivateKey key = key(chain[0].getPublicKey());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    certificateFile + " and " + keyFile + " cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    private Certificate[] chain() throws IOException {
        try (InputStream in = Files.newInputStream(certificateFile)) {
            Collection<? extends Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!chain.isEmpty()) {
                return chain.toArray(Certificate[]::new);
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(certificateFile + " has no certificate in PEM: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(certificateFile + " has no certificate in PEM.");
    }

    private PrivateKey key(PublicKey counterpart) throws IOException {
        byte[] encoded = decoded(new String(Files.readAllBytes(keyFile), ISO_8859_1));
        try {
            PrivateKey key = KeyFactory.getInstance(counterpart.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            if (belongsTo(counterpart, key)) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    keyFile + " has no key for the certificate's algorithm, " + counterpart.getAlgorithm() + ".", e);
        }
        throw new IllegalArgumentException(keyFile + " is not the key of the certificate in " + certificateFile + ".");
    }

    private byte[] decoded(String pem) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(problemOf(pem));
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(keyFile + " is no PEM: its content is no base64.", e);
        }
    }

    private String problemOf(String pem) {
        String convert = "\nConvert it with: openssl pkcs8 -topk8 -nocrypt -in " + keyFile + " -out key.pem";
        if (pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
            return keyFile + " is encrypted, and nobody is there to ask for its password." + convert;
        }
        if (pem.contains("-----BEGIN RSA PRIVATE KEY-----") || pem.contains("-----BEGIN EC PRIVATE KEY-----")) {
            return keyFile + " is in the older form of OpenSSL's (PKCS#1 or SEC 1); PKCS#8 is needed." + convert;
        }
        if (pem.startsWith("0")) { // a sequence in DER
            return keyFile + " has no private key in PEM, but perhaps one in DER."
                    + convert.replace(" -in ", " -inform DER -in ");
        }
        return keyFile + " has no private key in PEM: \"" + BEGIN + "\" is not there.";
    }

    private static boolean belongsTo(PublicKey counterpart, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (counterpart.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> counterpart.getAlgorithm(); // Ed25519 and the like sign by their own name
        };
        byte[] sample = "sample".getBytes(US_ASCII);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(counterpart);
        signature.update(sample);
        return signature.verify(signed);
    }
}
