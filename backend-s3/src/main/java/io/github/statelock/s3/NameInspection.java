package io.github.statelock.s3;

import io.github.statelock.Printable;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/**
 * Looks for states that are locked under another name than their own. Terraform before 1.6 writes the state of the key
 * {@code ./terraform.tfstate} to the object {@code terraform.tfstate}, since its SDK cleans paths, and locks the item of
 * {@code ./terraform.tfstate}. Who locks the state by its own name is not kept out by that.
 */
final class NameInspection {

    private static final String NAMES = "names of locks";

    private final TableRequests table;
    private final S3Requests s3;
    private final Layout layout;
    private final Duration timeout;

    NameInspection(TableRequests table, S3Requests s3, Layout layout, Duration timeout) {
        this.table = table;
        this.s3 = s3;
        this.layout = layout;
        this.timeout = timeout;
    }

    Finding finding() {
        List<String> ids;
        try {
            ids = table.ids(layout.bucket() + "/");
        } catch (RuntimeException e) {
            return BucketInspection.notChecked(NAMES, "dynamodb:Scan", e, table.place());
        }
        TreeSet<String> objects = new TreeSet<>();
        ids.forEach(id -> layout.objectOfItem(id).filter(this::isCleanedTo).ifPresent(objects::add));
        List<String> wrong = objects.stream().filter(object -> !exists(object)).toList();
        return wrong.isEmpty()
                ? Finding.ok(NAMES, "each state is locked under its own name")
                : Finding.fail(
                        NAMES,
                        "a tool that cleans paths locks " + String.join(", ", described(wrong))
                                + ": locks of these states by their own names do not keep it out, and it is not kept out by them. Write"
                                + " the clean path into the tool's backend block (key), and remove the items of the other name");
    }

    /** Whether the state of that name would be below our prefix if its path were cleaned, and is not as it is. */
    private boolean isCleanedTo(String object) {
        String clean = Names.clean(object);
        return !clean.equals(object) && clean.startsWith(layout.prefix());
    }

    /** By a listing: a server that cleans paths would find the object by either name. */
    private boolean exists(String object) {
        return S3Listing.objects(s3, object, 0, timeout).contains(object);
    }

    private static List<String> described(List<String> objects) {
        return objects.stream()
                .map(object -> "the state \"" + Printable.line(Names.clean(object)) + "\" as \""
                        + Printable.line(object) + "\"")
                .toList();
    }
}
