package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;

/**
 * Which version of an object: its content's generation, and the metadata's generation within it. As text
 * {@code generation/metageneration}.
 *
 * @param generation changes with the content
 * @param metageneration counts the changes of the metadata
 */
record ObjectVersion(long generation, long metageneration) {

    static ObjectVersion of(BlobInfo object) {
        Long metageneration = object.getMetageneration();
        return new ObjectVersion(object.getGeneration(), metageneration == null ? 1 : metageneration);
    }

    static ObjectVersion parse(String text) {
        int slash = text.indexOf('/');
        return new ObjectVersion(Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
    }

    /** What Terraform shows and takes as the ID of a lock. */
    String id() {
        return Long.toString(generation);
    }

    @Override
    public String toString() {
        return generation + "/" + metageneration;
    }
}
