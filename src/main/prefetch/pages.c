/*
 * pages evict FILE   Takes a file out of the page cache; fails if a page of it stays there.
 * pages watch FILE   Looks about once a millisecond, until the end of its input, which pages of the file the page cache has. Then
 *                    prints them in ranges, one a line and the earliest first: when they came (a number), offset, length in bytes.
 *
 * Neither needs root, only a file of one's own.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t size, page, pages;
static void *mapped;
static unsigned char *in_memory;

/* How many pages the page cache has; in_memory then says which. */
static size_t look(void) {
    if (mincore(mapped, size, in_memory) != 0) {
        err(1, "mincore");
    }
    size_t count = 0;
    for (size_t i = 0; i < pages; i++) {
        count += in_memory[i] & 1;
    }
    return count;
}

static void evict(int file, const char *name) {
    /* Pages that are not written yet, or that another processor has not put in its lists yet, stay at first. */
    for (int attempt = 0; attempt < 20; attempt++) {
        if (fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) {
            err(1, "%s cannot be taken out of the page cache", name);
        }
        if (look() == 0) {
            return;
        }
        usleep(50 * 1000);
    }
    errx(1, "%zu pages of %s stay in the page cache: it is on tmpfs, or in use", look(), name);
}

static void watch(void) {
    unsigned *came = calloc(pages, sizeof *came);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned now = 0;
    for (int ended = 0; !ended;) {
        ended = poll(&input, 1, 1) != 0;
        look();
        now++;
        for (size_t i = 0; i < pages; i++) {
            came[i] = !(in_memory[i] & 1) ? 0 : came[i] ? came[i] : now;
        }
    }
    for (unsigned when = 1; when <= now; when++) {
        for (size_t i = 0, from = 0; i < pages; i = from) {
            for (; i < pages && came[i] != when; i++) {
            }
            for (from = i; from < pages && came[from] == when; from++) {
            }
            if (i < pages) {
                printf("%u %zu %zu\n", when, i * page, (from * page < size ? from * page : size) - i * page);
            }
        }
    }
    free(came);
}

int main(int count, char **arguments) {
    if (count != 3) {
        errx(2, "usage: pages evict|watch FILE");
    }
    int file = open(arguments[2], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) {
        err(1, "%s", arguments[2]);
    }
    size = (size_t)status.st_size;
    page = (size_t)sysconf(_SC_PAGESIZE);
    pages = (size + page - 1) / page;
    in_memory = malloc(pages);
    mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (in_memory == NULL || mapped == MAP_FAILED) {
        err(1, "%s", arguments[2]);
    }
    if (strcmp(arguments[1], "watch") == 0) {
        watch();
    } else {
        evict(file, arguments[2]);
    }
    return 0;
}
