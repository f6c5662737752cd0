/*
 * Asks the kernel, before main runs, for the pages of this executable that a start touches.
 *
 * In a fresh sandbox the executable is on a block device and not in memory. Without this the process waits for each page when
 * it first touches it, one read after the other; with it the reads are under way before the process needs them.
 *
 * Prefetch.java fills the list in after the link. Whatever goes wrong means a start without prefetching: an empty list, another
 * file at /proc/self/exe (its size differs), no thread to be had. Nothing is read from the environment.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel may cut a request at the largest read that the device takes, or at its read-ahead, which is 128 KB by default. */
#define STEP (128 * 1024)
/* More than PTHREAD_STACK_MIN of every architecture; what is not touched costs nothing. */
#define STACK (256 * 1024)
/* As in Prefetch.java: the section has 32 KB. */
#define MOST_RANGES 4094

/* Prefetch.java writes this in the executable's byte order. Offsets and lengths are bytes of the file. */
struct list {
    char magic[8];
    uint32_t file_size;
    uint32_t count;
    struct {
        uint32_t offset;
        uint32_t length;
    } ranges[MOST_RANGES];
};

static const struct list reserved __attribute__((section(".prefetch"), used, aligned(4096))) = {.magic = "PREFETCH"};

/* The list as it is in the file, of which the compiler only knows that it is empty. */
static const struct list *filled_in(void) {
    const struct list *list = &reserved;
    __asm__("" : "+r"(list));
    return list;
}

static void *ask(void *unused) {
    (void)unused;
    prctl(PR_SET_NAME, "prefetch");
    const struct list *list = filled_in();
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (self < 0) {
        return NULL;
    }
    struct stat status;
    if (fstat(self, &status) == 0 && status.st_size == (off_t)list->file_size) {
        for (uint32_t i = 0; i < list->count; i++) {
            off_t at = list->ranges[i].offset;
            off_t end = at + list->ranges[i].length;
            for (; at < end; at += STEP) {
                posix_fadvise(self, at, end - at < STEP ? end - at : STEP, POSIX_FADV_WILLNEED);
            }
        }
    }
    close(self);
    return NULL;
}

/* A thread of its own, since the kernel makes a caller wait when the device's queue is full. It blocks all signals: they are for
   threads that know what to do with them. */
static void prefetch(void) {
    uint32_t count = filled_in()->count;
    if (count == 0 || count > MOST_RANGES) {
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return;
    }
    pthread_attr_t detached;
    if (pthread_attr_init(&detached) == 0) {
        pthread_t thread;
        if (pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED) == 0
            && pthread_attr_setstacksize(&detached, STACK) == 0) {
            /* If it fails, this is a plain start. */
            (void)pthread_create(&thread, &detached, ask, NULL);
        }
        pthread_attr_destroy(&detached);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Before the constructors of libraries, whose code is another page to wait for. */
__attribute__((section(".init_array.00001"), used)) static void (*const before_main)(void) = prefetch;
