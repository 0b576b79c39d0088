package io.github.statelock.examples.backend;

import io.github.statelock.BackendUnavailableException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.function.Function;

/** Sends requests, and says what their errors mean to the engine. */
final class ObjectRequests {

    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException;
    }

    private ObjectRequests() {}

    /** A read: nothing is applied by it, so that it may be tried again. */
    static <T> T read(Request<T> request) {
        try {
            return request.send();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** A change: only a request that was surely not sent may be tried again. A lost answer is an outcome of its own. */
    static <T> T change(Request<T> request, Function<Throwable, T> unknown) {
        try {
            return request.send();
        } catch (ConnectException e) {
            throw unavailable(e);
        } catch (IOException e) {
            return unknown.apply(e);
        }
    }

    private static BackendUnavailableException unavailable(IOException cause) {
        return new BackendUnavailableException("The object service did not serve: " + cause, cause);
    }
}
