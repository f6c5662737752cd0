package dev.cancelupload.adversary;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A control group with a limit of memory, as Lambda's sandbox has one: the kernel ends whoever in it wants more.
 *
 * @see <a href="https://www.kernel.org/doc/html/latest/admin-guide/cgroup-v1/memory.html">Memory Resource Controller</a>
 */
final class MemoryGroup implements Closeable {

    private static final Path MOUNT = Path.of("/sys/fs/cgroup/memory");

    private final Path folder;

    /**
     * @param megabytes the limit
     * @throws AssertionError where such groups cannot be made: then nothing is known about memory
     */
    MemoryGroup(int megabytes) {
        folder = MOUNT.resolve("cancel-upload-" + UUID.randomUUID());
        try {
            Files.createDirectory(folder);
            Files.writeString(folder.resolve("memory.limit_in_bytes"), "" + megabytes * 1024L * 1024L);
        } catch (IOException e) {
            throw new AssertionError(
                    "These tests need a memory control group of version 1, made as root below " + MOUNT + ": "
                            + e
                            + ". Run them where there is one, for instance with the kernel parameter"
                            + " systemd.unified_cgroup_hierarchy=0.",
                    e);
        }
    }

    /** A command that joins the group, and then becomes the other command. */
    List<String> command(List<String> command) {
        return Stream.concat(
                        Stream.of("/bin/sh", "-c", "echo $$ > " + folder.resolve("tasks") + " && exec \"$@\"", "sh"),
                        command.stream())
                .toList();
    }

    /** The most that was ever in use, in MB. */
    long mostMegabytes() throws IOException {
        return Long.parseLong(Files.readString(folder.resolve("memory.max_usage_in_bytes"))
                        .strip())
                / 1024
                / 1024;
    }

    /** Once all its processes have ended. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder);
    }
}
