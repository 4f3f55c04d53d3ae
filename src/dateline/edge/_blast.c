/* Sends one payload to many sockets without the interpreter's lock: an optional speed-up of blast.py, which says
 * what the arguments mean and holds the same loop in Python. Limited API of Python 3.11, so that one build fits
 * all later versions.
 *
 * Two ways: `blast` calls send() for each socket; `blast_uring` hands the kernel the sends of 256 sockets with one
 * call (io_uring, Linux 6.1), where headers and machine have it: `uring` tells. No send of either ever waits, and
 * all have their result before the function returns.
 */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__has_include)
#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#endif
#endif

#define AT_ONCE 256

/* What became of the sends that were not taken whole: pairs of slot and count or -errno. */
struct rest {
    int32_t *pairs;
    int found;
    ssize_t whole;
};

static void note(struct rest *rest, int slot, int32_t sent)
{
    if (sent == rest->whole)
        return;
    rest->pairs[2 * rest->found] = slot;
    rest->pairs[2 * rest->found++ + 1] = sent;
}

static void send_each(const int32_t *fd, const int32_t *slots, int count, const Py_buffer *data, struct rest *rest)
{
    for (int n = 0; n < count; n++) {
        ssize_t sent = send(fd[slots[n]], data->buf, (size_t)data->len, MSG_DONTWAIT | MSG_NOSIGNAL);
        note(rest, slots[n], sent < 0 ? -errno : (int32_t)sent);
    }
}

#ifdef IORING_SETUP_DEFER_TASKRUN

/* One ring, of the thread that made it. `entries` is never unmapped in a child process, which has not inherited it. */
static struct {
    int fd, broken;
    long thread;
    pid_t process;
    unsigned *sq_tail, *sq_mask, *cq_head, *cq_tail, *cq_mask;
    struct io_uring_sqe *entries;
    struct io_uring_cqe *results;
    void *map;
    size_t map_bytes, entries_bytes;
} ring = {.fd = -1};

static void ring_close(void)
{
    if (ring.fd < 0)
        return;
    if (ring.process == getpid()) {
        munmap(ring.map, ring.map_bytes);
        munmap(ring.entries, ring.entries_bytes);
    }
    close(ring.fd);
    ring.fd = -1;
}

static int ring_open(void)
{
    struct io_uring_params about = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL};
    ring.fd = (int)syscall(SYS_io_uring_setup, AT_ONCE, &about); /* closed on exec by itself */
    if (ring.fd < 0)
        return 0;
    size_t sq = about.sq_off.array + about.sq_entries * sizeof(unsigned);
    size_t cq = about.cq_off.cqes + about.cq_entries * sizeof(struct io_uring_cqe);
    ring.map_bytes = sq > cq ? sq : cq;
    ring.entries_bytes = about.sq_entries * sizeof(struct io_uring_sqe);
    int rw = PROT_READ | PROT_WRITE, how = MAP_SHARED | MAP_POPULATE;
    ring.map = mmap(NULL, ring.map_bytes, rw, how, ring.fd, IORING_OFF_SQ_RING);
    ring.entries = mmap(NULL, ring.entries_bytes, rw, how, ring.fd, IORING_OFF_SQES);
    if (ring.map == MAP_FAILED || ring.entries == MAP_FAILED || !(about.features & IORING_FEAT_SINGLE_MMAP)) {
        if (ring.map != MAP_FAILED) munmap(ring.map, ring.map_bytes);
        if (ring.entries != MAP_FAILED) munmap(ring.entries, ring.entries_bytes);
        close(ring.fd);
        ring.fd = -1;
        return 0;
    }
    char *at = ring.map;
    ring.sq_tail = (unsigned *)(at + about.sq_off.tail);
    ring.sq_mask = (unsigned *)(at + about.sq_off.ring_mask);
    ring.cq_head = (unsigned *)(at + about.cq_off.head);
    ring.cq_tail = (unsigned *)(at + about.cq_off.tail);
    ring.cq_mask = (unsigned *)(at + about.cq_off.ring_mask);
    ring.results = (struct io_uring_cqe *)(at + about.cq_off.cqes);
    for (unsigned n = 0; n < about.sq_entries; n++)
        ((unsigned *)(at + about.sq_off.array))[n] = n;
    ring.thread = syscall(SYS_gettid);
    ring.process = getpid();
    return 1;
}

/* Whether this thread has a ring. The kernel takes sends only from the thread that made it. */
static int ring_ready(void)
{
    if (ring.broken)
        return 0;
    if (ring.fd >= 0 && ring.thread == syscall(SYS_gettid) && ring.process == getpid())
        return 1;
    ring_close();
    return ring_open();
}

static int reap(int32_t *sent)
{
    unsigned head = *ring.cq_head, tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
    int count = 0;
    for (; head != tail; head++, count++) {
        struct io_uring_cqe *result = &ring.results[head & *ring.cq_mask];
        if (result->user_data < AT_ONCE)
            sent[result->user_data] = result->res == -EINTR ? -EAGAIN : result->res;
    }
    __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
    return count;
}

/* A ring that fails is given up, and whose result is not known counts as lost: it comes back and resumes. Nothing
 * is ever sent twice.
 */
static void send_together(const int32_t *fd, const int32_t *slots, int count, const Py_buffer *data,
                          struct rest *rest)
{
    int32_t sent[AT_ONCE];
    unsigned tail = *ring.sq_tail;
    int done = 0, left = count;
    for (int n = 0; n < count; n++, tail++) {
        struct io_uring_sqe *entry = &ring.entries[tail & *ring.sq_mask];
        memset(entry, 0, sizeof *entry);
        entry->opcode = IORING_OP_SEND;
        entry->fd = fd[slots[n]];
        entry->addr = (uint64_t)(uintptr_t)data->buf;
        entry->len = (uint32_t)data->len;
        entry->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
        entry->user_data = (uint64_t)n;
        sent[n] = -EIO;
    }
    __atomic_store_n(ring.sq_tail, tail, __ATOMIC_RELEASE);
    while (done < count) {
        long took = syscall(SYS_io_uring_enter, ring.fd, left, count - done, IORING_ENTER_GETEVENTS, NULL, 0);
        if (took < 0 ? errno != EINTR : took == 0 && left > 0)
            ring.broken = 1;
        if (took > 0)
            left -= (int)took;
        done += reap(sent);
        if (ring.broken && done < count) {
            ring_close();
            break;
        }
    }
    for (int n = 0; n < count; n++)
        note(rest, slots[n], sent[n]);
}

#else

static int ring_ready(void) { return 0; }

static void send_together(const int32_t *fd, const int32_t *slots, int count, const Py_buffer *data,
                          struct rest *rest)
{
    send_each(fd, slots, count, data, rest);
}

#endif

static int in_use; /* read and written under the interpreter's lock */

static PyObject *sent_to_all(PyObject *args, int together)
{
    Py_buffer fds, mask, data;
    int start, stop, backwards;
    if (!PyArg_ParseTuple(args, "y*y*y*iip", &fds, &mask, &data, &start, &stop, &backwards))
        return NULL;
    Py_ssize_t room = fds.len / (Py_ssize_t)sizeof(int32_t), bits = mask.len * 8;
    if (stop > room) stop = (int)room;
    if (stop > bits) stop = (int)bits;
    if (start < 0) start = 0;
    struct rest rest = {.whole = data.len};
    int some = stop > start;
    rest.pairs = some ? malloc(2 * sizeof(int32_t) * (size_t)(stop - start)) : NULL;
    PyObject *list = some && rest.pairs == NULL ? PyErr_NoMemory() : NULL;
    if (rest.pairs != NULL) {
        const int32_t *fd = fds.buf;
        const uint8_t *bit = mask.buf;
        int32_t slots[AT_ONCE];
        int count = 0;
        together = together && !in_use && data.len <= INT32_MAX && ring_ready();
        in_use += together;
        Py_BEGIN_ALLOW_THREADS
        for (int n = 0; n < stop - start; n++) {
            int slot = backwards ? stop - 1 - n : start + n;
            if (fd[slot] >= 0 && bit[slot >> 3] >> (slot & 7) & 1)
                slots[count++] = slot;
            if (count == AT_ONCE || n == stop - start - 1) {
                /* A ring that broke in an earlier turn is gone. */
                if (together && count && ring_ready())
                    send_together(fd, slots, count, &data, &rest);
                else
                    send_each(fd, slots, count, &data, &rest);
                count = 0;
            }
        }
        Py_END_ALLOW_THREADS
        in_use -= together;
    }
    if (!PyErr_Occurred())
        list = PyList_New(rest.found);
    for (int n = 0; list != NULL && n < rest.found; n++) {
        PyObject *pair = Py_BuildValue("(ii)", rest.pairs[2 * n], rest.pairs[2 * n + 1]);
        if (pair == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, n, pair);
    }
    free(rest.pairs);
    PyBuffer_Release(&fds);
    PyBuffer_Release(&mask);
    PyBuffer_Release(&data);
    return list;
}

static PyObject *blast(PyObject *self, PyObject *args)
{
    (void)self;
    return sent_to_all(args, 0);
}

static PyObject *blast_uring(PyObject *self, PyObject *args)
{
    (void)self;
    return sent_to_all(args, 1);
}

static PyObject *uring(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    return PyBool_FromLong(!in_use && ring_ready());
}

static PyMethodDef methods[] = {
    {"blast", blast, METH_VARARGS, "See dateline.edge.blast."},
    {"blast_uring", blast_uring, METH_VARARGS, "See dateline.edge.blast."},
    {"uring", uring, METH_NOARGS, "Whether this machine takes sends of many sockets with one call."},
    {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_blast", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__blast(void) { return PyModule_Create(&module); }
