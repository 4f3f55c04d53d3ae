/* Sends one payload to many sockets without the interpreter's lock: an optional speed-up of blast.py, which says
 * what the arguments mean and holds the same loop in Python. Limited API of Python 3.11, so that one build fits
 * all later versions.
 */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

static PyObject *blast(PyObject *self, PyObject *args)
{
    Py_buffer fds, mask, data;
    int start, stop, backwards, found = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*iip", &fds, &mask, &data, &start, &stop, &backwards))
        return NULL;
    Py_ssize_t room = fds.len / (Py_ssize_t)sizeof(int32_t), bits = mask.len * 8;
    if (stop > room) stop = (int)room;
    if (stop > bits) stop = (int)bits;
    if (start < 0) start = 0;
    int32_t *rest = stop > start ? malloc(2 * sizeof(int32_t) * (size_t)(stop - start)) : NULL;
    PyObject *list = stop > start && rest == NULL ? PyErr_NoMemory() : NULL;
    if (rest != NULL) {
        const int32_t *fd = fds.buf;
        const uint8_t *bit = mask.buf;
        Py_BEGIN_ALLOW_THREADS
        for (int n = 0; n < stop - start; n++) {
            int slot = backwards ? stop - 1 - n : start + n;
            if (fd[slot] < 0 || !(bit[slot >> 3] >> (slot & 7) & 1))
                continue;
            ssize_t sent = send(fd[slot], data.buf, (size_t)data.len, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent == data.len)
                continue;
            rest[2 * found] = slot;
            rest[2 * found++ + 1] = sent < 0 ? -errno : (int32_t)sent;
        }
        Py_END_ALLOW_THREADS
    }
    if (!PyErr_Occurred())
        list = PyList_New(found);
    for (int n = 0; list != NULL && n < found; n++) {
        PyObject *pair = Py_BuildValue("(ii)", rest[2 * n], rest[2 * n + 1]);
        if (pair == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, n, pair);
    }
    free(rest);
    PyBuffer_Release(&fds);
    PyBuffer_Release(&mask);
    PyBuffer_Release(&data);
    return list;
}

static PyMethodDef methods[] = {{"blast", blast, METH_VARARGS, "See dateline.edge.blast."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_blast", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__blast(void) { return PyModule_Create(&module); }
