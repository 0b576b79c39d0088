package io.github.statelock.s3;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An S3 that takes every name as it is, as the real one does and the test servers do not: they clean paths, or refuse them. It knows
 * objects, conditions and listings, and any bucket.
 */
final class VerbatimServer implements AutoCloseable {

    /** Content by bucket and key. */
    private final Map<String, byte[]> objects = new TreeMap<>();

    private final HttpServer server;

    VerbatimServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    synchronized Map<String, byte[]> objects() {
        return new TreeMap<>(objects);
    }

    synchronized void put(String name, String content) {
        objects.put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath().substring(1).replace("+", "%2B");
        String name = URLDecoder.decode(path, StandardCharsets.UTF_8);
        byte[] body = body(exchange);
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        if (query.contains("list-type=2")) {
            reply(exchange, 200, list(name.replaceFirst("/$", ""), query).getBytes(StandardCharsets.UTF_8));
        } else if (query.contains("versioning")) {
            reply(exchange, 200, "<VersioningConfiguration/>".getBytes(StandardCharsets.UTF_8));
        } else {
            object(exchange, name, body);
        }
    }

    /** Without the lines that aws-chunked puts around each chunk, which begin with its length. */
    private static byte[] body(HttpExchange exchange) throws IOException {
        byte[] sent = exchange.getRequestBody().readAllBytes();
        if (!String.valueOf(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                .contains("aws-chunked")) {
            return sent;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String text = new String(sent, StandardCharsets.ISO_8859_1);
        int at = 0;
        while (true) {
            int end = text.indexOf("\r\n", at);
            int length = Integer.parseInt(text.substring(at, end).replaceFirst(";.*", ""), 16);
            if (length == 0) {
                return body.toByteArray();
            }
            body.write(sent, end + 2, length);
            at = end + 2 + length + 2;
        }
    }

    private void object(HttpExchange exchange, String name, byte[] body) throws IOException {
        Optional<byte[]> there = Optional.ofNullable(objects.get(name));
        Headers headers = exchange.getRequestHeaders();
        boolean refused = (headers.containsKey("If-None-Match") && there.isPresent())
                || (headers.containsKey("If-Match")
                        && !there.map(VerbatimServer::etag).equals(Optional.of(headers.getFirst("If-Match"))));
        there.ifPresent(content -> exchange.getResponseHeaders().set("ETag", etag(content)));
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> reply(exchange, there.isPresent() ? 200 : 404, there.orElse(new byte[0]));
            case "PUT" -> {
                if (!refused) {
                    objects.put(name, body);
                    exchange.getResponseHeaders().set("ETag", etag(body));
                }
                reply(exchange, refused ? 412 : 200, new byte[0]);
            }
            default -> {
                if (!refused) {
                    objects.remove(name);
                }
                reply(exchange, refused ? 412 : 204, new byte[0]);
            }
        }
    }

    private static String etag(byte[] content) {
        return '"' + Hashes.md5Hex(content) + '"';
    }

    private String list(String bucket, String query) {
        String prefix = "";
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith("prefix=")) {
                prefix = URLDecoder.decode(parameter.substring("prefix=".length()), StandardCharsets.UTF_8);
            }
        }
        StringBuilder xml = new StringBuilder("<ListBucketResult><EncodingType>url</EncodingType>");
        for (Map.Entry<String, byte[]> object : objects.entrySet()) {
            if (object.getKey().startsWith(bucket + "/" + prefix)) {
                String key = object.getKey().substring(bucket.length() + 1);
                xml.append("<Contents><Key>").append(URLEncoder.encode(key, StandardCharsets.UTF_8));
                xml.append("</Key><Size>").append(object.getValue().length).append("</Size></Contents>");
            }
        }
        return xml.append("<IsTruncated>false</IsTruncated></ListBucketResult>").toString();
    }

    private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
