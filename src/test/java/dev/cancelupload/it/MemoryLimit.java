package dev.cancelupload.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Linux control group with a memory limit: a process that needs more is killed, as on Lambda. Creating one requires
 * root.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html">Memory resource controller</a>
 */
final class MemoryLimit implements AutoCloseable {

    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");

    private final Path group;

    /** @throws IOException if such a group cannot be created */
    MemoryLimit(int megabytes) throws IOException {
        boolean first = Files.exists(VERSION_1);
        group = Files.createTempDirectory(first ? VERSION_1 : VERSION_2, "cancel-upload-");
        Files.writeString(
                group.resolve(first ? "memory.limit_in_bytes" : "memory.max"), "" + megabytes * 1024L * 1024L);
    }

    /** The command, wrapped in a shell that first joins the group. */
    List<String> joinedBy(List<String> command) {
        List<String> joining = new ArrayList<>(
                List.of("/bin/sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh"));
        joining.addAll(command);
        return joining;
    }

    /** Removes the group after its process has ended, which the kernel detaches a moment later. */
    @Override
    public void close() throws IOException {
        try {
            OpenAiStandIn.await("the group stays", () -> group.toFile().delete());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
