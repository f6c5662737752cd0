/*
 * pages evict FILE      Takes a file out of the page cache; fails if a page of it stays there.
 * pages resident FILE   Prints the ranges of the file that the page cache has, one a line: offset and length in bytes.
 *
 * Neither needs root, only a file of one's own.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static long resident(int file, size_t size, int print) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page;
    unsigned char *in_memory = malloc(pages + 1);
    void *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (in_memory == NULL || mapped == MAP_FAILED || mincore(mapped, size, in_memory) != 0) {
        err(1, "mincore");
    }
    in_memory[pages] = 0;
    long count = 0;
    for (size_t i = 0, from = 0; i <= pages; i++) {
        if (in_memory[i] & 1) {
            count++;
        } else {
            if (print && from < i) {
                printf("%zu %zu\n", from * page, (i * page < size ? i * page : size) - from * page);
            }
            from = i + 1;
        }
    }
    munmap(mapped, size);
    free(in_memory);
    return count;
}

int main(int count, char **arguments) {
    if (count != 3) {
        errx(2, "usage: pages evict|resident FILE");
    }
    int file = open(arguments[2], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) {
        err(1, "%s", arguments[2]);
    }
    size_t size = (size_t)status.st_size;
    if (strcmp(arguments[1], "resident") == 0) {
        resident(file, size, 1);
        return 0;
    }
    /* Pages that are not written yet, or that another processor has not put in its lists yet, stay at first. */
    for (int attempt = 0; attempt < 20; attempt++) {
        if (fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) {
            err(1, "%s cannot be taken out of the page cache", arguments[2]);
        }
        if (resident(file, size, 0) == 0) {
            return 0;
        }
        usleep(50 * 1000);
    }
    errx(1, "%ld pages of %s stay in the page cache: it is on tmpfs, or in use", resident(file, size, 0), arguments[2]);
}
