/*
 * For the profile of a start, preloaded by Prefetch.java: without read-ahead for mapped files the page cache has just the pages that
 * were touched. What is mapped later is seen too, as the image heap of a native image is, which its own code maps.
 *
 * What the loader touched before, and the kernel read around it, is taken out of the page cache again: a start that prefetches has
 * it by the time that it begins to.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    void *mapped = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
    if (mapped != MAP_FAILED && file >= 0) {
        madvise(mapped, length, MADV_RANDOM);
    }
    return mapped;
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    return mmap(address, length, protection, flags, file, offset);
}

/* The first object is the executable. */
static int of_executable(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD) {
            uintptr_t from = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
            uintptr_t to = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
            madvise((void *)from, to - from, MADV_RANDOM);
            if (segment->p_flags & PF_X) {
                /* For code Linux 6.16 and later read ahead all the same, but not beyond a mapping: make each page one. */
                for (uintptr_t every_other = from; every_other < to; every_other += 2 * page) {
                    madvise((void *)every_other, page, MADV_DONTDUMP);
                }
            }
            if (!(segment->p_flags & PF_W)) {
                /* Mapped pages would stay. Those of writable segments may have been changed. */
                madvise((void *)from, to - from, MADV_DONTNEED);
            }
        }
    }
    return 1;
}

__attribute__((constructor)) static void executable(void) {
    dl_iterate_phdr(of_executable, NULL);
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    /* Pages that are still being read cannot be taken out: once the file is read, none are. */
    static char buffer[1 << 20];
    while (read(self, buffer, sizeof buffer) > 0) {
    }
    posix_fadvise(self, 0, 0, POSIX_FADV_DONTNEED);
    close(self);
}
